"""How long a start takes, and what the program then has in memory, beside an interpreter that has only the libraries.

Owns the rounds and the table. A start is what anybody would type; the bytecode is compiled already.
"""

import asyncio
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from time import perf_counter

from tests.bench import contestants
from tests.bench.contestants import BY_WEBHOOK, talking
from tests.bench.figures import quotients, spread
from tests.bench.ground import SQLITE, Ground, Version
from tests.bench.options import Options
from tests.bench.process import clean
from tests.bench.table import Table

LIBRARIES = ", ".join((
    "aiohttp.web", "aiosqlite", "asyncpg", "alembic.config", "babel", "cryptography.hazmat.primitives.ciphers.aead",
    "jinja2", "limits.strategies", "pydantic_settings", "sqlmodel", "structlog", "telegram", "typer",
))  # fmt: skip
FLOOR = "libraries alone"
COLUMNS = ("who", "seconds until it listens", "of libraries", "MiB", "of libraries")
MEBIBYTE = 1024  # KiB


async def measure(ground: Ground, versions: Sequence[Version], options: Options) -> Table:
    """All rounds, on SQLite."""
    seconds: dict[str, list[float]] = {}
    memory: dict[str, list[float]] = {}
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(ground.template(SQLITE, talking))
        there = [
            (await stack.enter_async_context(contestants.of_version(ground, template, version, [BY_WEBHOOK])))[0]
            for version in versions
        ]
        processes = {one.who: one.installation.processes[0] for one in there if one.installation}
        for process in processes.values():
            await process.stop()
        for _ in range(options.rounds):
            took, kibibytes = await _libraries()
            seconds.setdefault(FLOOR, []).append(took)
            memory.setdefault(FLOOR, []).append(kibibytes / MEBIBYTE)
            for who, process in processes.items():
                seconds.setdefault(who, []).append(await process.start())
                memory.setdefault(who, []).append(process.resident_kibibytes / MEBIBYTE)
                await process.stop()
    rows = [
        (who, str(spread(seconds[who])), _by_floor(seconds, who), str(spread(memory[who])), _by_floor(memory, who))
        for who in seconds
    ]
    return Table("Start", COLUMNS, rows)


async def _libraries() -> tuple[float, int]:
    """Seconds, and KiB."""
    tells = f"import resource, {LIBRARIES}; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    started = perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", tells, env=clean({}), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return perf_counter() - started, int(said)


def _by_floor(values: dict[str, list[float]], who: str) -> str:
    return "" if who == FLOOR else str(quotients(values[who], values[FLOOR]))
