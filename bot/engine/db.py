"""What an act or a look may ask of a database: a statement, awaited. The same on SQLite and PostgreSQL.

It must not begin, commit or roll back: the store does.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar, TypeVarTuple, overload

from sqlalchemy import BindParameter, ColumnElement, Connection, CursorResult, Dialect, Executable
from sqlalchemy.sql.selectable import TypedReturnsRows

P = ParamSpec("P")
R = TypeVar("R", bound=Any)
Ts = TypeVarTuple("Ts")
Columns = tuple[Any, ...]
Asked = Mapping[str, Any] | Sequence[Mapping[str, Any]]
# In a condition: the value itself, or what stands for it in a statement that is built once.
Id = int | ColumnElement[int]
Number = int | ColumnElement[int]
Instant = datetime | BindParameter[datetime]


class Asking(Protocol):
    """A connection that can be asked."""

    @property
    def dialect(self) -> Dialect:
        """Which database it is."""

    @overload
    async def execute(self, statement: TypedReturnsRows[*Ts], parameters: Asked | None = None) -> CursorResult[*Ts]: ...
    @overload
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]: ...
    async def execute(self, statement: Executable, parameters: Asked | None = None) -> CursorResult[*Columns]:
        """What the statement returned: all of it is here."""

    async def run_sync(self, fn: Callable[Concatenate[Connection, P], R], *arg: P.args, **kw: P.kwargs) -> R:
        """What `fn` returned, given the connection as SQLAlchemy has it."""


class Db(Asking, Protocol):
    """One in the middle of a transaction of ours."""

    async def execute_ahead(self, statement: Executable, parameters: Asked | None = None) -> None:
        """The statement is done before the next that is asked here, and before COMMIT. It may be done no earlier: what
        goes wrong with it may be raised by that one."""
