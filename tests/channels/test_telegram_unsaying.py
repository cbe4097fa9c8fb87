"""What is deleted in Telegram chats, and what is said of it: at a newcomer's word, and in volunteers' hands.

Over HTTP against the fake Bot API, whose clock is the service's: what is 48 hours old cannot be deleted there.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cases import closing
from bot.cases.old_words import LOOKED_AFTER_EVERY
from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import access, people
from bot.privacy import erasing
from bot.telling.rounds import Rounds
from bot.volunteers import leaving
from models.people import Language
from tests import builders
from tests.botapi.kinds import EVERY_KIND
from tests.channels.telegram_house import House, codes_of, telegram_house

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
HERS, AMINA, BO, KARIN = 900, 500, 501, 502
SECRET = "Kanariefågelns hemlighet"
NUMBERS = "من " + "+46 70 و " * 400  # among Arabic words each is kept in its own direction, by two letters more


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    clock.freeze(MONDAY_NOON)
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def small(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    """As `house`, on SQLite alone."""
    clock.freeze(MONDAY_NOON)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def ids_kept(house: House) -> list[int]:
    """The numbers of newcomers' messages that are still known."""
    rows = await builders.table(
        house.service,
        "SELECT c.remote_id FROM chat_messages c JOIN addresses a ON a.id = c.address_id "
        "LEFT JOIN people p ON p.id = a.person_id WHERE p.role = 'newcomer' OR p.role IS NULL",
    )
    return [row.remote_id for row in rows]


def receipt(house: House, *keys: str, language: str = "sv", **values: int) -> str:
    words = house.words(language)
    return "\n".join(words(key, **values) for key in ("data_deleted", "erased_kept", *keys))


def visible(house: House, chat_id: int) -> list[str]:
    """All that stands in the chat, whoever wrote it."""
    return [one.text for one in house.api.chat(chat_id).visible]


async def rounds_later(house: House, by: timedelta) -> None:
    """Time passes, and the timers that are due then do what they do; then what is due is said."""
    rounds = Rounds(house.service)
    await rounds._arm_regular()
    clock.move(by)
    while await rounds.do_one():
        pass
    await house.settle()


async def erases_without_delivery(house: House) -> None:
    """She says yes to a deletion of everything, and nothing of what that says has left yet."""
    (asker,) = await builders.table(house.service, "SELECT id FROM people WHERE role = 'newcomer'")
    async with house.service.store.work() as work:
        await erasing.erase_newcomer(work, asker.id, farewell=True)


async def in_conversation(house: House) -> builders.Staff:
    amina = await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(HERS, SECRET)
    await house.claims(AMINA)
    return amina


# A newcomer erases everything.


async def test_of_all_that_stands_in_the_chat_only_the_receipt_is_left(house: House) -> None:
    await in_conversation(house)
    await house.hears(AMINA, "Ett svar\n" * 700)  # more than one message
    await house.hears(HERS, "/status")
    await house.hears(HERS, "/nosuch")
    happened = await house.api.says(HERS, "Fel ord")
    await house.settle()
    await house.api.edits(HERS, happened.message_id or 0, "Rätt ord")
    for kind in ("photo", "voice", "sticker", "album"):
        await house.api.sends(HERS, kind)
    await house.settle()
    before = len(visible(house, HERS))

    await house.erases(HERS)

    assert before > 15
    assert visible(house, HERS) == [receipt(house, "erased_chat", "erased_chat_last")]
    assert await ids_kept(house) == []
    assert await builders.table(house.service, "SELECT 1 FROM addresses WHERE farewell") == []


@pytest.mark.parametrize("kind", sorted({*EVERY_KIND} - {"dice"}))
async def test_whatever_she_sent_goes_too(small: House, kind: str) -> None:
    await small.asks(HERS)
    await small.api.sends(HERS, kind)
    await small.settle()

    await small.erases(HERS)

    assert len(visible(small, HERS)) == 1


async def test_what_was_refused_goes_too(small: House) -> None:
    await small.asks(HERS)
    for words in ("x" * 4096, "ord " * 1024):
        await small.api.says(HERS, words)
    await small.api.writes(
        HERS, {"pinned_message": {"message_id": 1, "date": 0, "chat": {"id": HERS, "type": "private"}}}
    )
    await small.api.raw({"message": {"message_id": "?", "chat": {"id": HERS, "type": "private"}}})
    await small.settle()

    await small.erases(HERS)

    assert receipt(small, "erased_chat", "erased_chat_last") not in visible(small, HERS), "nobody knows its number"


async def test_the_question_says_what_goes_and_what_to_save_first(small: House) -> None:
    await small.asks(HERS)

    await small.hears(HERS, "/delete")

    asked = small.last(HERS)
    words = small.words("sv")
    for key in ("delete_chat", "delete_chat_save", "erased_chat_older", "delete_at_adviser"):
        assert words(key) in asked
    assert words("erased_telegram") not in asked


async def test_older_messages_stay_and_the_receipt_says_so(house: House) -> None:
    await house.asks(HERS, SECRET)
    old = len(visible(house, HERS))
    clock.move(timedelta(hours=49))
    await house.hears(HERS, "Nya ord")

    await house.erases(HERS)

    told = receipt(house, "erased_chat_lately", "erased_chat_older", "erased_chat_yourself")
    assert (len(visible(house, HERS)), house.last(HERS)) == (old + 1, told)
    assert "Nya ord" not in visible(house, HERS) and SECRET in visible(house, HERS)


async def test_a_message_that_cannot_be_deleted_is_told_and_keeps_no_other(house: House) -> None:
    await house.asks(HERS)
    await house.api.sends(HERS, "dice")  # Telegram keeps it for a day
    await house.settle()

    await house.erases(HERS)

    left = [one for one in house.api.chat(HERS).visible if not one.from_bot]
    assert ["dice" in one.content for one in left] == [True]
    told = house.words("sv")("erased_chat_left", 1)
    assert house.texts(HERS) == [
        "\n".join((receipt(house), told, house.words("sv")("erased_chat_yourself")))
    ]  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
async def test_the_receipt_says_it_in_every_language(small: House, language: str) -> None:
    await small.asks(HERS, language=language)

    await small.erases(HERS)

    assert small.last(HERS) == receipt(small, "erased_chat", "erased_chat_last", language=language)


async def test_three_hundred_messages_go_in_a_few_calls(small: House) -> None:
    await small.asks(HERS)
    for number in range(150):
        await small.api.says(HERS, f"rad {number}")
    await small.settle()
    for _ in range(150):
        await small.hears(HERS, "/status")

    await small.erases(HERS)

    calls = [call.params for call in small.api.calls if call.method == "deletemessages"]
    assert len(visible(small, HERS)) == 1
    assert len(calls) < 10


async def test_a_deletion_that_meets_trouble_is_tried_again_before_the_receipt(house: House) -> None:
    await house.asks(HERS)
    fault = house.api.fail("deleteMessages", kind=502)

    await house.erases(HERS)
    waiting = visible(house, HERS)
    clock.move(timedelta(minutes=1))
    await house.settle()

    assert fault.hits == 1 and len(waiting) > 1 and not any("raderat" in text for text in waiting)
    assert visible(house, HERS) == [receipt(house, "erased_chat", "erased_chat_last")]


async def test_a_deletion_that_was_done_and_not_answered_is_repeated_and_harms_nothing(house: House) -> None:
    await house.asks(HERS)
    house.api.fail("deleteMessages", kind="drop_after")

    await house.erases(HERS)
    clock.move(timedelta(minutes=1))
    await house.settle()

    assert visible(house, HERS) == [receipt(house, "erased_chat", "erased_chat_last")]


async def test_what_was_said_while_the_database_was_away_goes_too(small: House) -> None:
    await small.asks(HERS)
    small.telegram._say_from_memory(HERS, "Just nu går det inte")
    await small.telegram.errands.do_all()
    assert "Just nu går det inte" in visible(small, HERS)

    await small.erases(HERS)

    assert visible(small, HERS) == [receipt(small, "erased_chat", "erased_chat_last")]


async def test_a_letter_on_its_way_when_she_erases_everything_does_not_stay(house: House) -> None:
    await in_conversation(house)
    held = house.api.fail("sendMessage", HERS, kind="hold")
    await house.api.says(AMINA, "Ett svar på väg")
    await house.take_in()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(house.delivery.deliver_one())
        await held.reached()
        await erases_without_delivery(house)
        held.release()
    assert "Ett svar på väg" in "\n".join(visible(house, HERS))

    await house.settle()

    assert visible(house, HERS) == [receipt(house, "erased_chat", "erased_chat_last")]


async def test_a_letter_whose_answer_was_lost_is_counted_since_nothing_names_it(house: House) -> None:
    await in_conversation(house)
    house.api.fail("sendMessage", HERS, kind="drop_after")
    await house.hears(AMINA, "Ett svar")
    clock.move(timedelta(minutes=1))  # it is tried once more
    await house.settle()
    assert "\n".join(visible(house, HERS)).count("Ett svar") == 2

    await house.erases(HERS)

    assert "Ett svar" in "\n".join(visible(house, HERS))
    assert house.words("sv")("erased_chat_left", 1) in house.last(HERS)


async def test_a_question_of_before_is_asked_anew_since_it_said_that_her_own_messages_stay(house: House) -> None:
    await house.asks(HERS)
    await house.hears(HERS, "/delete")
    async with house.service.store.work() as work:
        before = "UPDATE outbox SET params = replace(params, ', \"unsays\": true', '') WHERE kind = 'ask_delete'"
        await work.db.execute(text(before))
    question = house.api.chat(HERS).last
    yes = next(code for code in codes_of(question) if code.startswith("erase:yes"))

    said = await house.pressed(HERS, yes, question.message_id)

    assert said == house.words("sv")("in_the_chat")
    assert await builders.table(house.service, "SELECT 1 FROM messages") != []
    await house.pressed(HERS, yes)
    assert visible(house, HERS) == [receipt(house, "erased_chat", "erased_chat_last")]


async def test_after_an_upgrade_what_is_known_goes_and_the_receipt_claims_no_more(house: House) -> None:
    clock.unfreeze()
    await in_conversation(house)
    upgrade = import_module("models.migrations.versions.0008_in_chats")
    async with house.service.store.work() as work:
        await work.db.execute(text("DELETE FROM chat_messages"))
        for statement in upgrade.known(work.db.dialect.name):
            await work.db.execute(text(statement))

    await house.erases(HERS)

    told = receipt(house, "erased_chat_older", "erased_chat_yourself")
    assert visible(house, HERS) == ["/start", told], "nobody knows the number of a command of before"
    assert not any(SECRET in words for words in house.texts(AMINA))


async def test_ids_are_known_for_48_hours_and_no_longer(house: House) -> None:
    await house.asks(HERS)
    assert len(await ids_kept(house)) == len(visible(house, HERS))
    await rounds_later(house, timedelta(hours=47))
    assert len(await ids_kept(house)) == len(visible(house, HERS))

    await rounds_later(house, timedelta(hours=1) + LOOKED_AFTER_EVERY)

    assert await ids_kept(house) == []


# In volunteers' chats.


async def test_words_leave_the_volunteer_s_chat_when_the_case_is_closed(house: House) -> None:
    await in_conversation(house)
    await house.hears(HERS, "Fler ord")
    assert any(SECRET in text for text in house.texts(AMINA))

    await house.stops(HERS)

    assert not any(SECRET in text or "Fler ord" in text for text in house.texts(AMINA))
    assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 2, "the desk keeps them"


async def test_words_leave_the_volunteer_s_chat_at_release_and_come_again_with_a_claim(house: House) -> None:
    await in_conversation(house)
    release = next(
        code for one in house.api.chat(AMINA).visible for code in codes_of(one) if code.startswith("release")
    )

    await house.pressed(AMINA, release)

    assert not any(SECRET in text for text in house.texts(AMINA))
    await house.claims(AMINA)
    assert [text for text in house.texts(AMINA) if SECRET in text] != []


async def test_words_leave_the_volunteer_s_chat_with_her_access_and_so_does_all_else_there(house: House) -> None:
    amina = await in_conversation(house)
    await house.hears(AMINA, "Mitt svar till dig")

    async with house.service.store.work() as work:
        await leaving.disable_staff(work, amina.id)
    await house.settle()

    assert visible(house, AMINA) == []
    assert await builders.table(house.service, "SELECT 1 FROM addresses WHERE farewell") == []


async def test_words_leave_a_chat_that_is_not_the_volunteer_s_any_more(house: House) -> None:
    amina = await in_conversation(house)

    async with house.service.store.work() as work:
        await people.link_telegram(work, amina.id, BO)
    await house.settle()

    assert visible(house, AMINA) == []
    assert house.texts(BO) != []


async def test_before_47_hours_are_over_words_leave_and_the_volunteer_can_go_on(house: House) -> None:
    await in_conversation(house)
    await house.hears(AMINA, "Svar noll")  # else the case would go back to the queue
    shown = next(one for one in house.api.chat(AMINA).visible if SECRET in one.text)
    await rounds_later(house, timedelta(hours=40))
    assert any(SECRET in text for text in house.texts(AMINA))

    await rounds_later(house, timedelta(hours=7) - 2 * LOOKED_AFTER_EVERY)

    desk = house.service.desk("sv")
    line = house.api.chat(AMINA).last
    assert not any(SECRET in text for text in house.texts(AMINA))
    assert desk("words_gone_desk") in line.text and line.silent
    # As before: a reply names its case, whether to the line or to what has just gone; and the case can be closed.
    for answered, words in ((line.message_id, "Svar ett"), (shown.message_id, "Svar två")):
        await house.api.says(AMINA, words, reply_to=answered)
        await house.settle()
        assert words in house.last(HERS)
    close = next(code for code in codes_of(line) if code.startswith("close"))
    await house.pressed(AMINA, close)
    assert house.api.chat(AMINA).last.text != line.text


async def test_a_service_that_was_down_over_the_hour_says_nothing_false(house: House) -> None:
    await in_conversation(house)
    await house.hears(AMINA, "Svar noll")  # else the case would go back to the queue
    await rounds_later(house, timedelta())

    await rounds_later(house, timedelta(hours=50))

    desk = house.service.desk("sv")
    assert any(SECRET in text for text in house.texts(AMINA)), "Telegram lets nobody delete it any more"
    assert "gick inte att radera" in house.last(AMINA)
    assert desk("words_gone_desk") in house.last(AMINA)


async def test_a_service_that_was_down_until_the_47th_hour_deletes_at_once(house: House) -> None:
    await in_conversation(house)
    await house.hears(AMINA, "Svar noll")  # else the case would go back to the queue
    await rounds_later(house, timedelta())

    await rounds_later(house, timedelta(hours=47, minutes=30))

    assert not any(SECRET in text for text in house.texts(AMINA))
    assert "är raderat här" in house.last(AMINA)


async def test_what_waits_to_be_shown_when_the_case_ends_is_never_shown(house: House) -> None:
    await in_conversation(house)
    for number in ("ett", "två"):
        await house.api.says(HERS, f"{SECRET} {number}")
    await house.take_in()

    await house.stops(HERS)

    assert not any(SECRET in text for text in house.texts(AMINA))
    calls = [call.params.get("text", "") for call in house.api.calls if call.method == "sendmessage"]
    assert not any(f"{SECRET} ett" in str(text) for text in calls)


async def test_words_on_their_way_when_the_case_ends_do_not_stay(house: House) -> None:
    await in_conversation(house)
    held = house.api.fail("sendMessage", AMINA, kind="hold")
    await house.api.says(HERS, f"{SECRET}, på väg")
    await house.take_in()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(house.delivery.deliver_one())
        await held.reached()
        async with house.service.store.work() as work:
            (row,) = await work.db.execute(text("SELECT id FROM cases"))
            await closing.withdraw_case(work, await access.locked_case(work, row.id))
        held.release()
    assert any("på väg" in words for words in house.texts(AMINA))

    await house.settle()

    assert not any(SECRET in words for words in house.texts(AMINA))
    assert await builders.table(house.service, "SELECT 1 FROM chat_messages WHERE case_id IS NOT NULL") == []


async def test_of_words_on_their_way_that_fill_two_messages_neither_stays(house: House) -> None:
    await in_conversation(house)
    held = house.api.fail("sendMessage", AMINA, kind="hold")
    await house.api.says(HERS, f"{SECRET} {NUMBERS} på väg")
    await house.take_in()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(house.delivery.deliver_one())
        await held.reached()
        async with house.service.store.work() as work:
            (row,) = await work.db.execute(text("SELECT id FROM cases"))
            await closing.withdraw_case(work, await access.locked_case(work, row.id))
        held.release()
    arrived = [words for words in house.texts(AMINA) if "+46" in words]
    assert len(arrived) == 2, "one row of the outbox, two messages"

    await house.settle()

    assert not any("+46" in words for words in house.texts(AMINA))
    assert await builders.table(house.service, "SELECT 1 FROM chat_messages WHERE case_id IS NOT NULL") == []


async def test_a_deletion_in_a_volunteer_s_chat_that_meets_trouble_is_tried_again(house: House) -> None:
    await in_conversation(house)
    house.api.fail("deleteMessages", AMINA, kind=500)

    await house.stops(HERS)
    assert any(SECRET in words for words in house.texts(AMINA))
    clock.move(timedelta(minutes=1))
    await house.settle()

    assert not any(SECRET in words for words in house.texts(AMINA))


# Before a claim, and in others' chats, nobody reads a word of hers.


async def test_no_card_or_alarm_shows_a_word_to_who_has_not_the_case(house: House) -> None:
    await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    bo = await builders.volunteer(house.service, "Bo", chat_id=BO, speaks=("uk",), on_shift=False)
    await builders.coordinator(house.service, chat_id=KARIN)
    await house.asks(HERS, SECRET)
    happened = await house.api.says(HERS, f"{SECRET}, mer")
    await house.settle()
    await house.api.edits(HERS, happened.message_id or 0, f"{SECRET}, ändrat")
    await house.pressed(HERS, "tap:category:housing")
    await house.hears(HERS, f"/help {SECRET}")
    await house.hears(HERS, f"/okänt {SECRET}")
    await rounds_later(house, timedelta(hours=3))  # the promise is missed: coordinators hear of it
    await builders.shift(house.service, bo)
    await rounds_later(house, timedelta(minutes=1))
    await house.hears(HERS, "/language")
    await house.pressed(HERS, "lang:uk")
    cards = len(house.texts(AMINA)), len(house.texts(BO)), len(house.texts(KARIN))
    assert min(cards) > 1, "they have all been told of the case"
    assert not any(SECRET in text for chat in (AMINA, BO, KARIN) for text in house.texts(chat))

    await house.claims(AMINA)
    await house.hears(AMINA, "Ett svar")
    await house.hears(HERS, f"{SECRET}, igen")

    assert any(SECRET in text for text in house.texts(AMINA))
    assert not any(SECRET in text for chat in (BO, KARIN) for text in house.texts(chat))
