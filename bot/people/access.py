"""Who may see what: the only way to load a case that is to be shown or changed.

Not permitted and not there give the same refusal, so that nobody learns which. It must not change a row.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Row, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine.errors import NotFound
from bot.engine.store import Actor, Work
from models.case import OPEN, Case, CaseEvent, CaseEventKind, CaseStatus
from models.people import Role

CASES: Table = Case.__table__  # type: ignore[attr-defined]
_BY_ID = select(CASES).where(CASES.c.id == bindparam("case"))
_BY_CODE = select(CASES).where(CASES.c.code == bindparam("code"))
_OPEN_OF = select(CASES).where(CASES.c.newcomer_id == bindparam("newcomer"), CASES.c.status.in_(OPEN))
_NEWEST_OF = (
    select(CASES)
    .where(CASES.c.newcomer_id == bindparam("newcomer"))
    .order_by(CASES.c.opened_at.desc(), CASES.c.id.desc())
    .limit(1)
)

CaseRow = Row  # a snapshot: the columns of `cases`, read-only
LOST_KNOWN_FOR = timedelta(hours=24)
_LEAVES = (CaseEventKind.RELEASED, CaseEventKind.CLOSED, CaseEventKind.WITHDRAWN)
_COMES_AND_GOES = (
    select(CaseEvent.kind, CaseEvent.at, CaseEvent.actor_id, CaseEvent.detail, CASES.c.code)
    .join(CASES, CASES.c.id == CaseEvent.case_id)
    .where(
        CaseEvent.case_id == bindparam("case"),
        CaseEvent.kind.in_((CaseEventKind.CLAIMED, CaseEventKind.ERASED, *_LEAVES)),
    )
    .order_by(CaseEvent.id)
)


@dataclass(frozen=True, slots=True)
class Loss:
    """How a case left the volunteer who had it: a kind of the ledger, when, and whether they did it themselves.

    `is_erased`: its newcomer has erased everything since.
    """

    code: str
    kind: str
    at: datetime
    by_me: bool
    is_erased: bool = False


def require_staff(actor: Actor | None) -> Actor:
    """The acting volunteer or coordinator.

    Raises:
        NotFound: nobody, a newcomer, or somebody whose access has ended.
    """
    if actor is None or not actor.is_staff or not actor.enabled:
        raise NotFound
    return actor


def require_coordinator(actor: Actor | None) -> Actor:
    """The acting coordinator.

    Raises:
        NotFound: anybody else.
    """
    if require_staff(actor).role != Role.COORDINATOR:
        raise NotFound
    return actor  # type: ignore[return-value]


async def case_for_staff(work: Work, case_id: int) -> CaseRow:
    """A case that a volunteer may act on: queued, or any whose holder the refusal may name. Locks its conversation.

    Raises:
        NotFound: no such case, or the actor is no volunteer.
    """
    require_staff(work.actor)
    return await locked_case(work, case_id)


async def my_case(work: Work, case_id: int) -> CaseRow:
    """A case that the acting volunteer has claimed. Locks its conversation.

    Raises:
        NotFound: no such case, or somebody else's.
    """
    actor = require_staff(work.actor)
    # Looked at before it is locked: refusing somebody else's takes no more statements than one that is not there.
    seen = _held_by(actor, await _seen(work.db, case_id))
    return _held_by(actor, await _locked(work, seen))


async def locked_case(work: Work, case_id: int) -> CaseRow:
    """The case as it is once its conversation is locked; for acts of the service itself as well.

    Raises:
        NotFound: no such case.
    """
    seen = await _seen(work.db, case_id)
    if seen is None:
        raise NotFound
    return await _locked(work, seen)


async def case_to_read(db: AsyncConnection, actor: Actor | None, case_id: int) -> CaseRow:
    """A case whose words the acting volunteer may read: the one they have claimed. Reads only.

    Raises:
        NotFound: no such case, or somebody else's.
    """
    return _held_by(require_staff(actor), await _seen(db, case_id))


async def how_lost(db: AsyncConnection, actor: Actor | None, case_id: int, now: datetime) -> Loss | None:
    """How the acting volunteer lost a case they had until less than a day ago, else None. Never its words."""
    mine = require_staff(actor).id
    holds, loss = False, None
    for event in (await db.execute(_COMES_AND_GOES, {"case": case_id})).all():
        if event.kind == CaseEventKind.CLAIMED and event.actor_id == mine:
            holds, loss = True, None
        elif holds and event.kind in _LEAVES:
            holds, loss = False, Loss(event.code, event.kind, event.at, event.actor_id == mine)
        elif loss and event.kind == CaseEventKind.ERASED and event.detail is None:
            loss = replace(loss, is_erased=True)
    return loss if loss and now - loss.at < LOST_KNOWN_FOR else None


async def case_by_code(db: AsyncConnection, code: str) -> CaseRow | None:
    """The case with this code: for the command line and the door of code and secret, which asks for both."""
    return (await db.execute(_BY_CODE, {"code": code})).one_or_none()


async def code_of(db: AsyncConnection, case_id: int) -> str:
    """The code of a case that whoever acts has or had."""
    return (await db.execute(select(CASES.c.code).where(CASES.c.id == case_id))).scalar_one()


async def open_case_of(db: AsyncConnection, newcomer_id: int) -> CaseRow | None:
    """The newcomer's own queued or claimed case, if any. At most one exists."""
    return (await db.execute(_OPEN_OF, {"newcomer": newcomer_id})).one_or_none()


async def newcomers_with_open_cases(db: AsyncConnection) -> list[int]:
    """The newcomers who wait for an answer or are in a conversation: ids, for telling them of something."""
    waiting = select(CASES.c.newcomer_id).where(CASES.c.status.in_(OPEN), CASES.c.newcomer_id.is_not(None))
    return list((await db.execute(waiting.order_by(CASES.c.opened_at))).scalars())


async def newest_case_of(db: AsyncConnection, newcomer_id: int) -> CaseRow | None:
    """The newcomer's own newest case, open or closed, if any."""
    return (await db.execute(_NEWEST_OF, {"newcomer": newcomer_id})).one_or_none()


def _held_by(actor: Actor, case: CaseRow | None) -> CaseRow:
    if case is None or case.status != CaseStatus.CLAIMED or case.volunteer_id != actor.id:
        raise NotFound
    return case


async def _seen(db: AsyncConnection, case_id: int) -> CaseRow | None:
    return (await db.execute(_BY_ID, {"case": case_id})).one_or_none()


async def _locked(work: Work, seen: CaseRow) -> CaseRow:
    if seen.conversation_id is None:
        return seen
    await work.lock(seen.conversation_id)
    return (await work.db.execute(_BY_ID, {"case": seen.id})).one()
