"""Volunteers on a coordinator's phone in a browser: invited, introduced by the keyboard alone, and their own page."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.language.i18n import Catalogues
from bot.places import places
from tests import builders
from tests.browser.conftest import close_profiles
from tests.browser.test_web_pages import NARROWEST, barriers
from tests.channels.web_fixtures import Site, opened_site

PICTURES = os.environ.get("RADRUM_PICTURES")  # a folder, for who wants to look at the pages

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues, chromium: Browser) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        opened.service.health.bot_name = "radrum_bot"
        async with opened.service.store.work() as work:
            await places.add_place(work, code="linero", name_key="linero_library")
        yield opened
        await close_profiles(chromium)


async def _picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.evaluate("scrollTo(0, 0)")
        await page.screenshot(path=f"{PICTURES}/{name}-phone.png", full_page=True)
        size = page.viewport_size
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.screenshot(path=f"{PICTURES}/{name}-desktop.png", full_page=True)
        assert size is not None
        await page.set_viewport_size(size)


async def test_somebody_is_invited_and_introduced_on_the_narrowest_phone(chromium: Browser, site: Site) -> None:
    found: list[str] = []
    await builders.volunteer(site.service, "Amina")
    page = await chromium.new_page(viewport=NARROWEST, locale="sv-SE")
    page.set_default_timeout(10_000)
    await page.goto(site.base + await site.link_for(await builders.coordinator(site.service)))
    await page.click("main button")
    await page.click("#overview a[href='/desk/volunteers']")
    found += await barriers(page)
    await _picture(page, "volunteers")

    await page.fill("#alias", "Nour")
    await page.check("input[name=speaks][value=ar]")
    await page.keyboard.press("Enter")
    await expect(page.locator("blockquote")).to_contain_text("https://t.me/radrum_bot?start=")
    found += await barriers(page)
    await _picture(page, "invitation")

    await page.click("main a.button >> nth=0")
    await page.focus("input[value=interview]")
    for _ in range(4):  # each is ticked and left by the keyboard
        await page.keyboard.press("Space")
        await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")  # past "is a trainee"
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_be_visible()
    await expect(page.locator("input[name=steps]:checked")).to_have_count(4)
    found += await barriers(page)
    await _picture(page, "volunteer")

    await page.fill("#last", "2030-01-01")
    await page.click("form[action$='/steps'] + * button, section[aria-labelledby=h-profile] button")
    await expect(page.locator("#error")).to_contain_text("Pausen har ingen första dag.")
    await expect(page.locator("#last")).to_have_value("2030-01-01")

    await page.click("a[href$='/end/leave']")
    found += await barriers(page)
    await page.click("main form button")
    await expect(page.locator("main")).to_contain_text("namnet är raderat")

    assert found == []


async def test_a_volunteer_s_own_page_is_saved_where_it_stands(chromium: Browser, site: Site) -> None:
    found: list[str] = []
    amina = await builders.volunteer(site.service, "Amina")
    page = await chromium.new_page(viewport=NARROWEST, locale="sv-SE")
    page.set_default_timeout(10_000)
    await page.goto(site.base + await site.link_for(amina))
    await page.click("main button")
    await page.click("summary")
    await page.click("a[href='/desk/me']")
    await page.check("input[name=topics][value=housing]")
    await page.check("input[name=shown][value=name]")
    await page.click("form[action='/desk/me'] button")
    await expect(page.get_by_role("status")).to_contain_text("Sparat.")
    await page.click("button[value=yes]")
    await expect(page.locator("button[value=back]")).to_be_visible()
    found += await barriers(page)
    await _picture(page, "me")

    assert found == []
