"""What staff are told of their own way in and of what they can do here: help, language, the desk's link, new devices.

Same shape as `texts.py`, which takes its table in. It must not load rows.
"""

from collections.abc import Mapping

from bot.hours.texts_staff import HOURS_COMMANDS
from bot.language.i18n import Ltr, Plain, Words
from bot.language.parts import Facts, Params, Teller, instant, lines, pressed, rows_of, ticked
from models.buttons import END_ALL, LANGUAGE
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.people import AUTONYMS, STAFF_LANGUAGES, Language, Role

STAFF_COMMANDS = ("cases", "desk", "language", "help")


def _desk_link(words: Words, _params: Params, facts: Facts) -> Prompt:
    if not facts.secret:
        return Prompt(words("desk_link_gone"))
    return Prompt(lines(words("desk_link"), Ltr(f"{facts.public_url}/desk/login/{facts.secret}")))


def _new_device(words: Words, params: Params, facts: Facts) -> Prompt:
    at = words.day_and_time(instant(params, "at"), facts.zone, now=facts.now)
    choices = () if params.get("pressed") else (Choice(END_ALL.code(), words("end_all_sessions")),)
    return Prompt(words("new_device", time=at), rows_of(*choices))


def _staff_help(words: Words, params: Params, _facts: Facts) -> Prompt:
    coordinates = params.get("role") == Role.COORDINATOR
    commands = (*STAFF_COMMANDS, *HOURS_COMMANDS) if coordinates else STAFF_COMMANDS
    listed = (words("staff_command_line", command=Ltr(f"/{c}"), what=words(f"staff_command_{c}")) for c in commands)
    return Prompt(lines(words("coordinator_help") if coordinates else words("staff_help"), *listed))


def _staff_language(words: Words, params: Params, _facts: Facts) -> Prompt:
    if chosen := pressed(params, LANGUAGE):
        return Prompt(ticked(AUTONYMS[Language(chosen.language)]))
    choices = (Choice(LANGUAGE.code(language), Plain(AUTONYMS[language])) for language in STAFF_LANGUAGES)
    return Prompt(words("staff_language"), rows_of(*choices))


TELLERS: Mapping[Notice, Teller] = {
    Notice.STAFF_HELP: _staff_help,
    Notice.STAFF_LANGUAGE: _staff_language,
    Notice.DESK_LINK: _desk_link,
    Notice.NEW_DEVICE: _new_device,
}
