"""A volunteer's draft for a case: kept sealed, read by nobody else, and gone when it should be."""

import asyncio
from datetime import timedelta

import pytest

from bot.cases import cases, closing, drafts
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.engine.errors import BadInput, NotFound
from bot.privacy import erasing
from bot.service import Service
from bot.volunteers import leaving
from tests import builders
from tests.builders import Newcomer, Staff, acting, table

HALF = "Du har tre veckor på dig, och du kan"
SEEN = 10**15


async def types(house: Service, staff: Staff, asker: Newcomer, text: str = HALF) -> None:
    async with acting(house, staff) as work:
        await drafts.keep(work, case_id=asker.case_id, text=text)


async def finds(house: Service, staff: Staff, asker: Newcomer) -> str:
    async with house.store.look() as db:
        mine = {"person_id": staff.id, "case_id": asker.case_id, "now": clock.now()}
        return await drafts.draft_of(db, house.store.seal, **mine)


async def releases(house: Service, staff: Staff, asker: Newcomer) -> None:
    async with acting(house, staff) as work:
        await cases.release_case(work, case_id=asker.case_id, seen_seq=SEEN)


async def closes(house: Service, staff: Staff, asker: Newcomer) -> None:
    async with acting(house, staff) as work:
        await closing.close_case(work, case_id=asker.case_id, seen_seq=SEEN, sheet=Sheet())


async def takes_back(house: Service, _: Staff, asker: Newcomer) -> None:
    async with house.store.work() as work:
        await closing.close_by_command(work, await builders.case_row(asker))


async def stops(_house: Service, _: Staff, asker: Newcomer) -> None:
    await asker.commands("stop")


async def erases(house: Service, _: Staff, asker: Newcomer) -> None:
    async with house.store.work() as work:
        await erasing.erase_newcomer(work, asker.id, farewell=True)


async def stored(house: Service) -> int:
    return len(await table(house, "SELECT id FROM desk_drafts"))


@pytest.fixture
async def amina(house: Service) -> Staff:
    return await builders.volunteer(house, "Amina")


@pytest.fixture
async def asker(house: Service, amina: Staff) -> Newcomer:
    return await builders.claimed_case(house, amina)


async def test_what_is_typed_is_kept_as_it_reads_now_and_sealed(house: Service, amina: Staff, asker: Newcomer) -> None:
    await types(house, amina, asker, "Först")
    await types(house, amina, asker)

    assert await finds(house, amina, asker) == HALF
    assert await stored(house) == 1
    (words,) = (await table(house, "SELECT words FROM desk_drafts"))[0]
    assert HALF.encode() not in bytes(words)


async def test_an_emptied_box_keeps_nothing(house: Service, amina: Staff, asker: Newcomer) -> None:
    await types(house, amina, asker)

    await types(house, amina, asker, " \n")

    assert await stored(house) == 0


async def test_a_text_too_long_to_be_sent_is_still_kept_but_not_a_book(
    house: Service, amina: Staff, asker: Newcomer
) -> None:
    await types(house, amina, asker, "y" * 13_000)

    with pytest.raises(BadInput) as refused:
        await types(house, amina, asker, "y" * 60_001)

    assert refused.value.code == "too_long"
    assert await finds(house, amina, asker) == "y" * 13_000


async def test_who_claims_the_case_next_reads_no_word_of_it(house: Service, amina: Staff, asker: Newcomer) -> None:
    bo = await builders.volunteer(house, "Bo")
    await types(house, amina, asker)
    await releases(house, amina, asker)
    await builders.claims(house, bo, asker)

    await types(house, bo, asker, "Hej från Bo")

    assert await finds(house, bo, asker) == "Hej från Bo"
    assert await finds(house, amina, asker) == HALF


async def test_who_never_had_the_case_keeps_nothing_for_it(house: Service, asker: Newcomer) -> None:
    bo = await builders.volunteer(house, "Bo")

    with pytest.raises(NotFound):
        await types(house, bo, asker)

    assert await stored(house) == 0


@pytest.mark.parametrize("leaves", [releases, closes, takes_back, stops])
async def test_it_lives_a_day_after_the_case_has_left(
    house: Service, amina: Staff, asker: Newcomer, leaves: object
) -> None:
    clock.freeze(clock.now())
    await types(house, amina, asker)
    await leaves(house, amina, asker)  # type: ignore[operator]

    clock.move(timedelta(hours=23, minutes=59))
    await builders.purge(house)
    before = await finds(house, amina, asker)
    clock.move(timedelta(minutes=1))
    at_a_day = await finds(house, amina, asker)
    await builders.purge(house)

    assert (before, at_a_day) == (HALF, "")
    assert await stored(house) == 0


@pytest.mark.parametrize("leaves", [releases, closes, takes_back, stops])
async def test_the_last_words_typed_before_the_loss_was_known_are_kept_as_lost(
    house: Service, amina: Staff, asker: Newcomer, leaves: object
) -> None:
    clock.freeze(clock.now())
    await leaves(house, amina, asker)  # type: ignore[operator]
    clock.move(timedelta(minutes=5))

    await types(house, amina, asker)
    clock.move(timedelta(hours=23, minutes=54))
    before = await finds(house, amina, asker)
    clock.move(timedelta(minutes=1))

    assert before == HALF
    assert await finds(house, amina, asker) == ""
    with pytest.raises(NotFound):
        await types(house, amina, asker)


async def test_the_same_volunteer_finds_it_again_with_the_case(house: Service, amina: Staff, asker: Newcomer) -> None:
    clock.freeze(clock.now())
    await types(house, amina, asker)
    await releases(house, amina, asker)
    clock.move(timedelta(hours=2))

    await builders.claims(house, amina, asker)
    clock.move(timedelta(days=2))
    await builders.purge(house)

    assert await finds(house, amina, asker) == HALF


async def test_a_day_later_not_even_a_new_claim_brings_it_back(house: Service, amina: Staff, asker: Newcomer) -> None:
    clock.freeze(clock.now())
    await types(house, amina, asker)
    await releases(house, amina, asker)
    clock.move(timedelta(hours=24))
    await builders.shift(house, amina)

    await builders.claims(house, amina, asker)

    assert await finds(house, amina, asker) == ""


async def test_it_dies_with_what_the_newcomer_erases_and_cannot_come_after(
    house: Service, amina: Staff, asker: Newcomer
) -> None:
    await types(house, amina, asker)

    await erases(house, amina, asker)
    with pytest.raises(NotFound):
        await types(house, amina, asker)

    assert await stored(house) == 0


async def test_a_draft_of_a_case_lost_before_dies_with_the_erasing_too(
    house: Service, amina: Staff, asker: Newcomer
) -> None:
    await types(house, amina, asker)
    await closes(house, amina, asker)

    await erases(house, amina, asker)

    assert await stored(house) == 0


async def test_it_dies_with_words_that_are_purged(house: Service, amina: Staff, asker: Newcomer) -> None:
    clock.freeze(clock.now())
    await builders.answers(house, amina, asker)
    await types(house, amina, asker)

    clock.move(timedelta(days=house.settings.retention_days, seconds=1))
    await builders.purge(house)

    assert await stored(house) == 0


async def test_it_dies_when_access_ends(house: Service, amina: Staff, asker: Newcomer) -> None:
    await types(house, amina, asker)

    async with house.store.work() as work:
        await leaving.disable_staff(work, amina.id)
    with pytest.raises(NotFound):
        await types(house, amina, asker)

    assert await stored(house) == 0


async def test_its_life_is_the_same_on_both_databases(service: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(service, "Amina")
    asker, gone = [await builders.claimed_case(service, amina) for _ in range(2)]
    for case in (asker, gone):
        await types(service, amina, case, "Först")
        await types(service, amina, case)

    await erases(service, amina, gone)
    await releases(service, amina, asker)
    await builders.claims(service, amina, asker)
    again = await finds(service, amina, asker)
    await releases(service, amina, asker)
    clock.move(timedelta(hours=24))
    await builders.purge(service)

    assert again == HALF
    assert await stored(service) == 0


async def test_two_windows_that_save_at_once_keep_one_draft(service: Service) -> None:
    amina = await builders.volunteer(service, "Amina")
    asker = await builders.claimed_case(service, amina)

    await asyncio.gather(*(types(service, amina, asker, f"Fönster {window}") for window in range(6)))

    assert await stored(service) == 1
    assert (await finds(service, amina, asker)).startswith("Fönster ")
