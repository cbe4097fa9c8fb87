"""The database: how it is opened, and the two ways to touch it.

`work()` is one act of one person: one transaction, durable before anything leaves the process. `look()` only reads.
The only place that commits. It must not know what an act means.
"""

import asyncio
import copy
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import monotonic
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.engine import bells, clock, pools, sqlite
from bot.engine.causes import Cause, cause_of
from bot.engine.condition import Condition
from bot.engine.connections import Connections
from bot.engine.crowds import Crowds
from bot.engine.errors import Busy, Refusal, Unavailable
from bot.engine.seal import Seal
from bot.engine.settings import Settings
from bot.engine.work import Work

READERS = 4
BUSY_MILLISECONDS = 5_000
INSTANCE_LOCK_CLASS = 7_246  # names our advisory locks among others' on the same server

_NOTIFY = text("SELECT pg_notify(:channel, topic) FROM unnest(CAST(:topics AS text[])) AS topic")


class Store:
    """One database, open."""

    def __init__(self, settings: Settings, seal: Seal) -> None:
        self.settings = settings
        self.seal = seal
        self.zone = ZoneInfo(settings.office_zone)
        self.instance = secrets.randbelow(2**31 - 1) + 1
        self.condition = Condition()
        self.crowds = Crowds()
        self.act_seconds: float | None = None  # instead of WORK_SECONDS
        self.is_postgres = settings.database_url.startswith("postgresql")
        if self.is_postgres:
            self._open_postgres(settings)
        else:
            self._open_sqlite(settings)
        self._opened_by = self  # also for what `apart` and `unhurried` return
        self._connections = Connections(self._engines)

    def _open_postgres(self, settings: Settings) -> None:
        self.writer, self.reader = pools.acting(settings), pools.reading(settings)
        self._own, self._slow = pools.own_work(settings), pools.unhurried(settings)
        self._engines: tuple[AsyncEngine, ...] = (self.writer, self.reader, self._own, self._slow)
        self.bells: bells.Bells = bells.PostgresBells(settings.postgres_dsn, self.instance, INSTANCE_LOCK_CLASS)
        self._turn: asyncio.Lock | None = None

    def _open_sqlite(self, settings: Settings) -> None:
        # One writer: SQLite has one anyway, and waiting in our own line is fair and cannot say "locked".
        options: dict[str, Any] = {"connect_args": {"async_creator_fn": sqlite.connect}, "hide_parameters": True}
        self.writer = create_async_engine(settings.database_url, pool_size=1, max_overflow=0, **options)
        waits = {"max_overflow": READERS, "pool_timeout": settings.work_seconds}
        self.reader = create_async_engine(settings.database_url, pool_size=READERS, **waits, **options)
        self._engines = (self.writer, self.reader)
        _prepare_sqlite(self.writer, writes=True)
        _prepare_sqlite(self.reader, writes=False)
        self.bells = bells.Bells()
        self._turn = asyncio.Lock()

    def apart(self) -> Self:
        """The same database for the service's own work: on PostgreSQL, through connections that people's acts cannot
        take; on SQLite there is one writer, and everybody has a turn."""
        return self._through(self._own) if self.is_postgres else self

    def unhurried(self) -> Self:
        """The same database for an act or a look that somebody at the command line waits for."""
        slow = self._through(self._slow) if self.is_postgres else copy.copy(self)
        slow.act_seconds = pools.UNHURRIED_SECONDS
        return slow

    def _through(self, engine: AsyncEngine) -> Self:
        twin = copy.copy(self)
        twin.writer = twin.reader = engine
        return twin

    async def close(self) -> None:
        """No connection is open that nobody uses; the next act opens a new one."""
        await self._connections.close()

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One act: committed when the block ends, rolled back when it raises or lasted too long.

        Raises:
            Unavailable: the database did not answer, is full or locked, or the act took longer than WORK_SECONDS.
        """
        with self._troubles_named():
            async with self._in_turn():
                started = monotonic()
                async with self._connections.lend(self.writer) as db:
                    work = Work(
                        db, clock.now(), seal=self.seal, zone=self.zone, settings=self.settings, crowds=self.crowds
                    )
                    yield work
                    if monotonic() - started > (self.act_seconds or self._opened_by.settings.work_seconds):
                        raise Unavailable(Cause.TOO_SLOW)
                    await self._announce(work)
                    await db.commit()
        for topic in work.topics:
            self.bells.ring(topic)
        work.committed()

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """A connection that only reads.

        Raises:
            Unavailable: the database did not answer.
        """
        with self._troubles_named(may_only_read=self.is_postgres):
            async with self._connections.lend(self.reader) as db:
                if self.is_postgres:
                    await db.execute(text("SET TRANSACTION READ ONLY"))
                yield db

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(BUSY_MILLISECONDS / 1000):
                await self._turn.acquire()
        except TimeoutError as late:
            raise Unavailable(Cause.TOO_SLOW) from late
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _troubles_named(self, *, may_only_read: bool = False) -> Iterator[None]:
        """Turns the drivers' ways of saying "the database does not do it" into one refusal that knows why."""
        try:
            yield
        except Busy:  # the database is well
            raise
        except Unavailable as refusal:
            self._note(Cause(refusal.cause))
            raise
        except Refusal:
            raise
        except Exception as trouble:
            cause = cause_of(trouble)
            if cause is None or (may_only_read and cause == Cause.READ_ONLY):  # else our own mistake would pass for it
                raise
            self._note(cause)
            raise Unavailable(cause) from trouble

    def _note(self, cause: Cause) -> None:
        if self.condition.failed(cause):
            self.bells.ring(bells.PULSE)  # what the next write finds decides whether it lasts

    async def _announce(self, work: Work) -> None:
        if self.is_postgres and work.topics:
            await work.db.execute(_NOTIFY, {"channel": bells.NOTIFY_CHANNEL, "topics": work.topics})


def _prepare_sqlite(engine: AsyncEngine, *, writes: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        cursor = connection.cursor()
        # Who only reads changes nothing, also not how the file is written: it may turn out not to be ours.
        for pragma in ("journal_mode = WAL" if writes else "query_only = ON", *_PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Any) -> None:
        # A read that later writes would fail with "locked" at once; taking the write lock first waits instead.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_PRAGMAS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    f"busy_timeout = {BUSY_MILLISECONDS}",
    "secure_delete = ON",
)
