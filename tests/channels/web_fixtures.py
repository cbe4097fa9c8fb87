"""A website of a test, served on a real port, and browsers that know forms and cookies but no scripts."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import aiohttp
from aiohttp import web

from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.people import login_links
from bot.service import Service
from handlers.web.frame.connections import Crowd
from handlers.web.frame.serving import make_runner
from handlers.web.routes import make_app
from models.people import LinkPurpose
from tests.builders import Staff
from tests.given import settings_for

PATIENCE_SECONDS = 5.0
SITE_COOKIE = "radrum_chat"


@dataclass(frozen=True)
class Page:
    """What a browser got. `url` is where it is after redirects."""

    status: int
    url: str
    text: str
    headers: "aiohttp.typedefs.LooseHeaders"

    @property
    def words(self) -> str:
        """What a person reads: no tags, one space between words."""
        body = re.sub(r"<(script|style|title)\b.*?</\1>", " ", self.text, flags=re.S)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())

    def hidden(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in {self.url}"
        return found[1]

    @property
    def box(self) -> str:
        """What stands in the text box."""
        found = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", self.text, flags=re.S)
        return unescape(found[1]) if found else ""


class Browser:
    """One browser of one person."""

    def __init__(self, base: str, http: aiohttp.ClientSession) -> None:
        self.base, self.http = base, http

    @property
    def cookies(self) -> dict[str, object]:
        return {cookie.key: cookie for cookie in self.http.cookie_jar}

    async def get(self, path: str, **more: object) -> Page:
        return await self._ask("GET", path, **more)

    async def post(self, path: str, fields: dict | list | None = None, **more: object) -> Page:
        """A form of one of our pages, sent."""
        headers = {"Origin": self.base} | more.pop("headers", {})  # type: ignore[operator]
        return await self._ask("POST", path, data=fields or {}, headers=headers, **more)

    async def sees(self, path: str, text: str, *, without: str = "\0") -> Page:
        """The page, looked at until `text` is in it and `without` is not: what was sent is marked after it was sent."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                page = await self.get(path)
                if text in page.text and without not in page.text:
                    return page
                await asyncio.sleep(0.02)

    def socket(self, path: str, *, origin: str | None = "ours"):
        headers = {} if origin is None else {"Origin": self.base if origin == "ours" else origin}
        return self.http.ws_connect(self.base + path, headers=headers)

    async def _ask(self, method: str, path: str, **more: object) -> Page:
        async with self.http.request(method, self.base + path, **more) as response:
            return Page(response.status, response.url.path_qs, await response.text(errors="replace"), response.headers)

    # A newcomer's steps

    async def agrees(self, language: str = "sv", device: str = "shared") -> Page:
        return await self.post(f"/{language}/chat/consent", {"answer": device})

    async def says(self, text: str, *, language: str = "sv", client_msg_id: str | None = None) -> Page:
        if client_msg_id is None:
            client_msg_id = (await self.get(f"/{language}/chat")).hidden("client_msg_id")
        return await self.post(f"/{language}/chat/say", {"text": text, "client_msg_id": client_msg_id})

    async def deletes(self, language: str = "sv") -> Page:
        """Everything, after the question whether it is to be."""
        asked = await self.get(f"/{language}/chat/delete")
        return await self.post(f"/{language}/chat/delete", {"about": asked.hidden("about")})

    async def stops(self, language: str = "sv") -> Page:
        """Her case, after the question whether it is to be closed."""
        asked = await self.post(f"/{language}/chat/command", {"name": "stop"})
        yes = re.search(r'value="(stop:yes:[^"]+)"', asked.text)
        assert yes, asked.words
        return await self.post(f"/{language}/chat/press", {"code": yes[1]})


class Site:
    """The service as it is served."""

    def __init__(self, service: Service, base: str, runner: web.AppRunner) -> None:
        self.service, self.base, self.runner = service, base, runner
        self._browsers: list[aiohttp.ClientSession] = []

    def browser(self) -> Browser:
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._browsers.append(http)
        return Browser(self.base, http)

    async def link_for(self, staff: Staff) -> str:
        """A log-in link's path."""
        async with self.service.store.work() as work:
            return f"/desk/login/{await login_links.make_link(work, staff.id, LinkPurpose.DESK)}"

    async def desk_of(self, staff: Staff) -> Browser:
        """A browser in which this volunteer has logged in."""
        browser = self.browser()
        assert (await browser.post(await self.link_for(staff))).status == 200
        return browser

    async def stop(self) -> None:
        """The program is told to end."""
        await self.runner.cleanup()

    async def close(self) -> None:
        for http in self._browsers:
            await http.close()


@contextmanager
def counted_in_one_window() -> Iterator[None]:
    """What an address does is counted as in one moment, however long it takes here and whatever the clock says: a full
    minute or hour would else begin anew in the middle of a test."""
    still = SimpleNamespace(time=lambda: 1_790_000_010.0)
    with patch("limits.strategies.time", still), patch("limits.storage.memory.time", still):
        yield


@asynccontextmanager
async def opened_site(
    database_url: str, folder: Path, catalogues: Catalogues, *,
    webhook: Callable[[bytes], Awaitable[int]] | None = None, crowd: Crowd | None = None, **changes: object,
) -> AsyncIterator[Site]:  # fmt: skip
    """A site on a free port with a database of its own."""
    settings = settings_for(database_url, folder, **changes)
    store = Store(settings, Seal(create_key(settings.key_file)))
    service = Service(store, settings, catalogues)
    runner = make_runner(make_app(service, webhook=webhook), crowd)
    await runner.setup()
    tcp = web.TCPSite(runner, "127.0.0.1", 0)
    await tcp.start()
    site = Site(service, f"http://127.0.0.1:{runner.addresses[0][1]}", runner)
    try:
        with counted_in_one_window():
            yield site
    finally:
        await site.close()
        await runner.cleanup()
        await store.close()
