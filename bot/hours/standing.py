"""Opening hours, read: what holds, what held on a day, what is next, as notices and publications carry it.

It must not change or publish anything: `changes.py` changes, `formats/` and the texts say it.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine import clock
from bot.places.places import PlaceRow, physical_places, place_params, places
from models.hours import Door, HoursException, WeeklyHours
from models.hours_change import Standing
from models.timetable import Exceptional, Opening, Rule, Timetable, next_openings, open_now, openings_between

OPENINGS_SHOWN = 3
_RULES = select(
    WeeklyHours.id, WeeklyHours.place, WeeklyHours.weekday, WeeklyHours.opens, WeeklyHours.closes,
    WeeklyHours.valid_from, WeeklyHours.valid_to, WeeklyHours.lineage,
).where(WeeklyHours.ended_by.is_(None))  # fmt: skip
_EXCEPTIONS = select(
    HoursException.id, HoursException.place, HoursException.on_day, HoursException.opens, HoursException.closes,
    HoursException.reason, HoursException.kind, HoursException.texts, HoursException.partner,
).where(HoursException.ended_by.is_(None))  # fmt: skip


async def standing(db: AsyncConnection, *, since: date | None = None) -> Standing:
    """What holds, by row; with `since`, only what may matter on that day or later."""
    rules, exceptions = _RULES, _EXCEPTIONS
    if since is not None:
        rules = rules.where(WeeklyHours.valid_to.is_(None) | (WeeklyHours.valid_to >= since))
        exceptions = exceptions.where(HoursException.on_day >= since)
    return Standing(
        {row.id: Rule(*row[1:7], lineage=row.lineage or row.id) for row in await db.execute(rules)},
        {row.id: _exceptional(row) for row in await db.execute(exceptions)},
    )


async def timetable(db: AsyncConnection, *, since: date | None = None) -> Timetable:
    """As `standing`, away from the rows."""
    return (await standing(db, since=since)).timetable


async def openings_ahead(
    db: AsyncConnection, now: datetime, zone: ZoneInfo, most: int = OPENINGS_SHOWN
) -> list[Opening]:
    """The next physical sessions, soonest first; one that is going on now counts."""
    codes = [place.code for place in await physical_places(db)]
    return first_openings(await timetable(db, since=clock.office_day(now, zone)), now, codes, zone, most)


async def openings_on(db: AsyncConnection, day: date) -> list[tuple[PlaceRow, list[Opening]]]:
    """Every place with its openings on that day, past days included; none where it was closed."""
    table = await timetable(db)
    return [(place, list(openings_between(table, day, day, [place.code]))) for place in await places(db)]


async def next_session(db: AsyncConnection, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """The next physical session as notice params (`session`: see `opening_params`), or nothing."""
    known = {place.code: place for place in await physical_places(db)}
    ahead = first_openings(await timetable(db, since=clock.office_day(now, zone)), now, list(known), zone, 1)
    return {"session": opening_params(ahead[0], known[ahead[0].place])} if ahead else {}


async def hours_params(db: AsyncConnection, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """What `/hours` says: what is `open` now, the next `sessions`, and what is next `online`, soonest first."""
    known = {place.code: place for place in await places(db)}
    table = await timetable(db, since=clock.office_day(now, zone))
    visits = [code for code, place in known.items() if place.door == Door.VISIT]
    others = [code for code in known if code not in visits]

    def told(openings: list[Opening]) -> list[dict[str, Any]]:
        return [opening_params(opening, known[opening.place]) for opening in openings]

    return {
        "open": told([one for code in known if (one := open_now(table, now, code, zone))]),
        "sessions": told(first_openings(table, now, visits, zone, OPENINGS_SHOWN)),
        "online": told([one for code in others for one in first_openings(table, now, [code], zone, 1)]),
    }


def first_openings(table: Timetable, now: datetime, codes: Sequence[str], zone: ZoneInfo, most: int) -> list[Opening]:
    """The openings of these places that have not ended, soonest first, at most so many."""
    return list(islice(next_openings(table, now, codes, zone), most))


def opening_params(opening: Opening, place: PlaceRow) -> dict[str, Any]:
    """An opening as codes and wall-clock times: what `place_params` gives, and door, day, opens, closes, partner."""
    params: dict[str, Any] = place_params(place) | {
        "door": str(place.door),
        "day": opening.on_day.isoformat(),
        "opens": opening.opens.isoformat("minutes"),
        "closes": opening.closes.isoformat("minutes"),
    }
    if opening.partner:
        params["partner"] = opening.partner
    return params


def _exceptional(row: Row) -> Exceptional:
    return Exceptional(row.place, row.on_day, row.opens, row.closes, row.reason, row.kind, row.texts or {}, row.partner)
