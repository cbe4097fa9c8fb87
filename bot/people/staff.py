"""Everybody on the staff, as a list shows them.

It must not decide what somebody may do: `standing.py` and `access.py` do.
"""

from typing import NamedTuple

from sqlalchemy import select

from bot.engine.db import Db
from bot.engine.rows import columns, every
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.people import names
from models.base import table_of
from models.people import STAFF_ROLES, Person, Role

_PEOPLE = table_of(Person)


class _Kept(NamedTuple):
    id: int
    role: str
    language: str | None
    speaks: list[str]
    enabled: bool


class Staff(NamedTuple):
    """A volunteer or coordinator. `speaks`: codes of languages."""

    id: int
    role: str
    alias: str
    language: str | None
    speaks: list[str]
    enabled: bool


async def other_coordinators(work: Work) -> list[int]:
    """The ids of every coordinator with access but one who acts."""
    them = select(_PEOPLE.c.id).where(_PEOPLE.c.role == Role.COORDINATOR, _PEOPLE.c.enabled)
    return list((await work.db.execute(them.where(_PEOPLE.c.id != work.staff.id))).scalars().all())


async def everybody(db: Db, seal: Seal) -> list[Staff]:
    """Everybody on the staff, by name, also whose access has ended; nobody who has left for good, and has no name."""
    called = await names.names_of_staff(db, seal)
    them = every(_Kept, await db.execute(select(*columns(_Kept, _PEOPLE)).where(_PEOPLE.c.role.in_(STAFF_ROLES))))
    found = [Staff(alias=called[one.id], **one._asdict()) for one in them if one.id in called]
    return sorted(found, key=lambda one: names.folded(one.alias))
