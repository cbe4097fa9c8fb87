"""A call to Telegram that is never answered: it holds up nobody but, at most, whom it was for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.service import Service
from bot.telling import delivery
from tests import builders
from tests.botapi import FakeBotApi
from tests.botapi.faults import Fault
from tests.channels.telegram_house import telegram_house
from tests.given import TOKEN, settings_for
from tests.running import running

PATIENCE_SECONDS = 8.0  # less than a call may take here
SEND_SECONDS = 18.0


@pytest.fixture
async def api() -> AsyncIterator[FakeBotApi]:
    async with FakeBotApi() as made:
        yield made


@asynccontextmanager
async def _service(url: str, folder: Path, catalogues: Catalogues, api: FakeBotApi) -> AsyncIterator[Service]:
    settings = settings_for(
        url, folder, telegram_token=TOKEN, telegram_api_url=api.url, port=0, send_timeout_seconds=SEND_SECONDS,
        lease_seconds=60,
    )  # fmt: skip
    store = Store(settings, Seal(create_key(settings.key_file)))
    try:
        yield Service(store, settings, catalogues)
    finally:
        await store.close()


async def _presses(api: FakeBotApi) -> None:
    await api.presses(900, "lang:sv")


async def _writes_in_a_group(api: FakeBotApi) -> None:
    await api.in_group(-900, "Hej alla")


async def _sends_what_nobody_can_read(api: FakeBotApi) -> None:
    await api.raw({"message": {"message_id": 1, "date": "?", "chat": {"id": 900, "type": "private"}}})


@pytest.mark.parametrize(
    ("does", "method"),
    [
        (_presses, "answerCallbackQuery"),
        (_writes_in_a_group, "sendMessage"),
        (_writes_in_a_group, "leaveChat"),
        (_sends_what_nobody_can_read, "sendMessage"),
    ],
)
async def test_a_call_past_the_outbox_that_hangs_holds_up_nobody(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, api: FakeBotApi, does: Callable, method: str
) -> None:
    async with _service(sqlite_url, tmp_path, catalogues, api) as service, running(service):
        await api.says(900, "/start", language_code="sv")
        await api.wait_for(900, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)
        hung = api.fail(method, None if method == "answerCallbackQuery" else _chat_of(does), kind="hold", times=None)
        await does(api)
        await hung.reached(PATIENCE_SECONDS)

        written = await api.says(901, "/start", language_code="sv")
        await api.delivered(written, timeout=PATIENCE_SECONDS)
        await api.wait_for(901, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)
        api.release()


def _chat_of(does: Callable) -> int:
    return -900 if does is _writes_in_a_group else 900


async def test_an_introduction_that_hangs_lets_people_in(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, api: FakeBotApi
) -> None:
    hung = api.fail("setMyCommands", kind="hold", times=None)
    async with _service(sqlite_url, tmp_path, catalogues, api) as service, running(service):
        await hung.reached(PATIENCE_SECONDS)
        await api.says(901, "/start", language_code="sv")

        await api.wait_for(901, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)


async def test_a_group_that_writes_again_while_it_is_being_left_hears_it_once(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        for words in ("Hej", "Hej igen", "Hallå"):
            await house.api.in_group(-900, words)
        for update in house.api.delivery.waiting():
            await house.telegram.take_in(update.body)
        await house.telegram.errands.do_all()

        assert len(house.texts(-900)) == 1
        assert house.api.chat(-900).left


async def test_a_group_that_cannot_be_told_is_left_all_the_same(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        house.api.fail("sendMessage", -900, kind=400, description="Bad Request: not enough rights")
        await house.api.in_group(-900, "Hej")
        await house.take_in()

        assert house.api.chat(-900).left


async def test_a_slow_act_of_one_chat_lets_the_others_in(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with _service(sqlite_url, tmp_path, catalogues, api) as service:
        slow = Fault("hold", None, None, 1)
        async with running(service) as telegram:
            assert telegram is not None
            await api.wait_begun("getUpdates")
            handled = telegram._done

            async def done(update, chat):  # type: ignore[no-untyped-def]
                if chat.id == 900 and slow.hits == 0:
                    slow.hits += 1
                    await slow.after()
                return await handled(update, chat)

            monkeypatch.setattr(telegram, "_done", done)
            first = await api.says(900, "/start", language_code="sv")
            await slow.reached(PATIENCE_SECONDS)

            await api.says(901, "/start", language_code="sv")
            await api.wait_for(901, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)
            acknowledged = [ack.update_id for ack in api.delivery.acked]
            slow.release()
            await api.wait_for(900, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)
            await api.drained(PATIENCE_SECONDS)

    assert first.update_id not in acknowledged
    assert len(api.chat(901).from_bot) == 1


@pytest.mark.parametrize("chats", [4, 8])
async def test_chats_whose_letters_hang_take_no_worker_from_the_others(
    database_url: str, tmp_path: Path, catalogues: Catalogues, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch,
    chats: int,
) -> None:  # fmt: skip
    monkeypatch.setattr(delivery, "SLOW_SECONDS", 0.05)
    async with _service(database_url, tmp_path, catalogues, api) as service, running(service):
        hung = [api.fail("sendMessage", 900 + n, kind="hold", times=None) for n in range(chats)]
        for n in range(chats):
            await api.says(900 + n, "/start", language_code="sv")
        for one in hung:
            await one.reached(PATIENCE_SECONDS)

        for n in range(5):
            await api.says(950 + n, "/start", language_code="sv")
            await api.wait_for(950 + n, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)
        api.release()


async def test_a_letter_that_hung_is_marked_when_its_answer_comes(
    database_url: str, tmp_path: Path, catalogues: Catalogues, api: FakeBotApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "SLOW_SECONDS", 0.05)
    async with _service(database_url, tmp_path, catalogues, api) as service, running(service):
        hung = api.fail("sendMessage", 900, kind="hold")
        await api.says(900, "/start", language_code="sv")
        await hung.reached(PATIENCE_SECONDS)
        await api.says(901, "/start", language_code="sv")
        await api.wait_for(901, service.words("sv")("choose_language"), timeout=PATIENCE_SECONDS)

        hung.release()
        await api.presses(900, "lang:sv")
        await api.wait_for(900, service.words("sv")("consent_ask"), timeout=PATIENCE_SECONDS)

        rows = await builders.table(service, "SELECT state, doubtful FROM outbox WHERE kind = 'ask_language'")
    assert {(row.state, bool(row.doubtful)) for row in rows if row.state == "sent"} == {("sent", False)}
    texts = [one.text for one in api.accepted if one.chat_id == 900]
    assert len(set(texts)) == len(texts)
