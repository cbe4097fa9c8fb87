"""Whoever hears a page or reads only its links: on every page, links of one name lead to one place."""

from collections import defaultdict
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from models.people import Language
from tests import builders
from tests.channels import hours_fixtures
from tests.channels.web_fixtures import Browser, Site, opened_site

PUBLIC = (
    "",
    "/chat",
    "/back",
    "/help",
    "/questions",
    "/privacy",
    "/closed",
    "/deleted",
    "/hours",
    "/hours/embed",
    "/hours/share",
)
OF_NEWCOMERS = ("/chat", "/chat/delete", "/help", "/hours")
OF_COORDINATORS = (
    "/desk",
    "/desk/hours",
    "/desk/hours/history",
    "/desk/places/linero",
    "/desk/places/stadsbiblioteket",
)


class Links(HTMLParser):
    """The links of a page, each with what is read out of it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.targets: dict[str, set[str]] = defaultdict(set)
        self._href, self._name = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self._href, self._name = dict(attrs).get("href") or "", dict(attrs).get("aria-label") or ""

    def handle_data(self, data: str) -> None:
        if self._href:
            self._name += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            self.targets[" ".join(self._name.split()).casefold()].add(self._href)
            self._href = ""

    @property
    def unclear(self) -> dict[str, set[str]]:
        """The names that lead to more than one place, and links without a name."""
        return {name: led for name, led in self.targets.items() if len(led) > 1 or not name}


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        await hours_fixtures.open_office(opened.service)
        yield opened


async def unclear_links(browser: Browser, paths: list[str]) -> dict[str, dict[str, set[str]]]:
    found = {}
    for path in paths:
        page = await browser.get(path)
        links = Links(page.text)
        assert links.targets, (path, page.status)
        if links.unclear:
            found[path] = links.unclear
    return found


@pytest.mark.parametrize("language", list(Language))
async def test_on_every_page_of_newcomers_links_of_one_name_lead_to_one_place(site: Site, language: str) -> None:
    outside, inside = site.browser(), site.browser()
    await inside.agrees(language)
    await inside.says("Jag har fått ett brev", language=language)

    found = await unclear_links(outside, ["/", "/poster", *(f"/{language}{path}" for path in PUBLIC)])
    found |= await unclear_links(inside, [f"/{language}{path}" for path in OF_NEWCOMERS])

    assert found == {}


async def test_on_every_page_of_the_desk_links_of_one_name_lead_to_one_place(site: Site) -> None:
    karin = await builders.coordinator(site.service)
    await builders.shift(site.service, karin)
    askers = [await builders.web_case_of(site.service) for _ in range(3)]
    for asker in askers[:2]:
        await builders.claims(site.service, karin, asker)
    desk = await site.desk_of(karin)

    found = await unclear_links(desk, [*OF_COORDINATORS, f"/desk/cases/{askers[0].case_id}"])

    assert found == {}
