"""What open, idle live chats cost: memory of one more, and the share of a processor that all of them take.

The newcomers are seeded, and each comes through a trusted proxy from an address of its own. Owns the sockets, the steps
and the table. It must not say anything in a chat.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from time import perf_counter

import aiohttp

from tests.bench import installation
from tests.bench.before import ROOT
from tests.bench.figures import short
from tests.bench.ground import SQLITE, Ground, Version
from tests.bench.installation import WEBHOOK
from tests.bench.process import Process
from tests.bench.table import Table
from tests.bench.ways import AGAIN_SECONDS, address_of

STEPS = (100, 1_000, 5_000)
OPENING_AT_ONCE, OPENING_SECONDS, LOOK_AGAIN_SECONDS = (
    32,
    120.0,
    0.1,
)  # what is not open by then is left out, and the table says so
SETTLE_SECONDS, WATCH_SECONDS = 6.0, 15.0  # longer than the program's own round over its chats
BARE = "bare sockets"
COLUMNS = ("who", "idle chats", "MiB", "KiB for one more", "share of a processor, %")
NOTE = "One run on SQLite. KiB for one more: since the line before. Where a step is missing, not all of it got in."
Headers = Callable[[int], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Idle:
    """So many sockets were open."""

    sockets: int
    kibibytes: int
    processor: float


async def measure(ground: Ground, versions: Sequence[Version]) -> Table:
    """One program after the other: thousands of sockets are not to be open beside somebody else's turn."""
    rows = []
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(ground.template(SQLITE, lambda seeding: seeding.chats(STEPS[-1])))
        for version in versions:
            async with installation.opened(ground, template, version, receive=WEBHOOK) as there:
                cookies = [f"radrum_chat={token}" for token in template.people]
                [program] = there.processes

                rows += _rows(version.name, await _steps(program, "/sv/chat/live", _of_pages(program.address, cookies)))
        log = ground.new_folder("bare") / "bare.log"
        bare = Process(ROOT, {}, log, ("-m", "tests.bench.bare_sockets"))
        await bare.start()
        rows += _rows(BARE, await _steps(bare, "/", lambda _: {}))
        await bare.stop()
    return Table("Idle live chats", COLUMNS, rows, NOTE)


def _of_pages(address: str, cookies: Sequence[str]) -> Headers:
    return lambda person: {"Cookie": cookies[person], "Origin": address, "X-Forwarded-For": address_of(person)}


class Pages:
    """Everybody's page: it opens its socket, answers the heartbeat, and comes again when it is shown out."""

    def __init__(self, http: aiohttp.ClientSession, path: str, headers: Headers) -> None:
        self._http, self._path, self._headers = http, path, headers
        self._opening = asyncio.Semaphore(OPENING_AT_ONCE)
        self.open = 0

    async def stay(self, person: int) -> None:
        """Until it is cancelled."""
        while True:
            with suppress(aiohttp.ClientError, ConnectionError):
                async with self._opening:
                    socket = await self._http.ws_connect(self._path, headers=self._headers(person), compress=0)
                    await socket.send_json({"after": 0})
                self.open += 1
                try:
                    async for _ in socket:
                        pass
                finally:
                    self.open -= 1
            await asyncio.sleep(AGAIN_SECONDS)


async def _steps(program: Process, path: str, headers: Headers) -> list[Idle]:
    seen: list[Idle] = []
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(base_url=program.address, connector=connector) as http:
        pages = Pages(http, path, headers)
        staying: list[asyncio.Task[None]] = []
        for step in STEPS:
            staying += [asyncio.create_task(pages.stay(person)) for person in range(len(staying), step)]
            seen.append(await _watched(program, pages, step))
            print(f"{pages.open} of {step} open: {seen[-1].processor:.0%} of a processor", flush=True)
            if pages.open < step:
                break
        for one in staying:
            one.cancel()
        await asyncio.gather(*staying, return_exceptions=True)
    return seen


async def _watched(program: Process, pages: Pages, wanted: int) -> Idle:
    """What it is like once so many are open, or as many as were let in within a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(OPENING_SECONDS):
            while pages.open < wanted:  # noqa: ASYNC110 - no event for all of them
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
    await asyncio.sleep(SETTLE_SECONDS)
    taken, began = program.cpu_seconds, perf_counter()
    await asyncio.sleep(WATCH_SECONDS)
    share = (program.cpu_seconds - taken) / (perf_counter() - began)
    return Idle(pages.open, program.resident_kibibytes, share)


def _rows(who: str, seen: list[Idle]) -> list[tuple[str, ...]]:
    rows = []
    for place, idle in enumerate(seen):
        more = ""
        if place:
            last = seen[place - 1]
            more = short((idle.kibibytes - last.kibibytes) / max(idle.sockets - last.sockets, 1))
        rows.append((who, short(idle.sockets), short(idle.kibibytes / 1024), more, short(100 * idle.processor)))
    return rows
