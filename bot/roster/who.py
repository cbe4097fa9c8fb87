"""Who the staff are as the roster sees them: what they speak, whether they have been introduced, are trainees or away.

It must not decide who may take a shift: `models/staffing.py` does.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from bot.engine.db import Db
from bot.engine.rows import columns, every
from bot.people import standing
from bot.people.standing import Standing
from models.base import table_of
from models.people import Role
from models.shift import Assignment
from models.staffing import Volunteer

_SIGNED_UP = table_of(Assignment)


class _OnIt(NamedTuple):
    shift_id: int
    person_id: int


async def staff_on(db: Db, day: date, ids: Collection[int] | None = None) -> dict[int, Volunteer]:
    """Everybody on the staff who has access, or those of them who are named, as they are on that day."""
    stand = await standing.staff_standing(db) if ids is None else (await standing.standing_of(db, ids)).values()
    return {one.person_id: as_on(one, day) for one in stand if one.enabled}


def as_on(one: Standing, day: date) -> Volunteer:
    """They as they are on that day."""
    return Volunteer(
        id=one.person_id, speaks=one.speaks, is_introduced=one.is_introduced, is_trainee=one.is_trainee,
        is_paused=one.is_paused_on(day), places=one.places, may_be_asked=one.may_be_asked,
        is_coordinator=one.role == Role.COORDINATOR,
    )  # fmt: skip


async def on_shifts(db: Db, days: Mapping[int, date]) -> dict[int, list[Volunteer]]:
    """Who is on each of these shifts (by id, with its day) and has access, those who have been longest first."""
    signed = (
        select(*columns(_OnIt, _SIGNED_UP))
        .where(_SIGNED_UP.c.shift_id.in_(list(days)))
        .order_by(_SIGNED_UP.c.signed_up_at, _SIGNED_UP.c.person_id)
    )
    rows = every(_OnIt, await db.execute(signed)) if days else []
    stand = await standing.standing_of(db, {row.person_id for row in rows})
    found: dict[int, list[Volunteer]] = defaultdict(list)
    for row in rows:
        one = stand.get(row.person_id)
        if one is not None and one.enabled:
            found[row.shift_id].append(as_on(one, days[row.shift_id]))
    return found
