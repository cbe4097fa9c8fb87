"""What the service says to newcomers: a notice kind, its params and a language become a prompt.

Rendered when it is sent, so that a change of language counts for what is still waiting. It must not load rows:
what a notice needs beyond its params comes in `Facts`. What the dialogue asks is in `texts_dialogue.py`, the parts of
sentences in `language/parts.py`, what is said of sessions in `hours/texts.py`, what staff read in `cases/texts.py`.
"""

from collections.abc import Mapping
from typing import Literal

from bot.cases.phrases import other_ways, promise_lines, visit_line
from bot.hours.texts import Hours, hours_text
from bot.intake.texts_dialogue import TELLERS as ASKED
from bot.language.commands import HARMLESS
from bot.language.i18n import Foreign, Ltr, Words
from bot.language.parts import (
    Facts,
    Params,
    Teller,
    code_value,
    help_text,
    lines,
    number,
    part_of,
    privacy_text,
    refused,
    rows_of,
    simple,
)
from bot.language.typed import shown
from models.buttons import DELETE, DELETE_ANSWER, STOP_ANSWER, UNSENT
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.people import Channel

YES_OR_NO: tuple[Literal["yes"], Literal["no"]] = ("yes", "no")


def prompt(kind: str, params: Params, words: Words, facts: Facts) -> Prompt:
    """The notice as the newcomer reads it."""
    return TELLERS[Notice(kind)](words, params, facts)


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


def _reply_taken_back(words: Words, params: Params, _facts: Facts) -> Prompt:
    """Said once: further parts of a long message are only gone."""
    return Prompt("" if params.get("part") else words("reply_taken_back"))


def _taken_up(words: Words, params: Params, _facts: Facts) -> Prompt:
    if params.get("adviser"):
        return Prompt(words("case_taken_up_named", case=code_value(params), name=Foreign(str(params["adviser"]))))
    return Prompt(words("case_taken_up", case=code_value(params)))


def _closed(words: Words, params: Params, _facts: Facts) -> Prompt:
    return Prompt(lines(words("case_closed"), words("case_closed_again", case=code_value(params))))


def _edited_closed(words: Words, params: Params, _facts: Facts) -> Prompt:
    again = "edited_reopens" if params.get("reopens") else "edited_anew"
    return Prompt(lines(words("edited_closed", case=code_value(params)), words(again)))


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
    return Prompt(lines(words("no_consent"), hours_text(words, Hours.read(params), facts), contact))


def _help(words: Words, _params: Params, _facts: Facts) -> Prompt:
    return Prompt(help_text(words))


def _privacy(words: Words, params: Params, facts: Facts) -> Prompt:
    return Prompt(privacy_text(words, facts, channel=str(params.get("channel", Channel.TELEGRAM))))


def _ask_stop(words: Words, params: Params, facts: Facts) -> Prompt:
    text = lines(words("stop_sure", case=code_value(params)), words("retention", n=facts.retention_days))
    yes, no = (STOP_ANSWER.code(answer, number(params, "case")) for answer in YES_OR_NO)
    return Prompt(text, _yes_or_no(yes, words("command_stop"), no, words("no")))


def _yes_or_no(yes: str, label: str, no: str, declined: str) -> tuple[tuple[Choice, ...], ...]:
    """What ends something says so on its button, on a row of its own."""
    return rows_of(Choice(yes, label), Choice(no, declined))


def _stopped(words: Words, params: Params, _facts: Facts) -> Prompt:
    return _and_delete(words, params, words("case_stopped", case=code_value(params)))


def _not_stopped(words: Words, params: Params, _facts: Facts) -> Prompt:
    return Prompt(words("not_stopped", case=code_value(params)))


def _nothing_to_stop(words: Words, params: Params, _facts: Facts) -> Prompt:
    return _and_delete(words, params, words("nothing_to_stop"))


def _and_delete(words: Words, params: Params, told: str) -> Prompt:
    if params.get("pressed"):
        return Prompt(told)
    return Prompt(lines(told, words("delete_too")), rows_of(Choice(DELETE.code(), words("delete_everything"))))


def _ask_delete(words: Words, params: Params, facts: Facts) -> Prompt:
    """The question, and what of it stays: somebody else may read this telephone afterwards."""
    text = delete_text(words, params, facts)
    yes, no = (DELETE_ANSWER.code(answer, str(params["about"])) for answer in YES_OR_NO)
    return Prompt(text, _yes_or_no(yes, words("delete_everything"), no, words("no")))


def delete_text(words: Words, params: Params, facts: Facts) -> str:
    """What a deletion takes and what it cannot take, before it is done."""
    on_telegram = params.get("channel") == Channel.TELEGRAM
    return lines(
        words("delete_sure"),
        words("delete_ends_case", case=code_value(params)) if params.get("code") else "",
        words("erased_kept"),
        words("erased_telegram") if on_telegram else "",
        words("delete_adviser_copy") if on_telegram or facts.web_words_travel else "",
    )


def _erased(words: Words, params: Params, _facts: Facts) -> Prompt:
    on_telegram = params.get("channel") == Channel.TELEGRAM
    return Prompt(lines(words("data_deleted"), words("erased_kept"), words("erased_telegram") if on_telegram else ""))


def _unreadable(words: Words, params: Params, facts: Facts) -> Prompt:
    kept = words("caption_received") if params.get("text") else ""
    return Prompt(lines(words("file_not_accepted"), kept, words("write_first_lines"), other_ways(words, params, facts)))


def _unknown_command(words: Words, params: Params, facts: Facts) -> Prompt:
    """What was typed is named and can be sent all the same. What ends something is named by its place in the menu."""
    listed = (words("command_line", command=Ltr(f"/{name}"), what=words(f"command_{name}")) for name in HARMLESS)
    if params.get("channel") == Channel.WEB:
        ends = words("ends_in_chat_menu", stop=words("web_menu_stop"), delete=words("web_menu_delete"))
    else:
        ends = words("ends_in_bot_menu", stop=words("command_stop"), delete=words("command_delete"))
    unsent = _unsent(words, params, facts)
    return Prompt(lines(unsent.text, words("unknown_command"), *listed, ends), unsent.rows)


def _unsent(words: Words, params: Params, facts: Facts) -> Prompt:
    """What was typed and sent to nobody, and the button that sends it; nothing once it has been sent."""
    if not facts.unsent or not params.get("unsent"):
        return Prompt("")
    send = Choice(UNSENT.code(str(params["unsent"])), words("send"))
    return Prompt(words("not_sent", text=Foreign(shown(facts.unsent))), rows_of(send))


def _not_deleted(words: Words, params: Params, facts: Facts) -> Prompt:
    """Who answered "no" may have meant the word that was asked about for their adviser."""
    unsent = _unsent(words, params, facts)
    return Prompt(lines(words("not_deleted"), unsent.text), unsent.rows)


TELLERS: Mapping[Notice, Teller] = {
    **ASKED,
    Notice.ASK_DONE: simple("ask_done"),
    Notice.LANGUAGE_CHANGED: simple("language_changed"),
    Notice.NO_CONSENT: _no_consent,
    Notice.RECEIPT: _receipt,
    Notice.CLAIMED: _claimed,
    Notice.RELEASED: _released,
    Notice.REPLY: _reply,
    Notice.REPLY_TAKEN_BACK: _reply_taken_back,
    Notice.PASSED_ON_SLOWLY: simple("passed_on_slowly"),
    Notice.TAKEN_UP: _taken_up,
    Notice.CLOSED: _closed,
    Notice.EDITED_CLOSED: _edited_closed,
    Notice.REOPENED: _reopened,
    Notice.LATE: _late,
    Notice.TIME_KNOWN: _time_known,
    Notice.STATUS: _status,
    Notice.NUMBER_MADE: simple("secret_made"),
    Notice.HELP: _help,
    Notice.PRIVACY: _privacy,
    Notice.ASK_STOP: _ask_stop,
    Notice.STOPPED: _stopped,
    Notice.NOT_STOPPED: _not_stopped,
    Notice.NOTHING_TO_STOP: _nothing_to_stop,
    Notice.ASK_DELETE: _ask_delete,
    Notice.NOT_DELETED: _not_deleted,
    Notice.ERASED: _erased,
    Notice.UNREADABLE: _unreadable,
    Notice.REFUSED: refused,
    Notice.UNKNOWN_COMMAND: _unknown_command,
    Notice.UNSENT_TAKEN: simple("unsent_taken"),
}
