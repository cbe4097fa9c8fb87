"""Databases broken on purpose, as they break in life, and mended: full, read-only, locked, damaged, away.

Each way is a block: broken inside, mended after it. SQLite's need no rights of files, so that they work as root too;
PostgreSQL says everything itself. It must not know what the service makes of it.
"""

import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg
from sqlalchemy import event, make_url

from bot.engine import sqlite
from bot.engine.causes import Cause
from bot.engine.store import Store
from bot.service import Service
from models.timer import TimerKind
from tests.postgres import named

Breaks = Callable[[Service], AbstractAsyncContextManager[None]]
ROWS = 300


async def an_act(service: Service) -> None:
    """One act that writes, and more than there is room for in what has been allotted already."""
    async with service.store.work() as work:
        for _ in range(ROWS):
            await work.remind(TimerKind.MORNING, 0, work.now + timedelta(days=1))


def _file(service: Service) -> Path:
    return Path(make_url(service.settings.database_url).database or "")


# What can go wrong with SQLite. As root too: no file's rights are needed.


@asynccontextmanager
async def _sqlite_opened_read_only(service: Service) -> AsyncIterator[None]:
    await _on_writer(service.store, "PRAGMA query_only = ON")
    yield


@asynccontextmanager
async def _sqlite_full(service: Service) -> AsyncIterator[None]:
    with closing(sqlite3.connect(_file(service))) as other:
        pages = other.execute("PRAGMA page_count").fetchone()[0]
    await _on_writer(service.store, f"PRAGMA max_page_count = {pages}")
    yield
    await _on_writer(service.store, f"PRAGMA max_page_count = {pages * 1000}")


@asynccontextmanager
async def _sqlite_locked(service: Service) -> AsyncIterator[None]:
    with (
        patch.object(sqlite, "BUSY_MILLISECONDS", 20),
        closing(sqlite3.connect(_file(service), isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def _sqlite_overwritten(service: Service) -> AsyncIterator[None]:
    await service.store.close()  # what is in the log moves into the file
    whole = _file(service).read_bytes()
    _file(service).write_bytes(b"no database" * 1000)
    yield
    _file(service).write_bytes(whole)


@asynccontextmanager
async def _sqlite_away(service: Service) -> AsyncIterator[None]:
    await service.store.close()
    folder = _file(service).parent
    elsewhere = folder.rename(folder.with_name("elsewhere"))
    yield
    elsewhere.rename(folder)


async def _on_writer(store: Store, statement: str) -> None:
    async with store.writer.connect() as db:
        db.say(statement)


SQLITE: dict[str, tuple[Breaks, Cause]] = {
    "opened read-only": (_sqlite_opened_read_only, Cause.READ_ONLY),
    "disk full": (_sqlite_full, Cause.DISK_FULL),
    "locked": (_sqlite_locked, Cause.LOCKED),
    "overwritten": (_sqlite_overwritten, Cause.CORRUPT),
    "away": (_sqlite_away, Cause.UNREACHABLE),
}


# What can go wrong with PostgreSQL.


@asynccontextmanager
async def _postgres_opened_read_only(service: Service) -> AsyncIterator[None]:
    await _on_server(service, "ALTER DATABASE {name} SET default_transaction_read_only = on")
    await service.store.close()
    yield
    await _on_server(service, "ALTER DATABASE {name} RESET default_transaction_read_only")


@asynccontextmanager
async def _postgres_full(service: Service) -> AsyncIterator[None]:
    """The server itself says it, in its own words and code, whoever writes a timer."""
    raises = "BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END"
    await _in_database(service, f"CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ {raises} $$")
    await _in_database(service, "CREATE TRIGGER no_room BEFORE INSERT ON timers EXECUTE FUNCTION no_room()")
    yield
    await _in_database(service, "DROP TRIGGER no_room ON timers")


@asynccontextmanager
async def _postgres_locked(service: Service) -> AsyncIterator[None]:
    acts = service.store.writer.sync_engine
    event.listen(acts, "connect", _impatient)
    await service.store.close()
    other = await asyncpg.connect(service.settings.postgres_dsn)
    locks = other.transaction()
    await locks.start()
    await other.execute("LOCK TABLE timers")
    yield
    await locks.rollback()
    await other.close()
    event.remove(acts, "connect", _impatient)


def _impatient(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("SET lock_timeout = 20")
    cursor.close()
    connection.commit()


@asynccontextmanager
async def _postgres_away(service: Service) -> AsyncIterator[None]:
    await _on_server(service, "ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await _on_server(service, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{bare}'")
    yield
    await _on_server(service, "ALTER DATABASE {name} ALLOW_CONNECTIONS true")


@asynccontextmanager
async def _postgres_rights_taken(service: Service) -> AsyncIterator[None]:
    """The role may not write what it may read, as after a restore under another owner."""
    await _on_server(service, "ALTER DATABASE {name} SET role = pg_read_all_data")
    await service.store.close()
    yield
    await _on_server(service, "ALTER DATABASE {name} RESET role")


async def _on_server(service: Service, statement: str) -> None:
    name = make_url(service.settings.postgres_dsn).database
    server = await asyncpg.connect(named(service.settings.postgres_dsn, "postgres"))
    await server.execute(statement.format(name=f'"{name}"', bare=name))
    await server.close()


async def _in_database(service: Service, statement: str) -> None:
    database = await asyncpg.connect(service.settings.postgres_dsn)
    await database.execute(statement)
    await database.close()


POSTGRES: dict[str, tuple[Breaks, Cause]] = {
    "opened read-only": (_postgres_opened_read_only, Cause.READ_ONLY),
    "disk full": (_postgres_full, Cause.DISK_FULL),
    "locked": (_postgres_locked, Cause.LOCKED),
    "away": (_postgres_away, Cause.UNREACHABLE),
    "rights taken": (_postgres_rights_taken, Cause.NOT_LET_IN),
}


def way_of(service: Service, trouble: str) -> tuple[Breaks, Cause]:
    """How this service's database gets the trouble, and the cause that is to be named."""
    return (POSTGRES if service.store.is_postgres else SQLITE)[trouble]
