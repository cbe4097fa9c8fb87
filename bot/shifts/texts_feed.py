"""What volunteers read of their shifts in a calendar program of their own: the address, and that it has ended.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.language.i18n import Ltr, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of
from models.buttons_shifts import FEED_END, FEED_NEW
from models.dialogue import Choice, Prompt
from models.notice import Notice


@dataclass(frozen=True, kw_only=True)
class ShiftFeed(ToStaff):
    """The address under which a calendar program finds the reader's shifts. `sealed_as`: what its token is sealed for;
    the row keeps it until it has been sent."""

    kind: ClassVar = Notice.SHIFT_FEED
    sealed_as: int | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        if not facts.secret:
            return Prompt(words("shift_feed_gone", command=Ltr("/calendar")))
        address = Ltr(f"{facts.public_url}/shifts/{facts.secret}.ics")
        return Prompt(lines(words("shift_feed"), address, words("shift_feed_secret", command=Ltr("/calendar"))))


@dataclass(frozen=True, kw_only=True)
class ShiftFeedKnown(ToStaff):
    """There is an address already, which nobody can show again: a new one, or none?"""

    kind: ClassVar = Notice.SHIFT_FEED_KNOWN

    def said(self, words: Words, _facts: Facts) -> Prompt:
        new, end = Choice(FEED_NEW.code(), words("shift_feed_new")), Choice(FEED_END.code(), words("shift_feed_end"))
        return Prompt(words("shift_feed_known"), () if self.pressed else rows_of(new, end))


@dataclass(frozen=True, kw_only=True)
class ShiftFeedEnded(OneSentence, ToStaff):
    """No address shows the reader's shifts any more."""

    kind: ClassVar = Notice.SHIFT_FEED_ENDED
    sentence: ClassVar = "shift_feed_ended"
