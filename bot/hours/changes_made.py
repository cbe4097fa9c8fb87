"""Changes of the opening hours that have been made, read: the history, which can be taken back, what was decided.

Owns how a change is carried by notices and pages. It must not make, end or take back one: `changes.py` does.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Exists, Select, func, select

from bot.engine.db import Db
from bot.engine.errors import Stale
from bot.engine.rows import columns, every
from bot.engine.seal import Seal
from bot.hours.told import ChangeTold, PastTold
from bot.people import names
from bot.places.places import PlaceRow, place_told, places_by_code
from bot.places.told import PlaceTold
from models.base import table_of
from models.hours import HoursChange
from models.hours_change import Change, Verb

CHANGES = table_of(HoursChange)
CANCELLED = "cancelled"  # beside a change in its row: the ids of the shifts that were cancelled with it
_BACK = CHANGES.alias("back")


class _ChangeRow(NamedTuple):
    number: int
    made_at: datetime
    made_by: int | None
    what: dict[str, Any]
    undone: bool
    undoes: int | None


async def newest_number(db: Db) -> int:
    """The number of the newest change, taken back or not; 0 before the first."""
    return (await db.execute(select(func.max(CHANGES.c.number)))).scalar_one_or_none() or 0


async def newest_standing(db: Db) -> int | None:
    """The number of the newest change that has not been taken back: the one that can be."""
    still = select(func.max(CHANGES.c.number)).where(CHANGES.c.undoes.is_(None), ~_taken_back())
    number: int | None = (await db.execute(still)).scalar_one_or_none()
    return number


async def history(db: Db, seal: Seal, most: int = 10) -> list[PastTold]:
    """The newest changes, newest first."""
    return await _pasts(db, seal, _made().order_by(CHANGES.c.number.desc()).limit(most))


async def undoable(db: Db, seal: Seal, number: int) -> PastTold:
    """The change with this number, to be shown before it is taken back.

    Raises:
        Stale: it is not the newest any more, or has been taken back.
    """
    if number != await newest_standing(db):
        raise Stale("hours_undo_newest_only")
    return (await _pasts(db, seal, _made().where(CHANGES.c.number == number)))[0]


async def newest_of(db: Db, person_id: int, since: datetime) -> tuple[int, datetime] | None:
    """The number of the newest change that still has its effect, and when it was made, if it is this person's and of
    after `since`: the only one that can be taken back."""
    number = await newest_standing(db)
    theirs = select(CHANGES.c.number, CHANGES.c.made_at).where(
        CHANGES.c.number == number, CHANGES.c.made_by == person_id, CHANGES.c.made_at > since
    )
    row = (await db.execute(theirs)).first() if number is not None else None
    return (row.number, row.made_at) if row else None


async def decided_days(db: Db) -> set[tuple[str, date]]:
    """The (place, day) pairs that a coordinator has said are as usual: nobody need ask again."""
    rows = await db.execute(select(CHANGES.c.what).where(CHANGES.c.undoes.is_(None), ~_taken_back()))
    changes = [Change.from_json(what) for what in rows.scalars() if what["verb"] == Verb.USUAL]
    return {(place, day) for change in changes for place in change.places for day in change.days}


async def change_told(db: Db, change: Change) -> ChangeTold:
    """The change as notices carry it."""
    return _told(change, await places_by_code(db))


def _told(change: Change, known: Mapping[str, PlaceRow]) -> ChangeTold:
    if change.name:
        fresh = PlaceTold(code=change.places[0], names={"sv": change.name}, address=change.address)
        return ChangeTold.of(change, (fresh,))
    return ChangeTold.of(change, tuple(place_told(known[code]) for code in change.places if code in known))


def _made() -> Select[tuple[object, ...]]:
    return select(*columns(_ChangeRow, CHANGES, undone=_taken_back()))


def _taken_back() -> Exists:
    return select(_BACK.c.number).where(_BACK.c.undoes == CHANGES.c.number).exists()


async def _pasts(db: Db, seal: Seal, made: Select[tuple[object, ...]]) -> list[PastTold]:
    known, rows = await places_by_code(db), every(_ChangeRow, await db.execute(made))
    called = await names.names_of(db, seal, {row.made_by for row in rows})
    return [_past(row, called.get(row.made_by), known) for row in rows]


def _past(row: _ChangeRow, alias: str | None, known: Mapping[str, PlaceRow]) -> PastTold:
    told = _told(Change.from_json(row.what), known)
    cancelled = row.what.get(CANCELLED, ())
    return PastTold(
        number=row.number, at=row.made_at, alias=alias, has_left=row.made_by is not None and not alias, told=told,
        undone=row.undone, undoes=row.undoes, shifts=len(cancelled),
    )  # fmt: skip
