"""A look that is opened with its first question: whoever turns out to need nothing waits for no connection.

It must not decide what is asked, nor how a look begins: the store does.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Concatenate, overload

from sqlalchemy import Connection as Statements
from sqlalchemy import CursorResult, Dialect, Executable
from sqlalchemy.sql.selectable import TypedReturnsRows

from bot.engine.db import Asked, Columns, Db, P, R, Ts


class Later(AsyncExitStack):
    """As `bot.engine.db.Db`, as long as the block lasts. `look`: opens the real one."""

    def __init__(self, look: Callable[[], AbstractAsyncContextManager[Db]], dialect: Dialect) -> None:
        super().__init__()
        self.dialect = dialect
        self._look = look
        self._db: Db | None = None

    async def _opened(self) -> Db:
        if self._db is None:
            self._db = await self.enter_async_context(self._look())
        return self._db

    @overload
    async def execute(self, statement: TypedReturnsRows[*Ts], parameters: Asked | None = None) -> CursorResult[*Ts]: ...
    @overload
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]: ...
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]:
        return await (await self._opened()).execute(statement, parameters)

    async def execute_ahead(self, statement: Executable, parameters: Asked | None = None) -> None:
        await (await self._opened()).execute_ahead(statement, parameters)

    async def run_sync(self, fn: Callable[Concatenate[Statements, P], R], *arg: P.args, **kw: P.kwargs) -> R:
        return await (await self._opened()).run_sync(fn, *arg, **kw)
