"""Which case a volunteer's words are meant for: never a guess, and no word lost while the bot asks."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import clock
from bot.actions import meant
from bot.errors import NotFound, Refusal, Stale
from bot.service import Service
from models.outbox import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)


async def _replies(asker: Newcomer) -> list[str]:
    return [text.split("\n\n", 1)[1] for text in await builders.screen(asker.service, asker.id, Notice.REPLY)]


async def _two_cases(service: Service) -> tuple[Staff, Newcomer, Newcomer]:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    first = await builders.claimed_case(service, amina)
    clock.move(timedelta(seconds=1))
    second = await builders.claimed_case(service, amina)
    clock.move(timedelta(seconds=1))
    return amina, first, second


async def _chooses(service: Service, staff: Staff, asker: Newcomer) -> None:
    async with acting(service, staff) as work:
        await meant.chose_case(work, case_id=asker.case_id, card=None)


async def test_the_only_open_case_is_meant(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    await builders.volunteer_says(house, amina, "Hej")

    assert await _replies(asker) == ["Hej"]


async def test_without_a_case_the_volunteer_is_told_so(house: Service) -> None:
    amina = await builders.volunteer(house)

    await builders.volunteer_says(house, amina, "Hej")

    assert len(await builders.said_to(house, amina.id, Notice.NO_CASE)) == 1


async def test_with_several_cases_the_bot_asks_and_nothing_is_sent_until_it_knows(service: Service) -> None:
    amina, first, second = await _two_cases(service)

    await builders.volunteer_says(service, amina, "Hej")
    before = await _replies(first), await _replies(second)
    await _chooses(service, amina, second)

    assert before == ([], [])
    assert (await _replies(first), await _replies(second)) == ([], ["Hej"])


async def test_a_reply_names_its_case(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await first.says("Och en sak till")
    words = await builders.said_to(house, amina.id, Notice.WORDS)

    await builders.volunteer_says(house, amina, "Svar", reply_to=words[-1].id)

    assert (await _replies(first), await _replies(second)) == (["Svar"], [])


async def test_a_reply_to_a_case_that_is_not_one_s_own_any_more_is_refused(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await first.says("Hej")
    words = await builders.said_to(house, amina.id, Notice.WORDS)
    await first.commands("stop")

    with pytest.raises(NotFound):
        await builders.volunteer_says(house, amina, "Svar", reply_to=words[-1].id)

    assert await _replies(second) == []


async def test_the_choice_holds_for_five_minutes(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await builders.volunteer_says(house, amina, "Ett")
    await _chooses(house, amina, second)

    clock.move(timedelta(minutes=5))
    await builders.volunteer_says(house, amina, "Två")
    clock.move(timedelta(seconds=1))
    await builders.volunteer_says(house, amina, "Tre")

    assert await _replies(second) == ["Ett", "Två"]
    assert await _replies(first) == []
    assert len(await builders.said_to(house, amina.id, Notice.WHICH_CASE)) == 2


async def test_new_words_in_another_case_end_the_choice(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await builders.volunteer_says(house, amina, "Ett")
    await _chooses(house, amina, second)
    clock.move(timedelta(seconds=1))

    await first.says("Nya ord här")
    clock.move(timedelta(seconds=1))
    await builders.volunteer_says(house, amina, "Två")

    assert await _replies(second) == ["Ett"]
    assert await _replies(first) == []


async def test_new_words_in_the_chosen_case_do_not_end_the_choice(house: Service) -> None:
    amina, _first, second = await _two_cases(house)
    await builders.volunteer_says(house, amina, "Ett")
    await _chooses(house, amina, second)
    clock.move(timedelta(seconds=1))

    await second.says("Tack")
    await builders.volunteer_says(house, amina, "Två")

    assert await _replies(second) == ["Ett", "Två"]


async def test_two_lines_held_while_the_bot_asks_are_both_sent(service: Service) -> None:
    amina, first, second = await _two_cases(service)
    await builders.volunteer_says(service, amina, "Rad ett")
    await builders.volunteer_says(service, amina, "Rad två")

    await _chooses(service, amina, first)

    assert await _replies(first) == ["Rad ett\nRad två"]
    assert await _replies(second) == []


async def test_two_long_lines_held_while_the_bot_asks_are_both_sent(house: Service) -> None:
    amina, first, _second = await _two_cases(house)
    long = "ord " * 2_500  # 10 000 characters: each may be sent, both together are over the limit of one message
    await builders.volunteer_says(house, amina, "A" + long)
    with_a_second = await _outcome(builders.volunteer_says(house, amina, "B" + long))
    await _chooses(house, amina, first)

    sent = "".join(await _replies(first))
    assert sent.startswith("A")
    assert ("B" in sent) == (with_a_second is None), "a line that was taken is sent; one that was not is refused"


async def _outcome(act: object) -> Refusal | None:
    try:
        await act  # type: ignore[misc]
    except Refusal as refusal:
        return refusal
    return None


async def test_the_same_choice_pressed_twice_sends_once(house: Service) -> None:
    amina, first, _ = await _two_cases(house)
    await builders.volunteer_says(house, amina, "Hej")
    await _chooses(house, amina, first)

    with pytest.raises(Stale):
        await _chooses(house, amina, first)

    assert await _replies(first) == ["Hej"]


async def test_choosing_a_case_that_is_not_one_s_own_keeps_the_words(house: Service) -> None:
    amina, first, _ = await _two_cases(house)
    other = await builders.claimed_case(house, await builders.volunteer(house, "Bo"))
    await builders.volunteer_says(house, amina, "Hej")

    with pytest.raises(NotFound):
        await _chooses(house, amina, other)
    await _chooses(house, amina, first)

    assert await _replies(other) == []
    assert await _replies(first) == ["Hej"]


async def test_held_words_are_sealed(house: Service) -> None:
    amina, _, _ = await _two_cases(house)

    await builders.volunteer_says(house, amina, "Kanariefågel")

    row = await builders.one(house, "SELECT held_text FROM focuses")
    assert b"Kanarie" not in row.held_text


async def test_words_held_before_the_cases_shrank_to_one_are_not_lost(house: Service) -> None:
    amina, first, second = await _two_cases(house)
    await builders.volunteer_says(house, amina, "Rad ett")
    await first.commands("stop")

    await builders.volunteer_says(house, amina, "Rad två")
    await _chooses(house, amina, second)

    assert sorted(await _replies(second)) == ["Rad ett", "Rad två"]
