"""When the doors are open: places, weekly rules in wall-clock time, dated exceptions, and pure questions about them.

Owns Place, WeeklyHours, HoursException, `spans_on`, `is_open`, `next_openings`. It must not read the clock or a table.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Column, Date, Float, ForeignKey, Integer, Text, Time
from sqlmodel import Field

from models.base import Base, Codes, Id, UtcDateTime, new_id

HORIZON_DAYS = 60  # further ahead nobody plans a visit, and rules may still change


class Place(Base, table=True):
    """Where a physical session is held. `name_key` is a catalogue key, so that each language has its own wording."""

    __tablename__ = "places"

    code: str = Field(sa_column=Column(Text, primary_key=True))
    name_key: str = Field(sa_column=Column(Text, nullable=False))
    address: str = Field(default="", sa_column=Column(Text, nullable=False))
    details: dict[str, str] = Field(default_factory=dict, sa_column=Column(Codes, nullable=False))
    latitude: float | None = Field(default=None, sa_column=Column(Float))
    longitude: float | None = Field(default=None, sa_column=Column(Float))


class WeeklyHours(Base, table=True):
    """A rule: on this weekday (Monday = 0) this place is open [opens, closes), office wall-clock, same day.

    Valid on days `valid_from` ≤ day ≤ `valid_to`; a None end is open. Past rules are kept, never edited.
    """

    __tablename__ = "weekly_hours"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    place: str = Field(sa_column=Column(Text, ForeignKey("places.code"), nullable=False, index=True))
    weekday: int = Field(sa_column=Column(Integer, nullable=False))
    opens: time = Field(sa_column=Column(Time, nullable=False))
    closes: time = Field(sa_column=Column(Time, nullable=False))
    valid_from: date = Field(sa_column=Column(Date, nullable=False))
    valid_to: date | None = Field(default=None, sa_column=Column(Date))

    __table_args__ = (
        CheckConstraint("opens < closes", name="hours_same_day"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="hours_weekday"),
    )


class HoursException(Base, table=True):
    """What holds on one day instead of the rules. No opens and closes: closed that day."""

    __tablename__ = "hours_exceptions"

    id: int = Field(default_factory=new_id, sa_column=Column(Id, primary_key=True, autoincrement=False))
    place: str = Field(sa_column=Column(Text, ForeignKey("places.code"), nullable=False, index=True))
    on_day: date = Field(sa_column=Column(Date, nullable=False))
    opens: time | None = Field(default=None, sa_column=Column(Time))
    closes: time | None = Field(default=None, sa_column=Column(Time))
    reason: str = Field(default="", sa_column=Column(Text, nullable=False))
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))


@dataclass(frozen=True, slots=True)
class Rule:
    """A weekly rule, away from its table."""

    place: str
    weekday: int
    opens: time
    closes: time
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A dated exception, away from its table."""

    place: str
    on_day: date
    opens: time | None = None
    closes: time | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of one day at one place, office wall-clock, half-open."""

    place: str
    on_day: date
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Timetable:
    """Everything that decides when a place is open."""

    rules: Sequence[Rule] = ()
    exceptions: Sequence[Exceptional] = ()


def spans_on(timetable: Timetable, day: date, place: str) -> list[Opening]:
    """The openings of one place on one day, earliest first. An exception replaces the rules of its day."""
    special = [x for x in timetable.exceptions if x.place == place and x.on_day == day]
    source: Iterable[Rule | Exceptional] = special or _rules_on(timetable, day, place)
    spans = [Opening(place, day, x.opens, x.closes) for x in source if x.opens and x.closes]
    return sorted(spans, key=lambda span: span.opens)


def is_open(timetable: Timetable, at: datetime, place: str, zone: ZoneInfo) -> bool:
    """Whether the doors are open at the instant `at` (aware). Opening minute in, closing minute out."""
    local = at.astimezone(zone)
    return any(span.opens <= local.time() < span.closes for span in spans_on(timetable, local.date(), place))


def next_openings(timetable: Timetable, at: datetime, places: Sequence[str], zone: ZoneInfo) -> Iterator[Opening]:
    """Openings that have not ended at the instant `at`, soonest first, up to 60 days ahead."""
    local = at.astimezone(zone)
    for ahead in range(HORIZON_DAYS):
        day = local.date() + timedelta(days=ahead)
        spans = [span for place in places for span in spans_on(timetable, day, place)]
        for span in sorted(spans, key=lambda span: (span.opens, span.place)):
            if ahead > 0 or span.closes > local.time():
                yield span


def _rules_on(timetable: Timetable, day: date, place: str) -> list[Rule]:
    return [
        rule
        for rule in timetable.rules
        if rule.place == place
        and rule.weekday == day.weekday()
        and rule.valid_from <= day
        and (rule.valid_to is None or day <= rule.valid_to)
    ]
