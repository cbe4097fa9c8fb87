"""Shifts: added with the volunteers who staff them, cancelled, brought back, listed.

It must not know who waits for one: `cases/shift_starts.py` does.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, delete, insert, select, update

from bot.engine.db import Db
from bot.engine.errors import BadInput, NotFound
from bot.engine.rows import columns, every, only
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.people import names
from bot.roster.staffing import HELD, SHIFTS, SIGNED_UP, names_of_volunteers
from models.base import new_id
from models.outbox import TimerKind
from models.shift import ONLINE, overlap

LONGEST_SHIFT = timedelta(hours=16)


class ShiftRow(NamedTuple):
    """A shift as it lies in the database."""

    id: int
    place: str
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None


class StaffedShift(NamedTuple):
    """A shift and the names of its volunteers."""

    shift: ShiftRow
    names: list[str]


class _Other(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    person_id: int


async def add_shift(
    work: Work, *, starts_at: datetime, ends_at: datetime, person_ids: list[int], place: str = ONLINE,
    longest: timedelta = LONGEST_SHIFT,
) -> int:  # fmt: skip
    """The shift stands, staffed by these volunteers; its start will be announced to them. Returns its id.

    Who waits without a promise hears of it through `shift_starts.add_shift`, which calls this.

    Raises:
        BadInput: it ends before it starts, is longer than a person works, or clashes with a volunteer's other shift.
    """
    if starts_at >= ends_at:
        raise BadInput("shift_ends_before_start")
    if ends_at - starts_at > longest:
        raise BadInput("shift_too_long", most=int(longest.total_seconds() // 3600))
    await _refuse_clash(work, (starts_at, ends_at), person_ids)
    shift_id = new_id()
    row = {"id": shift_id, "place": place, "starts_at": starts_at, "ends_at": ends_at}
    await work.db.execute(insert(SHIFTS).values(**row))
    for person_id in person_ids:
        signed = {"shift_id": shift_id, "person_id": person_id, "signed_up_at": work.now}
        await work.db.execute(insert(SIGNED_UP).values(**signed))
    if place == ONLINE:
        await work.remind(TimerKind.SHIFT_STARTS, shift_id, max(starts_at, work.now))
    return shift_id


async def cancel_shift(work: Work, shift_id: int) -> None:
    """The shift is not held. Promises made by it are looked at again when they were due.

    Raises:
        NotFound: no such shift, or already cancelled.
    """
    cancelled = update(SHIFTS).where(SHIFTS.c.id == shift_id, HELD).values(cancelled_at=work.now)
    if not (await work.db.execute(cancelled)).rowcount:
        raise NotFound


async def give_up(work: Work, person_id: int, *, since: datetime, until: datetime | None = None) -> int:
    """The volunteer is signed up no more for shifts that start in [since, until), which lack somebody by that. Returns
    how many. What has begun is theirs: it counts in the hours.

    Promises made by them are looked at again when they were due.
    """
    then = [HELD, SHIFTS.c.starts_at >= since] + ([] if until is None else [SHIFTS.c.starts_at < until])
    those = select(SHIFTS.c.id).where(*then)
    given_up = delete(SIGNED_UP).where(SIGNED_UP.c.person_id == person_id, SIGNED_UP.c.shift_id.in_(those))
    return (await work.db.execute(given_up)).rowcount


async def bring_back_shift(work: Work, shift_id: int) -> None:
    """A cancelled shift that is not over is to be held after all. One that is there or gone is left as it is."""
    still = (SHIFTS.c.id == shift_id, SHIFTS.c.cancelled_at.is_not(None), SHIFTS.c.ends_at > work.now)
    back = update(SHIFTS).where(*still).values(cancelled_at=None).returning(*columns(ShiftRow, SHIFTS))
    shift = only(ShiftRow, await work.db.execute(back))
    if shift is not None and shift.place == ONLINE:
        await work.remind(TimerKind.SHIFT_STARTS, shift_id, max(shift.starts_at, work.now))


async def shift_to_hold(db: Db, shift_id: int, now: datetime) -> ShiftRow | None:
    """The shift, unless it is cancelled, over, or gone."""
    held = _shifts().where(SHIFTS.c.id == shift_id, HELD, SHIFTS.c.ends_at > now)
    return only(ShiftRow, await db.execute(held))


async def shifts_ahead(db: Db, seal: Seal, now: datetime, *, until: datetime | None = None) -> list[StaffedShift]:
    """Shifts that have not ended, soonest first, each with the names of its volunteers."""
    ahead = _ahead(now)
    if until is not None:
        ahead = ahead.where(SHIFTS.c.starts_at < until)
    shifts = every(ShiftRow, await db.execute(ahead))
    return [StaffedShift(shift, await names_of_volunteers(db, seal, shift.id)) for shift in shifts]


async def shifts_ahead_at(db: Db, now: datetime, places: Collection[str]) -> list[ShiftRow]:
    """Shifts at these places that have not ended, soonest first."""
    return every(ShiftRow, await db.execute(_ahead(now).where(SHIFTS.c.place.in_(places))))


def _shifts() -> Select[tuple[object, ...]]:
    return select(*columns(ShiftRow, SHIFTS))


def _ahead(now: datetime) -> Select[tuple[object, ...]]:
    return _shifts().where(SHIFTS.c.ends_at > now, HELD).order_by(SHIFTS.c.starts_at)


async def _refuse_clash(work: Work, span: tuple[datetime, datetime], person_ids: list[int]) -> None:
    near = (
        select(*columns(_Other, SHIFTS, SIGNED_UP))
        .join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id)
        .where(SIGNED_UP.c.person_id.in_(person_ids), HELD, SHIFTS.c.ends_at > span[0])
    )
    for other in every(_Other, await work.db.execute(near)):
        if overlap(span, (other.starts_at, other.ends_at)):
            alias = await names.name_of(work.db, work.seal, other.person_id)
            raise BadInput("shift_clash", alias=alias or "?")
