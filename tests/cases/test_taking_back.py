"""A volunteer's second thoughts: for a minute a reply can be taken back or replaced, and both sides see that it was."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import addressee, closing, relay, taking_back
from bot.engine import clock
from bot.engine.errors import NotFound, Stale
from bot.privacy import erasing
from bot.service import Service
from bot.telling.delivery import Delivery
from bot.telling.letters import TryAgain
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Postbox, Staff, acting, deliver_all, delivery_of, volunteer_says

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
LONG = "ord " * 1_500  # two parts
AMINA_S_CHAT, HERS = 5001, 9001


async def _in_conversation(service: Service) -> tuple[Staff, Newcomer, Postbox, Delivery]:
    """Amina in her chat has the case of a newcomer in hers, and everything said so far has arrived."""
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service, chat_id=AMINA_S_CHAT)
    asker = await builders.claimed_case(service, amina, chat_id=HERS)
    postbox = Postbox()
    delivery = delivery_of(service, postbox)
    await deliver_all(delivery)
    return amina, asker, postbox, delivery


async def _newest(service: Service) -> int:
    rows = await builders.table(service, "SELECT id FROM messages WHERE author = 'volunteer' ORDER BY seq")
    return rows[-1].id


async def _takes_back(service: Service, staff: Staff, message_id: int) -> None:
    async with acting(service, staff) as work:
        await taking_back.take_back(work, message_id=message_id)


async def _edits(service: Service, staff: Staff, number: int, words: str) -> None:
    async with acting(service, staff) as work:
        await addressee.volunteer_edited(work, addressee.Said(words, number))


def _texts(postbox: Postbox, chat: int) -> list[str]:
    return [letter.prompt.text for letter in postbox.shows(chat)]


def _line(postbox: Postbox) -> object:
    """What the volunteer's one line about the case says, and its buttons."""
    lines = [letter for letter in postbox.shows(AMINA_S_CHAT) if letter.is_silent]
    assert len(lines) == 1, lines
    return lines[0].prompt.text, [choice.code for row in lines[0].prompt.rows for choice in row]


async def test_a_reply_taken_back_is_gone_from_her_chat_and_both_sides_see_that_it_was(service: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(service)
    await volunteer_says(service, amina, "Fel person")
    await deliver_all(delivery)
    message = await _newest(service)
    before = _texts(postbox, HERS)

    clock.move(taking_back.TAKE_BACK_WITHIN)
    await _takes_back(service, amina, message)
    await deliver_all(delivery)

    assert any("Fel person" in text for text in before)
    assert not any("Fel person" in text for text in _texts(postbox, HERS))
    assert _texts(postbox, HERS)[-1] == service.words("sv")("reply_taken_back")
    text, buttons = _line(postbox)
    assert service.desk("sv")("state_taken_back") in text and buttons == []
    row = await builders.one(service, "SELECT words FROM messages WHERE id = :id", id=message)
    assert service.store.seal.open(bytes(row.words), table="messages", column="words", row_id=message) == ""


async def test_after_a_minute_it_stays_and_the_button_says_so(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    await volunteer_says(house, amina, "Rätt person")
    await deliver_all(delivery)

    clock.move(taking_back.TAKE_BACK_WITHIN + timedelta(seconds=1))
    with pytest.raises(Stale) as refused:
        await _takes_back(house, amina, await _newest(house))
    await deliver_all(delivery)

    assert refused.value.code == "too_late_to_take_back"
    assert any("Rätt person" in text for text in _texts(postbox, HERS))


async def test_what_has_not_left_never_does_and_she_is_told_nothing(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    count = len(_texts(postbox, HERS))
    await volunteer_says(house, amina, "Fel person")

    await _takes_back(house, amina, await _newest(house))
    await deliver_all(delivery)

    assert len(_texts(postbox, HERS)) == count


async def test_what_is_on_its_way_is_deleted_when_it_has_arrived(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    held = postbox.hold(HERS)
    await volunteer_says(house, amina, "Fel person")
    sending = asyncio.create_task(deliver_all(delivery))
    await held.left.wait()

    await _takes_back(house, amina, await _newest(house))
    held.arrives.set()
    await sending
    await deliver_all(delivery)

    assert not any("Fel person" in text for text in _texts(postbox, HERS))
    assert _texts(postbox, HERS)[-1] == house.words("sv")("reply_taken_back")


async def test_what_may_have_arrived_is_said_to_her_to_be_taken_back(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    await volunteer_says(house, amina, "Fel person")
    postbox.outcomes = [TryAgain(doubtful=True)]
    await delivery.deliver_one()

    await _takes_back(house, amina, await _newest(house))
    postbox.outcomes = []
    clock.move(timedelta(minutes=10))
    await deliver_all(delivery)

    assert _texts(postbox, HERS)[-1] == house.words("sv")("reply_taken_back")
    assert not any("Fel person" in text for text in _texts(postbox, HERS))
    assert house.desk("sv")("state_taken_back_perhaps") in _line(postbox)[0]


async def test_every_part_of_a_long_reply_is_gone_and_it_is_said_once(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    count = len(_texts(postbox, HERS))
    await volunteer_says(house, amina, LONG)
    await deliver_all(delivery)
    whole = len(_texts(postbox, HERS))

    await _takes_back(house, amina, await _newest(house))
    await deliver_all(delivery)

    assert whole == count + 2
    assert _texts(postbox, HERS)[count:] == [house.words("sv")("reply_taken_back")]


async def test_a_case_whose_only_answer_was_taken_back_waits_for_one_again(service: Service) -> None:
    amina, asker, _postbox, _delivery = await _in_conversation(service)
    before = await builders.case_row(asker)
    await volunteer_says(service, amina, "Fel person")
    answered = await builders.case_row(asker)

    await _takes_back(service, amina, await _newest(service))

    after = await builders.case_row(asker)
    assert (before.waiting_since is None, answered.waiting_since, answered.first_answered_at is None) == (
        False, None, False,
    )  # fmt: skip
    assert (after.waiting_since, after.first_answered_at) == (before.waiting_since, None)


async def test_an_answer_before_the_one_taken_back_still_counts(house: Service) -> None:
    amina, asker, _postbox, _delivery = await _in_conversation(house)
    await volunteer_says(house, amina, "Svar")
    first = await builders.case_row(asker)
    clock.move(timedelta(seconds=5))
    await volunteer_says(house, amina, "Fel person")

    await _takes_back(house, amina, await _newest(house))

    after = await builders.case_row(asker)
    assert (after.waiting_since, after.first_answered_at) == (None, first.first_answered_at)


async def test_a_reply_can_be_taken_back_after_the_case_was_closed(house: Service) -> None:
    amina, asker, postbox, delivery = await _in_conversation(house)
    await volunteer_says(house, amina, "Fel person")
    async with acting(house, amina) as work:
        await closing.close_case(work, case_id=asker.case_id, seen_seq=2**50, sheet=closing.Sheet())
    await deliver_all(delivery)

    await _takes_back(house, amina, await _newest(house))
    await deliver_all(delivery)

    assert not any("Fel person" in text for text in _texts(postbox, HERS))
    row = await builders.case_row(asker)
    assert (row.status, row.waiting_since) == ("closed", None)


async def test_nobody_takes_back_what_another_wrote(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    kim = await builders.volunteer(house, "Kim")
    await volunteer_says(house, amina, "Svar")
    await deliver_all(delivery)

    with pytest.raises(NotFound):
        await _takes_back(house, kim, await _newest(house))

    assert any("Svar" in text for text in _texts(postbox, HERS))


async def test_nothing_is_taken_back_twice(house: Service) -> None:
    amina, _asker, _postbox, _delivery = await _in_conversation(house)
    await volunteer_says(house, amina, "Svar")
    message = await _newest(house)
    await _takes_back(house, amina, message)

    with pytest.raises(Stale):
        await _takes_back(house, amina, message)


# Edits


async def test_an_edit_within_a_minute_replaces_what_stands_in_her_chat(service: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(service)
    count = len(_texts(postbox, HERS))
    number = await volunteer_says(service, amina, "Ring 112 34 56")
    await deliver_all(delivery)

    clock.move(timedelta(seconds=60))
    await _edits(service, amina, number, "Ring 112 34 57")
    await deliver_all(delivery)

    assert len(_texts(postbox, HERS)) == count + 1
    assert "112 34 57" in _texts(postbox, HERS)[-1]
    assert service.desk("sv")("state_delivered") in _line(postbox)[0]
    assert await builders.said_to(service, amina.id, Notice.STAFF_EDIT) == []


async def test_an_edit_before_it_left_leaves_as_it_reads_now(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    number = await volunteer_says(house, amina, "Hje")

    await _edits(house, amina, number, "Hej")
    await deliver_all(delivery)

    assert _texts(postbox, HERS)[-1].endswith("Hej")
    assert not any("Hje\n" in text or text.endswith("Hje") for text in _texts(postbox, HERS))


@pytest.mark.parametrize(("first", "second", "parts"), [(LONG, "Kort", 1), ("Kort", LONG, 2), (LONG, LONG + "x", 2)])
async def test_an_edit_may_be_longer_or_shorter(house: Service, first: str, second: str, parts: int) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    count = len(_texts(postbox, HERS))
    number = await volunteer_says(house, amina, first)
    await deliver_all(delivery)

    await _edits(house, amina, number, second)
    await deliver_all(delivery)

    said = [text.split("\n\n", 1)[1] for text in _texts(postbox, HERS)[count:]]
    assert len(said) == parts
    assert " ".join("".join(said).split()) == " ".join(second.split())


async def test_an_edit_made_shorter_and_then_longer_again_arrives_whole(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    number = await volunteer_says(house, amina, LONG)
    await deliver_all(delivery)

    for words in ("Kort", f"{LONG}och slutet"):
        await _edits(house, amina, number, words)
        await deliver_all(delivery)

    hers = [letter for letter in postbox.letters if letter.chat == str(HERS)]
    deleted = {place for letter in hers for place in letter.unsays}
    edited = {letter.edits for letter in hers} - {None}
    assert deleted and not deleted & edited  # nothing is said in a message that stands there no more
    assert "och slutet" in _texts(postbox, HERS)[-1]


async def test_after_a_minute_an_edit_changes_nothing_and_its_author_is_told(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    number = await volunteer_says(house, amina, "Svar")
    await deliver_all(delivery)

    clock.move(timedelta(seconds=61))
    await _edits(house, amina, number, "Annat svar")
    await deliver_all(delivery)

    assert not any("Annat" in text for text in _texts(postbox, HERS))
    assert len(await builders.said_to(house, amina.id, Notice.STAFF_EDIT)) == 1


async def test_an_edit_that_changes_nothing_says_nothing_however_late(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    number = await volunteer_says(house, amina, "Svar")
    await deliver_all(delivery)
    letters = len(postbox.letters)

    clock.move(timedelta(days=1))
    await _edits(house, amina, number, "Svar ")
    await deliver_all(delivery)

    assert len(postbox.letters) == letters


async def test_words_taken_back_do_not_come_back_by_an_edit(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    number = await volunteer_says(house, amina, "Fel person")
    await deliver_all(delivery)
    await _takes_back(house, amina, await _newest(house))

    await _edits(house, amina, number, "Fel person igen")
    await deliver_all(delivery)

    assert not any("Fel person" in text for text in _texts(postbox, HERS))
    assert len(await builders.said_to(house, amina.id, Notice.STAFF_EDIT)) == 1


async def test_an_edited_reply_is_taken_back_whole(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    number = await volunteer_says(house, amina, "Fel person")
    await deliver_all(delivery)
    await _edits(house, amina, number, "Fel person, rättat")

    await _takes_back(house, amina, await _newest(house))
    await deliver_all(delivery)

    assert not any("Fel person" in text for text in _texts(postbox, HERS))


# The one line


async def test_twenty_replies_leave_one_silent_line_a_case(service: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(service)
    count = len(_texts(postbox, AMINA_S_CHAT))

    for number in range(20):
        await volunteer_says(service, amina, f"Svar {number}")
        await deliver_all(delivery)

    assert len(_texts(postbox, AMINA_S_CHAT)) == count + 1
    assert service.desk("sv")("state_delivered") in _line(postbox)[0]
    assert len(_texts(postbox, HERS)) >= 20


async def test_lines_of_replies_that_leave_together_are_one_too(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    count = len(_texts(postbox, AMINA_S_CHAT))

    for number in range(5):
        await volunteer_says(house, amina, f"Svar {number}")
    await deliver_all(delivery)

    assert len(_texts(postbox, AMINA_S_CHAT)) == count + 1


async def test_a_reply_that_cannot_arrive_is_said_aloud(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    postbox.blocked_by.add(HERS)

    await volunteer_says(house, amina, "Svar")
    await deliver_all(delivery)

    (trouble,) = await builders.said_to(house, amina.id, Notice.RELAY_TROUBLE)
    told = [letter for letter in postbox.shows(AMINA_S_CHAT) if not letter.is_silent][-1]
    assert house.desk("sv")("state_blocked") in told.prompt.text
    assert trouble.case_id is not None


async def test_a_reply_whose_newcomer_erased_it_and_left_while_it_was_sent_stops_nothing(house: Service) -> None:
    amina, asker, postbox, delivery = await _in_conversation(house)
    held = postbox.hold(HERS)
    await volunteer_says(house, amina, "Svar")
    sending = asyncio.create_task(deliver_all(delivery))
    await held.left.wait()

    async with house.store.work() as work:
        await erasing.erase_newcomer(work, asker.id, farewell=True)
    postbox.blocked_by.add(HERS)
    held.arrives.set()
    await sending

    assert await builders.said_to(house, amina.id, Notice.RELAY_TROUBLE) == []
    assert house.desk("sv")("case_withdrawn", code="x")[:10] in _texts(postbox, AMINA_S_CHAT)[-1]


async def test_what_is_sent_again_is_what_it_was_corrected_to(house: Service) -> None:
    amina, _asker, postbox, delivery = await _in_conversation(house)
    number = await volunteer_says(house, amina, "Ring 112 34 56")
    message = await _newest(house)
    await deliver_all(delivery)
    await _edits(house, amina, number, "Ring 112 34 57")

    async with acting(house, amina) as work:
        await relay.send_again(work, message_id=message)
    await deliver_all(delivery)

    assert not any("34 56" in text for text in _texts(postbox, HERS))
    assert "34 57" in _texts(postbox, HERS)[-1]


async def test_two_cases_have_a_line_each(house: Service) -> None:
    amina, first, postbox, delivery = await _in_conversation(house)
    second = await builders.claimed_case(house, amina)
    for asker in (first, second, first, second):
        await volunteer_says(house, amina, "Svar", answers=asker.case_id)
    await deliver_all(delivery)

    lines = [letter for letter in postbox.shows(AMINA_S_CHAT) if letter.is_silent]
    assert len(lines) == 2
