"""The poll loop at its start and when the database has a bad moment: ready at once, and nobody's words out of order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.engine.errors import Unavailable
from bot.engine.store import Store
from bot.engine.work import Work
from bot.language.i18n import Catalogues
from bot.service import Service
from handlers.telegram import poll
from handlers.telegram.receiving import CHANNEL, Telegram
from tests.crash.place import POLLING, Place, opened, talking_pairs
from tests.running import running

PATIENCE_SECONDS = 10.0


@pytest.fixture
async def place(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with opened("polling", sqlite_url, tmp_path, receive=POLLING, long_poll_seconds=30) as made:
        yield made


async def test_telegram_counts_as_ready_before_anybody_has_written(place: Place, catalogues: Catalogues) -> None:
    service = Service(place.store, place.settings, catalogues)

    async with running(service):
        await place.api.wait_begun("getUpdates")

        assert service.health.channels == {CHANNEL: True}


async def test_words_behind_some_that_are_tried_again_wait_for_them(
    place: Place, catalogues: Catalogues, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pair,) = await talking_pairs(place.store, 1)
    telegram = Telegram(Service(place.store, place.settings, catalogues))
    for words in ("said first", "said second"):
        await place.api.says(pair.newcomer, words)
    batch = [waiting.body for waiting in place.api.delivery.waiting()]

    monkeypatch.setattr(Store, "work", _away_once(Store.work, monkeypatch))
    async with asyncio.TaskGroup() as acts:
        window = poll.Window(lambda told: acts.create_task(telegram.see_through(told, rest_seconds=0)))
        await window.take(batch)
    await window.take([])
    await telegram.close()

    assert window.offset == batch[-1]["update_id"] + 1
    assert (await place.words_kept())[-2:] == ["said first", "said second"]


async def test_of_many_updates_the_older_half_is_acknowledged_while_the_others_are_being_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(poll, "LOOK_AGAIN_SECONDS", PATIENCE_SECONDS)
    done = {number: asyncio.Event() for number in range(1, 7)}
    begun: list[int] = []

    async def act(number: int) -> None:
        begun.append(number)
        await done[number].wait()

    async with asyncio.timeout(PATIENCE_SECONDS), asyncio.TaskGroup() as acts:
        window = poll.Window(lambda told: acts.create_task(act(told["update_id"])))
        taking = acts.create_task(window.take([{"update_id": number} for number in done]))
        for number in (1, 3, 5, 2):  # the older half at last
            assert not taking.done()
            done[number].set()
        await taking
        assert window.offset == 4

        done[6].set()  # behind one that is not done
        taking = acts.create_task(window.take([{"update_id": number} for number in (4, 5, 6)]))
        done[4].set()
        await taking

    assert window.offset == 7
    assert sorted(begun) == [*done]


def _away_once(work: object, monkeypatch: pytest.MonkeyPatch) -> object:
    """The database does not answer the first who asks."""

    @asynccontextmanager
    async def away(_self: Store, **_how: bool) -> AsyncIterator[Work]:
        monkeypatch.setattr(Store, "work", work)
        raise Unavailable
        yield

    return away
