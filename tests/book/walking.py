"""A walk through the pages of the web: each page that is opened, and each form that is sent, becomes an entry.

It must not know which pages there are: those who walk do, and the table of routes says whether they saw all.
"""

import re
from http import HTTPStatus

from handlers.web.routes import ROUTES
from tests.book.entries import Block, Book, Entry
from tests.book.pages import ASIDE, blocks_of, bubbles_apart
from tests.channels.web_fixtures import Browser, Page

# What begins so is no page by itself, or is walked where it belongs.
NOT_ALONE = (
    "chat",
    "live",
    "presence",
    "hours/propose",
    "places",
    "login",
    "shifts/calendar/end",
    "announce/send",
    "shifts/terms",
)
LONGEST, SHOWN = 3_000, 60
_PART = re.compile(r"{(\w+)(?::((?:[^{}]|{[^{}]*})*))?}")


def name_of(method: str, path: str) -> str:
    """A route without the patterns of its parts."""
    return f"{method} " + _PART.sub(lambda found: "{" + found[1] + "}", path)


def _pattern_of(path: str) -> re.Pattern[str]:
    at, pattern = 0, ""
    for part in _PART.finditer(path):
        pattern += re.escape(path[at : part.start()]) + f"(?:{part[2] or '[^/]+'})"
        at = part.end()
    return re.compile(pattern + re.escape(path[at:]))


_PATTERNS = [(route.method, _pattern_of(route.path), name_of(route.method, route.path)) for route in ROUTES]


_PLAIN = [name.removeprefix("GET ") for method, _, name in _PATTERNS if method == "GET"]


def route_of(method: str, path: str) -> str:
    """The route that a request takes; its address where there is none."""
    path = path.partition("?")[0]
    return next((name for one, like, name in _PATTERNS if one == method and like.fullmatch(path)), f"{method} {path}")


def plain_pages(begins: str) -> list[str]:
    """The addresses below this one at which a page stands by itself, whatever it may be: a new one is here at once."""
    below = (path.removeprefix(begins) for path in _PLAIN if path.startswith(begins))
    return [page for page in below if page and "{" not in page and not page.startswith(NOT_ALONE)]


class Walk:
    """One person's, in one language.

    `page`: the one that is open. `entries`: what was seen since they were put away. `taken`: the routes, those included
    that a form led on to.
    """

    def __init__(self, browser: Browser, language: str) -> None:
        self.browser, self.language = browser, language
        self.page = Page(0, "", "", {})
        self.entries: list[Entry] = []
        self.taken: set[str] = set()
        self._seen: set[tuple[Block, ...]] = set()
        self._shown: dict[tuple[str, str], set[Block]] = {}
        self._page_called: dict[str, tuple[str, str]] = {}

    async def opens(self, path: str, note: str = "") -> Page:
        """A page, by its address."""
        return self._read(route_of("GET", path), await self.browser.get(path), note)

    async def sends(self, path: str, fields: dict[str, str] | None = None, note: str = "") -> Page:
        """A form, with these fields; what it leads to is read."""
        return self._read(route_of("POST", path), await self.browser.post(path, fields), note)

    def puts_into(self, book: Book, title: str) -> None:
        """What was seen becomes a section."""
        book.add(title, self.entries)
        self.entries = []

    def _read(self, name: str, page: Page, note: str) -> Page:
        self.page = page
        self.taken |= {name, route_of("GET", page.url)}
        blocks = [_cut(block) for block in blocks_of(page.text)]
        shown = self._shown.setdefault(self._which(name, page, blocks), set())
        kept = [part for part in bubbles_apart(blocks) if self._is_news(part, shown)]
        shown.update(blocks)
        notes = [note] if note else []
        if page.status >= HTTPStatus.BAD_REQUEST:
            notes.append(f"status {page.status}")
        self.entries.append(Entry(name, ", ".join(notes), blocks=tuple(block for part in kept for block in part)))
        return page

    def _which(self, name: str, page: Page, blocks: list[Block]) -> tuple[str, str]:
        """Which page this is, whatever number of a case stands in its title; a form that was refused is on its own."""
        title = re.sub(r"[\d ]", "", next((block.text for block in blocks if block.kind == "title"), ""))
        here = title, route_of("GET", page.url)
        if name == route_of("POST", page.url):
            return self._page_called.get(title, here)
        self._page_called[title] = here
        return here

    def _is_news(self, part: tuple[Block, ...], shown: set[Block]) -> bool:
        """A bubble that stands on the next page too, and what is not seen on any, is read once; so is what frames
        every page. Of a page that is shown anew only what was not there before."""
        if len(part) == 1 and part[0].kind not in ASIDE and not part[0].frames:
            return part[0] not in shown
        without = tuple(block for block in part if block.kind != "button")  # what was pressed has none any more
        is_news = part not in self._seen and (without not in self._seen or without != part)
        self._seen |= {part, without}
        return is_news


def _cut(block: Block) -> Block:
    """What somebody wrote at great length says nothing more than its beginning."""
    return block if len(block.text) <= LONGEST else block._replace(text=block.text[:SHOWN] + "…")
