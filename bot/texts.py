"""What the service says to newcomers: a notice kind, its params and a language become a prompt.

Rendered when it is sent, so that a change of language counts for what is still waiting. It must not load rows:
what a notice needs beyond its params comes in `Facts`. What staff read is in `texts_staff.py`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from zoneinfo import ZoneInfo

from bot.i18n import Catalogues, Foreign, Ltr, Plain, Words, suggest_language
from bot.textshape import split_text, with_numbers_isolated
from models.case import spoken_code
from models.dialogue import Choice, Prompt
from models.intake import PREFER_NOT_SAY, QUESTIONS, IntakeStep
from models.outbox import Notice
from models.people import AUTONYMS, Channel, Language

PART_UNITS = 3_800  # as `actions/relay.py` counts the parts of a long text
OPTIONS_ON_A_SCREEN = 6  # with "more" and "prefer not to say · stop" that is eight rows, what a small phone shows
HELPLINES = (  # number, catalogue key; checked against the lines' own pages before a release
    ("114 14", "line_11414"),
    ("1177", "line_1177"),
    ("020-50 50 50", "line_women"),
    ("020-80 80 80", "line_men"),
    ("020-55 00 00", "line_trans"),
    ("116 111", "line_bris"),
    ("90101", "line_suicide"),
)
COMMANDS = ("language", "status", "hours", "help", "privacy", "stop", "delete")
# Answers' labels whose catalogue key is not "column_code".
LABELS = {
    "first_visit_yes": "yes", "first_visit_no": "no", "gender_woman": "woman", "gender_man": "man",
    "situation_other": "other", "situation_permit": "residence_permit",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What a notice may need beyond its params. `words`: the relayed text, opened. `state`: a relayed row's state."""

    zone: ZoneInfo
    now: datetime
    catalogues: Catalogues
    public_url: str = ""
    controller: str = ""
    contact: str = ""
    retention_days: int = 30
    is_trial: bool = False
    web_words_travel: bool = False
    words: str = ""
    held: str = ""
    secret: str = ""
    state: str = ""
    failure: str = ""


Params = Mapping[str, object]
Teller = Callable[[Words, Params, Facts], Prompt]


def prompt(kind: str, params: Params, words: Words, facts: Facts) -> Prompt:
    """The notice as the newcomer reads it."""
    return TELLERS[Notice(kind)](words, params, facts)


def lines(*texts: str) -> str:
    """One thought per line; empty ones are left out."""
    return "\n".join(text for text in texts if text)


def code_value(params: Params, name: str = "code") -> Ltr:
    """A case code as it is shown: 472 913 5."""
    return Ltr(spoken_code(str(params[name])))


def rows_of(*choices: Choice) -> tuple[tuple[Choice, ...], ...]:
    """One choice a row."""
    return tuple((choice,) for choice in choices)


def instant(params: Params, name: str) -> datetime:
    return datetime.fromisoformat(str(params[name]))


def session_line(words: Words, session: Params, facts: Facts) -> Plain:
    """A physical session in one line: where, which day, from when to when."""
    today = facts.now.astimezone(facts.zone).date()
    times = words.time_range(time.fromisoformat(str(session["opens"])), time.fromisoformat(str(session["closes"])))
    day = words.day(date.fromisoformat(str(session["day"])), today=today)
    place = words(str(session["place"]))
    if not session.get("address"):
        return words("session_line", place=place, day=day, times=times)
    return words("session_line_address", place=place, day=day, times=times, address=Ltr(str(session["address"])))


def promise_lines(words: Words, params: Params, facts: Facts) -> str:
    """When a person answers, as honestly as it is known, and what else one can do when that is late or unknown."""
    match params.get("promise"):
        case "soon":
            return words("promise_soon", n=int(str(params["minutes"])))
        case "queue":
            return words("queue_position", place=int(str(params["place"])))
        case "later":
            return words("promise_later", when=words.day_and_time(instant(params, "at"), facts.zone, now=facts.now))
        case "unknown":
            return lines(words("promise_unknown"), _other_ways(words, params, facts))
        case _:
            return ""


def _other_ways(words: Words, params: Params, facts: Facts) -> str:
    session = params.get("session")
    visit = words("come_to_session", session=session_line(words, session, facts)) if session else ""  # type: ignore[arg-type]
    return lines(visit, words("contact_line", contact=Ltr(facts.contact)) if facts.contact else "")


def language_choices(hint: str | None = None) -> tuple[tuple[Choice, ...], ...]:
    """The five languages by their own names, the likely one on top."""
    first = suggest_language(hint)
    order = sorted(Language, key=lambda language: language != first)
    return rows_of(*(Choice(f"lang:{language}", AUTONYMS[language]) for language in order))


def helpline_lines(words: Words) -> str:
    """The helplines, one a line, each number apart so that it cannot be shown backwards."""
    return lines(*(words(key, number=Ltr(number)) for number, key in HELPLINES))


def help_text(words: Words) -> str:
    """The card with every helpline. Static: it can be said with no database, before consent, in any state."""
    return lines(
        words("danger_112", number=Ltr("112")), words("not_alone"), helpline_lines(words), words("line_delete_trace")
    )


def statement(words: Words, facts: Facts, *, channel: str) -> str:
    """What a newcomer is told before the first question."""
    on_telegram = channel == Channel.TELEGRAM
    safer = Ltr(f"{facts.public_url}/{words.language}/chat")
    return lines(
        words("trial_nobody_reads") if facts.is_trial else "",
        words("welcome"),
        words("statement_free"),
        words("not_authority"),
        words("not_lawyer"),
        words("danger_112", number=Ltr("112")),
        words("telegram_not_secret", address=safer) if on_telegram else "",
        words("web_words_travel") if facts.web_words_travel and not on_telegram else "",
        words("consent_intro"),
        words("retention", n=facts.retention_days),
        words("consent_withdraw", command=Ltr("/delete")),
    )


def _ask_language(words: Words, params: Params, facts: Facts) -> Prompt:
    hello = facts.catalogues.newcomers
    trial = words("trial_nobody_reads") if facts.is_trial else ""
    asked = lines(*(hello[language]("choose_language") for language in Language))
    return Prompt(lines(trial, asked), language_choices(str(params.get("hint") or words.language)))


def _ask_consent(words: Words, params: Params, facts: Facts) -> Prompt:
    text = lines(statement(words, facts, channel=str(params.get("channel", Channel.TELEGRAM))), words("consent_ask"))
    return Prompt(text, _consent_choices(words))


def _ask_consent_first(words: Words, _params: Params, _facts: Facts) -> Prompt:
    return Prompt(lines(words("words_held"), words("consent_ask")), _consent_choices(words))


def _consent_choices(words: Words) -> tuple[tuple[Choice, ...], ...]:
    return rows_of(Choice("consent:yes", words("consent_yes")), Choice("consent:no", words("consent_no")))


def _ask_offer_held(words: Words, _params: Params, facts: Facts) -> Prompt:
    if not facts.held:
        return _ask_question(words, {}, facts)
    text = lines(words("you_wrote"), with_numbers_isolated(facts.held), words("send_it"))
    return Prompt(text, ((Choice("held:send", words("send")), Choice("held:drop", words("no"))),))


def _ask_question(words: Words, _params: Params, _facts: Facts) -> Prompt:
    return Prompt(lines(words("write_question"), words("no_id_please")))


def _ask_tap(words: Words, params: Params, _facts: Facts) -> Prompt:
    """One optional question; a long list turns pages, so that no screen has more than eight rows."""
    step = IntakeStep(str(params["step"]))
    question = QUESTIONS[step]
    page = int(str(params.get("page", 0))) % _pages(question.options)
    shown = question.options[page * OPTIONS_ON_A_SCREEN : (page + 1) * OPTIONS_ON_A_SCREEN]
    column = question.column
    rows = rows_of(*(Choice(f"tap:{column}:{code}", answer_label(words, column, code)) for code in shown))
    if _pages(question.options) > 1:
        rows += ((Choice(f"more:{step}:{page + 1}", words("more_choices")),),)
    skip = Choice(f"tap:{column}:{PREFER_NOT_SAY}", words("prefer_not_say"))
    voluntary = words("stats_voluntary") if step == IntakeStep.CATEGORY else ""
    return Prompt(
        lines(voluntary, words(f"ask_{column}")), (*rows, (skip, Choice("stop_asking", words("stop_asking"))))
    )


def _pages(options: tuple[str, ...]) -> int:
    return -(-len(options) // OPTIONS_ON_A_SCREEN)


def answer_label(words: Words, column: str, code: str) -> Plain:
    """What an answer's button says."""
    if code == PREFER_NOT_SAY:
        return words("prefer_not_say")
    if column == "category":
        return words("other" if code == "other" else f"cat_{code}")
    if column == "situation" and code in words:
        return words(code)
    key = f"{column}_{code}"
    return words(LABELS.get(key, key))


def _receipt(words: Words, params: Params, facts: Facts) -> Prompt:
    secret = (
        lines(
            words("secret_write_down", secret=Ltr(f"{facts.secret[:4]} {facts.secret[4:]}")),
            words("secret_nobody_asks"),
        )
        if facts.secret
        else ""
    )
    trial = words("trial_nobody_reads") if facts.is_trial else ""
    number = words("your_case_number", case=code_value(params))
    return Prompt(lines(trial, words("thanks_received"), number, promise_lines(words, params, facts), secret))


def _reopened(words: Words, params: Params, facts: Facts) -> Prompt:
    return Prompt(lines(words("case_reopened", case=code_value(params)), promise_lines(words, params, facts)))


def _released(words: Words, params: Params, facts: Facts) -> Prompt:
    return Prompt(lines(words("case_released", case=code_value(params)), promise_lines(words, params, facts)))


def _late(words: Words, params: Params, facts: Facts) -> Prompt:
    return Prompt(lines(words("case_late", case=code_value(params)), promise_lines(words, params, facts)))


def _time_known(words: Words, params: Params, facts: Facts) -> Prompt:
    return Prompt(lines(words("your_case_number", case=code_value(params)), promise_lines(words, params, facts)))


def _claimed(words: Words, params: Params, _facts: Facts) -> Prompt:
    if params.get("adviser"):
        return Prompt(words("adviser_joined_named", name=Foreign(str(params["adviser"]))))
    return Prompt(words("adviser_joined"))


def _reply(words: Words, params: Params, facts: Facts) -> Prompt:
    head = words("reply_from")
    if params.get("adviser"):
        head = words("reply_from_named", name=Foreign(str(params["adviser"])))
    return Prompt(f"{head}\n\n{part_of(facts.words, params)}")


def part_of(text: str, params: Params) -> str:
    """The part of a long text that this row carries."""
    parts = split_text(text, PART_UNITS)
    return with_numbers_isolated(parts[min(int(str(params.get("part", 0))), len(parts) - 1)])


def _closed(words: Words, params: Params, _facts: Facts) -> Prompt:
    return Prompt(lines(words("case_closed"), words("case_closed_again", case=code_value(params))))


def _status(words: Words, params: Params, facts: Facts) -> Prompt:
    match params["state"]:
        case "none":
            return Prompt(lines(words("status_none"), words("write_question")))
        case "queued":
            number = words("your_case_number", case=code_value(params))
            return Prompt(lines(number, words("status_queued"), promise_lines(words, params, facts)))
        case "claimed":
            return Prompt(lines(words("your_case_number", case=code_value(params)), words("status_claimed")))
        case _:
            return Prompt(lines(words("your_case_number", case=code_value(params)), words("case_closed")))


def _hours(words: Words, params: Params, facts: Facts) -> Prompt:
    sessions = [session_line(words, session, facts) for session in params.get("sessions", ())]  # type: ignore[attr-defined]
    listed = lines(words("next_sessions"), *sessions, words("drop_in")) if sessions else words("no_sessions_planned")
    return Prompt(lines(listed, words("online_any_time")))


def _no_consent(words: Words, params: Params, facts: Facts) -> Prompt:
    contact = words("contact_line", contact=Ltr(facts.contact)) if facts.contact else ""
    return Prompt(lines(words("no_consent"), _hours(words, params, facts).text, contact))


def _help(words: Words, _params: Params, _facts: Facts) -> Prompt:
    return Prompt(help_text(words))


def privacy_text(words: Words, facts: Facts, *, channel: str) -> str:
    """How data is handled, in full."""
    controller = words("controller_line", controller=Ltr(facts.controller)) if facts.controller else ""
    return lines(
        words("privacy_notice"),
        words("consent_intro"),
        words("privacy_who_reads"),
        words("privacy_never_asked"),
        words("retention", n=facts.retention_days),
        words("privacy_kept"),
        words("consent_withdraw", command=Ltr("/delete")),
        words("privacy_telegram") if channel == Channel.TELEGRAM else "",
        words("under_13"),
        controller,
        words("contact_line", contact=Ltr(facts.contact)) if facts.contact else "",
        words("complaint_imy"),
        words("no_bankid"),
    )


def _privacy(words: Words, params: Params, facts: Facts) -> Prompt:
    return Prompt(privacy_text(words, facts, channel=str(params.get("channel", Channel.TELEGRAM))))


def _stopped(words: Words, params: Params, _facts: Facts) -> Prompt:
    text = lines(words("case_stopped", case=code_value(params)), words("delete_too"))
    return Prompt(text, rows_of(Choice("erase:yes", words("delete_everything"))))


def _nothing_to_stop(words: Words, _params: Params, _facts: Facts) -> Prompt:
    text = lines(words("nothing_to_stop"), words("delete_too"))
    return Prompt(text, rows_of(Choice("erase:yes", words("delete_everything"))))


def _erased(words: Words, params: Params, _facts: Facts) -> Prompt:
    on_telegram = params.get("channel") == Channel.TELEGRAM
    return Prompt(lines(words("data_deleted"), words("erased_kept"), words("erased_telegram") if on_telegram else ""))


def _unreadable(words: Words, params: Params, facts: Facts) -> Prompt:
    return Prompt(lines(words("file_not_accepted"), words("write_first_lines"), _other_ways(words, params, facts)))


def refused(words: Words, params: Params, facts: Facts) -> Prompt:
    """A refusal as a message of its own."""
    values = {name: value for name, value in params.items() if name != "refusal"}
    return Prompt(refusal_text(words, str(params["refusal"]), values, facts.zone))


def refusal_text(words: Words, code: str, values: Params, zone: tzinfo) -> Plain:
    """A refusal in words; its values are codes of cases, names, instants (`at`), numbers."""
    return words(code, **{name: _refusal_value(words, name, value, zone) for name, value in values.items()})


def _refusal_value(words: Words, name: str, value: object, zone: tzinfo) -> str | int:
    match name:
        case "code":
            return Ltr(spoken_code(str(value)))
        case "alias":
            return Foreign(str(value))
        case "at":
            return words.time(datetime.fromisoformat(str(value)).astimezone(zone))
        case _:
            return value if isinstance(value, int) else Ltr(str(value))


def _unknown_command(words: Words, _params: Params, _facts: Facts) -> Prompt:
    listed = (words("command_line", command=Ltr(f"/{name}"), what=words(f"command_{name}")) for name in COMMANDS)
    return Prompt(lines(words("unknown_command"), *listed))


def _simple(key: str) -> Teller:
    return lambda words, _params, _facts: Prompt(words(key))


TELLERS: Mapping[Notice, Teller] = {
    Notice.ASK_LANGUAGE: _ask_language,
    Notice.ASK_CONSENT: _ask_consent,
    Notice.ASK_CONSENT_FIRST: _ask_consent_first,
    Notice.ASK_OFFER_HELD: _ask_offer_held,
    Notice.ASK_QUESTION: _ask_question,
    Notice.ASK_TAP: _ask_tap,
    Notice.ASK_DONE: _simple("ask_done"),
    Notice.LANGUAGE_CHANGED: _simple("language_changed"),
    Notice.NO_CONSENT: _no_consent,
    Notice.RECEIPT: _receipt,
    Notice.CLAIMED: _claimed,
    Notice.RELEASED: _released,
    Notice.REPLY: _reply,
    Notice.CLOSED: _closed,
    Notice.REOPENED: _reopened,
    Notice.LATE: _late,
    Notice.TIME_KNOWN: _time_known,
    Notice.STATUS: _status,
    Notice.HOURS: _hours,
    Notice.HELP: _help,
    Notice.PRIVACY: _privacy,
    Notice.STOPPED: _stopped,
    Notice.NOTHING_TO_STOP: _nothing_to_stop,
    Notice.ERASED: _erased,
    Notice.UNREADABLE: _unreadable,
    Notice.REFUSED: refused,
    Notice.UNKNOWN_COMMAND: _unknown_command,
}
