"""Ways to keep an act of the program open from outside, so that a kill hits it there.

SQLite: a trigger that never comes to its end. PostgreSQL: a lock that the act waits for. In both the act has changed
rows already and has not committed.
"""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url

from tests.crash.place import Place
from tests.crash.program import until

LOOKS = 10  # an ordinary act holds the write lock for a moment as well; this one holds it at every look
_FOR_EVER = """
CREATE VIEW for_ever AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) AS c FROM n;
CREATE TRIGGER never_ends AFTER INSERT ON messages BEGIN SELECT c FROM for_ever; END;
"""
_AT_LAST = "DROP TRIGGER never_ends; DROP VIEW for_ever;"
_WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'messages'::regclass"


class Held:
    """An act that is to be kept open as soon as it stores a message."""

    async def reached(self) -> None:
        """The act is open: rows are written and nothing is committed."""
        raise NotImplementedError


@asynccontextmanager
async def acts_kept_open(place: Place) -> AsyncIterator[Held]:
    """As long as the block lasts, no act that stores a message comes to its end. Kill the program inside."""
    hold = _on_postgres if place.is_postgres else _on_sqlite
    async with hold(place) as held:
        yield held


class _HeldOnSqlite(Held):
    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._in_a_row = 0

    async def reached(self) -> None:
        self._db.execute("PRAGMA busy_timeout = 0")  # a look, not a wait
        await until(self._is_locked_for_long, otherwise="the act to be open")

    def _is_locked_for_long(self) -> bool:
        self._in_a_row = self._in_a_row + 1 if self._is_locked() else 0
        return self._in_a_row >= LOOKS

    def _is_locked(self) -> bool:
        try:
            self._db.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
        self._db.execute("ROLLBACK")
        return False


@asynccontextmanager
async def _on_sqlite(place: Place) -> AsyncIterator[Held]:
    path = make_url(place.settings.database_url).database
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.executescript(_FOR_EVER)
        yield _HeldOnSqlite(db)
        db.executescript(_AT_LAST)
    finally:
        db.close()


class _HeldOnPostgres(Held):
    def __init__(self, db: asyncpg.Connection) -> None:
        self._db = db

    async def reached(self) -> None:
        await until(lambda: self._db.fetchval(_WAITS), otherwise="the act to be open")


@asynccontextmanager
async def _on_postgres(place: Place) -> AsyncIterator[Held]:
    db = await asyncpg.connect(place.settings.postgres_dsn)
    try:
        async with db.transaction():
            await db.execute("LOCK TABLE messages IN SHARE ROW EXCLUSIVE MODE")
            yield _HeldOnPostgres(db)
    finally:
        await db.close()
