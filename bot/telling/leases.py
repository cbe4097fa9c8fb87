"""Leases: which process has a row of the outbox in hand, so that no two send it.

A lease is told by its owner and by how often the row has been leased, never by the time alone. Owns the conditions;
what becomes of a row whose lease is free is decided in `sweeping.py`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, literal_column, select, text, update

from bot.engine import clock
from bot.engine.among import among
from bot.engine.living import PULSES, database_clock, fell_silent
from bot.engine.rows import every
from bot.engine.store import INSTANCE_LOCK_CLASS
from bot.engine.work import Work
from bot.telling import lanes
from bot.telling.outbox import ROW_COLUMNS, ROWS, OutboxRow
from models.base import UtcDateTime
from models.outbox import RowState

CHECKED_AFTER = timedelta(seconds=5)  # a process that goes on at once cannot have been taken for dead meanwhile

_FREE = update(ROWS).where(among(ROWS.c.id, "rows"), ~lanes.ON_ITS_WAY)
_LEASED = _FREE.values(lease_owner=bindparam("instance"), attempts=ROWS.c.attempts + 1).returning(*ROW_COLUMNS)
_TAKE = _LEASED.values(leased_at=bindparam("now", type_=UtcDateTime))
_TAKE_BY_ITS_CLOCK = _LEASED.values(leased_at=func.now(type_=UtcDateTime))  # PostgreSQL's, as `database_clock` says
_AS_READ = ROWS.c.lease_owner.is_not_distinct_from(bindparam("same_owner")) & (ROWS.c.attempts == bindparam("same_try"))
# The condition of `still`, for a statement that is made once: it is asked with `as_read`.
STILL = (ROWS.c.id == bindparam("row")) & (ROWS.c.state == RowState.DUE) & _AS_READ


@dataclass(frozen=True, slots=True)
class Taken:
    """When a lease was taken, by both clocks of this process: while it stands still only one of them may go on."""

    counted: datetime
    shown: datetime

    @classmethod
    def now(cls) -> "Taken":
        """At this moment."""
        return cls(clock.counted(), clock.shown())

    @property
    def is_long_ago(self) -> bool:
        """Whether the process may have been taken for dead since."""
        return max(clock.counted() - self.counted, abs(clock.shown() - self.shown)) > CHECKED_AFTER


async def take(work: Work, rows: Sequence[int], instance: int) -> list[OutboxRow]:
    """Those of these rows, one in each lane, are this process's to send in whose lane no other has been first; returns
    them in the same order."""
    mine: dict[str, object] = {"rows": rows, "instance": instance}
    taken = _TAKE_BY_ITS_CLOCK, mine
    if work.db.dialect.name != "postgresql":
        taken = _TAKE, mine | {"now": work.now}
    places = {row: place for place, row in enumerate(rows)}
    return sorted(every(OutboxRow, await work.db.execute(*taken)), key=lambda row: places[row.id])


def still(row: OutboxRow) -> ColumnElement[bool]:
    """Condition: the row waits, and its lease is the one it had when `row` was read. Every lease counts it up."""
    same = ROWS.c.lease_owner.is_not_distinct_from(row.lease_owner) & (ROWS.c.attempts == row.attempts)
    return (ROWS.c.id == row.id) & (ROWS.c.state == RowState.DUE) & same


def as_read(row: OutboxRow) -> dict[str, object]:
    """What `STILL` is asked with."""
    return {"row": row.id, "same_owner": row.lease_owner, "same_try": row.attempts}


def of_the_dead(work: Work, instance: int) -> ColumnElement[bool]:
    """Condition, on PostgreSQL: the lease is another process's that holds no lock any more or has fallen silent. One
    that has never left a sign of life, being of an older version, is judged by its lock alone."""
    held = select(literal_column("objid::bigint", type_=BigInteger)).select_from(text("pg_locks"))
    locked = held.where(text("locktype = 'advisory' AND classid::bigint = :lock_class").bindparams(
        lock_class=INSTANCE_LOCK_CLASS
    ))  # fmt: skip
    silent = select(PULSES.c.instance).where(fell_silent(work))
    owner = ROWS.c.lease_owner
    return owner.is_not(None) & (owner != instance) & (owner.not_in(locked) | owner.in_(silent))


def forgotten(work: Work, instance: int, sending: Collection[int], *, older_than: timedelta) -> ColumnElement[bool]:
    """Condition: a lease of this process that it knows nothing of, older than any send lasts, or of a time to come:
    its COMMIT was answered with an error and had happened all the same."""
    earliest, latest = database_clock(work, ago=older_than), database_clock(work, ago=-older_than)
    is_off = ~ROWS.c.leased_at.between(earliest, latest)
    return (ROWS.c.lease_owner == instance) & ROWS.c.id.not_in(sending) & is_off
