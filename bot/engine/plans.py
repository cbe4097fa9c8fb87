"""Statements that are asked again and again, prepared once: their SQL, how values go in, how rows come out.

SQLAlchemy does all of that for each execution, which takes several times as long as the database needs for it. Owns
Plan, and which statements have one. What it cannot do is left to SQLAlchemy: `plan_of` says so. It must not decide when
or where a statement runs.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable, Select, UpdateBase
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from bot.engine.db import Asked

FLOAT8 = 701  # what PostgreSQL calls its one type of which SQLAlchemy asks how the driver brings it
Turn = Callable[[Any], Any] | None
Constant = Select[Any] | UpdateBase
Keys = frozenset[str]
_NO_KEYS: Keys = frozenset()


class Answered(IteratorResult[Any]):
    """What a plan's statement returned; `rowcount`: how many rows it changed."""

    rowcount = -1


class Plan:
    """One statement with one set of values to be bound."""

    def __init__(self, statement: Constant, compiled: SQLCompiler, dialect: Dialect) -> None:
        self.sql = str(compiled)
        binds = [(name, compiled.binds[name]) for name in compiled.positiontup or ()]
        self._values = [(name, bind.value, _way_in(bind.type, dialect)) for name, bind in binds]
        columns = statement.exported_columns
        self._shape = SimpleResultMetaData([str(name) for name, _ in columns.items()])
        self._turns = [_way_out(column.type, dialect) for column in columns]
        self._are_turned = any(turn is not None for turn in self._turns)

    def run(self, driver: sqlite3.Connection, asked: Mapping[str, Any]) -> Answered:
        """The statement has run on SQLite, and all that came of it is here."""
        cursor = driver.execute(self.sql, self.values(asked))
        return self.answered(cursor.fetchall() if cursor.description else [], rowcount=cursor.rowcount)

    def values(self, asked: Mapping[str, Any]) -> list[Any]:
        """What the statement is asked with, in its order, as the driver takes it."""
        values = []
        for name, fixed, turn in self._values:
            value = asked.get(name, fixed)
            values.append(value if turn is None else turn(value))
        return values

    def answered(self, rows: Sequence[Any], *, rowcount: int) -> Answered:
        """The driver's rows, as the program takes them."""
        told = Answered(self._shape, iter([self._turned(row) for row in rows]))
        told.rowcount = rowcount
        return told

    def _turned(self, row: Sequence[Any]) -> tuple[Any, ...]:
        if not self._are_turned:
            return tuple(row)
        return tuple(value if turn is None else turn(value) for value, turn in zip(row, self._turns, strict=True))


def _way_in(kind: TypeEngine[Any], dialect: Dialect) -> Turn:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _way_out(kind: TypeEngine[Any], dialect: Dialect) -> Turn:
    return kind.dialect_impl(dialect).result_processor(dialect, FLOAT8)


_seen: WeakKeyDictionary[Constant, dict[tuple[str, Keys], Plan | None]] = WeakKeyDictionary()


def plan_of(statement: Executable, asked: Asked | None, dialect: Dialect) -> Plan | None:
    """How to run it, if this very object has been asked before: one that is built anew each time is left to
    SQLAlchemy, and so is what needs more than values in and rows out."""
    if not isinstance(statement, Select | UpdateBase) or isinstance(asked, list | tuple):
        return None
    plans = _seen.get(statement)
    if plans is None:
        _seen[statement] = {}
        return None
    keys = frozenset(asked) if isinstance(asked, Mapping) else _NO_KEYS
    here = dialect.name, keys
    if here not in plans:
        plans[here] = _made(statement, keys, dialect)
    return plans[here]


def _made(statement: Constant, keys: Keys, dialect: Dialect) -> Plan | None:
    compiled = statement.compile(dialect=dialect, column_keys=sorted(keys))
    assert isinstance(compiled, SQLCompiler)
    has_defaults = compiled.insert_prefetch or compiled.update_prefetch
    needs_more = any(bind.expanding or bind.literal_execute or bind.callable for bind in compiled.binds.values())
    return None if has_defaults or needs_more else Plan(statement, compiled, dialect)
