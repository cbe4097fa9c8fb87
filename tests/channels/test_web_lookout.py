"""Sockets that nobody writes to cost nothing; and what comes without a bell, from another process, comes all the same.

No loop runs here: each test has the rounds it asks for.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from math import inf
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from bot.engine import bells
from bot.engine.bells import Bells
from bot.engine.errors import Unavailable
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.people import logins, people
from bot.privacy import erasing
from bot.volunteers import leaving
from handlers.web.doors.lookout import LOOKOUT
from handlers.web.frame.sockets import SOCKETS, Place
from handlers.web.frame.turns import OF_PERSON, TURNS
from models.people import Device
from tests import builders, plans
from tests.builders import Newcomer, Staff, one, table
from tests.channels.test_web_live import rows_until
from tests.channels.web_fixtures import PATIENCE_SECONDS, SITE_COOKIE, Site, opened_site
from tests.clocks import Clocks
from tests.crash.program import until

TURNS_OF_THE_LOOP = 100  # enough for whoever was woken to have begun to ask
Socket = aiohttp.ClientWebSocketResponse


@pytest.fixture
async def site(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(database_url, tmp_path, catalogues, poll_seconds=5) as opened:
        yield opened


@pytest.fixture
async def here() -> AsyncIterator[AsyncExitStack]:
    """Whose sockets are closed when the test is over."""
    async with AsyncExitStack() as stack:
        yield stack


async def _reads_on(socket: Socket) -> None:
    async for _ in socket:
        pass


async def read_by_browsers(here: AsyncExitStack, sockets: Sequence[Socket]) -> None:
    """Each is read on, as a browser does, which so answers the heartbeat however long others take to come."""
    for socket in sockets:
        reading = asyncio.create_task(_reads_on(socket))
        here.callback(reading.cancel)


async def chats(site: Site, here: AsyncExitStack, count: int, *, device: str = "shared") -> list[Socket]:
    """So many newcomers' chats, each of which has been sent all there is."""
    sockets = []
    for _ in range(count):
        browser = site.browser()
        await browser.agrees(device=device)
        socket = await here.enter_async_context(browser.socket("/sv/chat/live"))
        await socket.send_json({"after": 0})
        await rows_until(socket, "egna ord")
        sockets.append(socket)
    return sockets


async def known_chat(site: Site, here: AsyncExitStack) -> Socket:
    """The chat of a newcomer who has agreed already, so that many are there in a moment."""
    asker = await builders.newcomer_on_web(site.service)
    async with site.service.store.work() as work:
        token = await logins.open_login(work, asker.id, Device.SHARED)
    browser = site.browser()
    browser.http.cookie_jar.update_cookies({SITE_COOKIE: token}, URL(site.base))
    socket = await here.enter_async_context(browser.socket("/sv/chat/live"))
    await socket.send_json({"after": 0})
    await rows_until(socket, "egna ord")
    return socket


async def desk(site: Site, here: AsyncExitStack) -> tuple[Staff, Socket]:
    staff = await builders.volunteer(site.service)
    return staff, await here.enter_async_context((await site.desk_of(staff)).socket("/desk/live"))


def places(site: Site) -> tuple[Place, ...]:
    return site.runner.app[SOCKETS].places


async def newcomer_at(site: Site, place: Place) -> Newcomer:
    whose = "SELECT newcomer_id FROM conversations WHERE id = :id"
    [person] = await one(site.service, whose, id=place.conversation_id)
    async with site.service.store.look() as db:
        visitor = await people.visitor_of(db, person)
    assert visitor is not None
    return Newcomer(site.service, visitor)


async def a_round(site: Site) -> None:
    await site.runner.app[LOOKOUT].look_around()
    for _ in range(TURNS_OF_THE_LOOP):
        await asyncio.sleep(0)


def without_bells(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed from now on is another process's, and nobody here hears of it."""
    monkeypatch.setattr(Bells, "ring", lambda _bells, _topic: None)


@pytest.mark.parametrize("count", [3, 60])
async def test_a_round_asks_as_much_for_sixty_chats_as_for_three(
    site: Site, here: AsyncExitStack, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.web.frame.limits.Limits.allows_login", lambda *_: True)
    for _ in range(count):
        await read_by_browsers(here, [await known_chat(site, here)])
    await desk(site, here)

    with plans.asked(site.service.store) as heard:
        await a_round(site)

    assert len(places(site)) == count + 1
    assert [asked.statement.split()[0] for asked in heard] == ["SELECT"] * 3


async def test_a_round_without_sockets_asks_nothing(site: Site) -> None:
    with plans.asked(site.service.store) as heard:
        await a_round(site)

    assert heard == []


async def test_between_two_rounds_nothing_is_asked(
    site: Site, here: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    await chats(site, here, 3)
    await desk(site, here)
    loop, seconds = asyncio.get_running_loop(), 4 * site.service.settings.poll_seconds
    shown = loop.time

    with plans.asked(site.service.store) as heard:
        monkeypatch.setattr(loop, "time", lambda: shown() + seconds)
        for _ in range(TURNS_OF_THE_LOOP):
            await asyncio.sleep(0)

    assert heard == []


async def test_what_another_process_has_said_comes_with_the_next_round(
    site: Site, here: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    _silent, socket = await chats(site, here, 2)
    silent_place, place = places(site)
    asker, other = await newcomer_at(site, place), await newcomer_at(site, silent_place)
    without_bells(monkeypatch)
    await asker.says("Sagt annanstans")

    with plans.asked(site.service.store) as heard:
        await a_round(site)
        rows = await rows_until(socket, "Sagt annanstans")

    assert [row["own"] for row in rows if "Sagt annanstans" in row["html"]] == [True]
    assert not any(_is_about(asked, other.visitor.address_id) for asked in heard)
    assert not await _wakes_somebody(site)


def _is_about(asked: plans.Asked, number: int) -> bool:
    return number in tuple(asked.values)


async def _wakes_somebody(site: Site) -> bool:
    """Whether the next round finds something to say again."""
    with plans.asked(site.service.store) as heard:
        await a_round(site)
    return len(heard) > 3


@pytest.mark.parametrize("how", ["logged out", "disabled"])
async def test_a_desk_that_another_process_has_ended_is_told_with_the_next_round(
    site: Site, here: AsyncExitStack, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    staff, socket = await desk(site, here)
    without_bells(monkeypatch)
    async with site.service.store.work() as work:
        if how == "disabled":
            await leaving.disable_staff(work, staff.id)
        else:
            await logins.end_all_logins(work, staff.id)

    await a_round(site)

    assert await socket.receive_json(timeout=PATIENCE_SECONDS) == {"ended": True}
    assert (await socket.receive(timeout=PATIENCE_SECONDS)).data == 4401


async def test_a_newcomer_whom_another_process_has_erased_is_told_with_the_next_round(
    site: Site, here: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    [socket] = await chats(site, here, 1)
    asker = await newcomer_at(site, places(site)[0])
    without_bells(monkeypatch)
    async with site.service.store.work() as work:
        await erasing.erase_newcomer(work, asker.id, farewell=False)

    await a_round(site)

    assert await socket.receive_json(timeout=PATIENCE_SECONDS) == {"ended": True}


async def test_whose_time_is_up_is_told_with_the_next_round_and_nobody_else(
    site: Site, here: AsyncExitStack, clocks: Clocks
) -> None:
    [chat] = await chats(site, here, 1)
    _staff, at_desk = await desk(site, here)
    await chats(site, here, 1, device="own")
    clocks.pass_(logins.SHARED_IDLE - timedelta(seconds=1))
    await a_round(site)
    all_there = len(places(site))
    clocks.pass_(timedelta(seconds=1))

    await a_round(site)

    assert await chat.receive_json(timeout=PATIENCE_SECONDS) == {"ended": True}
    assert await at_desk.receive_json(timeout=PATIENCE_SECONDS) == {"ended": True, "ran_out": True}
    assert all_there == 3
    await until(lambda: len(places(site)) == 1, otherwise="the two to be gone")


async def test_a_look_of_a_socket_keeps_no_login_awake(site: Site, here: AsyncExitStack, clocks: Clocks) -> None:
    await chats(site, here, 1)
    await desk(site, here)
    before = await table(site.service, "SELECT id, seen_at FROM web_sessions ORDER BY id")
    clocks.pass_(timedelta(minutes=5))

    await a_round(site)
    site.service.store.bells.ring_all()
    await a_round(site)

    assert await table(site.service, "SELECT id, seen_at FROM web_sessions ORDER BY id") == before


async def test_what_all_sockets_are_rung_for_is_looked_for_together(site: Site, here: AsyncExitStack) -> None:
    await chats(site, here, 12)

    with plans.asked(site.service.store) as heard:
        site.service.store.bells.ring(bells.LOGINS)
        await a_round(site)

    assert 3 <= len(heard) <= 6


async def test_what_could_not_be_looked_for_is_told_by_the_next_round_that_can(
    site: Site, here: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    [chat] = await chats(site, here, 1)
    _staff, at_desk = await desk(site, here)
    asker = await newcomer_at(site, places(site)[0])
    with monkeypatch.context() as away:
        away.setattr(Store, "look", _does_not_answer)
        await asker.says("Trots allt")
        await a_round(site)

    await a_round(site)

    await rows_until(chat, "Trots allt")
    assert await at_desk.receive_json(timeout=PATIENCE_SECONDS) == {"changed": True}


def _does_not_answer(_store: Store) -> None:
    raise Unavailable


async def test_a_desk_that_heard_nothing_looks_again_after_a_while(
    site: Site, here: AsyncExitStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting times grow, and a ring may have been lost."""
    _staff, socket = await desk(site, here)
    await until(lambda: places(site)[0].told_again_at < inf, otherwise="it to wait")
    places(site)[0].told_again_at = 0

    await a_round(site)

    assert await socket.receive_json(timeout=PATIENCE_SECONDS) == {"changed": True}
    await until(lambda: places(site)[0].told_again_at > 0, otherwise="it to wait again")
    assert not await _wakes_somebody(site)


async def test_a_chat_that_ends_while_it_waits_for_its_turn_hears_nothing_more(
    site: Site, here: AsyncExitStack
) -> None:
    [socket] = await chats(site, here, 1)
    [place] = places(site)
    asker = await newcomer_at(site, place)
    turns = site.runner.app[TURNS]
    async with AsyncExitStack() as busy:
        for _ in range(OF_PERSON):
            await busy.enter_async_context(turns.of(place.address, place.person))
        await asker.says("Till mig")
        await until(lambda: bool(turns._lines), otherwise="it to wait for its turn")
        async with site.service.store.work() as work:
            await logins.end_all_logins(work, asker.id)

    assert await socket.receive_json(timeout=PATIENCE_SECONDS) == {"ended": True}
