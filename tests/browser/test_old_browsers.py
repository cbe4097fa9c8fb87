"""Browsers that do not say from which site a form comes (Sec-Fetch-Site), such as those of iOS before 16.4.

A real Chromium, without scripts, asks through a proxy that takes those headers away: it has only `Origin` to say.
What a browser says there that keeps to the standard more closely is in `tests/channels/test_web_safety.py`.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest
from aiohttp import web
from playwright.async_api import Browser, Page

from tests.builders import Staff
from tests.channels.web_fixtures import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
TOO_NEW = "sec-fetch-"


@dataclass
class Old:
    """What stands between. `base`: where the site is for an old browser; `seen`: the origins of its forms."""

    base: str = ""
    seen: list[str | None] = field(default_factory=list)


@asynccontextmanager
async def serves(handler: object) -> AsyncIterator[str]:
    """Whatever is asked, on a port of its own."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handler)  # type: ignore[arg-type]
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def in_old(site: Site) -> AsyncIterator[Old]:
    old = Old()
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False) as client:

        async def hand_on(request: web.Request) -> web.Response:
            if request.method == "POST":
                old.seen.append(request.headers.get("Origin"))
            kept = {name: value for name, value in request.headers.items() if not name.lower().startswith(TOO_NEW)}
            where = {"url": site.base + request.path_qs, "data": await request.read(), "allow_redirects": False}
            async with client.request(request.method, headers=kept, **where) as answer:
                headers = answer.headers.copy()
                for name in ("Transfer-Encoding", "Content-Length", "Date"):
                    headers.popall(name, None)
                return web.Response(status=answer.status, body=await answer.read(), headers=headers)

        async with serves(hand_on) as old.base:
            yield old


async def opened(chromium: Browser, url: str) -> Page:
    context = await chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = await context.new_page()
    await page.goto(url)
    return page


async def test_a_newcomer_s_forms_are_taken_in(chromium: Browser, site: Site) -> None:
    async with in_old(site) as old:
        page = await opened(chromium, f"{old.base}/sv/chat")
        await page.click("button[value=shared]")
        await page.fill("#text", "Jag har fått ett brev")
        await page.click("#say .write [type=submit]")
        shown = await page.inner_text("#log")

    assert "Jag har fått ett brev" in shown
    assert old.seen == [old.base] * 2


async def test_a_log_in_is_taken_in_and_a_form_of_another_site_is_not(
    chromium: Browser, site: Site, amina: Staff
) -> None:
    link = await site.link_for(amina)
    async with in_old(site) as old:

        async def trap(_request: web.Request) -> web.Response:
            form = f'<form method="post" action="{old.base}{link}"><button>Win</button></form>'
            return web.Response(text=form, content_type="text/html")

        async with serves(trap) as elsewhere:
            page = await opened(chromium, elsewhere)
            async with page.expect_response(f"{old.base}{link}") as refused:
                await page.click("button")
        page = await opened(chromium, f"{old.base}{link}")
        await page.click("main form [type=submit]")
        logged_in_at = page.url

    assert (await refused.value).status == 403
    assert logged_in_at == f"{old.base}/desk"
    assert old.seen == [elsewhere, old.base]


async def test_another_site_does_not_learn_the_log_in_link_from_which_somebody_came(
    chromium: Browser, site: Site, amina: Staff
) -> None:
    told: list[str | None] = []

    async def listen(request: web.Request) -> web.Response:
        told.append(request.headers.get("Referer"))
        return web.Response(text="weather", content_type="text/html")

    async with serves(listen) as elsewhere:
        context = await chromium.new_context()
        page = await context.new_page()
        await page.goto(f"{site.base}{await site.link_for(amina)}")
        await page.evaluate("to => window.location.assign(to)", elsewhere)
        await page.wait_for_url(f"{elsewhere}/")

    assert told[0] is None
