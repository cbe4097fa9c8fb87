"""Whoever was there goes home: they are asked of each case that owes an answer whether they keep it. What nobody keeps
is back in the queue a little later, and its newcomer is told.

It must not decide who is present (`bot/roster/presence.py`), nor until when a case is kept (`keeping_cases.py`).
"""

from datetime import datetime, timedelta

from sqlalchemy import select

from bot.cases import cases, hand_over_ends, relay
from bot.cases.texts_duty import ShiftLeaves, ShiftReturned
from bot.cases.told import told_of
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CaseRow
from bot.roster import presence
from bot.roster.staffing import HELD, SHIFTS, SIGNED_UP
from models.case import CaseStatus
from models.shift import ONLINE
from models.timer import TimerKind


async def duty_ends(work: Work, duty_id: int) -> None:
    """They are there no more, unless their next shift has begun."""
    duty = await presence.duty_of(work, duty_id)
    if duty is not None and not await presence.stays_on(work, duty):
        await ask(work, duty.person_id)


async def ask(work: Work, person_id: int) -> int:
    """They are asked of each case of theirs that owes an answer and that they do not keep already. Returns how many.
    What was offered to them alone is its giver's again."""
    await hand_over_ends.receiver_gone(work, person_id)
    left = await _left(work, person_id, since=work.now)
    if not left:
        return 0
    minutes = work.settings.shift_end_minutes
    has_shift = await _has_shift(work, person_id)
    for case in left:
        told = ShiftLeaves(
            **told_of(case), since=cases.owed_since(case), minutes=minutes, has_shift=has_shift,
            seq=await relay.newest_shown(work, case),
        )  # fmt: skip
        await work.tell(person_id, told, case_id=case.id)
    await work.remind(TimerKind.DUTY_OVER, person_id, work.now + timedelta(minutes=minutes))
    return len(left)


async def duty_over(work: Work, person_id: int) -> None:
    """What they were asked of and do not keep is back in the queue, unless they are there again."""
    if await presence.is_there(work, person_id):
        return
    since = work.now - timedelta(minutes=work.settings.shift_end_minutes)
    for case in await _left(work, person_id, since=since):
        await work.tell(person_id, ShiftReturned(code=case.code), case_id=case.id)
        await cases.back_to_queue(work, case, silent=False, reason="shift_ended")


async def _left(work: Work, person_id: int, *, since: datetime) -> list[CaseRow]:
    """Those of their cases that have owed an answer since then, and are not kept; each is locked."""
    locked = [await access.locked_case(work, case.id) for case in await cases.cases_of(work.db, person_id)]
    return [case for case in locked if _is_left(work, case, person_id) and cases.owed_since(case) <= since]


def _is_left(work: Work, case: CaseRow, person_id: int) -> bool:
    is_theirs = case.status == CaseStatus.CLAIMED and case.volunteer_id == person_id
    is_kept = case.kept_until is not None and case.kept_until > work.now
    return is_theirs and case.waiting_since is not None and not is_kept


async def _has_shift(work: Work, person_id: int) -> bool:
    ahead = select(SHIFTS.c.id).select_from(SHIFTS.join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id))
    mine = SIGNED_UP.c.person_id == person_id, SHIFTS.c.place == ONLINE, HELD, SHIFTS.c.starts_at > work.now
    return (await work.db.execute(ahead.where(*mine).limit(1))).first() is not None
