"""A claim that stalls: its volunteer is warned, and then it goes back to the queue.

A claim stalls while its newcomer has had no answer from its volunteer at all; or once it was kept until an instant that
has come. A conversation that has gone on is not taken from anybody by this. Typing is presence: it puts the end off.
"""

from datetime import datetime, timedelta

from sqlalchemy import exists, func, select, update

from bot.cases import cases, relay
from bot.cases.cases import owed_since
from bot.cases.texts_between import CaseWentBack, StallWarned
from bot.engine.errors import NotFound
from bot.engine.settings import Settings
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CASES, CaseRow
from models.base import table_of
from models.case import CaseStatus, DeskDraft, HeldLine
from models.notice import Notice
from models.outbox import Outbox
from models.timer import Timer, TimerKind

STALLED = "stalled"  # the ledger's detail of a release
TYPING_COUNTS = timedelta(minutes=10)
_TIMERS, _ROWS = table_of(Timer), table_of(Outbox)
_DRAFTS, _LINES = table_of(DeskDraft), table_of(HeldLine)


def back_at(case: CaseRow, settings: Settings) -> datetime | None:
    """When this case goes back to the queue if its volunteer does not answer; None if it does not."""
    if case.status != CaseStatus.CLAIMED or case.waiting_since is None or case.claimed_at is None:
        return None
    is_unanswered = case.waiting_since <= case.claimed_at
    if not is_unanswered and case.kept_until is None:
        return None
    stalls_at = owed_since(case) + timedelta(minutes=settings.stall_minutes)
    return stalls_at if case.kept_until is None else max(stalls_at, case.kept_until)


def warned_at(case: CaseRow, settings: Settings) -> datetime | None:
    """When its volunteer is told that it will."""
    ends = back_at(case, settings)
    return ends and ends - timedelta(minutes=settings.stall_minutes - settings.stall_warn_minutes)


async def watch(work: Work, case: CaseRow) -> None:
    """The case, which has just been claimed or kept, is looked at when that may matter."""
    looked_at = warned_at(case, work.settings) or case.kept_until
    if looked_at is not None:
        await _look_again(work, case, max(looked_at, work.now))


async def look(work: Work, case_id: int) -> None:
    """The case's time may have come: its volunteer is warned once, later it is back in the queue; or nothing is due."""
    try:
        case = await access.locked_case(work, case_id)
    except NotFound:
        return
    ends, warns = back_at(case, work.settings), warned_at(case, work.settings)
    if ends is None or warns is None:
        await _keep_on(work, case)
    elif work.now < warns:
        await _look_again(work, case, warns)
    elif (typing_until := await _typing_until(work, case)) is not None:
        await _look_again(work, case, typing_until)
    elif work.now >= ends:
        await _goes_back(work, case)
    else:
        await _warn(work, case, since=warns, ends=ends)
        await _look_again(work, case, ends)


async def _keep_on(work: Work, case: CaseRow) -> None:
    """The case owes nothing: a time that it was kept until is over once it is past."""
    if case.status != CaseStatus.CLAIMED or case.kept_until is None:
        return
    if case.kept_until > work.now:
        await _look_again(work, case, case.kept_until)
    else:
        await work.db.execute(update(CASES).where(CASES.c.id == case.id).values(kept_until=None))


async def _goes_back(work: Work, case: CaseRow) -> None:
    await cases.back_to_queue(work, case, silent=False, reason=STALLED)
    await work.tell(case.volunteer_id, CaseWentBack(code=case.code), case_id=case.id)


async def _warn(work: Work, case: CaseRow, *, since: datetime, ends: datetime) -> None:
    of_this = _ROWS.c.case_id == case.id, _ROWS.c.kind == Notice.STALL_WARNED, _ROWS.c.created_at >= since
    if (await work.db.execute(select(exists().where(*of_this)))).scalar_one():
        return
    seen = await relay.newest_shown(work, case)
    warning = StallWarned(case=case.id, code=case.code, seq=seen, since=owed_since(case), ends_at=ends)
    await work.tell(case.volunteer_id, warning, case_id=case.id)


async def _typing_until(work: Work, case: CaseRow) -> datetime | None:
    """Until when somebody counts as typing who has kept a draft for the case, or has a line that is held, lately."""
    lately = work.now - TYPING_COUNTS
    mine = _DRAFTS.c.case_id == case.id, _DRAFTS.c.person_id == case.volunteer_id, _DRAFTS.c.saved_at > lately
    drafted = select(func.max(_DRAFTS.c.saved_at)).where(*mine)
    held = select(func.max(_LINES.c.held_at)).where(_LINES.c.person_id == case.volunteer_id, _LINES.c.held_at > lately)
    typed = [(await work.db.execute(one)).scalar_one_or_none() for one in (drafted, held)]
    newest = max((at for at in typed if at is not None), default=None)
    return newest and newest + TYPING_COUNTS


async def _look_again(work: Work, case: CaseRow, at: datetime) -> None:
    mine = _TIMERS.c.kind == TimerKind.STALL, _TIMERS.c.subject == case.id
    armed = exists().where(*mine, _TIMERS.c.done_at.is_(None), _TIMERS.c.due_at == at)
    if not (await work.db.execute(select(armed))).scalar_one():
        await work.remind(TimerKind.STALL, case.id, at)
