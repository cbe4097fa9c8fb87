"""Rows with names and types: a SELECT is built from the fields of what it is read into, so they cannot differ.

A shape is a NamedTuple; each of its fields is a column of that name, or one given by name. It must not run a statement.
"""

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Result, Table, Text, literal_column

IDS_AT_ONCE, STEPS_OF_IDS = 500, 50  # in one statement; its text changes with how many are named
Shape = TypeVar("Shape", bound=tuple[Any, ...])


def columns(shape: type[Shape], *tables: Table, **named: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    """What to select for `shape`, in its order: a field is `named`, or the first table's column of that name.

    Raises:
        LookupError: no table has a column of a field's name, or `named` holds what is no field.
    """
    fields: tuple[str, ...] = shape._fields  # type: ignore[attr-defined]  # NamedTuple is no type to name in a bound
    if strangers := named.keys() - set(fields):
        raise LookupError(f"{shape.__name__} has no {', '.join(sorted(strangers))}")
    return [named[field].label(field) if field in named else _column(field, tables) for field in fields]


def _column(field: str, tables: tuple[Table, ...]) -> ColumnElement[Any]:
    for table in tables:
        if field in table.c:
            return table.c[field]
    raise LookupError(f"no column {field}")


def spelt(code: StrEnum) -> ColumnElement[str]:
    """The code as the statement itself says it, instead of a value it is asked with: an index of only such rows is used
    where the database can read that all the rows asked for are in it."""
    return literal_column(f"'{code.value}'", Text)


def in_portions(ids: Collection[int]) -> Iterator[list[int]]:
    """All of them, as many at once as one statement may name. The last is named again and again, so that few statements
    differ in how many they name."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), IDS_AT_ONCE):
        portion = ordered[start : start + IDS_AT_ONCE]
        yield [*portion, *portion[-1:] * (-len(portion) % STEPS_OF_IDS)]


def every(shape: type[Shape], result: Result[Any]) -> list[Shape]:
    """All rows of what was selected with `columns(shape, ...)`."""
    return [shape(*row) for row in result]


def exactly(shape: type[Shape], result: Result[Any]) -> Shape:
    """The one row there is.

    Raises:
        NoResultFound, MultipleResultsFound: there is none, or there are several.
    """
    return shape(*result.one())


def only(shape: type[Shape], result: Result[Any]) -> Shape | None:
    """The one row there may be, or None.

    Raises:
        MultipleResultsFound: there are several.
    """
    row = result.one_or_none()
    return None if row is None else shape(*row)


def first(shape: type[Shape], result: Result[Any]) -> Shape | None:
    """The first row, or None."""
    row = result.first()
    return None if row is None else shape(*row)
