"""Which newcomers are blocked, so that nothing of theirs reaches a volunteer: the rows, and how they are read.

Owns the Block table. It must not close a case (`bot/cases/blocking.py`), nor know what somebody who is blocked may
still do (`bot/intake/blocked.py`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update

from bot.engine.actors import Barred, Visitor
from bot.engine.db import Db, Instant
from bot.engine.inserts import upsert
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from models.base import UtcDateTime, table_of
from models.block import Block

BLOCKS = table_of(Block)
TOLD_EVERY = timedelta(days=1)
_OF = select(*columns(Barred, BLOCKS)).where(
    BLOCKS.c.person_id == bindparam("person"),
    or_(BLOCKS.c.until.is_(None), BLOCKS.c.until > bindparam("now", type_=UtcDateTime)),
)


class BlockRow(NamedTuple):
    """A newcomer who is blocked: since when, until when, and why as a code."""

    person_id: int
    made_at: datetime
    until: datetime | None
    reason: str


async def standing(work: Work, visitor: Visitor) -> Barred | None:
    """That the acting newcomer is blocked, who has been read before their conversation was locked: read anew if
    anything has happened in it since, such as being blocked at that very moment."""
    seen = visitor.barred
    if work.version_of(visitor.conversation_id) > visitor.version + 1:
        seen = await of_person(work.db, visitor.person_id, work.now)
    return seen if seen is not None and seen.holds_at(work.now) else None


async def of_person(db: Db, person_id: int | None, now: datetime) -> Barred | None:
    """That this newcomer is blocked now, if so."""
    return only(Barred, await db.execute(_OF, {"person": person_id, "now": now}))


async def standing_ones(db: Db, now: datetime) -> Sequence[BlockRow]:
    """Everybody who is blocked now, the newest first."""
    them = select(*columns(BlockRow, BLOCKS)).where(_holds_at(now)).order_by(BLOCKS.c.made_at.desc())
    return every(BlockRow, await db.execute(them))


async def put(work: Work, person_id: int, *, until: datetime | None, reason: str) -> None:
    """The newcomer is blocked from now on, and counts as told of it; what was decided before counts no more."""
    values = {"made_at": work.now, "made_by": work.staff.id, "until": until, "reason": reason, "told_at": work.now}
    made = upsert(work.db.dialect.name, BLOCKS, key=["person_id"], overwrites=list(values))
    await work.db.execute(made.values(person_id=person_id, **values))


async def lift(work: Work, person_id: int) -> bool:
    """The newcomer is not blocked any more. Returns whether they were."""
    return bool((await work.db.execute(delete(BLOCKS).where(BLOCKS.c.person_id == person_id))).rowcount)


async def may_tell(work: Work, person_id: int) -> bool:
    """Whether the newcomer has not been told for a day that they are blocked; they count as told from now on."""
    untold = or_(BLOCKS.c.told_at.is_(None), BLOCKS.c.told_at <= work.now - TOLD_EVERY)
    told = update(BLOCKS).where(BLOCKS.c.person_id == person_id, untold).values(told_at=work.now)
    return bool((await work.db.execute(told)).rowcount)


def is_over(now: Instant) -> ColumnElement[bool]:
    """That a row of the table has had its time; as a condition of a statement."""
    return ~_holds_at(now)


def _holds_at(now: Instant) -> ColumnElement[bool]:
    return or_(BLOCKS.c.until.is_(None), BLOCKS.c.until > now)
