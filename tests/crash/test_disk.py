"""The running program and its disk: rights that are taken and given back, room that runs out and is made. No restart.

These start real processes, since a test's own process may write whatever it likes.
"""

import asyncio
import resource
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import make_url

from tests.botapi.people import Happened
from tests.crash.place import POLLING, Pair, Place, opened, talking_pairs
from tests.crash.program import Program, until

WITH_RIGHTS = ("-m", "tests.crash.without_rights", "-m", "bot", "run")
READ_ONLY, READ_AND_WRITE = 0o400, 0o600
PATIENCE_SECONDS = 20.0
WORDS = "said in trouble"
CARD = "Telegram har kvar din text"  # of what people read meanwhile


@pytest.fixture
async def place(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with opened("disk", sqlite_url, tmp_path, receive=POLLING, long_poll_seconds=1) as made:
        made.program = Program(made.env, tmp_path / "program.log", WITH_RIGHTS)
        try:
            yield made
        finally:
            await made.program.kill()


def _files(place: Place) -> list[Path]:
    file = Path(make_url(place.settings.database_url).database or "")
    return [each for each in file.parent.iterdir() if each.name.startswith(file.name)]


async def _cause(place: Place) -> str | None:
    """What readiness gives as the reason why nothing can be stored."""
    async with aiohttp.ClientSession() as http, http.get(f"{place.program.address}/readyz") as answer:
        told = await answer.json()
    assert answer.status == (503 if "cause" in told["storage"] else 200)
    return told["storage"].get("cause")


async def _is_caused_by(place: Place, cause: str) -> bool:
    return await _cause(place) == cause


async def _her_words_wait_and_arrive(place: Place, said: Happened, pair: Pair, mend: Callable[[], None]) -> None:
    """Words said in trouble are answered with the helplines, and once it is mended they are kept, once."""
    await place.api.wait_for(pair.newcomer, lambda shown: CARD in shown.text, timeout=PATIENCE_SECONDS)
    mend()
    await place.api.delivered(said, timeout=PATIENCE_SECONDS)

    assert (await place.words_kept()).count(WORDS) == 1


async def test_a_database_that_could_only_be_read_when_it_was_opened_is_written_once_it_may_be(place: Place) -> None:
    """Rights count when a file is opened: other trouble has all connections opened anew, and by then none is left."""
    (pair,) = await talking_pairs(place.store, 1)
    await place.program.start()
    files = _files(place)
    for file in files:
        file.chmod(READ_ONLY)
    give_room = _take_room(place)
    said = await place.api.says(pair.newcomer, WORDS, language_code="sv")
    await until(lambda: _is_caused_by(place, "read_only"), otherwise="the cause to be told")
    give_room()

    def mend() -> None:
        for file in files:
            file.chmod(READ_AND_WRITE)

    async with _somebody_always_reads(place):  # so that there is always a connection from before
        await _her_words_wait_and_arrive(place, said, pair, mend)


@asynccontextmanager
async def _somebody_always_reads(place: Place) -> AsyncIterator[None]:
    async def read() -> None:
        while True:
            await _cause(place)

    readers = [asyncio.create_task(read()) for _ in range(3)]
    yield
    for reader in readers:
        assert not reader.done(), reader.exception()
        reader.cancel()


async def test_a_disk_without_room_is_written_again_once_there_is_some(place: Place) -> None:
    """The account's quota is used up while the program runs: of the file system's refusals the one that can be made."""
    (pair,) = await talking_pairs(place.store, 1)
    await place.program.start()
    give_room = _take_room(place)
    said = await place.api.says(pair.newcomer, WORDS, language_code="sv")

    await _her_words_wait_and_arrive(place, said, pair, give_room)
    assert await _is_caused_by(place, "disk_fails")


def _take_room(place: Place) -> Callable[[], None]:
    """The program can write into no file any more, until what is returned is called."""
    unlimited = resource.prlimit(place.program.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(place.program.pid, resource.RLIMIT_FSIZE, (0, unlimited[1]))
    return lambda: resource.prlimit(place.program.pid, resource.RLIMIT_FSIZE, unlimited) and None
