"""When Telegram, the person or the database says no: nothing is lost, nothing is out of order, and somebody is told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from telegram import Update

from bot.engine import clock, sqlite
from bot.engine.db import Db
from bot.engine.errors import Unavailable
from bot.intake import converse
from bot.language.i18n import Catalogues, Foreign
from bot.privacy import erasing
from bot.telling.letters import Letter, TryAgain
from models.case import spoken_code
from models.dialogue import Prompt
from tests import builders
from tests.channels.telegram_house import House, codes_of, telegram_house

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues, send_timeout_seconds=1) as opened:
        yield opened


async def _claimed(house: House) -> None:
    """Amina (chat 500) has the case of the newcomer in chat 900."""
    clock.freeze(MONDAY_NOON)
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)


async def _later(house: House, by: timedelta = timedelta(minutes=5)) -> None:
    clock.move(by)
    await builders.deliver_all(house.delivery)


def _replies(house: House) -> list[str]:
    """The volunteer's words as they stand in the newcomer's chat."""
    head = str(house.words("sv")("reply_from"))
    return [text.split("\n\n", 1)[1] for text in house.texts(900) if text.startswith(head)]


def _states(house: House) -> list[str]:
    """What the volunteer's line about the case says."""
    return [one.text for one in house.api.chat(500).from_bot if one.silent]


def _said_aloud(house: House, state: str, code: str) -> bool:
    """Whether the volunteer has been told, with a sound, that words did not arrive."""
    desk = house.service.desk("sv")
    named = desk("relay_trouble", code=code, state=desk(f"state_{state}"))
    told = desk("relay_not_arrived", code=code) if state == "failed" else named  # said once, not twice
    return told in [one.text for one in house.api.chat(500).from_bot if not one.silent]


def _state(house: House, state: str, code: str) -> str:
    desk = house.service.desk("sv")
    return desk("relay_line", code=code, state=desk(f"state_{state}"))


async def _code(house: House) -> str:
    return spoken_code((await builders.one(house.service, "SELECT code FROM cases")).code)


# The person has shut the door.


async def test_a_newcomer_who_blocks_the_bot_is_called_once_and_the_volunteer_reads_it_in_words(house: House) -> None:
    await _claimed(house)
    house.api.chat(900).blocked = True
    calls = len(house.api.calls_of("sendMessage"))

    await house.hears(500, "Ett")
    await house.hears(500, "Två")
    await _later(house)

    to_her = [call for call in house.api.calls_of("sendMessage")[calls:] if call.params["chat_id"] == 900]
    assert len(to_her) == 1
    assert _states(house) == [_state(house, "blocked", await _code(house))]
    assert _said_aloud(house, "blocked", await _code(house))


async def test_a_newcomer_who_comes_back_gets_what_waited_in_order(house: House) -> None:
    await _claimed(house)
    await house.api.blocks(900)
    await house.hears(500, "Ett")
    await house.hears(500, "Två")
    assert _replies(house) == []

    await house.api.unblocks(900)
    await house.settle()

    assert _replies(house) == ["Ett", "Två"]
    assert _states(house) == [_state(house, "delivered", await _code(house))]


async def test_what_waited_a_day_behind_a_closed_door_is_given_up_and_its_author_told(house: House) -> None:
    await _claimed(house)
    await house.api.blocks(900)
    await house.hears(500, "Ett")

    clock.move(timedelta(hours=25))
    await house.delivery.sweep.give_up_parked()
    await builders.deliver_all(house.delivery)

    assert _states(house) == [_state(house, "blocked", await _code(house))]
    row = await builders.one(house.service, "SELECT state, failure FROM outbox WHERE kind = 'reply'")
    assert (row.state, row.failure) == ("failed", "blocked")


SHUT_DOORS = {
    "blocked": "Forbidden: bot was blocked by the user",
    "deactivated": "Forbidden: user is deactivated",
    "shut": "Forbidden: bot can't initiate conversation with a user",
}


@pytest.mark.parametrize("why", SHUT_DOORS)
async def test_the_volunteer_reads_why_nothing_gets_through_and_still_does_when_it_is_given_up(
    house: House, why: str
) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind=403, times=None, description=SHUT_DOORS[why])

    await house.hears(500, "Ett")
    await house.hears(500, "Två")
    waiting = _states(house)
    clock.move(timedelta(hours=25))
    await house.delivery.sweep.give_up_parked()
    await builders.deliver_all(house.delivery)

    assert waiting == _states(house) == [_state(house, why, await _code(house))]
    assert _said_aloud(house, why, await _code(house))


async def test_why_nothing_gets_through_is_what_telegram_said_last(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind=403, description=SHUT_DOORS["blocked"])
    await house.hears(500, "Ett")
    house.api.fail("sendMessage", 900, kind=403, times=None, description=SHUT_DOORS["deactivated"])

    await house.api.unblocks(900)
    await house.settle()
    await house.hears(500, "Två")

    assert _states(house) == [_state(house, "deactivated", await _code(house))]


@pytest.mark.parametrize("waiting", [0, 1])
@pytest.mark.parametrize("why", SHUT_DOORS)
async def test_the_coordinator_reads_why_a_volunteer_is_not_reached(house: House, why: str, waiting: int) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await builders.coordinator(house.service, chat_id=600)
    await house.asks(900)
    if waiting:
        await house.claims(500)
    house.api.fail("sendMessage", 500, kind=403, times=None, description=SHUT_DOORS[why])

    await house.hears(500, "/cases")
    await builders.deliver_all(house.delivery)

    told = house.service.desk("sv")(f"coordinator_{why}", alias=Foreign("Amina"), n=waiting)
    assert house.last(600) == told
    assert ("blockerat" in told) is (why == "blocked")


async def test_a_volunteer_who_blocks_the_bot_loses_the_case_and_the_coordinators_are_told(house: House) -> None:
    await _claimed(house)
    await builders.coordinator(house.service, chat_id=600)
    await builders.volunteer(house.service, "Bo", chat_id=501)
    house.api.chat(500).blocked = True

    await house.hears(900, "En sak till")
    await builders.deliver_all(house.delivery)

    assert house.last(600) == house.service.desk("sv")("coordinator_blocked", alias=Foreign("Amina"), n=1)
    case = await builders.one(house.service, "SELECT status, volunteer_id FROM cases")
    assert (case.status, case.volunteer_id) == ("queued", None)
    assert any(code.startswith("claim:") for code in codes_of(house.api.chat(501).last))
    assert house.words("sv")("case_released", case=await _code(house)) in house.last(900)


async def test_a_volunteer_s_words_are_a_sign_of_life(house: House) -> None:
    """The update that tells of the unblocking can be lost or come too early; the next words open the lane."""
    await _claimed(house)
    house.api.chat(500).blocked = True
    await house.hears(900, "En sak till")
    house.api.chat(500).blocked = False

    await house.hears(500, "/cases")

    assert await builders.table(house.service, "SELECT 1 FROM addresses WHERE parked_at IS NOT NULL") == []
    assert house.service.desk("sv")("no_cases") in house.texts(500)


# Telegram says no.


async def test_asked_to_wait_the_lane_waits_that_long_and_keeps_its_order(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind=429, retry_after=30)
    await house.hears(500, "Ett")
    await house.hears(500, "Två")

    await _later(house, timedelta(seconds=29))
    early = _replies(house)
    await _later(house, timedelta(seconds=1))

    assert early == []
    assert _replies(house) == ["Ett", "Två"]


@pytest.mark.parametrize("kind", [500, 502])
async def test_a_send_that_failed_is_tried_again_in_order_and_arrives_once(house: House, kind: int | str) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind=kind, times=2)
    await house.hears(500, "Ett")
    await house.hears(500, "Två")

    await _later(house)
    await _later(house)

    assert _replies(house) == ["Ett", "Två"]
    rows = await builders.table(house.service, "SELECT state, doubtful FROM outbox WHERE kind = 'reply' ORDER BY id")
    assert [row.state for row in rows] == ["sent", "sent"]


async def test_words_whose_answer_was_lost_are_sent_once_more_and_flagged(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind="drop_after")
    await house.hears(500, "Ett")
    await house.hears(500, "Två")

    await _later(house)

    assert _replies(house) == ["Ett", "Ett", "Två"]
    rows = await builders.table(house.service, "SELECT doubtful FROM outbox WHERE kind = 'reply' ORDER BY id")
    assert [bool(row.doubtful) for row in rows] == [True, False]


async def test_what_may_have_arrived_waits_until_telegram_answers_again(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind="drop_after")
    await house.hears(500, "Ett")
    probe = house.api.fail("getMe", kind="drop", times=3)

    for _ in range(3):
        await _later(house)
    meanwhile = _replies(house)
    await _later(house)

    assert probe.hits == 3
    assert meanwhile == ["Ett"]
    assert _replies(house) == ["Ett", "Ett"]


async def test_nothing_is_sent_a_third_time_and_its_author_may_send_it_again(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind="drop_after", times=2)
    await house.hears(500, "Ett")
    await house.hears(500, "Två")

    for _ in range(10):
        await _later(house)
    twice = _replies(house)
    told = [one for one in house.api.chat(500).visible if "resend:" in str(codes_of(one))][-1]
    said = await house.pressed(500, codes_of(told)[0], told.message_id)
    again = await house.pressed(500, codes_of(told)[0], told.message_id)

    desk = house.service.desk("sv")
    assert twice == ["Ett", "Ett", "Två"]
    assert told.text == desk("relay_doubtful", code=await _code(house))
    assert (said, again) == (desk("sent_again_toast"), desk("no_longer_valid"))
    assert _replies(house) == ["Ett", "Ett", "Två", "Ett"]
    messages = await builders.table(house.service, "SELECT external_id FROM messages WHERE author = 'volunteer'")
    assert len(messages) == 3  # sent again is a message of its own


async def test_a_newcomer_s_words_in_doubt_are_pointed_to_at_the_desk(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 500, kind="drop_after", times=2)

    await house.hears(900, "En sak till")
    for _ in range(5):
        await _later(house)

    assert house.texts(500).count(_relayed(house, "En sak till", await _code(house))) == 2
    assert house.service.desk("sv")("new_words_at_desk") in house.last(500)


def _relayed(house: House, text: str, code: str) -> str:
    return f"{house.service.desk('sv')('words_from', code=code)}\n\n{text}"


async def test_a_notice_in_doubt_says_nothing_more(house: House) -> None:
    clock.freeze(MONDAY_NOON)
    await house.asks(900)
    house.api.fail("sendMessage", 900, kind="drop_after", times=2)

    await house.hears(900, "/status")
    for _ in range(5):
        await _later(house)

    status = house.words("sv")("status_queued")
    assert len([text for text in house.texts(900) if status in text]) == 2
    row = await builders.one(house.service, "SELECT state, failure FROM outbox WHERE kind = 'status'")
    assert (row.state, row.failure) == ("failed", "doubtful")


async def test_a_change_in_place_may_be_tried_as_often_as_it_takes(house: House) -> None:
    await _claimed(house)
    await house.hears(500, "Svar")
    house.api.fail("editMessageText", 500, kind="drop_after", times=4)
    house.api.fail("editMessageText", 900, kind="drop_after", times=4)

    await house.api.edits(500, house.api.chat(500).messages[-2].message_id, "Bättre svar")
    await house.settle()
    for _ in range(6):
        await _later(house)

    assert _replies(house) == ["Bättre svar"]
    rows = await builders.table(house.service, "SELECT state FROM outbox WHERE edits IS NOT NULL")
    assert {row.state for row in rows} == {"sent"}


async def test_a_long_text_goes_on_where_it_stopped(house: House) -> None:
    """A notice longer than one message: what has arrived of it does not come again."""
    await _claimed(house)
    before = len(house.texts(900))
    letter = Letter("900", Prompt("\n".join(letter * 4_000 for letter in "abc")))

    await house.telegram.sender.send(letter)
    await house.telegram.sender.send(replace(letter, parts_sent=2))
    house.api.fail("sendMessage", 900, kind=500)
    failed = await house.telegram.sender.send(replace(letter, parts_sent=1))

    assert [text[0] for text in house.texts(900)[before:]] == ["a", "b", "c", "c"]
    assert failed == TryAgain(parts_sent=1)


async def test_how_much_of_a_long_text_has_arrived_is_remembered(house: House) -> None:
    await _claimed(house)
    postbox = builders.Postbox()
    postbox.outcomes = [TryAgain(parts_sent=2)]
    delivery = builders.delivery_of(house.service, postbox)
    await builders.volunteer_says(house.service, builders.Staff(await _amina(house), "Amina"), "Svar")

    await builders.deliver_all(delivery)
    clock.move(timedelta(minutes=5))
    await builders.deliver_all(delivery)

    assert [letter.parts_sent for letter in postbox.letters if letter.chat == "900"] == [0, 2]


async def _amina(house: House) -> int:
    return await builders.person_named(house.service, "Amina")


async def test_a_reminder_whose_answer_was_lost_is_not_sent_twice(house: House) -> None:
    clock.freeze(MONDAY_NOON)
    await builders.volunteer(house.service, on_shift=True, chat_id=500)
    await house.settle()
    house.api.fail("sendMessage", 500, kind="drop_after")

    await builders.do_all_due(house.service)  # the shift starts
    await builders.deliver_all(house.delivery)
    await _later(house)

    started = [text for text in house.texts(500) if house.service.desk("sv")("shift_nobody_waits") in text]
    assert len(started) == 1


async def test_a_reminder_that_cannot_leave_for_an_hour_is_dropped(house: House) -> None:
    clock.freeze(MONDAY_NOON)
    await builders.volunteer(house.service, chat_id=500)
    await house.settle()
    house.api.fail("sendMessage", 500, kind=429, times=2)
    await builders.do_all_due(house.service)
    await builders.deliver_all(house.delivery)

    await _later(house, timedelta(hours=1))
    await _later(house, timedelta(hours=1))

    row = await builders.one(house.service, "SELECT state, failure FROM outbox WHERE kind = 'shift_starts'")
    assert (row.state, row.failure) == ("failed", "expired")


async def test_what_telegram_will_not_take_is_tried_three_times_and_then_told_to_its_author(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind=400, times=None, description="Bad Request: chat not found")
    calls = len(house.api.calls_of("sendMessage"))

    await house.hears(500, "Ett")
    for _ in range(5):
        await _later(house)

    to_her = [call for call in house.api.calls_of("sendMessage")[calls:] if call.params["chat_id"] == 900]
    assert len(to_her) == 3
    assert _states(house) == [_state(house, "failed", await _code(house))]
    assert _said_aloud(house, "failed", await _code(house))
    kinds = [row.kind for row in await builders.table(house.service, "SELECT kind FROM case_events")]
    assert kinds.count("undelivered") == 1


async def test_what_follows_a_message_that_was_given_up_still_arrives(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind=400, times=3)

    await house.hears(500, "Ett")
    await house.hears(500, "Två")
    for _ in range(4):
        await _later(house)

    assert _replies(house) == ["Två"]


async def test_words_that_could_not_leave_for_a_day_are_told_to_their_author(house: House) -> None:
    await _claimed(house)
    house.api.fail("sendMessage", 900, kind=500, times=None)
    await house.hears(500, "Ett")

    for _ in range(26):
        await _later(house, timedelta(hours=1))

    assert _states(house) == [_state(house, "failed", await _code(house))]
    assert _said_aloud(house, "failed", await _code(house))


async def test_after_hours_of_silence_the_tries_still_go_on(house: House) -> None:
    """Telegram down for hours: the wait between tries doubles, and must not grow past what a clock can hold."""
    await _claimed(house)
    fault = house.api.fail("sendMessage", 900, kind=500, times=None)
    await house.hears(500, "Ett")
    for _ in range(80):
        await _later(house)
    tried = fault.hits

    house.api.clear_faults()
    await _later(house)

    assert tried == 81
    assert _replies(house) == ["Ett"]


async def test_a_message_whose_receiver_has_gone_meanwhile_stops_nobody(house: House, monkeypatch) -> None:
    """Between the lease and the reading of the row the address may be erased; the next row must still leave."""
    clock.freeze(MONDAY_NOON)
    await house.asks(900)
    await house.asks(901)
    await house.api.says(900, "/status")
    await house.api.says(901, "/status")
    await house.take_in()
    oldest_due = "SELECT address_id FROM outbox WHERE state = 'due' ORDER BY id LIMIT 1"
    first = await builders.one(house.service, f"SELECT person_id FROM addresses WHERE id = ({oldest_due})")
    looked = house.service.store.look_later
    erased: list[int] = []

    @asynccontextmanager
    async def look_after_erasing() -> AsyncIterator[Db]:
        if not erased:
            erased.append(first.person_id)
            async with house.service.store.work() as work:
                await erasing.erase_newcomer(work, first.person_id, farewell=False)
        async with looked() as db:
            yield db

    monkeypatch.setattr(house.service.store, "look_later", look_after_erasing)

    await builders.deliver_all(house.delivery)

    assert erased
    assert await builders.table(house.service, "SELECT 1 FROM outbox WHERE state = 'due'") == []


# The store does not answer.


def _down(monkeypatch: pytest.MonkeyPatch, house: House) -> None:
    class Down:
        def __init__(self, **_how: bool) -> None: ...

        async def __aenter__(self) -> None:
            raise Unavailable

        async def __aexit__(self, *_exc: object) -> None: ...

    monkeypatch.setattr(house.service.store, "work", Down)


async def test_with_the_database_down_the_helplines_are_said_once_and_the_words_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.asks(900)
    card = str(house.words("ar")("unavailable_telegram"))
    _down(monkeypatch, house)
    await house.api.says(900, "En sak till", language_code="ar")
    first = await house.take_in()
    second = await house.take_in()
    await house.api.says(901, "Hej", language_code="ar")
    third = await house.take_in()
    monkeypatch.undo()

    await house.settle()

    assert (first, second, set(third)) == ([503], [503], {503})
    for chat_id in (900, 901):
        cards = [text for text in house.texts(chat_id) if card in text]
        assert len(cards) == 1
        assert "112" in cards[0]
    kept = await builders.table(house.service, "SELECT 1 FROM messages")
    assert len(kept) == 2


async def test_a_press_while_the_database_is_down_comes_again_and_is_then_answered(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.hears(900, "/start")
    _down(monkeypatch, house)
    happened = await house.api.presses(900, "lang:sv")
    refused = await house.take_in()
    monkeypatch.undo()

    await house.settle()

    assert refused == [503]
    assert (await house.api.wait_answer(happened)).text == ""
    assert house.words("sv")("consent_ask") in house.last(900)


async def test_a_database_locked_by_somebody_else_loses_nothing(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tuple(pragma.replace("5000", "50") for pragma in sqlite.PRAGMAS)
    monkeypatch.setattr(sqlite, "PRAGMAS", short)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        await house.asks(900)
        path = make_url(house.service.settings.database_url).database or ""
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        await house.api.says(900, "En sak till")
        locked = await house.take_in()
        other.execute("ROLLBACK")
        other.close()

        await house.settle()

        assert locked == [503]
        assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 2


async def test_a_full_disk_loses_nothing_and_the_file_stays_whole(house: House) -> None:
    await house.asks(900)
    async with house.service.store.work() as work:
        pages = (await work.db.execute(text("PRAGMA page_count"))).scalar_one()
        free = (await work.db.execute(text("PRAGMA freelist_count"))).scalar_one()
        await work.db.execute(text(f"CREATE TABLE ballast AS SELECT zeroblob({free * 4096}) AS filler"))
        await work.db.execute(text(f"PRAGMA max_page_count = {pages + 1}"))
    await house.api.says(900, "x" * 11_000)  # more than is left
    full = await house.take_in()
    async with house.service.store.work() as work:
        await work.db.execute(text("PRAGMA max_page_count = 1000000"))

    await house.settle()

    assert full == [503]
    assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 2
    assert (await builders.one(house.service, "PRAGMA integrity_check"))[0] == "ok"


async def test_an_update_that_fails_three_times_is_given_up_and_the_person_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.asks(900)

    async def fails(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(converse, "receive", fails)
    await house.api.says(900, "Gift")
    statuses = await house.take_in()
    monkeypatch.undo()
    await house.hears(900, "Och nu?")

    assert statuses == [200]
    assert house.words("sv")("error_try_later") in house.texts(900)
    rows = await builders.table(house.service, "SELECT attempts, failure FROM inbound WHERE attempts > 0")
    assert [(row.attempts, row.failure) for row in rows] == [(3, "RuntimeError")]
    assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 2


async def test_two_chats_do_not_wait_for_each_other_and_one_chat_keeps_its_order(house: House) -> None:
    await house.asks(900)
    await house.asks(901)
    for n in range(5):
        await house.api.says(900, f"a{n}")
        await house.api.says(901, f"b{n}")
    updates = [Update.de_json(one.body, house.telegram.bot) for one in house.api.delivery.waiting()[-10:]]

    await asyncio.gather(*(house.telegram.handle(update) for update in updates))

    seal = house.service.store.seal
    rows = await builders.table(house.service, "SELECT id, words FROM messages ORDER BY seq")
    words = [seal.open(row.words, table="messages", column="words", row_id=row.id) for row in rows]
    for letter in "ab":
        said = [text for text in words if text[0] == letter and text[1:].isdigit()]
        assert said == [f"{letter}{n}" for n in range(5)]
