"""Telegram and the clock: a coordinator's button ends a doubt, nobody else's does; its servers bear witness."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.trouble.pulse import Heart
from handlers.telegram.wire import Wire
from handlers.telegram.witness import counts, instant_of
from tests import builders
from tests.botapi import FakeBotApi
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.clocks import Clocks
from tests.given import TOKEN

KARIN, AMINA, ASKER = 600, 500, 900
AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues, clocks: Clocks) -> AsyncIterator[House]:
    """The clock is 400 days ahead, and a coordinator has been told."""
    async with telegram_house(database_url, tmp_path, catalogues) as made:
        await builders.coordinator(made.service, chat_id=KARIN)
        await builders.volunteer(made.service, chat_id=AMINA)
        await Heart(made.service).beat()
        clocks.jump(timedelta(days=400))
        await Heart(made.service).beat()
        await made.settle()
        yield made


async def test_the_coordinator_s_button_ends_the_doubt(house: House, clocks: Clocks) -> None:
    asked = house.api.chat(KARIN).last
    (code,) = codes_of(asked)

    said = await house.pressed(KARIN, code, asked.message_id)
    await Heart(house.service).beat()

    assert said == ""
    assert clock.doubt() is None
    assert clock.now() == clocks.shown()
    shown = house.api.chat(KARIN).last
    assert (shown.message_id, codes_of(shown)) == (asked.message_id, [])
    assert shown.text == house.service.desk("sv")("clock_confirmed")


@pytest.mark.parametrize("chat_id", [AMINA, ASKER])
async def test_nobody_else_s_press_ends_it(house: House, clocks: Clocks, chat_id: int) -> None:
    (code,) = codes_of(house.api.chat(KARIN).last)
    if chat_id == ASKER:
        await house.asks(ASKER)

    said = await house.pressed(chat_id, code, 1)
    await Heart(house.service).beat()

    assert said in ("Knappen gäller inte längre.", "Knappen fungerar inte längre.")
    assert clock.doubt() is not None


async def test_the_button_of_a_doubt_that_is_over_says_so(house: House, clocks: Clocks) -> None:
    asked = house.api.chat(KARIN).last
    (code,) = codes_of(asked)
    clocks.jump(timedelta(days=-400))
    await Heart(house.service).beat()

    said = await house.pressed(KARIN, code, asked.message_id)

    assert said == "Knappen gäller inte längre."


async def test_only_coordinators_are_told(house: House) -> None:
    told = await builders.table(house.service, "SELECT address_id FROM outbox WHERE kind = 'clock_doubt'")

    assert len(told) == 1
    assert [one for one in house.texts(AMINA) if "clock confirm" in one] == []


async def test_every_answer_of_the_server_bears_its_time() -> None:
    heard: list[datetime] = []
    async with FakeBotApi() as api:
        wire = Wire(timeout_seconds=5, witness=heard.append)
        await wire.do_request(f"{api.url}/bot{TOKEN}/getMe", "POST")
        await wire.shutdown()

    assert len(heard) == 1
    assert abs(heard[0] - datetime.now(UTC)) < AN_HOUR


@pytest.mark.parametrize("api_url", ["https://api.telegram.org", "https://botapi.example.org:8443", "https://10.0.0.7"])
def test_a_server_elsewhere_counts_as_a_witness(api_url: str) -> None:
    assert counts(api_url)


@pytest.mark.parametrize(
    "api_url",
    [
        "http://api.telegram.org", "https://localhost:8081", "https://LOCALHOST", "https://127.0.0.1:8081",
        "https://127.1.2.3", "https://[::1]:8081", "https://0.0.0.0", "http://127.0.0.1:8081",
    ],
)  # fmt: skip
def test_a_server_on_this_computer_or_without_tls_does_not(api_url: str) -> None:
    assert not counts(api_url)


def test_a_server_under_this_computer_s_name_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "advice.example.org")

    assert not counts("https://advice.example.org")
    assert not counts("https://advice:8081")


@pytest.mark.parametrize("date", ["", "soon", "Mon, 99 Jan 2026 25:00:00 GMT", "Thu, 26 Nov 2026 19:00:00 -0000"])
def test_a_time_that_cannot_be_read_is_none(date: str) -> None:
    assert instant_of({"Date": date}) is None
    assert instant_of({}) is None


async def test_the_fake_server_of_a_test_is_no_witness(house: House) -> None:
    assert house.telegram._wires[0]._witness is None
