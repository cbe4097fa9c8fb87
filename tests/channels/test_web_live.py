"""Sockets: each row once, news at once, and silence as soon as a login has ended."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import aiohttp
import pytest

from bot.language.i18n import Catalogues
from bot.people import logins
from bot.volunteers import leaving
from tests import builders
from tests.builders import table
from tests.channels.web_fixtures import Browser, Site, opened_site

PATIENCE_SECONDS = 5.0
AT_MOST_SECONDS = 2.0


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues, poll_seconds=60) as opened:
        yield opened


async def in_chat(site: Site) -> Browser:
    browser = site.browser()
    await browser.agrees()
    return browser


async def rows_until(socket: aiohttp.ClientWebSocketResponse, text: str) -> list[dict]:
    """Every row that comes until one has this text in it."""
    rows: list[dict] = []
    while not any(text in row["html"] for row in rows):
        rows += (await socket.receive_json(timeout=PATIENCE_SECONDS))["rows"]
    return rows


async def test_each_row_comes_once_and_in_order(site: Site) -> None:
    browser = await in_chat(site)
    async with browser.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": 0})
        first = await rows_until(socket, "egna ord")
        await browser.says("Första", client_msg_id="number-0001")
        await browser.says("Andra", client_msg_id="number-0002")

        rows = first + await rows_until(socket, "Andra")

    assert len({row["id"] for row in rows}) == len(rows)
    assert [row["seq"] for row in rows] == sorted(row["seq"] for row in rows)
    assert [row["own"] for row in rows if "Första" in row["html"]] == [True]


async def test_a_browser_that_comes_again_gets_only_what_it_has_not_had(site: Site) -> None:
    browser = await in_chat(site)
    async with browser.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": 0})
        seen = (await rows_until(socket, "egna ord"))[-1]["seq"]
    await browser.says("Nytt", client_msg_id="number-0001")

    async with browser.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": seen})
        rows = await rows_until(socket, "Nytt")

    assert all(row["seq"] > seen for row in rows)


async def test_only_what_the_browser_says_it_has_shown_counts_as_read(site: Site) -> None:
    """And the numbers to write down come with the receipt, whatever has been shown."""
    browser = await in_chat(site)
    async with browser.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": 0})
        await browser.http.post(
            browser.base + "/sv/chat/say", data={"text": "Hej", "client_msg_id": "number-0001"},
            headers={"Origin": browser.base, "Accept": "application/json"},
        )  # fmt: skip
        told: dict = {}
        while "numbers" not in told:
            told = await socket.receive_json(timeout=PATIENCE_SECONDS)
        due = await table(site.service, "SELECT id FROM outbox WHERE kind = 'receipt' AND state = 'due'")
        await socket.send_json({"shown": 10**15})

        code, secret = re.findall(r"<strong>([\d ]+)</strong>", told["numbers"])
        page = await browser.sees("/sv/chat", secret, without='<span id="new">')

    receipt = "".join(row["html"] for row in told["rows"])
    assert len(due) == 1 and code in receipt and secret not in receipt
    assert code in page.words and secret in page.words


async def test_a_login_that_ends_closes_its_chat_within_two_seconds(site: Site) -> None:
    browser = await in_chat(site)
    async with browser.socket("/sv/chat/live") as socket:
        await socket.send_json({"after": 0})
        await rows_until(socket, "egna ord")

        began = monotonic()
        await browser.post("/sv/chat/close")
        told = await socket.receive_json(timeout=PATIENCE_SECONDS)
        closed = await socket.receive(timeout=PATIENCE_SECONDS)

    assert told == {"ended": True}
    assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 4401)
    assert monotonic() - began < AT_MOST_SECONDS


@pytest.mark.parametrize("how", ["disabled", "ended"])
async def test_a_volunteer_whose_access_ends_hears_nothing_more(site: Site, how: str) -> None:
    staff = await builders.volunteer(site.service)
    desk = await site.desk_of(staff)
    async with desk.socket("/desk/live") as socket:
        await asyncio.sleep(0.05)
        began = monotonic()
        async with site.service.store.work() as work:
            if how == "disabled":
                await leaving.disable_staff(work, staff.id)
            else:
                await logins.end_all_logins(work, staff.id)
        await builders.web_case_of(site.service)
        told = await socket.receive_json(timeout=PATIENCE_SECONDS)
        closed = await socket.receive(timeout=PATIENCE_SECONDS)

    assert told == {"ended": True}
    assert closed.data == 4401
    assert monotonic() - began < AT_MOST_SECONDS


async def test_the_desk_hears_that_something_changed(site: Site) -> None:
    desk = await site.desk_of(await builders.volunteer(site.service))
    async with desk.socket("/desk/live") as socket:
        await asyncio.sleep(0.05)

        await builders.web_case_of(site.service)

        assert await socket.receive_json(timeout=PATIENCE_SECONDS) == {"changed": True}


@pytest.mark.parametrize(
    "origin",
    [
        None, "null", "https://evil.example", "http://127.0.0.1:1", "http://127.0.0.1.evil.example",
        "https://127.0.0.1:8080", "http://sub.127.0.0.1:8080", "http://127.0.0.1:8080.evil.example", "",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/sv/chat/live", "/desk/live"])
async def test_another_site_s_page_gets_no_socket(site: Site, origin: str | None, path: str) -> None:
    staff = await builders.volunteer(site.service)
    browser = await site.desk_of(staff) if path == "/desk/live" else await in_chat(site)

    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await browser.socket(path, origin=origin)

    assert refused.value.status == 403
    async with browser.socket(path) as ours:
        assert not ours.closed


@pytest.mark.parametrize("path", ["/sv/chat/live", "/desk/live"])
async def test_nobody_gets_no_socket(site: Site, path: str) -> None:
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await site.browser().socket(path)

    assert refused.value.status == 403


async def test_a_stop_closes_every_socket_at_once(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues) as site:
        browser = await in_chat(site)
        socket = await browser.socket("/sv/chat/live")
        await socket.send_json({"after": 0})
        await rows_until(socket, "egna ord")
        silent = await browser.socket("/sv/chat/live")
        hearing = asyncio.gather(socket.receive(), silent.receive())
        began = monotonic()
        await site.stop()

        assert [message.data for message in await hearing] == [1001, 1001]
        assert monotonic() - began < AT_MOST_SECONDS
