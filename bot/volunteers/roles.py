"""Somebody on the staff is a coordinator from now on, or a volunteer; and there is always a coordinator.

It must not decide what a role may do (`bot/people/access.py`), nor end anybody's access (`leaving.py`).
"""

from dataclasses import replace

import structlog
from sqlalchemy import select, update

from bot.engine import bells
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.people import menus, names
from bot.volunteers.onboarding import standing_with_access
from bot.volunteers.texts_role import RoleChanged
from models.base import table_of
from models.people import Person, Role

log = structlog.get_logger()
_PEOPLE = table_of(Person)
_COORDINATORS = select(_PEOPLE.c.id).where(_PEOPLE.c.role == Role.COORDINATOR, _PEOPLE.c.enabled)


async def change_role(work: Work, person_id: int, role: Role) -> None:
    """This person has that role, is told by whom, and their menu in Telegram follows. What they have in hand stays.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: nobody on the staff has this id, or their access has ended; they have the role already; or there would
            be no coordinator left.
    """
    work.require_publisher()
    await hold_coordinators(work)
    stands = await standing_with_access(work, person_id)
    if stands.role == role:
        raise BadInput(f"is_{role.value}_already")
    if role != Role.COORDINATOR:
        await require_another(work, person_id)
    await work.db.execute(update(_PEOPLE).where(_PEOPLE.c.id == person_id).values(role=role.value))
    by = work.actor.id if work.actor else None
    alias = await names.name_of(work.db, work.seal, by) if by != person_id else None
    await work.tell(person_id, RoleChanged(role=role, alias=alias))
    await _others_told(work, person_id, RoleChanged(role=role, alias=alias))
    await menus.show(work, person_id)
    work.ring(bells.LOGINS)  # pages that are open show what they may no longer do
    work.after_commit(lambda: log.info("role_changed", person_id=person_id, by=by, role=role.value))


async def _others_told(work: Work, person_id: int, told: RoleChanged) -> None:
    """Every other coordinator knows whose role is another from now on."""
    concerned = {person_id, work.actor.id if work.actor else None}
    others = [one for one in (await work.db.execute(_COORDINATORS)).scalars() if one not in concerned]
    whose = await names.name_of(work.db, work.seal, person_id)
    await work.tell_each(others, replace(told, whose=whose))


async def hold_coordinators(work: Work) -> None:
    """Until COMMIT nobody else makes the coordinators fewer: of two who show each other out, the second is refused."""
    await work.db.execute(_COORDINATORS.order_by(_PEOPLE.c.id).with_for_update(key_share=True))


async def require_another(work: Work, person_id: int) -> None:
    """Nothing, if there is a coordinator with access besides this person.

    Raises:
        BadInput: there is none.
    """
    if (await work.db.execute(_COORDINATORS.where(_PEOPLE.c.id != person_id).limit(1))).first() is None:
        raise BadInput("last_coordinator")
