"""What a newcomer may be promised of when a person answers, and what is remembered of it.

Owns which time is honest. It must not offer a case to anybody: `queue.py` does; nor say that a promise was missed:
`late.py` does.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import bindparam, update

from bot.cases import queue
from bot.cases.told import Promised, PromiseKind
from bot.engine.work import Work
from bot.hours.standing import next_session
from bot.people.access import CASES, CaseRow
from bot.roster.staffing import NOT_BEGUN, OnShift, next_shift_at, present_of, somebody_stays_until
from models.timer import TimerKind

_PROMISE = update(CASES).where(CASES.c.id == bindparam("case"))


@dataclass(frozen=True, slots=True)
class Promise:
    """What is said of when a person answers. `by`: the instant after which it has been missed."""

    by: datetime | None
    told: Promised


async def promise_for(work: Work, case: CaseRow, on_shift: Sequence[OnShift]) -> Promise:
    """What can honestly be said now of when a person answers this queued case. `on_shift`: who has cards now."""
    minutes = work.settings.promise_minutes
    if present_of(on_shift):
        ahead, session = await queue.ahead_of(work.db, case), await next_session(work)
        by = work.now + timedelta(minutes=minutes * (ahead + 1))
        if ahead == 0:
            return Promise(by, Promised(promise=PromiseKind.SOON, minutes=minutes, session=session))
        if somebody_stays_until(on_shift, by):  # beyond it, a time from this queue would be nobody's
            place, within = ahead + 1, minutes * (ahead + 1)
            return Promise(by, Promised(promise=PromiseKind.QUEUE, place=place, minutes=within, session=session))
    return await next_time(work, on_shift)


def is_overdue(work: Work, case: CaseRow) -> bool:
    """Whether what this queued case was promised has passed, or nothing could be promised."""
    return case.promised_by is None or case.promised_by <= work.now


def is_later(made: Promise, stood: datetime | None) -> bool:
    """Whether nobody is there to keep the time that was told before (`stood`), and what is told now is another."""
    if made.told.promise in (PromiseKind.SOON, PromiseKind.QUEUE):
        return False
    return stood is not None and (made.by is None or made.by > stood)


async def next_time(work: Work, on_shift: Sequence[OnShift]) -> Promise:
    """When the next volunteers come on shift, or that nobody knows; with the next physical session in either case.

    Until somebody is there, a shift that has begun a few minutes ago is the next one.
    """
    begun = NOT_BEGUN if present_of(on_shift) else begun_lately(work)
    starts_at = await next_shift_at(work.db, work.now, work.zone, begun=begun)
    session = await next_session(work)
    if starts_at is None:
        return Promise(None, Promised(promise=PromiseKind.UNKNOWN, session=session))
    by = starts_at + timedelta(minutes=work.settings.promise_minutes)
    return Promise(by, Promised(promise=PromiseKind.LATER, at=starts_at, session=session))


def begun_lately(work: Work) -> timedelta:
    """For how long a shift that has begun is still promised: no longer than what is promised from its start."""
    return min(queue.grace(work), timedelta(minutes=work.settings.promise_minutes))


async def promise(work: Work, case: CaseRow, on_shift: Sequence[OnShift]) -> Promise:
    """Make a promise for a queued case and remember it: the rounds look again when it should have been kept."""
    made = await promise_for(work, case, on_shift)
    await remember(work, case, made)
    return made


async def remember(work: Work, case: CaseRow, made: Promise) -> None:
    """This is what was promised last."""
    await work.db.execute_ahead(_PROMISE, {"case": case.id, "promised_by": made.by})
    if made.by is not None:
        await work.remind(TimerKind.PROMISE, case.id, made.by)


async def told_now(work: Work, case: CaseRow) -> Promised:
    """What is told of it to who waits and asks. What was promised stands, and so many minutes are left of it; a time
    that is better, or that nobody keeps any more, is promised anew. Once it is late, only a day is."""
    made, stands = await promise_for(work, case, await queue.volunteers_on_shift(work)), case.promised_by
    in_minutes = made.told.minutes is not None and made.by is not None
    if stands is None or stands <= work.now:
        if not in_minutes:
            await remember(work, case, made)
        return made.told
    if in_minutes and made.by is not None and made.by >= stands:
        return replace(made.told, minutes=math.ceil((stands - work.now) / timedelta(minutes=1)))
    if made.by != stands:
        await remember(work, case, made)
    return made.told
