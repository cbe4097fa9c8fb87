"""What the usual week would make of a term as things stand: the shifts, and what is left out. Reads only.

Owns how such a plan is kept beside a draft, so that what has changed since can be said. What a line makes is decided in
`models/term.py`. It must not add a shift.
"""

from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from bot.engine import clock
from bot.engine.work import Work
from bot.hours import standing as hours_standing
from bot.places.holidays import red_days
from bot.roster import shifts
from models.term import Days, LeftOut, Planned, WeekLine, Why, applied
from models.timetable import special_days


class PlannedAt(NamedTuple):
    """A shift of a plan, as it is kept. `why`: it is left out, and why."""

    day: date
    place: str
    starts: time
    ends: time
    why: Why | None = None

    def to_json(self) -> list[str]:
        return [self.day.isoformat(), self.place, self.starts.isoformat(), self.ends.isoformat(), self.why or ""]

    @classmethod
    def from_json(cls, kept: Sequence[object]) -> "PlannedAt":
        day, place, starts, ends, why = (str(one) for one in kept)
        return cls(
            date.fromisoformat(day), place, time.fromisoformat(starts), time.fromisoformat(ends),
            Why(why) if why else None,
        )  # fmt: skip


class Plan(NamedTuple):
    """The shifts of a term, and those that it leaves out; each soonest first."""

    planned: Sequence[Planned]
    left: Sequence[LeftOut]

    def kept(self) -> list[PlannedAt]:
        """As it is kept, the shifts first."""
        there = [PlannedAt(one.day, one.line.place, one.line.starts, one.line.ends) for one in self.planned]
        gaps = [PlannedAt(one.day, one.line.place, one.line.starts, one.line.ends, one.why) for one in self.left]
        return there + gaps


class KeptTerm(NamedTuple):
    """A term as its draft keeps it. `made`: how many shifts; `plan`: as it was shown; None in an older version's."""

    first: date
    last: date
    with_holidays: bool
    made: int
    plan: Sequence[PlannedAt] | None = None

    def to_json(self) -> dict[str, object]:
        plan = {} if self.plan is None else {"plan": [one.to_json() for one in self.plan]}
        return {"first": self.first.isoformat(), "last": self.last.isoformat(), "holidays": self.with_holidays,
                "made": self.made, **plan}  # fmt: skip

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "KeptTerm":
        first, last = (date.fromisoformat(kept[name]) for name in ("first", "last"))
        plan = [PlannedAt.from_json(one) for one in kept["plan"]] if "plan" in kept else None
        return cls(first, last, bool(kept["holidays"]), int(kept["made"]), plan)

    def shows(self, plan: Plan) -> bool:
        """Whether just those shifts were shown."""
        if self.plan is None:
            return len(plan.planned) == self.made
        return [one for one in self.plan if one.why is None] == [one for one in plan.kept() if one.why is None]


async def plan(work: Work, week: Sequence[WeekLine], first: date, last: date, *, with_holidays: bool) -> Plan:
    """What the week makes of the days from `first` to `last`."""
    days = Days(
        red={one.day for one in red_days(first, last)}, closed=await _closed(work, week, first, last),
        there=await _there(work, first, last), skipped=_skipped(work, week, first, last),
    )  # fmt: skip
    return Plan(*applied(week, first, last, days, with_holidays=with_holidays))


async def _closed(work: Work, week: Sequence[WeekLine], first: date, last: date) -> set[tuple[str, date]]:
    table = await hours_standing.timetable(work.db, since=first)
    return {
        (place, one.on_day)
        for place in {line.place for line in week}
        for one in special_days(table, place, first, last)
        if not one.spans
    }


async def _there(work: Work, first: date, last: date) -> set[tuple[str, date, time]]:
    begins, ends = clock.start_of_day(first, work.zone), clock.start_of_day(last + timedelta(days=1), work.zone)
    shown_as = [(one.place, one.starts_at.astimezone(work.zone)) for one in
                await shifts.held_between(work.db, begins, ends)]  # fmt: skip
    return {(place, at.date(), at.time()) for place, at in shown_as}


def _skipped(work: Work, week: Sequence[WeekLine], first: date, last: date) -> set[tuple[date, time]]:
    """The times of the week that the clock skips in the term."""
    found = set()
    for ahead in range((last - first).days + 2):
        day = first + timedelta(days=ahead)
        for at in {one for line in week for one in (line.starts, line.ends)}:
            try:
                clock.wall(day, at, work.zone)
            except clock.NoSuchTime:
                found.add((day, at))
    return found
