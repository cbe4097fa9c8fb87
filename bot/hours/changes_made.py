"""Changes of the opening hours that have been made, read: the history, which can be taken back, what was decided.

Owns how a change is carried by notices and pages. It must not make, end or take back one: `changes.py` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Exists, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine.errors import Stale
from bot.engine.rows import columns, every
from bot.places.places import PlaceRow, place_params, places_by_code
from models.base import table_of
from models.hours import HoursChange
from models.hours_change import Change, Verb
from models.people import Person

CHANGES = table_of(HoursChange)
_BACK = CHANGES.alias("back")
_PEOPLE = table_of(Person)


@dataclass(frozen=True, slots=True)
class Past:
    """One line of the history. `alias`: who made it, None from the command line. `undone`: it was taken back."""

    number: int
    made_at: datetime
    alias: str | None
    told: dict[str, Any]
    undone: bool
    undoes: int | None


class _ChangeRow(NamedTuple):
    number: int
    made_at: datetime
    alias: str | None
    what: dict[str, object]
    undone: bool
    undoes: int | None


async def newest_number(db: AsyncConnection) -> int:
    """The number of the newest change, taken back or not; 0 before the first."""
    return (await db.execute(select(func.max(CHANGES.c.number)))).scalar_one_or_none() or 0


async def newest_standing(db: AsyncConnection) -> int | None:
    """The number of the newest change that has not been taken back: the one that can be."""
    still = select(func.max(CHANGES.c.number)).where(CHANGES.c.undoes.is_(None), ~_taken_back())
    number: int | None = (await db.execute(still)).scalar_one_or_none()
    return number


async def history(db: AsyncConnection, most: int = 10) -> list[Past]:
    """The newest changes, newest first."""
    return await _pasts(db, _made().order_by(CHANGES.c.number.desc()).limit(most))


async def undoable(db: AsyncConnection, number: int) -> Past:
    """The change with this number, to be shown before it is taken back.

    Raises:
        Stale: it is not the newest any more, or has been taken back.
    """
    if number != await newest_standing(db):
        raise Stale("hours_undo_newest_only")
    return (await _pasts(db, _made().where(CHANGES.c.number == number)))[0]


async def decided_days(db: AsyncConnection) -> set[tuple[str, date]]:
    """The (place, day) pairs that a coordinator has said are as usual: nobody need ask again."""
    rows = await db.execute(select(CHANGES.c.what).where(CHANGES.c.undoes.is_(None), ~_taken_back()))
    changes = [Change.from_json(what) for what in rows.scalars() if what["verb"] == Verb.USUAL]
    return {(place, day) for change in changes for place in change.places for day in change.days}


async def change_params(db: AsyncConnection, change: Change) -> dict[str, Any]:
    """The change as notices carry it: its JSON, with `at`: what `place_params` gives for each of its places."""
    return _told(change, await places_by_code(db))


def _told(change: Change, known: Mapping[str, PlaceRow]) -> dict[str, Any]:
    at = [place_params(known[code]) for code in change.places if code in known]
    if change.name:
        at = [{"code": change.places[0], "place": "", "names": {"sv": change.name}, "address": change.address}]
    return change.to_json() | {"at": at}


def _made() -> Select[tuple[object, ...]]:
    made = select(*columns(_ChangeRow, CHANGES, _PEOPLE, undone=_taken_back()))
    return made.select_from(CHANGES.outerjoin(_PEOPLE, _PEOPLE.c.id == CHANGES.c.made_by))


def _taken_back() -> Exists:
    return select(_BACK.c.number).where(_BACK.c.undoes == CHANGES.c.number).exists()


async def _pasts(db: AsyncConnection, made: Select[tuple[object, ...]]) -> list[Past]:
    known = await places_by_code(db)
    return [_past(row, known) for row in every(_ChangeRow, await db.execute(made))]


def _past(row: _ChangeRow, known: Mapping[str, PlaceRow]) -> Past:
    told = _told(Change.from_json(row.what), known)
    return Past(row.number, row.made_at, row.alias, told, row.undone, row.undoes)
