"""After `/delete` and after the purge the sealed bytes themselves are in no file of the data folder, whoever reads."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from bot.cases import taking_back
from bot.engine import clock, sqlite, traces
from bot.engine.errors import Busy
from bot.engine.store import Store
from bot.engine.traces import Obstacle
from bot.people import keeping, logins
from bot.people.logins import AFTER_CLOSING
from bot.privacy import wiping
from bot.privacy.wiping import Wiper
from bot.service import Service
from models.base import Sealed, metadata
from models.dialogue import Said
from models.people import Device
from tests import builders
from tests.builders import Newcomer, Postbox, Staff
from tests.foreign_reader import files_in, reading

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
SOON_SECONDS = 10.0  # what is promised, counted from the end of the last transaction that began before
_SEALED = [column for table in metadata.sorted_tables for column in table.columns if isinstance(column.type, Sealed)]


async def sealed_in(service: Service) -> dict[str, set[bytes]]:
    """Every sealed value that lies in the database, by its column."""
    async with service.store.look() as db:
        rows = {str(one): (await db.execute(select(one).where(one.is_not(None)))).scalars() for one in _SEALED}
        return {column: set(values) for column, values in rows.items() if values}


def gone_of(before: dict[str, set[bytes]], after: dict[str, set[bytes]]) -> dict[str, set[bytes]]:
    """What lay there before and does not any more."""
    gone = {column: values - after.get(column, set()) for column, values in before.items()}
    return {column: values for column, values in gone.items() if values}


async def left_of(service: Service, gone: dict[str, set[bytes]]) -> set[tuple[str, str]]:
    """Which of these are still in which file: column and name."""
    files = await files_in(service.settings.data_dir)
    return {
        (column, name)
        for column, values in gone.items()
        for value in values
        for name, content in files.items()
        if value in content
    }


@asynccontextmanager
async def wiper_of(service: Service) -> AsyncIterator[Wiper]:
    """The loop, running."""
    assert service.store.file is not None
    wiper = Wiper(service, service.store.file)
    running = asyncio.create_task(wiper.run())
    try:
        yield wiper
    finally:
        service.health.stopping = True
        service.store.bells.ring_all()
        with suppress(asyncio.CancelledError):
            await running


async def nothing_left_soon(service: Service, gone: dict[str, set[bytes]]) -> None:
    async with asyncio.timeout(SOON_SECONDS):
        while left := await left_of(service, gone):
            assert left
            await asyncio.sleep(0)


async def lived_in(service: Service) -> tuple[Staff, Newcomer]:
    """A house with others in it, and somebody who has written, been answered, and is writing."""
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service, chat_id=700)
    for number in range(6):
        await builders.case_of(service, f"En annans fråga {number} " * 20)
    asker = await builders.claimed_case(service, amina, "Min fråga " * 30)
    await builders.answers(service, amina, asker, "Svaret " * 40)
    await asker.says("Tack " * 10)
    async with service.store.work() as work:
        token = await logins.open_login(work, asker.id, Device.SHARED)
        login = await logins.login_of(work.db, token, work.now)
        assert login is not None
        await keeping.keep_unsent(work, login, "Halvskrivet")
        await keeping.keep_secret(work, token, "12345678")
    return amina, asker


EVERYTHING_OF_HERS = {
    "messages.words", "addresses.chat", "web_sessions.draft", "web_sessions.secret",
}  # fmt: skip


async def test_after_delete_the_sealed_bytes_are_in_no_file(house: Service) -> None:
    _, asker = await lived_in(house)
    delivery = builders.delivery_of(house, Postbox())
    before = await sealed_in(house)

    async with wiper_of(house):
        await asker.commands("delete")
        await builders.deliver_all(delivery)  # the receipt was the last thing that needed her chat
        gone = gone_of(before, await sealed_in(house))
        await nothing_left_soon(house, gone)

    assert gone.keys() >= EVERYTHING_OF_HERS
    assert len(gone["messages.words"]) == 3


async def test_a_reader_s_transaction_keeps_them_there_and_ten_seconds_after_it_they_are_gone(house: Service) -> None:
    _, asker = await lived_in(house)
    delivery = builders.delivery_of(house, Postbox())
    before = await sealed_in(house)
    assert house.store.file is not None

    async with wiper_of(house) as wiper:
        async with reading(house.store.file):
            await asker.commands("delete")
            await builders.deliver_all(delivery)
            gone = gone_of(before, await sealed_in(house))
            obstacle = await wiper.try_once()
            while_reading = await left_of(house, gone)
            await builders.case_of(house, "Andra skriver som vanligt under tiden")
        await nothing_left_soon(house, gone)

    assert gone.keys() >= EVERYTHING_OF_HERS
    assert obstacle == Obstacle.READER
    assert while_reading, "else this has shown nothing"


async def test_after_the_purge_they_are_in_no_file_also_with_a_reader(house: Service) -> None:
    amina, asker = await lived_in(house)
    await builders.answers(house, amina, asker, "Till sist")
    before = await sealed_in(house)
    assert house.store.file is not None

    async with wiper_of(house):
        for later in (timedelta(days=31), AFTER_CLOSING):  # the words, and then whoever might still have come to read
            clock.move(later)
            async with reading(house.store.file):
                await builders.purge(house)
                gone = gone_of(before, await sealed_in(house))
            await nothing_left_soon(house, gone)

    assert gone.keys() >= EVERYTHING_OF_HERS


async def test_a_program_that_died_between_the_act_and_the_wiping_leaves_it_to_the_next(house: Service) -> None:
    _, asker = await lived_in(house)
    before = await sealed_in(house)
    assert house.store.file is not None

    async with reading(house.store.file):  # so that the end of the first program empties nothing by itself
        await asker.commands("delete")
        gone = gone_of(before, await sealed_in(house))
        await house.store.close()
        left_behind = await left_of(house, gone)
    second = Service(Store(house.settings, house.store.seal), house.settings, house.catalogues)
    async with wiper_of(second):
        await nothing_left_soon(second, gone)
    await second.store.close()

    assert left_behind, "else this has shown nothing"
    assert await marks(house) == []


async def test_words_taken_back_and_words_that_waited_for_a_consent_leave_the_files_too(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    message = await builders.answers(house, amina, asker, "Fel person")
    silent = await builders.newcomer(house, agreed=False)
    await silent.does(Said("Ord som väntar"))
    before = await sealed_in(house)

    async with builders.acting(house, amina) as work:
        await taking_back.take_back(work, message_id=message)
    clock.move(timedelta(hours=25))
    await builders.do_all_due(house)
    gone = gone_of(before, await sealed_in(house))
    async with wiper_of(house):
        await nothing_left_soon(house, gone)

    assert gone.keys() >= {"messages.words", "conversations.draft"}


async def test_a_copy_that_a_page_has_kept_is_gone_too(house: Service) -> None:
    """As a page keeps one whose rows were moved to another: here by a program that deletes without care."""
    await lived_in(house)
    before = await sealed_in(house)
    assert house.store.file is not None
    await house.store.close()
    with closing(sqlite3.connect(house.store.file, isolation_level=None)) as careless:
        careless.execute("PRAGMA secure_delete = OFF")
        careless.execute("DELETE FROM outbox")
        careless.execute("DELETE FROM messages")
    gone = {"messages.words": before["messages.words"]}
    kept_in_pages = await left_of(house, gone)

    async with wiper_of(house):
        await nothing_left_soon(house, gone)

    assert ("messages.words", "radrum.db") in kept_in_pages


async def test_our_own_reading_is_broken_off_so_that_nothing_stays_for_ever(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lived_in(house)
    monkeypatch.setattr(sqlite, "LONGEST_READ_SECONDS", 0.2)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    with pytest.raises(Busy):
        async with house.store.look() as db:
            await db.execute(text("SELECT count(*) FROM people"))
            await asyncio.Event().wait()
    for slow in (True, False):
        with pytest.raises(Busy):
            async with house.store.look(slow=slow) as db:
                await db.execute(text(endless))

    assert house.store.condition.cause is None, "the database is well"
    assert await builders.table(house, "SELECT 1 FROM people")


async def test_what_cannot_be_done_is_said_after_a_minute_without_a_name(
    house: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, asker = await lived_in(house)
    assert house.store.file is not None
    wiper, seconds = Wiper(house, house.store.file), [1_000.0]
    monkeypatch.setattr(wiping, "monotonic", lambda: seconds[0])
    said: list[tuple[str, dict[str, object]]] = []
    monkeypatch.setattr(wiping.log, "warning", lambda event, **more: said.append((event, more)))

    async with reading(house.store.file):
        await asker.commands("delete")
        await wiper.try_once()
        at_first = house.health.traces
        seconds[0] += 61
        await wiper.try_once()
        later = house.health.traces
        await wiper.try_once()
    seconds[0] += 1
    obstacle = await wiper.try_once()

    assert at_first is None
    assert later is not None and later.why == "reader"
    assert said == [("traces_left", {"why": "reader", "seconds": 61})]
    assert obstacle is None and house.health.traces is None


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [("LARGEST_REBUILT", 1, Obstacle.TOO_LARGE), ("ROOM", 10**12, Obstacle.NO_ROOM)],
)
async def test_where_the_database_cannot_be_rebuilt_the_log_is_emptied_all_the_same(
    house: Service, monkeypatch: pytest.MonkeyPatch, setting: str, value: int, why: Obstacle
) -> None:
    _, asker = await lived_in(house)
    monkeypatch.setattr(traces, setting, value)
    assert house.store.file is not None
    await asker.commands("delete")

    obstacle = await Wiper(house, house.store.file).try_once()

    assert obstacle == why
    assert house.health.traces is not None and house.health.traces.why == why
    assert (await files_in(house.settings.data_dir))["radrum.db-wal"] == b""
    assert len(await marks(house)) == 1


async def test_nothing_is_rewritten_where_nothing_was_deleted(house: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    await lived_in(house)
    assert house.store.file is not None
    wiper, rebuilt = Wiper(house, house.store.file), []
    await wiper.try_once()
    monkeypatch.setattr(traces, "rebuild", lambda file: rebuilt.append(file))

    await builders.case_of(house, "Någon skriver")
    await wiper.try_once()

    assert rebuilt == []


async def test_acts_go_on_between_the_steps_and_none_is_lost(house: Service) -> None:
    _, asker = await lived_in(house)
    others = [await builders.newcomer(house) for _ in range(8)]

    async with wiper_of(house):
        await asker.commands("delete")
        await asyncio.gather(*(one.says(f"Fråga {n}") for one in others for n in range(5)))

    assert len(await builders.table(house, "SELECT id FROM messages")) == 6 + 8 * 5


async def marks(service: Service) -> list[object]:
    return await builders.table(service, "SELECT value FROM meta WHERE name = 'traces'")


def test_a_database_that_another_program_writes_is_rebuilt_later(migrated_sqlite: Path, tmp_path: Path) -> None:
    file = tmp_path / "some name with spaces?.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    with closing(sqlite3.connect(file, isolation_level=None, timeout=0)) as other:
        other.execute("PRAGMA journal_mode = WAL")
        other.execute("BEGIN IMMEDIATE")
        busy = traces.rebuild(file)
        other.execute("ROLLBACK")

    assert busy == Obstacle.WRITER
    assert traces.rebuild(file) is None
    assert traces.copy_log(file) is None and traces.cut_log(file) is None


def test_a_file_that_is_no_database_or_not_there_is_an_obstacle_and_no_crash(tmp_path: Path) -> None:
    strange = tmp_path / "strange.db"
    strange.write_bytes(b"no database at all " * 200)

    for file in (strange, tmp_path / "none.db"):
        assert {traces.rebuild(file), traces.copy_log(file), traces.cut_log(file)} == {Obstacle.FAILED}
    assert not (tmp_path / "none.db").exists()
