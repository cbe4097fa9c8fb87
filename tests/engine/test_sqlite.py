"""SQLite's statements run where they are awaited; what waits for the disk or for somebody else keeps nobody waiting."""

import asyncio
import sqlite3
import threading
from asyncio import Event, TaskGroup
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, make_url, text
from structlog.testing import capture_logs

from bot.engine import sqlite
from bot.engine.causes import Cause
from bot.engine.errors import Unavailable
from bot.service import Service
from tests import builders

WRITES = text("INSERT INTO meta (name, value) VALUES ('written', '1')")


@pytest.fixture
async def threads(house: Service) -> AsyncIterator[list[str]]:
    """The threads in which statements run, by name."""
    seen: list[str] = []

    def note(*_: object) -> None:
        seen.append(threading.current_thread().name)

    engines = [house.store.writer.sync_engine, house.store.reader.sync_engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def _file(service: Service) -> Path:
    return Path(make_url(service.settings.database_url).database or "")


async def test_a_statement_needs_no_thread(house: Service, threads: list[str]) -> None:
    async with house.store.work() as work:
        await work.db.execute(WRITES)
    async with house.store.look() as db:
        await db.execute(text("SELECT 1"))

    assert threads == [threading.main_thread().name] * 2


async def test_what_is_slow_runs_in_a_thread_and_others_go_on(house: Service, threads: list[str]) -> None:
    async with house.store.work(slow=True) as work:
        await work.db.execute(WRITES)
    async with house.store.look(slow=True) as db:
        await db.execute(text("SELECT 1"))
    async with house.store.unhurried().look() as db:
        await db.execute(text("SELECT 1"))
    async with house.store.look() as db:
        await db.execute(text("SELECT 1"))

    assert threading.main_thread().name not in threads[:3]
    assert threads[3] == threading.main_thread().name, "the next one on the same connection is not slow"


async def test_a_look_sees_one_moment(house: Service) -> None:
    await builders.coordinator(house)
    async with house.store.look() as db:
        before = (await db.execute(text("SELECT count(*) FROM meta"))).scalar_one()
        async with house.store.work() as work:
            await work.db.execute(WRITES)
        after = (await db.execute(text("SELECT count(*) FROM meta"))).scalar_one()

    assert before == after
    assert len(await builders.table(house, "SELECT 1 FROM meta")) == before + 1


async def test_whoever_looks_cannot_write(house: Service) -> None:
    with pytest.raises(Unavailable) as refused:
        async with house.store.look() as db:
            await db.execute(WRITES)

    assert refused.value.cause == Cause.READ_ONLY


async def test_another_program_that_writes_is_waited_for_and_keeps_nobody_from_looking(house: Service) -> None:
    async def acts() -> None:
        async with house.store.work() as work:
            await work.db.execute(WRITES)

    await builders.coordinator(house)  # the file is as a running service has it
    with closing(sqlite3.connect(_file(house), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        async with TaskGroup() as both:
            waiting = both.create_task(acts())
            for _ in range(20):
                async with house.store.look() as db:
                    await db.execute(text("SELECT 1"))
            assert not waiting.done()
            other.execute("ROLLBACK")

    assert len(await builders.table(house, "SELECT 1 FROM meta WHERE name = 'written'")) == 1


async def test_a_statement_that_keeps_everybody_waiting_is_named_without_its_values(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "STALL_SECONDS", -1.0)

    with capture_logs() as told:
        async with house.store.look() as db:
            await db.execute(text("SELECT 1 WHERE :word = ''"), {"word": "hemligt"})

    (stalled,) = told
    assert stalled["event"] == "loop_stalled"
    assert "SELECT 1 WHERE" in stalled["statement"]
    assert "hemligt" not in str(told)


async def test_who_stops_waiting_for_a_commit_leaves_when_it_is_made(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the connection would be given to the next while a thread is still at it."""
    begun, may_end = Event(), threading.Event()
    loop = asyncio.get_running_loop()

    def waits(_statements: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        may_end.wait(10)

    async def acts() -> None:
        async with house.store.work() as work:
            await work.db.execute(WRITES)

    event.listen(house.store.writer.sync_engine, "commit", waits)
    async with TaskGroup() as group:
        gone = group.create_task(acts())
        await begun.wait()
        gone.cancel()
        may_end.set()

    assert gone.cancelled()
    assert len(await builders.table(house, "SELECT 1 FROM meta WHERE name = 'written'")) == 1


async def test_who_stops_waiting_for_another_program_leaves_the_file_free(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock is had all the same, in a thread; a connection is kept for the next, and must not keep it."""
    await builders.coordinator(house)  # a connection is open and kept
    waits, in_thread = Event(), sqlite.in_thread

    async def noted(*call: Any) -> object:
        waits.set()
        return await in_thread(*call)

    monkeypatch.setattr(sqlite, "in_thread", noted)
    with closing(sqlite3.connect(_file(house), isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN IMMEDIATE")
        gone = asyncio.create_task(_write(house))
        await waits.wait()
        gone.cancel()
        other.execute("ROLLBACK")
        await asyncio.wait({gone})

        assert gone.cancelled()
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    await _write(house)
    assert len(await _written(house)) == 1


async def test_after_a_commit_that_failed_the_next_act_goes_on(house: Service) -> None:
    """SQLite undoes by itself after most errors, not after all: after SQLITE_BUSY the transaction stays open."""

    def fails(_statements: object) -> None:
        raise sqlite3.OperationalError("database is locked")

    engine = house.store.writer.sync_engine
    event.listen(engine, "commit", fails)
    with pytest.raises(Unavailable):
        await _write(house)
    event.remove(engine, "commit", fails)

    await _write(house)

    assert len(await _written(house)) == 1


async def _write(service: Service) -> None:
    async with service.store.work() as work:
        await work.db.execute(WRITES)


async def _written(service: Service) -> Sequence[object]:
    return await builders.table(service, "SELECT 1 FROM meta WHERE name = 'written'")
