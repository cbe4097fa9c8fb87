"""What the driver has answered is read as SQLAlchemy's own results are, also in ways that nobody has thought of."""

from collections import namedtuple
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import MultipleResultsFound, NoResultFound

from bot.engine.answered import Answered

NAMES = ["id", "name"]
ROW = namedtuple("ROW", NAMES)
WAYS: dict[str, Callable[[Any], Any]] = {
    "all": lambda told: [tuple(row) for row in told.all()],
    "each": lambda told: [tuple(row) for row in told],
    "first": lambda told: told.first(),
    "one": lambda told: told.one(),
    "one or none": lambda told: told.one_or_none(),
    "scalar": lambda told: told.scalar_one(),
    "scalar or none": lambda told: told.scalar_one_or_none(),
    "scalars": lambda told: list(told.scalars()),
    "all scalars": lambda told: list(told.scalars().all()),
    "first scalar": lambda told: told.scalars().first(),
    "names": lambda told: list(told.keys()),
    "by name": lambda told: [row.name for row in told],
    "mappings": lambda told: [dict(row) for row in told.mappings()],
    "some at a time": lambda told: [[tuple(row) for row in some] for some in told.partitions(2)],
}


def _of(way: Callable[[Any], Any], told: Any) -> Any:
    try:
        return way(told)
    except (NoResultFound, MultipleResultsFound) as trouble:
        return type(trouble)


@pytest.mark.parametrize("rows", [[], [(1, "a")], [(1, "a"), (2, None), (3, "c")]], ids=["none", "one", "several"])
@pytest.mark.parametrize("way", WAYS)
def test_it_is_read_as_sqlalchemys_is(way: str, rows: list[tuple[int, str | None]]) -> None:
    with create_engine("sqlite://").connect() as db:
        db.execute(text("CREATE TABLE things (id INTEGER, name TEXT)"))
        for number, name in rows:
            db.execute(text("INSERT INTO things VALUES (:id, :name)"), {"id": number, "name": name})
        theirs = _of(WAYS[way], db.execute(text("SELECT id, name FROM things ORDER BY id")))

    assert _of(WAYS[way], Answered([ROW(*row) for row in rows], NAMES, -1)) == theirs
