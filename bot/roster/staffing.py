"""Who is signed up where and when, and who is on shift: the one place where that condition is written.

Whoever waits is promised and offered only to those of them who may claim (`bot/people/standing.py`).

It must not add or cancel a shift (`shifts.py`), nor know what is done on one.
"""

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, Date, Exists, bindparam, exists, func, select

from bot.engine import clock
from bot.engine.db import Db
from bot.engine.rows import columns, every
from bot.engine.seal import Seal
from bot.people import names
from bot.people.standing import is_experienced, may_claim
from models.base import table_of
from models.people import STAFF_ROLES, Person
from models.shift import ONLINE, Assignment, Shift

SHIFTS, SIGNED_UP, PEOPLE = table_of(Shift), table_of(Assignment), table_of(Person)
HELD = SHIFTS.c.cancelled_at.is_(None)
_SIGNED = SHIFTS.join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id)
_STAFFED = _SIGNED.join(PEOPLE, PEOPLE.c.id == SIGNED_UP.c.person_id)
_NOW: BindParameter[datetime] = bindparam("now")
_TODAY: BindParameter[date] = bindparam("today", type_=Date)


class OnShift(NamedTuple):
    """A volunteer on an online shift who may claim. `speaks`: codes of languages."""

    id: int
    speaks: list[str]


class SignedUp(NamedTuple):
    """Who is signed up for a shift, where, from when to when."""

    shift_id: int
    place: str
    starts_at: datetime
    ends_at: datetime
    person_id: int


def _online_at(now: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    return (SHIFTS.c.place == ONLINE, HELD, SHIFTS.c.starts_at <= now, SHIFTS.c.ends_at > now)


_ON_SHIFT = (
    select(*columns(OnShift, PEOPLE))
    .select_from(_STAFFED)
    .where(*_online_at(_NOW), may_claim(PEOPLE.c.id, _TODAY))
    .distinct()
)
_THERE = (
    select(PEOPLE.c.id)
    .select_from(_STAFFED)
    .where(*_online_at(_NOW), PEOPLE.c.enabled, PEOPLE.c.role.in_(STAFF_ROLES))
    .distinct()
)
_SHIFT_ENDS = (
    select(func.max(SHIFTS.c.ends_at)).select_from(_STAFFED).where(*_online_at(_NOW), may_claim(PEOPLE.c.id, _TODAY))
)
_NEXT_SHIFT = (
    select(func.min(SHIFTS.c.starts_at))
    .select_from(_STAFFED)
    .where(SHIFTS.c.place == ONLINE, HELD, SHIFTS.c.starts_at > _NOW, is_experienced(PEOPLE.c.id))
)
_SIGNED_COLUMNS = columns(SignedUp, SHIFTS, SIGNED_UP, shift_id=SHIFTS.c.id)


async def on_shift(db: Db, now: datetime, zone: ZoneInfo) -> list[OnShift]:
    """The volunteers on an online shift at `now` who may claim then. A trainee beside them answers nobody alone."""
    return every(OnShift, await db.execute(_ON_SHIFT, {"now": now, "today": clock.office_day(now, zone)}))


def is_on_shift(person_id: int, now: datetime) -> Exists:
    """Whether this person is on an online shift, as a condition of a statement."""
    return exists(select(SHIFTS.c.id).select_from(_SIGNED).where(*_online_at(now), SIGNED_UP.c.person_id == person_id))


async def next_shift_at(db: Db, now: datetime) -> datetime | None:
    """When the next online shift begins for which somebody is signed up who answers alone; None if none is planned.

    Who is away gives their shifts up (`leaving.py` and `profiles.py` of `bot/volunteers/`), so that is not asked here.
    """
    begins: datetime | None = (await db.execute(_NEXT_SHIFT, {"now": now})).scalar_one_or_none()
    return begins


async def shift_ends_at(db: Db, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Until when somebody is on an online shift who is on one at `now` and may claim; None if nobody is."""
    asked = {"now": now, "today": clock.office_day(now, zone)}
    ends: datetime | None = (await db.execute(_SHIFT_ENDS, asked)).scalar_one_or_none()
    return ends


async def volunteers_of(db: Db, shift_id: int) -> list[int]:
    """The ids of those who staff the shift and still have access."""
    them = select(PEOPLE.c.id).select_from(_STAFFED).where(SHIFTS.c.id == shift_id, PEOPLE.c.enabled)
    return list((await db.execute(them.order_by(PEOPLE.c.id))).scalars())


async def names_on(db: Db, seal: Seal, shift_id: int) -> list[str]:
    """The names of everybody signed up for the shift, in order; also of whose access has ended."""
    them = select(SIGNED_UP.c.person_id).where(SIGNED_UP.c.shift_id == shift_id)
    return await _in_order(db, seal, (await db.execute(them)).scalars().all())


async def names_of_volunteers(db: Db, seal: Seal, shift_id: int) -> list[str]:
    """The names of those who staff the shift and still have access, in order."""
    return await _in_order(db, seal, await volunteers_of(db, shift_id))


async def names_on_shift(db: Db, seal: Seal, now: datetime) -> list[str]:
    """The names of the volunteers on an online shift at `now`, in order; also of trainees beside them."""
    return await _in_order(db, seal, (await db.execute(_THERE, {"now": now})).scalars().all())


async def _in_order(db: Db, seal: Seal, person_ids: Collection[int]) -> list[str]:
    return names.in_order((await names.names_of(db, seal, person_ids)).values())


async def is_staffed(db: Db, place: str, begins: datetime, ends: datetime) -> bool:
    """Whether somebody is signed up for a shift at the place that starts in [begins, ends)."""
    there = select(SHIFTS.c.id).select_from(_STAFFED).where(SHIFTS.c.place == place, HELD, PEOPLE.c.enabled)
    starts = there.where(SHIFTS.c.starts_at >= begins, SHIFTS.c.starts_at < ends)
    return (await db.execute(starts.limit(1))).scalar_one_or_none() is not None


async def signed_up_ahead(
    db: Db, now: datetime, *, places: Collection[str], cancelled: Collection[int]
) -> list[SignedUp]:
    """Who is signed up at these places for a shift that has not ended, soonest first; `cancelled` shifts count too."""
    them = (
        select(*_SIGNED_COLUMNS)
        .select_from(_STAFFED)
        .where(SHIFTS.c.ends_at > now, SHIFTS.c.place.in_(places), PEOPLE.c.enabled)
        .where(HELD | SHIFTS.c.id.in_(cancelled))
        .order_by(SHIFTS.c.starts_at)
    )
    return every(SignedUp, await db.execute(them))


async def signed_up_between(db: Db, begins: datetime, ends: datetime) -> list[SignedUp]:
    """Who was or is signed up for any of [begins, ends), also those who have left since."""
    there = select(*_SIGNED_COLUMNS).select_from(_SIGNED)
    return every(SignedUp, await db.execute(there.where(HELD, SHIFTS.c.starts_at < ends, SHIFTS.c.ends_at > begins)))
