"""Sessions of a period: which were held, by how many advisers, and which were not, and why.

Counted anew each time from hours, exceptions and shifts, which are never overwritten; so no counter can drift. A past
session counts as held when at least one volunteer was signed up for its hours. It must not change a row.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.engine import clock
from bot.engine.db import Db
from bot.hours import standing
from bot.places.places import PlaceRow, places
from bot.roster.staffing import signed_up_between
from models.hours import Door
from models.timetable import Opening, Timetable, spans_on, special_days, usual_spans


class State(StrEnum):
    """What became of a session. UNSTAFFED: its hours were published, and nobody had signed up. COMING: not over."""

    HELD = "held"
    UNSTAFFED = "unstaffed"
    CANCELLED = "cancelled"
    COMING = "coming"


@dataclass(frozen=True, slots=True)
class Session:
    """One session, wall-clock. `door`: how it is met. `beside_rules`: not by the weekly hours. `reason`: a code."""

    place: str
    door: str
    opening: Opening
    state: State
    advisers: int = 0
    reason: str = ""
    beside_rules: bool = False

    @property
    def is_visit(self) -> bool:
        """Whether one walks into it: libraries and pop-ups."""
        return self.door == Door.VISIT


async def sessions(db: Db, *, first: date, last: date, now: datetime, zone: ZoneInfo) -> list[Session]:
    """Every session, held or not, on the office days from `first` to `last`, soonest first."""
    table, known = await standing.timetable(db, since=first), await places(db)
    signed = await _signed_up(db, first, last, zone)
    found = [
        session
        for ahead in range((last - first).days + 1)
        for place in known
        for session in _on_day(table, place, first + timedelta(days=ahead), signed, now.astimezone(zone))
    ]
    return sorted(found, key=lambda one: (one.opening.on_day, one.opening.opens, one.place))


def _on_day(table: Timetable, place: PlaceRow, day: date, signed: "_SignedUp", shown: datetime) -> Iterator[Session]:
    openings, usual = spans_on(table, day, place.code), usual_spans(table, day, place.code)
    for opening in openings:
        advisers = signed.during(opening)
        is_over = datetime.combine(day, opening.closes) <= shown.replace(tzinfo=None)
        state = State.COMING if not is_over else State.HELD if advisers else State.UNSTAFFED
        yield Session(place.code, place.door, opening, state, advisers, beside_rules=not usual)
    if not openings:
        reason = next((special.reason for special in special_days(table, place.code, day, day)), "")
        for span in usual:
            yield Session(place.code, place.door, Opening(place.code, day, *span), State.CANCELLED, reason=reason)


class _SignedUp:
    """Who was signed up where and when, by the wall."""

    def __init__(self) -> None:
        self._shifts: dict[tuple[str, date], list[tuple[datetime, datetime, int]]] = defaultdict(list)

    def add(self, place: str, begins: datetime, ends: datetime, person_id: int) -> None:
        """That this person was on shift there, from and to by the wall; a long shift counts on each of its days."""
        for ahead in range((ends.date() - begins.date()).days + 1):
            self._shifts[place, begins.date() + timedelta(days=ahead)].append((begins, ends, person_id))

    def during(self, opening: Opening) -> int:
        """How many people were signed up for some of the opening."""
        opens = datetime.combine(opening.on_day, opening.opens)
        closes = datetime.combine(opening.on_day, opening.closes)
        here = self._shifts.get((opening.place, opening.on_day), ())
        return len({person for begins, ends, person in here if begins < closes and opens < ends})


async def _signed_up(db: Db, first: date, last: date, zone: ZoneInfo) -> _SignedUp:
    begins, ends = clock.start_of_day(first, zone), clock.start_of_day(last + timedelta(days=1), zone)
    signed = _SignedUp()
    for row in await signed_up_between(db, begins, ends):
        local = [at.astimezone(zone).replace(tzinfo=None) for at in (row.starts_at, row.ends_at)]
        signed.add(row.place, local[0], local[1], row.person_id)
    return signed
