"""What a browser says in its socket costs what we decide: frames, marks, and how many sockets there may be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from limits import RateLimitItemPerMinute

from bot.engine.bells import Bell
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from handlers.web.doors import live
from handlers.web.frame.room import room_among
from handlers.web.frame.sockets import OF_PERSON, SOCKETS, Place, Sockets
from tests import builders
from tests.builders import table
from tests.channels.test_web_live import in_chat, rows_until
from tests.channels.web_fixtures import PATIENCE_SECONDS, Browser, Site, opened_site
from tests.crash.program import until

CROWDED = 4429


@pytest.fixture
async def site(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(database_url, tmp_path, catalogues, poll_seconds=60) as opened:
        yield opened


class Written:
    """How often the store was written to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.times, self._work = 0, Store.work
        written = self

        def work(store: Store, **how: bool) -> object:
            written.times += 1
            return written._work(store, **how)

        monkeypatch.setattr(Store, "work", work)


@asynccontextmanager
async def listening(site: Site, browser: Browser, *, after: int = 0) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """A socket that has said how far it is. When the block ends, all that was said in it has been done."""
    async with browser.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": after})
        yield socket
    await until(lambda: not len(site.runner.app[SOCKETS]), otherwise="the socket to be gone")


async def with_words_unshown(site: Site, *, asides: int = 0) -> tuple[Browser, int]:
    """A browser whose page has not shown the newest rows yet, and where they end."""
    browser = await in_chat(site)
    headers = {"Origin": browser.base, "Accept": "application/json"}
    words = {"text": "Hej", "client_msg_id": "number-0001"}
    await browser.http.post(browser.base + "/sv/chat/say", data=words, headers=headers)
    for _ in range(asides):
        await browser.http.post(browser.base + "/sv/chat/command", data={"name": "help"}, headers=headers)
    last = (await table(site.service, "SELECT max(seq) FROM outbox"))[0][0]
    assert await due(site)
    return browser, last


async def due(site: Site) -> int:
    return (await table(site.service, "SELECT count(*) FROM outbox WHERE state = 'due'"))[0][0]


async def has_all(socket: aiohttp.ClientWebSocketResponse, last: int) -> None:
    """Everything up to there has been sent to the socket."""
    while last not in [row["seq"] for row in (await socket.receive_json(timeout=PATIENCE_SECONDS))["rows"]]:
        pass


async def _fewer_due(site: Site, than: int) -> bool:
    return await due(site) < than


async def test_many_frames_are_one_mark_now_and_one_at_the_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MARKS_AGAIN_SECONDS", 3600)
    browser, last = await with_words_unshown(site, asides=8)
    rows = [row.seq for row in await table(site.service, "SELECT seq FROM outbox WHERE state = 'due' ORDER BY seq")]
    written, heard = Written(monkeypatch), Heard(monkeypatch)

    async with listening(site, browser) as socket:
        await has_all(socket, last)
        for count, number in enumerate(rows, start=1):
            await socket.send_json({"shown": number})
            await until(lambda: heard.frames == 1 + count, otherwise="the frame to be heard")  # noqa: B023
            await until(lambda: _fewer_due(site, len(rows)), otherwise="the first mark")

    assert len(rows) >= 8
    assert await due(site) == 0
    assert 1 <= written.times <= 2


@pytest.mark.parametrize("number", ["the same", "a lower one", "a higher one"])
async def test_what_is_shown_already_is_not_written_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    browser, last = await with_words_unshown(site)
    async with listening(site, browser) as socket:
        await has_all(socket, last)
        await socket.send_json({"shown": last})
    assert await due(site) == 0
    written = Written(monkeypatch)

    async with listening(site, browser) as socket:
        await has_all(socket, last)
        for _ in range(20):
            await socket.send_json({"shown": {"the same": last, "a lower one": last - 1}.get(number, 10**15)})

    assert written.times == 0


async def test_a_page_that_is_opened_again_writes_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, _ = await with_words_unshown(site)
    await browser.get("/sv/chat")
    await until(lambda: _none_due(site), otherwise="the page to be marked as shown")
    written = Written(monkeypatch)

    assert (await browser.get("/sv/chat")).status == 200

    assert written.times == 0


async def _none_due(site: Site) -> bool:
    return not await due(site)


async def test_what_a_page_had_got_before_its_net_was_lost_is_marked_once_somebody_looks_at_it(site: Site) -> None:
    """It was in the background; its new socket has nothing new to send it."""
    browser, last = await with_words_unshown(site)

    async with listening(site, browser, after=last) as socket:
        await socket.send_json({"shown": last})

    assert await due(site) == 0


async def test_of_one_person_s_sockets_the_oldest_makes_room_and_the_newest_hears_the_news(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site.runner.app[SOCKETS], "_of_person", 2)
    browser, neighbour = await in_chat(site), await in_chat(site)
    async with AsyncExitStack() as stack:
        other = await stack.enter_async_context(neighbour.socket("/sv/chat/live"))
        sockets = []
        for _ in range(3):
            socket = await stack.enter_async_context(browser.socket("/sv/chat/live"))
            await socket.send_json({"after": 0})
            await rows_until(socket, "egna ord")
            sockets.append(socket)

        closed = await sockets[0].receive(timeout=PATIENCE_SECONDS)
        await browser.says("Hej", client_msg_id="number-0001")
        for socket in sockets[1:]:
            await rows_until(socket, "Hej")
        left = len(site.runner.app[SOCKETS])
        assert not other.closed

    assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, CROWDED)
    assert left == 3


async def test_the_desk_s_sockets_make_room_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site.runner.app[SOCKETS], "_of_person", 1)
    desk = await site.desk_of(await builders.volunteer(site.service))
    async with desk.socket("/desk/live") as first, desk.socket("/desk/live") as second:
        closed = await first.receive(timeout=PATIENCE_SECONDS)
        await builders.web_case_of(site.service)
        told = await second.receive_json(timeout=PATIENCE_SECONDS)

    assert closed.data == CROWDED
    assert told == {"changed": True}


def place(address: str, person: str) -> Place:
    return Place(socket=None, address=address, person=person, bell=Bell())  # type: ignore[arg-type]


def test_whoever_has_the_most_makes_room_at_an_address_and_in_all() -> None:
    sockets = Sockets(of_person=3, of_address=4, in_all=6)
    quiet, greedy = place("library", "quiet"), [place("library", "greedy") for _ in range(3)]
    for one in (quiet, *greedy):
        sockets.add(one)
    sockets.add(place("library", "new"))
    at_the_address = [one.is_wanted_back for one in (quiet, *greedy)]
    for person in ("first", "second"):
        sockets.add(place("home", person))
    assert len(sockets) == 6
    sockets.add(place("elsewhere", "last"))

    assert at_the_address == [False, True, False, False]
    assert [one.is_wanted_back for one in (quiet, *greedy)] == [False, True, True, False]
    assert len(sockets) == 6


def test_a_library_full_of_people_with_two_tabs_each_is_normal() -> None:
    sockets = Sockets(of_address=room_among(1024).sockets_of_address, in_all=room_among(1024).sockets)
    places = [place("library", f"{person}") for person in range(60) for _ in range(2)]
    for one in places:
        sockets.add(one)

    assert not any(one.is_wanted_back for one in places)
    assert OF_PERSON == 8


async def test_a_socket_opened_again_and_again_is_put_off_without_a_look_at_the_tables(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.web.frame.admission.OPENINGS", RateLimitItemPerMinute(2, namespace="few"))
    browser, neighbour = await in_chat(site), await in_chat(site)
    for _ in range(2):
        async with browser.socket("/sv/chat/live"):
            pass
    looked: list[str] = []
    monkeypatch.setattr(Store, "look", lambda _store: looked.append("look"))

    with pytest.raises(aiohttp.WSServerHandshakeError) as put_off:
        await browser.socket("/sv/chat/live")
    monkeypatch.undo()

    assert put_off.value.status == 429 and put_off.value.headers is not None
    assert "Retry-After" in put_off.value.headers and looked == []
    async with neighbour.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": 0})
        await rows_until(socket, "egna ord")


class Heard:
    """The numbers that were found in frames, as many as were looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frames, self._number_in = 0, live._number_in
        monkeypatch.setattr(live, "_number_in", self._look)

    def _look(self, words: str, name: str) -> int | None:
        self.frames += 1
        return self._number_in(words, name)


async def test_whoever_says_much_in_a_socket_is_heard_at_our_pace(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Frames, pings and half frames alike: what is held back has not even been read as frames."""
    monkeypatch.setattr("handlers.web.frame.connections.HEARD_AT_ONCE", 400)
    monkeypatch.setattr("handlers.web.frame.connections.HEARD_A_SECOND", 0)
    monkeypatch.setattr("handlers.web.frame.connections.HEARS_AGAIN_SECONDS", 0.01)
    browser = await in_chat(site)
    heard = Heard(monkeypatch)
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(browser.socket("/sv/chat/live")) for _ in range(2)]
        for _ in range(40):
            await sockets[0].send_json({"shown": 1})
            await sockets[0].ping(b"x" * 100)
        await until(lambda: _is_held_back(site), otherwise="it to be held back")
        await sockets[1].send_json({"after": 0})
        await rows_until(sockets[1], "egna ord")
        frames = heard.frames
        monkeypatch.setattr("handlers.web.frame.connections.HEARD_A_SECOND", 10**6)  # so that its goodbye is heard too

    assert 2 <= frames <= 1 + 400 // len('{"shown": 1}')


def _is_held_back(site: Site) -> bool:
    return any(connection._listening is not None for connection in site.runner.server.connections)


async def test_what_was_held_back_is_heard_later(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.web.frame.connections.HEARD_AT_ONCE", 100)
    monkeypatch.setattr("handlers.web.frame.connections.HEARD_A_SECOND", 10**6)
    monkeypatch.setattr("handlers.web.frame.connections.HEARS_AGAIN_SECONDS", 0.01)
    browser = await in_chat(site)
    heard = Heard(monkeypatch)

    async with browser.socket("/sv/chat/live") as socket:
        await asyncio.gather(*(socket.send_json({"shown": 1}) for _ in range(50)))
        await until(lambda: heard.frames == 50, otherwise="everything to be heard")
