"""What nothing else is decided of until an act is committed: the plan, people's shifts.

Locks are taken in one order, so that nobody waits for whoever waits for them: the plan, people, shifts
(`signing.lock_shift`). On SQLite an act that writes has the whole database.
"""

from collections.abc import Collection

from sqlalchemy import select

from bot.engine.among import among
from bot.engine.work import Work
from models.base import table_of
from models.hours import Place
from models.people import Person

_PLACES, _PEOPLE = table_of(Place), table_of(Person)
_LOCK_PLAN = select(_PLACES.c.code).order_by(_PLACES.c.code).with_for_update()
_LOCK_PEOPLE = (
    select(_PEOPLE.c.id).where(among(_PEOPLE.c.id, "people")).order_by(_PEOPLE.c.id).with_for_update(key_share=True)
)


async def lock_plan(work: Work) -> None:
    """Nobody else adds shifts or publishes hours: of two coordinators, the second sees what the first has done."""
    await work.db.execute(_LOCK_PLAN)


async def lock_people(work: Work, person_ids: Collection[int]) -> None:
    """Nobody else decides about these people's shifts."""
    await work.db.execute(_LOCK_PEOPLE, {"people": person_ids})
