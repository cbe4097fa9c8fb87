"""What a shift sets off in the queue: those who wait without a time hear of one, and its start deals the cards.

It must not offer cases one by one: `queue.py` does.
"""

from datetime import datetime, timedelta

from bot.cases import queue
from bot.cases.texts import ShiftStarts
from bot.engine.work import Work
from bot.roster import shifts
from bot.roster.shifts import LONGEST_SHIFT, shift_to_hold
from bot.roster.staffing import volunteers_of
from models.outbox import TimerKind
from models.shift import ONLINE


async def add_shift(
    work: Work, *, starts_at: datetime, ends_at: datetime, person_ids: list[int], place: str = ONLINE,
    longest: timedelta = LONGEST_SHIFT,
) -> int:  # fmt: skip
    """As `shifts.add_shift`; who waits for an answer without knowing when it comes will be told."""
    shift_id = await shifts.add_shift(
        work, starts_at=starts_at, ends_at=ends_at, person_ids=person_ids, place=place, longest=longest
    )
    for case in await queue.waiting(work.db) if place == ONLINE else ():
        if case.promised_by is None:
            await work.remind(TimerKind.TIME_KNOWN, case.id, work.now)
    return shift_id


async def start_shift(work: Work, shift_id: int) -> None:
    """Its volunteers know how many wait and since when, and have a card for each case, longest waiting first."""
    shift = await shift_to_hold(work.db, shift_id, work.now)
    if shift is None:
        return
    waiting = await queue.waiting(work.db)
    since = [case.waiting_since for case in waiting if case.waiting_since is not None]
    oldest = min(since, default=work.now)  # one of a flood stands last
    hours = int((work.now - oldest).total_seconds() // 3600)
    started = ShiftStarts(count=len(waiting), hours=hours, ends_at=shift.ends_at)
    person_ids = await volunteers_of(work.db, shift_id)
    await work.tell_each(person_ids, started)
    for case in waiting:
        await queue.offer_to(work, case, person_ids)
