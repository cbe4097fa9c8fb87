"""SQLite's driver, with one errand to its thread for a whole statement.

aiosqlite makes an errand of each of four steps (a cursor, the statement, its rows, the closing), and waking a thread
costs more than the steps do: 58 errands for one message, 17 like this. Owns the connection's class and nothing else;
what is said to the database is decided in `store.py`.
"""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import Any, Self

import aiosqlite

CHUNK = 64  # rows that aiosqlite would fetch at once; here all come together


def connect(database: str, **options: Any) -> "Connection":
    """A connection to be awaited, for SQLAlchemy's `async_creator_fn`. Its thread does not outlive the program."""
    made = Connection(partial(sqlite3.connect, database, **options), CHUNK)
    made._thread.daemon = True  # noqa: SLF001 - there is no other way to say it
    return made


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with cursors that bring everything at once."""

    def cursor(self) -> "Cursor":  # type: ignore[override]  # aiosqlite's own has to be awaited
        return Cursor(self)

    async def run(self, statement: Callable[[sqlite3.Connection], "Outcome"]) -> "Outcome":
        """What `statement` returned, called with the bare connection in its thread."""
        outcome: Outcome = await self._execute(statement, self._conn)  # type: ignore[no-untyped-call]  # aiosqlite's
        return outcome


Outcome = tuple[Any, int, int | None, list[Any]]  # description, rowcount, lastrowid, rows


class Cursor:
    """One statement and everything that came of it."""

    arraysize = 1

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._outcome: Outcome = (None, -1, None, [])

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        return self._outcome[0]

    @property
    def rowcount(self) -> int:
        return self._outcome[1]

    @property
    def lastrowid(self) -> int | None:
        return self._outcome[2]

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        self._outcome = await self._connection.run(partial(_execute, sql, parameters))

    async def executemany(self, sql: str, parameters: Sequence[Sequence[Any]]) -> None:
        self._outcome = await self._connection.run(partial(_execute_many, sql, parameters))

    async def fetchall(self) -> list[Any]:
        return self._outcome[3]

    async def close(self) -> None:
        """Nothing is open: the rows have been fetched."""


def _execute(sql: str, parameters: Sequence[Any], db: sqlite3.Connection) -> Outcome:
    with closing(db.cursor()) as cursor:
        cursor.execute(sql, parameters)
        return _all_of(cursor)


def _execute_many(sql: str, parameters: Sequence[Sequence[Any]], db: sqlite3.Connection) -> Outcome:
    with closing(db.cursor()) as cursor:
        cursor.executemany(sql, parameters)
        return _all_of(cursor)


def _all_of(cursor: sqlite3.Cursor) -> Outcome:
    rows = cursor.fetchall() if cursor.description else []  # what a RETURNING yields is there only once it is fetched
    return cursor.description, cursor.rowcount, cursor.lastrowid, rows
