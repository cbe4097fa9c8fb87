"""The kinds of INSERT that are written nowhere else: one that skips and one that overwrites, which both databases know
under names of their own, and one that makes a row for each of what is there.

It must not know a table.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, bindparam, insert
from sqlalchemy import Insert as BaseInsert
from sqlalchemy.dialects import postgresql, sqlite

from bot.engine.db import Db

Insert = postgresql.Insert | sqlite.Insert
_INSERTS: Mapping[str, Callable[[Table], Insert]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
DIALECTS = tuple(_INSERTS)


def insert_or_skip(db: Db, table: Table) -> Insert:
    """An INSERT that quietly does nothing where a unique row is already there. Its values are given when it runs: it is
    the same each time, so that nothing is built for a row."""
    return insert_unless_there(db.dialect.name, table)


@cache
def insert_unless_there(dialect: str, table: Table) -> Insert:
    """As `insert_or_skip`, made once for all connections to such a database."""
    return _INSERTS[dialect](table).on_conflict_do_nothing()


@cache
def insert_for_each(table: Table, column: str, each: Select[tuple[int]], others: tuple[str, ...]) -> BaseInsert:
    """An INSERT of a row for each that `each` selects, which is its `column`. The values of the other columns, the same
    in each, are given when it runs."""
    values = [bindparam(name, type_=table.c[name].type) for name in others]
    return insert(table).from_select([column, *others], each.add_columns(*values)).inline()


def upsert(
    dialect: str, table: Table, *, key: Iterable[str], changes: Mapping[str, Any] | None = None,
    overwrites: Iterable[str] = (), only_if: ColumnElement[bool] | None = None,
) -> Insert:  # fmt: skip
    """An INSERT that, where a row with this key is there, changes that row instead: to `changes`, and to what would
    have been inserted in the columns that it `overwrites`. `only_if`: a condition on the row that is there."""
    fresh = _INSERTS[dialect](table)
    new = {name: fresh.excluded[name] for name in overwrites} | dict(changes or {})
    return fresh.on_conflict_do_update(index_elements=list(key), set_=new, where=only_if)
