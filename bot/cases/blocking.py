"""A coordinator blocks a newcomer, so that nothing of theirs reaches a volunteer for a while, and lets them in again.

The open case is closed, its cards are withdrawn, and the newcomer is told kindly, with what they can still do. Who is
blocked is kept by `bot/people/blocks.py`. It must not decide what they may do meanwhile (`bot/intake/blocked.py`).
"""

from datetime import datetime
from typing import NamedTuple

from bot.cases import closing, follow_ups
from bot.cases.texts_blocking import Blocked, Unblocked
from bot.engine.actors import Barred
from bot.engine.db import Db
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.hours.standing import next_session
from bot.people import access, blocks
from bot.people.access import CaseRow
from models.block import SPANS, BlockReason, BlockSpan

CLOSED_BECAUSE = "blocked"  # the ledger's detail of a case closed so


class BlockedNewcomer(NamedTuple):
    """Somebody who is blocked, by the number of their newest case; none where that is gone."""

    newcomer: int
    code: str
    made_at: datetime
    until: datetime | None
    reason: str


async def may_be_blocked(work: Work, case_id: int) -> CaseRow:
    """The case by which a newcomer can be blocked. Locks its conversation.

    Raises:
        NotFound: no coordinator acts, or there is no such case.
        BadInput: its newcomer has erased everything, or its last day has passed: nobody is there to be blocked.
    """
    _ = work.coordinator
    case = await access.locked_case(work, case_id)
    if case.is_purged or case.newcomer_id is None:
        raise BadInput("block_nobody", code=case.code)
    return case


async def block(work: Work, *, case_id: int, span: BlockSpan, reason: BlockReason) -> datetime | None:
    """The newcomer of the case is blocked from now on; returns until when, None where until it is lifted.

    Raises: as `may_be_blocked`.
    """
    case = await may_be_blocked(work, case_id)
    assert case.newcomer_id is not None  # asked above
    lasts = SPANS[span]
    until = None if lasts is None else work.now + lasts
    await blocks.put(work, case.newcomer_id, until=until, reason=reason)
    current = await access.open_case_of(work.db, case.newcomer_id)
    if current is not None:
        await closing.close_for_volunteers(work, current, detail=CLOSED_BECAUSE)
    await follow_ups.stop_for(work, case.newcomer_id)
    code = current.code if current is not None else ""
    await tell(work, case.newcomer_id, Barred(work.now, until), closed=code)
    return until


async def lift(work: Work, *, newcomer_id: int) -> None:
    """The newcomer may write again, and is told so.

    Raises:
        NotFound: no coordinator acts.
        Stale: they are not blocked, or not here, any more.
    """
    _ = work.coordinator
    newest = await access.newest_case_of(work.db, newcomer_id)
    if newest is not None:
        await access.locked_case(work, newest.id)
    held = await blocks.of_person(work.db, newcomer_id, work.now)
    if not await blocks.lift(work, newcomer_id) or held is None:
        raise Stale
    await work.tell(newcomer_id, Unblocked())


async def tell(work: Work, newcomer_id: int, barred: Barred, *, closed: str = "") -> None:
    """The newcomer is told that they are blocked, until when, and what they can do. `closed`: the case that was."""
    session = await next_session(work)
    await work.tell(newcomer_id, Blocked(until=barred.until, session=session, code=closed))


async def blocked_now(db: Db, now: datetime) -> list[BlockedNewcomer]:
    """Everybody who is blocked now, the newest first."""
    found = []
    for row in await blocks.standing_ones(db, now):
        newest = await access.newest_case_of(db, row.person_id)
        code = newest.code if newest is not None else ""
        found.append(BlockedNewcomer(row.person_id, code, row.made_at, row.until, row.reason))
    return found
