"""PostgreSQL's connections, and the transaction on one of them, as an act or a look is given it.

Statements that are asked again and again are prepared once on each connection and asked of the driver, BEGIN and what
nobody waits for going ahead of them (`pipeline.py`); the rest goes through SQLAlchemy, on the same connection, which
leaves the transaction to us. Owns how a transaction begins and ends. It must not decide when one does: the store does.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Concatenate, overload

import asyncpg
from sqlalchemy import Connection as Statements
from sqlalchemy import CursorResult, Dialect, Executable, Pool
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.selectable import TypedReturnsRows
from sqlalchemy.util import greenlet_spawn

from bot.engine.db import Asked, Columns, P, R, Ts
from bot.engine.pipeline import COMMITTED, Line
from bot.engine.plans import plan_of

TO_ACT = "BEGIN"
TO_LOOK = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"  # all of it at one moment
_LINE = "line"  # under which a connection keeps its own


class Engine:
    """So many connections to one database. `through`: opens them, and is told that no transaction is its own."""

    def __init__(self, through: AsyncEngine) -> None:
        self._engine = through
        self.sync_engine = through.sync_engine

    @property
    def pool(self) -> Pool:
        """Those that are open."""
        return self.sync_engine.pool

    @asynccontextmanager
    async def connect(self) -> AsyncIterator["Connection"]:
        """A connection; what was done on it and not committed is undone at the end.

        Raises:
            sqlalchemy.exc.TimeoutError: none was free for too long.
        """
        statements = await self._lent()
        db = Connection(statements)
        try:
            yield db
        finally:
            is_usable = False  # one of which nobody knows what has been undone is not
            try:
                is_usable = await db.undone()
            finally:
                await greenlet_spawn(statements.close if is_usable else partial(_thrown_away, statements))

    async def _lent(self) -> Statements:
        while True:
            statements = await greenlet_spawn(self.sync_engine.connect)
            if not _driver_of(statements).is_closed():
                return statements
            await greenlet_spawn(_thrown_away, statements)  # the server has ended it while it was idle

    async def dispose(self) -> None:
        """No connection is open that nobody uses."""
        await self._engine.dispose()


class Connection:
    """One connection, as `bot.engine.db.Db`, and the ends of its transaction."""

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        kept = statements.connection.info
        if _LINE not in kept:
            kept[_LINE] = Line(_driver_of(statements))
        self._line: Line = kept[_LINE]

    @property
    def dialect(self) -> Dialect:
        return self._statements.dialect

    def begin(self, words: str) -> None:
        """A transaction begins with the first statement."""
        self._line.begin(words)

    @overload
    async def execute(self, statement: TypedReturnsRows[*Ts], parameters: Asked | None = None) -> CursorResult[*Ts]: ...
    @overload
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]: ...
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]:
        planned = plan_of(statement, parameters, self._statements.dialect)
        if planned is None or self._is_heard:
            return await self._run(self._statements.execute, statement, parameters)
        plan, asked = planned
        rows, said = await self._line.ask(plan.sql, plan.values(asked))
        answered: Any = plan.answered(rows, rowcount=_changed(said))
        result: CursorResult[*Columns] = answered
        return result

    async def execute_ahead(self, statement: Executable, parameters: Asked | None = None) -> None:
        if self._is_heard:
            await self.execute(statement, parameters)
            return
        of_each = parameters if isinstance(parameters, Sequence) else [parameters]
        planned = [plan_of(statement, one, self._statements.dialect) for one in of_each]
        if not all(one is not None and one[0].is_silent for one in planned):
            await self.execute(statement, parameters)
            return
        for plan, asked in filter(None, planned):
            await self._line.put_ahead(plan.sql, plan.values(asked))

    async def run_sync(self, fn: Callable[Concatenate[Statements, P], R], *arg: P.args, **kw: P.kwargs) -> R:
        return await self._run(fn, self._statements, *arg, **kw)

    async def commit(self) -> None:
        """It is durable.

        Raises:
            InFailedSQLTransactionError: a statement has failed, so that nothing is.
        """
        if (said := await self._line.keep()) != COMMITTED:
            raise asyncpg.InFailedSQLTransactionError(said)

    async def undone(self) -> bool:
        """Nothing is left of what was not committed. Whether the connection can still be used."""
        try:
            await self._line.roll_back()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):  # the server does it when it notices
            return False
        return not self._line.driver.is_closed()

    @property
    def _is_heard(self) -> bool:
        """Whoever listens to what is asked, as tests do, hears all of it."""
        return bool(self._statements.engine.dispatch.before_cursor_execute)

    async def _run(self, call: Callable[P, R], *arg: P.args, **kw: P.kwargs) -> R:
        await self._line.flush()
        result: R = await greenlet_spawn(partial(call, *arg, **kw))
        return result


def _driver_of(statements: Statements) -> asyncpg.Connection:
    return statements.connection.driver_connection


def _thrown_away(statements: Statements) -> None:
    statements.invalidate()
    statements.close()


def _changed(said: str) -> int:
    """How many rows PostgreSQL says it changed or found: "UPDATE 3", "INSERT 0 1"."""
    last = said.rpartition(" ")[2]
    return int(last) if last.isdigit() else -1
