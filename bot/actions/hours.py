"""Opening hours: set, closed, read back, and what is next.

It must not publish: the words are in `bot/texts.py`, the rules themselves in `models/hours.py`.
"""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import BadInput
from bot.store import Work
from models.base import new_id
from models.hours import Exceptional, HoursException, Opening, Place, Rule, Timetable, WeeklyHours, next_openings
from models.shift import ONLINE

OPENINGS_SHOWN = 3


async def timetable(db: AsyncConnection) -> Timetable:
    """Every rule and exception that is stored."""
    rules = await db.execute(
        select(
            WeeklyHours.place, WeeklyHours.weekday, WeeklyHours.opens, WeeklyHours.closes,
            WeeklyHours.valid_from, WeeklyHours.valid_to,
        )
    )  # fmt: skip
    special = await db.execute(
        select(
            HoursException.place, HoursException.on_day, HoursException.opens, HoursException.closes,
            HoursException.reason,
        )
    )  # fmt: skip
    return Timetable([Rule(*row) for row in rules], [Exceptional(*row) for row in special])


async def places(db: AsyncConnection) -> list:
    """Every place, the online one included: rows of code, name_key, address, details."""
    rows = await db.execute(select(Place.code, Place.name_key, Place.address, Place.details).order_by(Place.code))
    return list(rows)


async def physical_places(db: AsyncConnection) -> list:
    """The places one can walk into."""
    return [place for place in await places(db) if place.code != ONLINE]


async def openings_ahead(
    db: AsyncConnection, now: datetime, zone: ZoneInfo, most: int = OPENINGS_SHOWN
) -> list[Opening]:
    """The next physical sessions, soonest first; one that is going on now counts."""
    codes = [place.code for place in await physical_places(db)]
    coming = next_openings(await timetable(db), now, codes, zone)
    return [opening for opening, _ in zip(coming, range(most), strict=False)]


async def next_session(db: AsyncConnection, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """The next physical session as notice params (`session`: see `opening_params`), or nothing."""
    ahead = await openings_ahead(db, now, zone, 1)
    if not ahead:
        return {}
    names = {place.code: place for place in await physical_places(db)}
    return {"session": opening_params(ahead[0], names[ahead[0].place])}


async def hours_params(db: AsyncConnection, now: datetime, zone: ZoneInfo) -> dict[str, object]:
    """What `/hours` says: the next sessions, soonest first."""
    known = {place.code: place for place in await physical_places(db)}
    ahead = await openings_ahead(db, now, zone)
    return {"sessions": [opening_params(opening, known[opening.place]) for opening in ahead]}


def opening_params(opening: Opening, place: object) -> dict[str, str]:
    """An opening as codes and wall-clock times: place (catalogue key), address, day, opens, closes."""
    return {
        "place": place.name_key,  # type: ignore[attr-defined]
        "address": place.address,  # type: ignore[attr-defined]
        "day": opening.on_day.isoformat(),
        "opens": opening.opens.isoformat("minutes"),
        "closes": opening.closes.isoformat("minutes"),
    }


async def add_place(work: Work, *, code: str, name_key: str, address: str) -> None:
    """The place is known. One already there is kept as it is."""
    exists = (await work.db.execute(select(Place.code).where(Place.code == code))).scalar_one_or_none()
    if exists is None:
        await work.db.execute(insert(Place).values(code=code, name_key=name_key, address=address, details={}))


async def set_hours(work: Work, *, place: str, weekday: int, spans: list[tuple[time, time]], valid_from: date) -> None:
    """From `valid_from` on the place is open on this weekday as given, instead of what held before.

    Past rules stay as they were. No spans: not open on that weekday any more.

    Raises:
        BadInput: unknown place, a span that ends before it starts, or spans that overlap.
    """
    await require_place(work, place)
    _require_order(spans)
    await _end_rules(work, place, weekday, valid_from)
    for opens, closes in spans:
        rule = {"place": place, "weekday": weekday, "opens": opens, "closes": closes, "valid_from": valid_from}
        await work.db.execute(insert(WeeklyHours).values(id=new_id(), **rule))


async def close_day(work: Work, *, place: str, day: date, reason: str) -> None:
    """The place is closed on that day, for that reason; an earlier exception of the day is replaced.

    Raises:
        BadInput: unknown place.
    """
    await require_place(work, place)
    await work.db.execute(delete(HoursException).where(HoursException.place == place, HoursException.on_day == day))
    row = {"place": place, "on_day": day, "reason": reason, "set_at": work.now}
    await work.db.execute(insert(HoursException).values(id=new_id(), **row))


async def require_place(work: Work, code: str) -> None:
    """Nothing, if there is such a place.

    Raises:
        BadInput: there is not.
    """
    known = [place.code for place in await places(work.db)]
    if code not in known:
        raise BadInput("unknown_place", place=code, places=", ".join(known))


def _require_order(spans: list[tuple[time, time]]) -> None:
    for opens, closes in spans:
        if opens >= closes:
            raise BadInput("hours_end_before_start", opens=f"{opens:%H:%M}", closes=f"{closes:%H:%M}")
    ordered = sorted(spans)
    if any(before[1] > after[0] for before, after in pairwise(ordered)):
        raise BadInput("hours_overlap")


async def _end_rules(work: Work, place: str, weekday: int, valid_from: date) -> None:
    rules = (WeeklyHours.place == place, WeeklyHours.weekday == weekday)
    still = WeeklyHours.valid_to.is_(None) | (WeeklyHours.valid_to >= valid_from)
    await work.db.execute(delete(WeeklyHours).where(*rules, WeeklyHours.valid_from >= valid_from))
    last_day = valid_from - timedelta(days=1)
    await work.db.execute(update(WeeklyHours).where(*rules, still).values(valid_to=last_day))
