"""What staff are told of what they can do here, and coordinators of a volunteer who cannot be reached any more.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from bot.hours.texts_staff import HOURS_COMMANDS
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, pressed, rows_of, ticked
from models.buttons import LANGUAGE
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.people import AUTONYMS, STAFF_LANGUAGES, Language, Role
from models.saying import Like, Name

SHUT = ("blocked", "deactivated", "shut")  # why nothing gets through their door
STAFF_COMMANDS = ("cases", "desk", "language", "help")
StaffRole = Annotated[Role, Like((Role.VOLUNTEER, Role.COORDINATOR))]


@dataclass(frozen=True, kw_only=True)
class StaffHelp(ToStaff):
    """What somebody of this role can do here."""

    kind: ClassVar = Notice.STAFF_HELP
    role: StaffRole = Role.VOLUNTEER

    def said(self, words: Words, _facts: Facts) -> Prompt:
        coordinates = self.role == Role.COORDINATOR
        commands = (*STAFF_COMMANDS, *HOURS_COMMANDS) if coordinates else STAFF_COMMANDS
        listed = (words("staff_command_line", command=Ltr(f"/{c}"), what=words(f"staff_command_{c}")) for c in commands)
        return Prompt(lines(words("coordinator_help") if coordinates else words("staff_help"), *listed))


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
