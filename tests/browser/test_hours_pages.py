"""The opening hours in a real browser: read on a small phone, framed by other sites, fetched by them, and on paper."""

import io
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pypdf
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from bot.language.i18n import Catalogues
from models.people import Language
from tests.browser.test_web_pages import DESKTOP, NARROWEST, PHONE, barriers, page_of
from tests.channels.hours_fixtures import LIBRARY, LINERO, at, open_office
from tests.channels.web_fixtures import Site, opened_site

PAGES = ("/hours", "/hours/embed", "/hours/share")
MOST_SHEETS = 2
OWN_PAGES = ("/sv/hours", "/sv/hours/share", "/sv", "/sv/chat", "/sv/help", "/desk", "/poster")

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def opened(
    migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory, catalogues: Catalogues
) -> AsyncIterator[Site]:
    """The office, which no test here changes."""
    folder = tmp_path_factory.mktemp("hours")
    database = shutil.copy(migrated_sqlite, folder / "hours.db")
    async with opened_site(f"sqlite:///{database}", folder, catalogues) as site:
        await open_office(site.service)
        yield site


@pytest_asyncio.fixture(loop_scope="session")
async def site(opened: Site, chromium: Browser) -> AsyncIterator[Site]:
    at("15:30")
    yield opened
    for context in chromium.contexts:
        await context.close()


async def unfold(page: Page) -> None:
    """Everything that can be opened is open."""
    await page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def complaints_of(page: Page) -> list[str]:
    """What the browser will say against the page, of its security policy above all."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.mark.parametrize(
    ("path", "language", "colours", "shown"),
    [
        ("/hours", "sv", "light", "15:30"), ("/hours", "ar", "dark", "14:00"), ("/hours/embed", "ar", "dark", "14:00"),
        ("/hours/share", "sv", "light", "15:30"),
    ],
)  # fmt: skip
async def test_nobody_meets_a_barrier_at_the_hours(
    site: Site, chromium: Browser, language: str, colours: str, shown: str, path: str
) -> None:
    at(shown)
    page = await page_of(chromium, viewport=NARROWEST, color_scheme=colours)
    await page.goto(f"{site.base}/{language}{path}")
    await unfold(page)

    assert await barriers(page) == []


@pytest.mark.parametrize("language", Language)
async def test_no_page_is_wider_than_a_phone_or_breaks_its_security_policy(
    site: Site, chromium: Browser, language: Language
) -> None:
    page = await page_of(chromium)
    complaints = complaints_of(page)

    widths = {}
    for path in PAGES:
        await page.goto(f"{site.base}/{language}{path}")
        await unfold(page)
        widths[path] = await page.evaluate("document.documentElement.scrollWidth")

    assert widths == dict.fromkeys(PAGES, PHONE["width"])
    assert complaints == []


@pytest.mark.parametrize("language", Language)
async def test_the_first_screen_of_a_phone_says_whether_we_are_open_and_times_run_from_left_to_right(
    site: Site, chromium: Browser, language: Language
) -> None:
    page = await page_of(chromium)
    await page.goto(f"{site.base}/{language}/hours")

    await expect(page.locator(".state")).to_be_in_viewport(ratio=1)
    await expect(page.locator(".ask a")).to_be_in_viewport(ratio=1)
    await expect(page.locator("[data-next]").first).to_be_in_viewport()
    ends = (
        await page.locator("[data-next] .span")
        .first.locator("time")
        .evaluate_all("all => all.map(one => [one.textContent, one.getBoundingClientRect().x])")
    )
    (opens, opens_at), (closes, closes_at) = ends
    reads_on = closes_at < opens_at if language in ("ar", "fa") else opens_at < closes_at
    assert (opens, closes, reads_on) == ("15:30", "17:30", True)


async def test_how_to_find_in_is_one_press_away(site: Site, chromium: Browser) -> None:
    page = await page_of(chromium, java_script_enabled=False)
    await page.goto(f"{site.base}/uk/hours")

    await page.locator("[data-next] summary").first.click()

    await expect(page.get_by_text("Заходьте через головний вхід.").first).to_be_visible()


@pytest.mark.parametrize("language", [Language.SV, Language.FA])  # the shortest and the longest
async def test_on_paper_it_is_two_sheets_at_most_with_everything_unfolded(
    site: Site, chromium: Browser, language: Language
) -> None:
    page = await page_of(chromium, viewport=DESKTOP)
    await page.goto(f"{site.base}/{language}/hours")

    printed = pypdf.PdfReader(io.BytesIO(await page.pdf(format="A4")))

    text = " ".join(" ".join(sheet.extract_text() for sheet in printed.pages).split())
    assert len(printed.pages) <= MOST_SHEETS
    assert f"{site.service.settings.public_url}/{language}/hours" in text.replace(" ", "")
    if language == Language.SV:
        assert "Plats för barnvagn och rullstol." in text and "onsdag 6 januari 2027" in text.lower()
        for of_the_screen in ("Lämna sidan", "Öppet nu", "i dag", "Lägg till"):
            assert of_the_screen not in text


@asynccontextmanager
async def another_site(body: str) -> AsyncIterator[str]:
    """Somebody else's page: another host, another origin."""

    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def test_another_site_frames_the_small_page_with_the_code_we_give(site: Site, chromium: Browser) -> None:
    ours = await page_of(chromium)
    await ours.goto(f"{site.base}/sv/hours/share")
    code = (await ours.input_value("#code")).replace(site.service.settings.public_url, site.base)
    library = await page_of(chromium)
    complaints = complaints_of(library)

    async with another_site(
        f"<!doctype html><html lang=sv><title>x</title><link rel=icon href=data:,><h1>Biblioteket</h1>{code}"
    ) as url:
        await library.goto(url)
        frame = library.frame_locator("iframe")
        await frame.locator(f"tr[data-place={LINERO}]").scroll_into_view_if_needed()
        await expect(frame.locator(f"[data-open={LIBRARY}]")).to_contain_text("Öppet nu: Lunds stadsbibliotek")
        async with library.context.expect_page() as whole:
            await frame.get_by_role("link", name="Alla öppettider").click()
        opened = await whole.value
        await expect(opened.locator("h1")).to_have_text("Öppettider")

    assert opened.url == f"{site.base}/sv/hours"
    assert await opened.evaluate("window.opener") is None
    assert complaints == []
    assert await library.context.cookies() == []


async def test_no_other_page_of_ours_can_be_framed(site: Site, chromium: Browser) -> None:
    page = await page_of(chromium)
    complaints = complaints_of(page)
    frames = "".join(f"<iframe src='{site.base}{path}' title='x'></iframe>" for path in OWN_PAGES)

    async with another_site(f"<!doctype html><html lang=en><title>x</title><link rel=icon href=data:,>{frames}") as url:
        await page.goto(url)
        for frame in page.frames[1:]:
            await frame.wait_for_url("chrome-error://**")

    assert len(page.frames[1:]) == len(OWN_PAGES)
    assert len([said for said in complaints if "frame-ancestors 'none'" in said]) == len(OWN_PAGES)


async def test_scripts_of_another_site_may_fetch_the_feeds_and_nothing_else(site: Site, chromium: Browser) -> None:
    page = await page_of(chromium)
    ask = "url => fetch(url).then(answer => answer.text()).then(text => text.length, () => 0)"

    async with another_site("<!doctype html><html lang=en><title>x</title><link rel=icon href=data:,>") as url:
        await page.goto(url)
        feeds = [
            await page.evaluate(ask, site.base + path) for path in ("/hours.json", "/hours.ics", "/hours/linero.ics")
        ]
        pages = [await page.evaluate(ask, site.base + path) for path in ("/sv/hours", "/sv/hours/embed", "/sv/chat")]

    assert all(feeds)
    assert pages == [0, 0, 0]
