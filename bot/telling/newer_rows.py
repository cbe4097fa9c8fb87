"""Rows of the outbox that a newer version has written: left for it, named, and taken up by whoever knows them.

Two versions run side by side while an installation is upgraded, and a row of the newer may be met by the older. It must
not send one, nor drop it: it goes when everything so old goes (`privacy/outlived.py`).
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine import bells, clock, once
from bot.engine.rows import columns, every
from bot.engine.store import Store
from bot.people import people
from bot.telling.lanes import WAITS_FOR_A_NEWER
from bot.telling.outbox import KNOWN_KINDS, ROWS
from models.outbox import UNKNOWN_KIND, Notice, RowState

_STRANGE = ROWS.c.kind.not_in(KNOWN_KINDS)


class Kind(NamedTuple):
    """A kind of notice of which rows wait for a newer version: how many, and since when the oldest."""

    kind: str
    rows: int
    since: datetime

    def is_left_behind(self, now: datetime) -> bool:
        """Whether this version does not know it and nobody has come to say it, so that its lane has gone past it."""
        return self.kind not in KNOWN_KINDS and self.since <= now - WAITS_FOR_A_NEWER


async def left_behind(db: AsyncConnection, now: datetime) -> list[Kind]:
    """The kinds of notices whose lanes have gone past them, by name."""
    return [one for one in await _waiting(db) if one.is_left_behind(now)]


async def look_after(store: Store) -> None:
    """What an older version has left and this one knows waits like anything else; of what this one does not know
    coordinators read once in some days: a part of the service was not upgraded."""
    async with store.look() as db:
        waiting = await _waiting(db)
    known = [one.kind for one in waiting if one.kind in KNOWN_KINDS]
    if known:
        async with store.work() as work:
            left = ROWS.c.state == RowState.DUE, ROWS.c.failure == UNKNOWN_KIND, ROWS.c.kind.in_(known)
            await work.db.execute(update(ROWS).where(*left).values(failure=None))
            work.ring(bells.OUTBOX)
    for one in waiting:
        if one.is_left_behind(clock.now()):
            await _tell(store, one.kind)


async def _tell(store: Store, kind: str) -> None:
    async with store.work() as work:
        if await once.first_time(work, "outbox", f"newer:{kind}"):
            await people.tell_coordinators(work, Notice.NEWER_ROWS, params={"kind": kind})


async def _waiting(db: AsyncConnection) -> list[Kind]:
    shape = columns(Kind, ROWS, rows=func.count(), since=func.min(ROWS.c.created_at))
    for_a_newer = (_STRANGE | (ROWS.c.failure == UNKNOWN_KIND)) & (ROWS.c.state == RowState.DUE)
    return every(Kind, await db.execute(select(*shape).where(for_a_newer).group_by(ROWS.c.kind).order_by(ROWS.c.kind)))
