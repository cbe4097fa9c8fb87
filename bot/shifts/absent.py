"""Whoever has given no sign of being on their shift ten minutes after it began is asked, and the coordinators know.

From then on they do not count as there until they act. It must not take anybody off a shift.
"""

from datetime import datetime

from sqlalchemy import exists, func, select, update

from bot.cases import queue, shift_starts
from bot.engine.work import Work
from bot.people import names, people
from bot.roster import shifts
from bot.roster.presence import GAVE_A_SIGN
from bot.roster.staffing import PEOPLE, SIGNED_UP, names_on_shift
from bot.shifts import seen
from bot.shifts.texts_presence import AreYouHere, ShiftAbsent
from models.timer import TimerKind


async def look(work: Work, shift_id: int) -> None:
    """Each of those who are missing is asked once, the coordinators are told who, and what newcomers were promised from
    the shift is promised anew. Who has gone off duty, or was put on the shift a moment ago, is not missing."""
    shift = await shifts.shift_to_hold(work.db, shift_id, work.now)
    if shift is None:
        return
    latest = work.now - queue.grace(work)
    if shift.starts_at > latest:
        await work.remind(TimerKind.PRESENCE, shift_id, shift.starts_at + queue.grace(work))
        return
    await _look_again_at_fresh(work, shift_id, latest)
    has_access = exists().where(PEOPLE.c.id == SIGNED_UP.c.person_id, PEOPLE.c.enabled)
    missing = SIGNED_UP.c.shift_id == shift_id, SIGNED_UP.c.signed_up_at <= latest, ~GAVE_A_SIGN, has_access
    told = update(SIGNED_UP).where(*missing, SIGNED_UP.c.absent_at.is_(None)).values(absent_at=work.now)
    absent = (await work.db.execute(told.returning(SIGNED_UP.c.person_id))).scalars().all()
    if not absent:
        return
    [named] = await seen.named(work, shift)
    await work.tell_each(sorted(absent), AreYouHere(shift=named))
    called = names.in_order((await names.names_of(work.db, work.seal, absent)).values())
    there = tuple(await names_on_shift(work.db, work.seal, work.now))
    await people.tell_coordinators(work, ShiftAbsent(shift=named, names=tuple(called), volunteers=there))
    await shift_starts.unstaffed(work, shift.place)


async def _look_again_at_fresh(work: Work, shift_id: int, latest: datetime) -> None:
    """Whoever was put on the shift after it had begun has the same minutes."""
    theirs = SIGNED_UP.c.shift_id == shift_id, SIGNED_UP.c.signed_up_at > latest, ~GAVE_A_SIGN
    first = select(func.min(SIGNED_UP.c.signed_up_at)).where(*theirs)
    signed_up_at: datetime | None = (await work.db.execute(first)).scalar_one_or_none()
    if signed_up_at is not None:
        await work.remind(TimerKind.PRESENCE, shift_id, signed_up_at + queue.grace(work))
