"""What goes ahead of a statement on PostgreSQL is of the same act: in its order, with its errors, undone with it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Boolean, Column, Date, Float, MetaData, Table, Text, Time, func, insert, select, text

from bot.engine.errors import Refusal, Unavailable
from bot.engine.pipeline import Line
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.service import Service
from models.base import Id, Sealed, UtcDateTime, new_id, table_of
from models.case import CaseEvent, CaseEventKind
from models.timer import Timer, TimerKind
from tests.given import settings_for

TIMERS, NOBODY = table_of(Timer), 1
EVERYTHING = Table(
    "everything", MetaData(),
    Column("id", Id, primary_key=True, autoincrement=False), Column("n", Id), Column("open", Boolean),
    Column("name", Text), Column("words", Sealed), Column("said_at", UtcDateTime), Column("on_day", Date),
    Column("opens", Time), Column("latitude", Float),
)  # fmt: skip
KEEP = insert(EVERYTHING)
ROWS: list[dict[str, Any]] = [
    {"n": -(2**63), "open": True, "name": "d'Arc \\ \"å\" 'ض' 😀\n", "words": b"\x00\xff'\\", "latitude": -55.7047},
    {"n": 0, "open": False, "name": "", "words": b"", "latitude": 1e-300},
    {"said_at": datetime(2026, 3, 29, 1, 30, 0, 1, UTC), "on_day": date(1, 1, 1), "opens": time(23, 59, 59, 999999)},
    {},
]  # fmt: skip
COUNT = select(func.count()).select_from(TIMERS)


@pytest.fixture
async def store(postgres_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    settings = settings_for(postgres_url, tmp_path)
    made = Store(settings, Seal(create_key(settings.key_file)))
    yield made
    await made.close()


async def _reminds(store: Store) -> None:
    async with store.work() as work:
        await work.remind(TimerKind.MORNING, 0, work.now + timedelta(days=1))


async def _reminds_quietly(store: Store, times: int) -> None:
    """As a process does that others hear of by its bells."""
    async with store.work() as work:
        for number in range(times):
            timer = {"id": new_id(), "kind": TimerKind.MORNING, "subject": number, "due_at": work.now}
            await work.db.execute_ahead(insert(TIMERS), timer)


async def _reminders(store: Store) -> int:
    async with store.look() as db:
        return (await db.execute(COUNT)).scalar_one()


def _packets(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How long is what is sent from now on, packet by packet."""
    sent, write = [], Line._written

    def written(line: Line, packet: bytes) -> None:
        sent.append(len(packet))
        write(line, packet)

    monkeypatch.setattr(Line, "_written", written)
    return sent


async def test_an_act_that_waits_for_no_answer_is_sent_in_one_packet(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = _packets(monkeypatch)
    await _reminds_quietly(store, 1)  # prepares
    assert sent, "asyncpg writes no more where bot/engine/pipeline.py looks for it"
    sent.clear()

    await _reminds_quietly(store, 3)

    assert len(sent) == 1
    assert await _reminders(store) == 4


async def test_what_goes_ahead_is_kept_as_what_is_asked(store: Store) -> None:
    async with store.work() as work:
        await work.db.run_sync(EVERYTHING.create)
        columns = [column.name for column in EVERYTHING.columns]
        rows = [dict.fromkeys(columns) | row for row in ROWS]
        for number, row in enumerate(rows):
            await work.db.execute_ahead(KEEP, row | {"id": number})
        for number, row in enumerate(rows):
            await work.db.execute(KEEP, row | {"id": len(rows) + number})
        kept = [tuple(row)[1:] for row in await work.db.execute(select(EVERYTHING).order_by(EVERYTHING.c.id))]

    assert kept[: len(rows)] == kept[len(rows) :] == [tuple(row[name] for name in columns[1:]) for row in rows]


async def test_the_next_statement_finds_what_went_ahead(store: Store) -> None:
    async with store.work() as work:
        await work.remind(TimerKind.MORNING, 0, work.now)
        by_plan = (await work.db.execute(COUNT)).scalar_one()
        await work.remind(TimerKind.MORNING, 0, work.now)
        by_sqlalchemy = (await work.db.execute(text("SELECT count(*) FROM timers"))).scalar_one()

    assert (by_plan, by_sqlalchemy) == (1, 2)


async def test_a_refused_act_leaves_nothing_of_what_went_ahead(store: Store) -> None:
    for is_sent in (False, True):
        with pytest.raises(Refusal):
            async with store.work() as work:
                await work.remind(TimerKind.MORNING, 0, work.now)
                if is_sent:
                    await work.db.execute(COUNT)
                raise Refusal

    assert await _reminders(store) == 0


async def test_a_constraint_s_error_is_the_act_s_and_nobody_else_s(store: Store) -> None:
    for is_found_at_commit in (True, False):
        with pytest.raises(asyncpg.ForeignKeyViolationError):  # a bug, not "try again"
            async with store.work() as work:
                await work.remind(TimerKind.MORNING, 0, work.now)
                await work.record(NOBODY, CaseEventKind.OPENED)
                if not is_found_at_commit:
                    await work.db.execute(COUNT)
        await _reminds(store)  # on the same connection

    assert await _reminders(store) == 2


async def test_an_act_that_goes_on_after_an_error_does_not_pass_for_done(store: Store) -> None:
    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        async with store.work() as work:
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await work.db.execute(insert(table_of(CaseEvent)).values(_event(work.now)))

    assert await _reminders(store) == 0


def _event(at: datetime) -> dict[str, object]:
    return {"case_id": NOBODY, "kind": CaseEventKind.OPENED, "at": at, "on_day": at.date()}


async def test_a_value_that_cannot_be_sent_spoils_nothing_that_comes_after(store: Store) -> None:
    with pytest.raises(asyncpg.DataError):
        async with store.work() as work:
            await work.remind(TimerKind.MORNING, 0, work.now)
            await work.db.execute(select(TIMERS.c.id).where(TIMERS.c.id == 2**70))
    await _reminds(store)

    assert await _reminders(store) == 1


async def test_an_act_whose_connection_is_lost_is_not_done_and_the_next_has_another(store: Store) -> None:
    await _reminds(store)
    with pytest.raises(Unavailable):
        async with store.work() as work:
            await work.remind(TimerKind.MORNING, 0, work.now)
            await _end_the_others(store)
            await work.db.execute(COUNT)
    await _reminds(store)

    assert await _reminders(store) == 2


async def test_a_connection_that_the_server_has_ended_is_given_to_nobody(store: Store) -> None:
    await _reminds(store)
    await _end_the_others(store)

    await _reminds(store)

    assert await _reminders(store) == 2


async def _end_the_others(store: Store) -> None:
    """Every connection of the store is ended by the server, and has heard so."""
    root = await asyncpg.connect(store.settings.postgres_dsn)
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    try:
        await root.execute(f"SELECT pg_terminate_backend(pid, 5000) {others}")
        await asyncio.sleep(0.05)  # the sockets are read
    finally:
        await root.close()


async def test_an_act_that_is_cancelled_leaves_nothing_and_its_connection_serves_the_next(store: Store) -> None:
    begun = asyncio.Event()

    async def act() -> None:
        async with store.work() as work:
            await work.remind(TimerKind.MORNING, 0, work.now)
            begun.set()
            await work.db.execute(text("SELECT pg_sleep(60)"))

    async with asyncio.TaskGroup() as group:
        acting = group.create_task(act())
        await begun.wait()
        acting.cancel()
    for _ in range(3):
        await _reminds(store)

    assert await _reminders(store) == 3


async def test_a_look_sees_one_moment(service: Service) -> None:
    await _reminds(service.store)
    async with service.store.look() as db:
        before = (await db.execute(COUNT)).scalar_one()
        await _reminds(service.store)
        after = (await db.execute(COUNT)).scalar_one()

    assert (before, after, await _reminders(service.store)) == (1, 1, 2)
