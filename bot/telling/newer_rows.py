"""Rows of the outbox that a newer version has written: left for it, named, and taken up by whoever knows them.

Two versions run side by side while an installation is upgraded, and the older may meet a row of a kind, or with a
field, that only the newer knows. It must not send one, nor drop it: it goes when everything so old goes
(`privacy/outlived.py`).
"""

from collections import defaultdict
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select, update

from bot.engine import bells, clock, once
from bot.engine.db import Db
from bot.engine.rows import columns, every, spelt
from bot.engine.store import Store
from bot.people import people
from bot.telling.lanes import WAITS_FOR_A_NEWER
from bot.telling.outbox import ROWS
from bot.telling.table import is_known
from bot.trouble.texts import NewerRows
from models.notice import Notice
from models.outbox import UNKNOWN_KIND, RowState

_KINDS = tuple(kind.value for kind in Notice)
_WAITS = ROWS.c.state == spelt(RowState.DUE)
MOST_READ = 500  # of those left behind, at a look: the rest has its turn at the next


class Kind(NamedTuple):
    """A kind of notice of which rows wait for a newer version: how many, and since when the oldest."""

    kind: str
    rows: int
    since: datetime

    def is_left_behind(self, now: datetime) -> bool:
        """Whether nobody has come to say it, so that its lane has gone past it."""
        return self.since <= now - WAITS_FOR_A_NEWER


class _Left(NamedTuple):
    """A row of a known kind that some process could not read."""

    id: int
    kind: str
    params: dict[str, object]
    created_at: datetime


async def left_behind(db: Db, now: datetime) -> list[Kind]:
    """The kinds of notices whose lanes have gone past rows that this version cannot read, by name."""
    strange = [row for row in await _left(db) if not is_known(row.kind, row.params)]
    return [one for one in [*await _of_strange_kinds(db), *_by_kind(strange)] if one.is_left_behind(now)]


async def look_after(store: Store) -> None:
    """What an older version has left and this one knows waits like anything else; of what this one does not know
    coordinators read once in some days: a part of the service was not upgraded."""
    async with store.look(slow=True) as db:
        known = [row.id for row in await _left(db) if is_known(row.kind, row.params)]
        left = await left_behind(db, clock.now())
    if known:
        async with store.work() as work:
            mine = _WAITS, ROWS.c.failure == UNKNOWN_KIND, ROWS.c.id.in_(known)
            await work.db.execute(update(ROWS).where(*mine).values(failure=None))
            work.ring(bells.OUTBOX)
    for one in left:
        await _tell(store, one.kind)


async def _tell(store: Store, kind: str) -> None:
    async with store.work() as work:
        if await once.first_time(work, "outbox", f"newer:{kind}"):
            await people.tell_coordinators(work, NewerRows(strange=kind))


async def _of_strange_kinds(db: Db) -> list[Kind]:
    shape = columns(Kind, ROWS, rows=func.count(), since=func.min(ROWS.c.created_at))
    strange = select(*shape).where(_WAITS, ROWS.c.kind.not_in(_KINDS))
    return every(Kind, await db.execute(strange.group_by(ROWS.c.kind).order_by(ROWS.c.kind)))


async def _left(db: Db) -> list[_Left]:
    left = select(*columns(_Left, ROWS)).where(_WAITS, ROWS.c.failure == UNKNOWN_KIND, ROWS.c.kind.in_(_KINDS))
    return every(_Left, await db.execute(left.order_by(ROWS.c.address_id, ROWS.c.id).limit(MOST_READ)))


def _by_kind(rows: list[_Left]) -> list[Kind]:
    kinds: dict[str, list[datetime]] = defaultdict(list)
    for row in rows:
        kinds[row.kind].append(row.created_at)
    return [Kind(kind, len(since), min(since)) for kind, since in sorted(kinds.items())]
