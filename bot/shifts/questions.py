"""What somebody on the staff is asked about shifts and has not answered: to stand in, to swap, whether they come; and
a coordinator, whether a session is to be closed that nobody staffs.

On Telegram each question is a message with buttons; whoever reads at the desk finds them here, until they are answered
or over. Reads only. It must not answer: `taking.py`, `asks.py` and `swaps.py` do.
"""

from typing import NamedTuple

from sqlalchemy import select

from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.hours import warnings
from bot.hours.told import SessionTold
from bot.roster import shifts
from bot.roster.staffing import HELD, SHIFTS
from bot.shifts import asks, seen, swaps
from bot.shifts.texts import ShiftAsked, ShiftReminder
from bot.shifts.texts_swap import SwapAsked, SwapOver
from models.base import table_of
from models.people import Role
from models.reminding import DAY_BEFORE, told_at
from models.shift import Assignment

_SIGNED_UP = table_of(Assignment)


class Questions(NamedTuple):
    """Whether to stand in, whether to swap, whether they come; what they have proposed to others, which waits; which
    sessions nobody has signed up for."""

    stand_in: tuple[ShiftAsked, ...] = ()
    swaps: tuple[SwapAsked, ...] = ()
    comes: tuple[ShiftReminder, ...] = ()
    proposed: tuple[SwapOver, ...] = ()
    unstaffed: tuple[SessionTold, ...] = ()


class _Soon(NamedTuple):
    id: int


async def open_ones(work: Work) -> Questions:
    """What the acting member of staff is asked now, soonest first."""
    is_theirs = work.staff.role == Role.COORDINATOR
    return Questions(
        await _stand_in(work), tuple(await swaps.asked_of_me(work)), await _comes(work),
        tuple(await swaps.proposed_by_me(work)), tuple(await warnings.unstaffed_soon(work) if is_theirs else ()),
    )  # fmt: skip


async def _stand_in(work: Work) -> tuple[ShiftAsked, ...]:
    found = []
    for shift_id in await asks.asked_of_me(work):
        shift = await shifts.shift_to_hold(work.db, shift_id, work.now)
        if shift is not None and shift.starts_at > work.now:
            found.append(shift)
    shown = await seen.seen(work, await seen.staffed(work, sorted(found, key=_soonest)), with_cover=True)
    return tuple(ShiftAsked(shift=one) for one in shown if one.there < one.needed)


async def _comes(work: Work) -> tuple[ShiftReminder, ...]:
    """Their shifts of which they have been reminded, to which they have not said that they come."""
    me = work.staff.id
    unsaid = (
        select(*columns(_Soon, SHIFTS))
        .join_from(_SIGNED_UP, SHIFTS, SHIFTS.c.id == _SIGNED_UP.c.shift_id)
        .where(_SIGNED_UP.c.person_id == me, _SIGNED_UP.c.coming_at.is_(None), HELD)
        .where(SHIFTS.c.starts_at > work.now, SHIFTS.c.starts_at < work.now + DAY_BEFORE * 2)
    )
    rows = [await shifts.shift_of(work.db, one.id) for one in every(_Soon, await work.db.execute(unsaid))]
    due = [one for one in rows if told_at(one.starts_at - DAY_BEFORE, work.zone) <= work.now]
    shown = await seen.seen(work, await seen.staffed(work, sorted(due, key=_soonest)), but=me)
    return tuple(ShiftReminder(shift=one) for one in shown)


def _soonest(shift: shifts.ShiftRow) -> tuple[object, int]:
    return shift.starts_at, shift.id
