"""A database by its driver alone: for floors, for seeding, and for counting afterwards what is in it.

Owns how a statement is written for either driver: placeholders are ?1, ?2, …, instants are aware. It must not know a
table, nor SQLAlchemy: versions are told apart by their code, and must find the same rows here.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import asyncpg
from sqlalchemy.engine import make_url

BUSY_SECONDS = 30.0
AS_THE_PRODUCT = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
Values = tuple[Any, ...]


class Database(ABC):
    """One connection."""

    @abstractmethod
    async def rows(self, statement: str, *values: Any) -> list[Values]:
        """What it returns."""

    @abstractmethod
    async def many(self, statement: str, values: Sequence[Values]) -> None:
        """The statement with each of these, committed together."""

    @abstractmethod
    async def close(self) -> None:
        """The connection is closed."""

    @abstractmethod
    async def has(self, table: str) -> bool:
        """Whether there is such a table: older versions have fewer."""

    async def insert(self, table: str, rows: Iterable[dict[str, Any]]) -> None:
        """These rows, all with the same columns, are in the table."""
        rows = list(rows)
        names = list(rows[0])
        places = ", ".join(f"?{n}" for n in range(1, len(names) + 1))
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places})"
        await self.many(statement, [tuple(row[name] for name in names) for row in rows])


class _Sqlite(Database):
    def __init__(self, path: str) -> None:
        self._db = connect_sqlite(path)

    async def rows(self, statement: str, *values: Any) -> list[Values]:
        return self._db.execute(statement, for_sqlite(values)).fetchall()

    async def many(self, statement: str, values: Sequence[Values]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(statement, [for_sqlite(row) for row in values])
        self._db.execute("COMMIT")

    async def has(self, table: str) -> bool:
        return bool(await self.rows("SELECT 1 FROM sqlite_master WHERE name = ?1", table))

    async def close(self) -> None:
        self._db.close()


class _Postgres(Database):
    def __init__(self, db: asyncpg.Connection) -> None:
        self._db = db

    async def rows(self, statement: str, *values: Any) -> list[Values]:
        return [tuple(row) for row in await self._db.fetch(for_postgres(statement), *values)]

    async def many(self, statement: str, values: Sequence[Values]) -> None:
        await self._db.executemany(for_postgres(statement), values)

    async def has(self, table: str) -> bool:
        return bool(await self.rows("SELECT 1 FROM pg_class WHERE relname = ?1", table))

    async def close(self) -> None:
        await self._db.close()


async def connected(url: str) -> Database:
    """A connection to what RADRUM_DATABASE_URL names."""
    return _Postgres(await asyncpg.connect(url)) if is_postgres(url) else _Sqlite(path_of(url))


def is_postgres(url: str) -> bool:
    return url.startswith("postgresql")


def path_of(url: str) -> str:
    """The file of a SQLite database."""
    return str(make_url(url).database)


def connect_sqlite(path: str) -> sqlite3.Connection:
    """A connection with the product's own care for what is committed; it may be handed to another thread."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=BUSY_SECONDS)
    for pragma in AS_THE_PRODUCT:
        db.execute(f"PRAGMA {pragma}")
    return db


def for_postgres(statement: str) -> str:
    return statement.replace("?", "$")


def for_sqlite(values: Values) -> Values:
    """The same values as SQLite keeps them: it has no instants and no days."""
    return tuple(_as_text(value) if isinstance(value, date) else value for value in values)


def _as_text(value: date) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.isoformat()
