"""The usual week applied to a term: which shifts it would make, and which it leaves out and why. Pure.

Days and times are the office's wall clock. Owns WeekLine, Planned, LeftOut and how a standing sign-up repeats. It must
not know which days are holidays or closed: they are handed in.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

LONGEST_TERM = timedelta(days=200)  # half a year and its holidays; what is planned further ahead is guessed


class Why(StrEnum):
    """Why a line makes no shift on a day."""

    HOLIDAY = "holiday"
    CLOSED = "closed"
    THERE = "there"
    NO_SUCH_TIME = "no_such_time"


@dataclass(frozen=True, slots=True)
class WeekLine:
    """A line of the usual week; it ends on the next day if `ends` is not after `starts`. Monday = 0."""

    place: str
    weekday: int
    starts: time
    ends: time
    needed: int = 2
    experienced: int = 1
    wants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A shift that a line makes on a day."""

    day: date
    line: WeekLine


@dataclass(frozen=True, slots=True)
class LeftOut:
    """One that it does not make."""

    day: date
    line: WeekLine
    why: Why


@dataclass(frozen=True, slots=True)
class Days:
    """What is known of the term's days: holidays, days on which a place is closed, shifts that are there (place, day,
    when they begin), and times that the clock skips (day, time)."""

    red: Collection[date] = frozenset()
    closed: Collection[tuple[str, date]] = frozenset()
    there: Collection[tuple[str, date, time]] = frozenset()
    skipped: Collection[tuple[date, time]] = frozenset()


def applied(
    lines: Sequence[WeekLine], first: date, last: date, days: Days, *, with_holidays: bool
) -> tuple[list[Planned], list[LeftOut]]:
    """The shifts of the days from `first` to `last`, both included, and what is left out; each soonest first.

    `with_holidays`: a coordinator has decided that there are shifts on holidays too, where the place is not closed.
    """
    planned, left = [], []
    for day, line in _in_order(lines, first, last):
        why = _why_not(line, day, days, with_holidays)
        if why is None:
            planned.append(Planned(day, line))
        else:
            left.append(LeftOut(day, line, why))
    return planned, left


def _in_order(lines: Iterable[WeekLine], first: date, last: date) -> Iterator[tuple[date, WeekLine]]:
    ordered = sorted(lines, key=lambda line: (line.starts, line.place))
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        yield from ((day, line) for line in ordered if line.weekday == day.weekday())


def _why_not(line: WeekLine, day: date, days: Days, with_holidays: bool) -> Why | None:
    if (line.place, day, line.starts) in days.there:
        return Why.THERE
    if (line.place, day) in days.closed:
        return Why.CLOSED
    ends_on = day if line.starts < line.ends else day + timedelta(days=1)
    if (day, line.starts) in days.skipped or (ends_on, line.ends) in days.skipped:
        return Why.NO_SUCH_TIME
    if day in days.red and not with_holidays:
        return Why.HOLIDAY
    return None


def repeats_on(day: date, first_on: date, every_weeks: int, until: date | None) -> bool:
    """Whether a standing sign-up that begins on `first_on` means that day too: every so many weeks from there."""
    since = (day - first_on).days
    return since >= 0 and since % (7 * every_weeks) == 0 and (until is None or day <= until)
