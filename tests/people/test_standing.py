"""How a volunteer stands, read and as a condition of a statement: the two always say the same."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.engine import clock
from bot.people import people, standing
from bot.people.standing import PROFILES, STEPS
from bot.service import Service
from bot.volunteers import leaving
from models.people import Role
from models.volunteer import OnboardingStep
from tests import builders

TODAY = date(2026, 11, 27)
DAY = timedelta(days=1)


async def _new(service: Service, alias: str = "Amina") -> int:
    async with service.store.work() as work:
        about = {"language": "sv", "speaks": ["sv", "ar"]}
        return await people.add_new_staff(work, role=Role.VOLUNTEER, alias=alias, **about)


async def _has_taken(service: Service, person_id: int, *steps: OnboardingStep) -> None:
    async with service.store.work() as work:
        for step in steps:
            await work.db.execute(insert(STEPS).values(person_id=person_id, step=step, done_on=work.today))


async def _changed(service: Service, person_id: int, **values: object) -> None:
    async with service.store.work() as work:
        await work.db.execute(update(PROFILES).where(PROFILES.c.person_id == person_id).values(**values))


async def _may_claim(service: Service, person_id: int, day: date = TODAY) -> bool:
    """Asked of the database, and of what was read: both say so."""
    async with service.store.look() as db:
        asked = bool((await db.execute(select(standing.may_claim(person_id, day)))).scalar_one())
        read = (await standing.standing_of(db, [person_id]))[person_id].may_claim_on(day)
    assert asked == read
    return asked


async def _is_introduced(service: Service, person_id: int) -> bool:
    async with service.store.look() as db:
        asked = bool((await db.execute(select(standing.is_introduced(person_id)))).scalar_one())
        read = (await standing.standing_of(db, [person_id]))[person_id].is_introduced
    assert asked == read
    return asked


async def test_who_is_added_by_the_command_line_may_begin_and_was_taken_over_that_day(service: Service) -> None:
    amina = await builders.volunteer(service)

    assert await _may_claim(service, amina.id)
    async with service.store.look() as db:
        found = (await standing.standing_of(db, [amina.id]))[amina.id]
        assert found.taken_over_on == clock.office_day(clock.now(), service.store.zone)


@pytest.mark.parametrize("missing", list(OnboardingStep))
async def test_who_is_new_may_begin_when_the_last_of_the_four_steps_is_taken(
    service: Service, missing: OnboardingStep
) -> None:
    person_id = await _new(service)
    others = [step for step in OnboardingStep if step != missing]
    await _has_taken(service, person_id, *others)
    before = await _is_introduced(service, person_id), await _may_claim(service, person_id)

    await _has_taken(service, person_id, missing)

    assert before == (False, False)
    assert await _is_introduced(service, person_id)
    assert await _may_claim(service, person_id)


async def test_steps_of_another_person_introduce_nobody(house: Service) -> None:
    person_id, other = await _new(house), await _new(house, "Bo")
    await _has_taken(house, other, *OnboardingStep)

    assert not await _may_claim(house, person_id)
    assert await _may_claim(house, other)


async def test_a_step_that_only_a_newer_version_knows_stands_for_none_of_the_four(house: Service) -> None:
    person_id = await _new(house)
    await _has_taken(house, person_id, *list(OnboardingStep)[:3])
    async with house.store.work() as work:
        await work.db.execute(insert(STEPS).values(person_id=person_id, step="first_aid", done_on=work.today))

    assert not await _may_claim(house, person_id)


async def test_a_trainee_is_introduced_and_may_not_claim(service: Service) -> None:
    amina = await builders.volunteer(service)
    await _changed(service, amina.id, is_trainee=True)

    assert await _is_introduced(service, amina.id)
    assert not await _may_claim(service, amina.id)


@pytest.mark.parametrize(
    ("first", "last", "may"),
    [
        (TODAY, TODAY, False),
        (TODAY - DAY, TODAY + DAY, False),
        (TODAY - DAY, None, False),
        (TODAY + DAY, None, True),
        (TODAY + DAY, TODAY + 2 * DAY, True),
        (TODAY - 2 * DAY, TODAY - DAY, True),
        (None, TODAY + DAY, True),
    ],
)
async def test_away_is_from_the_first_day_to_the_last(
    service: Service, first: date | None, last: date | None, may: bool
) -> None:
    amina = await builders.volunteer(service)
    await _changed(service, amina.id, paused_from=first, paused_until=last)

    assert await _may_claim(service, amina.id) is may


async def test_whose_access_has_ended_may_not_claim(house: Service) -> None:
    amina = await builders.volunteer(house)
    async with house.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    assert not await _may_claim(house, amina.id)


async def test_of_whom_no_profile_is_kept_is_not_introduced(service: Service) -> None:
    """As a version before this one adds them, while it runs beside."""
    amina = await builders.volunteer(service)
    async with service.store.work() as work:
        await work.db.execute(PROFILES.delete())
    await _has_taken(service, amina.id, *OnboardingStep)

    assert not await _may_claim(service, amina.id)


async def test_a_newcomer_stands_nowhere(house: Service) -> None:
    asker = await builders.newcomer(house)

    async with house.store.look() as db:
        assert await standing.standing_of(db, [asker.id]) == {}
        assert not (await db.execute(select(standing.may_claim(asker.id, TODAY)))).scalar_one()


async def test_places_that_are_named_are_the_only_ones_and_none_named_means_all(house: Service) -> None:
    amina, bo = await builders.volunteer(house), await builders.volunteer(house, "Bo")
    await _changed(house, bo.id, places=["linero"])

    async with house.store.look() as db:
        found = await standing.standing_of(db, [amina.id, bo.id])

    assert [found[amina.id].fits(place) for place in ("linero", "online")] == [True, True]
    assert [found[bo.id].fits(place) for place in ("linero", "online")] == [True, False]


async def test_the_condition_holds_for_each_row_of_a_statement_over_people(service: Service) -> None:
    amina, bo = await builders.volunteer(service), await builders.volunteer(service, "Bo")
    person_id = await _new(service, "Nour")
    await _changed(service, bo.id, is_trainee=True)

    async with service.store.look() as db:
        may = select(standing.PEOPLE.c.id).where(standing.may_claim(standing.PEOPLE.c.id, TODAY))
        found = set((await db.execute(may)).scalars())

    assert found == {amina.id}
    assert person_id not in found
