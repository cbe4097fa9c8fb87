"""What the service says to volunteers and coordinators, in Swedish or English: cards, relayed words, alarms.

Same shape as `intake/texts.py`; what a closing asks is in `texts_closing.py`, what staff are told of their own access
is in `texts_account.py`, what is said of hours in `hours/texts_staff.py`. It must not load rows.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from bot.cases.texts_account import TELLERS as ABOUT_ACCOUNTS
from bot.cases.texts_closing import TELLERS as ABOUT_CLOSING
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import (
    Facts,
    Params,
    Teller,
    answer_label,
    code_value,
    instant,
    lines,
    number,
    part_of,
    refused,
    rows_of,
    simple,
)
from bot.language.textshape import with_numbers_isolated
from models.buttons import CLAIM, CLOSE, DESK, NO_SEND, PICK, RELEASE, REOPEN, SEND_AGAIN, TAKE_BACK
from models.case import spoken_code
from models.conversation import WITH
from models.dialogue import Choice, Prompt
from models.outbox import Notice

# Why a door is shut: what a volunteer reads of a newcomer's, and a coordinator of a volunteer's.
SHUT = {
    "blocked": ("state_blocked", "coordinator_blocked"),
    "deactivated": ("state_deactivated", "coordinator_deactivated"),
    "shut": ("state_shut", "coordinator_shut"),
}


def prompt(kind: str, params: Params, words: Words, facts: Facts) -> Prompt:
    """The notice as a volunteer or coordinator reads it."""
    return TELLERS[Notice(kind)](words, params, facts)


def waited(words: Words, since: datetime, now: datetime) -> Plain:
    """For how long something has waited: minutes under an hour, then hours."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    return words("minutes_long", n=minutes) if minutes < 60 else words("hours_long", n=minutes // 60)


def card_line(words: Words, params: Params) -> Plain:
    """A case in one line: language, channel, category if given. Never words."""
    language = words(f"language_{params['language']}")
    channel = words(f"ch_{params['channel']}") if params.get("channel") else ""
    category = answer_label(words, "category", str(params["category"])) if params.get("category") else ""
    return Plain(" · ".join(part for part in (language, channel, category) if part))


def _offered(words: Words, params: Params, facts: Facts) -> Prompt:
    since = instant(params, "since")
    text = lines(
        words("card_title", code=code_value(params)),
        card_line(words, params),
        words("card_waiting", time=words.day_and_time(since, facts.zone, now=facts.now)),
        words("card_messages", n=int(str(params["messages"]))) if int(str(params.get("messages", 1))) > 1 else "",
        words("card_returning") if params.get("returning") else "",
        words("card_no_speaker") if params.get("marked") else "",
    )
    return Prompt(text, rows_of(Choice(CLAIM.code(number(params, "case")), words("claim_case"))))


def _taken(words: Words, params: Params, facts: Facts) -> Prompt:
    if params.get("reason") == "withdrawn":
        return Prompt(words("card_gone", code=code_value(params)))
    at = words.time(instant(params, "at").astimezone(facts.zone))
    return Prompt(words("card_taken", code=code_value(params), alias=Foreign(str(params.get("alias") or "?")), time=at))


def case_buttons(words: Words, params: Params) -> tuple[tuple[Choice, ...], ...]:
    """Close and release, until one of them has been pressed; they carry the last message shown."""
    if params.get("pressed"):
        return ()
    case, seq = number(params, "case"), number(params, "seq")
    close = Choice(CLOSE.code(case, seq), words("close_case"))
    return ((close, Choice(RELEASE.code(case, seq), words("release_case"))),)


def _claimed_by_you(words: Words, params: Params, _facts: Facts) -> Prompt:
    text = lines(words("claimed_by_you", code=code_value(params)), card_line(words, params), words("reply_goes_there"))
    return Prompt(text, case_buttons(words, params))


def _words_relayed(words: Words, params: Params, facts: Facts) -> Prompt:
    head: str = words("words_edited" if params.get("edited") else "words_from", code=code_value(params))
    part = int(str(params.get("part", 0)))
    if part == 0:
        head = lines(head, *(mark_label(words, mark) for mark in facts.marks))
    last = part == int(str(params.get("parts", 1))) - 1
    rows = case_buttons(words, params) if last else ()
    return Prompt(f"{head}\n\n{part_of(facts.words, params)}", rows)


def mark_label(words: Words, mark: str) -> Plain:
    """How a message came, in words: forwarded, or with something that cannot be shown."""
    if not mark.startswith(WITH):
        return words(f"mark_{mark}")
    key = f"mark_with_{mark.removeprefix(WITH)}"
    return words(key if key in words else "mark_with_other")


def _new_words(words: Words, params: Params, _facts: Facts) -> Prompt:
    count = int(str(params.get("count", 1)))
    text = lines(words("new_words", count, code=code_value(params)), words("new_words_at_desk"))
    return Prompt(text, rows_of(_to_desk(words, params)))


def _to_desk(words: Words, params: Params) -> Choice:
    return Choice(DESK.code(number(params, "case")), words("open_desk"))


def _language_of_case(words: Words, params: Params, _facts: Facts) -> Prompt:
    return Prompt(words("language_of_case", code=code_value(params), language=words(f"language_{params['language']}")))


def _relay_state(words: Words, params: Params, facts: Facts) -> Prompt:
    text = words("relay_line", code=code_value(params), state=state_label(words, facts.state, facts.failure))
    rows = rows_of(Choice(TAKE_BACK.code(number(params, "message")), words("take_back"))) if facts.fresh else ()
    return Prompt(text, rows)


def _relay_trouble(words: Words, params: Params, facts: Facts) -> Prompt:
    if facts.failure == "doubtful":
        again = Choice(SEND_AGAIN.code(number(params, "message")), words("send_again"))
        return Prompt(words("relay_doubtful", code=code_value(params)), rows_of(again))
    return Prompt(words("relay_trouble", code=code_value(params), state=state_label(words, facts.state, facts.failure)))


def state_label(words: Words, state: str, failure: str) -> Plain:
    """Delivered, not read yet, waiting or failed, in words."""
    if failure == "doubtful":
        return words("state_doubtful")
    if failure in SHUT:
        return words(SHUT[failure][0])
    return words(f"state_{state or 'waiting'}")


def _which_case(words: Words, params: Params, facts: Facts) -> Prompt:
    """The question about lines that are held, or what became of them."""
    if params.get("became") == "sent":
        return Prompt(words("sent_to_case", code=code_value(params)))
    if params.get("became"):
        return Prompt(words(f"held_{params['became']}"))
    held = with_numbers_isolated(facts.held)
    if params["why"] == "reopen":
        asked = words("held_why_reopen", code=code_value(params))
        first: tuple[Choice, ...] = (Choice(REOPEN.code(number(params, "case")), words("reopen_and_send")),)
    else:
        asked = words(f"held_why_{params['why']}")
        first = tuple(_case_choice(words, case) for case in _offered_cases(params))
    text = lines(asked, held, words("held_not_sent"))
    return Prompt(text, rows_of(*first, Choice(NO_SEND.code(), words("do_not_send"))))


def _offered_cases(params: Params) -> list[Params]:
    cases = params["cases"]
    return [case for case in cases if isinstance(case, Mapping)] if isinstance(cases, Iterable) else []


def _case_choice(words: Words, case: Params) -> Choice:
    label = f"{spoken_code(str(case['code']))} · {card_line(words, case)}"
    return Choice(PICK.code(number(case, "case")), Plain(label))


def _not_your_case(words: Words, params: Params, _facts: Facts) -> Prompt:
    """What has become of the case that a volunteer answered to; one that waits may be claimed."""
    key, code = f"fate_{params['fate']}", code_value(params)
    alias = params.get("alias")
    fate = words(key, code=code, alias=Foreign(str(alias))) if alias else words(key, code=code)
    text = lines(fate, words("held_was_not_sent"))
    claim = Choice(CLAIM.code(number(params, "case")), words("claim_case"))
    return Prompt(text, rows_of(claim) if params["fate"] == "queued" else ())


def _my_cases(words: Words, params: Params, facts: Facts) -> Prompt:
    if not params.get("case"):
        return Prompt(words("no_cases"))
    since = params.get("since")
    waiting = words("case_waits", how_long=waited(words, instant(params, "since"), facts.now)) if since else ""
    text = lines(words("my_case", code=code_value(params)), card_line(words, params), waiting or words("case_answered"))
    return Prompt(text, ((_to_desk(words, params),), *case_buttons(words, params)))


def _shift_starts(words: Words, params: Params, facts: Facts) -> Prompt:
    ends_at, day = instant(params, "ends_at"), facts.now.astimezone(facts.zone).date()
    if ends_at.astimezone(facts.zone).date() == day:
        started = words("shift_started", time=words.time(ends_at.astimezone(facts.zone)))
    else:
        started = words("shift_started_until", when=words.day_and_time(ends_at, facts.zone, now=facts.now))
    count = int(str(params["count"]))
    waiting = words("shift_waiting", n=count) if count else words("shift_nobody_waits")
    oldest = words("shift_oldest", how_long=words("hours_long", n=int(str(params["hours"])))) if count else ""
    return Prompt(lines(started, waiting, oldest))


def _coordinator_late(words: Words, params: Params, facts: Facts) -> Prompt:
    since = waited(words, instant(params, "since"), facts.now)
    key = "coordinator_unclaimed" if params.get("state") == "queued" else "coordinator_unanswered"
    return Prompt(words(key, code=code_value(params), how_long=since))


def _coordinator_blocked(words: Words, params: Params, _facts: Facts) -> Prompt:
    _, key = SHUT[str(params.get("reason", "blocked"))]
    return Prompt(words(key, alias=Foreign(str(params.get("alias") or "?")), n=int(str(params["count"]))))


def _staff_unreadable(words: Words, params: Params, _facts: Facts) -> Prompt:
    return Prompt(words("staff_unreadable_text" if params.get("text") else "staff_unreadable"))


def _about_case(key: str) -> Teller:
    return lambda words, params, _facts: Prompt(words(key, code=code_value(params)))


TELLERS: Mapping[Notice, Teller] = {
    Notice.OFFERED: _offered,
    Notice.TAKEN: _taken,
    Notice.CLAIMED_BY_YOU: _claimed_by_you,
    Notice.SHIFT_STARTS: _shift_starts,
    Notice.WORDS: _words_relayed,
    Notice.NEW_WORDS: _new_words,
    Notice.LANGUAGE_OF_CASE: _language_of_case,
    Notice.RELAY_STATE: _relay_state,
    Notice.RELAY_TROUBLE: _relay_trouble,
    Notice.WHICH_CASE: _which_case,
    Notice.NO_CASE: simple("volunteer_has_no_case"),
    Notice.NOT_YOUR_CASE: _not_your_case,
    Notice.MY_CASES: _my_cases,
    Notice.CLOSED_BY_YOU: _about_case("closed_by_you"),
    Notice.RELEASED_BY_YOU: _about_case("released_by_you"),
    Notice.CASE_WITHDRAWN: _about_case("case_withdrawn"),
    Notice.CASE_TAKEN_BACK: _about_case("case_taken_back"),
    Notice.STAFF_EDIT: simple("staff_edit"),
    Notice.STAFF_UNREADABLE: _staff_unreadable,
    Notice.DEVICES_ENDED: simple("devices_ended"),
    Notice.LINKED: simple("telegram_linked"),
    Notice.COORDINATOR_LATE: _coordinator_late,
    Notice.COORDINATOR_BLOCKED: _coordinator_blocked,
    Notice.REFUSED: refused,
    **ABOUT_CLOSING,
    **ABOUT_ACCOUNTS,
}
