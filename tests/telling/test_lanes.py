"""Who waits for whom on the way out: nobody's turn is decided by how much somebody else writes."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import holding_back
from bot.engine import clock
from bot.service import Service
from bot.telling.delivery import Delivery
from bot.telling.outbox import OutboxRow
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Postbox, Staff

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
AMINA = 500


@pytest.fixture
async def amina(service: Service) -> Staff:
    clock.freeze(MONDAY_NOON)
    return await builders.volunteer(service, chat_id=AMINA)


async def _writes(asker: Newcomer, count: int) -> None:
    for n in range(count):
        await asker.says(f"rad {n}", external_id=f"rad-{n}")


def _told(postbox: Postbox, start: str) -> list[str]:
    """The texts to Amina that begin so, in the order in which they left."""
    return [one.prompt.text for one in postbox.letters if one.chat == str(AMINA) and one.prompt.text.startswith(start)]


async def _delivered(service: Service) -> Postbox:
    postbox = Postbox()
    await builders.deliver_all(builders.delivery_of(service, postbox))
    return postbox


async def test_a_card_leaves_before_another_case_s_words(service: Service, amina: Staff) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    await _delivered(service)
    await _writes(talker, 15)
    await builders.case_of(service, "En annan fråga", chat_id=901)

    postbox = await _delivered(service)

    to_amina = [one for one in postbox.letters if one.chat == str(AMINA)]
    assert "claim:" in str(to_amina[0].prompt)
    assert [text.split()[-1] for text in _told(postbox, "Ärende") if "rad" in text] == [str(n) for n in range(15)]


async def test_what_answers_the_volunteer_s_own_press_leaves_before_another_case_s_words(
    service: Service, amina: Staff
) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    other = await builders.claimed_case(service, amina, chat_id=901)
    await _delivered(service)
    await _writes(talker, 15)
    await builders.answers(service, amina, other)

    postbox = await _delivered(service)

    to_amina = [one for one in postbox.letters if one.chat == str(AMINA)]
    assert to_amina[0].is_silent


async def test_within_a_case_nothing_overtakes_its_words(service: Service, amina: Staff) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    await _delivered(service)
    await _writes(talker, 3)
    await talker.presses("lang:ar")

    postbox = await _delivered(service)

    to_amina = [one.prompt.text for one in postbox.letters if one.chat == str(AMINA) and one.edits is None]
    assert ["rad" in text for text in to_amina] == [True, True, True, False]


async def test_a_text_that_has_begun_to_arrive_is_not_interrupted(service: Service, amina: Staff) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    await _delivered(service)
    await talker.says("ord " * 2_500)
    postbox = Postbox()
    delivery = builders.delivery_of(service, postbox)
    await delivery.deliver_one()
    await builders.case_of(service, "En annan fråga", chat_id=901)

    await builders.deliver_all(delivery)

    to_amina = [one.prompt.text for one in postbox.letters if one.chat == str(AMINA)]
    assert ["ord ord" in text for text in to_amina] == [True, True, True, False]


async def test_one_letter_a_lane_is_on_its_way_also_when_one_overtakes(service: Service, amina: Staff) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    await _delivered(service)
    await _writes(talker, 2)
    postbox = Postbox()
    delivery = builders.delivery_of(service, postbox)
    under_way = postbox.hold(AMINA)
    first = asyncio.create_task(delivery.deliver_one())
    await under_way.left.wait()
    await builders.case_of(service, "En annan fråga", chat_id=901)

    await builders.deliver_all(builders.delivery_of(service, postbox))
    meanwhile = [one.chat for one in postbox.letters]
    under_way.arrives.set()
    await first

    assert meanwhile.count(str(AMINA)) == 1


async def test_two_processes_that_choose_at_once_send_one_letter_a_lane(service: Service, amina: Staff) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    await _delivered(service)
    await _writes(talker, 2)
    await builders.case_of(service, "En annan fråga", chat_id=901)
    deliveries = [builders.delivery_of(service, Postbox()) for _ in range(4)]

    async def leases(delivery: Delivery) -> list[OutboxRow]:
        async with service.store.work() as work:
            return await delivery._lease(work, 3)

    leased = await asyncio.gather(*map(leases, deliveries))

    lanes = [row.address_id for rows in leased for row in rows]
    assert lanes
    assert len(lanes) == len(set(lanes))


async def test_new_words_that_wait_are_one_line_that_counts(service: Service, amina: Staff) -> None:
    asker = await builders.web_case_of(service)
    await builders.claims(service, amina, asker)
    await _delivered(service)
    await _writes(asker, 58)

    postbox = await _delivered(service)

    desk = service.desk("sv")
    told = [one.prompt.text for one in postbox.letters if desk("new_words_at_desk") in one.prompt.text]
    assert len(told) == 1
    assert "58" in told[0]


async def test_new_words_after_a_line_that_has_left_are_a_line_of_their_own(service: Service, amina: Staff) -> None:
    asker = await builders.web_case_of(service)
    await builders.claims(service, amina, asker)
    await _delivered(service)

    await _writes(asker, 1)
    first = await _delivered(service)
    await asker.says("En sak till", external_id="more")
    second = await _delivered(service)

    at_desk = service.desk("sv")("new_words_at_desk")
    assert [sum(at_desk in one.prompt.text for one in box.letters) for box in (first, second)] == [1, 1]


async def test_a_card_that_changes_again_before_it_was_changed_is_changed_once(service: Service, amina: Staff) -> None:
    asker = await builders.case_of(service, chat_id=900)
    await _delivered(service)
    await _writes(asker, 58)

    postbox = await _delivered(service)

    changes = [one for one in postbox.letters if one.chat == str(AMINA)]
    assert len(changes) == 1
    assert "59" in changes[0].prompt.text


async def test_a_language_chosen_again_and_again_is_one_line(service: Service, amina: Staff) -> None:
    asker = await builders.claimed_case(service, amina, chat_id=900)
    await _delivered(service)
    for language in ("ar", "fa", "uk", "ar", "en"):
        await asker.presses(f"lang:{language}")

    postbox = await _delivered(service)

    desk = service.desk("sv")
    told = [one.prompt.text for one in postbox.letters if one.chat == str(AMINA)]
    assert len(told) == 1
    assert str(desk("language_en")) in told[0]


# Very much at once.


async def test_ten_short_lines_are_passed_on_at_once(service: Service, amina: Staff) -> None:
    asker = await builders.claimed_case(service, amina, chat_id=900)
    await _delivered(service)

    await _writes(asker, 10)
    postbox = await _delivered(service)

    assert sum("rad" in one.prompt.text for one in postbox.letters) == 10
    assert await builders.said_to(service, asker.id, Notice.PASSED_ON_SLOWLY) == []


async def test_very_much_at_once_is_kept_at_once_and_passed_on_in_order_and_slower(
    service: Service, amina: Staff
) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    other = await builders.claimed_case(service, amina, chat_id=901)
    await _delivered(service)
    await _writes(talker, 58)
    await other.says("Hör ni mig?")
    kept = await builders.table(service, "SELECT 1 FROM messages WHERE case_id = :case", case=talker.case_id)

    at_once = await _delivered(service)
    later = Postbox()
    for _ in range(58):
        clock.move(holding_back.EVERY)
        await builders.deliver_all(builders.delivery_of(service, later))

    assert len(kept) == 59
    lines = [one.prompt.text for box in (at_once, later) for one in box.letters if "rad " in one.prompt.text]
    assert [int(text.split()[-1]) for text in lines] == list(range(58))
    assert 10 <= sum("rad " in one.prompt.text for one in at_once.letters) < 30
    assert any("Hör ni mig?" in one.prompt.text for one in at_once.letters)
    told = await builders.said_to(service, talker.id, Notice.PASSED_ON_SLOWLY)
    assert len(told) == 1


async def test_a_first_question_is_taken_and_offered_at_once_however_long_the_others_write(
    service: Service, amina: Staff
) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    await _writes(talker, 58)
    asker = await builders.case_of(service, "Min första fråga", chat_id=901)

    postbox = await _delivered(service)

    receipt = [one for one in postbox.letters if one.chat == "901"]
    cards = [one for one in postbox.letters if f"claim:{asker.case_id}" in str(one.prompt)]
    assert receipt
    assert len(cards) == 1


async def test_who_wrote_very_much_is_passed_on_at_once_again_a_minute_later(service: Service, amina: Staff) -> None:
    talker = await builders.claimed_case(service, amina, chat_id=900)
    await _writes(talker, 58)
    await _delivered(service)
    clock.move(timedelta(minutes=3))
    await _delivered(service)

    await talker.says("Lugnare nu", external_id="calm")
    postbox = await _delivered(service)

    assert any("Lugnare nu" in one.prompt.text for one in postbox.letters)
