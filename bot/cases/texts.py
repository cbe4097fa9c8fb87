"""What the service says to volunteers and coordinators, in Swedish or English: cards, relayed words, closing, alarms.

Same shape as `intake/texts.py`; what is said of hours is in `hours/texts_staff.py`. It must not load rows.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.hours.texts_staff import HOURS_COMMANDS
from bot.hours.texts_staff import TELLERS as ABOUT_HOURS
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import (
    Facts,
    Params,
    Teller,
    answer_label,
    code_value,
    instant,
    lines,
    part_of,
    refused,
    rows_of,
    ticked,
)
from bot.language.textshape import with_numbers_isolated
from bot.trouble.texts import TELLERS as ABOUT_TROUBLE
from models.case import spoken_code
from models.closing import MINUTES_OFFERED, UNKNOWN, USUAL_ORGANISATIONS, Category, Organisation, Outcome
from models.conversation import WITH
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.people import AUTONYMS, STAFF_LANGUAGES, Language, Role

ORGANISATIONS_ON_A_PAGE = len(USUAL_ORGANISATIONS)
STAFF_COMMANDS = ("cases", "desk", "language", "help")
# Why a door is shut: what a volunteer reads of a newcomer's, and a coordinator of a volunteer's.
SHUT = {
    "blocked": ("state_blocked", "coordinator_blocked"),
    "deactivated": ("state_deactivated", "coordinator_deactivated"),
    "shut": ("state_shut", "coordinator_shut"),
}
SHOWN_OUTCOMES = tuple(outcome for outcome in Outcome if outcome != Outcome.WITHDRAWN)


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
    return Prompt(text, rows_of(Choice(f"claim:{params['case']}", words("claim_case"))))


def _taken(words: Words, params: Params, facts: Facts) -> Prompt:
    if params.get("reason") == "withdrawn":
        return Prompt(words("card_gone", code=code_value(params)))
    at = words.time(instant(params, "at").astimezone(facts.zone))
    return Prompt(words("card_taken", code=code_value(params), alias=Foreign(str(params.get("alias") or "?")), time=at))


def case_buttons(words: Words, params: Params) -> tuple[tuple[Choice, ...], ...]:
    """Close and release, until one of them has been pressed; they carry the last message shown."""
    case, seq = params["case"], params["seq"]
    if params.get("pressed"):
        return ()
    return (
        (Choice(f"close:{case}:{seq}", words("close_case")), Choice(f"release:{case}:{seq}", words("release_case"))),
    )


def _claimed_by_you(words: Words, params: Params, _facts: Facts) -> Prompt:
    text = lines(words("claimed_by_you", code=code_value(params)), card_line(words, params), words("reply_goes_there"))
    return Prompt(text, case_buttons(words, params))


def _words_relayed(words: Words, params: Params, facts: Facts) -> Prompt:
    head = words("words_edited" if params.get("edited") else "words_from", code=code_value(params))
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
    return Prompt(text, rows_of(Choice(f"desk:{params['case']}", words("open_desk"))))


def _language_of_case(words: Words, params: Params, _facts: Facts) -> Prompt:
    return Prompt(words("language_of_case", code=code_value(params), language=words(f"language_{params['language']}")))


def _relay_state(words: Words, params: Params, facts: Facts) -> Prompt:
    text = words("relay_line", code=code_value(params), state=state_label(words, facts.state, facts.failure))
    rows = rows_of(Choice(f"unsend:{params['message']}", words("take_back"))) if facts.fresh else ()
    return Prompt(text, rows)


def _relay_trouble(words: Words, params: Params, facts: Facts) -> Prompt:
    if facts.failure == "doubtful":
        again = Choice(f"resend:{params['message']}", words("send_again"))
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
        first = (Choice(f"reopen:{params['case']}", words("reopen_and_send")),)
    else:
        asked = words(f"held_why_{params['why']}")
        first = tuple(_case_choice(words, case) for case in params["cases"])  # type: ignore[attr-defined]
    text = lines(asked, held, words("held_not_sent"))
    return Prompt(text, rows_of(*first, Choice("nosend", words("do_not_send"))))


def _case_choice(words: Words, case: Mapping[str, object]) -> Choice:
    label = f"{spoken_code(str(case['code']))} · {card_line(words, case)}"
    return Choice(f"pick:{case['case']}", Plain(label))


def _not_your_case(words: Words, params: Params, _facts: Facts) -> Prompt:
    """What has become of the case that a volunteer answered to; one that waits may be claimed."""
    values = {"alias": Foreign(str(params["alias"]))} if params.get("alias") else {}
    text = lines(words(f"fate_{params['fate']}", code=code_value(params), **values), words("held_was_not_sent"))
    claim = Choice(f"claim:{params['case']}", words("claim_case"))
    return Prompt(text, rows_of(claim) if params["fate"] == "queued" else ())


def _my_cases(words: Words, params: Params, facts: Facts) -> Prompt:
    if not params.get("case"):
        return Prompt(words("no_cases"))
    since = params.get("since")
    waiting = words("case_waits", how_long=waited(words, instant(params, "since"), facts.now)) if since else ""
    text = lines(words("my_case", code=code_value(params)), card_line(words, params), waiting or words("case_answered"))
    return Prompt(text, ((Choice(f"desk:{params['case']}", words("open_desk")),), *case_buttons(words, params)))


def _close_category(words: Words, params: Params, _facts: Facts) -> Prompt:
    if params.get("pressed"):
        return Prompt(words("closing_goes_on", code=code_value(params)))
    given = params.get("category")
    order = sorted(Category, key=lambda category: category != given)
    choices = [Choice(f"c:{params['case']}:cat:{code}", answer_label(words, "category", code)) for code in order]
    choices.append(Choice(f"c:{params['case']}:cat:{UNKNOWN}", words("unknown")))
    pairs = tuple(tuple(choices[i : i + 2]) for i in range(0, len(choices), 2))
    none = Choice(f"c:{params['case']}:not:ask", words("not_advice"))
    return Prompt(words("close_category", code=code_value(params)), (*pairs, (none,)))


def _close_not_advice(words: Words, params: Params, _facts: Facts) -> Prompt:
    yes = Choice(f"c:{params['case']}:not:yes", words("close_not_advice_yes"))
    back = Choice(f"c:{params['case']}:not:back", words("back"))
    return Prompt(words("close_not_advice", code=code_value(params)), ((yes, back),))


def _close_organisation(words: Words, params: Params, _facts: Facts) -> Prompt:
    page, several, case = int(str(params["page"])), bool(params["several"]), params["case"]
    chosen: list[str] = params["chosen"]  # type: ignore[assignment]
    pages = -(-len(Organisation) // ORGANISATIONS_ON_A_PAGE)
    at = page % pages * ORGANISATIONS_ON_A_PAGE
    shown = tuple(Organisation)[at : at + ORGANISATIONS_ON_A_PAGE]

    def choice(code: str) -> Choice:
        verb = f"{'drop' if code in chosen else 'add'}:{page}." if several else "org:"
        return Choice(f"c:{case}:{verb}{code}", ticked(words(code)) if code in chosen else words(code))

    rows = rows_of(*map(choice, shown))
    more = Choice(f"c:{case}:view:{page + 1}.{int(several)}", words("more_choices"))
    mode = (
        Choice(f"c:{case}:org:done", words("done")) if several else Choice(f"c:{case}:view:{page}.1", words("several"))
    )
    unknown = Choice(f"c:{case}:org:{UNKNOWN}", words("unknown"))
    return Prompt(words("close_organisation", code=code_value(params)), (*rows, (more, mode), (unknown,)))


def _close_outcome(words: Words, params: Params, _facts: Facts) -> Prompt:
    codes = (*SHOWN_OUTCOMES, UNKNOWN)
    choices = (Choice(f"c:{params['case']}:out:{code}", outcome_label(words, code)) for code in codes)
    return Prompt(words("close_outcome", code=code_value(params)), rows_of(*choices))


def outcome_label(words: Words, code: str) -> Plain:
    return words("unknown") if code == UNKNOWN else words(f"outcome_{code}")


def minutes_choices(default: int) -> list[int]:
    """The likely number of minutes first, then the usual ones."""
    return [default, *(minutes for minutes in MINUTES_OFFERED if minutes != default)]


def _close_minutes(words: Words, params: Params, _facts: Facts) -> Prompt:
    default = int(str(params["default"]))
    choices = [
        Choice(f"c:{params['case']}:min:{minutes}", words("minutes_long", n=minutes))
        for minutes in minutes_choices(default)
    ]
    choices.append(Choice(f"c:{params['case']}:min:{UNKNOWN}", words("unknown")))
    pairs = tuple(tuple(choices[i : i + 2]) for i in range(0, len(choices), 2))
    return Prompt(words("close_minutes", code=code_value(params)), pairs)


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


def _desk_link(words: Words, _params: Params, facts: Facts) -> Prompt:
    if not facts.secret:
        return Prompt(words("desk_link_gone"))
    return Prompt(lines(words("desk_link"), Ltr(f"{facts.public_url}/desk/login/{facts.secret}")))


def _new_device(words: Words, params: Params, facts: Facts) -> Prompt:
    at = words.day_and_time(instant(params, "at"), facts.zone, now=facts.now)
    choices = () if params.get("pressed") else (Choice("endall", words("end_all_sessions")),)
    return Prompt(words("new_device", time=at), rows_of(*choices))


def _staff_help(words: Words, params: Params, _facts: Facts) -> Prompt:
    coordinates = params.get("role") == Role.COORDINATOR
    commands = (*STAFF_COMMANDS, *HOURS_COMMANDS) if coordinates else STAFF_COMMANDS
    listed = (words("staff_command_line", command=Ltr(f"/{c}"), what=words(f"staff_command_{c}")) for c in commands)
    return Prompt(lines(words("coordinator_help") if coordinates else words("staff_help"), *listed))


def _staff_language(words: Words, params: Params, _facts: Facts) -> Prompt:
    if chosen := str(params.get("pressed") or "").partition(":")[2]:
        return Prompt(ticked(AUTONYMS[Language(chosen)]))
    choices = (Choice(f"lang:{language}", Plain(AUTONYMS[language])) for language in STAFF_LANGUAGES)
    return Prompt(words("staff_language"), rows_of(*choices))


def _coordinator_late(words: Words, params: Params, facts: Facts) -> Prompt:
    since = waited(words, instant(params, "since"), facts.now)
    key = "coordinator_unclaimed" if params.get("state") == "queued" else "coordinator_unanswered"
    return Prompt(words(key, code=code_value(params), how_long=since))


def _coordinator_blocked(words: Words, params: Params, _facts: Facts) -> Prompt:
    _, key = SHUT[str(params.get("reason", "blocked"))]
    return Prompt(words(key, alias=Foreign(str(params.get("alias") or "?")), n=int(str(params["count"]))))


def _clock_doubt(words: Words, params: Params, facts: Facts) -> Prompt:
    """`shown`: what the computer's clock shows; `other`: what else is known. `until`: when a long pause is believed."""
    if params.get("pressed"):
        return Prompt(words("clock_confirmed"))
    shown, other = (words.day_and_time(instant(params, name), facts.zone) for name in ("shown", "other"))
    until = params.get("until")
    if until is not None:
        told = words("clock_pause", shown=shown, other=other)
        ends = words("clock_pause_ends", when=words.day_and_time(instant(params, "until"), facts.zone))
    else:
        told, ends = words("clock_wrong", shown=shown, other=other), ""
    text = lines(told, words("clock_waits"), words("clock_check", command=Ltr("python -m bot clock confirm")), ends)
    return Prompt(text, rows_of(Choice(f"clock:{params['number']}", words("clock_confirm"))))


def _staff_unreadable(words: Words, params: Params, _facts: Facts) -> Prompt:
    return Prompt(words("staff_unreadable_text" if params.get("text") else "staff_unreadable"))


def _about_case(key: str) -> Teller:
    return lambda words, params, _facts: Prompt(words(key, code=code_value(params)))


def _simple(key: str) -> Teller:
    return lambda words, _params, _facts: Prompt(words(key))


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
    Notice.NO_CASE: _simple("volunteer_has_no_case"),
    Notice.NOT_YOUR_CASE: _not_your_case,
    Notice.MY_CASES: _my_cases,
    Notice.CLOSE_CATEGORY: _close_category,
    Notice.CLOSE_NOT_ADVICE: _close_not_advice,
    Notice.CLOSE_ORGANISATION: _close_organisation,
    Notice.CLOSE_OUTCOME: _close_outcome,
    Notice.CLOSE_MINUTES: _close_minutes,
    Notice.CLOSED_BY_YOU: _about_case("closed_by_you"),
    Notice.RELEASED_BY_YOU: _about_case("released_by_you"),
    Notice.CASE_WITHDRAWN: _about_case("case_withdrawn"),
    Notice.CASE_TAKEN_BACK: _about_case("case_taken_back"),
    Notice.STAFF_HELP: _staff_help,
    Notice.STAFF_LANGUAGE: _staff_language,
    Notice.STAFF_EDIT: _simple("staff_edit"),
    Notice.STAFF_UNREADABLE: _staff_unreadable,
    Notice.DESK_LINK: _desk_link,
    Notice.NEW_DEVICE: _new_device,
    Notice.DEVICES_ENDED: _simple("devices_ended"),
    Notice.LINKED: _simple("telegram_linked"),
    Notice.COORDINATOR_LATE: _coordinator_late,
    Notice.COORDINATOR_BLOCKED: _coordinator_blocked,
    Notice.CLOCK_DOUBT: _clock_doubt,
    Notice.REFUSED: refused,
    **ABOUT_HOURS,
    **ABOUT_TROUBLE,
}
