"""What volunteers read of shifts: their own, free ones, not being able to come, standing in, reminders, news.

Owns what these sayings carry. What coordinators read is in `texts_coordinator.py`, parts of sentences in `phrases.py`.
It must not load rows.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from bot.hours.told import Why
from bot.language.i18n import Foreign, Words
from bot.language.parts import Facts, ToStaff, lines, pressed, rows_of, ticked
from bot.roster.told import InWords, ShiftNamed, ShiftSeen, WhyTold
from bot.shifts.phrases import choice, cover_text, names_text, seen_lines, shift_name, why_lines
from models.buttons_shifts import (
    ASK_STAND_IN,
    CANT,
    CANT_YES,
    COME,
    EVERY_WEEKS,
    FREE,
    LEAVE_SHIFT,
    SIGN_UP,
    TAKE_NOT,
    TAKE_PLACE,
)
from models.dialogue import Choice, Prompt
from models.hours import Reason
from models.notice import Notice
from models.saying import Like, Name

MOST_SHOWN = 6  # shifts with a button each: more do not fit on a phone's screen
EVERY: tuple[Literal["1", "2"], ...] = ("1", "2")
Count = Annotated[int, Like((0, 1, 3))]


@dataclass(frozen=True, kw_only=True)
class MyShifts(ToStaff):
    """The reader's shifts ahead, soonest first, and with whom. `asks`: for which one they cannot come. `more`: there
    are, later."""

    kind: ClassVar = Notice.MY_SHIFTS
    shifts: tuple[ShiftSeen, ...] = ()
    asks: bool = False
    more: Count = 0

    def said(self, words: Words, facts: Facts) -> Prompt:
        free = Choice(FREE.code(0), words("shifts_show_free"))
        if not self.shifts:
            return Prompt(words("my_shifts_none"), rows_of(free))
        listed = [_mine(words, one, facts) for one in self.shifts]
        more = words("shifts_more", n=self.more) if self.more else ""
        text = lines(words("cant_which" if self.asks else "my_shifts"), *listed, more)
        key = "" if self.asks else "shift_cant_button"
        cannot = [choice(words, CANT.code(one.shift), one, facts, key) for one in self.shifts]
        return Prompt(text, rows_of(*cannot) if self.asks else rows_of(*cannot, free))


def _mine(words: Words, shift: ShiftSeen, facts: Facts) -> str:
    return lines(seen_lines(words, shift, facts), words("shift_is_coming") if shift.is_coming else "")


@dataclass(frozen=True, kw_only=True)
class FreeShifts(ToStaff):
    """Shifts that the reader could take, soonest first; above them what came of the last press.

    `done`, `left`: signed up for, or not any more. `why`: refused, of the shift `about`. `next_page`: of further ones.
    """

    kind: ClassVar = Notice.FREE_SHIFTS
    done: ShiftNamed | None = None
    left: ShiftNamed | None = None
    about: ShiftNamed | None = None
    why: WhyTold | None = None
    shifts: tuple[ShiftSeen, ...] = ()
    next_page: Annotated[int | None, Like((1, None))] = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        listed = [seen_lines(words, one, facts) for one in self.shifts]
        above = _what_came(words, self, facts)
        if self.why and not self.about:
            return Prompt(above)
        title = words(self._title()) if self.shifts else words("free_shifts_none")
        buttons = [choice(words, SIGN_UP.code(one.shift), one, facts) for one in self.shifts]
        if self.done:
            leave = choice(words, LEAVE_SHIFT.code(self.done.shift), self.done, facts, "shift_leave_button")
            buttons += [leave, *(_every(words, self.done, weeks) for weeks in EVERY)]
        if self.next_page is not None:
            buttons.append(Choice(FREE.code(self.next_page), words("more_choices")))
        head = [f"{above}\n"] if above else []
        return Prompt("\n".join([*head, lines(title, *listed)]), rows_of(*buttons))

    def _title(self) -> str:
        return "free_shifts_instead" if self.why else "free_shifts"


def _every(words: Words, shift: ShiftNamed, weeks: Literal["1", "2"]) -> Choice:
    return Choice(EVERY_WEEKS.code(shift.shift, weeks), words(f"standing_button_{weeks}"))


def _what_came(words: Words, free: FreeShifts, facts: Facts) -> str:
    if free.done:
        return words("shift_signed_up", shift=shift_name(words, free.done, facts))
    if free.left:
        return words("shift_left", shift=shift_name(words, free.left, facts))
    if free.why:
        refused = words("shift_refused", shift=shift_name(words, free.about, facts)) if free.about else ""
        return lines(refused, why_lines(words, free.why, facts))
    return ""


@dataclass(frozen=True, kw_only=True)
class CantSure(ToStaff):
    """Is the reader sure that they cannot come to this shift?"""

    kind: ClassVar = Notice.CANT_SURE
    shift: ShiftNamed

    def said(self, words: Words, facts: Facts) -> Prompt:
        cannot = Choice(CANT_YES.code(self.shift.shift), words("shift_cannot_come"))
        comes = Choice(COME.code(self.shift.shift), words("shift_i_come"))
        return Prompt(words("cant_sure", shift=shift_name(words, self.shift, facts)), rows_of(cannot, comes))


@dataclass(frozen=True, kw_only=True)
class CantDone(ToStaff):
    """The reader is not on the shift any more, and their place is open. `fitting`: so many could be asked; `asked`: so
    many were; `open_place`: by which they are asked."""

    kind: ClassVar = Notice.CANT_DONE
    shift: ShiftNamed
    open_place: int
    fitting: Count = 0
    asked: Annotated[int | None, Like((None, 0, 1, 3))] = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        head = lines(words("cant_done", shift=shift_name(words, self.shift, facts)), words("cant_not_covered"))
        if self.asked is not None:
            return Prompt(lines(head, words("stand_in_asked", n=self.asked)))
        if not self.fitting:
            return Prompt(lines(head, words("stand_in_nobody")))
        ask = Choice(ASK_STAND_IN.code(self.open_place), words("stand_in_ask", n=self.fitting))
        return Prompt(head, rows_of(ask))


@dataclass(frozen=True, kw_only=True)
class ShiftAsked(ToStaff):
    """Can the reader take a place on this shift? Whoever says yes first has it."""

    kind: ClassVar = Notice.SHIFT_ASKED
    shift: ShiftSeen

    def said(self, words: Words, facts: Facts) -> Prompt:
        text = lines(words("shift_asked"), seen_lines(words, self.shift, facts), words("shift_asked_first"))
        yes = Choice(TAKE_PLACE.code(self.shift.shift), words("shift_i_take"))
        return Prompt(text, rows_of(yes, Choice(TAKE_NOT.code(self.shift.shift), words("shift_i_cannot"))))


@dataclass(frozen=True, kw_only=True)
class ShiftAskOver(ToStaff):
    """The question is over. `outcome`: the reader has the place, said no, or somebody else (`alias`) has it, or the
    shift is not held, or they could not have it (`why`)."""

    kind: ClassVar = Notice.SHIFT_ASK_OVER
    shift: ShiftNamed
    outcome: Literal["yours", "declined", "taken", "cancelled", "refused"]
    alias: Name | None = None
    why: WhyTold | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        name = shift_name(words, self.shift, facts)
        if self.outcome == "taken":
            return Prompt(words("shift_ask_taken", shift=name, name=Foreign(self.alias or "?")))
        why = why_lines(words, self.why, facts) if self.why else ""
        return Prompt(lines(words(f"shift_ask_{self.outcome}", shift=name), why))


class News(StrEnum):
    """What has become of a shift, to whom it concerns."""

    CANCELLED = "cancelled"
    BACK = "back"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    ALONE = "alone"
    FOUND = "found"
    CANNOT = "cannot"
    GONE = "gone"
    PAUSED = "paused"
    TAKEN = "taken"


_NOT_THEIRS = (News.CANCELLED, News.UNASSIGNED, News.ALONE)  # the reader is on it no more: with nobody, then


@dataclass(frozen=True, kw_only=True)
class ShiftNews(ToStaff):
    """Something has become of a shift. `alias`: who did it, or whom it concerns; `reason`, `in_words`: why a shift is
    not held. `cover`: how it is covered now, for coordinators."""

    kind: ClassVar = Notice.SHIFT_NEWS
    news: News
    shift: ShiftSeen
    alias: Name | None = None
    reason: Why = ""
    in_words: InWords = ""

    def said(self, words: Words, facts: Facts) -> Prompt:
        name = Foreign(self.alias) if self.alias else words("hours_by_command")
        told = words(f"shift_news_{self.news}", shift=shift_name(words, self.shift, facts), name=name)
        return Prompt(
            lines(
                told,
                self._reason(words),
                words("shift_note", note=Foreign(self.shift.in_words)) if self.shift.in_words else "",
                self._with(words),
                cover_text(words, self.shift.cover) if self.shift.cover else "",
            )
        )

    def _with(self, words: Words) -> str:
        them = () if self.news in _NOT_THEIRS else self.shift.volunteers
        return words("shift_with", names=names_text(words, them)) if them else ""

    def _reason(self, words: Words) -> str:
        if self.in_words:
            return words("reason_line", reason=Foreign(self.in_words))
        return words("reason_line", reason=words(f"reason_{self.reason}")) if self.reason else ""


@dataclass(frozen=True, kw_only=True)
class ShiftReminder(ToStaff):
    """The reader has this shift soon: do they come?"""

    kind: ClassVar = Notice.SHIFT_REMINDER
    shift: ShiftSeen

    def said(self, words: Words, facts: Facts) -> Prompt:
        text = lines(words("shift_reminder"), seen_lines(words, self.shift, facts))
        if pressed(self, COME):
            return Prompt(lines(text, ticked(words("shift_i_come"))))
        comes = Choice(COME.code(self.shift.shift), words("shift_i_come"))
        return Prompt(text, ((comes, Choice(CANT.code(self.shift.shift), words("shift_i_cannot"))),))


def reason_of(kept: str) -> tuple[Why, str]:
    """Why a shift is not held, as it is kept: one of the reasons that have a name, or a coordinator's own words."""
    return (Reason(kept), "") if kept in tuple(Reason) else ("", kept)
