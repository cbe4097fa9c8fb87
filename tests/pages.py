"""A browser without JavaScript, over real HTTP: it follows links, fills in forms as they stand, and reads pages.

It keeps cookies, sends the origin with its forms, and shows what stands in the page, tags and marks left out.
"""

import asyncio
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import aiohttp

PATIENCE_SECONDS = 10.0
MARKS = re.compile("[\u2066-\u2069]")


@dataclass
class Form:
    """A form with the values it would send as it stands. `starts_at`: where in the page's text it begins."""

    action: str
    values: list[tuple[str, str]] = field(default_factory=list)
    starts_at: int = 0


class Page(HTMLParser):
    """What stands in a page."""

    def __init__(self, html: str, status: int) -> None:
        super().__init__()
        self.status = status
        self.forms: list[Form] = []
        self.links: list[tuple[str, int]] = []
        self._parts: list[str] = []
        self._select: str | None = None
        self._textarea: str | None = None
        self._hidden = 0
        self.feed(html)
        self.text = MARKS.sub("", re.sub(r"\s+", " ", "".join(self._parts)))

    def has_form(self, action: str) -> bool:
        return any(action in form.action for form in self.forms)

    def form(self, action: str) -> Form:
        """The first form whose action contains this."""
        found = next((form for form in self.forms if action in form.action), None)
        assert found is not None, f"no form for {action} ({self.status}): {self.text}"
        return found

    def form_after(self, text: str, action: str) -> str:
        """The action of the first form like this behind a text on the page."""
        at = "".join(self._parts).find(text)
        found = next((f for f in self.forms if at >= 0 and f.starts_at > at and action in f.action), None)
        assert found is not None, f"no form for {action} behind {text}: {self.text}"
        return found.action

    def link_around(self, text: str) -> str:
        """Where the last link that begins before this text leads."""
        at = "".join(self._parts).find(text)
        before = [href for href, begins in self.links if begins <= at]
        assert before, f"no link around {text}: {self.text}"
        return before[-1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = dict(attrs)
        begins = len("".join(self._parts))
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag == "a":
            self.links.append((at.get("href") or "", begins))
        elif tag == "form":
            self.forms.append(Form(at.get("action") or "", starts_at=begins))
        elif tag == "button" and self.forms and at.get("formaction"):
            same = self.forms[-1].values  # another way to send the same form
            self.forms.append(Form(str(at["formaction"]), values=same, starts_at=begins))
        elif tag == "select":
            self._select = at.get("name")
        elif tag == "option" and self._select and "selected" in at:
            self.forms[-1].values.append((self._select, at.get("value") or ""))
        elif tag == "input" and self.forms and at.get("name"):
            if at.get("type") not in ("checkbox", "radio") or "checked" in at:
                self.forms[-1].values.append((str(at["name"]), at.get("value") or ""))
        elif tag == "textarea":
            self._textarea = at.get("name")
        if tag not in ("bdi", "span", "b", "i", "a"):
            self._parts.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden -= 1
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if not self._hidden and self._textarea is None:
            self._parts.append(data)


class Browserlike:
    """One browser window."""

    def __init__(self, client: aiohttp.ClientSession, base_url: str) -> None:
        self._client, self.base_url = client, base_url
        self.page = Page("", 0)
        self.path = "/"

    async def get(self, path: str) -> Page:
        """Opens a page; redirects are followed."""
        async with self._client.get(self._url(path)) as answer:
            return await self._show(answer)

    async def submits(self, action: str, **values: str) -> Page:
        """Sends the page's form for this action, with these values in place of those it holds."""
        form = self.page.form(action)
        kept = [(name, value) for name, value in form.values if name not in values]
        fields = aiohttp.FormData([*kept, *values.items()])
        headers = {"Origin": self.base_url, "Sec-Fetch-Site": "same-origin"}
        async with self._client.post(self._url(form.action), data=fields, headers=headers) as answer:
            return await self._show(answer)

    async def waits(self, path: str, socket_path: str, text: str) -> Page:
        """Opens the page anew each time the server says that something changed, until this text is in it."""
        url = self._url(socket_path).replace("http", "ws", 1)
        async with asyncio.timeout(PATIENCE_SECONDS), self._client.ws_connect(url, origin=self.base_url) as socket:
            await socket.send_json({"after": 0})
            try:
                while text not in (await self.get(path)).text:
                    await socket.receive()
            except TimeoutError:
                raise AssertionError(f"waited for {text!r} on {path}: {self.page.text}") from None
        return self.page

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.base_url + path

    async def _show(self, answer: aiohttp.ClientResponse) -> Page:
        self.page = Page(await answer.text(), answer.status)
        self.path = answer.url.path
        return self.page
