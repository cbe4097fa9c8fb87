"""A coordinator moves any case: gives it to somebody, puts it back in the queue, closes it. All concerned are told.

She does it without seeing its words. It must not decide what a volunteer may do with a case of their own (`cases.py`).
"""

from sqlalchemy import func, insert, select, update

from bot.cases import (
    cases,
    closing,
    drafts,
    focus,
    hand_over_ends,
    messages,
    more_words,
    questions,
    queue,
    relay,
    unsaying,
)
from bot.cases.texts import CaseTakenBack
from bot.cases.texts_newcomer import Claimed
from bot.cases.texts_reassigning import CaseGiven
from bot.cases.told import told_of
from bot.engine import buttons
from bot.engine.errors import BadInput, NotOpen, Stale
from bot.engine.rows import only
from bot.engine.work import Work
from bot.people import access, names, standing
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from models.base import table_of
from models.case import OPEN, CaseEvent, CaseEventKind, CaseStatus
from models.people import Person
from models.reasons import WhyBack, WhyClosed

_PEOPLE, _EVENTS = table_of(Person), table_of(CaseEvent)
BY_COORDINATOR = "coordinator"  # the ledger's detail


async def reassign(work: Work, *, case_id: int, person_id: int) -> CaseRow:
    """The open case is this volunteer's, whoever had it; how many they have already does not count.

    Raises:
        NotFound: no coordinator acts, or there is no such case.
        NotOpen: it is closed.
        BadInput: they may not be given cases, or have this one already.
    """
    _ = work.coordinator
    case = await access.locked_case(work, case_id)
    _require_open(case)
    alias = await names.name_of(work.db, work.seal, person_id) or "?"
    if case.volunteer_id == person_id and case.status == CaseStatus.CLAIMED:
        raise BadInput("reassign_theirs", code=case.code, alias=alias)
    if case.status == CaseStatus.CLAIMED:
        await _leaves(work, case)
    given = await _give(work, case, person_id)
    if given is None:
        raise BadInput("reassign_may_not", alias=alias)
    await _note(work, case, person_id)
    await _tell(work, given, person_id, alias)
    return given


async def release(work: Work, *, case_id: int, why: WhyBack | None = None) -> CaseRow:
    """A claimed case waits again, and its volunteer and newcomer are told, and why, if a reason is given.

    Raises:
        NotFound: no coordinator acts, or there is no such case.
        NotOpen: nobody has it.
    """
    _ = work.coordinator
    case = await access.locked_case(work, case_id)
    if case.status != CaseStatus.CLAIMED:
        raise NotOpen("case_not_claimed", code=case.code)
    if case.volunteer_id != work.staff.id:
        await work.tell(case.volunteer_id, CaseTakenBack(code=case.code, why=why or ""), case_id=case.id)
    return await cases.back_to_queue(work, case, silent=False, reason=BY_COORDINATOR, why=why or "")


async def close(work: Work, *, case_id: int, why: WhyClosed | None = None) -> CaseRow:
    """The open case is closed with what is known of it, and both sides are told, and why, if a reason is given.

    Raises: as `reassign`, never BadInput.
    """
    _ = work.coordinator
    case = await access.locked_case(work, case_id)
    _require_open(case)
    try:
        return await closing.close_by_command(work, case, detail=BY_COORDINATOR, why=why or "")
    except Stale:
        raise NotOpen(code=case.code) from None


def _require_open(case: CaseRow) -> None:
    if case.status not in OPEN:
        raise NotOpen(code=case.code)


async def _leaves(work: Work, case: CaseRow) -> None:
    """Whoever has the case has it no more; what they typed stays theirs."""
    await hand_over_ends.case_left(work, case.id)
    await focus.case_ended(work, case.volunteer_id)
    await work.record(case.id, CaseEventKind.RELEASED, detail=BY_COORDINATOR)
    await drafts.case_left(work, case.id)
    await unsaying.words_leave(work, (case.id,))
    await buttons.settle_case(work, case.volunteer_id, case.id)
    if case.volunteer_id != work.staff.id:
        await work.tell(case.volunteer_id, CaseTakenBack(code=case.code), case_id=case.id)


async def _give(work: Work, case: CaseRow, person_id: int) -> CaseRow | None:
    # As at a claim: on PostgreSQL access could end between the statement and the COMMIT, and this case stay behind.
    await work.db.execute(select(_PEOPLE.c.id).where(_PEOPLE.c.id == person_id).with_for_update(read=True))
    given = update(CASES).where(CASES.c.id == case.id, CASES.c.status.in_(OPEN))
    given = given.where(standing.may_claim(person_id, work.today))
    first = func.coalesce(CASES.c.first_claimed_at, work.now)
    given = given.values(
        status=CaseStatus.CLAIMED, volunteer_id=person_id, claimed_at=work.now, first_claimed_at=first, kept_until=None
    )
    return only(CaseRow, await work.db.execute(given.returning(*CASE_COLUMNS)))


async def _note(work: Work, case: CaseRow, person_id: int) -> None:
    """The ledger says who has it: whose act it was is in the line before, or in the detail."""
    line = {"case_id": case.id, "kind": CaseEventKind.CLAIMED, "at": work.now, "on_day": work.today}
    await work.db.execute(insert(_EVENTS).values(**line, actor_id=person_id, detail=BY_COORDINATOR))


async def _tell(work: Work, case: CaseRow, person_id: int, alias: str) -> None:
    await queue.withdraw_cards(work, case, reason="claimed", alias=alias)
    await more_words.wait_no_more(work, case)
    await work.tell(case.newcomer_id, Claimed(adviser=await cases.name_shown(work, person_id)), case_id=case.id)
    await questions.put_away(work, case.conversation_id)
    await cases.watch_answer(work, case.id)
    by = await names.name_of(work.db, work.seal, work.staff.id)
    given = CaseGiven(**told_of(case), seq=await messages.newest_seq(work, case), alias=by)
    await work.tell(person_id, given, case_id=case.id)
    await relay.tell_whole_case(work, case)
