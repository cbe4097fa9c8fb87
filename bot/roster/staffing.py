"""Who is signed up where and when, who is on shift, and who of them is present.

On shift is who is present (`presence.py`), and for the first minutes of a shift whoever is signed up for it: they have
cards, and may claim. What newcomers are promised counts only those who are present. Either counts only those who may
claim (`bot/people/standing.py`).

It must not add or cancel a shift (`shifts.py`), nor know what is done on one.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BindParameter, ColumnElement, Date, bindparam, exists, func, or_, select, union

from bot.engine import clock
from bot.engine.db import Db, Id, Instant
from bot.engine.rows import columns, every
from bot.engine.seal import Seal
from bot.people import names
from bot.people.standing import is_experienced, may_claim
from bot.roster import presence
from bot.roster.presence import DUTIES, GAVE_A_SIGN, has_gone, is_expected, is_open, is_present
from models.base import UtcDateTime, table_of
from models.people import STAFF_ROLES, Person
from models.shift import ONLINE

PEOPLE, SHIFTS, SIGNED_UP, HELD = table_of(Person), presence.SHIFTS, presence.SIGNED_UP, presence.HELD
_SIGNED = SHIFTS.join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id)
_STAFFED = _SIGNED.join(PEOPLE, PEOPLE.c.id == SIGNED_UP.c.person_id)
_NOW: BindParameter[datetime] = bindparam("now", type_=UtcDateTime)
_SINCE: BindParameter[datetime] = bindparam("since", type_=UtcDateTime)
NOT_BEGUN = timedelta()
_TODAY: BindParameter[date] = bindparam("today", type_=Date)


class OnShift(NamedTuple):
    """A volunteer on an online shift who may claim. `speaks`: codes of languages. `stays_until`: how long whoever is
    present stays; None of whoever is only expected."""

    id: int
    speaks: list[str]
    stays_until: datetime | None


class SignedUp(NamedTuple):
    """Who is signed up for a shift, where, from when to when."""

    shift_id: int
    place: str
    starts_at: datetime
    ends_at: datetime
    person_id: int


_LEAVES = select(func.max(DUTIES.c.ends_at)).where(DUTIES.c.person_id == PEOPLE.c.id, is_open(DUTIES, _NOW))
# Found from what is open or runs, which is little: people are looked up, not looked through.
_PERHAPS = union(
    select(DUTIES.c.person_id).where(DUTIES.c.ended_at.is_(None), DUTIES.c.ends_at > _NOW),
    select(SIGNED_UP.c.person_id).select_from(_SIGNED).where(SHIFTS.c.starts_at <= _NOW, SHIFTS.c.ends_at > _NOW),
)
_STAYS = select(*columns(OnShift, PEOPLE, stays_until=_LEAVES.scalar_subquery())).where(PEOPLE.c.id.in_(_PERHAPS))
_PRESENT = _STAYS.where(is_present(PEOPLE.c.id, _NOW), may_claim(PEOPLE.c.id, _TODAY))
_ON_SHIFT = _STAYS.where(
    or_(is_present(PEOPLE.c.id, _NOW), is_expected(PEOPLE.c.id, _NOW, _SINCE)), may_claim(PEOPLE.c.id, _TODAY)
)
_ON_STAFF = PEOPLE.c.enabled, PEOPLE.c.role.in_(STAFF_ROLES)
_THERE = select(PEOPLE.c.id).where(is_present(PEOPLE.c.id, _NOW), *_ON_STAFF)
_PLANNED = (
    select(PEOPLE.c.id)
    .select_from(_STAFFED)
    .where(SHIFTS.c.place == ONLINE, HELD, SHIFTS.c.starts_at <= _NOW, SHIFTS.c.ends_at > _NOW, *_ON_STAFF)
    .distinct()
)
_ANSWERS_ALONE = exists().where(
    SIGNED_UP.c.shift_id == SHIFTS.c.id,
    is_experienced(SIGNED_UP.c.person_id),
    ~has_gone(SIGNED_UP.c.shift_id, SIGNED_UP.c.person_id),
    or_(SHIFTS.c.starts_at > _NOW, may_claim(SIGNED_UP.c.person_id, _TODAY)),
)
_NEXT_SHIFT = select(func.min(SHIFTS.c.starts_at)).where(
    SHIFTS.c.place == ONLINE, HELD, SHIFTS.c.starts_at > _SINCE, SHIFTS.c.ends_at > _NOW, _ANSWERS_ALONE
)
_SIGNED_COLUMNS = columns(SignedUp, SHIFTS, SIGNED_UP, shift_id=SHIFTS.c.id)


async def on_shift(db: Db, now: datetime, zone: ZoneInfo, *, grace: timedelta) -> list[OnShift]:
    """The volunteers who have cards at `now` and may claim: those present, and whoever has been on a shift for less
    than `grace` and has not gone off duty. A trainee beside them answers nobody alone."""
    asked = {"now": now, "since": now - grace, "today": clock.office_day(now, zone)}
    return every(OnShift, await db.execute(_ON_SHIFT, asked))


async def present(db: Db, now: datetime, zone: ZoneInfo) -> list[OnShift]:
    """The volunteers who are there at `now` and may claim: what newcomers are promised counts only these."""
    return every(OnShift, await db.execute(_PRESENT, {"now": now, "today": clock.office_day(now, zone)}))


def present_of(on_shift: Iterable[OnShift]) -> list[OnShift]:
    """Those of them who are there."""
    return [one for one in on_shift if one.stays_until is not None]


def somebody_stays_until(on_shift: Iterable[OnShift], at: datetime) -> bool:
    """Whether any of them who is there stays until then."""
    return any(one.stays_until is not None and at <= one.stays_until for one in on_shift)


def is_on_shift(person: Id, now: Instant, since: Instant) -> ColumnElement[bool]:
    """Whether this person is present, or on an online shift that began after `since`; as a condition of a statement."""
    return or_(is_present(person, now), is_expected(person, now, since))


async def next_shift_at(db: Db, now: datetime, zone: ZoneInfo, *, begun: timedelta = NOT_BEGUN) -> datetime | None:
    """When the next online shift begins for which somebody is signed up who answers alone and has not gone off duty;
    None if none is planned. `begun`: one that began less than that ago counts too.

    Who is away gives the shifts ahead up (`leaving.py` and `profiles.py` of `bot/volunteers/`), so that is not asked of
    those.
    """
    asked = {"now": now, "since": now - begun, "today": clock.office_day(now, zone)}
    begins: datetime | None = (await db.execute(_NEXT_SHIFT, asked)).scalar_one_or_none()
    return begins


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
    """The names of the volunteers who are present at `now`, in order; also of trainees beside them."""
    return await _in_order(db, seal, (await db.execute(_THERE, {"now": now})).scalars().all())


async def how_many_missing(db: Db, now: datetime) -> int:
    """How many on an online shift at `now` have been found to give no sign, and still give none."""
    missing = select(func.count()).select_from(_SIGNED).where(SIGNED_UP.c.absent_at.is_not(None), ~GAVE_A_SIGN)
    runs = SHIFTS.c.place == ONLINE, HELD, SHIFTS.c.starts_at <= now, SHIFTS.c.ends_at > now
    count: int = (await db.execute(missing.where(*runs))).scalar_one()
    return count


async def names_absent(db: Db, seal: Seal, now: datetime) -> list[str]:
    """The names of those who are on an online shift at `now` and not present, in order."""
    there = set((await db.execute(_THERE, {"now": now})).scalars())
    planned = (await db.execute(_PLANNED, {"now": now})).scalars().all()
    return await _in_order(db, seal, [person_id for person_id in planned if person_id not in there])


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
