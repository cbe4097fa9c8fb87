"""Rows of the outbox that a newer version has written: left for it, named, and taken up by whoever knows them.

Two versions run side by side while an installation is upgraded, and a row of the newer may be met by the older. It must
not send one, nor drop it: it goes when everything so old goes (`privacy/outlived.py`).
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine import bells, clock, once
from bot.engine.rows import columns, every
from bot.engine.store import Store
from bot.people import people
from bot.telling.lanes import WAITS_FOR_A_NEWER as PATIENCE
from bot.telling.outbox import KNOWN_KINDS, ROWS, UNKNOWN
from models.outbox import Notice, RowState

_LEFT = (ROWS.c.state == RowState.DUE, ROWS.c.failure == UNKNOWN, ROWS.c.kind.in_(KNOWN_KINDS))
_STRANGE = (ROWS.c.state == RowState.DUE, ROWS.c.kind.not_in(KNOWN_KINDS))


class Kind(NamedTuple):
    """A kind of notice that this version does not know, and how many `rows` of it wait."""

    kind: str
    rows: int


async def left_behind(db: AsyncConnection, now: datetime) -> list[Kind]:
    """What has waited for a newer version for so long that its lane has gone past it, by name."""
    counted = select(*columns(Kind, ROWS, rows=func.count())).where(*_STRANGE, ROWS.c.created_at <= now - PATIENCE)
    return every(Kind, await db.execute(counted.group_by(ROWS.c.kind).order_by(ROWS.c.kind)))


async def take_up(store: Store) -> None:
    """Rows that an older version has left and this one knows wait like any others."""
    async with store.look() as db:
        if not (await db.execute(select(exists().where(*_LEFT)))).scalar_one():
            return
    async with store.work() as work:
        await work.db.execute(update(ROWS).where(*_LEFT).values(failure=None))
        work.ring(bells.OUTBOX)


async def tell(store: Store) -> None:
    """Coordinators read which kinds of notices were left, once in some days: a part of the service was not upgraded."""
    async with store.look() as db:
        left = await left_behind(db, clock.now())
    for one in left:
        async with store.work() as work:
            if await once.first_time(work, "outbox", f"newer:{one.kind}"):
                await people.tell_coordinators(work, Notice.NEWER_ROWS, params={"kind": one.kind})
