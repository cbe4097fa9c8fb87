"""What is told of whoever has given no sign of being on their shift: themself, and the coordinators.

It must not load rows.
"""

from dataclasses import dataclass
from typing import ClassVar

from bot.cases.texts_duty import here_line
from bot.language.i18n import Words
from bot.language.parts import Facts, ToStaff, lines, pressed, rows_of, ticked
from bot.roster.told import ShiftNamed
from bot.shifts.phrases import names_text, shift_name
from models.buttons_duty import HERE
from models.buttons_shifts import CANT, SHOW_SHIFT
from models.dialogue import Choice, Prompt
from models.notice import Notice
from models.saying import Name


@dataclass(frozen=True, kw_only=True)
class AreYouHere(ToStaff):
    """The reader's shift has begun, and they have given no sign: are they there?"""

    kind: ClassVar = Notice.ARE_YOU_HERE
    shift: ShiftNamed

    def said(self, words: Words, facts: Facts) -> Prompt:
        text = lines(words("are_you_here", shift=shift_name(words, self.shift, facts)), words("are_you_here_else"))
        if pressed(self, HERE):
            return Prompt(lines(text, ticked(words("i_am_here"))))
        here = Choice(HERE.code(self.shift.shift), words("i_am_here"))
        return Prompt(text, ((here, Choice(CANT.code(self.shift.shift), words("shift_i_cannot"))),))


@dataclass(frozen=True, kw_only=True)
class ShiftAbsent(ToStaff):
    """These have given no sign on a shift that has begun. `volunteers`: who is there. For coordinators."""

    kind: ClassVar = Notice.SHIFT_ABSENT
    shift: ShiftNamed
    names: tuple[Name, ...]
    volunteers: tuple[Name, ...] = ()

    def said(self, words: Words, facts: Facts) -> Prompt:
        shift = shift_name(words, self.shift, facts)
        absent = words("shift_absent", names=names_text(words, self.names), shift=shift)
        show = Choice(SHOW_SHIFT.code(self.shift.shift), words("shift_show"))
        return Prompt(lines(absent, here_line(words, self.volunteers), words("shift_absent_open")), rows_of(show))
