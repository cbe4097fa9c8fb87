"""Closing a case: at its volunteer's word, its newcomer's, or a command, and what is kept of it.

The desk gives everything at once (`close_case`); a chat asks step by step (`closing_dialogue.py`).
It must not claim or relay.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, exists, insert, select, update

from bot.cases import drafts, focus, hand_over_ends, questions, queue, unsaying
from bot.cases.cases import claimed_since, refuse_if_newer
from bot.cases.texts import CaseEnded, CaseTakenBack, CaseWithdrawn
from bot.cases.texts_newcomer import Closed, Ended
from bot.engine import bells, buttons
from bot.engine.db import Db
from bot.engine.errors import BadInput, Stale
from bot.engine.rows import only
from bot.engine.work import Locked, Work
from bot.people import access
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from models.base import UtcDateTime, new_id, table_of
from models.case import MOVES, CaseEvent, CaseEventKind, CaseStatus
from models.closing import (
    MINUTES_OFFERED,
    MINUTES_STEP,
    MOST_ORGANISATIONS,
    UNKNOWN,
    Category,
    Closing,
    ClosingDraft,
    Organisation,
    Outcome,
)
from models.conversation import Conversation
from models.intake import IntakeStep
from models.people import Channel

_DRAFTS, _CLOSINGS, _THREADS = table_of(ClosingDraft), table_of(Closing), table_of(Conversation)
_EVENTS = table_of(CaseEvent)
BY_TIME = "time"  # the ledger's detail of a closing that nobody decided
LONGEST_MINUTES = 600
_OF_CASE = update(CASES).where(CASES.c.id == bindparam("case"))
_ENDED = {
    event: _OF_CASE.where(CASES.c.status.in_(came_from))
    .values(status=goes_to, closed_at=bindparam("now", type_=UtcDateTime), waiting_since=None, promised_by=None)
    .returning(*CASE_COLUMNS)
    for event, (came_from, goes_to) in MOVES.items()
}
_FORGET_DRAFT, _KEEP = delete(_DRAFTS).where(_DRAFTS.c.case_id == bindparam("case")), insert(_CLOSINGS)
_REST = update(_THREADS).where(_THREADS.c.id == bindparam("conversation")).values(step=IntakeStep.RESTING)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the volunteer says of a case when it ends. "unknown" is an allowed answer everywhere."""

    category: str = UNKNOWN
    organisations: tuple[str, ...] = ()
    outcome: str = UNKNOWN
    minutes: int | None = None


async def close_case(work: Work, *, case_id: int, seen_seq: int, sheet: Sheet) -> CaseRow:
    """The acting volunteer's case is closed with its sheet, and the newcomer told.

    Raises:
        NotFound: not the actor's case.
        NewerWords: the newcomer wrote something that has not been shown.
        BadInput: a code that is not in the lists, or minutes out of reason.
    """
    case = await access.my_case(work, case_id)
    await refuse_if_newer(work, case, seen_seq)
    require_known(sheet)
    closed = await end_case(work, case, CaseEventKind.CLOSED)
    await _keep(work, case, is_advice=True, sheet=sheet)
    await work.tell(case.newcomer_id, Closed(code=case.code), case_id=case.id)
    return closed


async def close_not_advice(work: Work, *, case_id: int, seen_seq: int) -> CaseRow:
    """The acting volunteer's case is closed as thanks, a wrong number, a test: counted apart, nothing asked.

    Raises: as `close_case`.
    """
    case = await access.my_case(work, case_id)
    await refuse_if_newer(work, case, seen_seq)
    closed = await end_case(work, case, CaseEventKind.CLOSED, detail="not_advice")
    await _keep(work, case, is_advice=False, sheet=Sheet())
    await work.tell(case.newcomer_id, Closed(code=case.code), case_id=case.id)
    return closed


async def withdraw_case(work: Work, case: CaseRow) -> CaseRow:
    """The newcomer's own open case is closed at their wish; a volunteer who has it is told."""
    closed = await end_case(work, case, CaseEventKind.WITHDRAWN)
    await _keep(work, case, is_advice=True, sheet=Sheet(case.category or UNKNOWN, (), Outcome.WITHDRAWN))
    await queue.withdraw_cards(work, case, reason="withdrawn")
    await work.tell(case.volunteer_id, CaseWithdrawn(code=case.code), case_id=case.id)
    return closed


async def close_by_command(work: Work, case: CaseRow, *, detail: str = "command", why: str = "") -> CaseRow:
    """An open case is closed from the command line or by a coordinator, with what is known; both sides are told, and
    why, if one was chosen."""
    closed = await close_for_volunteers(work, case, detail=detail, why=why)
    await work.tell(case.newcomer_id, Closed(code=case.code, why=why), case_id=case.id)
    return closed


async def close_for_volunteers(work: Work, case: CaseRow, *, detail: str, why: str = "") -> CaseRow:
    """As `close_by_command`, where the newcomer is told something else."""
    closed = await end_case(work, case, CaseEventKind.CLOSED, detail=detail)
    await _keep(work, case, is_advice=True, sheet=Sheet(case.category or UNKNOWN))
    await queue.withdraw_cards(work, case, reason="withdrawn")
    if work.actor is None or case.volunteer_id != work.actor.id:
        await work.tell(case.volunteer_id, CaseTakenBack(code=case.code, why=why), case_id=case.id)
    return closed


async def close_by_time(work: Work, case: CaseRow) -> CaseRow:
    """An open case is closed because its last day has come, with what is known; whoever has it is told. Nothing is
    pushed to the newcomer, who may not be alone with the phone by now: their page and /status say it."""
    closed = await end_case(work, case, CaseEventKind.CLOSED, detail=BY_TIME)
    await _keep(work, case, is_advice=True, sheet=Sheet(case.category or UNKNOWN))
    await queue.withdraw_cards(work, case, reason="withdrawn")
    await work.tell(case.volunteer_id, CaseEnded(code=case.code), case_id=case.id)
    if case.channel == Channel.WEB:
        await work.tell(case.newcomer_id, Ended(answered=case.first_answered_at is not None))
    return closed


async def ended_unanswered(db: Db, case: CaseRow) -> bool:
    """Whether time alone has closed this case before anybody answered in it."""
    by_time = _EVENTS.c.case_id == case.id, _EVENTS.c.kind == CaseEventKind.CLOSED, _EVENTS.c.detail == BY_TIME
    is_by_time: bool = (await db.execute(select(exists().where(*by_time)))).scalar_one()
    return is_by_time and case.first_answered_at is None


async def end_case(work: Work, case: CaseRow, event: CaseEventKind, *, detail: str | None = None) -> CaseRow:
    """An open case is closed, whoever decided it.

    Raises:
        Stale: it is not open any more.
    """
    closed = only(CaseRow, await work.db.execute(_ENDED[event], {"case": case.id, "now": work.now}))
    if closed is None:
        raise Stale
    await focus.case_ended(work, case.volunteer_id if case.status == CaseStatus.CLAIMED else None)
    await work.record(case.id, event, detail=detail)
    await drafts.case_left(work, case.id)
    await hand_over_ends.case_left(work, case.id)
    await work.db.execute_ahead(_FORGET_DRAFT, {"case": case.id})
    work.noted(Locked)  # is no more as it was
    await work.db.execute_ahead(_REST, {"conversation": case.conversation_id})
    await questions.put_away(work, case.conversation_id)
    await unsaying.words_leave(work, (case.id,))
    await buttons.settle_case(work, case.volunteer_id, case.id)
    work.ring(bells.DESK)
    return closed


def default_minutes(case: CaseRow, now: datetime) -> int:
    """The time since the claim, rounded to five minutes, within what is offered."""
    passed = (now - claimed_since(case)).total_seconds() / 60
    rounded = max(MINUTES_STEP, round(passed / MINUTES_STEP) * MINUTES_STEP)
    return min(rounded, MINUTES_OFFERED[-1])


def require_known(sheet: Sheet) -> None:
    """Nothing, if everything on the sheet is in the lists and within reason.

    Raises:
        BadInput: a code that is not, too many of them, or minutes out of reason.
    """
    if sheet.category not in (*Category, UNKNOWN):
        raise BadInput("unknown_code", value=sheet.category)
    if sheet.outcome not in (*Outcome, UNKNOWN):
        raise BadInput("unknown_code", value=sheet.outcome)
    strange = [code for code in sheet.organisations if code not in tuple(Organisation)]
    if strange:
        raise BadInput("unknown_code", value=strange[0])
    if len(sheet.organisations) > MOST_ORGANISATIONS:
        raise BadInput("too_many_organisations", most=MOST_ORGANISATIONS)
    if sheet.minutes is not None and not 0 <= sheet.minutes <= LONGEST_MINUTES:
        raise BadInput("minutes_out_of_range", most=LONGEST_MINUTES)


async def _keep(work: Work, case: CaseRow, *, is_advice: bool, sheet: Sheet) -> None:
    row = {
        "id": new_id(), "case_id": case.id, "closed_at": work.now, "on_day": work.today, "is_advice": is_advice,
        "category": sheet.category, "organisations": list(sheet.organisations), "outcome": sheet.outcome,
        "minutes": sheet.minutes, "minutes_to_claim": _minutes_since_opening(case, case.first_claimed_at),
        "minutes_to_answer": _minutes_since_opening(case, case.first_answered_at),
    }  # fmt: skip
    await work.db.execute_ahead(_KEEP, row)
    if sheet.category != UNKNOWN:
        await work.db.execute_ahead(_OF_CASE, {"case": case.id, "category": sheet.category})


def _minutes_since_opening(case: CaseRow, at: datetime | None) -> int | None:
    return None if at is None else round((at - case.opened_at).total_seconds() / 60)
