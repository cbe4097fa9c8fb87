"""What is told of volunteers, as sayings and pages carry it, and how it is read together.

It must not change a row, nor say a sentence.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple

from sqlalchemy import bindparam, func, select

from bot.engine.db import Db
from bot.engine.errors import BadInput
from bot.engine.rows import columns, exactly
from bot.engine.seal import Seal
from bot.people import names
from bot.people.people import LANGUAGES_SPOKEN
from bot.people.standing import PROFILES, Standing, staff_standing, standing_of
from bot.places.places import place_told, places_by_code
from bot.places.told import PlaceTold
from models.base import table_of
from models.closing import Category
from models.people import Person, Role
from models.saying import Carried, Like, Name
from models.shift import ONLINE
from models.volunteer import OnboardingStep

_PEOPLE = table_of(Person)
FEWEST_SUMMED = 3  # a smaller sum would say it of somebody
Spoken = Annotated[str, Like(LANGUAGES_SPOKEN)]
Topic = Annotated[str, Like(tuple(Category))]


@dataclass(frozen=True, kw_only=True)
class StepTold(Carried):
    """A step that has been taken, when, and who said so, if it was somebody with a name."""

    step: Annotated[str, Like(tuple(OnboardingStep))]
    done_on: date
    alias: Name | None = None


@dataclass(frozen=True, kw_only=True)
class VolunteerTold(Carried):
    """A volunteer or coordinator, as coordinators see them. Nothing here says whether somebody has migrated."""

    person: int
    alias: Name
    role: Annotated[str, Like((Role.VOLUNTEER, Role.COORDINATOR))] = Role.VOLUNTEER.value
    enabled: bool = True
    speaks: tuple[Spoken, ...] = ()
    topics: tuple[Topic, ...] = ()
    places: tuple[PlaceTold, ...] = ()
    paused_from: date | None = None
    paused_until: date | None = None
    may_be_asked: bool = False
    is_trainee: bool = False
    is_introduced: bool = True
    taken_over_on: date | None = None
    steps: tuple[StepTold, ...] = ()


class OwnSecrets(NamedTuple):
    """What only the volunteer themself is told: whether newcomers see the name, and what they said of migrating."""

    shows_alias: bool
    has_migrated: bool | None


_OWN = (
    select(*columns(OwnSecrets, _PEOPLE, PROFILES))
    .select_from(_PEOPLE.outerjoin(PROFILES, PROFILES.c.person_id == _PEOPLE.c.id))
    .where(_PEOPLE.c.id == bindparam("person"))
)
_MIGRATED = (
    select(func.count())
    .select_from(PROFILES.join(_PEOPLE, _PEOPLE.c.id == PROFILES.c.person_id))
    .where(PROFILES.c.has_migrated.is_(True), _PEOPLE.c.enabled)
)


async def volunteers(db: Db, seal: Seal) -> list[VolunteerTold]:
    """Everybody on the staff, by name; whose access has ended last, and nobody who has left."""
    them = await _told(db, seal, await staff_standing(db))
    named = [one for one in them if one.alias]
    return sorted(named, key=lambda one: (not one.enabled, names.folded(one.alias)))


async def volunteer(db: Db, seal: Seal, person_id: int) -> VolunteerTold:
    """One of them.

    Raises:
        BadInput: nobody is, any more.
    """
    stands = await standing_of(db, [person_id])
    told = await _told(db, seal, list(stands.values()))
    if not told or not told[0].alias:
        raise BadInput("volunteer_gone")
    return told[0]


async def own_secrets(db: Db, person_id: int) -> OwnSecrets:
    """What nobody else is told of this person."""
    return exactly(OwnSecrets, await db.execute(_OWN, {"person": person_id}))


async def how_many_migrated(db: Db) -> int | None:
    """How many with access say that they have migrated; None if so few do that it would name them."""
    found: int = (await db.execute(_MIGRATED)).scalar_one()
    return found if found >= FEWEST_SUMMED else None


async def places_known(db: Db) -> dict[str, PlaceTold]:
    """Where volunteers can work, by code; online is one of them, also where it has no hours."""
    known = {code: place_told(place) for code, place in (await places_by_code(db)).items()}
    return {ONLINE: PlaceTold(code=ONLINE, place="service_online"), **known}


async def _told(db: Db, seal: Seal, them: Collection[Standing]) -> list[VolunteerTold]:
    known = await places_known(db)
    ids = {one.person_id for one in them} | {step.done_by for one in them for step in one.steps}
    called = await names.names_of(db, seal, ids)
    return [_one(stands, known, called) for stands in them]


def _one(stands: Standing, known: dict[str, PlaceTold], called: dict[int | None, str]) -> VolunteerTold:
    return VolunteerTold(
        person=stands.person_id, alias=called.get(stands.person_id, ""), role=stands.role, enabled=stands.enabled,
        speaks=stands.speaks, topics=stands.topics,
        places=tuple(known.get(code, PlaceTold(code=code)) for code in stands.places),
        paused_from=stands.paused_from, paused_until=stands.paused_until, may_be_asked=stands.may_be_asked,
        is_trainee=stands.is_trainee, is_introduced=stands.is_introduced, taken_over_on=stands.taken_over_on,
        steps=tuple(
            StepTold(step=step.step, done_on=step.done_on, alias=called.get(step.done_by)) for step in stands.steps
        ),
    )  # fmt: skip
