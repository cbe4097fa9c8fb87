"""Instants that a clock that was ahead has left in the database, once it is right again: they are brought back to now,
so that nothing is kept longer than was promised, no link opens for a year, and no timer sleeps that long.

Owns which instants may lie ahead. It knows no table's meaning beyond that; one transaction a table.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, case, literal, or_, update

from bot.engine.belief import LONGEST_STEP
from bot.engine.store import Store
from bot.engine.work import Work
from models.base import UtcDateTime, metadata
from models.people import LinkPurpose
from models.timer import TimerKind

# May lie ahead for good reasons, or are judged where they are read (a wait of the outbox, a lease, a pulse).
_LEFT = {
    "shifts.starts_at", "shifts.ends_at", "cases.promised_by", "pulses.beat_at",
    "outbox.due_at", "outbox.timed_at", "outbox.leased_at", "cases.kept_until", "duties.ends_at", "hand_overs.over_at",
    "follow_ups.due_at", "blocks.until",
}  # fmt: skip
# How far ahead the others may lie: a link three days, an answer is owed within a week. Else they are of the past.
_AHEAD = {"login_links.expires_at": timedelta(days=3), "timers.due_at": timedelta(days=7)}
# Timers of what happens soon after something was done; the others wait for a day of the calendar.
_SOON = (
    TimerKind.TIME_KNOWN, TimerKind.ANSWER, TimerKind.DRAFT_EXPIRES, TimerKind.HELD_EXPIRES, TimerKind.KEPT_EXPIRES,
)  # fmt: skip


async def bring_back(store: Store) -> None:
    """No instant that cannot lie ahead does, by more than a day.

    Raises:
        Unavailable: the database did not answer; what was not reached is as it was.
    """
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if _is_told_of_the_past(table, column)]
        if columns:
            async with store.work() as work:
                await _bring_back(work, table, columns)


def _is_told_of_the_past(table: Table, column: Column[Any]) -> bool:
    return isinstance(column.type, UtcDateTime) and f"{table.name}.{column.key}" not in _LEFT


async def _bring_back(work: Work, table: Table, columns: list[Column[Any]]) -> None:
    ahead = {column: column > work.now + LONGEST_STEP + _may_lie(table, column) for column in columns}
    now: ColumnElement[datetime] = literal(work.now, UtcDateTime)
    values = {column.key: case((is_ahead, now), else_=column) for column, is_ahead in ahead.items()}
    which = or_(*ahead.values())
    if table.name == "timers":
        which &= table.c.kind.in_(_SOON)
    elif table.name == "login_links":
        which &= table.c.purpose != LinkPurpose.TRIAL  # works for as long as the trial runs
    await work.db.execute(update(table).where(which).values(**values))


def _may_lie(table: Table, column: Column[Any]) -> timedelta:
    return _AHEAD.get(f"{table.name}.{column.key}", timedelta())
