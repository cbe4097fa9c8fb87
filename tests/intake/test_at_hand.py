"""A message into a case that somebody has: what it needs is asked at once, and it finds what stands there by then."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine.pipeline import Line
from bot.language.i18n import Catalogues
from bot.service import Service
from handlers.telegram.receiving import Telegram
from tests.crash.place import WEBHOOK, Pair, Place, opened, talking_pairs


@pytest.fixture
async def place(postgres_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with opened("asked at once", postgres_url, tmp_path, receive=WEBHOOK) as made:
        made.store.bells.connected.set()  # type: ignore[attr-defined]  # others are told by its bells
        yield made


@pytest.fixture
async def telegram(place: Place, catalogues: Catalogues) -> AsyncIterator[Telegram]:
    made = Telegram(Service(place.store, place.settings, catalogues))
    yield made
    await made.close()


async def _says(place: Place, telegram: Telegram, pair: Pair, *words: str) -> list[bool]:
    for line in words:
        await place.api.says(pair.newcomer, line)
    bodies = [waiting.body for waiting in place.api.delivery.waiting()][-len(words) :]
    return await asyncio.gather(*(telegram.take_in(body) for body in bodies))


async def test_words_relayed_on_postgresql_wait_for_it_twice(
    place: Place, telegram: Telegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets, write = [], Line._written

    def written(line: Line, packet: bytes) -> None:
        packets.append(len(packet))
        write(line, packet)

    monkeypatch.setattr(Line, "_written", written)
    (pair,) = await talking_pairs(place.store, 1)
    assert await _says(place, telegram, pair, "the first prepares") == [True]
    packets.clear()

    assert await _says(place, telegram, pair, "what it needs, and COMMIT") == [True]

    assert len(packets) == 2
    assert (await place.words_kept())[-2:] == ["the first prepares", "what it needs, and COMMIT"]
