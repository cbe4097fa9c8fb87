"""The write-ahead log of an SQLite file is copied beside the acts, which do not wait for it."""

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from bot.engine import sqlite, write_ahead
from bot.engine.traces import copy_log
from bot.service import Service
from tests import builders

ACTS, MANY = 6, 40


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_ahead, "EVERY_BYTES", 1)


@pytest.fixture
def copying(monkeypatch: pytest.MonkeyPatch) -> Iterator["_Copying"]:
    made = _Copying()
    monkeypatch.setattr(write_ahead, "copy_log", made)
    yield made
    made.may_end.set()


class _Copying:
    """The copying that has begun and goes on until it may end."""

    def __init__(self) -> None:
        self.times, self.may_end, self.found = 0, Event(), list[object]()

    def __call__(self, file: Path) -> object:
        self.times += 1
        self.may_end.wait()
        self.found.append(copy_log(file))
        return self.found[-1]


async def _act(service: Service, number: int) -> None:
    await builders.volunteer(service, f"Vera {number}", chat_id=500 + number)


async def test_acts_go_on_while_the_log_is_copied_and_it_is_copied_once_at_a_time(
    house: Service, copying: _Copying
) -> None:
    for number in range(ACTS):
        await _act(house, number)

    assert copying.times == 1


async def test_after_that_all_of_it_is_in_the_file_itself(house: Service, copying: _Copying, tmp_path: Path) -> None:
    await _act(house, 1)
    copying.may_end.set()
    await house.store.close()

    assert copying.found[0] is None
    assert house.store.file is not None
    alone = tmp_path / "alone.db"
    alone.write_bytes(house.store.file.read_bytes())  # without its log
    assert sqlite3.connect(alone).execute("SELECT count(*) FROM people").fetchone() == (1,)


async def test_the_log_begins_anew_and_does_not_grow_for_ever(house: Service) -> None:
    writer = house.store.writer
    assert isinstance(writer, sqlite.Engine)
    sizes = []
    for number in range(MANY):
        await _act(house, number)
        await writer._log.close()
        sizes.append(_size(f"{house.store.file}-wal"))

    assert 0 < max(sizes) < sizes[0] * MANY / 4


def _size(log: str) -> int:
    return Path(log).stat().st_size


async def test_a_close_waits_for_the_copying(house: Service, copying: _Copying) -> None:
    await _act(house, 1)
    closing = asyncio.create_task(house.store.close())
    await asyncio.sleep(0)
    assert not closing.done()

    copying.may_end.set()
    await closing

    assert len(copying.found) == 1
