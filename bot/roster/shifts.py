"""Shifts: added with the volunteers who staff them, cancelled, listed, and what their start sets off.

It must not offer cases one by one: `queue.py` does.
"""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases import queue
from bot.engine.errors import BadInput, NotFound
from bot.engine.store import Work
from models.base import new_id
from models.outbox import Notice, TimerKind
from models.people import Person
from models.shift import ONLINE, Assignment, Shift, overlap

LONGEST_SHIFT = timedelta(hours=16)


async def add_shift(
    work: Work, *, starts_at: datetime, ends_at: datetime, person_ids: list[int], place: str = ONLINE,
    longest: timedelta = LONGEST_SHIFT,
) -> int:  # fmt: skip
    """The shift stands, staffed by these volunteers; its start will be announced to them. Returns its id.

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
    await work.db.execute(insert(Shift).values(**row))
    for person_id in person_ids:
        signed = {"shift_id": shift_id, "person_id": person_id, "signed_up_at": work.now}
        await work.db.execute(insert(Assignment).values(**signed))
    if place == ONLINE:
        await work.remind(TimerKind.SHIFT_STARTS, shift_id, max(starts_at, work.now))
        for case in await queue.waiting(work.db):
            if case.promised_by is None:
                await work.remind(TimerKind.TIME_KNOWN, case.id, work.now)
    return shift_id


async def cancel_shift(work: Work, shift_id: int) -> None:
    """The shift is not held. Promises made by it are looked at again when they were due.

    Raises:
        NotFound: no such shift, or already cancelled.
    """
    cancelled = update(Shift).where(Shift.id == shift_id, Shift.cancelled_at.is_(None)).values(cancelled_at=work.now)
    if not (await work.db.execute(cancelled)).rowcount:
        raise NotFound


async def bring_back_shift(work: Work, shift_id: int) -> None:
    """A cancelled shift that is not over is to be held after all. One that is there or gone is left as it is."""
    still = (Shift.id == shift_id, Shift.cancelled_at.is_not(None), Shift.ends_at > work.now)
    back = update(Shift).where(*still).values(cancelled_at=None).returning(Shift.place, Shift.starts_at)
    row = (await work.db.execute(back)).one_or_none()
    if row is not None and row.place == ONLINE:
        await work.remind(TimerKind.SHIFT_STARTS, shift_id, max(row.starts_at, work.now))


async def start_shift(work: Work, shift_id: int) -> None:
    """Its volunteers know how many wait and since when, and have a card for each case, longest waiting first."""
    shift = (await work.db.execute(select(Shift.__table__).where(Shift.id == shift_id))).one_or_none()  # type: ignore[attr-defined]
    if shift is None or shift.cancelled_at is not None or shift.ends_at <= work.now:
        return
    waiting = await queue.waiting(work.db)
    oldest = min((case.waiting_since for case in waiting), default=work.now)  # one of a flood stands last
    params = {
        "count": len(waiting),
        "hours": int((work.now - oldest).total_seconds() // 3600),
        "ends_at": shift.ends_at.isoformat(),
    }
    person_ids = [volunteer.id for volunteer in await _assigned(work.db, shift_id)]
    for person_id in person_ids:
        await work.tell(person_id, Notice.SHIFT_STARTS, params=params)
    for case in waiting:
        await queue.offer_to(work, case, person_ids)


async def shifts_ahead(db: AsyncConnection, now: datetime, *, until: datetime | None = None) -> list[tuple]:
    """Shifts that have not ended, soonest first, each with the names of its volunteers."""
    ahead = select(Shift.__table__).where(Shift.ends_at > now, Shift.cancelled_at.is_(None))  # type: ignore[attr-defined]
    if until is not None:
        ahead = ahead.where(Shift.starts_at < until)
    shifts = (await db.execute(ahead.order_by(Shift.starts_at))).all()
    return [(shift, [v.alias for v in await _assigned(db, shift.id)]) for shift in shifts]


async def _assigned(db: AsyncConnection, shift_id: int) -> list:
    them = select(Person.id, Person.alias).join(Assignment, Assignment.person_id == Person.id)
    return list(
        (await db.execute(them.where(Assignment.shift_id == shift_id, Person.enabled).order_by(Person.alias))).all()
    )


async def _refuse_clash(work: Work, span: tuple[datetime, datetime], person_ids: list[int]) -> None:
    near = (
        select(Shift.starts_at, Shift.ends_at, Person.alias)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Person, Person.id == Assignment.person_id)
        .where(Assignment.person_id.in_(person_ids), Shift.cancelled_at.is_(None), Shift.ends_at > span[0])
    )
    for row in (await work.db.execute(near)).all():
        if overlap(span, (row.starts_at, row.ends_at)):
            raise BadInput("shift_clash", alias=row.alias)
