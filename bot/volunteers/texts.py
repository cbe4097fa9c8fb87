"""What staff are told of what they can do here, and coordinators of a volunteer who cannot be reached any more.

Owns what these sayings carry, and which numbers a volunteer may pass on. It must not load rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, ClassVar

from bot.hours.texts_staff import HOURS_COMMANDS
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import EMERGENCY, HELPLINES, Facts, ToStaff, lines, pressed, rows_of, ticked
from bot.shifts.texts_coordinator import EXAMPLES as SHIFT_EXAMPLES
from bot.shifts.texts_coordinator import SHIFT_COMMANDS, VOLUNTEER_COMMANDS
from models.buttons import LANGUAGE
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.people import AUTONYMS, STAFF_LANGUAGES, Language, Role
from models.saying import Like, Name

SHUT = ("blocked", "deactivated", "shut")  # why nothing gets through their door
STAFF_COMMANDS = ("cases", "desk", "language", "help")
EXAMPLE_IS_AHEAD, EXAMPLE_PLACE = timedelta(days=7), Ltr("linero")
# Numbers that staff may pass on: the sentence that says whom each is for, and where the number was read. A helpline
# without a source is not here: volunteers must be able to trust what they pass on (116 111 of Bris is still unchecked).
PASSED_ON: Mapping[str, str] = {
    "line_11414": "SOS Alarm, sosalarm.se",
    "line_1177": "SOS Alarm, sosalarm.se",
    "line_women": "NCK, Uppsala universitet, uu.se; Försäkringskassan, forsakringskassan.se",
    "line_men": "NCK, Uppsala universitet, uu.se",
    "line_trans": "NCK, Uppsala universitet, uu.se",
    "line_suicide": "Mind, mind.se, and SOS Alarm, 2020",
}
ENABLE = "python -m bot volunteer enable"
StaffRole = Annotated[Role, Like((Role.VOLUNTEER, Role.COORDINATOR))]


@dataclass(frozen=True, kw_only=True)
class StaffHelp(ToStaff):
    """What somebody of this role can do here."""

    kind: ClassVar = Notice.STAFF_HELP
    role: StaffRole = Role.VOLUNTEER

    def said(self, words: Words, facts: Facts) -> Prompt:
        mine = (*STAFF_COMMANDS, *VOLUNTEER_COMMANDS)
        commands = (*mine, *HOURS_COMMANDS, *SHIFT_COMMANDS) if self.role == Role.COORDINATOR else mine
        listed = (words("staff_command_line", command=Ltr(f"/{c}"), what=_what(words, c, facts)) for c in commands)
        return Prompt(f"{help_text(words, facts, self.role)}\n\n{lines(*listed)}")


def _what(words: Words, command: str, facts: Facts) -> Plain:
    """What a command does, with an example where it takes more words."""
    key = SHIFT_EXAMPLES.get(command)
    if key is None:
        return words(f"staff_command_{command}")
    day = words.short_day(facts.now.astimezone(facts.zone).date() + EXAMPLE_IS_AHEAD)
    return words(f"staff_command_{command}", example=words(key, day=day, place=EXAMPLE_PLACE))


def help_text(words: Words, facts: Facts, role: Role) -> str:
    """How the work is done, what to do in danger and which numbers to pass on; the same in the bot and at the desk."""
    danger = words("staff_life_in_danger", number=Ltr(EMERGENCY)), words("staff_child_at_risk")
    if role == Role.COORDINATOR:
        mine = lines(words("coordinator_help"), words("coordinator_lets_in", command=Ltr(ENABLE)))
        risk, told = lines(*danger, words("coordinator_routine")), words("coordinator_hands_over")
        return "\n\n".join((mine, risk, _numbers(words), told))
    risk = lines(*danger, words("staff_tell_coordinator"), _reach_coordinator(words, facts))
    return "\n\n".join((words("staff_help"), risk, _numbers(words)))


def _numbers(words: Words) -> str:
    numbers = {key: number for number, key in HELPLINES}
    listed = (words(key, number=Ltr(numbers[key])) for key in PASSED_ON)
    return lines(words("staff_numbers", entry=words("command_help")), *listed)


def _reach_coordinator(words: Words, facts: Facts) -> str:
    if not facts.coordinator_contact:
        return words("staff_ask_for_coordinator")
    return words("staff_reach_coordinator", contact=Ltr(facts.coordinator_contact))


@dataclass(frozen=True, kw_only=True)
class StaffLanguage(ToStaff):
    """In which language is the reader to be spoken to?"""

    kind: ClassVar = Notice.STAFF_LANGUAGE

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if chosen := pressed(self, LANGUAGE):
            return Prompt(ticked(AUTONYMS[Language(chosen.language)]))
        choices = (Choice(LANGUAGE.code(language), Plain(AUTONYMS[language])) for language in STAFF_LANGUAGES)
        return Prompt(words("staff_language"), rows_of(*choices))


@dataclass(frozen=True, kw_only=True)
class CoordinatorBlocked(ToStaff):
    """A volunteer cannot be reached on Telegram, for this reason, and so many of their cases wait again."""

    kind: ClassVar = Notice.COORDINATOR_BLOCKED
    alias: Name | None = None
    count: Annotated[int, Like((0, 1, 2))] = 0
    reason: Annotated[str, Like(SHUT)] = SHUT[0]

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(words(f"coordinator_{self.reason}", alias=Foreign(self.alias or "?"), n=self.count))
