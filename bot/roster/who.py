"""Who the staff are as the roster sees them: what they speak, whether they have been introduced, are trainees or away.

It must not decide who may take a shift: `models/staffing.py` does.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from bot.engine.db import Db
from bot.engine.rows import columns, every
from models.base import table_of
from models.people import STAFF_ROLES, Person
from models.shift import Assignment
from models.staffing import Volunteer

_PEOPLE, _SIGNED_UP = table_of(Person), table_of(Assignment)
_IS_STAFF = _PEOPLE.c.role.in_(STAFF_ROLES) & _PEOPLE.c.enabled


class _Known(NamedTuple):
    id: int
    speaks: list[str]


class _OnIt(NamedTuple):
    shift_id: int
    person_id: int


async def staff_on(db: Db, day: date, ids: Collection[int] | None = None) -> dict[int, Volunteer]:
    """Everybody on the staff who has access, or those of them who are named, as they are on that day."""
    known = select(*columns(_Known, _PEOPLE)).where(_IS_STAFF)
    if ids is not None:
        known = known.where(_PEOPLE.c.id.in_(list(ids)))
    return {one.id: Volunteer(one.id, tuple(one.speaks)) for one in every(_Known, await db.execute(known))}


async def on_shifts(db: Db, days: Mapping[int, date]) -> dict[int, list[Volunteer]]:
    """Who is on each of these shifts (by id, with its day) and has access, those who have been longest first."""
    signed = (
        select(*columns(_OnIt, _SIGNED_UP))
        .where(_SIGNED_UP.c.shift_id.in_(list(days)))
        .order_by(_SIGNED_UP.c.signed_up_at, _SIGNED_UP.c.person_id)
    )
    rows = every(_OnIt, await db.execute(signed)) if days else []
    by_day = await _by_day(db, {days[row.shift_id] for row in rows}, {row.person_id for row in rows})
    found: dict[int, list[Volunteer]] = defaultdict(list)
    for row in rows:
        volunteer = by_day[days[row.shift_id]].get(row.person_id)
        if volunteer is not None:
            found[row.shift_id].append(volunteer)
    return found


async def _by_day(db: Db, days: Iterable[date], ids: Collection[int]) -> dict[date, dict[int, Volunteer]]:
    return {day: await staff_on(db, day, ids) for day in days}
