"""The post about the hours in the service's Telegram channel: one message that always says what holds."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.engine import clock
from bot.hours import changes, channel_post
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.places import places
from models.hours import Reason
from models.notice import Notice
from models.people import AUTONYMS
from tests import builders
from tests.botapi.chat import Chat
from tests.channels.hours_fixtures import open_office
from tests.channels.telegram_house import House, telegram_house

NAME = "@lund_advice"
NEW_ID = -1_009_999_999_999
TODAY = date(2026, 11, 23)
BOSS_CHAT = 41


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    """Linero is open on Mondays; the channel is there, and nothing has been posted."""
    clock.freeze(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    async with telegram_house(database_url, tmp_path, catalogues, hours_channel=NAME) as made:
        made.api.channel(NAME)
        async with made.service.store.work() as work:
            await places.add_place(
                work, code="linero", name_key="linero_library", address="Testgatan 1", latitude=55.7, longitude=13.2
            )
        await opens(made, 13)
        yield made


async def opens(house: House, hour: int) -> None:
    async with house.service.store.work() as work:
        spans = [(time(hour), time(16))]
        await changes.set_hours(work, place="linero", weekday=0, spans=spans, valid_from=TODAY)
    await house.settle()


async def closes_today(house: House) -> None:
    async with house.service.store.work() as work:
        await builders.close_day(work, place="linero", day=TODAY, reason=Reason.ILLNESS)
    await house.settle()


def channel(house: House) -> Chat:
    return house.api.chat(house.api.channels[NAME])


async def test_the_post_is_in_five_languages_and_edited_when_the_hours_change(house: House) -> None:
    first = channel(house).last
    assert all(autonym in first.text for autonym in AUTONYMS.values())
    assert "13:00" in first.text
    assert "من" in first.text

    await closes_today(house)

    assert [one.message_id for one in channel(house).from_bot] == [first.message_id]
    assert "23 november 2026: stängt. Orsak: sjukdom" in without_bidi_controls(channel(house).last.text)


async def test_a_deleted_post_is_written_anew(house: House) -> None:
    channel(house).last.deleted = True

    await opens(house, 12)
    clock.freeze(datetime(2026, 11, 23, 9, 1, tzinfo=UTC))
    await house.settle()

    assert "12:00" in channel(house).last.text


async def test_nothing_changed_is_no_trouble_and_no_second_post(house: House) -> None:
    async with house.service.store.work() as work:
        await channel_post.refresh(work)
    await house.settle()

    assert len(channel(house).from_bot) == 1
    assert (await builders.one(house.service, "SELECT count(*) FROM outbox WHERE state = 'due'"))[0] == 0


async def test_a_channel_that_has_moved_is_followed_and_reported(house: House) -> None:
    boss = await builders.coordinator(house.service, chat_id=BOSS_CHAT)
    house.api.chat(house.api.channels[NAME]).moved_to = NEW_ID

    await opens(house, 12)
    clock.freeze(datetime(2026, 11, 23, 9, 1, tzinfo=UTC))
    await house.settle()
    await closes_today(house)

    (posted,) = house.api.chat(NEW_ID).from_bot
    assert "Orsak: sjukdom" in without_bidi_controls(posted.text)
    assert len(await builders.said_to(house.service, boss.id, Notice.CHANNEL_MOVED)) == 1


async def test_a_channel_that_does_not_take_the_post_is_reported_and_tried_again_at_the_next_change(
    house: House,
) -> None:
    boss = await builders.coordinator(house.service, chat_id=BOSS_CHAT)
    channel(house).left = True
    await closes_today(house)
    assert len(await builders.said_to(house.service, boss.id, Notice.CHANNEL_LOST)) == 1

    channel(house).left = False
    await opens(house, 12)

    assert "12:00" in channel(house).last.text


async def test_with_much_to_say_the_post_stays_one_message_that_is_edited(house: House) -> None:
    await open_office(house.service)
    await house.settle()
    first = channel(house).last

    await closes_today(house)

    assert [one.message_id for one in channel(house).from_bot] == [first.message_id]
    assert "stängt" in channel(house).last.text


async def test_the_bot_stays_in_its_own_channel_and_leaves_another(house: House) -> None:
    def added(chat_id: int, username: str) -> dict:
        member = {"user": {"id": 7_000_000_001, "is_bot": True, "first_name": "RadRum"}, "status": "member"}
        chat = {"id": chat_id, "type": "channel", "title": "x", "username": username}
        person = {"id": 5, "is_bot": False, "first_name": "A"}
        change = {"chat": chat, "from": person, "date": 1, "old_chat_member": member, "new_chat_member": member}
        return {"my_chat_member": change}

    await house.api.raw(added(house.api.channels[NAME], NAME.removeprefix("@").upper()))
    await house.api.raw(added(-1_002, "somebody_elses"))
    house.api.chat(-1_002).kind = "channel"
    await house.settle()

    assert not channel(house).left
    assert house.api.chat(-1_002).left


async def test_a_newcomer_finds_the_place_as_a_pin_and_in_words(house: House) -> None:
    await house.hears(7, "/start", "en")
    await house.pressed(7, "lang:en")
    await house.hears(7, "when open")

    await house.pressed(7, "place:linero")

    told, pin = house.api.chat(7).from_bot[-2:]
    assert "Testgatan 1" in told.text
    assert "openstreetmap.org" in told.text
    assert pin.content["venue"] == {
        "location": {"latitude": 55.7, "longitude": 13.2},
        "title": "Linero Library (Linero bibliotek)",
        "address": "Testgatan 1",
    }


async def test_typed_words_are_answered_in_their_language_before_one_is_chosen(house: House) -> None:
    await house.hears(8, "متى تفتحون؟", "sv")

    assert "من" in house.last(8)
    assert (await builders.one(house.service, "SELECT count(*) FROM conversations WHERE draft IS NOT NULL"))[0] == 0


async def test_the_same_words_in_an_open_case_go_to_the_volunteer(house: House) -> None:
    await house.asks(9)

    await house.hears(9, "när öppnar ni")

    assert (await builders.one(house.service, "SELECT count(*) FROM messages"))[0] == 2
