"""PostgreSQL's statements that are asked again and again, prepared once on each connection and asked of the driver.

The first statement of an act goes through SQLAlchemy, which begins the transaction; it commits, rolls back and mends
what was lost as well. Owns the connection that an act or a look is given. It must not begin or end anything.
"""

from collections.abc import Callable, Mapping
from typing import Any, Concatenate, overload
from weakref import WeakKeyDictionary

import asyncpg
from sqlalchemy import Connection as Statements
from sqlalchemy import CursorResult, Dialect, Executable
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TypedReturnsRows

from bot.engine.db import Asked, Columns, P, R, Ts
from bot.engine.plans import Plan, plan_of

_prepared: WeakKeyDictionary[Any, dict[str, Any]] = WeakKeyDictionary()


class Connection:
    """One connection, as `bot.engine.db.Db`."""

    def __init__(self, db: AsyncConnection) -> None:
        self._db = db
        self._driver: Any = None  # asyncpg's connection, once a transaction has begun there

    @property
    def dialect(self) -> Dialect:
        return self._db.dialect

    @overload
    async def execute(self, statement: TypedReturnsRows[*Ts], parameters: Asked | None = None) -> CursorResult[*Ts]: ...
    @overload
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]: ...
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]:
        plan = plan_of(statement, parameters, self._db.dialect)
        # Whoever listens to what is asked, as tests do, hears all of it.
        if plan is None or self._driver is None or self._db.sync_engine.dispatch.before_cursor_execute:
            result = await self._db.execute(statement, parameters)
            self._driver = self._driver or (await self._db.get_raw_connection()).driver_connection
            return result
        answered: CursorResult[*Columns] = await self._asked(*plan)
        return answered

    async def run_sync(self, fn: Callable[Concatenate[Statements, P], R], *arg: P.args, **kw: P.kwargs) -> R:
        return await self._db.run_sync(fn, *arg, **kw)

    async def _asked(self, plan: Plan, asked: Mapping[str, Any]) -> Any:
        ready = _prepared.setdefault(self._driver, {})
        if plan.sql not in ready:
            ready[plan.sql] = await self._driver.prepare(plan.sql)
        try:
            rows = await ready[plan.sql].fetch(*plan.values(asked))
        except asyncpg.InvalidCachedStatementError:  # a migration has changed what it is about
            del ready[plan.sql]
            raise
        return plan.answered(rows, rowcount=_changed(ready[plan.sql].get_statusmsg()))


def _changed(said: str) -> int:
    """How many rows PostgreSQL says it changed or found: "UPDATE 3", "INSERT 0 1"."""
    last = said.rpartition(" ")[2]
    return int(last) if last.isdigit() else -1
