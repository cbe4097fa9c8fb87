"""Somebody else has the bot's token: it is noticed, named for what it is, put right and told; no word is dropped."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import structlog
from telegram import Bot
from telegram.error import Conflict

from bot.engine import bells, clock
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.service import Service
from handlers.telegram import poll, webhook_watch
from handlers.telegram.receiving import CHANNEL
from handlers.telegram.webhook_watch import MENDS_EVERY_SECONDS, POLLER_LASTS_SECONDS, TELLS_EVERY_SECONDS, Watch
from models.notice import Notice
from tests import builders
from tests.botapi import FakeBotApi
from tests.channels.telegram_house import House, telegram_house
from tests.crash.program import until
from tests.given import TOKEN, settings_for
from tests.running import free_port, running

NOWHERE = "http://127.0.0.1:9/theirs"
NEWCOMER, KARIN = 900, 600
SECRET = "s" * 32
A_MINUTE = timedelta(minutes=1)


@asynccontextmanager
async def _opened(
    url: str, folder: Path, catalogues: Catalogues, api: FakeBotApi, *, by_webhook: bool
) -> AsyncIterator[Service]:
    """The service as it runs, receiving one way or the other, with a coordinator on Telegram."""
    port = free_port()
    way = {"webhook_url": f"http://127.0.0.1:{port}", "webhook_secret": SECRET} if by_webhook else {}
    settings = settings_for(url, folder, telegram_token=TOKEN, telegram_api_url=api.url, port=port, **way)
    store = Store(settings, Seal(create_key(settings.key_file)))
    service = Service(store, settings, catalogues)
    try:
        await builders.coordinator(service, chat_id=KARIN)
        async with running(service):
            await until(lambda: service.health.channels.get(CHANNEL, False), otherwise="the way in to be open")
            await asyncio.sleep(0)  # the watch, begun in the same breath, listens by then
            yield service
    finally:
        await store.close()


async def _arrives(api: FakeBotApi, service: Service) -> None:
    """What a newcomer writes is answered."""
    await api.wait_for(NEWCOMER, service.words("sv")("choose_language"))


async def _readiness(service: Service) -> dict:
    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{service.settings.port}/readyz") as answer:
        return json.loads(await answer.text())


def _looks(service: Service) -> None:
    """The minute is over."""
    service.store.bells.ring(bells.WEBHOOK)


def _token_told(service: Service, code: str) -> str:
    return str(service.desk("sv")(f"token_{code}"))


def _drops(api: FakeBotApi) -> list:
    return [call for call in api.calls if call.params.get("drop_pending_updates")]


THEFTS = {
    "webhook_foreign": {"url": NOWHERE},
    "webhook_deleted": {"url": ""},
}


@pytest.mark.parametrize("code", [*THEFTS, "webhook_secret"])
async def test_a_webhook_that_is_not_ours_any_more_is_named_set_again_and_told(
    database_url: str, tmp_path: Path, catalogues: Catalogues, code: str
) -> None:
    clock.move(-A_MINUTE)  # Telegram tells whole seconds: what fails from now on fails after the start for certain
    async with (
        FakeBotApi() as api,
        _opened(database_url, tmp_path, catalogues, api, by_webhook=True) as service,
    ):
        clock.unfreeze()
        ours = api.delivery.webhook["url"]
        theirs = THEFTS.get(code, {"url": ours, "secret_token": "t" * 32})
        await api.methods.call("setWebhook", theirs)
        said = await api.says(NEWCOMER, "/start", language_code="sv")
        if theirs["url"]:
            await api.tried(said)

        _looks(service)
        await _arrives(api, service)
        await api.wait_for(KARIN, lambda shown: _token_told(service, code) in shown.text)
        ready = await _readiness(service)

        assert api.delivery.webhook["url"] == ours
        assert api.delivery.webhook["secret_token"] == SECRET
        assert ready["channel_troubles"][CHANNEL]["code"] == code
        assert _drops(api) == []


async def test_a_foreign_webhook_is_not_taken_for_another_poller_and_polling_goes_on(
    database_url: str, tmp_path: Path, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "REST_SECONDS", 0.05)
    monkeypatch.setattr(webhook_watch, "AT_MOST_EVERY_SECONDS", 0)
    with structlog.testing.capture_logs() as logs:
        async with (
            FakeBotApi() as api,
            _opened(database_url, tmp_path, catalogues, api, by_webhook=False) as service,
        ):
            await api.wait_begun("getUpdates")
            await api.methods.call("setWebhook", {"url": NOWHERE})
            await api.says(NEWCOMER, "/start", language_code="sv")

            await _arrives(api, service)
            await api.wait_for(KARIN, lambda shown: _token_told(service, "webhook_foreign") in shown.text)
            ready = await _readiness(service)

            assert api.delivery.webhook["url"] == ""
            assert ready["channel_troubles"][CHANNEL]["code"] == "webhook_foreign"
            assert _drops(api) == []
    assert "another_process_polls_this_bot" not in [line["event"] for line in logs]


# One look after another, by a clock of the test's own.


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    way = {"webhook_url": f"http://127.0.0.1:{free_port()}", "webhook_secret": SECRET}
    async with telegram_house(sqlite_url, tmp_path, catalogues, **way) as opened:
        await webhook_watch.receive(opened.telegram)
        yield opened


class Seconds:
    """The program's seconds, moved by the test."""

    now = 10_000.0


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> type[Seconds]:
    monkeypatch.setattr(Seconds, "now", 10_000.0)
    monkeypatch.setattr(webhook_watch, "monotonic", lambda: Seconds.now)
    return Seconds


def _code(house: House) -> str | None:
    trouble = house.service.health.channel_troubles.get(CHANNEL)
    return trouble.code if trouble else None


async def _told(house: House, karin: builders.Staff) -> list[str]:
    return [row.params["what"] for row in await builders.said_to(house.service, karin.id, Notice.TOKEN_ELSEWHERE)]


async def test_it_is_set_again_once_in_ten_minutes_told_once_an_hour_and_named_meanwhile(
    house: House, seconds: type[Seconds]
) -> None:
    karin = await builders.coordinator(house.service)
    watch, set_again = Watch(house.telegram), []

    for later in (0, MENDS_EVERY_SECONDS - 1, MENDS_EVERY_SECONDS, TELLS_EVERY_SECONDS):
        seconds.now = 10_000.0 + later
        await house.api.methods.call("setWebhook", {"url": NOWHERE})
        await watch.look()
        set_again.append((house.api.delivery.webhook["url"] != NOWHERE, _code(house), len(await _told(house, karin))))
    await watch.look()
    named = _code(house)
    seconds.now += webhook_watch.NAMED_FOR_SECONDS
    await watch.look()

    foreign = "webhook_foreign"
    assert set_again == [(True, foreign, 1), (False, foreign, 1), (True, foreign, 1), (True, foreign, 2)]
    assert (named, _code(house)) == (foreign, None)
    assert house.service.health.channels[CHANNEL] is True


async def test_a_webhook_that_telegram_does_not_reach_is_named_until_it_does_and_nobody_is_accused(
    house: House,
) -> None:
    karin = await builders.coordinator(house.service)
    clock.move(-A_MINUTE)
    house.telegram.heard_at, watch = clock.now(), Watch(house.telegram)
    clock.unfreeze()
    await house.api.tried(await house.api.says(NEWCOMER, "/start", language_code="sv"))

    await watch.look()
    trouble, channel = house.service.health.channel_troubles[CHANNEL], house.service.health.channels[CHANNEL]
    clock.move(A_MINUTE)
    await house.take_in()
    await watch.look()

    assert (trouble.code, channel) == ("webhook_failing", False)
    assert trouble.failed_at is not None
    assert await _told(house, karin) == []
    assert len(house.api.calls_of("setWebhook")) == 1
    assert (_code(house), house.service.health.channels[CHANNEL]) == (None, True)


async def test_what_failed_before_the_program_started_is_no_trouble_of_today(house: House) -> None:
    await house.api.tried(await house.api.says(NEWCOMER, "/start", language_code="sv"))
    clock.move(A_MINUTE)

    await Watch(house.telegram).look()

    assert _code(house) is None


async def test_a_second_poller_is_named_at_once_and_told_when_it_stays(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, seconds: type[Seconds]
) -> None:
    """For half a minute after a restart the other one is our own last poll."""
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        karin = await builders.coordinator(house.service)
        watch, seen = Watch(house.telegram), []
        refusal = await _refused_poll(house)

        with structlog.testing.capture_logs() as logs:
            for later in (0, 30, POLLER_LASTS_SECONDS - 1, POLLER_LASTS_SECONDS, POLLER_LASTS_SECONDS + 1):
                seconds.now = 10_000.0 + later
                await watch.refused(refusal)
                seen.append((_code(house), len(await _told(house, karin))))

        poller = "second_poller"
        assert seen == [(poller, 0), (poller, 0), (poller, 0), (poller, 1), (poller, 1)]
        assert [line["event"] for line in logs] == ["another_process_polls_this_bot", "telegram_way_in"]
        assert _drops(house.api) == []
        assert house.api.calls_of("deleteWebhook") == []


async def _refused_poll(house: House) -> str:
    """What Telegram says to a poll when another one comes."""
    async with asyncio.TaskGroup() as both:
        first = both.create_task(_refusal_of(house.telegram.bot))
        await house.api.wait_begun("getUpdates")
        both.create_task(house.telegram.bot.get_updates(timeout=0))
    return first.result()


async def _refusal_of(bot: Bot) -> str:
    with pytest.raises(Conflict) as refused:
        await bot.get_updates(timeout=5)
    return str(refused.value)


async def test_a_database_that_does_not_answer_only_delays_that_it_is_told(
    house: House, seconds: type[Seconds]
) -> None:
    karin = await builders.coordinator(house.service)
    watch = Watch(house.telegram)
    patient = house.service.store.settings

    house.service.store.settings = patient.model_copy(update={"work_seconds": 0})
    await house.api.methods.call("setWebhook", {"url": NOWHERE})
    await watch.look()
    mended = house.api.delivery.webhook["url"] != NOWHERE
    house.service.store.settings = patient
    await watch.look()

    assert mended
    assert await _told(house, karin) == ["webhook_foreign"]
