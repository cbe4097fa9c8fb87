"""What people are told of their way in: the number that was made, a Telegram account linked, a device, a link; and what
is no longer to be read in their chat.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from bot.language.i18n import Ltr, Words
from bot.language.parts import Facts, OneSentence, ToNewcomer, ToStaff, lines, rows_of
from models.buttons import END_ALL
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Saying


@dataclass(frozen=True, kw_only=True)
class NumberMade(OneSentence, ToNewcomer):
    """A secret number was made, which stands on the page itself."""

    kind: ClassVar = Notice.NUMBER_MADE
    sentence: ClassVar = "secret_made"


@dataclass(frozen=True, kw_only=True)
class Linked(OneSentence, ToStaff):
    """This Telegram account is the reader's from now on."""

    kind: ClassVar = Notice.LINKED
    sentence: ClassVar = "telegram_linked"


@dataclass(frozen=True, kw_only=True)
class DeskLink(ToStaff):
    """A link to the desk. `sealed_as`: what its token is sealed for; the row keeps it until it has been sent."""

    kind: ClassVar = Notice.DESK_LINK
    sealed_as: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        if not facts.secret:
            return Prompt(words("desk_link_gone"))
        return Prompt(lines(words("desk_link"), Ltr(f"{facts.public_url}/desk/login/{facts.secret}")))


@dataclass(frozen=True, kw_only=True)
class NewDevice(ToStaff):
    """Somebody has logged in with a link of the reader's, and how to end that."""

    kind: ClassVar = Notice.NEW_DEVICE
    at: datetime

    def said(self, words: Words, facts: Facts) -> Prompt:
        at = words.day_and_time(self.at, facts.zone, now=facts.now)
        choices = () if self.pressed else (Choice(END_ALL.code(), words("end_all_sessions")),)
        return Prompt(words("new_device", time=at), rows_of(*choices))


@dataclass(frozen=True, kw_only=True)
class DevicesEnded(OneSentence, ToStaff):
    """The reader is logged out everywhere."""

    kind: ClassVar = Notice.DEVICES_ENDED
    sentence: ClassVar = "devices_ended"


@dataclass(frozen=True, kw_only=True)
class Unsay(Saying):
    """Messages are deleted where they stand: the one that the row `edits`; or those with these numbers in the chat
    (`remotes`, and `remote` in rows of before); or `everything` there that Telegram lets us delete."""

    kind: ClassVar = Notice.UNSAY
    remote: int | None = None
    remotes: tuple[int, ...] = ()
    everything: bool = False


@dataclass(frozen=True, kw_only=True)
class Menu(Saying):
    """The chat shows its person's menu of commands, or none of theirs: as it is when this leaves."""

    kind: ClassVar = Notice.MENU
