"""Opening hours, read: what holds, what held on a day, what is next, as notices and publications carry it.

It must not change or publish anything: `changes.py` changes, `formats/` and the texts say it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Date, bindparam, select

from bot.engine import clock
from bot.engine.db import Db
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.hours import remembered
from bot.hours.remembered import Known, Seen
from bot.hours.told import HoursTold, SessionTold
from bot.places.places import PlaceRow, place_told, places, places_by_code
from models.base import table_of
from models.hours import Door, HoursException, WeeklyHours
from models.hours_change import Standing
from models.timetable import (
    Exceptional,
    Opening,
    Rule,
    Timetable,
    is_said_of,
    next_openings,
    open_now,
    openings_between,
)

OPENINGS_SHOWN = 3
RULES, EXCEPTIONS = table_of(WeeklyHours), table_of(HoursException)
Hours = TypeVar("Hours", bound=HoursTold)


class RuleRow(NamedTuple):
    """A weekly rule as it lies in the database, holding or not."""

    id: int
    place: str
    weekday: int
    opens: time
    closes: time
    valid_from: date
    valid_to: date | None
    lineage: int | None

    @property
    def rule(self) -> Rule:
        """The same, away from its table."""
        return Rule(
            self.place, self.weekday, self.opens, self.closes, self.valid_from, self.valid_to,
            lineage=self.lineage or self.id,
        )  # fmt: skip


class ExceptionRow(NamedTuple):
    """A dated exception as it lies in the database, holding or not."""

    id: int
    place: str
    on_day: date
    opens: time | None
    closes: time | None
    reason: str
    kind: str
    texts: dict[str, str]
    partner: str

    @property
    def exceptional(self) -> Exceptional:
        """The same, away from its table."""
        return Exceptional(
            self.place, self.on_day, self.opens, self.closes, self.reason, self.kind, self.texts or {}, self.partner
        )


_RULES = select(*columns(RuleRow, RULES)).where(RULES.c.ended_by.is_(None))
_EXCEPTIONS = select(*columns(ExceptionRow, EXCEPTIONS)).where(EXCEPTIONS.c.ended_by.is_(None))
_SINCE = bindparam("since", type_=Date)
_RULES_SINCE = _RULES.where(RULES.c.valid_to.is_(None) | (RULES.c.valid_to >= _SINCE))
_EXCEPTIONS_SINCE = _EXCEPTIONS.where(EXCEPTIONS.c.on_day >= _SINCE)


async def standing(db: Db, *, since: date | None = None) -> Standing:
    """What holds, by row; with `since`, only what may matter on that day or later."""
    rules, exceptions, asked = _RULES, _EXCEPTIONS, {}
    if since is not None:
        rules, exceptions, asked = _RULES_SINCE, _EXCEPTIONS_SINCE, {"since": since}
    return Standing(
        {row.id: row.rule for row in every(RuleRow, await db.execute(rules, asked))},
        {row.id: row.exceptional for row in every(ExceptionRow, await db.execute(exceptions, asked))},
    )


async def timetable(db: Db, *, since: date | None = None) -> Timetable:
    """As `standing`, away from the rows."""
    return (await standing(db, since=since)).timetable


async def known(db: Db, day: date, *, version: str | None = None) -> Known:
    """The places, and the timetable of that day and later ones: read if this process has not. `version`: what the
    hours have here, if that is known."""
    version = version or await remembered.version_of(db)
    kept = remembered.known(version, day)
    if kept is not None:
        return kept
    before = await remembered.version_of(db)
    read = Known(day, await places_by_code(db), await timetable(db, since=day))
    # An act may see a change that is committed between two of its statements: what it read then has no version.
    if before is not None and await remembered.version_of(db) == before:
        remembered.keep(before, read)
    return read


async def openings_ahead(db: Db, now: datetime, zone: ZoneInfo, most: int = OPENINGS_SHOWN) -> list[Opening]:
    """The next physical sessions, soonest first; one that is going on now counts."""
    hours = await known(db, clock.office_day(now, zone))
    return first_openings(hours.table, now, _visits(hours), zone, most)


async def openings_on(db: Db, day: date) -> list[tuple[PlaceRow, list[Opening]]]:
    """The places of which something is said on that day, past days included, with their openings; none where it was
    closed."""
    table = await timetable(db)
    told = [place for place in await places(db) if is_said_of(table, place.code, day)]
    return [(place, list(openings_between(table, day, day, [place.code]))) for place in told]


async def next_session(work: Work) -> SessionTold | None:
    """The next physical session, if one is planned."""
    seen = work.noted(Seen)
    if seen is not None:
        work.note(seen)  # it stands for the whole act
    hours = await known(work.db, work.today, version=seen and seen.version)
    kept = hours.next_session(work.now, work.zone)
    if kept is None:
        ahead = first_openings(hours.table, work.now, _visits(hours), work.zone, 1)
        kept = (opening_told(ahead[0], hours.places[ahead[0].place]) if ahead else None,)
        hours.keep_next(*kept, work.now, work.zone)
    return kept[0]


async def hours_told(db: Db, now: datetime, zone: ZoneInfo, like: type[Hours]) -> Hours:
    """What is open now, the next sessions, and what is next online, as the notice that is to carry it."""
    hours = await known(db, clock.office_day(now, zone))
    table, visits = hours.table, _visits(hours)
    others = [code for code in hours.places if code not in visits]

    def told(openings: list[Opening]) -> tuple[SessionTold, ...]:
        return tuple(opening_told(opening, hours.places[opening.place]) for opening in openings)

    return like(
        open=told([one for code in hours.places if (one := open_now(table, now, code, zone))]),
        sessions=told(first_openings(table, now, visits, zone, OPENINGS_SHOWN)),
        online=told([one for code in others for one in first_openings(table, now, [code], zone, 1)]),
    )


def _visits(hours: Known) -> list[str]:
    """The places one can walk into."""
    return [code for code, place in hours.places.items() if place.door == Door.VISIT]


def first_openings(table: Timetable, now: datetime, codes: Sequence[str], zone: ZoneInfo, most: int) -> list[Opening]:
    """The openings of these places that have not ended, soonest first, at most so many."""
    return list(islice(next_openings(table, now, codes, zone), most))


def opening_told(opening: Opening, place: PlaceRow) -> SessionTold:
    """An opening of the place, as notices carry it."""
    at = place_told(place)
    return SessionTold(
        code=at.code, place=at.place, names=at.names, address=at.address, door=Door(place.door), day=opening.on_day,
        opens=opening.opens, closes=opening.closes, partner=opening.partner,
    )  # fmt: skip
