"""What volunteers are called: sealed in the database, found by a keyed hash, opened for who may see it.

A version before this one kept names in plain and found them so. While a process of it still runs, a new name is kept in
both ways; what it wrote is read, and sealed once it has gone (`bot/privacy/resealing.py`). Owns the three columns of a
name. It must not decide who sees one.
"""

import unicodedata
from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, select

from bot.engine import living
from bot.engine.db import Db
from bot.engine.rows import columns, every, in_portions, only
from bot.engine.seal import Place, Seal
from bot.engine.work import Work
from models.base import table_of
from models.people import STAFF_ROLES, Person

PEOPLE = table_of(Person)
IS_STAFF = PEOPLE.c.role.in_(STAFF_ROLES)
HASHED = "alias"  # what the hash is for: the same name sealed for another purpose has another


class Called(NamedTuple):
    """A person's name as it is kept: sealed, or as a version before left it."""

    id: int
    alias: str | None
    alias_sealed: bytes | None


_CALLED = select(*columns(Called, PEOPLE))
_ONE = _CALLED.where(PEOPLE.c.id == bindparam("person"))
_ONE_SHOWN = _ONE.where(PEOPLE.c.shows_alias)
_LEFT_PLAIN = PEOPLE.c.alias_hash.is_(None) & PEOPLE.c.alias.is_not(None)
_PERHAPS = _CALLED.where(IS_STAFF, (PEOPLE.c.alias_hash == bindparam("hash")) | _LEFT_PLAIN)


def name_in(seal: Seal, row: Called) -> str | None:
    """The name in such a row."""
    if row.alias_sealed is None:
        return row.alias
    return seal.open(row.alias_sealed, **_place(row.id))


async def name_of(db: Db, seal: Seal, person_id: int | None) -> str | None:
    """What this person is called; None for nobody, and for a newcomer."""
    row = None if person_id is None else only(Called, await db.execute(_ONE, {"person": person_id}))
    return None if row is None else name_in(seal, row)


async def shown_name_of(db: Db, seal: Seal, person_id: int) -> str | None:
    """As `name_of`; None as well for who does not want it shown to newcomers."""
    row = only(Called, await db.execute(_ONE_SHOWN, {"person": person_id}))
    return None if row is None else name_in(seal, row)


async def names_of(db: Db, seal: Seal, person_ids: Collection[int | None]) -> dict[int | None, str]:
    """What these people are called, by id; whoever has no name is left out."""
    found: dict[int | None, str] = {}
    for some in in_portions({one for one in person_ids if one is not None}):
        found |= await _names_where(db, seal, PEOPLE.c.id.in_(some))
    return found


async def names_of_staff(db: Db, seal: Seal) -> dict[int | None, str]:
    """What everybody on the staff is called, by id."""
    return await _names_where(db, seal, IS_STAFF)


async def _names_where(db: Db, seal: Seal, which: ColumnElement[bool]) -> dict[int | None, str]:
    named = {row.id: name_in(seal, row) for row in every(Called, await db.execute(_CALLED.where(which)))}
    return {person_id: name for person_id, name in named.items() if name is not None}


async def staff_named(db: Db, seal: Seal, name: str) -> int | None:
    """The id of the volunteer or coordinator with this name, whatever the case of its letters."""
    perhaps = every(Called, await db.execute(_PERHAPS, {"hash": hash_of(seal, name)}))
    return next((row.id for row in perhaps if folded(name_in(seal, row) or "") == folded(name)), None)


async def as_kept(work: Work, person_id: int, name: str) -> dict[str, object]:
    """The columns of a person with this name, also for a version before this one while it runs."""
    plain = name if await living.older_lives(work) else None
    return sealed_columns(work.seal, person_id, name) | {"alias": plain}


def erased_columns() -> dict[str, object]:
    """The columns of a person who has no name any more."""
    return {"alias": None, "alias_sealed": None, "alias_hash": None}


def sealed_columns(seal: Seal, person_id: int, name: str) -> dict[str, object]:
    """The columns that hold the name sealed, and its hash."""
    return {"alias_sealed": seal.seal(name, **_place(person_id)), "alias_hash": hash_of(seal, name)}


def hash_of(seal: Seal, name: str) -> str:
    """What is the same for the same name, however it is typed, and tells nothing without the key."""
    return seal.blind(HASHED, folded(name))


def folded(name: str) -> str:
    """The name without the difference between large and small letters, and between ways to write the same one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def in_order(names: Collection[str]) -> list[str]:
    """As people look for them in a list."""
    return sorted(names, key=lambda name: (folded(name), name))


def _place(person_id: int) -> Place:
    return {"table": "people", "column": "alias_sealed", "row_id": person_id}
