"""The closing of a case in a chat: what is asked, in at most five presses, each of which is kept until the last.

Owns the rows of `closing_drafts`. What a closing does is `closing.py`'s; it must not close by itself.
"""

from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from bot.cases import closing
from bot.cases.cases import refuse_if_newer
from bot.cases.closing import Sheet, require_known
from bot.engine import buttons
from bot.engine.errors import Stale
from bot.engine.rows import columns, only
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CaseRow
from models.base import table_of
from models.closing import UNKNOWN, ClosingDraft
from models.outbox import Notice

# Which question each press answers; "sure": whether it is to be closed as no advice.
ASKED_AT = {
    "cat": Notice.CLOSE_CATEGORY, "not": Notice.CLOSE_CATEGORY, "sure": Notice.CLOSE_NOT_ADVICE,
    "view": Notice.CLOSE_ORGANISATION, "add": Notice.CLOSE_ORGANISATION, "drop": Notice.CLOSE_ORGANISATION,
    "org": Notice.CLOSE_ORGANISATION, "out": Notice.CLOSE_OUTCOME, "min": Notice.CLOSE_MINUTES,
}  # fmt: skip
PAGE_DIGITS = 2  # more pages than that has no list of ours: such a press is forged
_DRAFTS = table_of(ClosingDraft)
Step = tuple[Notice, dict[str, object]]


class PressedSoFar(NamedTuple):
    """What has been pressed so far; `seen_seq`: the last message shown when it began."""

    seen_seq: int
    category: str | None
    organisations: list[str]
    outcome: str | None


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
    await work.db.execute(delete(_DRAFTS).where(_DRAFTS.c.case_id == case.id))
    fresh = {"case_id": case.id, "volunteer_id": work.staff.id, "seen_seq": seen_seq, "organisations": []}
    await work.db.execute(insert(_DRAFTS).values(**fresh))
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
    params = {"case": case.id, "code": case.code, **params}
    await work.tell(work.staff.id, following, case_id=case.id, params=params, edits=card)
    return following == Notice.CLOSED_BY_YOU


async def _chose_category(work: Work, case: CaseRow, draft: PressedSoFar, value: str) -> Step:
    require_known(Sheet(category=value))
    await _set(work, case, category=value)
    return Notice.CLOSE_ORGANISATION, {"chosen": draft.organisations, "page": 0, "several": False}


async def _not_advice(work: Work, case: CaseRow, draft: PressedSoFar, value: str) -> Step:
    match value:
        case "ask":
            return Notice.CLOSE_NOT_ADVICE, {}
        case "back":
            return Notice.CLOSE_CATEGORY, _first_params(case)
        case "yes":
            await closing.close_not_advice(work, case_id=case.id, seen_seq=draft.seen_seq)
            return Notice.CLOSED_BY_YOU, {}
        case _:
            raise Stale


async def _turned_page(_work: Work, _case: CaseRow, draft: PressedSoFar, value: str) -> Step:
    page, _, several = value.partition(".")
    params = {"chosen": draft.organisations, "page": _page(page), "several": several == "1"}
    return Notice.CLOSE_ORGANISATION, params


async def _added(work: Work, case: CaseRow, draft: PressedSoFar, value: str) -> Step:
    page, _, code = value.partition(".")
    chosen = draft.organisations if code in draft.organisations else [*draft.organisations, code]
    return await _several(work, case, chosen, page=_page(page))


async def _dropped(work: Work, case: CaseRow, draft: PressedSoFar, value: str) -> Step:
    page, _, code = value.partition(".")
    return await _several(work, case, [one for one in draft.organisations if one != code], page=_page(page))


async def _several(work: Work, case: CaseRow, chosen: list[str], *, page: int) -> Step:
    require_known(Sheet(organisations=tuple(chosen)))
    await _set(work, case, organisations=chosen)
    return Notice.CLOSE_ORGANISATION, {"chosen": chosen, "page": page, "several": True}


async def _chose_organisation(work: Work, case: CaseRow, _draft: PressedSoFar, value: str) -> Step:
    if value != "done":
        chosen = () if value == UNKNOWN else (value,)
        require_known(Sheet(organisations=chosen))
        await _set(work, case, organisations=list(chosen))
    return Notice.CLOSE_OUTCOME, {}


async def _chose_outcome(work: Work, case: CaseRow, _draft: PressedSoFar, value: str) -> Step:
    require_known(Sheet(outcome=value))
    await _set(work, case, outcome=value)
    return Notice.CLOSE_MINUTES, {"default": closing.default_minutes(case, work.now)}


async def _chose_minutes(work: Work, case: CaseRow, draft: PressedSoFar, value: str) -> Step:
    organisations = tuple(draft.organisations)
    sheet = Sheet(draft.category or UNKNOWN, organisations, draft.outcome or UNKNOWN, _minutes(value))
    await closing.close_case(work, case_id=case.id, seen_seq=draft.seen_seq, sheet=sheet)
    return Notice.CLOSED_BY_YOU, {}


async def _draft(work: Work, case: CaseRow) -> PressedSoFar:
    row = await _draft_or_none(work, case)
    if row is None:
        raise Stale
    return row


async def _draft_or_none(work: Work, case: CaseRow) -> PressedSoFar | None:
    mine = select(*columns(PressedSoFar, _DRAFTS)).where(
        _DRAFTS.c.case_id == case.id, _DRAFTS.c.volunteer_id == work.staff.id
    )
    return only(PressedSoFar, await work.db.execute(mine))


async def _set(work: Work, case: CaseRow, **values: object) -> None:
    await work.db.execute(update(_DRAFTS).where(_DRAFTS.c.case_id == case.id).values(**values))


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
