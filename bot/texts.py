"""What the service says to newcomers: a notice kind, its params and a language become a prompt.

Rendered when it is sent, so that a change of language counts for what is still waiting. It must not load rows:
what a notice needs beyond its params comes in `Facts`. Its parts are in `phrases.py`, what it says of
sessions in `texts_hours.py`, what staff read in `texts_staff.py`.
"""

from collections.abc import Mapping

from bot import texts_hours
from bot.i18n import Foreign, Ltr, Words
from bot.phrases import (
    COMMANDS,
    Facts,
    Params,
    Teller,
    answer_label,
    code_value,
    help_text,
    language_choices,
    lines,
    other_ways,
    part_of,
    privacy_text,
    promise_lines,
    refusal_text,
    rows_of,
    statement,
    visit_line,
)
from bot.textshape import with_numbers_isolated
from models.dialogue import Choice, Prompt
from models.intake import PREFER_NOT_SAY, QUESTIONS, IntakeStep
from models.outbox import Notice
from models.people import Channel, Language

OPTIONS_ON_A_SCREEN = 6  # with "more" and "prefer not to say · stop" that is eight rows, what a small phone shows


def prompt(kind: str, params: Params, words: Words, facts: Facts) -> Prompt:
    """The notice as the newcomer reads it."""
    return TELLERS[Notice(kind)](words, params, facts)


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


def _receipt(words: Words, params: Params, facts: Facts) -> Prompt:
    trial = words("trial_nobody_reads") if facts.is_trial else ""
    number = words("your_case_number", case=code_value(params))
    # Who waits for an answer may rather come by; where nothing is promised, the promise says so already.
    visit = visit_line(words, params, facts) if params.get("promise") != "unknown" else ""
    return Prompt(lines(trial, words("thanks_received"), number, promise_lines(words, params, facts), visit))


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


def _no_consent(words: Words, params: Params, facts: Facts) -> Prompt:
    contact = words("contact_line", contact=Ltr(facts.contact)) if facts.contact else ""
    return Prompt(lines(words("no_consent"), texts_hours.hours(words, params, facts).text, contact))


def _help(words: Words, _params: Params, _facts: Facts) -> Prompt:
    return Prompt(help_text(words))


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
    return Prompt(lines(words("file_not_accepted"), words("write_first_lines"), other_ways(words, params, facts)))


def refused(words: Words, params: Params, facts: Facts) -> Prompt:
    """A refusal as a message of its own."""
    values = {name: value for name, value in params.items() if name != "refusal"}
    return Prompt(refusal_text(words, str(params["refusal"]), values, facts.zone))


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
    Notice.HOURS: texts_hours.hours,
    Notice.PLACE: texts_hours.place,
    Notice.VENUE: texts_hours.venue,
    Notice.REMINDER_SET: texts_hours.reminder_set,
    Notice.SESSION_EVENING: texts_hours.session_evening,
    Notice.HOURS_CHANGED: texts_hours.hours_changed,
    Notice.NUMBER_MADE: _simple("secret_made"),
    Notice.HELP: _help,
    Notice.PRIVACY: _privacy,
    Notice.STOPPED: _stopped,
    Notice.NOTHING_TO_STOP: _nothing_to_stop,
    Notice.ERASED: _erased,
    Notice.UNREADABLE: _unreadable,
    Notice.REFUSED: refused,
    Notice.UNKNOWN_COMMAND: _unknown_command,
}
