"""Statements that are asked again and again, prepared once: their SQL, how values go in, how rows come out.

SQLAlchemy does all of that for each execution, which takes several times as long as SQLite needs for the statement.
Owns Plan, and which statements have one. What it cannot do is left to SQLAlchemy: `plan_of` says so. It must not decide
when or where a statement runs.
"""

import sqlite3
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Executable, Select, UpdateBase
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from bot.engine.db import Asked

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
        self._sql = str(compiled)
        binds = [(name, compiled.binds[name]) for name in compiled.positiontup or ()]
        self._values = [(name, bind.value, _way_in(bind.type, dialect)) for name, bind in binds]
        columns = statement.exported_columns
        self._shape = SimpleResultMetaData([str(name) for name, _ in columns.items()])
        self._turns = [_way_out(column.type, dialect) for column in columns]
        self._are_turned = any(turn is not None for turn in self._turns)

    def run(self, driver: sqlite3.Connection, asked: Mapping[str, Any]) -> Answered:
        """The statement has run, and all that came of it is here."""
        values = []
        for name, fixed, turn in self._values:
            value = asked.get(name, fixed)
            values.append(value if turn is None else turn(value))
        cursor = driver.execute(self._sql, values)
        rows = cursor.fetchall() if cursor.description else []
        answered = Answered(self._shape, iter([self._turned(row) for row in rows] if self._are_turned else rows))
        answered.rowcount = cursor.rowcount
        return answered

    def _turned(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(value if turn is None else turn(value) for value, turn in zip(row, self._turns, strict=True))


def _way_in(kind: TypeEngine[Any], dialect: Dialect) -> Turn:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _way_out(kind: TypeEngine[Any], dialect: Dialect) -> Turn:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


_seen: WeakKeyDictionary[Constant, dict[Keys, Plan | None]] = WeakKeyDictionary()


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
    if keys not in plans:
        plans[keys] = _made(statement, keys, dialect)
    return plans[keys]


def _made(statement: Constant, keys: Keys, dialect: Dialect) -> Plan | None:
    compiled = statement.compile(dialect=dialect, column_keys=sorted(keys))
    assert isinstance(compiled, SQLCompiler)
    has_defaults = compiled.insert_prefetch or compiled.update_prefetch
    needs_more = any(bind.expanding or bind.literal_execute or bind.callable for bind in compiled.binds.values())
    return None if has_defaults or needs_more else Plan(statement, compiled, dialect)
