"""What was promised and has not been kept: the newcomer is told once, with the next honest time, and coordinators too.

It must not decide what can be promised: `queue.py` does.
"""

from datetime import timedelta

from sqlalchemy import exists, select, update

from bot.cases import promising, queue, waiting
from bot.cases.cases import owed_since
from bot.cases.promising import Promise
from bot.cases.texts import CoordinatorLate
from bot.cases.texts_newcomer import Late, TimeKnown
from bot.cases.told import Promised, PromiseKind
from bot.engine.errors import NotFound
from bot.engine.work import Work
from bot.people import access, people
from bot.people.access import CASES, CaseRow
from models.base import table_of
from models.case import CaseEvent, CaseEventKind, CaseStatus
from models.saying import fields_of
from models.timer import TimerKind

_LEDGER = table_of(CaseEvent)


async def promise_missed(work: Work, case_id: int) -> None:
    """A queued case whose promised time has passed: the newcomer is told once, the coordinators once."""
    case = await _case(work, case_id)
    if case is None or case.status != CaseStatus.QUEUED or case.promised_by is None or case.promised_by > work.now:
        return
    is_known = await waiting.both_are_told(work, case)
    made = await promising.promise_for(work, case, await queue.volunteers_on_shift(work))
    is_day = made.told.promise == PromiseKind.LATER  # minutes are not promised again to who has waited
    await promising.remember(work, case, made if is_day else Promise(None, made.told))
    await _tell_newcomer(work, case, made.told)
    if not is_known:
        await _tell_coordinators(work, case)


async def time_known(work: Work, case_id: int) -> None:
    """A queued case that could be promised nothing, now that there is a shift: its newcomer is told, as we said."""
    case = await _case(work, case_id)
    if case is None or case.status != CaseStatus.QUEUED or case.promised_by is not None:
        return
    made = await promising.promise(work, case, await queue.volunteers_on_shift(work))
    if made.by is not None:
        await work.tell(case.newcomer_id, TimeKnown(code=case.code, **fields_of(made.told)), case_id=case.id)


async def answer_owed(work: Work, case_id: int) -> None:
    """A claimed case that has owed an answer for a day: the newcomer is told once, the coordinators once."""
    case = await _case(work, case_id)
    if case is None or case.status != CaseStatus.CLAIMED or case.waiting_since is None or case.claimed_at is None:
        return
    since = owed_since(case)
    due_at = since + timedelta(hours=work.settings.answer_hours)
    if due_at > work.now:
        await work.remind(TimerKind.ANSWER, case.id, due_at)
        return
    told = exists().where(_LEDGER.c.case_id == case.id, _LEDGER.c.kind == CaseEventKind.LATE, _LEDGER.c.at >= since)
    if not (await work.db.execute(select(told))).scalar_one():
        made = await promising.next_time(work, await queue.volunteers_on_shift(work))
        await _tell_newcomer(work, case, made.told)
        await _tell_coordinators(work, case)


async def _tell_newcomer(work: Work, case: CaseRow, promised: Promised) -> None:
    await work.record(case.id, CaseEventKind.LATE, detail=case.status)
    if case.late_told_at is None:  # she is told once, until somebody has answered
        await work.db.execute(update(CASES).where(CASES.c.id == case.id).values(late_told_at=work.now))
        await work.tell(case.newcomer_id, Late(code=case.code, **fields_of(promised)), case_id=case.id)


async def _tell_coordinators(work: Work, case: CaseRow) -> None:
    since, state = case.waiting_since or case.opened_at, CaseStatus(case.status)
    late = CoordinatorLate(code=case.code, since=since, state=state)
    await people.tell_coordinators(work, late, case_id=case.id)


async def _case(work: Work, case_id: int) -> CaseRow | None:
    try:
        return await access.locked_case(work, case_id)
    except NotFound:
        return None
