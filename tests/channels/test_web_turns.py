"""Turns: whoever asks a hundred times at once waits behind whoever asks once, and nobody is refused for it."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.language.i18n import Catalogues
from handlers.web.chat.back import NOBODYS
from handlers.web.frame.slow_hashes import GIVES_WAY, SLOW_HASHES, SlowHashes
from handlers.web.frame.turns import PROBE_TURNS, TURNS, Turns
from tests.channels.web_fixtures import PATIENCE_SECONDS, Browser, Site, opened_site
from tests.crash.program import until

JSON = {"Accept": "application/json"}


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues, poll_seconds=60) as opened:
        yield opened


class Line:
    """People in line; each says when it has gone in, and goes out when told."""

    def __init__(self, turns: Turns, group: asyncio.TaskGroup) -> None:
        self._turns, self._group = turns, group
        self.inside: list[str] = []
        self._out: dict[str, asyncio.Event] = {}

    def joins(self, address: str, person: str, name: str) -> asyncio.Task[None]:
        self._out[name] = asyncio.Event()
        return self._group.create_task(self._waits(address, person, name))

    def leaves(self, name: str) -> None:
        self._out[name].set()

    async def _waits(self, address: str, person: str, name: str) -> None:
        async with self._turns.of(address, person):
            self.inside.append(name)
            await self._out[name].wait()


async def settled() -> None:
    """Everything that could go on without waiting for anybody has gone on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_whoever_asks_once_goes_in_before_whoever_asks_a_hundred_times() -> None:
    async with asyncio.TaskGroup() as group:
        line = Line(Turns(at_once=1, of_address=1, of_person=1), group)
        for number in range(100):
            line.joins("here", "greedy", f"greedy-{number}")
        await settled()
        line.joins("here", "neighbour", "neighbour")
        line.joins("elsewhere", "stranger", "stranger")
        await settled()
        for name in ("greedy-0", "greedy-1", "stranger", "neighbour"):
            assert line.inside[-1] == name
            line.leaves(name)
            await settled()
        for number in range(100):
            line.leaves(f"greedy-{number}")

    assert len(line.inside) == len(set(line.inside)) == 102


async def test_turns_in_which_nobody_waits_leave_the_event_loop_to_others_in_between() -> None:
    turns, heard = Turns(), 0
    rounds: list[int] = []

    async def in_and_out() -> None:
        async with turns.of("here", "greedy"):
            rounds.append(heard)  # all that is done in this turn is done at once

    async with asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(in_and_out())
        while len(rounds) < 50:
            await asyncio.sleep(0)
            heard += 1

    assert len(set(rounds)) == 50


@pytest.mark.parametrize(
    ("most", "of"),
    [
        ({"at_once": 9, "of_address": 9, "of_person": 2}, [("here", "one")] * 5),
        ({"at_once": 9, "of_address": 2, "of_person": 9}, [("here", f"{n}") for n in range(5)]),
        ({"at_once": 2, "of_address": 9, "of_person": 9}, [(f"{n}", "one") for n in range(5)]),
    ],
    ids=["person", "address", "all"],
)
async def test_only_so_many_are_in_at_once(most: dict[str, int], of: list[tuple[str, str]]) -> None:
    async with asyncio.TaskGroup() as group:
        line = Line(Turns(**most), group)
        for number, (address, person) in enumerate(of):
            line.joins(address, person, f"{number}")
        await settled()
        at_first = list(line.inside)
        line.leaves("0")
        await settled()
        then = list(line.inside)
        for number in range(len(of)):
            line.leaves(f"{number}")

    assert (at_first, then) == (["0", "1"], ["0", "1", "2"])


async def test_who_goes_away_while_waiting_or_just_called_leaves_no_place_taken() -> None:
    turns = Turns(at_once=1, of_address=1, of_person=1)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        turn = await stack.enter_async_context(turns.of("here", "first"))
        line = Line(turns, group)
        waiting, called = line.joins("here", "waiting", "waiting"), line.joins("here", "called", "called")
        line.joins("here", "last", "last")
        await settled()
        waiting.cancel()
        await settled()
        turn.end()
        called.cancel()  # before it could go on
        await settled()
        line.leaves("last")

    assert line.inside == ["last"]


class Gate:
    """What the requests of one browser wait for inside the handler, and how many have been there at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from handlers.web.chat import chat

        self.opens, self.inside, self.most = asyncio.Event(), 0, 0
        self._page = chat.conversation_page
        monkeypatch.setattr(chat, "conversation_page", self._through)

    async def _through(self, request: web.Request, *given: object, **named: object) -> web.StreamResponse:
        if "storm" not in request.query:
            return await self._page(request, *given, **named)  # type: ignore[arg-type]
        self.inside += 1
        self.most = max(self.most, self.inside)
        await self.opens.wait()
        self.inside -= 1
        return web.Response(text="through")


async def test_a_storm_of_one_login_is_served_two_at_a_time_and_a_neighbour_at_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the same address, as in a library."""
    gate = Gate(monkeypatch)
    stormy, neighbour = site.browser(), site.browser()
    await stormy.agrees()
    await neighbour.agrees()
    async with AsyncExitStack() as stack:
        jar = stormy.http.cookie_jar
        http = await stack.enter_async_context(
            aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(limit=0))
        )
        storm = [asyncio.ensure_future(http.get(f"{site.base}/sv/chat?storm=1")) for _ in range(12)]
        await until(lambda: len(site.runner.server.connections) >= 12, otherwise="the storm")
        await until(lambda: gate.inside == 2, otherwise="its first two")

        page = await asyncio.wait_for(neighbour.get("/sv/chat"), PATIENCE_SECONDS)
        said = await neighbour.says("Hej", client_msg_id="number-0001")
        gate.opens.set()
        answers = [await answer for answer in storm]

    assert page.status == said.status == 200
    assert [answer.status for answer in answers] == [200] * 12
    assert gate.most == 2


async def test_probes_are_answered_while_every_turn_is_taken_and_take_turns_themselves(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, browser = Gate(monkeypatch), site.browser()
    await browser.agrees()
    monkeypatch.setattr(site.runner.app[TURNS], "_most", (1, 1, 1))
    page = asyncio.ensure_future(browser.get("/sv/chat?storm=1"))
    await until(lambda: gate.inside, otherwise="the only turn to be taken")

    probed = (await asyncio.wait_for(site.browser().get("/readyz"), PATIENCE_SECONDS)).status
    async with AsyncExitStack() as stack:
        probes = site.runner.app[PROBE_TURNS]
        monkeypatch.setattr(probes, "_most", (1, 1, 1))
        await stack.enter_async_context(probes.of("elsewhere", "somebody"))
        second = asyncio.ensure_future(site.browser().get("/readyz"))
        await until(lambda: probes._lines, otherwise="a probe to wait")
    gate.opens.set()

    assert (probed, (await second).status, (await page).status) == (200, 200, 200)


class Hashing:
    """`hash_secret`, which waits in its thread until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_go_on, self.calls, self.inside, self.most = threading.Event(), 0, 0, 0
        monkeypatch.setattr("handlers.web.chat.secret.hash_secret", self._slowly)

    def _slowly(self, _secret: str) -> str:
        self.calls += 1
        self.inside += 1
        self.most = max(self.most, self.inside)
        assert self.may_go_on.wait(PATIENCE_SECONDS)
        self.inside -= 1
        return NOBODYS


async def test_consents_are_hashed_one_at_a_time_none_is_refused_and_nobody_else_waits(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    neighbour = site.browser()
    await neighbour.agrees()
    hashing = Hashing(monkeypatch)
    crowd = [asyncio.ensure_future(site.browser().agrees()) for _ in range(6)]
    await until(lambda: hashing.inside, otherwise="the first consent")
    await until(lambda: len(site.runner.server.connections) >= 7, otherwise="the others")

    said = await asyncio.wait_for(neighbour.says("Hej", client_msg_id="number-0001"), PATIENCE_SECONDS)
    begun = hashing.calls
    hashing.may_go_on.set()
    pages = [await page for page in crowd]

    assert said.status == 200 and begun == 1
    assert {page.status for page in pages} == {200} and all("/sv/chat" in page.url for page in pages)
    assert hashing.most == 1


async def test_a_consent_whose_browser_has_left_costs_no_hash(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    hashing = Hashing(monkeypatch)
    stays, leaving, comes = site.browser(), [site.browser() for _ in range(5)], site.browser()
    first = asyncio.ensure_future(stays.agrees())
    await until(lambda: hashing.inside, otherwise="the first consent")
    for browser in leaving:
        asyncio.ensure_future(browser.agrees()).add_done_callback(_is_heard)
    await until(lambda: len(waiting(site)) == 5, otherwise="the others to wait")
    for browser in leaving:
        await browser.http.close()
    await until(lambda: _open_connections(site) == 1, otherwise="them to have left")
    last = asyncio.ensure_future(comes.agrees())
    hashing.may_go_on.set()

    assert ((await first).status, (await last).status) == (200, 200)
    assert hashing.calls == 2


def waiting(site: Site) -> list[str]:
    """What is waited for in the line before the slow hashes."""
    lines = site.runner.app[SLOW_HASHES].turns._lines.values()
    return [errand for people in lines for errand, line in people.items() for _ in line]


def _is_heard(asked: asyncio.Future[object]) -> None:
    asked.exception()


def _open_connections(site: Site) -> int:
    return sum(connection.transport is not None for connection in site.runner.server.connections)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a thread cannot be slower than its process")
async def test_the_thread_that_hashes_gives_way() -> None:
    hashes = SlowHashes()

    given = await hashes.run(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    await hashes.close(web.Application())

    assert given == max(GIVES_WAY, os.getpriority(os.PRIO_PROCESS, 0))


async def test_somebody_who_comes_back_does_not_wait_behind_a_crowd_that_agrees(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashed_before = 0

    def matches(_secret: str, _stored: str) -> bool:
        nonlocal hashed_before
        hashed_before = hashing.calls
        return False

    monkeypatch.setattr("handlers.web.chat.back.secret_matches", matches)
    hashing = Hashing(monkeypatch)
    crowd = [asyncio.ensure_future(site.browser().agrees()) for _ in range(8)]
    await until(lambda: hashing.inside, otherwise="the first consent")
    back: Browser = site.browser()
    coming = asyncio.ensure_future(back.post("/sv/back", {"code": "123456", "secret": "12345678"}))
    await until(lambda: len(waiting(site)) == 8 and "back" in waiting(site), otherwise="all to wait")
    hashing.may_go_on.set()
    await asyncio.gather(coming, *crowd)

    assert 1 <= hashed_before <= 2
