"""What a shift sets off in the queue: those who wait without a time hear of one, its start deals the cards, and whose
promise it was hear of another time when nobody staffs it any more.

It must not offer cases one by one: `queue.py` does.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.cases import promising, queue
from bot.cases import waiting as watching
from bot.cases.texts import ShiftStarts
from bot.cases.texts_newcomer import PromiseMoved
from bot.cases.told import PromiseKind
from bot.engine.errors import NotFound
from bot.engine.work import Work
from bot.people import access
from bot.roster import presence, shifts
from bot.roster.shifts import LONGEST_SHIFT, shift_to_hold
from bot.roster.staffing import volunteers_of
from models.case import CaseStatus
from models.saying import fields_of
from models.shift import NEEDED, NEEDED_EXPERIENCED, ONLINE
from models.timer import TimerKind

THERE = PromiseKind.SOON, PromiseKind.QUEUE  # what is promised while somebody is there


async def add_shift(
    work: Work, *, starts_at: datetime, ends_at: datetime, person_ids: list[int], place: str = ONLINE,
    longest: timedelta = LONGEST_SHIFT, needed: int = NEEDED, wants: Sequence[str] = (), note: str = "",
    experienced: int = NEEDED_EXPERIENCED,
) -> int:  # fmt: skip
    """As `shifts.add_shift`; who waits for an answer without knowing when it comes will be told."""
    shift_id = await shifts.add_shift(
        work, starts_at=starts_at, ends_at=ends_at, person_ids=person_ids, place=place, longest=longest,
        needed=needed, wants=wants, note=note, experienced=experienced,
    )  # fmt: skip
    await staffed(work, place)
    return shift_id


async def staffed(work: Work, place: str) -> None:
    """A shift there has somebody more: who waits for an answer without knowing when it comes will be told."""
    for case in await queue.waiting(work.db) if place == ONLINE else ():
        if case.promised_by is None:
            await work.remind(TimerKind.TIME_KNOWN, case.id, work.now)


async def unstaffed(work: Work, place: str) -> None:
    """A shift there has somebody less, or is not held: who was promised a time is told another, if it holds no more."""
    for case in await queue.waiting(work.db) if place == ONLINE else ():
        if case.promised_by is not None:
            await work.remind(TimerKind.PROMISE_MOVED, case.id, work.now)


async def promise_moved(work: Work, case_id: int) -> None:
    """The newcomer of a waiting case is told when a person answers now, if that is later than they were promised.

    As long as somebody is there to answer, the promise stands: if they do not keep it, it is late.
    """
    try:
        case = await access.locked_case(work, case_id)
    except NotFound:
        return
    if case.status != CaseStatus.QUEUED or case.promised_by is None:
        return
    on_shift = await queue.volunteers_on_shift(work)
    made = await promising.promise_for(work, case, on_shift)
    if made.told.promise in THERE or (made.by is not None and made.by <= case.promised_by):
        return
    await promising.remember(work, case, made)
    await work.tell(case.newcomer_id, PromiseMoved(code=case.code, **fields_of(made.told)), case_id=case.id)


async def joined_running(work: Work, person_id: int) -> None:
    """Somebody is on an online shift that has begun: they have a card for each case that waits."""
    for case in await queue.waiting(work.db):
        await queue.offer_to(work, case, [person_id])


async def start_shift(work: Work, shift_id: int) -> None:
    """Its volunteers know how many wait and since when, and have a card for each case, longest waiting first."""
    shift = await shift_to_hold(work.db, shift_id, work.now)
    if shift is None:
        return
    await presence.carry_over(work, presence.Near(shift.id, shift.starts_at, shift.ends_at))
    waiting = await queue.waiting(work.db)
    since = [case.waiting_since for case in waiting if case.waiting_since is not None]
    oldest = min(since, default=work.now)  # one of a flood stands last
    hours = int((work.now - oldest).total_seconds() // 3600)
    started = ShiftStarts(count=len(waiting), hours=hours, ends_at=shift.ends_at)
    person_ids = await volunteers_of(work.db, shift_id)
    await work.tell_each(person_ids, started)
    for case in waiting:
        await queue.offer_to(work, case, person_ids)
    await watching.watch_all(work)
    await work.remind(TimerKind.PRESENCE, shift.id, max(work.now, shift.starts_at + queue.grace(work)))
