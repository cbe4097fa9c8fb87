"""Steps of the introduction: by whose word; and of acts at the same moment none is lost, and nothing is told twice."""

import asyncio

import pytest
from sqlalchemy import select

from bot.engine.errors import BadInput, NotFound
from bot.people import people
from bot.people.standing import STEPS, standing_of
from bot.service import Service
from bot.volunteers import invitations, leaving, onboarding, profiles
from models.notice import Notice
from models.people import Role
from models.volunteer import OnboardingStep
from tests import builders
from tests.builders import Staff, acting


async def _ticks(service: Service, by: Staff, person_id: int, step: OnboardingStep) -> None:
    async with acting(service, by) as work:
        await onboarding.take_step(work, person_id, step)


async def test_four_coordinators_tick_the_four_steps_at_once_and_the_volunteer_hears_of_it_once(
    service: Service,
) -> None:
    karins = [await builders.coordinator(service, f"Karin {n}") for n in range(4)]
    nour = await builders.new_volunteer(service)

    await asyncio.gather(*(_ticks(service, by, nour.id, step) for by, step in zip(karins, OnboardingStep, strict=True)))

    async with service.store.look() as db:
        stands = (await standing_of(db, [nour.id]))[nour.id]
    assert stands.is_introduced
    assert len(await builders.said_to(service, nour.id, Notice.MAY_BEGIN)) == 1


async def test_two_coordinators_tick_the_same_last_step_at_once_and_one_of_them_has(service: Service) -> None:
    karins = [await builders.coordinator(service, name) for name in ("Karin", "Nils")]
    nour = await builders.new_volunteer(service)
    *others, last = OnboardingStep
    for step in others:
        await _ticks(service, karins[0], nour.id, step)

    await asyncio.gather(*(_ticks(service, by, nour.id, last) for by in karins))

    async with service.store.look() as db:
        by = list((await db.execute(select(STEPS.c.done_by).where(STEPS.c.step == last))).scalars())
    assert len(by) == 1 and by[0] in {one.id for one in karins}
    assert len(await builders.said_to(service, nour.id, Notice.MAY_BEGIN)) == 1


async def test_two_coordinators_invite_the_same_name_at_once_and_one_reads_that_it_is_taken(service: Service) -> None:
    karins = [await builders.coordinator(service, name) for name in ("Karin", "Nils")]

    async def invites(by: Staff) -> str:
        try:
            async with acting(service, by) as work:
                await invitations.invite(work, alias="Nour", speaks=["ar"])
        except BadInput as refusal:
            return refusal.code
        return ""

    assert sorted(await asyncio.gather(*map(invites, karins))) == ["", "alias_taken"]
    staff = await builders.table(service, "SELECT id FROM people WHERE role = 'volunteer'")
    assert len(staff) == 1


async def test_a_step_taken_back_while_a_case_is_claimed_leaves_no_case_with_who_may_not(house: Service) -> None:
    """The condition is in the claim's own statement: whichever comes first decides."""
    karin = await builders.coordinator(house)
    nour = await builders.new_volunteer(house, on_shift=True)
    for step in OnboardingStep:
        await _ticks(house, karin, nour.id, step)
    asker = await builders.case_of(house)
    async with acting(house, karin) as work:
        await onboarding.take_step_back(work, nour.id, OnboardingStep.SECRECY)

    with pytest.raises(Exception, match="claim_when_introduced"):
        await builders.claims(house, nour, asker)


ACTS = {
    "invite": lambda work, _: invitations.invite(work, alias="Dalia", speaks=["ar"]),
    "new links": lambda work, person: invitations.new_doors(work, person),
    "a step": lambda work, person: onboarding.take_step(work, person, OnboardingStep.SECRECY),
    "a step back": lambda work, person: onboarding.take_step_back(work, person, OnboardingStep.SECRECY),
    "a trainee": lambda work, person: onboarding.learns_beside(work, person),
    "no trainee": lambda work, person: onboarding.has_learned(work, person),
    "end access": lambda work, person: leaving.end_access(work, person),
    "leave": lambda work, person: leaving.leave_for_good(work, person),
    "give access": lambda work, person: leaving.give_access(work, person),
    "languages": lambda work, person: profiles.speaks(work, person, ["uk"]),
    "subjects": lambda work, person: profiles.knows_topics(work, person, ["housing"]),
    "a pause": lambda work, person: profiles.pause(work, person, work.today, None),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("who", ["volunteer", "newcomer"])
async def test_only_a_coordinator_does_it_to_another(house: Service, act: str, who: str) -> None:
    nour = await builders.volunteer(house, "Nour")
    amina = await builders.volunteer(house, "Amina")
    asker = await builders.newcomer(house)
    actor = amina if who == "volunteer" else Staff(asker.id, "")
    before = await builders.table(house, "SELECT * FROM people ORDER BY id")

    with pytest.raises(NotFound):
        async with acting(house, actor) as work:
            await ACTS[act](work, nour.id)

    assert await builders.table(house, "SELECT * FROM people ORDER BY id") == before
    assert await builders.table(house, "SELECT * FROM onboarding") == []


async def test_who_was_added_by_an_older_version_is_introduced_by_four_steps(service: Service) -> None:
    """It makes no profile; nor does it take anything away."""
    karin = await builders.coordinator(service)
    nour = await builders.volunteer(service, "Nour")
    async with service.store.work() as work:
        await work.db.execute(builders._PROFILES.delete().where(builders._PROFILES.c.person_id == nour.id))

    for step in OnboardingStep:
        await _ticks(service, karin, nour.id, step)

    async with service.store.look() as db:
        assert (await standing_of(db, [nour.id]))[nour.id].is_experienced


async def test_who_has_left_can_be_invited_again_as_somebody_new(house: Service) -> None:
    nour = await builders.volunteer(house, "Nour")
    karin = await builders.coordinator(house)
    async with acting(house, karin) as work:
        await leaving.leave_for_good(work, nour.id)

    async with acting(house, karin) as work:
        doors = await invitations.invite(work, alias="Nour", speaks=["ar"])

    assert doors.person_id != nour.id
    async with house.store.look() as db:
        assert not (await standing_of(db, [doors.person_id]))[doors.person_id].is_introduced
    with pytest.raises(BadInput, match="volunteer_gone"):
        async with acting(house, karin) as work:
            await leaving.give_access(work, nour.id)


async def test_a_coordinator_who_is_new_takes_no_case_and_may_introduce_others(house: Service) -> None:
    async with house.store.work() as work:
        about = {"language": "sv", "speaks": ["sv"]}
        person = await people.add_new_staff(work, role=Role.COORDINATOR, alias="Karin", **about)
    karin = Staff(person, "Karin")
    nour = await builders.new_volunteer(house)
    asker = await builders.case_of(house)

    await _ticks(house, karin, nour.id, OnboardingStep.INTERVIEW)

    with pytest.raises(Exception, match="claim_when_introduced"):
        await builders.claims(house, karin, asker)
