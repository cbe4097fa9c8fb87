"""Shifts: added with the volunteers who staff them, cancelled, brought back, listed.

It must not know who waits for one: `cases/shift_starts.py` does; nor put people on one afterwards: `signing.py` does.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import Select, bindparam, insert, select, update

from bot.engine.among import among
from bot.engine.db import Db
from bot.engine.errors import BadInput, NotFound
from bot.engine.rows import columns, every, only
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.people import names
from bot.roster import ledger, presence, timers
from bot.roster.locks import lock_people
from bot.roster.staffing import HELD, SHIFTS, SIGNED_UP, names_of_volunteers
from models.base import UtcDateTime, new_id
from models.shift import NEEDED, NEEDED_EXPERIENCED, ONLINE, overlap
from models.staffing import ShiftVerb
from models.timer import TimerKind

LONGEST_SHIFT = timedelta(hours=16)


class ShiftRow(NamedTuple):
    """A shift as it lies in the database; what its columns mean: `models.shift.Shift`."""

    id: int
    place: str
    starts_at: datetime
    ends_at: datetime
    cancelled_at: datetime | None
    needed: int
    needed_experienced: int
    wants: list[str]
    note: bytes | None
    cancel_reason: bytes | None

    @property
    def is_cancelled(self) -> bool:
        return self.cancelled_at is not None


class StaffedShift(NamedTuple):
    """A shift and the names of its volunteers."""

    shift: ShiftRow
    names: list[str]


class _Other(NamedTuple):
    starts_at: datetime
    ends_at: datetime
    person_id: int


_ADD, _SIGN_UP = insert(SHIFTS), insert(SIGNED_UP)
_HELD_STILL = select(*columns(ShiftRow, SHIFTS)).where(
    SHIFTS.c.id == bindparam("shift"), HELD, SHIFTS.c.ends_at > bindparam("now", type_=UtcDateTime)
)
_OF_THEM = (
    select(*columns(_Other, SHIFTS, SIGNED_UP))
    .join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id)
    .where(among(SIGNED_UP.c.person_id, "people"), HELD)
    .where(SHIFTS.c.ends_at > bindparam("begins", type_=UtcDateTime))
)


async def add_shift(
    work: Work, *, starts_at: datetime, ends_at: datetime, person_ids: list[int], place: str = ONLINE,
    longest: timedelta = LONGEST_SHIFT, needed: int = NEEDED, experienced: int = NEEDED_EXPERIENCED,
    wants: Sequence[str] = (), note: str = "",
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
    await lock_people(work, person_ids)
    await _refuse_clash(work, (starts_at, ends_at), person_ids)
    shift_id = new_id()
    row = {
        "id": shift_id, "place": place, "starts_at": starts_at, "ends_at": ends_at, "wants": list(wants),
        "needed": max(needed, len(person_ids)), "needed_experienced": experienced,
        "made_by": work.actor.id if work.actor else None, "note": _sealed(work, shift_id, "note", note),
    }  # fmt: skip
    await work.db.execute(_ADD, row)
    await ledger.record(work, shift_id, ShiftVerb.MADE)
    for person_id in person_ids:
        signed = {"shift_id": shift_id, "person_id": person_id, "signed_up_at": work.now}
        await work.db.execute(_SIGN_UP, signed)
    await _arm(work, shift_id, place, starts_at)
    return shift_id


class FreshShift(NamedTuple):
    """A shift to be added with many others, with nobody on it."""

    place: str
    starts_at: datetime
    ends_at: datetime
    needed: int
    needed_experienced: int
    wants: list[str]


async def add_many(work: Work, fresh: Sequence[FreshShift]) -> list[int]:
    """All of them stand, with nobody on them, in three statements however many they are. Returns their ids."""
    made_by = work.actor.id if work.actor else None
    rows = [{"id": new_id(), **one._asdict(), "made_by": made_by} for one in fresh]
    if rows:
        await work.db.execute(insert(SHIFTS), rows)
        await ledger.record_made(work, [int(str(row["id"])) for row in rows])
        await timers.arm_fresh(work, [(int(str(row["id"])), one) for row, one in zip(rows, fresh, strict=True)])
    return [int(str(row["id"])) for row in rows]


async def cancel_shift(work: Work, shift_id: int, reason: str = "") -> None:
    """The shift is not held. Promises made by it are looked at again when they were due.

    Raises:
        NotFound: no such shift, or already cancelled.
    """
    values = {"cancelled_at": work.now, "sequence": SHIFTS.c.sequence + 1}
    cancelled = update(SHIFTS).where(SHIFTS.c.id == shift_id, HELD)
    why = _sealed(work, shift_id, "cancel_reason", reason)
    if not (await work.db.execute(cancelled.values(**values, cancel_reason=why))).rowcount:
        raise NotFound
    await ledger.record(work, shift_id, ShiftVerb.CANCELLED)
    await presence.shift_is_left(work, shift_id)


async def cancel_many(
    work: Work, shift_ids: Collection[int], reason: str = "", *, noted: Mapping[str, object]
) -> list[ShiftRow]:  # fmt: skip
    """None of these shifts that is held and ahead is held any more, in a few statements however many they are.
    `noted`: beside each in the ledger. Returns them as they were, soonest first."""
    still = SHIFTS.c.id.in_(list(shift_ids)), HELD, SHIFTS.c.starts_at > work.now
    locked = _shifts().where(*still).order_by(SHIFTS.c.id).with_for_update()
    rows = every(ShiftRow, await work.db.execute(locked)) if shift_ids else []
    if rows:
        values = {"cancelled_at": work.now, "sequence": SHIFTS.c.sequence + 1}
        await work.db.execute(update(SHIFTS).where(SHIFTS.c.id.in_([row.id for row in rows])).values(**values))
        await ledger.record_cancelled(work, [row.id for row in rows], noted)
    for row in rows if reason else ():
        why = _sealed(work, row.id, "cancel_reason", reason)
        await work.db.execute(update(SHIFTS).where(SHIFTS.c.id == row.id).values(cancel_reason=why))
    return sorted(rows, key=lambda row: (row.starts_at, row.id))


async def bring_back_shift(work: Work, shift_id: int) -> None:
    """A cancelled shift that is not over is to be held after all. One that is there or gone is left as it is.

    Raises:
        BadInput: somebody who is signed up for it has another shift by then.
    """
    signed = select(SIGNED_UP.c.person_id).where(SIGNED_UP.c.shift_id == shift_id)
    person_ids = list((await work.db.execute(signed)).scalars())
    await lock_people(work, person_ids)
    still = (SHIFTS.c.id == shift_id, SHIFTS.c.cancelled_at.is_not(None), SHIFTS.c.ends_at > work.now)
    gone = only(ShiftRow, await work.db.execute(_shifts().where(*still)))
    if gone is None:
        return
    await _refuse_clash(work, (gone.starts_at, gone.ends_at), person_ids)
    values = {"cancelled_at": None, "cancel_reason": None, "sequence": SHIFTS.c.sequence + 1}
    if (await work.db.execute(update(SHIFTS).where(*still).values(**values))).rowcount:
        await ledger.record(work, shift_id, ShiftVerb.BROUGHT_BACK)
        await _arm(work, shift_id, gone.place, gone.starts_at)


async def _arm(work: Work, shift_id: int, place: str, starts_at: datetime) -> None:
    if place == ONLINE:
        await work.remind(TimerKind.SHIFT_STARTS, shift_id, max(starts_at, work.now))
    await timers.arm(work, shift_id, starts_at)


def opened(seal: Seal, shift: ShiftRow, column: Literal["note", "cancel_reason"]) -> str:
    """A coordinator's own words about the shift; empty if there are none."""
    sealed: bytes | None = getattr(shift, column)
    return "" if sealed is None else seal.open(sealed, table="shifts", column=column, row_id=shift.id)


def _sealed(work: Work, shift_id: int, column: str, words: str) -> bytes | None:
    return work.seal.seal(words, table="shifts", column=column, row_id=shift_id) if words else None


async def shift_of(db: Db, shift_id: int) -> ShiftRow:
    """The shift, whatever has become of it.

    Raises:
        NotFound: there never was such a shift.
    """
    found = only(ShiftRow, await db.execute(_shifts().where(SHIFTS.c.id == shift_id)))
    if found is None:
        raise NotFound
    return found


async def cancelled_ahead(db: Db, now: datetime) -> list[ShiftRow]:
    """The shifts that would not have ended and are not held, soonest first."""
    those = _shifts().where(SHIFTS.c.cancelled_at.is_not(None), SHIFTS.c.ends_at > now)
    return every(ShiftRow, await db.execute(those.order_by(SHIFTS.c.starts_at, SHIFTS.c.id)))


async def held_between(db: Db, begins: datetime, ends: datetime) -> list[ShiftRow]:
    """The shifts that are held and have something of [begins, ends), soonest first."""
    those = _shifts().where(HELD, SHIFTS.c.ends_at > begins, SHIFTS.c.starts_at < ends)
    return every(ShiftRow, await db.execute(those.order_by(SHIFTS.c.starts_at, SHIFTS.c.place, SHIFTS.c.id)))


async def shift_to_hold(db: Db, shift_id: int, now: datetime) -> ShiftRow | None:
    """The shift, unless it is cancelled, over, or gone."""
    return only(ShiftRow, await db.execute(_HELD_STILL, {"shift": shift_id, "now": now}))


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
    near = await work.db.execute(_OF_THEM, {"people": person_ids, "begins": span[0]})
    for other in every(_Other, near):
        if overlap(span, (other.starts_at, other.ends_at)):
            alias = await names.name_of(work.db, work.seal, other.person_id)
            raise BadInput("shift_clash", alias=alias or "?")
