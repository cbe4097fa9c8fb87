"""A case that comes back by itself: "ask again on 12 March", to whoever set it if they are there, else to the queue.

Owns the FollowUp table. The newcomer hears nothing of it, unless they have said in the chat that they may be asked. It
must not decide when a case loses its words (`bot/privacy/last_day.py`): no day is later than that allows.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, insert, select, update

from bot.cases import cases, opening, queue, waiting
from bot.cases.texts import CaseTakenBack
from bot.cases.texts_follow_up import FollowUpAsks, FollowUpDue, FollowUpMay
from bot.engine import clock
from bot.engine.actors import Visitor
from bot.engine.db import Db
from bot.engine.errors import BadInput, NotFound, Stale
from bot.engine.rows import columns, every, only
from bot.engine.setting_kinds import LONGEST_RETENTION_DAYS
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.roster import shifts
from bot.roster.staffing import OnShift
from models.base import new_id, table_of
from models.case import MOVES, CaseEvent, CaseEventKind, CaseStatus
from models.follow_up import FollowUp
from models.people import Role
from models.shift import ONLINE
from models.timer import TimerKind

FOLLOW_UPS, _EVENTS = table_of(FollowUp), table_of(CaseEvent)
COMES_AT = time(9)  # on the office's wall, or with the first shift of the day
LONGEST_NOTE = 500
MOST_AT_ONCE = 200  # in one morning's act; the others come with the next timer
BECAUSE = "follow_up"  # the ledger's detail


class FollowUpRow(NamedTuple):
    """What its columns mean: `models.follow_up.FollowUp`."""

    id: int
    case_id: int
    set_by: int | None
    due_at: datetime
    asks_newcomer: bool
    agreed_at: datetime | None
    ended_at: datetime | None


_ROW = select(*columns(FollowUpRow, FOLLOW_UPS))
_OPEN = FOLLOW_UPS.c.ended_at.is_(None)


def latest_day(work: Work, case: CaseRow) -> date:
    """The last day on which the case can come back: the day after it, early, its words go."""
    said_on = clock.office_day(case.last_message_at or work.now, work.zone)
    return said_on + timedelta(days=min(work.settings.retention_days, LONGEST_RETENTION_DAYS) - 1)


async def set_day(work: Work, *, case_id: int, day: date, note: str) -> FollowUpRow:
    """The acting volunteer's case comes back on that day, in place of any day set before.

    Raises:
        NotFound: not the actor's case.
        BadInput: the day has come or passed, or lies beyond the case's last; or the note is too long.
    """
    case = await access.my_case(work, case_id)
    latest = latest_day(work, case)
    if day <= work.today:
        raise BadInput("follow_up_past", day=day.isoformat())
    if day > latest:
        raise BadInput("follow_up_too_late", day=latest.isoformat())
    if len(note) > LONGEST_NOTE:
        raise BadInput("follow_up_note_long", most=LONGEST_NOTE)
    await _forget(work, FOLLOW_UPS.c.case_id == case.id)
    row_id, due_at = new_id(), clock.wall(day, COMES_AT, work.zone)
    sealed = work.seal.seal(note, table="follow_ups", column="note", row_id=row_id) if note else None
    values = {"id": row_id, "case_id": case.id, "set_by": work.staff.id, "set_at": work.now, "due_at": due_at}
    await work.db.execute(insert(FOLLOW_UPS).values(**values, note=sealed))
    return FollowUpRow(row_id, case.id, work.staff.id, due_at, False, None, None)


async def drop(work: Work, *, follow_up_id: int) -> CaseRow:
    """The case does not come back by itself any more. Whoever set it may say so, whoever has the case, a coordinator.

    Raises:
        NotFound: it is nobody of these who acts.
        Stale: it has come back, or was taken back.
    """
    row, case = await _theirs(work, follow_up_id)
    if not await _forget(work, FOLLOW_UPS.c.id == row.id):
        raise Stale
    return case


async def ask_newcomer(work: Work, *, follow_up_id: int) -> CaseRow:
    """The newcomer is asked in the chat whether they may be asked on that day.

    Raises:
        NotFound: as `drop`.
        Stale: it is over, or they were asked already.
    """
    row, case = await _theirs(work, follow_up_id)
    asked = update(FOLLOW_UPS).where(FOLLOW_UPS.c.id == row.id, _OPEN, FOLLOW_UPS.c.asks_newcomer.is_(False))
    if not (await work.db.execute(asked.values(asks_newcomer=True))).rowcount:
        raise Stale
    day = clock.office_day(row.due_at, work.zone)
    await work.tell(case.newcomer_id, FollowUpMay(follow_up=row.id, day=day), case_id=case.id)
    return case


async def answered(work: Work, visitor: Visitor, *, follow_up_id: int, yes: bool) -> bool:
    """The newcomer has said whether they may be asked on that day. False: there is nothing to say it of any more."""
    row = await _row(work.db, follow_up_id)
    if row is None or row.ended_at is not None or not row.asks_newcomer:
        return False
    case = await access.seen_case(work.db, row.case_id)
    if case.newcomer_id != visitor.person_id:
        return False
    agreed = update(FOLLOW_UPS).where(FOLLOW_UPS.c.id == row.id, _OPEN)
    return bool((await work.db.execute(agreed.values(agreed_at=work.now if yes else None))).rowcount)


async def of_case(db: Db, case_id: int) -> FollowUpRow | None:
    """What is set for the case and has not come yet."""
    return only(FollowUpRow, await db.execute(_ROW.where(FOLLOW_UPS.c.case_id == case_id, _OPEN)))


async def note_of(work: Work, follow_up_id: int) -> str:
    """What is to be asked, opened; for whoever has the case."""
    note: bytes | None = (
        await work.db.execute(select(FOLLOW_UPS.c.note).where(FOLLOW_UPS.c.id == follow_up_id))
    ).scalar_one_or_none()
    return work.seal.open(note, table="follow_ups", column="note", row_id=follow_up_id) if note else ""


async def set_by(db: Db, person_id: int) -> list[FollowUpRow]:
    """What this volunteer has set and has not come yet, soonest first."""
    theirs = _ROW.where(FOLLOW_UPS.c.set_by == person_id, _OPEN).order_by(FOLLOW_UPS.c.due_at)
    return every(FollowUpRow, await db.execute(theirs))


async def stop_for(work: Work, newcomer_id: int) -> None:
    """No case of this newcomer comes back by itself."""
    theirs = select(CASES.c.id).where(CASES.c.newcomer_id == newcomer_id)
    await _forget(work, FOLLOW_UPS.c.case_id.in_(theirs))


async def arm(work: Work) -> None:
    """Everything that is due by now will be looked at, each in an act of its own."""
    due = select(FOLLOW_UPS.c.case_id).where(_OPEN, FOLLOW_UPS.c.due_at <= work.now).limit(MOST_AT_ONCE)
    for case_id in (await work.db.execute(due)).scalars().all():
        await work.remind(TimerKind.FOLLOW_UP, case_id, work.now)


async def come_back(work: Work, case_id: int) -> None:
    """The case is back: its day has come. Nothing is done if it was changed, taken back, or is erased."""
    try:
        case = await access.locked_case(work, case_id)
    except NotFound:
        return
    row = await of_case(work.db, case_id)
    if row is None or row.due_at > work.now:
        return
    begins = await _first_shift_later_today(work)
    if begins is not None:
        await work.remind(TimerKind.FOLLOW_UP, case_id, begins)
        return
    if not await _end(work, FOLLOW_UPS.c.id == row.id) or case.is_purged or case.newcomer_id is None:
        return
    here = await queue.volunteers_on_shift(work)
    if row.agreed_at is not None:
        await work.tell(case.newcomer_id, FollowUpAsks(), case_id=case.id)
    await _bring(work, case, row, here)


async def _bring(work: Work, case: CaseRow, row: FollowUpRow, here: Sequence[OnShift]) -> None:
    match case.status:
        case CaseStatus.CLAIMED if case.volunteer_id in [one.id for one in here]:
            await _tell(work, case.volunteer_id, case, row)
        case CaseStatus.CLAIMED:
            await work.tell(case.volunteer_id, CaseTakenBack(code=case.code), case_id=case.id)
            await cases.back_to_queue(work, case, silent=True, reason=BECAUSE)
        case CaseStatus.QUEUED:
            await queue.refresh_cards(work, case)
        case _:
            await _reopen(work, case, row, here)


async def _reopen(work: Work, case: CaseRow, row: FollowUpRow, here: Sequence[OnShift]) -> None:
    """A closed case is its setter's again, or waits; of a newcomer with another open one, whoever has that knows."""
    assert case.newcomer_id is not None
    other = await access.open_case_of(work.db, case.newcomer_id)
    if other is not None:
        await _tell(work, other.volunteer_id or row.set_by, case, row)
    elif row.set_by in [one.id for one in here]:
        await _take_up(work, case, row)
    else:
        reopened = await opening.reopen_case(work, case)
        until = update(CASES).where(CASES.c.id == case.id).values(promised_by=work.now + timedelta(days=1))
        await work.db.execute(until)  # nobody was promised anything: but after a day it is late, as coordinators see
        await queue.offer(work, reopened, here, await queue.beside(work, reopened))
        await waiting.watch(work, reopened.id)


async def _take_up(work: Work, case: CaseRow, row: FollowUpRow) -> None:
    came_from, goes_to = MOVES[CaseEventKind.TAKEN_UP]
    taken = update(CASES).where(CASES.c.id == case.id, CASES.c.status.in_(came_from))
    taken = taken.values(status=goes_to, volunteer_id=row.set_by, claimed_at=work.now, closed_at=None, kept_until=None)
    if only(CaseRow, await work.db.execute(taken.returning(*CASE_COLUMNS))) is None:
        return
    line = {"case_id": case.id, "kind": CaseEventKind.TAKEN_UP, "at": work.now, "on_day": work.today}
    await work.db.execute(insert(_EVENTS).values(**line, actor_id=row.set_by, detail=BECAUSE))
    await _tell(work, row.set_by, case, row)


async def _tell(work: Work, person_id: int | None, case: CaseRow, row: FollowUpRow) -> None:
    agreed = row.agreed_at is not None
    due = FollowUpDue(case=case.id, code=case.code, language=case.language, follow_up=row.id, agreed=agreed)
    await work.tell(person_id, due, case_id=case.id)


async def _first_shift_later_today(work: Work) -> datetime | None:
    """When the first online shift of the office's day begins, if none has begun yet."""
    begins, ends = (clock.start_of_day(day, work.zone) for day in (work.today, work.today + timedelta(days=1)))
    today = [one for one in await shifts.held_between(work.db, begins, ends) if one.place == ONLINE]
    first = min((one.starts_at for one in today), default=None)
    return first if first is not None and first > work.now else None


async def _theirs(work: Work, follow_up_id: int) -> tuple[FollowUpRow, CaseRow]:
    actor = work.staff
    row = await _row(work.db, follow_up_id)
    if row is None:
        raise NotFound
    case = await access.seen_case(work.db, row.case_id)
    holds = case.status == CaseStatus.CLAIMED and case.volunteer_id == actor.id
    if not (holds or row.set_by == actor.id or actor.role == Role.COORDINATOR):
        raise NotFound
    if row.ended_at is not None:
        raise Stale
    return row, await access.locked_case(work, row.case_id)


async def _row(db: Db, follow_up_id: int) -> FollowUpRow | None:
    return only(FollowUpRow, await db.execute(_ROW.where(FOLLOW_UPS.c.id == follow_up_id)))


async def _forget(work: Work, *which: ColumnElement[bool]) -> int:
    """What has not come is gone, with its note: it was changed or taken back."""
    return (await work.db.execute(delete(FOLLOW_UPS).where(_OPEN, *which))).rowcount


async def _end(work: Work, *which: ColumnElement[bool]) -> int:
    ended = update(FOLLOW_UPS).where(_OPEN, *which).values(ended_at=work.now)
    return (await work.db.execute(ended)).rowcount
