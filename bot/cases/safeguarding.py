"""Somebody in a case may be in danger: coordinators hear it at once, day and night, its volunteer reads what to do.

The ledger keeps that it was so, never why. It must not wait for a morning, nor send a newcomer anything unasked: the
numbers go to her at her volunteer's press.
"""

from datetime import timedelta

from sqlalchemy import or_, update

from bot.cases.texts_danger import DangerProtocol, DangerTold, NumbersPassedOn
from bot.engine.errors import NotFound
from bot.engine.work import Work
from bot.people import access, names, staff
from bot.people.access import CASES, CaseRow
from models.case import CaseEventKind, CaseStatus
from models.people import Role

SAME_ALARM = timedelta(minutes=10)  # pressed again within it, it is the same one


async def flag(work: Work, *, case_id: int) -> DangerProtocol:
    """Every other coordinator has been told that somebody in the case may be in danger; returns what its volunteer
    reads. Whoever has the case may say so, whoever had it within a day, and every coordinator.

    Raises:
        NotFound: it is not theirs to say, or there is no such case.
    """
    case = await _case(work, case_id)
    told = await staff.other_coordinators(work)
    fresh = or_(CASES.c.flagged_at.is_(None), CASES.c.flagged_at <= work.now - SAME_ALARM)
    flagged = update(CASES).where(CASES.c.id == case.id, fresh).values(flagged_at=work.now)
    if (await work.db.execute(flagged)).rowcount:
        await work.record(case.id, CaseEventKind.FLAGGED)
        alias = await names.name_of(work.db, work.seal, work.staff.id)
        alarm = DangerTold(code=case.code, alias=alias, language=case.language, at=work.now)
        await work.tell_each(told, alarm, case_id=case.id)
    return _protocol(case, told)


async def protocol_of(work: Work, *, case_id: int) -> DangerProtocol:
    """What the volunteer of the case reads who has said so. Reads only.

    Raises:
        NotFound: as `flag`.
    """
    case = await access.seen_case(work.db, case_id)
    await _require_theirs(work, case)
    return _protocol(case, await staff.other_coordinators(work))


def _protocol(case: CaseRow, told: list[int]) -> DangerProtocol:
    return DangerProtocol(
        case=case.id, code=case.code, coordinators=len(told), language=case.language,
        may_send=case.newcomer_id is not None and not case.is_purged,
    )  # fmt: skip


async def send_numbers(work: Work, *, case_id: int) -> CaseRow:
    """The newcomer has the helplines before them, in their language, as passed on by their adviser.

    Raises:
        NotFound: as `flag`; or nobody is there to be told.
    """
    case = await _case(work, case_id)
    if case.newcomer_id is None or case.is_purged:
        raise NotFound
    await work.tell(case.newcomer_id, NumbersPassedOn(), case_id=case.id)
    return case


async def _case(work: Work, case_id: int) -> CaseRow:
    case = await access.seen_case(work.db, case_id)
    await _require_theirs(work, case)  # before it is locked: a stranger learns nothing by how long it takes
    return await access.locked_case(work, case_id)


async def _require_theirs(work: Work, case: CaseRow) -> None:
    holds = case.status == CaseStatus.CLAIMED and case.volunteer_id == work.staff.id
    if holds or work.staff.role == Role.COORDINATOR:
        return
    if await access.how_lost(work.db, work.staff, case.id, work.now) is None:
        raise NotFound
