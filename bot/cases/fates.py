"""What has become of a case that a volunteer once had, and their taking it up again after they closed it themselves.

It must not decide what a volunteer's words are meant for: `addressee.py` does.
"""

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import exists, select, update

from bot.cases import drafts
from bot.cases.cases import adviser_name
from bot.cases.opening import REOPEN_WITHIN
from bot.cases.texts_held import FateKind
from bot.cases.texts_newcomer import TakenUp
from bot.engine.errors import Stale
from bot.engine.rows import columns, first, only
from bot.engine.work import Work
from bot.people import access, blocks, names
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from models.base import table_of
from models.case import MOVES, OPEN, CaseEvent, CaseEventKind, CaseStatus
from models.people import STAFF_ROLES, Person

_PEOPLE, _EVENTS = table_of(Person), table_of(CaseEvent)
_ENDED = (CaseEventKind.CLOSED, CaseEventKind.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Fate:
    """kind: ended (its last day has passed: no `code`) · erased · queued · taken (by `alias`) · withdrawn (she closed
    it) · closed (by whoever) · closed_by_you.

    `may_take_up`: the actor closed it, not long ago, and its newcomer waits in no other case.
    """

    kind: FateKind
    code: str
    alias: str | None = None
    may_take_up: bool = False


class _Ending(NamedTuple):
    """How a case was closed, and by whom."""

    kind: str
    actor_id: int | None


async def fate_of(work: Work, case_id: int) -> Fate:
    """How the case stands that the actor does not have. Locks its conversation.

    Raises:
        NotFound: no such case.
    """
    case = await access.locked_case(work, case_id)
    if case.is_purged:
        return Fate("ended", case.code)
    if case.newcomer_id is None:
        return Fate("erased", case.code)
    if case.status == CaseStatus.QUEUED:
        return Fate("queued", case.code)
    if case.status == CaseStatus.CLAIMED:
        alias = await names.name_of(work.db, work.seal, case.volunteer_id)
        return Fate("taken", case.code, alias=alias or "?")
    return await _closed(work, case)


async def take_up_again(work: Work, *, case_id: int) -> CaseRow:
    """A case that the acting volunteer closed is theirs again, and its newcomer told.

    Raises:
        NotFound: no such case.
        Stale: they did not close it, or long ago, or its newcomer has closed or erased it or waits in another.
    Source: README, decisions: a newcomer's ending is hers; only what the volunteer closed may the volunteer reopen.
    """
    fate = await fate_of(work, case_id)
    if not fate.may_take_up:
        raise Stale
    # As at a claim: on PostgreSQL access could end between the statement and the COMMIT, and this case stay behind.
    await work.db.execute(select(_PEOPLE.c.id).where(_PEOPLE.c.id == work.staff.id).with_for_update(read=True))
    came_from, goes_to = MOVES[CaseEventKind.TAKEN_UP]
    still_may = exists().where(_PEOPLE.c.id == work.staff.id, _PEOPLE.c.enabled, _PEOPLE.c.role.in_(STAFF_ROLES))
    taken = update(CASES).where(CASES.c.id == case_id, CASES.c.status.in_(came_from), still_may)
    mine = {"volunteer_id": work.staff.id, "claimed_at": work.now, "kept_until": None}
    taken = taken.values(status=goes_to, closed_at=None, **mine)
    case = only(CaseRow, await work.db.execute(taken.returning(*CASE_COLUMNS)))
    if case is None:
        raise Stale
    await work.record(case.id, CaseEventKind.TAKEN_UP)
    await drafts.case_is_back(work, case.id)
    told = TakenUp(code=case.code, adviser=await adviser_name(work))
    await work.tell(case.newcomer_id, told, case_id=case.id)
    return case


async def _closed(work: Work, case: CaseRow) -> Fate:
    endings = select(*columns(_Ending, _EVENTS)).where(_EVENTS.c.case_id == case.id, _EVENTS.c.kind.in_(_ENDED))
    last = first(_Ending, await work.db.execute(endings.order_by(_EVENTS.c.id.desc()).limit(1)))
    if last is not None and last.kind == CaseEventKind.WITHDRAWN:
        return Fate("withdrawn", case.code)
    if last is None or last.actor_id != work.staff.id:
        return Fate("closed", case.code)
    other = select(exists().where(CASES.c.newcomer_id == case.newcomer_id, CASES.c.status.in_(OPEN)))
    waits_elsewhere = (await work.db.execute(other)).scalar_one()
    if await blocks.of_person(work.db, case.newcomer_id, work.now):
        return Fate("closed", case.code)
    recent = case.closed_at is not None and work.now - case.closed_at < REOPEN_WITHIN
    return Fate("closed_by_you", case.code, may_take_up=recent and not waits_elsewhere)
