"""Statements that are asked again and again, prepared once: their SQL, how values go in, how rows come out.

SQLAlchemy does all of that for each execution, which takes several times as long as the database needs for it. A
statement is known by itself, or by its shape if it is built anew each time: the shape, as SQLAlchemy's own cache knows
it, is all of it but the values. Owns Plan, and which statements have one. What it cannot do is left to SQLAlchemy:
`plan_of` says so. It must not decide when or where a statement runs.
"""

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Dialect, Executable, Select, UpdateBase
from sqlalchemy.sql.cache_key import CacheKey
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler
from sqlalchemy.types import TupleType, TypeEngine

from bot.engine.answered import Answered
from bot.engine.db import Asked, Columns
from models.base import UtcDateTime

FLOAT8 = 701  # what PostgreSQL calls its one type of which SQLAlchemy asks how the driver brings it
Turn = Callable[[object], object]
Bound = BindParameter[Any]
Given = Mapping[str, Any]
Constant = Select[*Columns] | UpdateBase
Keys = frozenset[str]
_NO_KEYS: Keys = frozenset()
_NOTHING: Given = {}
MOST_SHAPES = 2_000  # far more than there are: whoever asks ever new ones does not fill the memory
MOST_INSTANTS = 256
MOST_LENGTHS = 100  # of the lists of one shape


class Plan:
    """One statement with one set of values to be bound."""

    def __init__(self, statement: Constant, compiled: SQLCompiler, dialect: Dialect, spelt: ExpandedState) -> None:
        self.sql, said = _with_codes(compiled, dialect, spelt)
        self.is_silent = isinstance(statement, UpdateBase) and not compiled.effective_returning  # it gives no rows
        one_of = {one: name for name, several in spelt.parameter_expansion.items() for one in several}
        binds = [(name, compiled.binds[one_of.get(name, name)]) for name in said]
        self._values = [(name, bind.value, _way_in(bind.type, dialect)) for name, bind in binds]
        columns = statement.exported_columns
        self._names = [str(name) for name, _ in columns.items()]
        self._row = _named_row(tuple(self._names))._make
        ways = enumerate(_way_out(column.type, dialect) for column in columns)
        self._turns = [(place, turn) for place, turn in ways if turn is not None]

    def run(self, driver: sqlite3.Connection, asked: Given) -> Answered:
        """The statement has run on SQLite, and all that came of it is here."""
        cursor = driver.execute(self.sql, self.values(asked))
        return self.answered(cursor.fetchall() if cursor.description else [], rowcount=cursor.rowcount)

    def values(self, asked: Given) -> list[object]:
        """What the statement is asked with, in its order, as the driver takes it."""
        given = asked.get
        return [given(name, fixed) if turn is None else turn(given(name, fixed)) for name, fixed, turn in self._values]

    def answered(self, rows: Iterable[Iterable[object]], *, rowcount: int) -> Answered:
        """The driver's rows, as the program takes them."""
        if not self._names:  # PostgreSQL is asked for the id of what is inserted, also where nobody wants it
            return Answered([], [], rowcount)
        if self._turns:
            rows = [self._turned(row) for row in rows]
        return Answered([*map(self._row, rows)], self._names, rowcount)

    def _turned(self, row: Iterable[object]) -> list[object]:
        told = list(row)
        for place, turn in self._turns:
            told[place] = turn(told[place])
        return told


class Plans:
    """Of one statement, or of all of a shape: one for each length of the lists that it is asked with."""

    def __init__(self, statement: Constant, compiled: SQLCompiler, dialect: Dialect, own: Sequence[Bound]) -> None:
        self._statement, self._compiled, self._dialect = statement, compiled, dialect
        self._own = _named(compiled, own)
        self._lists = [(name, bind.value) for bind, name in compiled.bind_names.items() if bind.expanding]
        self._by_lengths: dict[tuple[int, ...], tuple[Plan, Mapping[str, list[str]]]] = {}

    def asked(self, own: Sequence[Bound], asked: Given) -> tuple[Plan, Given]:
        """The plan, and what it is asked with: the values that the statement was built with, and those given now. `own`
        is empty where it is the statement that was compiled: then the plan knows them."""
        if own and self._own:
            asked = {name: own[place].effective_value for name, place in self._own} | dict(asked)
        lists = [asked.get(name, built_with) for name, built_with in self._lists]
        lengths = tuple(map(len, lists))
        if lengths not in self._by_lengths:
            self._by_lengths[lengths] = self._made(asked)
        plan, names = self._by_lengths[lengths]
        if lists:
            asked = dict(asked)
            for (name, _), several in zip(self._lists, lists, strict=True):
                asked.update(zip(names[name], several, strict=True))
        return plan, asked

    def is_of(self, statement: Executable) -> bool:
        """Whether it was this one that was compiled, not another of its shape."""
        return self._statement is statement

    def _made(self, asked: Given) -> tuple[Plan, Mapping[str, list[str]]]:
        if len(self._by_lengths) >= MOST_LENGTHS:
            self._by_lengths.clear()
        # All it wants to know of a value is how long the lists are.
        values = {name: asked.get(name, bind.value) for bind, name in self._compiled.bind_names.items()}
        spelt = self._compiled.construct_expanded_state(values)
        return Plan(self._statement, self._compiled, self._dialect, spelt), spelt.parameter_expansion


# For names that are found when it runs. One type for all rows with these names: to make it takes several times as long
# as to ask for them.
_named_row: Callable[..., Any] = lru_cache(maxsize=MOST_SHAPES)(partial(namedtuple, "Row", rename=True))


def _named(compiled: SQLCompiler, own: Sequence[Bound]) -> list[tuple[str, int]]:
    """Under which names the values that a statement was built with go in: each with its place among them."""
    marks: list[Bound] = [BindParameter(None, object()) for _ in own]
    places = {id(mark.value): place for place, mark in enumerate(marks)}
    filled = compiled.construct_params(extracted_parameters=marks, _check=False) if own else {}
    return [(name, places[id(value)]) for name, value in filled.items() if id(value) in places]


def _with_codes(compiled: SQLCompiler, dialect: Dialect, spelt: ExpandedState) -> tuple[str, Sequence[str]]:
    """The statement, and the names of the values that it is asked with, in its order. To SQLite the codes that it was
    built with are said in it: one that an index of only some rows is looked for by, such as a state, would else be
    planned anew each time it is asked, since the plan depends on the value."""
    names = spelt.positiontup or ()
    pieces = spelt.statement.split("?")
    if dialect.name != "sqlite" or len(pieces) != len(names) + 1:
        return spelt.statement, names
    codes: dict[str, str] = {}
    for bind, name in compiled.bind_names.items():
        if (said := _codes_of(bind)) is not None and _way_in(bind.type, dialect) is None:
            codes.update(zip(spelt.parameter_expansion.get(name, [name]), said, strict=True))
    told = [f"'{codes[name]}'" if name in codes else "?" for name in names]
    sql = pieces[0] + "".join(value + piece for value, piece in zip(told, pieces[1:], strict=True))
    return sql, [name for name in names if name not in codes]


def _codes_of(bind: Bound) -> tuple[str, ...] | None:
    """The codes that a statement says, none of which comes with a question: a name of its own is nobody's to give."""
    said = bind.value if isinstance(bind.value, list | tuple) else (bind.value,)
    is_code = bind.unique and all(isinstance(code, StrEnum) and code.isidentifier() for code in said)
    return tuple(map(str, said)) if is_code and said else None


def _way_in(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    way: Turn | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return partial(_instant, way) if way and isinstance(kind, UtcDateTime) and dialect.name == "sqlite" else way


def _instant(way: Turn, value: object) -> object:
    """As the type says it to SQLite; an act names its own instant some thirty times."""
    return _spelt(value) if isinstance(value, datetime) and value.tzinfo is UTC else way(value)


@lru_cache(maxsize=MOST_INSTANTS)
def _spelt(utc: datetime) -> str:
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds")


def _way_out(kind: TypeEngine[Any], dialect: Dialect) -> Turn | None:
    return kind.dialect_impl(dialect).result_processor(dialect, FLOAT8)


_seen: WeakKeyDictionary[Constant, dict[tuple[str, Keys], Plans | None]] = WeakKeyDictionary()
_shapes: dict[tuple[object, ...], Plans | None] = {}


def plan_of(statement: Executable, asked: Asked | None, dialect: Dialect) -> tuple[Plan, Given] | None:
    """How to run it, and what it is asked with. None: it needs more than values in and rows out, or has a shape that
    nobody can tell, and is left to SQLAlchemy."""
    if not isinstance(statement, Select | UpdateBase) or isinstance(asked, list | tuple):
        return None
    given = asked if isinstance(asked, Mapping) else _NOTHING
    plans = _seen.get(statement)
    if plans is None:  # it may be built anew each time
        _seen[statement] = {}
        return _by_shape(statement, given, dialect)
    keys = _values_named_by(statement, given)
    here = dialect.name, keys
    if here not in plans:
        plans[here] = _of_itself(statement, keys, dialect)
    made = plans[here]
    return None if made is None else made.asked((), given)


def _by_shape(statement: Constant, given: Given, dialect: Dialect) -> tuple[Plan, Given] | None:
    # Nothing public tells it: tests/engine/test_plans.py fails with a clear sentence when it moves.
    shape = statement._generate_cache_key()  # noqa: SLF001
    if shape is None:
        return None
    keys = _values_named_by(statement, given)
    here = _shape_name(shape, keys, dialect)
    if here not in _shapes:
        if len(_shapes) >= MOST_SHAPES:
            _shapes.clear()
        _shapes[here] = _made(statement, keys, dialect, shape)
    made = _shapes[here]
    return None if made is None else made.asked(shape.bindparams, given)


def _of_itself(statement: Constant, keys: Keys, dialect: Dialect) -> Plans | None:
    """For a statement that was asked before, by its shape: if it was the first of it, it is not compiled once more."""
    shape = statement._generate_cache_key()  # noqa: SLF001
    known = _shapes.get(_shape_name(shape, keys, dialect)) if shape else None
    return known if known is not None and known.is_of(statement) else _made(statement, keys, dialect)


def _shape_name(shape: CacheKey, keys: Keys, dialect: Dialect) -> tuple[object, ...]:
    return dialect.name, keys, tuple(map(_codes_of, shape.bindparams)), shape.key


def _values_named_by(statement: Constant, given: Given) -> Keys:
    """An INSERT or UPDATE says other columns with other values; a SELECT does not."""
    return frozenset(given) if given and isinstance(statement, UpdateBase) else _NO_KEYS


def _made(statement: Constant, keys: Keys, dialect: Dialect, shape: CacheKey | None = None) -> Plans | None:
    compiled = statement.compile(dialect=dialect, column_keys=sorted(keys), cache_key=shape)
    assert isinstance(compiled, SQLCompiler)
    has_defaults = compiled.insert_prefetch or compiled.update_prefetch
    needs_more = any(
        bind.literal_execute or bind.callable or isinstance(bind.type, TupleType) for bind in compiled.bind_names
    )
    own = shape.bindparams if shape else ()
    return None if has_defaults or needs_more else Plans(statement, compiled, dialect, own)
