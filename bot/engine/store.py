"""The database: how it is opened, and the two ways to touch it.

`work()` is one act of one person: one transaction, durable before anything leaves the process. `look()` only reads.
The only place that commits, with `batches.py`. It must not know what an act means.
"""

import copy
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from time import monotonic
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import text

from bot.engine import bells, clock, pools, postgres, sqlite, sqlite_files
from bot.engine.batches import Batches
from bot.engine.causes import Cause, cause_of
from bot.engine.condition import Condition
from bot.engine.connections import Connections, Engine
from bot.engine.crowds import Crowds
from bot.engine.db import Db
from bot.engine.errors import Busy, Refusal, Unavailable
from bot.engine.later import Later
from bot.engine.seal import Seal
from bot.engine.settings import Settings
from bot.engine.work import Work

READERS = 8  # on SQLite
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
        self.is_unhurried = False
        self._batches = Batches()  # of acts on SQLite
        self.file = sqlite_files.database_file(settings.database_url)  # on SQLite
        self.is_postgres = settings.database_url.startswith("postgresql")
        if self.is_postgres:
            self._open_postgres(settings)
        else:
            self._open_sqlite(settings)
        self._opened_by = self  # also for what `apart` and `unhurried` return
        self._connections = Connections(self._engines)

    def _open_postgres(self, settings: Settings) -> None:
        self.writer: postgres.Engine | sqlite.Engine = pools.acting(settings)
        self.reader: postgres.Engine | sqlite.Engine = pools.reading(settings)
        self._own, self._slow = pools.own_work(settings), pools.unhurried(settings)
        self._engines: tuple[Engine[Any], ...] = (self.writer, self.reader, self._own, self._slow)
        self.bells: bells.Bells = bells.PostgresBells(settings.postgres_dsn, self.instance, INSTANCE_LOCK_CLASS)

    def _open_sqlite(self, settings: Settings) -> None:
        # One writer: SQLite has one anyway, and waiting in our own line is fair and cannot say "locked".
        url, waits = settings.database_url, settings.work_seconds
        self.writer = sqlite.Engine(url, writes=True, most=1, waits_seconds=waits)
        self.reader = sqlite.Engine(url, writes=False, most=READERS, waits_seconds=waits)
        self._engines = (self.writer, self.reader)
        self.bells = bells.Bells()

    def apart(self) -> Self:
        """The same database for the service's own work: on PostgreSQL, through connections that people's acts cannot
        take; on SQLite there is one writer, and everybody has a turn."""
        return self._through(self._own) if self.is_postgres else self

    def unhurried(self) -> Self:
        """The same database for an act or a look that somebody at the command line waits for."""
        slow = self._through(self._slow) if self.is_postgres else copy.copy(self)
        slow.act_seconds, slow.is_unhurried = pools.UNHURRIED_SECONDS, True
        return slow

    def _through(self, engine: postgres.Engine) -> Self:
        twin = copy.copy(self)
        twin.writer = twin.reader = engine
        return twin

    async def close(self) -> None:
        """No connection is open that nobody uses; the next act opens a new one."""
        await self._connections.close()

    @asynccontextmanager
    async def work(self, *, slow: bool = False, patient: bool = False) -> AsyncIterator[Work]:
        """One act: committed when the block ends, rolled back when it raises or lasted too long.

        `slow`: its statements may take long, so that they must not keep others of this process waiting. `patient`: it
        may wait a moment for others' COMMIT, so that they need not wait for one of its own.

        Raises:
            Unavailable: the database did not answer, is full or locked, or the act took longer than WORK_SECONDS.
        """
        with self._troubles_named():
            async with self._act(slow=slow or self.is_unhurried, patient=patient) as db:
                started = monotonic()
                work = Work(db, clock.now(), seal=self.seal, zone=self.zone, settings=self.settings, crowds=self.crowds)
                yield work
                if monotonic() - started > (self.act_seconds or self._opened_by.settings.work_seconds):
                    raise Unavailable(Cause.TOO_SLOW)
                await self._announce_with(work)
        self.bells.announce(work.topics)
        work.committed()

    @asynccontextmanager
    async def between_acts(self) -> AsyncIterator[None]:
        """As long as the block lasts no act of this process has the file. On SQLite only: others' acts wait meanwhile.

        Raises:
            Unavailable: an act took too long.
        """
        async with self._batches.between():
            yield

    def _act(self, *, slow: bool, patient: bool) -> AbstractAsyncContextManager[Db]:
        if isinstance(self.writer, sqlite.Engine):
            return self._batches.act(partial(self._connections.lend, self.writer), slow=slow, patient=patient)
        return self._act_alone(self.writer)

    @asynccontextmanager
    async def _act_alone(self, writer: postgres.Engine) -> AsyncIterator[Db]:
        async with self._connections.lend(writer) as db:
            db.begin(postgres.TO_ACT)
            yield db
            await db.commit()

    @asynccontextmanager
    async def look(self, *, slow: bool = False) -> AsyncIterator[Db]:
        """A connection that only reads, and sees one moment. `slow`: as in `work`.

        Raises:
            Unavailable: the database did not answer.
        """
        with self._troubles_named(may_only_read=self.is_postgres):
            if isinstance(self.reader, sqlite.Engine):
                async with self._connections.lend(self.reader) as db:
                    db.is_slow = slow or self.is_unhurried
                    yield db
            else:
                async with self._connections.lend(self.reader) as reading:
                    reading.begin(postgres.TO_LOOK)
                    yield reading

    def look_later(self) -> Later:
        """As `look`, from its first statement on: without any, nothing is opened."""
        return Later(self.look, self.reader.sync_engine.dialect)

    @asynccontextmanager
    async def looking(self, *, slow: bool = False) -> AsyncIterator[Work]:
        """A Work that only reads, as in `look`, for what the rooms tell whoever acts: nothing is said or changed in it.

        Raises:
            Unavailable: as `look`.
        """
        async with self.look(slow=slow) as db:
            yield Work(db, clock.now(), seal=self.seal, zone=self.zone, settings=self.settings, crowds=self.crowds)

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

    async def _announce_with(self, work: Work) -> None:
        """Of a process that nobody hears, such as the command line's, others are told by the act itself."""
        if self.is_postgres and work.topics and not self.bells.can_be_heard:
            await work.db.execute(_NOTIFY, {"channel": bells.NOTIFY_CHANNEL, "topics": work.topics})
