"""The disk has no room, the database may only be read, is locked or away; somebody else has the bot's token.

All the while somebody writes. Trouble must be seen by readiness, with its cause, and be over without a restart; a theft
must be named for what it is; nobody's words may be lost or kept twice.
"""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, asynccontextmanager, closing, suppress
from itertools import cycle
from pathlib import Path
from time import perf_counter

import aiohttp
import asyncpg
from sqlalchemy import make_url

from bot.people import people
from models.people import Role
from tests.chaos.ground import POSTGRESQL, SQLITE, Ground
from tests.crash.place import POLLING, WEBHOOK, Pair, Place, opened, talking_pairs
from tests.crash.program import Program, until
from tests.postgres import named

WITH_RIGHTS = ("-m", "tests.crash.without_rights", "-m", "bot", "run")
COORDINATOR = 600_000  # a chat
LASTS_SECONDS = 20.0
LONG_SECONDS = 45.0  # so long that coordinators are told
PAIRS, SAYS_EVERY_SECONDS = 4, 1.0  # slow enough for each that nobody is held back for writing too much at once
SEEN_WITHIN_SECONDS = 35.0  # the age of the last write that is too old, and a probe
OVER_WITHIN_SECONDS = 30.0
CATCHES_UP_SECONDS = 120.0  # with what waited at a foreign webhook
THEFT_SEEN_WITHIN_SECONDS = 300.0
READ_ONLY, READ_AND_WRITE = 0o400, 0o600
NOWHERE = "http://127.0.0.1:9/theirs"
Breaks = Callable[[Place], AbstractAsyncContextManager[None]]


async def run(ground: Ground) -> list[str]:
    """Everything at once in places of their own, since most of it is waiting."""
    tried, one_by_one = [], asyncio.Lock()  # Alembic migrates one database at a time
    if SQLITE in ground.databases:
        tried.append(
            _place(
                one_by_one, ground, SQLITE, POLLING, SQLITE_TROUBLES, (_foreign_webhook_while_polling, _second_poller)
            )
        )
        tried.append(_place(one_by_one, ground, SQLITE, WEBHOOK, {}, (_deleted_webhook,)))
    if POSTGRESQL in ground.databases:
        tried.append(_place(one_by_one, ground, POSTGRESQL, WEBHOOK, POSTGRES_TROUBLES, (_foreign_webhook,)))
    ended = await asyncio.gather(*tried, return_exceptions=True)
    return [violation for found in ended for violation in (found if isinstance(found, list) else [f"no end: {found}"])]


async def _place(
    one_by_one: asyncio.Lock,
    ground: Ground,
    kind: str,
    receive: str,
    troubles: dict[str, tuple[Breaks, set[str], float]],
    thefts: tuple,
) -> list[str]:
    name = f"{kind}-{receive}"
    folder = ground.folder / name
    async with AsyncExitStack() as stack:
        async with one_by_one:
            url = await stack.enter_async_context(ground.database(kind, folder))
        place = await stack.enter_async_context(opened(name, url, folder, receive=receive, send_timeout_seconds=5))
        if kind == SQLITE:  # a server's socket may be another account's
            place.program = Program(place.env, folder / "program.log", WITH_RIGHTS)
        try:
            return await _Trial(place).run(troubles, thefts)
        finally:
            await place.program.kill()


class _Trial:
    """One installation, one newcomer who goes on writing, and what was found that must not be."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._said: list[str] = []
        self._found: list[str] = []

    async def run(self, troubles: dict[str, tuple[Breaks, set[str], float]], thefts: tuple) -> list[str]:
        pairs = await talking_pairs(self._place.store, PAIRS)
        await _add_coordinator(self._place)
        await self._place.program.start()
        await until(self._is_well, otherwise="readiness", seconds=OVER_WITHIN_SECONDS)
        talking = asyncio.create_task(self._talk(pairs))
        for name, (breaks, causes, lasts) in troubles.items():
            await self._break(name, breaks, causes, lasts)
        for theft in thefts:
            await self._steal(theft)
        talking.cancel()
        await self._place.api.drained(CATCHES_UP_SECONDS)
        await self._place.everything_said(CATCHES_UP_SECONDS)
        await self._count()
        return [f"{self._place.name}: {what}" for what in self._found]

    async def _talk(self, pairs: list[Pair]) -> None:
        for pair in cycle(pairs):
            self._said.append(f"words number {len(self._said):05} end")
            await self._place.api.says(pair.newcomer, self._said[-1], language_code="sv")
            await asyncio.sleep(SAYS_EVERY_SECONDS)

    async def _break(self, name: str, breaks: Breaks, causes: set[str], lasts: float) -> None:
        told_before = self._times_told()
        async with breaks(self._place):
            began = perf_counter()
            seen = await self._first(self._cause, within=max(lasts, SEEN_WITHIN_SECONDS))
            seen_after = perf_counter() - began
            await asyncio.sleep(max(0, lasts - seen_after))
            cause = await self._cause() or seen
        mended = perf_counter()
        await self._place.store.close()  # our own connections have been cut off too
        is_over = await self._first(self._is_well, within=OVER_WITHIN_SECONDS)
        over_after, told = perf_counter() - mended, self._times_told() - told_before
        seen = f"seen after {seen_after:4.1f} s as {cause}, ready {over_after:4.1f} s after it was mended"
        print(f"{self._place.name:20} {name:10} {seen}, told {told} times", flush=True)
        if cause not in causes:
            self._found.append(f"{name}: readiness said {cause}")
        if not is_over:
            self._found.append(f"{name}: not ready {OVER_WITHIN_SECONDS} s after it was mended")
        if told != int(lasts >= LONG_SECONDS):
            self._found.append(f"{name}: coordinators were told {told} times")

    async def _steal(self, theft: Callable) -> None:
        began = perf_counter()
        async with aclosing(theft(self._place)) as going_on:
            expected = await anext(going_on)

            async def is_named() -> bool:
                trouble = (await self._readiness())["channel_troubles"].get("telegram", {})
                return trouble.get("code") == expected and bool(self._told_of(expected))

            is_seen = await self._first(is_named, within=THEFT_SEEN_WITHIN_SECONDS)
        print(f"{self._place.name:20} {expected}: named and told after {perf_counter() - began:4.1f} s", flush=True)
        if not is_seen:
            self._found.append(f"{expected}: not named and told in {THEFT_SEEN_WITHIN_SECONDS} s")

    async def _count(self) -> None:
        kept = await self._place.words_kept()
        lost = [words for words in self._said if kept.count(words) == 0]
        twice = [words for words in self._said if kept.count(words) > 1]
        dropping = [call for call in self._place.api.calls if call.params.get("drop_pending_updates")]
        print(f"{self._place.name:20} {len(self._said)} words, {len(lost)} lost, {len(twice)} kept twice", flush=True)
        self._found += [f"lost: {words}" for words in lost] + [f"kept twice: {words}" for words in twice]
        self._found += [f"{call.method} dropped what waited" for call in dropping]

    async def _readiness(self) -> dict:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as http,
            http.get(f"{self._place.program.address}/readyz") as answer,
        ):
            return await answer.json()

    async def _cause(self) -> str | None:
        """Why it is not ready: the cause, "silent" for want of writes, None while it is."""
        told = await self._readiness()
        return None if told["ready"] else told["storage"].get("cause", "silent")

    async def _is_well(self) -> bool:
        told = await self._readiness()
        return told["ready"] and all(told["channels"].values()) and bool(told["channels"])

    async def _first(self, look: Callable, *, within: float) -> object:
        """What `look` finds first that is something; None if that takes too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                while True:
                    with suppress(aiohttp.ClientError):
                        if found := await look():
                            return found
                    await asyncio.sleep(0.1)
        return None

    def _times_told(self) -> int:
        return sum("inte kunnat spara" in shown.text for shown in self._place.api.chat(COORDINATOR).from_bot)

    def _told_of(self, code: str) -> bool:
        says = {
            "webhook_foreign": "en annan adress", "webhook_deleted": "tagit bort adressen",
            "second_poller": "Ett annat program hämtar",
        }  # fmt: skip
        return any(says[code] in shown.text for shown in self._place.api.chat(COORDINATOR).from_bot)


async def _add_coordinator(place: Place) -> None:
    async with place.store.work() as work:
        karin = await people.add_staff(work, role=Role.COORDINATOR, alias="Karin", language="sv", speaks=["sv"])
        await people.link_telegram(work, karin, COORDINATOR)


# Trouble with the database: how it begins and ends, what readiness may call it, how long it lasts.


def _file(place: Place) -> Path:
    return Path(make_url(place.settings.database_url).database or "")


@asynccontextmanager
async def _opened_read_only(place: Place) -> AsyncIterator[None]:
    """Rights count when a file is opened: other trouble has all connections opened anew, and by then none is left."""
    files = [each for each in _file(place).parent.iterdir() if each.name.startswith(_file(place).name)]
    for file in files:
        file.chmod(READ_ONLY)
    async with _no_room(place):
        await asyncio.sleep(6 * SAYS_EVERY_SECONDS)
    yield
    for file in files:
        file.chmod(READ_AND_WRITE)


@asynccontextmanager
async def _no_room(place: Place) -> AsyncIterator[None]:
    unlimited = resource.prlimit(place.program.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(place.program.pid, resource.RLIMIT_FSIZE, (0, unlimited[1]))
    yield
    resource.prlimit(place.program.pid, resource.RLIMIT_FSIZE, unlimited)


@asynccontextmanager
async def _locked_file(place: Place) -> AsyncIterator[None]:
    with closing(sqlite3.connect(_file(place), isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def _server_read_only(place: Place) -> AsyncIterator[None]:
    await _on_server(place, "ALTER DATABASE {name} SET default_transaction_read_only = on")
    await _on_server(place, CUT_OFF)
    yield
    await _on_server(place, "ALTER DATABASE {name} RESET default_transaction_read_only")


@asynccontextmanager
async def _locked_tables(place: Place) -> AsyncIterator[None]:
    other = await asyncpg.connect(place.settings.postgres_dsn)
    locks = other.transaction()
    await locks.start()
    await other.execute("LOCK TABLE inbound, pulses, outbox")
    yield
    await locks.rollback()
    await other.close()


@asynccontextmanager
async def _server_away(place: Place) -> AsyncIterator[None]:
    await _on_server(place, "ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    await _on_server(place, CUT_OFF)
    yield
    await _on_server(place, "ALTER DATABASE {name} ALLOW_CONNECTIONS true")


CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{bare}'"


async def _on_server(place: Place, statement: str) -> None:
    name = make_url(place.settings.postgres_dsn).database
    server = await asyncpg.connect(named(place.settings.postgres_dsn, "postgres"))
    await server.execute(statement.format(name=f'"{name}"', bare=name))
    await server.close()


SQLITE_TROUBLES: dict[str, tuple[Breaks, set[str], float]] = {
    "read-only": (_opened_read_only, {"read_only"}, LASTS_SECONDS),
    "locked": (_locked_file, {"locked"}, LASTS_SECONDS),
    "no room": (_no_room, {"disk_fails", "disk_full"}, LONG_SECONDS),
}
POSTGRES_TROUBLES: dict[str, tuple[Breaks, set[str], float]] = {
    "read-only": (_server_read_only, {"read_only"}, LASTS_SECONDS),
    "locked": (_locked_tables, {"locked", "too_slow", "silent"}, LASTS_SECONDS),
    "away": (_server_away, {"unreachable"}, LONG_SECONDS),
}

# Somebody else has the token. Each says what it is to be called, and goes on until it is closed.


async def _foreign_webhook(place: Place) -> AsyncIterator[str]:
    await place.api.methods.call("setWebhook", {"url": NOWHERE})
    yield "webhook_foreign"


async def _deleted_webhook(place: Place) -> AsyncIterator[str]:
    await place.api.methods.call("deleteWebhook", {})
    yield "webhook_deleted"


async def _foreign_webhook_while_polling(place: Place) -> AsyncIterator[str]:
    await place.api.methods.call("setWebhook", {"url": NOWHERE})
    yield "webhook_foreign"


async def _second_poller(place: Place) -> AsyncIterator[str]:
    """It never moves the offset, so that what it sees is not taken from us: whether words are lost is to be counted."""

    async def polls() -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                async with http.post(f"{place.api.url}/bot1:theirs/getUpdates", data={"timeout": "0"}) as answer:
                    await answer.read()
                await asyncio.sleep(0.2)

    poller = asyncio.create_task(polls())
    try:
        yield "second_poller"
    finally:
        poller.cancel()
