"""What is read of a published term whose shifts are cancelled together.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, ClassVar, Literal

from bot.hours.told import Why
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of
from bot.roster.told import InWords, ShiftNamed
from bot.shifts.phrases import shift_name
from models.buttons_shifts import REASONS, TERM_OFF, TERM_OFF_WHY
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Carried, Like, Name

MOST_NAMED = 10
Count = Annotated[int, Like((1, 2, 21))]


@dataclass(frozen=True, kw_only=True)
class TermAhead(Carried):
    """What is ahead of a published term: the days of its first and last shift, how many there are, and how many people
    are signed up. `number`: by which it is known."""

    number: int
    first: date
    last: date
    shifts: Count = 1
    people: Annotated[int, Like((0, 1, 3))] = 0

    def named(self, words: Words) -> Plain:
        """Which it is, and how many shifts are left of it."""
        first, last = words.date(self.first), words.date(self.last)
        return words("term_ahead", first=first, last=last, n=self.shifts)

    def button(self, words: Words) -> Choice:
        """Begins to cancel it."""
        days = Ltr(f"{self.first.day}/{self.first.month}–{self.last.day}/{self.last.month}")
        return Choice(TERM_OFF.code(self.number, "ask"), words("term_off_button", days=days))


@dataclass(frozen=True, kw_only=True)
class TermOffAsk(ToStaff):
    """Are all of them to be cancelled? `answer`: what was said to it."""

    kind: ClassVar = Notice.TERM_OFF_ASK
    term: TermAhead
    answer: Literal["", "yes", "no"] = ""

    def said(self, words: Words, _facts: Facts) -> Prompt:
        if self.answer == "yes":
            return Prompt(words("term_off_done", n=self.term.shifts))
        if self.answer:
            return Prompt(lines(words("shift_undo_said_no"), self.term.named(words)))
        number = self.term.number
        yes = [Choice(TERM_OFF_WHY.code(number, one), words(f"reason_{one}")) for one in REASONS]
        yes.append(Choice(TERM_OFF.code(number, "yes"), words("hours_no_reason")))
        no = Choice(TERM_OFF.code(number, "no"), words("no"))
        return Prompt(lines(self.question(words), words("term_off_why")), rows_of(*yes, no))

    def question(self, words: Words) -> str:
        """Which shifts, and who would be told."""
        return lines(
            words("term_off_sure"), self.term.named(words), words("term_off_people", n=self.term.people)
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TermOff(ToStaff):
    """To whoever was signed up: shifts of a term are not held, those (`shifts`) of the reader among them. `alias`: who
    has cancelled them; `reason`, `in_words`: why; `more`: further ones of the reader."""

    kind: ClassVar = Notice.TERM_OFF
    shifts: tuple[ShiftNamed, ...]
    more: Annotated[int, Like((0, 2))] = 0
    alias: Name | None = None
    reason: Why = ""
    in_words: InWords = ""

    def said(self, words: Words, facts: Facts) -> Prompt:
        by = Foreign(self.alias) if self.alias else words("hours_by_command")
        reason = Foreign(self.in_words) if self.in_words else words(f"reason_{self.reason}") if self.reason else ""
        return Prompt(
            lines(
                words("term_off", name=by),
                *(shift_name(words, one, facts) for one in self.shifts),
                words("shifts_more", n=self.more) if self.more else "",
                words("reason_line", reason=reason) if reason else "",
            )
        )
