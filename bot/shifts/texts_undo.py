"""What a coordinator reads who takes back what they did to a shift.

Owns what these sayings carry. It must not load rows.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from bot.language.i18n import Foreign, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of
from bot.roster.told import ShiftNamed
from bot.shifts.phrases import shift_name
from models.buttons_shifts import UNDO_SHIFT
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Name


@dataclass(frozen=True, kw_only=True)
class ShiftUndoAsk(ToStaff):
    """Is that to be taken back? `alias`: whom it was done to. `answer`: what was said to it."""

    kind: ClassVar = Notice.SHIFT_UNDO_ASK
    number: int
    shift: ShiftNamed
    verb: Literal["made", "assigned", "unassigned", "cancelled"]
    alias: Name | None = None
    answer: Literal["", "yes", "no"] = ""

    def said(self, words: Words, facts: Facts) -> Prompt:
        name = Foreign(self.alias) if self.alias else words("hours_by_command")
        done = words(f"shift_undo_{self.verb}", shift=shift_name(words, self.shift, facts), name=name)
        if self.answer:
            return Prompt(lines(words(f"shift_undo_said_{self.answer}"), done))
        yes = Choice(UNDO_SHIFT.code(self.number, "yes"), words("hours_undo"))
        no = Choice(UNDO_SHIFT.code(self.number, "no"), words("no"))
        return Prompt(lines(words("shift_undo_sure"), done), rows_of(yes, no))


@dataclass(frozen=True, kw_only=True)
class NothingToUndo(OneSentence, ToStaff):
    """Nothing of the reader's own can be taken back."""

    kind: ClassVar = Notice.NOTHING_TO_UNDO
    sentence: ClassVar = "shift_undo_nothing"
