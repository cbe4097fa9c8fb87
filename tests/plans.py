"""How a database means to answer a statement, and a history long enough for it to mind.

Owns the history, which is written by hand: no action makes twenty thousand rows in a moment.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, event, text

from bot.engine.store import Store
from models.base import UtcDateTime

LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
LANES, SAID = 400, 20_000
_OUTBOX = "outbox|earlier|other|front|said"  # and what statements call it
_OPEN = "(ix_cases_queue|ix_cases_claimed|uq_cases_open_newcomer)"  # have open cases only
_SHORT = "ix_outbox_due|ix_outbox_message"  # lead to waiting rows, or to one message's
ASKING = ("SELECT", "WITH", "UPDATE", "DELETE", "INSERT")
_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
_HISTORY = (
    f"INSERT INTO addresses (id, channel, farewell) {_NUMBERS.format(count=LANES)} "
    "SELECT i, CASE WHEN i % 3 = 0 THEN 'web' ELSE 'telegram' END, false FROM n",
    f"INSERT INTO outbox (address_id, kind, params, state, created_at, due_at, remote_id, ended_at) "
    f"{_NUMBERS.format(count=SAID)} SELECT 1 + i % {LANES}, 'receipt', '{{}}', 'sent', :at, :at, i, :at FROM n",
    f"INSERT INTO cases (id, status, language, channel, opened_at, closed_at) "
    f"{_NUMBERS.format(count=SAID)} SELECT i, 'closed', 'sv', 'web', :at, :at FROM n",
)


class Asked(NamedTuple):
    """One statement and what it is asked with."""

    statement: str
    values: Any


async def write_history(store: Store, *, analyzed: bool) -> None:
    """Much has been said in many lanes and many cases are over; what waits is as it was. `analyzed`: the database has
    counted it all, as it does by itself now and then."""
    async with store.work() as work:
        for rows in _HISTORY:
            values = [bindparam("at", LONG_AGO, UtcDateTime)] if ":at" in rows else []
            await work.db.execute(text(rows).bindparams(*values))
        if analyzed:
            await work.db.execute(text("ANALYZE"))


@contextmanager
def asked(store: Store) -> Iterator[list[Asked]]:
    """What the database is asked as long as the block lasts, as the driver gets it, without beginning and ending."""
    heard: list[Asked] = []

    def hear(_db: object, _cursor: object, statement: str, values: Any, _context: object, _many: bool) -> None:
        if statement.startswith(ASKING):
            heard.append(Asked(statement, values))

    engines = {store.writer.sync_engine, store.reader.sync_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


async def plan_of(store: Store, question: Asked) -> list[str]:
    """How the database means to answer, line by line."""
    explain = "EXPLAIN" if store.is_postgres else "EXPLAIN QUERY PLAN"
    async with store.work() as work:
        rows = await work.db.run_sync(_answers, f"{explain} {question.statement}", question.values)
        return [str(row[-1]).strip() for row in rows]


def _answers(db: Connection, statement: str, values: Any) -> Sequence[Row[Any]]:
    return db.exec_driver_sql(statement, values).all()


async def history_read(store: Store, heard: list[Asked]) -> list[str]:
    """The lines of all these plans that read rows of the outbox by what also leads to all that was ever said."""
    by_pk = "INTEGER PRIMARY KEY" if not store.is_postgres else "pk_outbox"
    sqlite = rf"^(SCAN|SEARCH) ({_OUTBOX})\b(?!.*({_SHORT}|{by_pk}))"
    postgres = rf"Seq Scan on outbox\b|(Scan using|Bitmap Index Scan on) (?!{_SHORT}|{by_pk})\w*outbox"
    return await _lines(store, heard, postgres if store.is_postgres else sqlite)


async def whole_reads(store: Store, heard: list[Asked], table: str) -> list[str]:
    """The lines of all these plans that walk through a whole table, by itself or along an index of all its rows."""
    sqlite = rf"^SCAN {table}\b(?! USING (COVERING )?INDEX {_OPEN})"
    return await _lines(store, heard, rf"Seq Scan on {table}\b" if store.is_postgres else sqlite)


async def _lines(store: Store, heard: list[Asked], wanted: str) -> list[str]:
    assert heard
    return [line for one in heard for line in await plan_of(store, one) if re.search(wanted, line)]
