"""What is read of the usual week and of a term made of it, and of what comes again every week.

Owns what these sayings carry. It must not load rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar

from bot.hours.told import Weekday
from bot.language import dates
from bot.language.i18n import Ltr, Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of
from bot.language.textshape import LONGEST_BUTTON, shortened
from bot.places.told import PlaceTold
from bot.roster.told import ShiftNamed, Spoken, WhyTold
from bot.shifts.phrases import languages_text, place_of, shift_name, short_time, why_lines
from bot.shifts.texts_term_off import TermAhead
from models.buttons_shifts import BEGIN_PLAN, DROP_TERM, END_STANDING, FREE, PUBLISH_TERM, WEEK_LINE, WITH_HOLIDAYS
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.saying import Carried, Clock, Like
from models.shift import NEEDED_EXPERIENCED
from models.shift_dialogue import Plan
from models.term import Why

MOST_LINES, MOST_LEFT_OUT = 20, 15
Count = Annotated[int, Like((0, 1, 42))]


@dataclass(frozen=True, kw_only=True)
class WeekLineTold(PlaceTold):
    """A line of the usual week. `line`: its id."""

    line: int
    weekday: Weekday
    starts: Clock
    ends: Clock
    needed: Annotated[int, Like((2,))] = 2
    experienced: Annotated[int, Like((1, 2))] = 1
    wants: tuple[Spoken, ...] = ()


@dataclass(frozen=True, kw_only=True)
class WeekShown(ToStaff):
    """The usual week. `added`, `removed`: the line that has just been. `terms`: published ones, to be cancelled."""

    kind: ClassVar = Notice.WEEK_SHOWN
    week: tuple[WeekLineTold, ...] = ()
    added: WeekLineTold | None = None
    removed: WeekLineTold | None = None
    terms: tuple[TermAhead, ...] = ()

    def said(self, words: Words, _facts: Facts) -> Prompt:
        done = ""
        if self.added:
            done = words("week_line_added", line=line_name(words, self.added))
        elif self.removed:
            done = words("week_line_removed", line=line_name(words, self.removed))
        text = lines(
            done,
            words("week_usual") if self.week else words("week_empty"),
            *(line_with_needs(words, one) for one in self.week),
            words("week_how", line=words("week_example_line")),
            words("week_how_term", term=words("week_example_term")) if self.week else "",
            *(one.named(words) for one in self.terms),
        )
        buttons = [_line_button(words, one, "week_remove_button", stays=False) for one in self.week[:MOST_LINES]]
        if self.removed:
            buttons.append(_line_button(words, self.removed, "shift_leave_button", stays=True))
        plans = [Plan.LINE, Plan.TERM] if self.week else [Plan.LINE]
        buttons += [Choice(BEGIN_PLAN.code(plan), words(f"plan_{plan}")) for plan in plans]
        return Prompt(text, rows_of(*buttons, *(one.button(words) for one in self.terms)))


def line_name(words: Words, one: WeekLineTold) -> Plain:
    """A line of the week as people name it."""
    times = Ltr(f"{short_time(one.starts)}–{short_time(one.ends)}")
    day = Plain(dates.short_weekday(one.weekday, words.language))
    return words("shift_name", day=day, times=times, place=place_of(words, one))


def line_with_needs(words: Words, one: WeekLineTold) -> str:
    """The same, with how many it needs and which languages."""
    needs = [words("shift_people", n=one.needed)]
    if one.experienced > NEEDED_EXPERIENCED:
        needs.append(words("shift_experienced", n=one.experienced))
    if one.wants:
        needs.append(languages_text(words, one.wants))
    return words("week_line", line=line_name(words, one), needs=Plain(", ".join(needs)))


def _line_button(words: Words, one: WeekLineTold, key: str, *, stays: bool) -> Choice:
    label = words(key, shift=line_name(words, one))
    return Choice(WEEK_LINE.code(one.line, stays), shortened(label, LONGEST_BUTTON))


@dataclass(frozen=True, kw_only=True)
class LeftOutTold(PlaceTold):
    """A shift that the term leaves out, and why."""

    day: date
    starts: Clock
    ends: Clock
    why: Why


@dataclass(frozen=True, kw_only=True)
class PlaceCount(PlaceTold):
    """How many shifts a term has at a place."""

    shifts: Annotated[int, Like((21,))] = 0


@dataclass(frozen=True, kw_only=True)
class TermPreview(ToStaff):
    """A term as it would be published: how many shifts where, and what is left out, holidays and closed days first
    proposed as gaps. `more`: of those, further ones. `holidays`: there are shifts on holidays too."""

    kind: ClassVar = Notice.TERM_PREVIEW
    draft: int
    first: date
    last: date
    places: tuple[PlaceCount, ...] = ()
    left_out: tuple[LeftOutTold, ...] = ()
    more: Count = 0
    holidays: bool = False

    def said(self, words: Words, _facts: Facts) -> Prompt:
        total = sum(one.shifts for one in self.places)
        text = lines(
            words("term_preview", first=words.date(self.first), last=words.date(self.last), n=total),
            *(words("term_place", place=place_of(words, one), n=one.shifts) for one in self.places),
            words("term_left_out") if self.left_out else "",
            *(left_out_line(words, one) for one in self.left_out),
            words("shifts_more", n=self.more) if self.more else "",
            words("term_not_yet"),
        )
        publish = [Choice(PUBLISH_TERM.code(self.draft), words("term_publish", n=total))] if total else []
        key = "term_without_holidays" if self.holidays else "term_with_holidays"
        turn = Choice(WITH_HOLIDAYS.code(self.draft, not self.holidays), words(key))
        return Prompt(text, rows_of(*publish, turn, Choice(DROP_TERM.code(self.draft), words("hours_drop"))))


@dataclass(frozen=True, kw_only=True)
class TermShift(PlaceTold):
    """A shift of a term. `why`: it is left out."""

    day: date
    starts: Clock
    ends: Clock
    why: Why | None = None


@dataclass(frozen=True, kw_only=True)
class TermDiffers(Carried):
    """What has changed of a term since its coordinator was shown it. `more`: further shifts."""

    gone: tuple[TermShift, ...] = ()
    added: tuple[TermShift, ...] = ()
    more: int = 0

    def said(self, words: Words) -> str:
        return lines(
            words("term_changed"),
            *(_gone(words, one) for one in self.gone),
            *(words("term_changed_new", shift=term_shift_name(words, one)) for one in self.added),
            words("shifts_more", n=self.more) if self.more else "",
        )


def _gone(words: Words, one: TermShift) -> str:
    name = term_shift_name(words, one)
    why = words(f"term_why_{one.why}") if one.why else words("term_why_no_line")
    return words("term_changed_gone", shift=name, why=why)


def term_shift_name(words: Words, one: TermShift | LeftOutTold) -> Plain:
    """As `shift_name`, of a shift that is not there yet."""
    times = Ltr(f"{short_time(one.starts)}–{short_time(one.ends)}")
    return words("shift_name", day=words.short_day(one.day), times=times, place=place_of(words, one))


def left_out_line(words: Words, one: LeftOutTold) -> str:
    """A shift that the term leaves out, and why."""
    return words("term_left", shift=term_shift_name(words, one), why=words(f"term_why_{one.why}"))


@dataclass(frozen=True, kw_only=True)
class TermPublished(ToStaff):
    """To the coordinator: the term's shifts are there, and everybody knows."""

    kind: ClassVar = Notice.TERM_PUBLISHED
    first: date
    last: date
    shifts: Count = 0

    def said(self, words: Words, _facts: Facts) -> Prompt:
        first, last = words.date(self.first), words.date(self.last)
        return Prompt(words("term_published", first=first, last=last, n=self.shifts))


@dataclass(frozen=True, kw_only=True)
class TermDropped(OneSentence, ToStaff):
    """A term was given up before it was published."""

    kind: ClassVar = Notice.TERM_DROPPED
    sentence: ClassVar = "term_dropped"


@dataclass(frozen=True, kw_only=True)
class TermOpen(ToStaff):
    """To everybody on the staff: there are new shifts to sign up for."""

    kind: ClassVar = Notice.TERM_OPEN
    first: date
    last: date
    shifts: Count = 0

    def said(self, words: Words, _facts: Facts) -> Prompt:
        first, last = words.date(self.first), words.date(self.last)
        free = Choice(FREE.code(0), words("shifts_show_free"))
        return Prompt(words("term_open", first=first, last=last, n=self.shifts), rows_of(free))


@dataclass(frozen=True, kw_only=True)
class Clash(Carried):
    """A shift that a standing sign-up means and that could not be had, and why."""

    shift: ShiftNamed
    why: WhyTold


@dataclass(frozen=True, kw_only=True)
class Standing(ToStaff):
    """What comes again every week, or every other one: the shifts that the reader has by it, and those they cannot
    have. `ended`: it comes again no more."""

    kind: ClassVar = Notice.STANDING
    standing: int
    line: ShiftNamed
    every_weeks: Annotated[int, Like((1, 2))] = 1
    signed: Count = 0
    clashes: tuple[Clash, ...] = ()
    more: Count = 0
    ended: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        if self.ended:
            return Prompt(words("standing_ended", shift=_repeating(words, self.line, facts)))
        text = lines(
            self.named(words, facts),
            words("standing_signed", n=self.signed),
            words("standing_clashes") if self.clashes else "",
            *(line for one in self.clashes for line in _clash(words, one, facts)),
            words("shifts_more", n=self.more) if self.more else "",
        )
        return Prompt(text, rows_of(Choice(END_STANDING.code(self.standing), words("standing_end"))))

    def named(self, words: Words, facts: Facts) -> Plain:
        """How often, and which."""
        return words(f"standing_every_{self.every_weeks}", shift=_repeating(words, self.line, facts))


def _clash(words: Words, one: Clash, facts: Facts) -> Sequence[str]:
    return shift_name(words, one.shift, facts), why_lines(words, one.why, facts)


def _repeating(words: Words, shift: ShiftNamed, facts: Facts) -> Plain:
    """As a shift's name, with the day of the week alone."""
    begins, ends = (_shown(at, facts) for at in (shift.starts_at, shift.ends_at))
    day = Plain(dates.short_weekday(begins.weekday(), words.language))
    times = Ltr(f"{short_time(begins)}–{short_time(ends)}")
    return words("shift_name", day=day, times=times, place=place_of(words, shift))


def _shown(at: datetime, facts: Facts) -> datetime:
    return at.astimezone(facts.zone)
