"""The bot as it runs: how it introduces itself, receives, waits for Telegram, and what it never drops."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import structlog
from telegram.constants import UpdateType

from bot.engine.errors import Unavailable
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.language.parts import COMMANDS
from bot.service import Service
from handlers.telegram import poll
from handlers.telegram.receiving import ALLOWED_UPDATES, CHANNEL
from models.people import Language
from tests import builders
from tests.botapi import FakeBotApi
from tests.given import TOKEN, settings_for
from tests.running import running

PATIENCE_SECONDS = 10


@asynccontextmanager
async def opened(
    url: str, folder: Path, catalogues: Catalogues, api: FakeBotApi, **changes: object
) -> AsyncIterator[Service]:
    """A service that has not started, on any free port."""
    settings = settings_for(
        url, folder, telegram_token=TOKEN, telegram_api_url=api.url, port=0, long_poll_seconds=1, **changes
    )
    store = Store(settings, Seal(create_key(settings.key_file)))
    try:
        yield Service(store, settings, catalogues)
    finally:
        await store.close()


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not is_so():  # noqa: ASYNC110 - what a probe would see has no bell
            await asyncio.sleep(0.01)


async def test_commands_and_descriptions_are_set_in_every_language(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with FakeBotApi() as api, opened(sqlite_url, tmp_path, catalogues, api) as service, running(service):
        await _until(lambda: ("short_description", list(Language)[-1]) in api.profile)

        for language in Language:
            shown = api.profile["commands", language.value]
            assert [one["command"] for one in shown] == list(COMMANDS)
            words = service.words(language)
            assert [one["description"] for one in shown] == [words(f"command_{name}") for name in COMMANDS]
            assert api.profile["description", language.value] == words("bot_description")
            assert api.profile["short_description", language.value] == words("bot_short_description")
        assert api.profile["commands", ""] == api.profile["commands", "en"]


async def test_the_bot_asks_for_exactly_what_it_handles(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with FakeBotApi() as api, opened(sqlite_url, tmp_path, catalogues, api) as service, running(service):
        call = await api.wait_begun("getUpdates")

        assert call.params["allowed_updates"] == ALLOWED_UPDATES
        assert set(ALLOWED_UPDATES) == {
            UpdateType.MESSAGE, UpdateType.EDITED_MESSAGE, UpdateType.CALLBACK_QUERY, UpdateType.MY_CHAT_MEMBER
        }  # fmt: skip


async def test_telegram_unreachable_at_the_start_is_waited_for_and_what_was_written_is_taken_in(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "REST_SECONDS", 0.05)
    async with FakeBotApi() as api, opened(sqlite_url, tmp_path, catalogues, api) as service:
        await api.down()
        await api.says(900, "/start", language_code="sv")
        async with running(service):
            await _until(lambda: CHANNEL in service.health.channels)
            assert service.health.channels[CHANNEL] is False
            await builders.volunteer(service)  # the rest of the service works meanwhile
            await api.up()

            await api.wait_for(900, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)
            assert service.health.channels[CHANNEL] is True


async def test_when_somebody_else_polls_the_alarm_is_raised_and_nothing_is_dropped(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "REST_SECONDS", 0.05)
    async with FakeBotApi() as api, opened(sqlite_url, tmp_path, catalogues, api) as service:
        api.fail("getUpdates", kind=409, times=3)
        with structlog.testing.capture_logs() as logs:
            async with running(service):
                await _until(lambda: any(line["event"] == "another_process_polls_this_bot" for line in logs))
                alarmed = service.health.channels[CHANNEL]
                await api.says(900, "/start", language_code="sv")
                await api.wait_for(900, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)

        assert alarmed is False
        dropping = [call for call in api.calls if call.params.get("drop_pending_updates")]
        assert dropping == []


async def test_what_is_not_committed_is_not_acknowledged_and_comes_again(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "REST_SECONDS", 0.05)
    async with FakeBotApi() as api, opened(sqlite_url, tmp_path, catalogues, api) as service:
        works, fails = service.store.work, [True]

        @asynccontextmanager
        async def work(**how):  # type: ignore[no-untyped-def]
            if fails[0]:
                raise Unavailable
            async with works(**how) as opened_work:
                yield opened_work

        async with running(service):
            await api.wait_begun("getUpdates")
            monkeypatch.setattr(service.store, "work", work)
            happened = await api.says(900, "/start", language_code="sv")
            await api.wait_for(900, service.words("sv")("unavailable_telegram"), timeout=PATIENCE_SECONDS)
            acknowledged = [ack.update_id for ack in api.delivery.acked]
            fails[0] = False

            await api.delivered(happened, timeout=PATIENCE_SECONDS)
            await api.wait_for(900, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)

        assert happened.update_id not in acknowledged


async def test_an_update_the_library_cannot_read_does_not_stop_the_others(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with FakeBotApi() as api, opened(sqlite_url, tmp_path, catalogues, api) as service:
        unreadable = await api.raw({"message": {"message_id": 1, "chat": {"id": 900, "type": "private"}}})
        await api.unknown_update()
        async with running(service):
            await api.says(900, "/start", language_code="sv")

            await api.wait_for(900, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)
            await api.delivered(unreadable, timeout=PATIENCE_SECONDS)


async def test_with_a_webhook_it_is_set_with_its_secret_and_nothing_is_dropped(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with FakeBotApi() as api:
        changes = {"webhook_url": "https://radrum.example", "webhook_secret": "s" * 32}
        async with opened(sqlite_url, tmp_path, catalogues, api, **changes) as service, running(service):
            call = await api.wait_call("setWebhook", timeout=PATIENCE_SECONDS)
            await _until(lambda: service.health.channels.get(CHANNEL, False))

        assert call.params["url"] == "https://radrum.example/telegram/webhook"
        assert call.params["secret_token"] == "s" * 32
        assert call.params["allowed_updates"] == ALLOWED_UPDATES
        assert not call.params.get("drop_pending_updates")


async def test_a_question_survives_a_stop_before_its_receipt_has_left(
    database_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with FakeBotApi() as api, opened(database_url, tmp_path, catalogues, api) as service:
        await builders.case_of(service, chat_id=900)
        before = api.chat(900).from_bot

        async with running(service):
            await api.wait_for(900, service.words("sv")("thanks_received"), timeout=PATIENCE_SECONDS)

        assert before == []
        receipts = [one for one in api.chat(900).from_bot if str(service.words("sv")("thanks_received")) in one.text]
        assert len(receipts) == 1
