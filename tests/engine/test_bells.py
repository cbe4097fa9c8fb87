"""Bells: a ring that comes while somebody waits, between two waits, or just as the waiting ends is never lost."""

import asyncio
from asyncio import TaskGroup
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import asyncpg
import pytest
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import text

from bot.engine import bells
from bot.engine.bells import DESK, NOTIFY_CHANNEL, OUTBOX, Bells
from bot.engine.errors import NotFound
from bot.engine.seal import Seal, create_key, load_key
from bot.engine.settings import Settings
from bot.engine.store import Store
from tests.crash.program import until
from tests.given import settings_for

TOPIC = "desk"


async def test_a_wait_says_whether_it_rang() -> None:
    rung = Bells()
    with rung.listen(TOPIC) as bell:
        assert not await bell.wait(0)
        rung.ring(TOPIC)
        assert await bell.wait(0)
        assert not await bell.wait(0)


async def test_a_ring_at_the_very_end_of_a_wait_is_heard() -> None:
    rung = Bells()
    with rung.listen(TOPIC) as bell:
        waiting = asyncio.create_task(bell.wait(0))
        while not waiting.cancelling():  # noqa: ASYNC110 - its time is over, which it has not been able to say yet
            await asyncio.sleep(0)
        rung.ring(TOPIC)

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
        await work.db.execute(text("SELECT 1"))
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


async def test_acts_one_after_the_other_tell_other_processes_together(
    postgresql_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bells, "TOLD_EVERY_SECONDS", 2.0)
    told, tell = [], bells.PostgresBells._tell_others

    async def noted(one: bells.PostgresBells, notify: PreparedStatement) -> None:
        told.append(list(one._to_tell))
        await tell(one, notify)

    monkeypatch.setattr(bells.PostgresBells, "_tell_others", noted)
    async with _listening(postgresql_settings) as (store, heard):
        for topic in (OUTBOX, DESK, "chat:1"):
            await _rings(store, topic)
        await until(lambda: len(heard) >= 3, otherwise="the other program to hear")

    assert [topics for topics in told if topics] == [[OUTBOX, DESK, "chat:1"]]


async def test_a_process_is_not_woken_twice_by_what_it_has_said_itself(postgresql_settings: Settings) -> None:
    async with _listening(postgresql_settings) as (store, heard):
        with store.bells.listen(DESK) as bell:
            await _rings(store, DESK)
            assert await bell.wait(0)
            await until(lambda: heard, otherwise="the other program to hear")
            other = Store(postgresql_settings, Seal(load_key(postgresql_settings.key_file)))
            with store.bells.listen(OUTBOX) as behind:
                await _rings(other, OUTBOX)  # is heard behind what this one has said
                await until(lambda: behind.is_rung, otherwise="the other's act to be heard")
            await other.close()

            assert not bell.is_rung


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
