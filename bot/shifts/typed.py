"""A line about shifts as people type it, in Swedish or English: a new shift, a shift that is named, a week. Pure.

Days, times and places are read as everywhere (`bot/hours/typed/days.py`, `bot/places/place_names.py`). What is not
understood is named and refused. It must not load a row.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.engine import clock
from bot.engine.errors import BadInput
from bot.hours.typed.days import Calendar, take_days, take_spans, take_weekday
from bot.language.textshape import clean
from bot.language.typed import AFTER, BEFORE, Line, shown
from bot.people.names import folded
from bot.places.place_names import KnownPlace, places_named, take_places
from models.shift import NEEDED, NEEDED_EXPERIENCED, ONLINE
from models.staffing import Needs
from models.term import LONGEST_TERM
from models.timetable import Span

LONGEST_LINE, LONGEST_REASON = 500, 200
MOST_NEEDED = 9
Term = tuple[date, date]
FAR_AHEAD = timedelta(days=300)  # without a year, a day that was yesterday would be taken for one in a year
_YEAR = re.compile(r"(?:19|20)\d\d")
_NEEDED = re.compile(rf"{BEFORE}(?P<needed>\d{{1,3}})(?:\s*(?:st|personer|volontärer|people|volunteers|slots))?{AFTER}")
_EXPERIENCED = re.compile(rf"{BEFORE}(?P<experienced>\d{{1,3}})\s*(?:erfaren|erfarna|experienced){AFTER}")
_WEEK = re.compile(rf"{BEFORE}(?:v(?:ecka)?\.?|w(?:eek)?)?\s*(?P<week>\d{{1,2}}){AFTER}")
_NEXT = re.compile(rf"{BEFORE}(?:nästa(?: vecka)?|next(?: week)?){AFTER}")
_THIS = re.compile(rf"{BEFORE}(?:den här veckan|denna vecka|this week|nu|now){AFTER}")
_REASON = re.compile(r":\s+|:$|\s+(?:pga|p\.g\.a\.|på grund av|because|due to)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NewShift:
    """A shift to be added: wall clock of the office, over midnight if it ends before it begins."""

    day: date
    span: Span
    place: str
    needed: int = NEEDED
    wants: tuple[str, ...] = ()
    note: str = ""
    experienced: int = NEEDED_EXPERIENCED


@dataclass(frozen=True, slots=True)
class ShiftWords:
    """What was said of a shift that is there, as much as names it. `name`: what is left, or who was named."""

    day: date | None = None
    span: Span | None = None
    places: tuple[str, ...] = ()
    name: str = ""
    reason: str = ""

    @property
    def says_nothing(self) -> bool:
        return self.day is None and self.span is None and not self.places


def parse_new(rest: str, *, today: date, known: Sequence[KnownPlace], spoken: Collection[str]) -> NewShift:
    """The shift that "7/12 13-16 linero 3 2 erfarna ar: nyckeln i disken" means; after a colon comes a note.

    Raises:
        BadInput: something is missing or not understood, or the day has passed; says which word.
    """
    before, note = _apart(rest)
    line = _line(before)
    spans = take_spans(line)
    first, last = take_days(line, Calendar(today))
    places = take_places(line, _with_online(known))
    needs = _needs(line, spoken)
    line.refuse_rest()
    if first is None:
        raise BadInput("hours_day_missing")
    if last is not None:
        raise BadInput("hours_one_day")
    if len(places) > 1:
        raise BadInput("shift_one_place", places=", ".join(places))
    _require_meant(first, today, line)
    return NewShift(first, _one_span(spans), places[0], needs.people, needs.wants, note, needs.experienced)


def _needs(line: Line, spoken: Collection[str]) -> Needs:
    """How many are needed, how many of them experienced, and which languages are wanted, as a line ends with them."""
    experienced, needed = line.take(_EXPERIENCED), line.take(_NEEDED)
    wants = tuple(code for code in spoken if line.take(re.compile(rf"{BEFORE}{re.escape(code)}{AFTER}")))
    how_many = int(needed["needed"]) if needed else NEEDED
    if not 1 <= how_many <= MOST_NEEDED:
        raise BadInput("shift_needed_wrong", value=str(how_many), most=MOST_NEEDED)
    of_them = int(experienced["experienced"]) if experienced else NEEDED_EXPERIENCED
    if not 1 <= of_them <= how_many:
        raise BadInput("shift_experienced_wrong", value=str(of_them), most=how_many)
    return Needs(how_many, of_them, wants)


@dataclass(frozen=True, slots=True)
class NewLine:
    """A line of the usual week to be added. Monday = 0."""

    weekday: int
    span: Span
    place: str
    needed: int = NEEDED
    wants: tuple[str, ...] = ()
    experienced: int = NEEDED_EXPERIENCED


def parse_template(rest: str, *, today: date, known: Sequence[KnownPlace], spoken: Collection[str]) -> NewLine | Term:
    """What the line adds to the usual week, "måndag 13-16 linero 3 2 erfarna ar"; or the term it is to be applied to,
    "11/1..4/6".

    Raises:
        BadInput: it is neither, or the term has begun or is too long.
    """
    line = _line(rest)
    spans = take_spans(line)
    if not spans:
        return _term(line, today)
    weekday = take_weekday(line)
    places = take_places(line, _with_online(known))
    needs = _needs(line, spoken)
    line.refuse_rest()
    if weekday is None:
        raise BadInput("hours_weekday_missing")
    if len(places) > 1:
        raise BadInput("shift_one_place", places=", ".join(places))
    return NewLine(weekday, _one_span(spans), places[0], needs.people, needs.wants, needs.experienced)


def _term(line: Line, today: date) -> Term:
    first, last = take_days(line, Calendar(today))
    if first is None or last is None:
        raise BadInput("term_two_days")
    line.refuse_rest()
    if last < first:
        raise BadInput("term_ends_before", first=first.isoformat(), last=last.isoformat())
    if first < today:
        raise BadInput("shift_day_passed", value=first.isoformat())
    if last - first > LONGEST_TERM:
        raise BadInput("term_too_long", most=LONGEST_TERM.days)
    return first, last


def parse_shift(rest: str, *, today: date, known: Sequence[KnownPlace], names: Collection[str] = ()) -> ShiftWords:
    """Which shift is meant, of whom, and why: "Amina mån 7/12 13-16 Linero". Whatever is not a day, a time or a place
    is a name.

    Raises:
        BadInput: no such day or time.
    """
    before, reason = _apart(rest)
    line = _line(before)
    name = _take_name(line, names)
    spans = take_spans(line)
    first, last = take_days(line, Calendar(today))
    if last is not None:
        raise BadInput("hours_one_day")
    places = places_named(line, _with_online(known))
    return ShiftWords(first, _one_span(spans) if spans else None, places, name or line.rest, reason)


def parse_week(rest: str, *, today: date) -> date:
    """The Monday of the week that is meant: this one, "nästa", "v 50" or the week of a day.

    Raises:
        BadInput: no such week or day.
    """
    line = _line(rest)
    monday = today - timedelta(days=today.weekday())
    if line.take(_THIS) or not line.rest:
        return monday
    if line.take(_NEXT):
        line.refuse_rest()
        return monday + timedelta(days=7)
    first, _ = take_days(line, Calendar(today))
    if first is not None:
        line.refuse_rest()
        return first - timedelta(days=first.weekday())
    found = line.take(_WEEK)
    line.refuse_rest()
    assert found is not None  # else something would be left
    return _monday_of(int(found["week"]), today, found[0])


def instants(day: date, span: Span, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When the shift begins and ends, in UTC; over midnight, if it ends before it begins.

    Raises:
        BadInput: the clock skips one of the times in that night.
    """
    begins, ends = span
    last = day if begins < ends else day + timedelta(days=1)
    return _wall(day, begins, zone), _wall(last, ends, zone)


def _wall(day: date, shown_time: time, zone: ZoneInfo) -> datetime:
    try:
        return clock.wall(day, shown_time, zone)
    except clock.NoSuchTime:
        raise BadInput("no_such_time", value=f"{day} {shown_time:%H:%M}") from None


def _line(typed: str) -> Line:
    if len(typed) > LONGEST_LINE:
        raise BadInput("too_long", most=LONGEST_LINE)
    return Line(typed)


def _apart(typed: str) -> tuple[str, str]:
    """What is read, and a coordinator's own words behind it: a reason, a note."""
    before, own = typed, ""
    if found := _REASON.search(typed):
        before, own = typed[: found.start()], " ".join(clean(typed[found.end() :]).split())
    if len(own) > LONGEST_REASON:
        raise BadInput("too_long", most=LONGEST_REASON)
    return before, own


def _one_span(spans: tuple[Span, ...]) -> Span:
    if not spans:
        raise BadInput("hours_times_missing")
    if len(spans) > 1:
        raise BadInput("shift_one_stretch")
    if spans[0][0] == spans[0][1]:
        raise BadInput("shift_ends_before_start")
    return spans[0]


def _require_meant(day: date, today: date, line: Line) -> None:
    """A day that has passed, or one that is only meant because no year was typed, is not guessed at."""
    if day < today:
        raise BadInput("shift_day_passed", value=day.isoformat())
    if day - today > FAR_AHEAD and not _YEAR.search(line.text):
        raise BadInput("shift_day_far", value=day.isoformat())


def _take_name(line: Line, names: Collection[str]) -> str:
    """The longest known name that the line begins with: "Jan 7/12" is Jan, and not the seventh of January."""
    for name in sorted(names, key=len, reverse=True):
        if re.match(rf"{re.escape(folded(name))}(?![^\s,;:])", folded(line.text)):
            line.strike(0, len(name))
            return name
    return ""


def _with_online(known: Sequence[KnownPlace]) -> list[KnownPlace]:
    there = list(known)
    if all(place.code != ONLINE for place in there):
        there.append(KnownPlace(ONLINE, visit=False))
    return there


def _monday_of(week: int, today: date, typed: str) -> date:
    year = today.isocalendar().year
    for one in (year, year + 1):
        try:
            monday = date.fromisocalendar(one, week, 1)
        except ValueError:
            continue
        if monday + timedelta(days=6) >= today:
            return monday
    raise BadInput("shift_no_week", value=shown(typed))
