"""Whether an id is one of many, asked with the many as one value: the statement stays the same however many they are.

It must not know a table.
"""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


class Ids(TypeDecorator[Collection[int]]):
    """Ids as one value: an array on PostgreSQL; on SQLite, JSON that it reads as a table."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """BIGINT[] on PostgreSQL, TEXT elsewhere."""
        return dialect.type_descriptor(ARRAY(BigInteger) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> list[int] | str:
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)


class _Among(FunctionElement[bool]):
    inherit_cache = True
    # Not a Boolean: SQLite would be asked whether it is 1, and then sees no index that leads to it.
    type = NullType()  # type: ignore[assignment]  # as above


def among(column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """Whether the column is one of the ids that are given under this name when the statement is executed."""
    return _Among(column, bindparam(name, type_=Ids()))


@compiles(_Among)
def _in_json(element: _Among, compiler: SQLCompiler, **how: object) -> str:
    column, ids = (compiler.process(clause, **how) for clause in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"


@compiles(_Among, "postgresql")
def _in_array(element: _Among, compiler: SQLCompiler, **how: object) -> str:
    column, ids = (compiler.process(clause, **how) for clause in element.clauses)
    return f"({column} = ANY ({ids}))"
