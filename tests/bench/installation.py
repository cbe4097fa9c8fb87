"""A version of the program at work on a copy of a template, with a Telegram of its own.

Owns its settings and its ledger of what was acknowledged. It must not drive it.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp

from tests.bench.database import Database, connected
from tests.bench.ground import Ground, People, Template, Version, environment
from tests.bench.kept import Ledger
from tests.bench.process import Process
from tests.botapi import FakeBotApi
from tests.crash.program import free_port, until

TOKEN = "123456:AAtestsOnlyTokenThatOpensNothingAtAll"
WEBHOOK_SECRET = "tests-only-secret-of-the-webhook"
POLLING, WEBHOOK = "polling", "webhook"
PROXY = "127.0.0.1"  # we are the proxy before the program, and speak for many addresses
READY_SECONDS, SEALED_SECONDS = 30.0, 15.0


@dataclass
class Installation:
    """`processes`: one, or several of the same installation on one database."""

    version: Version
    kind: str
    url: str
    database: Database
    api: FakeBotApi
    processes: list[Process]
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def cpu_seconds(self) -> float:
        return sum(process.cpu_seconds for process in self.processes)

    async def forget_what_waits(self) -> None:
        """Nothing that was said so far is left to be sent, so that the next round finds no queue before it."""
        await self.database.rows("UPDATE outbox SET state = 'cancelled' WHERE state = 'due' AND lease_owner IS NULL")


@asynccontextmanager
async def opened(
    ground: Ground, template: Template[People], version: Version, *, receive: str, processes: int = 1,
    **settings: object,
) -> AsyncIterator[Installation]:  # fmt: skip
    """It runs and says itself that it is ready, Telegram included."""
    async with AsyncExitStack() as stack:
        folder, url = await stack.enter_async_context(ground.copy(template, version))
        api = await stack.enter_async_context(FakeBotApi())
        database = await connected(url)
        stack.push_async_callback(database.close)
        ports = [free_port() for _ in range(processes)]
        public = f"http://127.0.0.1:{ports[0]}"
        told: dict[str, object] = {
            "public_url": public, "telegram_token": TOKEN, "telegram_api_url": api.url, "trusted_proxies": PROXY,
        }  # fmt: skip
        if receive == WEBHOOK:
            told |= {"webhook_url": public, "webhook_secret": WEBHOOK_SECRET}
        started = []
        for port in ports:
            env = environment(url, folder, template.key_file, **(told | {"port": port} | settings))
            process = Process(version.root, env, folder / "program.log")
            stack.push_async_callback(process.stop)
            await process.start()
            await _ready(process)
            started.append(process)
        if version.root.joinpath("bot/privacy/resealing.py").exists():
            with suppress(AssertionError):  # a version before tries it for ever, where there are so many
                await until(lambda: _has_sealed_names(database), otherwise="sealed names", seconds=SEALED_SECONDS)
        yield Installation(version, template.kind, url, database, api, started)


async def _has_sealed_names(database: Database) -> bool:
    """What a version does once, with what one before it has left in plain, is no part of its work."""
    return not await database.rows("SELECT 1 FROM people WHERE alias IS NOT NULL LIMIT 1")


async def _ready(process: Process) -> None:
    async with aiohttp.ClientSession(base_url=process.address) as http:

        async def is_ready() -> bool:
            async with http.get("/readyz") as answer:
                told = await answer.json()
                return bool(told["ready"] and told["channels"] and all(told["channels"].values()))

        await until(is_ready, otherwise="the program to be ready", seconds=READY_SECONDS)
