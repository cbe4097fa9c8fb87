"""A database on PostgreSQL that a worker keeps from test to test, and open connections to it: to copy one for each
test, and to open connections anew, takes several times as long as what most tests do in it.

After each test all rows are gone, sequences begin anew, and nobody else is connected. Whatever else a test may have
left is looked for, and if there is anything the database is thrown away. Tests that end connections, break the server
or ask it who is connected have a database of their own (`@pytest.mark.own_database`), and so has every test where the
account is not a superuser. It must not know what is in the tables.
"""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.engine import postgres as program
from tests import kept_sql, one_loop, postgres
from tests.kept_sql import NOTHING, OTHERS

MOST_OPEN, MOST_OF_A_KIND = 24, 4  # connections; some tests open fifty
WAIT_SECONDS = 5.0  # for a connection that is to end, or for a lock
TRIES = 3  # to find nobody else connected
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)


class Connection(asyncpg.Connection):
    """Goes back to where it is kept instead of being closed, if nothing is odd about it."""

    kept_by: "Database | None" = None  # as long as somebody has it
    kind = ""  # with which arguments it was opened
    socket = -1  # its number
    line: program.Line | None = None
    prepared: Any = None  # what SQLAlchemy has prepared on it
    codecs: frozenset[str] = frozenset()

    async def set_type_codec(self, typename: str, **how: Any) -> None:
        if typename not in self.codecs:  # to set it once more would forget every prepared statement
            await super().set_type_codec(typename, **how)
            self.codecs |= {typename}

    def get_reset_query(self) -> str:
        return f"{super().get_reset_query()}\nRESET SESSION AUTHORIZATION;"

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  # it is theirs
        database, self.kept_by = self.kept_by, None
        try:
            if database is not None and await database.takes_back(self):
                return
        except BaseException:
            self.terminate()
            raise
        await super().close(timeout=timeout)

    @property
    def is_idle(self) -> bool:
        """Whether nothing has begun on it, and nobody waits for anything from it."""
        busy = self.is_closed() or self.is_in_transaction() or self._protocol._is_cancelling()
        line = self.line
        return not (busy or self._termination_listeners or (line and (line.is_open or line._begins or line._ahead)))


class Database:
    """The one that is kept, once there is one."""

    def __init__(self, root_url: str, template: str) -> None:
        self._root_url, self._template = root_url, template
        self._url = self._like = ""
        self._root: asyncpg.Connection | None = None
        self._root_socket = -1
        self._open: dict[str, list[Connection]] = defaultdict(list)
        self.found = NOTHING  # after the last test

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[str]:
        """Its address for one test, after which it is as before the test, or gone."""
        if self._root is None:
            await self._make()
        try:
            yield self._url
        finally:
            self.found = await self._emptied()
            if self.found != NOTHING:
                await self.throw_away()

    async def connect(self, *args: Any, **told: Any) -> asyncpg.Connection:
        """A connection as asyncpg opens it; to this database, one that has been opened before."""
        if self._root is None or told.get("database") != postgres.name_of(self._url) or not one_loop.is_here():
            return await asyncpg.connect(*args, **told)
        kind = repr((args, sorted(told.items())))
        while self._open[kind]:
            kept = self._open[kind].pop()
            one_loop.STAYS.discard(kept.socket)
            if kept.is_idle:
                kept.kept_by = self
                return kept
            kept.terminate()
        opened: Connection = await asyncpg.connect(*args, connection_class=Connection, **told)
        if not await opened.fetchval(kept_sql.IS_TOLD_MORE):
            opened.kept_by, opened.kind, opened.socket = self, kind, _socket(opened)
        return opened

    async def takes_back(self, connection: Connection) -> bool:
        """Whether it is kept from now on; then nothing is left on it of what was done."""
        of_its_kind = self._open[connection.kind]
        if self._root is None or not (one_loop.is_here() and connection.is_idle and len(of_its_kind) < MOST_OF_A_KIND):
            return False
        try:
            await connection.reset(timeout=WAIT_SECONDS)
        except LOST:
            return False
        of_its_kind.append(connection)
        one_loop.STAYS.add(connection.socket)
        if len(idle := self._idle()) > MOST_OPEN:
            await self._let_go(idle[0])
        return True

    async def throw_away(self) -> None:
        """It and all that is open to it are gone; the next test gets a new one."""
        if self._root is None:
            return
        one_loop.STAYS.difference_update([self._root_socket, *(connection.socket for connection in self._idle())])
        for connection in (self._root, *self._idle()):
            connection.terminate()
        self._root = None
        self._open.clear()
        await postgres.drop(self._root_url, self._url)

    async def _let_go(self, connection: Connection) -> None:
        self._open[connection.kind].remove(connection)
        one_loop.STAYS.discard(connection.socket)
        await connection.close()

    def _idle(self) -> list[Connection]:
        return [connection for kind in self._open.values() for connection in kind]

    async def _make(self) -> None:
        self._url = await postgres.make_copy(self._root_url, self._template)
        self._root = await asyncpg.connect(self._url)
        self._root_socket = _socket(self._root)
        one_loop.STAYS.add(self._root_socket)
        for statement in await kept_sql.functions(self._root):
            await self._root.execute(statement)
        self._like = await self._root.fetchval("SELECT kept.likeness()")

    async def _emptied(self) -> str:
        """What is not as before the test, if anything is."""
        assert self._root is not None
        try:
            for _ in range(TRIES):
                own = [connection.get_server_pid() for connection in self._idle()]
                self._like, found = await self._root.fetchrow("SELECT * FROM kept.emptied($1, $2)", own, self._like)
                if found != OTHERS:
                    return found
                await self._root.execute(kept_sql.END_OTHERS, own, round(WAIT_SECONDS * 1000))
        except LOST as lost:
            return type(lost).__name__
        return OTHERS


DATABASES: list[Database] = []  # none, or this worker's


async def connect(*args: Any, **told: Any) -> asyncpg.Connection:
    """As asyncpg's, for SQLAlchemy."""
    return await (DATABASES[0].connect if DATABASES else asyncpg.connect)(*args, **told)


async def is_allowed(root_url: str) -> bool:
    """Whether the account may do what emptying a database takes, such as passing over what refers to what."""
    root = await asyncpg.connect(root_url)
    try:
        return bool(await root.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"))
    finally:
        await root.close()


def through(engine: AsyncEngine) -> AsyncEngine:
    """What SQLAlchemy and the program have prepared on a connection is kept with it; one they do not trust is not."""
    pool = engine.sync_engine.pool
    event.listen(pool, "connect", _given, insert=True)
    event.listen(pool, "close", _taken)
    for distrust in ("invalidate", "soft_invalidate"):
        event.listen(pool, distrust, _distrusted)
    return engine


def _given(adapted: Any, record: Any) -> None:
    kept = adapted.driver_connection
    if type(kept) is Connection and kept.line is not None:
        record.info[program._LINE], adapted._prepared_statement_cache = kept.line, kept.prepared


def _taken(adapted: Any, record: Any) -> None:
    kept = adapted.driver_connection
    if type(kept) is Connection and program._LINE in record.info:
        kept.line, kept.prepared = record.info[program._LINE], adapted._prepared_statement_cache


def _distrusted(adapted: Any, _record: Any, _trouble: object) -> None:
    if type(adapted.driver_connection) is Connection:
        adapted.driver_connection.kept_by = None


def _socket(connection: asyncpg.Connection) -> int:
    number: int = connection._transport.get_extra_info("socket").fileno()
    return number
