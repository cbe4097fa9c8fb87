"""Bells: a ring that comes while somebody waits, between two waits, or just as the waiting ends is never lost."""

import asyncio
from asyncio import TaskGroup
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest

from bot.engine.bells import DESK, NOTIFY_CHANNEL, OUTBOX, Bells
from bot.engine.errors import NotFound
from bot.engine.seal import Seal, create_key, load_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from tests.conftest import settings_for
from tests.crash.program import until

TOPIC = "desk"


async def test_a_wait_says_whether_it_rang() -> None:
    bells = Bells()
    with bells.listen(TOPIC) as bell:
        assert not await bell.wait(0)
        bells.ring(TOPIC)
        assert await bell.wait(0)
        assert not await bell.wait(0)


async def test_a_ring_at_the_very_end_of_a_wait_is_heard() -> None:
    bells = Bells()
    with bells.listen(TOPIC) as bell:
        waiting = asyncio.create_task(bell.wait(0))
        while not waiting.cancelling():  # noqa: ASYNC110 - its time is over, which it has not been able to say yet
            await asyncio.sleep(0)
        bells.ring(TOPIC)

        assert await waiting


@asynccontextmanager
async def _listening(settings: Settings) -> AsyncIterator[tuple[Store, list[str]]]:
    """A store whose bells are heard by others, and what another program hears."""
    store, heard = Store(settings, Seal(load_key(settings.key_file))), []
    other = await asyncpg.connect(settings.postgres_dsn)
    await other.add_listener(NOTIFY_CHANNEL, lambda *told: heard.append(told[-1]))
    async with TaskGroup() as loops:
        running = loops.create_task(store.bells.run())
        await store.bells.connected.wait()
        try:
            yield store, heard
        finally:
            running.cancel()
            await other.close()
            await store.close()


async def _rings(store: Store, *topics: str) -> None:
    async with store.work() as work:
        for topic in topics:
            work.ring(topic)


@pytest.fixture
def postgresql_settings(postgres_url: str, tmp_path: Path) -> Settings:
    made = settings_for(postgres_url, tmp_path)
    create_key(made.key_file)
    return made


async def test_acts_of_one_moment_tell_other_processes_once(postgresql_settings: Settings) -> None:
    async with _listening(postgresql_settings) as (store, heard):
        store.bells.announce([OUTBOX, DESK])
        store.bells.announce([OUTBOX, "chat:1"])
        await until(lambda: len(heard) >= 3, otherwise="the other program to hear")

        assert heard == [OUTBOX, DESK, "chat:1"]


async def test_nobody_hears_of_an_act_that_was_refused(postgresql_settings: Settings) -> None:
    async with _listening(postgresql_settings) as (store, heard):
        with suppress(NotFound):
            async with store.work() as work:
                work.ring(DESK)
                raise NotFound
        await _rings(store, OUTBOX)
        await until(lambda: heard, otherwise="the other program to hear")

        assert heard == [OUTBOX]


async def test_a_program_that_nobody_hears_tells_the_others_in_its_act(postgresql_settings: Settings) -> None:
    """Such as the command line's, which does not stay for long enough to tell them afterwards."""
    async with _listening(postgresql_settings) as (_, heard):
        line = Store(postgresql_settings, Seal(load_key(postgresql_settings.key_file)))
        await _rings(line, OUTBOX)
        await line.close()
        await until(lambda: heard, otherwise="the other program to hear")

        assert heard == [OUTBOX]
