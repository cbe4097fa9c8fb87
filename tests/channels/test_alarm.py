"""Coordinators hear of trouble with the database although everything they hear otherwise lies in it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from bot import service
from bot.engine import condition
from bot.engine.errors import Unavailable
from bot.language.i18n import Catalogues
from bot.trouble import alarm
from bot.trouble.alarm import AGAIN_SECONDS, LASTS_SECONDS, Alarm
from bot.trouble.pulse import Heart
from bot.volunteers import leaving
from handlers.telegram.receiving import CHANNEL
from models.notice import Notice
from tests import builders
from tests.breaking import an_act, way_of
from tests.channels.telegram_house import House, telegram_house

pytestmark = pytest.mark.own_database  # it is broken or changed here

KARIN, MAJA, AMINA = 600, 601, 500  # chats
BEGAN = -5_000_000.0  # before this computer did: how long it has been running decides no test


@dataclass
class Time:
    """Seconds as the program counts them, moved by the test."""

    now: float = BEGAN


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> Time:
    time = Time()
    for module in (alarm, condition, service):
        monkeypatch.setattr(module, "monotonic", lambda: time.now)
    return time


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        yield opened


def _alarm(house: House) -> Alarm:
    return Alarm(house.service, {CHANNEL: house.telegram.sender})


def _told(house: House, chat_id: int) -> list[str]:
    first = str(house.service.desk("sv")("cannot_store_meanwhile"))
    return [text for text in house.texts(chat_id) if first in text]


async def _fails(house: House) -> None:
    with pytest.raises(Unavailable):
        await an_act(house.service)


async def _lasts(house: House, seconds: Time) -> None:
    await _fails(house)
    seconds.now += LASTS_SECONDS
    await _fails(house)


@pytest.mark.parametrize("trouble", ["disk full", "locked", "away"])
async def test_coordinators_are_told_once_in_ten_minutes_what_is_wrong_and_once_when_it_is_over(
    house: House, seconds: Time, trouble: str
) -> None:
    karin = await builders.coordinator(house.service, chat_id=KARIN)
    await builders.volunteer(house.service, chat_id=AMINA)
    await builders.deliver_all(house.delivery)
    watch, heart = _alarm(house), Heart(house.service)
    await watch.look()
    breaks, cause = way_of(house.service, trouble)

    async with breaks(house.service):
        counts = []
        for later in (0, LASTS_SECONDS - 1, LASTS_SECONDS, LASTS_SECONDS + AGAIN_SECONDS - 1):
            seconds.now = BEGAN + later
            await _fails(house)
            await watch.look()
            counts.append(len(_told(house, KARIN)))
        seconds.now = BEGAN + LASTS_SECONDS + AGAIN_SECONDS
        await _fails(house)
        await watch.look()
    for _ in range(2):  # the first may be done on a connection that was opened meanwhile
        seconds.now += condition.CALM_SECONDS
        await heart.beat()
    for _ in range(2):
        await watch.look()
    await builders.deliver_all(house.delivery)

    assert counts == [0, 0, 1, 1]
    assert len(_told(house, KARIN)) == 2
    assert str(house.service.desk("sv")(f"cannot_store_{cause}")) in _told(house, KARIN)[0]
    assert _told(house, AMINA) == []
    assert len(await builders.said_to(house.service, karin.id, Notice.CAN_STORE_AGAIN)) == 1
    assert "Nu går det att spara igen" in house.last(KARIN)


async def test_what_does_not_last_is_told_to_nobody(house: House, seconds: Time) -> None:
    karin = await builders.coordinator(house.service, chat_id=KARIN)
    await builders.deliver_all(house.delivery)
    watch = _alarm(house)
    await watch.look()
    breaks, _ = way_of(house.service, "disk full")

    async with breaks(house.service):
        await _fails(house)
        seconds.now = BEGAN + LASTS_SECONDS - 1
        await _fails(house)
        await watch.look()
    seconds.now += LASTS_SECONDS
    await watch.look()  # that it takes a while to be seen to be over is no trouble
    await Heart(house.service).beat()
    await watch.look()

    assert _told(house, KARIN) == []
    assert await builders.said_to(house.service, karin.id, Notice.CAN_STORE_AGAIN) == []


async def test_who_became_coordinator_lately_is_told_and_who_is_no_more_is_not(house: House, seconds: Time) -> None:
    karin = await builders.coordinator(house.service, chat_id=KARIN)
    watch = _alarm(house)
    await watch.look()
    await builders.coordinator(house.service, "Maja", chat_id=MAJA)
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, karin.id)
    seconds.now += alarm.KNOWN_FOR_SECONDS
    await watch.look()
    breaks, _ = way_of(house.service, "disk full")

    async with breaks(house.service):
        await _lasts(house, seconds)
        await watch.look()

    assert (len(_told(house, MAJA)), len(_told(house, KARIN))) == (1, 0)


async def test_the_chats_are_kept_sealed_and_no_line_of_the_log_names_one(house: House, seconds: Time) -> None:
    chat = 918_273_645_546
    await builders.coordinator(house.service, chat_id=chat)
    watch = _alarm(house)
    await watch.look()
    breaks, _ = way_of(house.service, "disk full")
    house.api.fail("sendMessage", chat, kind=500)

    async with breaks(house.service):
        with structlog.testing.capture_logs() as logs:
            await _lasts(house, seconds)
            await watch.look()

    assert str(chat) not in repr(watch._lanes)
    assert [line["event"] for line in logs] == ["cannot_store", "static_card_not_sent"]
    assert str(chat) not in repr(logs)


async def test_where_nobody_is_on_telegram_the_desk_tells_afterwards(house: House, seconds: Time) -> None:
    karin = await builders.coordinator(house.service)
    watch = _alarm(house)
    breaks, _ = way_of(house.service, "disk full")

    async with breaks(house.service):
        await _lasts(house, seconds)
        await watch.look()
    seconds.now += condition.CALM_SECONDS
    await Heart(house.service).beat()
    await watch.look()

    assert len(await builders.said_to(house.service, karin.id, Notice.CAN_STORE_AGAIN)) == 1


async def test_acts_that_hang_and_fail_at_nothing_are_told_as_slowness(house: House, seconds: Time) -> None:
    await builders.coordinator(house.service, chat_id=KARIN)
    watch = _alarm(house)
    house.service.health.wrote_at = seconds.now

    told = []
    for later in (alarm.SILENT_SECONDS, alarm.SILENT_SECONDS + 1, alarm.SILENT_SECONDS + 1 + LASTS_SECONDS):
        seconds.now = BEGAN + later
        await watch.look()
        told.append((house.service.store.condition.cause, len(_told(house, KARIN))))

    assert told == [(None, 0), ("too_slow", 0), ("too_slow", 1)]
