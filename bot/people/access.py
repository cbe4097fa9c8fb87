"""Who may see what: the only way to load a case that is to be shown or changed.

Not permitted and not there give the same refusal, so that nobody learns which. It must not change a row.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import FromClause, Table, Text, bindparam, func, literal_column, select

from bot.engine.actors import Actor, require_coordinator, require_staff
from bot.engine.db import Db
from bot.engine.errors import NotFound
from bot.engine.rows import columns, every, in_portions, only, spelt
from bot.engine.work import Locked, Work
from models.base import table_of
from models.case import OPEN, Case, CaseEvent, CaseEventKind, CaseStatus
from models.conversation import Conversation

CASES = table_of(Case)


class CaseRow(NamedTuple):
    """A snapshot of a case; what its columns mean: `models.case.Case`. `code` is empty once it is no number's more."""

    id: int
    code: str
    newcomer_id: int | None
    conversation_id: int | None
    status: str
    volunteer_id: int | None
    language: str
    channel: str
    has_returned: bool
    throttled: bool
    opened_at: datetime
    waiting_since: datetime | None
    promised_by: datetime | None
    claimed_at: datetime | None
    first_claimed_at: datetime | None
    first_answered_at: datetime | None
    closed_at: datetime | None
    last_message_at: datetime | None
    queued_at: datetime | None
    reminded: int
    late_told_at: datetime | None
    kept_until: datetime | None
    flagged_at: datetime | None
    read_seq: int
    category: str | None
    stats_consent_at: datetime | None
    first_visit: str | None
    gender: str | None
    age: str | None
    situation: str | None
    region: str | None
    occupation: str | None
    how_found: str | None
    persons_in_case: int

    @property
    def is_purged(self) -> bool:
        """Whether its last day has passed: no words, no number, and of its times only the days."""
        return not self.code


class Newest(NamedTuple):
    """How a newcomer's newest case stands."""

    newcomer_id: int
    status: str
    closed_at: datetime | None


_CODE = func.coalesce(CASES.c.code, literal_column("''", Text))  # not given as a value: it is part of every statement
CASE_COLUMNS = columns(CaseRow, CASES, code=_CODE)
CASE_ID, CASE_VOLUNTEER = CASES.c.id, CASES.c.volunteer_id
_BY_ID = select(*CASE_COLUMNS).where(CASES.c.id == bindparam("case"))
_THREADS = table_of(Conversation)
_BEHIND_THE_LOCK = (  # also of a case whose conversation has been erased by then
    select(*columns(Locked, _THREADS), *CASE_COLUMNS)
    .select_from(CASES.outerjoin(_THREADS, _THREADS.c.id == CASES.c.conversation_id))
    .where(CASES.c.id == bindparam("case"))
)
_BY_CODE = select(*CASE_COLUMNS).where(CASES.c.code == bindparam("code"))
_OPEN_OF = select(*CASE_COLUMNS).where(
    CASES.c.newcomer_id == bindparam("newcomer"), CASES.c.status.in_([spelt(status) for status in OPEN])
)
_OTHERS = CASES.alias("others")
_NEWEST_OF = (
    select(*CASE_COLUMNS)
    .where(CASES.c.newcomer_id == bindparam("newcomer"))
    .order_by(CASES.c.opened_at.desc(), CASES.c.id.desc())
    .limit(1)
)

LOST_KNOWN_FOR = timedelta(hours=24)
_COMES = (CaseEventKind.CLAIMED, CaseEventKind.HANDED_OVER)  # to whoever did it
_LEAVES = (CaseEventKind.HANDED_OVER, CaseEventKind.RELEASED, CaseEventKind.CLOSED, CaseEventKind.WITHDRAWN)
_LEDGER = table_of(CaseEvent)


class ComesOrGoes(NamedTuple):
    """A line of the ledger that tells who has a case, or that its words are gone."""

    kind: str
    at: datetime
    actor_id: int | None
    detail: str | None
    code: str | None


_COMES_AND_GOES = (
    select(*columns(ComesOrGoes, _LEDGER, CASES))
    .select_from(_LEDGER.join(CASES, CASES.c.id == _LEDGER.c.case_id))
    .where(
        _LEDGER.c.case_id == bindparam("case"),
        _LEDGER.c.kind.in_([spelt(kind) for kind in (CaseEventKind.CLAIMED, CaseEventKind.ERASED, *_LEAVES)]),
    )
    .order_by(_LEDGER.c.id)
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
    actor = work.staff
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


async def case_to_read(db: Db, actor: Actor | None, case_id: int) -> CaseRow:
    """A case whose words the acting volunteer may read: the one they have claimed. Reads only.

    Raises:
        NotFound: no such case, or somebody else's.
    """
    return _held_by(require_staff(actor), await _seen(db, case_id))


async def any_case(db: Db, actor: Actor | None, case_id: int) -> CaseRow:
    """A case as a coordinator sees it: its number and where it stands, never its words. Reads only.

    Raises:
        NotFound: no such case, or the actor is no coordinator.
    """
    require_coordinator(actor)
    return await seen_case(db, case_id)


async def seen_case(db: Db, case_id: int) -> CaseRow:
    """A case as it is just now, for an act that asks next whose it is, or offers it. Reads only.

    Raises:
        NotFound: no such case.
    """
    case = await _seen(db, case_id)
    if case is None:
        raise NotFound
    return case


async def how_lost(db: Db, actor: Actor | None, case_id: int, now: datetime) -> Loss | None:
    """How the acting volunteer lost a case they had until less than a day ago, else None. Never its words."""
    mine = require_staff(actor).id
    holds, loss = False, None
    for event in every(ComesOrGoes, await db.execute(_COMES_AND_GOES, {"case": case_id})):
        if event.kind in _COMES and event.actor_id == mine:
            holds, loss = True, None
        elif holds and event.kind in _LEAVES and event.code is not None:  # a purged case is nobody's, and never was
            holds, loss = False, Loss(event.code, event.kind, event.at, event.actor_id == mine)
        elif loss and event.kind == CaseEventKind.ERASED and event.detail is None:
            loss = replace(loss, is_erased=True)
    return loss if loss and now - loss.at < LOST_KNOWN_FOR else None


async def holds(db: Db, person_id: int | None, case_id: int) -> bool:
    """Whether this person has the case now."""
    case = None if person_id is None else await _seen(db, case_id)
    return case is not None and case.status == CaseStatus.CLAIMED and case.volunteer_id == person_id


async def case_by_code(db: Db, code: str) -> CaseRow | None:
    """The case with this code: for the command line and the door of code and secret, which asks for both."""
    return only(CaseRow, await db.execute(_BY_CODE, {"code": code}))


async def code_of(db: Db, case_id: int) -> str:
    """The code of a case that whoever acts has or had; empty once its last day has passed."""
    code: str = (await db.execute(select(_CODE).where(CASES.c.id == case_id))).scalar_one()
    return code


async def open_case_of(db: Db, newcomer_id: int) -> CaseRow | None:
    """The newcomer's own queued or claimed case, if any. At most one exists."""
    return only(CaseRow, await db.execute(_OPEN_OF, {"newcomer": newcomer_id}))


async def newcomers_with_open_cases(db: Db) -> list[int]:
    """The newcomers who wait for an answer or are in a conversation: ids, for telling them of something."""
    is_open = CASES.c.status.in_([spelt(status) for status in OPEN])  # as their index says it, among all that were
    waiting = select(CASES.c.opened_at, CASES.c.newcomer_id).where(is_open, CASES.c.newcomer_id.is_not(None))
    # Put in order here: a database asked to do it may walk through all cases in that order instead.
    return [newcomer for _opened_at, newcomer in sorted(tuple(row) for row in await db.execute(waiting))]


async def newest_case_of(db: Db, newcomer_id: int) -> CaseRow | None:
    """The newcomer's own newest case, open or closed, if any."""
    return only(CaseRow, await db.execute(_NEWEST_OF, {"newcomer": newcomer_id}))


def beside_newest_case(source: FromClause, threads: Table) -> FromClause:
    """What is asked, with the newest case of each conversation's newcomer, if there is any: its columns are
    `CASE_COLUMNS`, and its id and volunteer `CASE_ID` and `CASE_VOLUNTEER`."""
    theirs = select(_OTHERS.c.id).where(_OTHERS.c.newcomer_id == threads.c.newcomer_id)
    newest = theirs.order_by(_OTHERS.c.opened_at.desc(), _OTHERS.c.id.desc()).limit(1)
    return source.outerjoin(CASES, CASES.c.id == newest.scalar_subquery())


async def newest_cases_of(db: Db, newcomers: Collection[int]) -> dict[int, Newest]:
    """Of each of these newcomers who has any, the newest case."""
    newest: dict[int, Newest] = {}
    for some in in_portions(newcomers):
        theirs = select(*columns(Newest, CASES)).where(CASES.c.newcomer_id.in_(some))
        for case in every(Newest, await db.execute(theirs.order_by(CASES.c.opened_at, CASES.c.id))):
            newest[case.newcomer_id] = case
    return newest


def _held_by(actor: Actor, case: CaseRow | None) -> CaseRow:
    if case is None or case.status != CaseStatus.CLAIMED or case.volunteer_id != actor.id:
        raise NotFound
    return case


async def _seen(db: Db, case_id: int) -> CaseRow | None:
    return only(CaseRow, await db.execute(_BY_ID, {"case": case_id}))


async def _locked(work: Work, seen: CaseRow) -> CaseRow:
    if seen.conversation_id is None:
        return seen
    rows = await work.lock_and_read(seen.conversation_id, _BEHIND_THE_LOCK, {"case": seen.id})
    return CaseRow(*rows[0][len(Locked._fields) :])
