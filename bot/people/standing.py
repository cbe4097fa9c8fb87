"""How a volunteer stands: introduced, a trainee, away, where they can work; and with that, whether they may claim.

The one place where these conditions are written, for statements and for whoever reads a person. It must not change a
row, nor know shifts or cases.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Exists, exists, func, or_, select

from bot.engine.among import among
from bot.engine.db import Db, Id
from bot.engine.errors import MayNotClaim
from bot.engine.rows import columns, every, spelt
from models.base import table_of
from models.people import STAFF_ROLES, Person
from models.volunteer import Onboarding, OnboardingStep, VolunteerProfile, is_away

PEOPLE, PROFILES, STEPS = table_of(Person), table_of(VolunteerProfile), table_of(Onboarding)
# Under names of their own: a condition in a statement over people must not be taken for one about its rows alone.
_WHO, _KNOWN, _TAKEN = PEOPLE.alias("who"), PROFILES.alias("known"), STEPS.alias("taken")
Day = date | BindParameter[date]
_ON_STAFF = [spelt(role) for role in STAFF_ROLES]  # said by the statement itself, so that it is prepared once


class Step(NamedTuple):
    """A step that has been taken, by whose word."""

    person_id: int
    step: str
    done_on: date
    done_by: int | None


class _Profile(NamedTuple):
    id: int
    role: str
    enabled: bool
    speaks: list[str]
    taken_over_on: date | None
    is_trainee: bool | None
    topics: list[str] | None
    places: list[str] | None
    paused_from: date | None
    paused_until: date | None
    may_be_asked: bool | None


class Standing(NamedTuple):
    """How one person on the staff stands. `is_known`: a profile is kept of them. `steps`: those taken, in order."""

    person_id: int
    role: str
    enabled: bool
    speaks: tuple[str, ...]
    is_known: bool
    taken_over_on: date | None
    steps: tuple[Step, ...]
    is_trainee: bool
    topics: tuple[str, ...]
    places: tuple[str, ...]
    paused_from: date | None
    paused_until: date | None
    may_be_asked: bool

    @property
    def is_introduced(self) -> bool:
        """Whether they were taken over, or all steps have been taken."""
        return self.is_known and (self.taken_over_on is not None or not self.steps_left)

    @property
    def steps_left(self) -> tuple[OnboardingStep, ...]:
        """The steps that have not been taken, in order."""
        taken = {one.step for one in self.steps}
        return tuple(step for step in OnboardingStep if step not in taken)

    @property
    def is_experienced(self) -> bool:
        """Whether a trainee can be planned beside them."""
        return self.enabled and self.is_introduced and not self.is_trainee

    def is_paused_on(self, day: date) -> bool:
        """Whether they are away on that day."""
        return is_away(day, self.paused_from, self.paused_until)

    def fits(self, place: str) -> bool:
        """Whether they can work at the place."""
        return not self.places or place in self.places

    def may_claim_on(self, day: date) -> bool:
        """The same as the condition `may_claim`, of somebody who has been read."""
        return self.is_experienced and not self.is_paused_on(day)

    def bar_to_claim(self, day: date) -> MayNotClaim | None:
        """Why somebody with access may not claim on that day, as they are told it; None if they may."""
        if not self.is_introduced:
            return MayNotClaim("claim_when_introduced")
        if self.is_trainee:
            return MayNotClaim("claim_not_as_trainee")
        if self.is_paused_on(day):
            return MayNotClaim("claim_when_back")
        return None


def is_introduced(person: Id) -> ColumnElement[bool]:
    """That this person was taken over, or that all steps have been taken; as a condition of a statement."""
    return exists().where(_KNOWN.c.person_id == person, _INTRODUCED)


def is_experienced(person: Id) -> Exists:
    """That this person has access, is introduced and no trainee; as a condition of a statement."""
    return exists().where(*_experienced(person))


def may_claim(person: Id, today: Day) -> Exists:
    """That this person may be given a case: introduced, no trainee, with access, not away today (the office's day); as
    a condition of a statement."""
    return exists().where(*_experienced(person), ~_away_on(today))


async def standing_of(db: Db, person_ids: Collection[int]) -> dict[int, Standing]:
    """How these people on the staff stand, by id; who is none of them is left out."""
    them = sorted(set(person_ids))
    if not them:
        return {}
    taken = await _steps_of(db, them)
    found = every(_Profile, await db.execute(_READ, {"people": them}))
    return {row.id: _standing(row, taken[row.id]) for row in found}


async def staff_standing(db: Db) -> list[Standing]:
    """How everybody on the staff stands, also whose access has ended, in no order."""
    them = (await db.execute(select(PEOPLE.c.id).where(PEOPLE.c.role.in_(STAFF_ROLES)))).scalars().all()
    return list((await standing_of(db, them)).values())


def _experienced(person: Id) -> tuple[ColumnElement[bool], ...]:
    has_access = (_WHO.c.id == person, _WHO.c.enabled, _WHO.c.role.in_(_ON_STAFF))
    return *has_access, _KNOWN.c.person_id == _WHO.c.id, _KNOWN.c.is_trainee.is_(False), _INTRODUCED


def _away_on(day: Day) -> ColumnElement[bool]:
    has_begun = _KNOWN.c.paused_from.is_not(None) & (_KNOWN.c.paused_from <= day)
    return has_begun & or_(_KNOWN.c.paused_until.is_(None), _KNOWN.c.paused_until >= day)


_ALL_STEPS = (
    select(func.count())
    .where(_TAKEN.c.person_id == _KNOWN.c.person_id, _TAKEN.c.step.in_([spelt(step) for step in OnboardingStep]))
    .correlate(_KNOWN)
).scalar_subquery() == len(OnboardingStep)
_INTRODUCED = or_(_KNOWN.c.taken_over_on.is_not(None), _ALL_STEPS)
_READ = (
    select(*columns(_Profile, PEOPLE, PROFILES))
    .select_from(PEOPLE.outerjoin(PROFILES, PROFILES.c.person_id == PEOPLE.c.id))
    .where(among(PEOPLE.c.id, "people"), PEOPLE.c.role.in_(_ON_STAFF))
)
_STEPS_OF = select(*columns(Step, STEPS)).where(among(STEPS.c.person_id, "people"))


async def _steps_of(db: Db, person_ids: Collection[int]) -> dict[int, list[Step]]:
    taken: dict[int, list[Step]] = defaultdict(list)
    for step in every(Step, await db.execute(_STEPS_OF, {"people": person_ids})):
        taken[step.person_id].append(step)
    return taken


def _standing(row: _Profile, taken: list[Step]) -> Standing:
    order = [step.value for step in OnboardingStep]
    known = sorted((one for one in taken if one.step in order), key=lambda one: order.index(one.step))
    return Standing(
        row.id, row.role, row.enabled, tuple(row.speaks), row.is_trainee is not None, row.taken_over_on, tuple(known),
        bool(row.is_trainee), tuple(row.topics or ()), tuple(row.places or ()), row.paused_from, row.paused_until,
        bool(row.may_be_asked),
    )  # fmt: skip
