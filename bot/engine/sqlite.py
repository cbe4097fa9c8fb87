"""SQLite without a thread for each statement: one takes less time than waking somebody for it.

Statements run where they are awaited, on the loop. What waits for the disk or for another program (COMMIT, the lock on
the file) runs in a thread, and so does everything that is asked for as slow. Owns connections and how they are opened;
what is said on them is decided elsewhere.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from time import perf_counter
from typing import Any, Concatenate, overload

import structlog
from sqlalchemy import Connection as Statements
from sqlalchemy import CursorResult, Dialect, Executable, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.sql.selectable import TypedReturnsRows

from bot.engine.answered import Answered
from bot.engine.causes import Cause, cause_of
from bot.engine.db import Asked, Columns, P, R, Ts
from bot.engine.errors import Busy
from bot.engine.loops import to_its_end
from bot.engine.plans import Given, plan_of
from bot.engine.write_ahead import AT_LAST_PAGES, Log

log = structlog.get_logger()
BUSY_MILLISECONDS = 5_000  # for how long another program that writes is waited for
LONGEST_READ_SECONDS = 25.0  # while a read goes on, what was deleted since it began cannot leave the files
READ_LOOKED_AT_EVERY = 200_000  # of SQLite's own steps: some milliseconds
MOST_PREPARED = 512  # on one connection: about as many as are asked again and again
STALL_SECONDS = 0.05  # a statement that keeps the loop for longer ought to have run in a thread
LONGEST_LOGGED = 300  # characters of a statement, which holds placeholders and no values


class Engine:
    """So many connections to one file, for acts (`writes`) or for looks."""

    def __init__(self, url: str, *, writes: bool, most: int, waits_seconds: float) -> None:
        self.sync_engine = create_engine(
            plain(url), pool_size=most, max_overflow=0, pool_use_lifo=True, hide_parameters=True,
            connect_args={"check_same_thread": False, "cached_statements": MOST_PREPARED},
        )  # fmt: skip
        self.writes, self._waits_seconds = writes, waits_seconds
        self._free = asyncio.Semaphore(most)
        self._kept: list[Statements] = []  # open, and in nobody's use
        self._generation = 0
        self._log = Log(Path(self.sync_engine.url.database or ""))
        self._threads = ThreadPoolExecutor(most, thread_name_prefix="sqlite")
        event.listen(self.sync_engine, "connect", self._opened)

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["Connection"]:
        """A connection in a transaction of its own, which is rolled back at the end unless it was committed.

        Raises:
            TimeoutError: none was free for too long.
            Busy: what only reads did not come to an end.
        """
        if self._free.locked():
            async with asyncio.timeout(self._waits_seconds):
                await self._free.acquire()
        else:
            await self._free.acquire()
        try:
            opened_in = self._generation
            # Opening a file may wait for the disk, or for another program that is at it.
            statements = self._kept.pop() if self._kept else await in_thread(self._threads, self.sync_engine.connect)
            try:
                db = Connection(statements, self._threads, self._log)
                async with nullcontext() if self.writes else db.for_a_while():
                    await db.begin(immediate=self.writes)
                    yield db
            finally:
                self._give_back(statements, opened_in)
        finally:
            self._free.release()

    def _give_back(self, statements: Statements, opened_in: int) -> None:
        """What was not committed is undone. A connection is kept for the next, unless all were to be closed."""
        try:
            statements.rollback()
            if not statements.invalidated:
                # SQLAlchemy undoes only what it knows of: not a BEGIN for which nobody waited to its end, nor what a
                # COMMIT that failed has left. A connection kept with those would keep everybody out, for ever.
                statements.connection.rollback()
        except BaseException:
            statements.invalidate()
            statements.close()
            raise
        if opened_in == self._generation and not statements.invalidated:
            self._kept.append(statements)
        else:
            statements.close()

    async def dispose(self) -> None:
        """No connection is open that nobody uses, and none that was opened before is kept."""
        self._generation += 1
        kept, self._kept = self._kept, []
        await self._log.close()
        for statements in kept:
            statements.close()
        self.sync_engine.dispose()

    def _opened(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        # Who only reads changes nothing, also not how the file is written: it may turn out not to be ours.
        for pragma in ("journal_mode = WAL" if self.writes else "query_only = ON", *PRAGMAS):
            connection.execute(f"PRAGMA {pragma}")


PRAGMAS = (
    "synchronous = FULL", "foreign_keys = ON", f"busy_timeout = {BUSY_MILLISECONDS}", "secure_delete = ON",
    f"wal_autocheckpoint = {AT_LAST_PAGES}",
)  # fmt: skip


class Connection:
    """One connection, as `bot.engine.db.Db`, and the ends of its transaction."""

    def __init__(self, statements: Statements, threads: ThreadPoolExecutor, log_of_file: Log) -> None:
        self._statements, self._threads, self._log = statements, threads, log_of_file
        self.is_slow = False  # then every statement runs in a thread
        self.is_committed = False
        driver: Any = statements.connection.dbapi_connection
        self._driver: sqlite3.Connection = driver

    @property
    def dialect(self) -> Dialect:
        return self._statements.dialect

    @property
    def in_transaction(self) -> bool:
        """Whether SQLite has a transaction open: some errors end it by themselves."""
        return self._driver.in_transaction

    @overload
    async def execute(self, statement: TypedReturnsRows[*Ts], parameters: Asked | None = None) -> CursorResult[*Ts]: ...
    @overload
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]: ...
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]:
        if self.is_slow:
            return await self.in_thread(lambda: self._run(statement, parameters))
        begun = perf_counter()
        result: CursorResult[*Columns] = self._run(statement, parameters)
        if perf_counter() - begun > STALL_SECONDS:
            log.warning("loop_stalled", statement=str(statement)[:LONGEST_LOGGED])
        return result

    async def execute_ahead(self, statement: Executable, parameters: Asked | None = None) -> None:
        await self.execute(statement, parameters)

    def _run(self, statement: Executable, parameters: Asked | None) -> Any:
        # Whoever listens to what is asked, as tests do, hears all of it.
        if self._statements.engine.dispatch.before_cursor_execute:
            return self._statements.execute(statement, parameters)
        if isinstance(parameters, Sequence):
            return self._run_each(statement, parameters)
        if (plan := plan_of(statement, parameters, self._statements.dialect)) is None:
            return self._statements.execute(statement, parameters)
        how, asked = plan
        return how.run(self._driver, asked)

    def _run_each(self, statement: Executable, parameters: Sequence[Given]) -> object:
        planned = [plan_of(statement, one, self._statements.dialect) for one in parameters]
        of_all, plans = [one for one in planned if one is not None], {one and one[0] for one in planned}
        if len(plans) != 1 or len(of_all) < len(planned) or not of_all[0][0].is_silent:
            return self._statements.execute(statement, parameters)
        plan = of_all[0][0]
        changed = self._driver.executemany(plan.sql, [plan.values(asked) for _, asked in of_all]).rowcount
        return Answered([], [], changed)

    async def run_sync(self, fn: Callable[Concatenate[Statements, P], R], *arg: P.args, **kw: P.kwargs) -> R:
        return await self.in_thread(lambda: fn(self._statements, *arg, **kw))

    async def begin(self, *, immediate: bool) -> None:
        """A transaction is open. `immediate`: with the right to write, which another program may have: a read that
        only later writes would fail at once then."""
        if not immediate:
            self._driver.execute("BEGIN")
        elif not self._begins_at_once():
            await self.in_thread(lambda: self._driver.execute("BEGIN IMMEDIATE"))
        self._statements.begin()

    def _begins_at_once(self) -> bool:
        """Whether nobody else writes: then the lock on the file is ours without a thread."""
        self._driver.execute("PRAGMA busy_timeout = 0")
        try:
            self._driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as trouble:
            if trouble.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return False
        finally:
            self._driver.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        return True

    @asynccontextmanager
    async def for_a_while(self) -> AsyncIterator[None]:
        """What is read here ends within LONGEST_READ_SECONDS, in whatever thread a statement runs by then.

        Raises:
            Busy: it had to be broken off.
        """
        ends_at = perf_counter() + LONGEST_READ_SECONDS
        self._driver.set_progress_handler(lambda: perf_counter() > ends_at, READ_LOOKED_AT_EVERY)
        try:
            async with asyncio.timeout(LONGEST_READ_SECONDS):
                yield
        except Exception as broken:
            if perf_counter() > ends_at and cause_of(broken) == Cause.TOO_SLOW:
                raise Busy(Cause.TOO_SLOW) from broken
            raise
        finally:
            self._driver.set_progress_handler(None, 0)

    def say(self, words: str) -> None:
        """A word about the transaction, such as SAVEPOINT, without SQLAlchemy."""
        self._driver.execute(words)

    async def commit(self) -> None:
        """It is durable. Waits in a thread; `is_committed` says what came of it to whoever is cancelled."""
        committing = asyncio.get_running_loop().run_in_executor(self._threads, self._statements.commit)
        try:
            await to_its_end(committing)
        finally:
            self.is_committed = committing.exception() is None
            self._log.has_grown()

    async def in_thread(self, call: Callable[[], R]) -> R:
        """What `call` returned, in a thread."""
        return await in_thread(self._threads, call)


async def in_thread(threads: ThreadPoolExecutor, call: Callable[[], R]) -> R:
    """What `call` returned. Until it is done its connection is not free."""
    return await to_its_end(asyncio.get_running_loop().run_in_executor(threads, call))


def plain(url: str) -> URL:
    """The address of the same file without the name of a driver that has to be awaited."""
    return make_url(url).set(drivername="sqlite")
