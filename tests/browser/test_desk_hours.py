"""A change of the opening hours on a coordinator's phone, from the desk's first page until it is undone."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from bot.language.i18n import Catalogues
from tests import builders
from tests.browser.conftest import close_profiles
from tests.browser.test_web_pages import NARROWEST, barriers
from tests.channels.hours_fixtures import LIBRARY, at, open_office
from tests.channels.web_fixtures import Site, opened_site

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues, chromium: Browser) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        await open_office(opened.service)
        at("12:00")
        yield opened
        await close_profiles(chromium)


async def test_a_day_is_closed_read_published_and_undone_on_the_narrowest_phone(chromium: Browser, site: Site) -> None:
    found: list[str] = []
    page = await chromium.new_page(viewport=NARROWEST, locale="sv-SE")
    page.set_default_timeout(10_000)
    await page.goto(site.base + await site.link_for(await builders.coordinator(site.service)))
    await page.click("main button")
    await page.click("#overview a[href='/desk/hours']")

    await page.click("#form-close > summary")
    await page.check(f"#form-close input[value={LIBRARY}]")
    await page.fill("#close-first", "2026-11-23")
    own_words = page.locator("#close-text-ar")
    await expect(own_words).to_be_hidden()
    await page.select_option("#close-reason", "other")
    await own_words.fill("دورة")
    found += await barriers(page)
    await page.click("#form-close button")
    await page.wait_for_selector("form.publish")

    reading = page.locator("[lang=ar][dir=rtl]")
    await expect(reading).to_contain_text("دورة")
    found += await barriers(page)
    await page.click("form.publish button")

    closed = page.locator(".place .shut", has_text="23 november")
    await expect(page.get_by_role("status")).to_be_visible()
    await expect(closed).to_have_count(1)
    await page.click(".latest form button")
    await expect(page.get_by_role("alert")).to_be_visible()
    found += await barriers(page)
    await page.click("main form button")
    await expect(closed).to_have_count(0)

    await page.click(f"a[href='/desk/places/{LIBRARY}']")
    await page.click("#place-floor > summary")
    found += await barriers(page)
    found += await barriers(page, site.base + "/desk/hours/history?day=2026-11-23")

    assert found == []
