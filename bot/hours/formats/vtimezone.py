"""A zone as calendars are told of it: a VTIMEZONE with the real instants at which the wall clock jumps, and their rule.

Written here because icalendar's own begins summer time an hour late and ends with a list of days instead of a rule.
It must not read the clock.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

YEARS_TRIED = 12  # a rule that gives the right days for so long is taken for the zone's
DAYS_OF_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


class Jump(NamedTuple):
    """The wall clock goes from one offset to another; `onset` is what it would have shown."""

    before: timedelta
    after: timedelta
    name: str
    summer: bool
    onset: datetime


@lru_cache(maxsize=16)
def vtimezone(zone: ZoneInfo, first_year: int) -> Timezone:
    """The zone from the beginning of that year on."""
    made = Timezone()
    made.add("tzid", zone.key)
    begin = datetime(first_year, 1, 1, tzinfo=zone)
    made.add_component(_observance([_jump(begin, begin.utcoffset())]))  # what holds until the first jump
    jumps = _jumps(zone, first_year)
    for alike in dict.fromkeys(jump[:4] for jump in jumps):
        made.add_component(_observance([jump for jump in jumps if jump[:4] == alike]))
    return made


def _observance(jumps: Sequence[Jump]) -> TimezoneStandard | TimezoneDaylight:
    first = jumps[0]
    made = TimezoneDaylight() if first.summer else TimezoneStandard()
    made.add("dtstart", first.onset)
    made.add("tzoffsetfrom", first.before)
    made.add("tzoffsetto", first.after)
    made.add("tzname", first.name)
    if rule := _yearly([jump.onset for jump in jumps]):
        made.add("rrule", rule)
    elif len(jumps) > 1:
        made.add("rdate", [jump.onset for jump in jumps[1:]])
    return made


def _yearly(onsets: Sequence[datetime]) -> dict[str, object] | None:
    """Such as the last Sunday of March, if that gives them all."""
    first = onsets[0]
    if len(onsets) < YEARS_TRIED or {(at.month, at.weekday(), at.time()) for at in onsets} != {
        (first.month, first.weekday(), first.time())
    }:
        return None
    day = DAYS_OF_WEEK[first.weekday()]
    if all((at + timedelta(days=7)).month != at.month for at in onsets):
        return {"freq": "yearly", "bymonth": first.month, "byday": f"-1{day}"}
    places = {(at.day - 1) // 7 + 1 for at in onsets}
    return {"freq": "yearly", "bymonth": first.month, "byday": f"{places.pop()}{day}"} if len(places) == 1 else None


def _jumps(zone: ZoneInfo, first_year: int) -> list[Jump]:
    found = []
    at, end = (datetime(year, 1, 1, tzinfo=UTC) for year in (first_year, first_year + YEARS_TRIED))
    while at < end:
        after = at + timedelta(days=1)
        if (before := at.astimezone(zone).utcoffset()) != after.astimezone(zone).utcoffset():
            found.append(_jump(_between(zone, at, after).astimezone(zone), before))
        at = after
    return found


def _jump(wall: datetime, before: timedelta | None) -> Jump:
    before, after = before or timedelta(), wall.utcoffset() or timedelta()
    onset = (wall.astimezone(UTC) + before).replace(tzinfo=None)
    return Jump(before, after, wall.tzname() or "", bool(wall.dst()), onset)


def _between(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The instant of the jump, which lies between the two."""
    while after - before > timedelta(minutes=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset():
            before = middle
        else:
            after = middle
    return after.replace(second=0, microsecond=0)
