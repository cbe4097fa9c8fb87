"""A case that waits and that nobody takes: those who are there are reminded, then others are asked, then coordinators.

Each at most once as long as the case stays in the queue. Time counts only while somebody ought to answer: while an
online shift runs that somebody is signed up for, or somebody is there without one. It must not claim.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from sqlalchemy import exists, select, union_all, update

from bot.cases import queue
from bot.cases.texts_duty import NobodyTakes, StillWaits
from bot.cases.told import told_of
from bot.engine.errors import NotFound
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people import access, people
from bot.people.access import CASES, CaseRow
from bot.people.standing import Standing, is_experienced, staff_standing
from bot.roster.presence import DUTIES
from bot.roster.staffing import HELD, SHIFTS, SIGNED_UP, names_on_shift
from models.base import table_of
from models.case import CaseStatus
from models.notice import Notice
from models.outbox import Outbox
from models.presence import Stretch, since_when
from models.reminding import is_quiet
from models.shift import ONLINE
from models.timer import TimerKind

TOGETHER = timedelta(minutes=1)  # what comes so close together is said in one message
LOOKED_BACK = timedelta(days=1)  # longer than shifts follow each other without a break

_ROWS = table_of(Outbox)


class Step(IntEnum):
    """How far reminders have come, as `cases.reminded` has it."""

    REMIND = 1
    WIDEN = 2
    COORDINATORS = 3


class _Span(NamedTuple):
    begins: datetime
    ends: datetime


async def watch(work: Work, case_id: int) -> None:
    """A case that has just come into the queue is looked at again. If nobody is there then, the next shift's start has
    it looked at."""
    await work.remind(TimerKind.CASE_WAITS, case_id, work.now + timedelta(minutes=work.settings.remind_minutes))


async def watch_all(work: Work) -> None:
    """So is all that waits, now that a shift begins; what a version before this one has queued waits from now on."""
    unknown = CASES.c.status == CaseStatus.QUEUED, CASES.c.queued_at.is_(None)
    await work.db.execute(update(CASES).where(*unknown).values(queued_at=work.now, reminded=0))
    for case in await queue.waiting(work.db):
        if case.reminded < Step.COORDINATORS:
            await watch(work, case.id)


async def waits(work: Work, case_id: int) -> None:
    """Whoever is to hear of it now that the case still waits is told; and when to look again is known."""
    try:
        case = await access.locked_case(work, case_id)
    except NotFound:
        return
    if case.status == CaseStatus.QUEUED:
        next_at = await _take_steps(work, case, last_by=work.now)
        if next_at is not None:
            await work.remind(TimerKind.CASE_WAITS, case.id, next_at)


async def both_are_told(work: Work, case: CaseRow) -> bool:
    """Whether coordinators read in one message that nobody takes the case and what was promised, which has just passed:
    now, or a moment ago."""
    if case.promised_by is None:
        return False
    await _take_steps(work, case, last_by=work.now + TOGETHER)
    of_this = _ROWS.c.case_id == case.id, _ROWS.c.kind == Notice.NOBODY_TAKES
    lately = exists().where(*of_this, _ROWS.c.created_at >= case.promised_by - TOGETHER)
    told: bool = (await work.db.execute(select(lately))).scalar_one()
    return told


async def _take_steps(work: Work, case: CaseRow, *, last_by: datetime) -> datetime | None:
    """Every step whose time has come is taken; the last already if it comes by then. Returns when the next is due."""
    since = await _counted_from(work, case)
    if since is None:
        return None
    for step, minutes in _minutes(work).items():
        if step <= case.reminded:
            continue
        due_at = since + timedelta(minutes=minutes)
        if due_at > (last_by if step == Step.COORDINATORS else work.now):
            return due_at
        await work.db.execute(update(CASES).where(CASES.c.id == case.id).values(reminded=step))
        await _DOES[step](work, case)
    return None


def _minutes(work: Work) -> dict[Step, int]:
    """After how many minutes of waiting each step comes; never before the one before it."""
    settings = work.settings
    widen = max(settings.remind_minutes, settings.widen_minutes)
    last = max(widen, settings.coordinator_minutes)
    return {Step.REMIND: settings.remind_minutes, Step.WIDEN: widen, Step.COORDINATORS: last}


async def _counted_from(work: Work, case: CaseRow) -> datetime | None:
    """Since when the case waits and somebody ought to answer, both without a break; None if nobody ought to now."""
    signed = SHIFTS.join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id)
    near = SHIFTS.c.starts_at <= work.now, SHIFTS.c.ends_at > work.now - LOOKED_BACK
    planned = (
        select(*columns(_Span, SHIFTS, begins=SHIFTS.c.starts_at, ends=SHIFTS.c.ends_at))
        .select_from(signed)
        .where(SHIFTS.c.place == ONLINE, HELD, *near, is_experienced(SIGNED_UP.c.person_id))
    )
    came = select(*columns(_Span, DUTIES, begins=DUTIES.c.began_at, ends=DUTIES.c.ends_at)).where(
        DUTIES.c.shift_id.is_(None), DUTIES.c.ended_at.is_(None), DUTIES.c.began_at <= work.now,
        DUTIES.c.ends_at > work.now - LOOKED_BACK, is_experienced(DUTIES.c.person_id),
    )  # fmt: skip
    spans = every(_Span, await work.db.execute(union_all(planned, came)))
    begun = since_when(work.now, [Stretch(*one) for one in spans])
    return None if begun is None or case.queued_at is None else max(begun, case.queued_at)


async def _remind(work: Work, case: CaseRow) -> None:
    """Who has its card is reminded of it; whoever else is there has one now, whatever they speak."""
    there = [one.id for one in await queue.volunteers_on_shift(work)]
    have = await queue.card_holders(work, case.id)
    told = StillWaits(code=case.code, since=case.waiting_since or work.now)
    await work.tell_each([one for one in there if one in have], told, case_id=case.id)
    await queue.deal_to(work, case, [one for one in there if one not in have], why="untaken")


async def _widen(work: Work, case: CaseRow) -> None:
    """Who may be asked outside their shifts is asked, by day: those with the language; if there are none, all."""
    if is_quiet(work.now, work.zone):
        return
    there = {one.id for one in await queue.volunteers_on_shift(work)} | await queue.card_holders(work, case.id)
    free = [one for one in await staff_standing(work.db) if _may_ask(one, work) and one.person_id not in there]
    speakers = [one for one in free if case.language in one.speaks]
    await queue.deal_to(work, case, [one.person_id for one in speakers or free], why="asked")


def _may_ask(one: Standing, work: Work) -> bool:
    return one.may_be_asked and one.may_claim_on(work.today)


async def _tell_coordinators(work: Work, case: CaseRow) -> None:
    names = tuple(await names_on_shift(work.db, work.seal, work.now))
    passes = case.promised_by is not None and case.promised_by <= work.now + TOGETHER
    promised = case.promised_by if passes else None
    since = case.waiting_since or work.now
    told = NobodyTakes(**told_of(case), since=since, names=names, promised_by=promised)
    await people.tell_coordinators(work, told, case_id=case.id)


_DOES: dict[Step, Callable[[Work, CaseRow], Awaitable[None]]] = {
    Step.REMIND: _remind, Step.WIDEN: _widen, Step.COORDINATORS: _tell_coordinators,
}  # fmt: skip
