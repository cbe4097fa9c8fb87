"""What volunteers read while two of them take each other's shift.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from bot.language.i18n import Foreign, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of
from bot.language.textshape import LONGEST_BUTTON, shortened
from bot.roster.told import ShiftNamed, ShiftSeen, WhyTold
from bot.shifts.phrases import choice, seen_lines, shift_name, why_lines
from models.buttons_shifts import SWAP_MINE, SWAP_NO, SWAP_WITH, SWAP_YES
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Carried, Name


@dataclass(frozen=True, kw_only=True)
class SwapWhich(ToStaff):
    """Which of the reader's shifts is to be given?"""

    kind: ClassVar = Notice.SWAP_WHICH
    shifts: tuple[ShiftSeen, ...] = ()

    def said(self, words: Words, facts: Facts) -> Prompt:
        if not self.shifts:
            return Prompt(words("my_shifts_none"))
        listed = [seen_lines(words, one, facts) for one in self.shifts]
        picks = [choice(words, SWAP_MINE.code(one.shift), one, facts) for one in self.shifts]
        return Prompt(lines(words("swap_which"), *listed), rows_of(*picks))


@dataclass(frozen=True, kw_only=True)
class Offer(Carried):
    """Somebody's shift that could be had for the reader's."""

    shift: ShiftNamed
    person: int
    alias: Name


@dataclass(frozen=True, kw_only=True)
class SwapWith(ToStaff):
    """For whose shift is this one to be given?"""

    kind: ClassVar = Notice.SWAP_WITH
    shift: ShiftNamed
    offers: tuple[Offer, ...] = ()

    def said(self, words: Words, facts: Facts) -> Prompt:
        head = words("swap_with", shift=shift_name(words, self.shift, facts))
        if not self.offers:
            return Prompt(lines(head, words("swap_nobody")))
        return Prompt(head, rows_of(*(self._offer(words, one, facts) for one in self.offers)))

    def _offer(self, words: Words, one: Offer, facts: Facts) -> Choice:
        label = words("swap_offer", shift=shift_name(words, one.shift, facts), name=Foreign(one.alias))
        code = SWAP_WITH.code(self.shift.shift, one.shift.shift, one.person)
        return Choice(code, shortened(label, LONGEST_BUTTON))


@dataclass(frozen=True, kw_only=True)
class SwapAsked(ToStaff):
    """Somebody (`alias`) would give the shift `gives` for the reader's, `takes`."""

    kind: ClassVar = Notice.SWAP_ASKED
    swap: int
    gives: ShiftNamed
    takes: ShiftNamed
    alias: Name

    def said(self, words: Words, facts: Facts) -> Prompt:
        gives, takes = (shift_name(words, one, facts) for one in (self.gives, self.takes))
        text = words("swap_asked", name=Foreign(self.alias), theirs=gives, yours=takes)
        yes = Choice(SWAP_YES.code(self.swap), words("swap_yes"))
        return Prompt(text, rows_of(yes, Choice(SWAP_NO.code(self.swap), words("no"))))


@dataclass(frozen=True, kw_only=True)
class SwapOver(ToStaff):
    """What has become of it. `gives`, `takes`: the reader's shift and the other's (`alias`); `why`: refused."""

    kind: ClassVar = Notice.SWAP_OVER
    outcome: Literal["proposed", "accepted", "declined", "refused"]
    gives: ShiftNamed
    takes: ShiftNamed
    alias: Name
    why: WhyTold | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        gives, takes = (shift_name(words, one, facts) for one in (self.gives, self.takes))
        told = words(f"swap_{self.outcome}", name=Foreign(self.alias), yours=gives, theirs=takes)
        return Prompt(lines(told, why_lines(words, self.why, facts) if self.why else ""))

    def turned(self, alias: str) -> "SwapOver":
        """The same, as the other reads it."""
        return replace(self, gives=self.takes, takes=self.gives, alias=alias)
