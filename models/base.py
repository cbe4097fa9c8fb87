"""What every table shares: the naming of constraints, the column types, the making of ids.

Owns the column types, `table_of` and `new_id`. It must not open a database, read a clock or know a channel.
"""

import json
import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, Table, Text
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import SQLModel

# Alembic can only drop a constraint that has a name, and SQLite gives none by itself.
NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING
metadata = SQLModel.metadata

ID_BITS = 52  # a browser's numbers are exact up to 2**53, and a button's 64 bytes have room for it


class Base(SQLModel):
    """The root of every table of the project."""


def table_of(model: type[SQLModel]) -> Table:
    """The table behind a model: statements are written over tables, whose columns have a type of their own."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel sets it and does not declare it
    return table


def new_id() -> int:
    """A fresh row id, known before the insert: a sealed column is bound to its row's id. Tells nothing of order."""
    return secrets.randbits(ID_BITS) | 1 << ID_BITS


class Id(TypeDecorator[int]):
    """A 64-bit integer. SQLite gives row ids by itself only to a column called INTEGER, so it is called that there."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[int]:
        """INTEGER on SQLite, BIGINT elsewhere."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Comes back aware, in UTC; SQLite forgets zones, so it is stored as UTC without one there.

    Raises:
        ValueError: a naive time was given.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[bytes]):
    """Bytes that `bot/engine/seal.py` made. Refuses text, so that a forgotten sealing fails in the first test.

    Raises:
        TypeError: something other than bytes was given.
    """

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, _dialect: Dialect) -> bytes | None:
        if value is not None and not isinstance(value, bytes):
            raise TypeError("a sealed column takes sealed bytes only")
        return value


class Codes(TypeDecorator[Any]):
    """A small JSON value of codes, numbers and ISO times: never a person's words."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)
