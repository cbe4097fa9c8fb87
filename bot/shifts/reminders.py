"""Whoever has a shift is reminded the day before and once more soon before it, each at most once.

When that is, so that nobody is woken, is said in `models/reminding.py`. A reminder that may not have arrived is not
repeated: the coordinators know of it. It must not decide who is on a shift.
"""

from typing import NamedTuple

from sqlalchemy import select

from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.people import names, people
from bot.roster import shifts
from bot.shifts import seen
from bot.shifts.texts import ShiftReminder
from bot.shifts.texts_coordinator import ShiftReminderDoubt
from models.base import table_of
from models.outbox import Outbox
from models.people import Address, Person
from models.shift import Assignment
from models.timer import TimerKind

_SIGNED_UP, _PEOPLE = table_of(Assignment), table_of(Person)
_ROWS, _ADDRESSES = table_of(Outbox), table_of(Address)


class _Signed(NamedTuple):
    person_id: int
    comes: bool


class _Lane(NamedTuple):
    person_id: int | None


async def day_before(work: Work, shift_id: int) -> None:
    """Everybody on the shift is asked whether they come."""
    await _remind(work, shift_id, TimerKind.SHIFT_DAY_BEFORE)


async def soon(work: Work, shift_id: int) -> None:
    """Everybody on the shift is asked whether they come, except those who have said so."""
    await _remind(work, shift_id, TimerKind.SHIFT_SOON)


async def _remind(work: Work, shift_id: int, kind: TimerKind) -> None:
    shift = await shifts.shift_to_hold(work.db, shift_id, work.now)
    if shift is None or shift.starts_at <= work.now:
        return
    for one in await _signed(work, shift_id):
        key = f"{kind.value}:{shift_id}:{one.person_id}"
        if one.comes or await _was_told(work, key):
            continue
        told = ShiftReminder(shift=await seen.seen_one(work, shift, but=one.person_id))
        await work.tell(one.person_id, told, dedupe_key=key)


async def may_not_have_arrived(work: Work, address_id: int, reminder: ShiftReminder) -> None:
    """The coordinators know that this reminder is in doubt."""
    lane = only(_Lane, await work.db.execute(select(_ADDRESSES.c.person_id).where(_ADDRESSES.c.id == address_id)))
    alias = await names.name_of(work.db, work.seal, lane.person_id) if lane else None
    if alias is not None:
        shift = await shifts.shift_of(work.db, reminder.shift.shift)
        doubt = ShiftReminderDoubt(shift=(await seen.named(work, shift))[0], alias=alias)
        await people.tell_coordinators(work, doubt)


async def _signed(work: Work, shift_id: int) -> list[_Signed]:
    there = (
        select(*columns(_Signed, _SIGNED_UP, comes=_SIGNED_UP.c.coming_at.is_not(None)))
        .join_from(_SIGNED_UP, _PEOPLE, _PEOPLE.c.id == _SIGNED_UP.c.person_id)
        .where(_SIGNED_UP.c.shift_id == shift_id, _PEOPLE.c.enabled)
        .order_by(_SIGNED_UP.c.person_id)
    )
    return every(_Signed, await work.db.execute(there))


async def _was_told(work: Work, key: str) -> bool:
    return (await work.db.execute(select(_ROWS.c.id).where(_ROWS.c.dedupe_key == key))).first() is not None
