"""Connections: what stands still is closed, what goes on slowly is not, and where there are too many nobody honest is
refused."""

import asyncio
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from bot.engine.metrics import CLOSED, INCIDENTS
from bot.language.i18n import Catalogues
from handlers.web.frame.connections import (
    HALF_A_LETTER,
    KEEP_ALIVE_SECONDS,
    LOOKS_PER_STANDSTILL,
    STANDSTILL_SECONDS,
    Connection,
    Crowd,
)
from handlers.web.frame.middlewares import LARGEST_BODY
from handlers.web.frame.room import ROOM, room_here
from handlers.web.frame.serving import LET_IN_AT_ONCE, listen, make_runner
from tests.channels.test_web_live import in_chat, rows_until
from tests.channels.web_fixtures import PATIENCE_SECONDS, Site, opened_site
from tests.crash.program import until

HEAD = "POST /sv/chat/say HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
ASKED = "GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"
CROWD = 100
SHORT, NEVER = 0.2, 3600.0
SLOW_NET = 6 * 1024  # bytes a second: 50 kbit/s


def everybody(remote: str | None) -> str | None:
    """All of this computer, as one address."""
    return remote


@pytest.fixture
async def opened(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator["Opener"]:
    async with AsyncExitStack() as stack:
        yield Opener(stack, sqlite_url, tmp_path, catalogues)


class Opener:
    """Opens the site of a test with connections of its own limits."""

    def __init__(self, stack: AsyncExitStack, *place: object) -> None:
        self._stack, self._place = stack, place

    async def __call__(self, **limits: object) -> Site:
        given = {"peer": everybody, "standstill_seconds": NEVER} | limits
        crowd = Crowd(given.pop("peer"), **({"of_address": 320, "in_all": 800} | given))  # type: ignore[arg-type]
        return await self._stack.enter_async_context(opened_site(*self._place, crowd=crowd, poll_seconds=60))  # type: ignore[arg-type]


class Wire:
    """One bare connection."""

    def __init__(self, site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._site, self._reader, self.writer = site, reader, writer

    def says(self, text: str, **values: object) -> None:
        self.writer.write(text.format(host=urlsplit(self._site.base).netloc, **values).encode())

    async def begins(self, text: str, **values: object) -> None:
        """The same, and it has been heard."""
        self.says(text, **values)
        await until(lambda: self.other_end is None or self.other_end._asked_bytes, otherwise="it to be heard")

    @property
    def other_end(self) -> Connection | None:
        """The server's, as long as it knows it."""
        mine = self.writer.get_extra_info("sockname")
        connections = self._site.runner.server.connections
        return next((one for one in connections if one._wire.get_extra_info("peername") == mine), None)

    async def status(self) -> int:
        """Of the next answer, which is read to its end."""
        head = (await asyncio.wait_for(self._reader.readuntil(b"\r\n\r\n"), PATIENCE_SECONDS)).decode()
        length = next(
            int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
        )
        await self._reader.readexactly(length)
        return int(head.split()[1])

    async def is_closed(self) -> bool:
        """It has been closed, without a word."""
        try:
            return await asyncio.wait_for(self._reader.read(1), PATIENCE_SECONDS) == b""
        except ConnectionResetError:
            return True

    @property
    def is_open(self) -> bool:
        return not self._reader.at_eof() and self._reader.exception() is None


@asynccontextmanager
async def wired(site: Site) -> AsyncIterator[Wire]:
    split = urlsplit(site.base)
    reader, writer = await asyncio.open_connection(split.hostname, split.port)
    wire = Wire(site, reader, writer)
    await until(lambda: wire.other_end, otherwise="the connection to be known")
    try:
        yield wire
    finally:
        writer.close()


class LoopWithAClock:
    """The running loop, in which a test says how late it is."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._loop = asyncio.get_running_loop()

    def time(self) -> float:
        return self._loop.time() + self.seconds

    def __getattr__(self, name: str) -> object:
        return getattr(self._loop, name)


def server_side(site: Site) -> tuple[Connection, LoopWithAClock]:
    """The only connection, with a clock to turn. Its own timer never comes."""
    [connection] = site.runner.server.connections
    connection._loop = clock = LoopWithAClock()
    return connection, clock


@pytest.mark.parametrize(
    "begun",
    ["", "POST /sv/ch", HEAD, HEAD + FORM, HEAD + FORM + "text=Hej"],
    ids=["nothing", "half a line", "half a head", "no body", "half a body"],
)
async def test_what_is_begun_and_stands_still_is_closed_and_nothing_went_wrong(opened: Opener, begun: str) -> None:
    site = await opened(standstill_seconds=SHORT)
    incidents, closed_before = INCIDENTS._value.get(), CLOSED.labels("still")._value.get()
    async with wired(site) as wire:
        wire.says(begun, length=1000)

        closed = await wire.is_closed()

    assert closed
    assert CLOSED.labels("still")._value.get() == closed_before + 1
    assert INCIDENTS._value.get() == incidents
    assert (await site.browser().get("/sv")).status == 200


async def test_the_second_request_of_a_connection_may_not_stand_still_either(opened: Opener) -> None:
    site = await opened(standstill_seconds=SHORT)
    async with wired(site) as wire:
        wire.says(ASKED, path="/healthz")
        assert await wire.status() == 200
        wire.says(HEAD)

        assert await wire.is_closed()


async def test_who_does_not_read_the_answer_is_closed(opened: Opener) -> None:
    site = await opened()
    async with wired(site) as wire:
        connection, clock = server_side(site)
        wire.writer.transport.pause_reading()
        for _ in range(40):  # answers until no more of them leave
            wire.says(ASKED, path="/static/x/vazirmatn.woff2")
        await until(connection._wire.get_write_buffer_size, otherwise="an answer that is not read")
        connection.look()
        clock.seconds += STANDSTILL_SECONDS
        connection._crowd.standstill_seconds = STANDSTILL_SECONDS
        connection.look()

        await until(lambda: not site.runner.server.connections, otherwise="it to be closed")


async def test_a_long_letter_on_a_slow_net_gets_through(opened: Opener) -> None:
    """512 KiB at 50 kbit/s take a minute and a half; and the net may be gone for a while in between."""
    site = await opened()
    browser = await in_chat(site)
    cookie = "; ".join(f"{name}={one.value}" for name, one in browser.cookies.items())  # type: ignore[attr-defined]
    await browser.http.close()
    await until(lambda: not site.runner.server.connections, otherwise="the browser to be gone")
    async with wired(site) as wire:
        connection, clock = server_side(site)
        connection._crowd.standstill_seconds = STANDSTILL_SECONDS
        length = LARGEST_BODY - 1024
        wire.says(HEAD + f"Cookie: {cookie}\r\n" + FORM, length=length)
        wire.writer.write(b"text=")
        left = length - len("text=")
        while left:
            piece = min(SLOW_NET, left)
            left -= piece
            heard = connection._asked_bytes
            wire.writer.write(b"x" * piece)
            await until(lambda: connection._asked_bytes >= heard + piece, otherwise="the piece")  # noqa: B023
            clock.seconds += STANDSTILL_SECONDS - 1
            connection.look()
            assert wire.is_open

        assert await wire.status() == 422  # too long for one message, and told so kindly


async def test_a_connection_between_two_requests_is_kept(opened: Opener) -> None:
    site = await opened()
    async with wired(site) as wire:
        connection, clock = server_side(site)
        connection._crowd.standstill_seconds = STANDSTILL_SECONDS
        wire.says(ASKED, path="/healthz")
        assert await wire.status() == 200
        for _ in range(LOOKS_PER_STANDSTILL * 3):
            clock.seconds += STANDSTILL_SECONDS / LOOKS_PER_STANDSTILL
            connection.look()
        wire.says(ASKED, path="/healthz")

        assert await wire.status() == 200

    assert connection.keepalive_timeout == KEEP_ALIVE_SECONDS > STANDSTILL_SECONDS


class Work:
    """The question of consent, which takes as long as a test likes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.began, self.may_end = asyncio.Event(), asyncio.Event()
        monkeypatch.setattr("handlers.web.frame.identity.newcomer_login", self._slowly)

    async def _slowly(self, _request: object) -> None:
        self.began.set()
        await self.may_end.wait()


async def test_it_is_not_their_fault_when_we_are_slow(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    site, work = await opened(), Work(monkeypatch)
    async with wired(site) as wire:
        connection, clock = server_side(site)
        connection._crowd.standstill_seconds = STANDSTILL_SECONDS
        wire.says(ASKED, path="/sv/chat")
        await work.began.wait()
        for _ in range(LOOKS_PER_STANDSTILL * 3):
            clock.seconds += STANDSTILL_SECONDS / LOOKS_PER_STANDSTILL
            connection.look()
        work.may_end.set()

        assert await wire.status() == 200


@pytest.mark.parametrize("limit", ["of_address", "in_all"])
async def test_of_too_many_halves_the_stillest_make_room_and_an_honest_request_is_answered(
    opened: Opener, limit: str
) -> None:
    site = await opened(**{limit: 3})
    async with AsyncExitStack() as stack:
        wires = []
        for _ in range(5):
            wires.append(await stack.enter_async_context(wired(site)))
            await wires[-1].begins(HEAD + FORM, length=1000)
        closed = [await wire.is_closed() for wire in wires[:2]]

        page = await site.browser().get("/sv")
        third_closed = await wires[2].is_closed()
        assert all(wire.is_open for wire in wires[3:])

    assert closed == [True, True] and third_closed
    assert page.status == 200


async def test_behind_a_trusted_proxy_is_everybody_so_only_the_limit_in_all_counts(opened: Opener) -> None:
    site = await opened(peer=lambda _remote: None, of_address=1, in_all=3)
    async with AsyncExitStack() as stack:
        wires = []
        for _ in range(3):
            wires.append(await stack.enter_async_context(wired(site)))
            await wires[-1].begins(HEAD)
        three_are_open = all(wire.is_open for wire in wires)
        await stack.enter_async_context(wired(site))

        assert await wires[0].is_closed()
    assert three_are_open


async def test_what_is_at_work_a_socket_and_most_of_a_letter_do_not_make_room_before_what_is_idle(
    opened: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = await opened(of_address=3)
    browser = await in_chat(site)
    async with browser.socket("/sv/chat/live") as socket, AsyncExitStack() as stack:
        await socket.send_json({"after": 0})
        await rows_until(socket, "egna ord")
        work = Work(monkeypatch)
        await until(lambda: _at_rest(site) <= 1, otherwise="the socket to be one")
        letter, working, idle = [await stack.enter_async_context(wired(site)) for _ in range(3)]
        letter.says(HEAD + FORM + "text=" + "x" * HALF_A_LETTER, length=LARGEST_BODY - 1024)
        await until(lambda: any(one.is_letter for one in site.runner.server.connections), otherwise="the letter")
        working.says(ASKED, path="/sv/chat")
        await work.began.wait()
        idle.says(ASKED, path="/healthz")
        assert await idle.status() == 200
        await stack.enter_async_context(wired(site))

        assert await idle.is_closed()
        assert letter.is_open and working.is_open and not socket.closed
        work.may_end.set()
        assert await working.status() == 200


def _at_rest(site: Site) -> int:
    return sum(connection.is_at_rest for connection in site.runner.server.connections)


async def test_a_crowd_that_comes_at_once_is_let_in_a_few_at_a_time_and_nobody_is_turned_away() -> None:
    let_in: list[int] = []

    class Watched(Crowd):
        def enters(self, connection: Connection, remote: str | None) -> None:
            super().enters(connection, remote)
            let_in.append(tick)

    async def counts() -> None:
        nonlocal tick
        while len(let_in) < CROWD:
            tick += 1
            await asyncio.sleep(0)

    app = web.Application()
    app[ROOM] = room_here()
    tick, runner = 0, make_runner(app, Watched(everybody, of_address=CROWD, in_all=CROWD))
    await runner.setup()
    try:
        await listen(runner, "localhost", 0)
        outside = [
            socket.create_connection(runner.addresses[0][:2]) for _ in range(CROWD)
        ]  # no turn of the loop between
        await asyncio.wait_for(counts(), PATIENCE_SECONDS)
    finally:
        await runner.cleanup()
    for one in outside:
        one.close()

    assert len(let_in) == CROWD
    assert max(Counter(let_in).values()) <= LET_IN_AT_ONCE
