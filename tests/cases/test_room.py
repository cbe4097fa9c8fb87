"""How many cases one volunteer has at once: decided in the claim's own statement, told with what to do, overruled."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases import cases
from bot.engine import clock
from bot.engine.errors import NotFound, Refusal, TooManyCases
from bot.language.i18n import Catalogues
from bot.service import Service
from models.case import spoken_code
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row
from tests.channels.telegram_house import House, telegram_house
from tests.channels.web_fixtures import Site, opened_site

KARIN = 700


@pytest.fixture
async def telegram(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def _full(service: Service, staff: Staff) -> list[Newcomer]:
    return [await builders.claimed_case(service, staff) for _ in range(3)]


async def test_a_fourth_case_is_refused_with_which_they_are(service: Service) -> None:
    amina = await builders.volunteer(service)
    mine = await _full(service, amina)
    fourth = await builders.case_of(service)

    with pytest.raises(TooManyCases) as refused:
        await builders.claims(service, amina, fourth)

    told = service.desk("sv")(refused.value.code, **refused.value.values)
    assert all(spoken_code(one.code) in told for one in mine) and "samordnare" in told
    assert (await case_row(fourth)).status == "queued"
    bo = await builders.volunteer(service, "Bo")
    await builders.claims(service, bo, fourth)


async def test_one_that_has_waited_for_its_newcomer_for_a_day_does_not_count(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    mine = await _full(house, amina)
    await builders.answers(house, amina, mine[0])
    answered = clock.now()
    for one in mine[1:]:
        await builders.answers(house, amina, one, "Strax")
        await one.says("Tack, men")
    clock.freeze(answered + timedelta(hours=5))
    await builders.shift(house, amina, starts_at=answered + timedelta(hours=23), lasts=timedelta(hours=6))
    fourth = await builders.case_of(house)

    clock.freeze(answered + timedelta(days=1) - timedelta(seconds=2))
    with pytest.raises(TooManyCases):
        await builders.claims(house, amina, fourth)  # a second later still

    await builders.claims(house, amina, fourth)
    await mine[0].says("Jag är här igen")
    fifth = await builders.case_of(house)
    with pytest.raises(TooManyCases):
        await builders.claims(house, amina, fifth)


async def test_of_two_claims_at_once_by_one_person_one_finds_room(service: Service) -> None:
    amina = await builders.volunteer(service)
    for _ in range(2):
        await builders.claimed_case(service, amina)
    waiting = [await builders.case_of(service) for _ in range(3)]

    async def claimed(asker: Newcomer) -> str:
        try:
            async with acting(service, amina) as work:
                await cases.claim_case(work, case_id=asker.case_id)
        except Refusal as refused:
            return refused.code
        return "claimed"

    outcomes = await asyncio.gather(*map(claimed, waiting))

    assert sorted(outcomes) == ["claimed", "too_many_cases", "too_many_cases"]


async def test_a_volunteer_overrules_nothing(house: Service) -> None:
    amina = await builders.volunteer(house)
    await _full(house, amina)
    fourth = await builders.case_of(house)

    for verb in (cases.claim_case_off_shift, cases.claim_case_overruling):
        with pytest.raises((TooManyCases, NotFound)):
            async with acting(house, amina) as work:
                await verb(work, case_id=fourth.case_id)

    assert (await case_row(fourth)).status == "queued"


async def test_a_coordinator_takes_one_more_after_a_yes(telegram: House) -> None:
    service = telegram.service
    karin = await builders.coordinator(service, chat_id=KARIN)
    await builders.shift(service, karin)
    await _full(service, karin)
    fourth = await builders.case_of(service)
    await telegram.settle()

    await telegram.claims(KARIN)
    asked = telegram.api.chat(KARIN).last
    assert "redan 3 ärenden" in asked.text
    assert (await case_row(fourth)).status == "queued"
    await telegram.pressed(KARIN, f"claimall:{fourth.case_id}", asked.message_id)

    assert (await case_row(fourth)).volunteer_id == karin.id
    assert any("Du har tagit ärende" in text for text in telegram.texts(KARIN))


async def test_at_the_desk_a_volunteer_reads_why_and_a_coordinator_is_asked(site: Site) -> None:
    amina, karin = await builders.volunteer(site.service), await builders.coordinator(site.service)
    await builders.shift(site.service, karin)
    for one in (amina, karin):
        await _full(site.service, one)
    fourth = await builders.case_of(site.service)

    refused = await (await site.desk_of(amina)).post(f"/desk/cases/{fourth.case_id}/claim")
    assert refused.status == 409 and "redan 3 ärenden" in refused.words
    hers = await site.desk_of(karin)
    asked = await hers.post(f"/desk/cases/{fourth.case_id}/claim")
    assert asked.status == 409 and "Vill du ta" in asked.words and 'value="2"' in asked.text
    await hers.post(f"/desk/cases/{fourth.case_id}/claim", {"anyway": "2"})

    assert (await case_row(fourth)).volunteer_id == karin.id
