"""The site's own files: small on the wire, kept by browsers, and nothing but what was there at the start."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from tests.channels.web_fixtures import Browser, Site, opened_site

MOST_BYTES_AT_FIRST = 100 * 1024


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def on_the_wire(browser: Browser, path: str) -> tuple[bytes, Mapping[str, str]]:
    headers = {"Accept-Encoding": "gzip"}
    async with browser.http.get(browser.base + path, headers=headers, auto_decompress=False) as response:
        assert response.status == 200, path
        return await response.read(), response.headers


async def files_of(browser: Browser, path: str) -> set[str]:
    """Everything a browser loads for the page: what it names, and what those name in turn."""
    found = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', (await browser.get(path)).text))
    for url in tuple(found):
        if url.endswith(".js"):
            folder = url.rsplit("/", 1)[0]
            found |= {f"{folder}/{name}" for name in re.findall(r'"\./([^"]+)"', (await browser.get(url)).text)}
    return found


@pytest.mark.parametrize("path", ["/ar/chat", "/sv/chat", "/ar"])
async def test_the_first_load_is_at_most_100_kilobytes(site: Site, path: str) -> None:
    browser = site.browser()

    sizes = {url: len((await on_the_wire(browser, url))[0]) for url in {path, *await files_of(browser, path)}}

    assert len(sizes) > 4
    assert sum(sizes.values()) <= MOST_BYTES_AT_FIRST, sizes


async def test_the_live_chat_is_at_most_100_kilobytes_too(site: Site) -> None:
    browser = site.browser()
    await browser.agrees("fa")

    everything = {"/fa/chat", *await files_of(browser, "/fa/chat")}
    sizes = {url: len((await on_the_wire(browser, url))[0]) for url in everything}

    assert any(url.endswith("vazirmatn.woff2") for url in sizes)
    assert any(url.endswith("chat.js") for url in sizes)
    assert sum(sizes.values()) <= MOST_BYTES_AT_FIRST, sizes


async def test_files_are_compressed_and_kept_for_ever(site: Site) -> None:
    browser = site.browser()
    style = next(url for url in await files_of(browser, "/sv") if url.endswith("pico.css"))

    body, headers = await on_the_wire(browser, style)
    again = await browser.get(style, headers={"If-None-Match": headers["ETag"]})
    old = await browser.get("/static/older/pico.css")

    assert headers["Content-Encoding"] == "gzip"
    assert "immutable" in headers["Cache-Control"]
    assert len(body) < 15_000
    assert again.status == 304
    assert old.headers["Cache-Control"] == "no-cache"


async def test_the_arabic_font_is_loaded_only_where_it_is_read(site: Site) -> None:
    browser = site.browser()

    assert "vazirmatn" not in (await browser.get("/sv")).text
    assert "vazirmatn" in (await browser.get("/fa")).text


@pytest.mark.parametrize("name", ["nothing.css", "..%2f..%2fsettings.py", "%2e%2e%2fview.py", "static.py"])
async def test_nothing_else_is_served(site: Site, name: str) -> None:
    assert (await site.browser().get(f"/static/x/{name}")).status == 404


async def test_licences_lie_beside_what_they_are_for(site: Site) -> None:
    browser = site.browser()

    assert "MIT" in (await browser.get("/static/x/pico.LICENSE.md")).text
    assert "SIL Open Font License" in (await browser.get("/static/x/vazirmatn.LICENSE.txt")).text
