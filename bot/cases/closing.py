"""Closing a case: what is asked, in at most five presses, and what is kept.

The desk gives everything at once (`close_case`); a chat asks step by step (`begin`, `choose`).
It must not claim or relay.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update

from bot.cases import drafts, focus, questions, queue
from bot.cases.cases import refuse_if_newer
from bot.engine import bells, buttons
from bot.engine.errors import BadInput, Stale
from bot.engine.rows import only
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from models.base import new_id
from models.case import MOVES, CaseEventKind, CaseStatus
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
from models.outbox import Notice

LONGEST_MINUTES = 600
# Which question each press answers; "sure": whether it is to be closed as no advice.
ASKED_AT = {
    "cat": Notice.CLOSE_CATEGORY, "not": Notice.CLOSE_CATEGORY, "sure": Notice.CLOSE_NOT_ADVICE,
    "view": Notice.CLOSE_ORGANISATION, "add": Notice.CLOSE_ORGANISATION, "drop": Notice.CLOSE_ORGANISATION,
    "org": Notice.CLOSE_ORGANISATION, "out": Notice.CLOSE_OUTCOME, "min": Notice.CLOSE_MINUTES,
}  # fmt: skip
PAGE_DIGITS = 2  # more pages than that has no list of ours: such a press is forged


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
    _require_known(sheet)
    closed = await end_case(work, case, CaseEventKind.CLOSED)
    await _keep(work, case, is_advice=True, sheet=sheet)
    await work.tell(case.newcomer_id, Notice.CLOSED, case_id=case.id, params={"code": case.code})
    return closed


async def close_not_advice(work: Work, *, case_id: int, seen_seq: int) -> CaseRow:
    """The acting volunteer's case is closed as thanks, a wrong number, a test: counted apart, nothing asked.

    Raises: as `close_case`.
    """
    case = await access.my_case(work, case_id)
    await refuse_if_newer(work, case, seen_seq)
    closed = await end_case(work, case, CaseEventKind.CLOSED, detail="not_advice")
    await _keep(work, case, is_advice=False, sheet=Sheet())
    await work.tell(case.newcomer_id, Notice.CLOSED, case_id=case.id, params={"code": case.code})
    return closed


async def withdraw_case(work: Work, case: CaseRow) -> CaseRow:
    """The newcomer's own open case is closed at their wish; a volunteer who has it is told."""
    closed = await end_case(work, case, CaseEventKind.WITHDRAWN)
    await _keep(work, case, is_advice=True, sheet=Sheet(case.category or UNKNOWN, (), Outcome.WITHDRAWN))
    await queue.withdraw_cards(work, case, reason="withdrawn")
    await work.tell(case.volunteer_id, Notice.CASE_WITHDRAWN, case_id=case.id, params={"code": case.code})
    return closed


async def close_by_command(work: Work, case: CaseRow) -> CaseRow:
    """An open case is closed from the command line, with what is known; both sides are told."""
    closed = await end_case(work, case, CaseEventKind.CLOSED, detail="command")
    await _keep(work, case, is_advice=True, sheet=Sheet(case.category or UNKNOWN))
    await queue.withdraw_cards(work, case, reason="withdrawn")
    await work.tell(case.volunteer_id, Notice.CASE_TAKEN_BACK, case_id=case.id, params={"code": case.code})
    await work.tell(case.newcomer_id, Notice.CLOSED, case_id=case.id, params={"code": case.code})
    return closed


async def end_case(work: Work, case: CaseRow, event: CaseEventKind, *, detail: str | None = None) -> CaseRow:
    """An open case is closed, whoever decided it.

    Raises:
        Stale: it is not open any more.
    """
    came_from, goes_to = MOVES[event]
    ended = update(CASES).where(CASES.c.id == case.id, CASES.c.status.in_(came_from))
    ended = ended.values(status=goes_to, closed_at=work.now, waiting_since=None, promised_by=None)
    closed = only(CaseRow, await work.db.execute(ended.returning(*CASE_COLUMNS)))
    if closed is None:
        raise Stale
    await focus.case_ended(work, case.volunteer_id if case.status == CaseStatus.CLAIMED else None)
    await work.record(case.id, event, detail=detail)
    await drafts.case_left(work, case.id)
    await work.db.execute(delete(ClosingDraft).where(ClosingDraft.case_id == case.id))
    resting = update(Conversation).where(Conversation.id == case.conversation_id)
    await work.db.execute(resting.values(step=IntakeStep.RESTING))
    await questions.put_away(work, case.conversation_id)
    await buttons.settle_case(work, case.volunteer_id, case.id)
    work.ring(bells.DESK)
    return closed


async def begin(work: Work, *, case_id: int, seen_seq: int) -> bool:
    """The volunteer pressed "close": the first question is on its way, unless there are newer words.

    Returns False if it was asked a moment ago and nothing has been answered: the same press, told twice.

    Raises:
        NotFound: not the actor's case.
        NewerWords: the newcomer wrote something that has not been shown.
    """
    return await _begin(work, Notice.CLOSE_CATEGORY, case_id=case_id, seen_seq=seen_seq)


async def begin_not_advice(work: Work, *, case_id: int, seen_seq: int) -> bool:
    """As `begin`, with the question whether this was no advice at all: for buttons that once said so at once."""
    return await _begin(work, Notice.CLOSE_NOT_ADVICE, case_id=case_id, seen_seq=seen_seq)


async def _begin(work: Work, asks: Notice, *, case_id: int, seen_seq: int) -> bool:
    case = await access.my_case(work, case_id)
    await refuse_if_newer(work, case, seen_seq)
    untouched = await _draft_or_none(work, case) == (seen_seq, None, [], None)
    if work.staff.address_id is not None:
        if untouched and await buttons.said_lately(work, work.staff.address_id, asks, case=case.id):
            return False
        await _leave_earlier(work, case, work.staff.address_id)
    await work.db.execute(delete(ClosingDraft).where(ClosingDraft.case_id == case.id))
    fresh = {"case_id": case.id, "volunteer_id": work.staff.id, "seen_seq": seen_seq, "organisations": []}
    await work.db.execute(insert(ClosingDraft).values(**fresh))
    await work.tell(work.staff.id, asks, case_id=case.id, params=_first_params(case))
    return True


async def _leave_earlier(work: Work, case: CaseRow, address_id: int) -> None:
    """A closing of this case that was begun before is answered further down: its buttons go."""
    for card in await buttons.cards_of(work, address_id, case.id, *ASKED_AT.values()):
        left = {"case": case.id, "code": case.code, "pressed": "left"}
        await work.tell_address(address_id, Notice.CLOSE_CATEGORY, case_id=case.id, edits=card, params=left)


def _first_params(case: CaseRow) -> dict[str, object]:
    return {"case": case.id, "code": case.code, "category": case.category}


async def choose(work: Work, *, case_id: int, field: str, value: str, card: int | None) -> bool:
    """One press of the closing dialogue is kept and the next question shown in its place (`card`, an outbox row).

    `field`: cat · not (advice: ask, yes, back) · view (page of organisations, one or several) · add, drop (one of
    several) · org · out · min. Returns whether that was the last press, so that the case is closed.

    Raises:
        Stale: no closing of this case is going on, or the press belongs to another step.
        NotFound, NewerWords, BadInput: as `close_case`.
    """
    case = await access.my_case(work, case_id)
    draft = await _draft(work, case)
    steps = {"cat": _chose_category, "not": _not_advice, "view": _turned_page, "add": _added, "drop": _dropped,
             "org": _chose_organisation, "out": _chose_outcome, "min": _chose_minutes}  # fmt: skip
    if field not in steps:
        raise Stale
    asked_at = ASKED_AT["sure"] if field == "not" and value != "ask" else ASKED_AT[field]
    await buttons.require_shown_as(work, card, asked_at)
    following, params = await steps[field](work, case, draft, value)
    params = {"case": case.id, "code": case.code} | params
    await work.tell(work.staff.id, following, case_id=case.id, params=params, edits=card)
    return following == Notice.CLOSED_BY_YOU


Step = tuple[Notice, dict[str, object]]


async def _chose_category(work: Work, case: CaseRow, draft: Row, value: str) -> Step:
    await _set(work, case, category=value)
    return Notice.CLOSE_ORGANISATION, {"chosen": draft.organisations, "page": 0, "several": False}


async def _not_advice(work: Work, case: CaseRow, draft: Row, value: str) -> Step:
    match value:
        case "ask":
            return Notice.CLOSE_NOT_ADVICE, {}
        case "back":
            return Notice.CLOSE_CATEGORY, _first_params(case)
        case "yes":
            await close_not_advice(work, case_id=case.id, seen_seq=draft.seen_seq)
            return Notice.CLOSED_BY_YOU, {}
        case _:
            raise Stale


async def _turned_page(_work: Work, _case: CaseRow, draft: Row, value: str) -> Step:
    page, _, several = value.partition(".")
    params = {"chosen": draft.organisations, "page": _page(page), "several": several == "1"}
    return Notice.CLOSE_ORGANISATION, params


async def _added(work: Work, case: CaseRow, draft: Row, value: str) -> Step:
    page, _, code = value.partition(".")
    chosen = draft.organisations if code in draft.organisations else [*draft.organisations, code]
    return await _several(work, case, chosen, page=_page(page))


async def _dropped(work: Work, case: CaseRow, draft: Row, value: str) -> Step:
    page, _, code = value.partition(".")
    return await _several(work, case, [one for one in draft.organisations if one != code], page=_page(page))


async def _several(work: Work, case: CaseRow, chosen: list[str], *, page: int) -> Step:
    await _set(work, case, organisations=chosen)
    return Notice.CLOSE_ORGANISATION, {"chosen": chosen, "page": page, "several": True}


async def _chose_organisation(work: Work, case: CaseRow, _draft: Row, value: str) -> Step:
    if value != "done":
        await _set(work, case, organisations=[] if value == UNKNOWN else [value])
    return Notice.CLOSE_OUTCOME, {}


async def _chose_outcome(work: Work, case: CaseRow, _draft: Row, value: str) -> Step:
    await _set(work, case, outcome=value)
    return Notice.CLOSE_MINUTES, {"default": default_minutes(case, work.now)}


async def _chose_minutes(work: Work, case: CaseRow, draft: Row, value: str) -> Step:
    organisations = tuple(draft.organisations)
    sheet = Sheet(draft.category or UNKNOWN, organisations, draft.outcome or UNKNOWN, _minutes(value))
    await close_case(work, case_id=case.id, seen_seq=draft.seen_seq, sheet=sheet)
    return Notice.CLOSED_BY_YOU, {}


def default_minutes(case: CaseRow, now: datetime) -> int:
    """The time since the claim, rounded to five minutes, within what is offered."""
    passed = (now - case.claimed_at).total_seconds() / 60
    rounded = max(MINUTES_STEP, round(passed / MINUTES_STEP) * MINUTES_STEP)
    return min(rounded, MINUTES_OFFERED[-1])


async def _draft(work: Work, case: CaseRow) -> Row:
    row = await _draft_or_none(work, case)
    if row is None:
        raise Stale
    return row


async def _draft_or_none(work: Work, case: CaseRow) -> Row | None:
    columns = select(
        ClosingDraft.seen_seq, ClosingDraft.category, ClosingDraft.organisations, ClosingDraft.outcome
    ).where(ClosingDraft.case_id == case.id, ClosingDraft.volunteer_id == work.staff.id)
    return (await work.db.execute(columns)).one_or_none()


async def _set(work: Work, case: CaseRow, **values: object) -> None:
    _require_known(_sheet_of(values))
    await work.db.execute(update(ClosingDraft).where(ClosingDraft.case_id == case.id).values(**values))


def _sheet_of(values: dict[str, object]) -> Sheet:
    return Sheet(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})  # type: ignore[arg-type]


def _page(value: str) -> int:
    if not value.isdecimal() or len(value) > PAGE_DIGITS:
        raise Stale
    return int(value)


def _minutes(value: str) -> int | None:
    if value == UNKNOWN:
        return None
    if not value.isascii() or not value.isdigit():
        raise Stale
    return int(value)


def _require_known(sheet: Sheet) -> None:
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
    await work.db.execute(insert(Closing).values(**row))
    if sheet.category != UNKNOWN:
        await work.db.execute(update(CASES).where(CASES.c.id == case.id).values(category=sheet.category))


def _minutes_since_opening(case: CaseRow, at: object) -> int | None:
    return None if at is None else round((at - case.opened_at).total_seconds() / 60)  # type: ignore[operator]
