"""What an open, idle live chat costs in memory: the growth of a process with many of them, divided."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from tests.bench.intake import web_newcomers
from tests.crash.place import Place
from tests.crash.program import ROOT, Program

SOCKETS, WARM = 200, 20  # the first few pay for what all share
KIBIBYTE = 1024
BARE = ("-m", "tests.bench.bare_sockets")
Headers = Callable[[int], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Memory:
    """KiB of one more socket."""

    bare: float
    product: float


async def measure(place: Place, folder: Path) -> Memory:
    """One process after the other, each with the same number of sockets."""
    tokens = [token for _, token in await web_newcomers(place.store, WARM + SOCKETS)]
    await place.program.start()
    product = await _kibibytes_each(
        place.program,
        "/sv/chat/live",
        lambda n: {"Cookie": f"radrum_chat={tokens[n]}", "Origin": place.program.address},
    )
    await place.program.kill()
    bare_server = Program({"PYTHONPATH": str(ROOT)}, folder / "bare.log", arguments=BARE)
    await bare_server.start()
    try:
        bare = await _kibibytes_each(bare_server, "/", lambda _: {})
    finally:
        await bare_server.kill()
    return Memory(bare, product)


async def _kibibytes_each(program: Program, path: str, headers: Headers) -> float:
    async with AsyncExitStack() as stack:
        connector = aiohttp.TCPConnector(limit=0)
        http = await stack.enter_async_context(aiohttp.ClientSession(base_url=program.address, connector=connector))
        await _open(stack, http, path, [headers(n) for n in range(WARM)])
        before = resident_bytes(program.pid)
        await _open(stack, http, path, [headers(n) for n in range(WARM, WARM + SOCKETS)])
        return (resident_bytes(program.pid) - before) / SOCKETS / KIBIBYTE


async def _open(
    stack: AsyncExitStack, http: aiohttp.ClientSession, path: str, headers: Sequence[dict[str, str]]
) -> None:
    """All are open, and have been sent what there is to show."""
    for mine in headers:
        socket = await stack.enter_async_context(http.ws_connect(path, headers=mine, compress=0))
        await socket.send_json({"after": 0})
        if mine:
            await asyncio.wait_for(socket.receive(), 10)


def resident_bytes(pid: int) -> int:
    """What the process has in memory, from Linux."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) * KIBIBYTE
