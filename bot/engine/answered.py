"""What a statement returned, when it was asked of the driver: all of its rows, read as SQLAlchemy's results are.

SQLAlchemy's own takes longer to make than the database takes to answer. Owns what the program reads all the time; for
anything else SQLAlchemy's is made after all. It must not ask anything.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

Row = tuple[object, ...]


class Scalars:
    """The first column of each row."""

    def __init__(self, values: list[object]) -> None:
        self._values = values

    def __iter__(self) -> Iterator[object]:
        return iter(self._values)

    def all(self) -> list[object]:
        """All of them."""
        return self._values

    def first(self) -> object:
        """The first, or None."""
        return self._values[0] if self._values else None


class Answered:
    """All rows; `rowcount`: how many the statement changed. A row is a tuple with names."""

    def __init__(self, rows: Sequence[Row], names: Sequence[str], rowcount: int) -> None:
        self._rows, self._names, self.rowcount = rows, names, rowcount

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(IteratorResult(SimpleResultMetaData(self._names), iter(self._rows)), name)

    def keys(self) -> Sequence[str]:
        """The names of the columns."""
        return self._names

    def all(self) -> Sequence[Row]:
        """All rows."""
        return self._rows

    def first(self) -> Row | None:
        """The first row, or None."""
        return self._rows[0] if self._rows else None

    def one(self) -> Row:
        """The one row there is.

        Raises:
            NoResultFound, MultipleResultsFound: there is none, or there are several.
        """
        row = self.one_or_none()
        if row is None:
            raise NoResultFound("No row was found when one was required")
        return row

    def one_or_none(self) -> Row | None:
        """The one row there may be, or None.

        Raises:
            MultipleResultsFound: there are several.
        """
        if len(self._rows) > 1:
            raise MultipleResultsFound("Multiple rows were found when one or none was required")
        return self.first()

    def scalar_one(self) -> object:
        """The first column of the one row there is.

        Raises: as `one`.
        """
        return self.one()[0]

    def scalar_one_or_none(self) -> object:
        """The first column of the one row there may be, or None.

        Raises: as `one_or_none`.
        """
        row = self.one_or_none()
        return None if row is None else row[0]

    def scalars(self) -> Scalars:
        """The first column of all rows."""
        return Scalars([row[0] for row in self._rows])
