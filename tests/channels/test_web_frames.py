"""What a socket is told that our script never says: it is passed over, and what is said rightly after it is heard."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine.metrics import INCIDENTS
from bot.language.i18n import Catalogues
from handlers.web.doors.live import LARGEST_FRAME
from tests.channels.web_fixtures import Site, opened_site

PATIENCE_SECONDS = 5.0
LARGEST = LARGEST_FRAME - 1  # a larger one closes the socket
LARGEST_KEPT = 2**63 - 1  # what a database's number holds
NOT_SAID_BY_US = (
    "", "\0", "null", "true", "[]", "{", '"after"', "x" * LARGEST, "[" * LARGEST, '{"a":' * 200,
    '{"after": null}', '{"after": "0"}', '{"after": []}', '{"after": -1}', '{"after": 0.5}', '{"after": 1e999}',
    '{"after": true}', f'{{"after": {LARGEST_KEPT + 1}}}', f'{{"after": {"9" * 1_000}}}', '{"shown": 1}',
    '{"after": NaN}',
)  # fmt: skip


@pytest.fixture
async def site(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(database_url, tmp_path, catalogues) as opened:
        yield opened


async def test_a_frame_that_says_nothing_is_as_if_nothing_had_been_shown(site: Site) -> None:
    browser = site.browser()
    await browser.agrees()
    before = INCIDENTS._value.get()

    for frame in NOT_SAID_BY_US:
        async with browser.socket("/sv/chat/live") as socket:
            await socket.send_str(frame)
            told = await socket.receive_json(timeout=PATIENCE_SECONDS)
            await socket.send_str(frame)
            await socket.send_json({"shown": 10**15})
            assert "egna ord" in str(told["rows"]), frame

    assert INCIDENTS._value.get() == before


async def test_a_number_as_large_as_a_database_keeps_is_a_place_in_the_conversation(site: Site) -> None:
    browser = site.browser()
    await browser.agrees()

    async with browser.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": LARGEST_KEPT})
        await browser.says("Ett ord")
        async with browser.socket("/sv/chat/live") as other:
            await other.send_json({"after": 0})
            assert "Ett ord" in str(await other.receive_json(timeout=PATIENCE_SECONDS))
        assert not socket.closed
