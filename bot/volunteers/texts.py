"""What staff are told of what they can do here, and coordinators of a volunteer who cannot be reached any more.

Owns what these sayings carry, and which numbers a volunteer may pass on. It must not load rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, ClassVar

from bot.language import helplines
from bot.language.helplines import EMERGENCY, HELPLINES
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, pressed, rows_of, ticked
from bot.volunteers.menus import COORDINATOR_COMMANDS, STAFF_COMMANDS, commands_of, what_does
from models.buttons import LANGUAGE
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.people import AUTONYMS, STAFF_LANGUAGES, Language, Role
from models.saying import Like, Name

SHUT = ("blocked", "deactivated", "shut")  # why nothing gets through their door
ENABLE = "python -m bot volunteer enable"
CommandName = Annotated[str, Like(("cases",))]
StaffRole = Annotated[Role, Like((Role.VOLUNTEER, Role.COORDINATOR))]


@dataclass(frozen=True, kw_only=True)
class StaffHelp(ToStaff):
    """What somebody of this role can do here. `more`: what coordinators can do besides, which needs its own message."""

    kind: ClassVar = Notice.STAFF_HELP
    role: StaffRole = Role.VOLUNTEER
    more: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        if self.more:
            return Prompt(lines(words("coordinator_commands_are"), _commands_listed(words, COORDINATOR_COMMANDS)))
        return Prompt(f"{help_text(words, facts, self.role)}\n\n{_commands_listed(words, STAFF_COMMANDS)}")


def help_of(role: Role) -> tuple[StaffHelp, ...]:
    """The whole help for somebody with this role, in messages that Telegram takes."""
    first = StaffHelp(role=role)
    return (first, StaffHelp(role=role, more=True)) if role == Role.COORDINATOR else (first,)


@dataclass(frozen=True, kw_only=True)
class StaffNoCommand(ToStaff):
    """What the reader wrote after a slash did nothing and went to nobody. `meant`: the command it looks like; `after`:
    the one that was followed, where only what stood behind it was too much. Never the words: they are quoted."""

    kind: ClassVar = Notice.STAFF_NO_COMMAND
    role: StaffRole = Role.VOLUNTEER
    meant: CommandName = ""
    after: CommandName = ""

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if self.after:
            return Prompt(words("staff_after_command", command=Ltr(f"/{self.after}")))
        meant = words("staff_command_meant", command=Ltr(f"/{self.meant}")) if self.meant else ""
        told = lines(words("staff_no_command"), meant)
        listed = _commands_listed(words, commands_of(self.role))
        return Prompt(f"{told}\n\n{lines(words('staff_commands_are'), listed)}")


def no_command(role: Role, name: str) -> StaffNoCommand:
    """That this is no command of theirs, and the one that looks most like it."""
    alike = get_close_matches(name, commands_of(role), n=1)
    return StaffNoCommand(role=role, meant=alike[0] if alike else "")


def _commands_listed(words: Words, names: Iterable[str]) -> str:
    listed = ((Ltr(f"/{name}"), what_does(words, name)) for name in names)
    return lines(*(words("staff_command_line", command=command, what=what) for command, what in listed))


def help_text(words: Words, facts: Facts, role: Role) -> str:
    """How the work is done, what to do in danger and which numbers to pass on; the same in the bot and at the desk."""
    call = words("staff_life_in_danger", number=Ltr(EMERGENCY.number.what))
    danger = " ".join((call, *helplines.known(words, EMERGENCY))), words("staff_child_at_risk")
    if role == Role.COORDINATOR:
        mine = lines(words("coordinator_help"), words("coordinator_lets_in", command=Ltr(ENABLE)))
        risk, told = lines(*danger, words("coordinator_routine")), words("coordinator_hands_over")
        return "\n\n".join((mine, risk, words("staff_young"), _numbers(words), told))
    risk = lines(*danger, words("staff_tell_coordinator"), _reach_coordinator(words, facts))
    return "\n\n".join((words("staff_help"), risk, words("staff_young"), _numbers(words)))


def _numbers(words: Words) -> str:
    listed = (helplines.said(words, line) for line in HELPLINES)
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
