"""Somebody asks far too much of the service, each time in another way, while another newcomer writes from the same
address; and a long letter on a slow net is on its way all the time.

The crowd is on this computer too, as whatever else runs there: how long the program had to wait for a processor while a
message was on its way is measured (by Linux) and taken off. The row "nobody else" says what is left of such noise.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

import aiohttp

from tests.chaos.crowd import KINDS
from tests.chaos.ground import Ground
from tests.crash.place import POLLING, Place, opened
from tests.crash.program import ROOT

LONGEST_SECONDS = 0.5  # for one message, until it is committed and acknowledged
MESSAGES, PAUSE_SECONDS = 30, 0.2
FIRST_SECONDS = 2.0  # the crowd has come by then
LETTER_BYTES, BYTES_A_SECOND = 500 * 1024, 6 * 1024  # 50 kbit/s
HEADS = ("messages", "median ms", "longest ms", "on a processor", "not taken")
TOO_LONG = 422  # a kind answer: the letter was read to its end


@dataclass
class Told:
    """What one newcomer lived through during one attack."""

    name: str
    seconds: list[float] = field(default_factory=list)
    without_processor: list[float] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def longest(self) -> float:
        """Of the messages, less what they waited for a processor."""
        return max(took - waited for took, waited in zip(self.seconds, self.without_processor, strict=True))


async def run(ground: Ground) -> list[str]:
    """Nobody else's message takes longer than half a second, and the letter arrives."""
    print(f"{'':28}" + "".join(f"{head:>17}" for head in HEADS), flush=True)
    found = []
    for database in ground.databases:
        folder = ground.folder / database
        async with (
            ground.database(database, folder) as url,
            opened(database, url, folder, receive=POLLING) as place,
        ):
            await place.program.start()
            found += await _attacked(place, database, folder)
    return found


async def _attacked(place: Place, database: str, folder: Path) -> list[str]:
    letter = asyncio.create_task(_letter(place.program.address))
    all_told = [await _writes(place, f"{database}, nobody else")]
    for kind in KINDS:
        async with _crowd(kind, place.program.address, folder):
            all_told.append(await _writes(place, f"{database}, {kind}"))
    for one in all_told:
        _print_row(one)
    status, seconds = await letter
    print(f"{database}, a letter at 50 kbit/s: answered {status} after {seconds:.0f} s", flush=True)
    wrong = [f"{one.name}: {trouble}" for one in all_told for trouble in one.troubles]
    wrong += [f"{one.name}: a message took {one.longest:.2f} s" for one in all_told if one.longest > LONGEST_SECONDS]
    return wrong if status == TOO_LONG else [*wrong, f"{database}: the letter was answered {status}"]


def _print_row(one: Told) -> None:
    values = (
        len(one.seconds), *(round(value * 1000) for value in (median(one.seconds), max(one.seconds), one.longest)),
        len(one.troubles),
    )  # fmt: skip
    print(f"{one.name:28}" + "".join(f"{value:>17}" for value in values), flush=True)


@asynccontextmanager
async def _crowd(kind: str, address: str, folder: Path) -> AsyncIterator[None]:
    with folder.joinpath(f"{kind}.log").open("wb") as log:
        crowd = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.chaos.crowd", kind, address,
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=log,
        )  # fmt: skip
        try:
            assert crowd.stdout is not None and await crowd.stdout.readline()
            await asyncio.sleep(FIRST_SECONDS)
            yield
            assert crowd.returncode is None, "the crowd has gone home"
        finally:
            crowd.kill()
            await crowd.wait()


async def _writes(place: Place, name: str) -> Told:
    """A newcomer agrees and writes, each time on a new connection, as a phone on a bad net does."""
    told, address = Told(name), place.program.address
    async with aiohttp.ClientSession(
        base_url=address, headers={"Origin": address, "Accept": "application/json"},
        connector=aiohttp.TCPConnector(force_close=True), cookie_jar=aiohttp.CookieJar(unsafe=True),
    ) as http:  # fmt: skip
        async with http.post("/sv/chat/consent", data={"answer": "own"}) as answer:
            if answer.status != 200:
                told.troubles.append(f"the consent was answered {answer.status}")
        for number in range(MESSAGES):
            words = {
                "text": f"Jag har en fråga, nummer {number}.",
                "client_msg_id": f"{len(name):04}-number-{number:04}",
            }
            started, waited = perf_counter(), _without_processor(place)
            try:
                async with http.post("/sv/chat/say", data=words) as answer:
                    if answer.status != 200:
                        told.troubles.append(f"message {number} was answered {answer.status}")
            except aiohttp.ClientError as trouble:
                told.troubles.append(f"message {number}: {type(trouble).__name__}")
            told.seconds.append(perf_counter() - started)
            told.without_processor.append(_without_processor(place) - waited)
            await asyncio.sleep(PAUSE_SECONDS)
    return told


def _without_processor(place: Place) -> float:
    """How many seconds the program's event loop has waited for a processor since it started; 0 where nobody counts."""
    counted = Path(f"/proc/{place.program.pid}/schedstat")
    return int(counted.read_text().split()[1]) / 1e9 if counted.exists() else 0.0


async def _letter(address: str) -> tuple[int, float]:
    """The status a newcomer's letter on a slow net was answered with, and after how long; 0: not at all."""

    async def slowly() -> AsyncIterator[bytes]:
        yield b"text="
        for _ in range(LETTER_BYTES // BYTES_A_SECOND):
            yield b"x" * BYTES_A_SECOND
            await asyncio.sleep(1)

    headers = {"Origin": address, "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    async with aiohttp.ClientSession(base_url=address, cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post("/sv/chat/consent", data={"answer": "own"}, headers={"Origin": address}):
            started = perf_counter()
        try:
            async with http.post("/sv/chat/say", data=slowly(), headers=headers) as answer:
                return answer.status, perf_counter() - started
        except aiohttp.ClientError:
            return 0, perf_counter() - started
