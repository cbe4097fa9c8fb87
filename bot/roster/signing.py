"""Somebody is put on a shift or taken off it: each under the shift's lock, so that a place is given once.

Owns the conditional writes and what they are refused with. Whom it is told to is decided in the room `shifts`. Locks
are taken in one order: `locks.py`.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from bot.engine import clock
from bot.engine.errors import NotFound, Refusal
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.roster import ledger, presence, who
from bot.roster.locks import lock_people
from bot.roster.shifts import ShiftRow
from bot.roster.staffing import HELD, SHIFTS, SIGNED_UP
from models.base import new_id, table_of
from models.shift import StandIn
from models.staffing import (
    Hindrance,
    Needs,
    ShiftVerb,
    Stretch,
    Volunteer,
    WhyNot,
    hindrance_by_room,
    hindrance_by_time,
    hindrance_of,
    left_alone,
)

_STAND_INS = table_of(StandIn)
LEAVES_UNTIL = timedelta(hours=72)  # before it begins: later, whoever cannot come says so, and somebody is asked


class CannotStaff(Refusal):
    """Somebody cannot be put on the shift, or taken off it, and why. `shift`: as it is now, if it is there."""

    code = "shift_cannot"
    status = 409

    def __init__(self, shift: ShiftRow, person_id: int, hindrance: Hindrance) -> None:
        super().__init__()
        self.shift, self.person_id, self.hindrance = shift, person_id, hindrance


class Put(NamedTuple):
    """Somebody is on the shift. `instead_of`: whoever could not come and is stood in for; `is_full`: nobody else is
    needed."""

    shift: ShiftRow
    instead_of: int | None
    is_full: bool


class Taken(NamedTuple):
    """Somebody is off the shift. `alone`: the trainees who cannot stay without them, and are off it too."""

    shift: ShiftRow
    alone: tuple[int, ...]


class _Gone(NamedTuple):
    id: int
    person_id: int


async def put_on(
    work: Work, shift_id: int, person_id: int, *, verb: ShiftVerb = ShiftVerb.SIGNED_UP, may_have_begun: bool = False
) -> Put:
    """The volunteer is on the shift. Of several at once, as many get a place as there are.

    Raises:
        NotFound: no such shift.
        CannotStaff: why not.
    """
    await lock_people(work, [person_id])
    shift = await lock_shift(work, shift_id)
    on_it = await people_on(work, shift)
    await _require_fitting(work, shift, person_id, on_it, may_have_begun=may_have_begun)
    signed = {"shift_id": shift_id, "person_id": person_id, "signed_up_at": work.now}
    await work.db.execute(insert(SIGNED_UP).values(**signed))
    await ledger.record(work, shift_id, verb, person_id=person_id)
    return Put(shift, await _stand_in(work, shift_id, person_id), shift.needed <= len(on_it) + 1)


async def take_off(work: Work, shift_id: int, person_id: int, verb: ShiftVerb) -> Taken:
    """The volunteer is not on the shift any more; nor are trainees who would be alone.

    Raises:
        NotFound: no such shift.
        CannotStaff: they are not on it, or it is over or cancelled; one may leave only in good time.
    """
    shift = await lock_shift(work, shift_id)
    why = hindrance_by_time(stretch(shift), work.now, cancelled=shift.is_cancelled, may_have_begun=True)
    if why is not None:
        raise CannotStaff(shift, person_id, why)
    if verb == ShiftVerb.LEFT and not may_leave(shift.starts_at, work.now):
        raise CannotStaff(shift, person_id, Hindrance(WhyNot.TOO_LATE))
    if not await _remove(work, shift_id, [person_id]):
        raise CannotStaff(shift, person_id, Hindrance(WhyNot.NOT_ON_IT))
    await ledger.record(work, shift_id, verb, person_id=person_id)
    await presence.shift_is_left(work, shift_id, person_id)
    alone = left_alone(await people_on(work, shift))
    if alone:
        await _remove(work, shift_id, alone)
        for trainee in alone:
            await ledger.record(work, shift_id, ShiftVerb.ALONE, person_id=trainee)
    return Taken(shift, alone)


def may_leave(starts_at: datetime, now: datetime) -> bool:
    """Whether whoever is on a shift may leave it without a word."""
    return starts_at - now >= LEAVES_UNTIL


async def cannot_come(work: Work, shift_id: int, person_id: int) -> tuple[Taken, int]:
    """As `take_off`, and their place is to be taken by somebody else. Returns also the id of that open place."""
    taken = await take_off(work, shift_id, person_id, ShiftVerb.CANNOT)
    return taken, await open_place(work, shift_id, person_id)


async def swap(work: Work, one: tuple[int, int], other: tuple[int, int]) -> tuple[ShiftRow, ShiftRow]:
    """Of two people, each named with their shift, each is on the other's from now on. Returns the shifts.

    Raises:
        NotFound: no such shift.
        CannotStaff: one of them is not on theirs any more, or does not fit on the other's, and why.
    """
    await lock_people(work, [one[1], other[1]])
    locked = {shift_id: await lock_shift(work, shift_id) for shift_id in sorted((one[0], other[0]))}
    on_it = {shift_id: await people_on(work, shift) for shift_id, shift in locked.items()}
    for shift_id, person_id in (one, other):
        if person_id not in {each.id for each in on_it[shift_id]}:
            raise CannotStaff(locked[shift_id], person_id, Hindrance(WhyNot.NOT_ON_IT))
    for (leaves, person_id), (joins, instead_of) in ((one, other), (other, one)):
        there = [each for each in on_it[joins] if each.id != instead_of]
        await _require_fitting(work, locked[joins], person_id, there, may_have_begun=False, leaves=leaves)
    for (leaves, person_id), (joins, _) in ((one, other), (other, one)):
        await _remove(work, leaves, [person_id])
        signed = {"shift_id": joins, "person_id": person_id, "signed_up_at": work.now}
        await work.db.execute(insert(SIGNED_UP).values(**signed))
        await ledger.record(work, joins, ShiftVerb.SWAPPED, person_id=person_id)
    return locked[one[0]], locked[other[0]]


async def open_place(work: Work, shift_id: int, person_id: int) -> int:
    """It stands that this person's place on the shift is open. Returns its id."""
    standing = select(_STAND_INS.c.id).where(
        _STAND_INS.c.shift_id == shift_id, _STAND_INS.c.person_id == person_id, _STAND_INS.c.taken_at.is_(None)
    )
    there: int | None = (await work.db.execute(standing)).scalars().first()
    if there is not None:
        return there
    place = new_id()
    row = {"id": place, "shift_id": shift_id, "person_id": person_id, "asked_at": work.now}
    await work.db.execute(insert(_STAND_INS).values(**row))
    return place


async def hindrance(
    work: Work, shift: ShiftRow, who_wants: Volunteer | None, on_it: Sequence[Volunteer], *, may_have_begun: bool,
    leaves: int = 0,
) -> Hindrance | None:  # fmt: skip
    """Why this volunteer cannot be put on the shift, if they cannot; nobody is a volunteer whose access has ended.
    `leaves`: the shift that they give for it."""
    wish = stretch(shift)
    why = hindrance_by_time(wish, work.now, cancelled=shift.is_cancelled, may_have_begun=may_have_begun)
    if why is not None:
        return why
    if who_wants is None:
        return Hindrance(WhyNot.NO_ACCESS)
    if any(one.id == who_wants.id for one in on_it):
        return Hindrance(WhyNot.ALREADY)
    theirs = (await shifts_of(work, [who_wants.id], since=shift.starts_at - _NEAR)).get(who_wants.id, [])
    others = [one for one in theirs if one.shift != leaves]
    return hindrance_of(wish, who_wants, others, travel_of(work)) or hindrance_by_room(needs(shift), on_it, who_wants)


async def _require_fitting(
    work: Work, shift: ShiftRow, person_id: int, on_it: Sequence[Volunteer], *, may_have_begun: bool, leaves: int = 0
) -> None:
    day = clock.office_day(shift.starts_at, work.zone)
    wanting = (await who.staff_on(work.db, day, [person_id])).get(person_id)
    why = await hindrance(work, shift, wanting, on_it, may_have_begun=may_have_begun, leaves=leaves)
    if why is not None:
        raise CannotStaff(shift, person_id, why)


async def lock_shift(work: Work, shift_id: int) -> ShiftRow:
    """The shift as it is now, and stays until this act is committed, for whoever asks for this lock.

    Raises:
        NotFound: no such shift.
    """
    locked = update(SHIFTS).where(SHIFTS.c.id == shift_id).values(sequence=SHIFTS.c.sequence)
    shift = only(ShiftRow, await work.db.execute(locked.returning(*columns(ShiftRow, SHIFTS))))
    if shift is None:
        raise NotFound
    return shift


async def people_on(work: Work, shift: ShiftRow) -> list[Volunteer]:
    """Who is on the shift and has access."""
    day = clock.office_day(shift.starts_at, work.zone)
    return (await who.on_shifts(work.db, {shift.id: day})).get(shift.id, [])


class _Mine(NamedTuple):
    person_id: int
    shift_id: int
    place: str
    starts_at: datetime
    ends_at: datetime


_NEAR = timedelta(hours=12)  # longer than any way between two places


async def shifts_of(work: Work, person_ids: Collection[int], *, since: datetime) -> dict[int, list[Stretch]]:
    """The shifts of these people that are held and end after that."""
    mine = (
        select(*columns(_Mine, SHIFTS, SIGNED_UP))
        .join_from(SIGNED_UP, SHIFTS, SHIFTS.c.id == SIGNED_UP.c.shift_id)
        .where(SIGNED_UP.c.person_id.in_(list(person_ids)), HELD, SHIFTS.c.ends_at > since)
        .order_by(SHIFTS.c.starts_at, SHIFTS.c.id)
    )
    found: dict[int, list[Stretch]] = {}
    for row in every(_Mine, await work.db.execute(mine)) if person_ids else ():
        found.setdefault(row.person_id, []).append(Stretch(row.shift_id, row.place, row.starts_at, row.ends_at))
    return found


def travel_of(work: Work) -> timedelta:
    """How long it takes from one place to another."""
    return timedelta(minutes=work.settings.travel_minutes)


def stretch(shift: ShiftRow) -> Stretch:
    """The shift, as far as others may be in its way."""
    return Stretch(shift.id, shift.place, shift.starts_at, shift.ends_at)


def needs(shift: ShiftRow) -> Needs:
    """What the shift needs."""
    return Needs(shift.needed, shift.needed_experienced, tuple(shift.wants))


async def _remove(work: Work, shift_id: int, person_ids: Collection[int]) -> int:
    gone = delete(SIGNED_UP).where(SIGNED_UP.c.shift_id == shift_id, SIGNED_UP.c.person_id.in_(list(person_ids)))
    return (await work.db.execute(gone)).rowcount


async def _stand_in(work: Work, shift_id: int, person_id: int) -> int | None:
    """Of the open places the oldest is taken; who had it."""
    open_places = select(*columns(_Gone, _STAND_INS)).where(
        _STAND_INS.c.shift_id == shift_id, _STAND_INS.c.taken_at.is_(None)
    )
    waiting = every(_Gone, await work.db.execute(open_places.order_by(_STAND_INS.c.asked_at, _STAND_INS.c.id)))
    own = [one for one in waiting if one.person_id == person_id]  # who can come after all
    if not waiting:
        return None
    gone = (own or waiting)[0]
    taken = update(_STAND_INS).where(_STAND_INS.c.id == gone.id).values(taken_by=person_id, taken_at=work.now)
    await work.db.execute(taken)
    return None if gone.person_id == person_id else gone.person_id
