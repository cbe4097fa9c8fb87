"""The optional questions in a real browser: one bubble that changes where it stands, with a script and without."""

from datetime import time, timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from bot.hours import changes
from models.hours_change import Change, Verb
from tests import builders
from tests.channels.hours_fixtures import WEDNESDAY, open_office
from tests.channels.web_fixtures import Site

pytestmark = pytest.mark.asyncio(loop_scope="session")
PHONE = {"width": 360, "height": 740}
ANSWERS = ("category:housing", "first_visit:yes", "gender:woman", "age:30_64", "situation:permit")


async def asked(chromium: Browser, site: Site, *, script: bool) -> Page:
    """A newcomer's phone with the receipt and the first question on it."""
    context = await chromium.new_context(viewport=PHONE, java_script_enabled=script)
    context.set_default_timeout(10_000)
    page = await context.new_page()
    await page.goto(f"{site.base}/ar/chat")
    await page.click("button[value=shared]")
    await page.fill("#text", "وصلتني رسالة")
    await page.click("#say .write [type=submit]")
    await expect(page.locator(".choices")).to_have_count(1)
    return page


async def ids(page: Page) -> list[str | None]:
    return [await bubble.get_attribute("id") for bubble in await page.locator("#log .bubble").all()]


@pytest.mark.parametrize("script", [True, False])
async def test_five_answers_change_one_bubble_where_it_stands(chromium: Browser, site: Site, script: bool) -> None:
    page, words = await asked(chromium, site, script=script), site.service.words("ar")
    stood = await ids(page)

    for answer in ANSWERS:
        await page.click(f"button[value='tap:{answer}']")
        await expect(page.locator("#status")).to_have_text(words("answer_saved"))

    await expect(page.locator("#log .bubble").last).to_contain_text(words("ask_done"))
    await expect(page.locator(".choices")).to_have_count(0)
    assert await ids(page) == stood


@pytest.mark.parametrize("script", [True, False])
async def test_back_shows_the_answer_and_a_claim_takes_the_question_away(
    chromium: Browser, site: Site, script: bool
) -> None:
    page, words = await asked(chromium, site, script=script), site.service.words("ar")
    await page.click("button[value='tap:category:housing']")
    await page.click("button[value='back:first_visit']")
    await expect(page.locator("button[value='tap:category:housing']")).to_have_text(f"✓ {words('cat_housing')}")
    if script:
        report = await Axe().run(page)
        assert report.response["violations"] == []
    amina = await builders.volunteer(site.service)
    case = (await builders.one(site.service, "SELECT id FROM cases")).id

    async with builders.acting(site.service, amina) as work:
        await builders.cases.claim_case(work, case_id=case)
    if not script:
        await page.click("noscript a")

    await expect(page.locator("#log .bubble").last).to_contain_text(words("adviser_joined"))
    await expect(page.locator("#log .bubble").last).to_be_in_viewport()
    await expect(page.locator(".choices")).to_have_count(0)


# How many lines each name within a button's label takes.
LINES_OF_NAMES = "[...document.querySelectorAll('.choices bdi')].map(name => name.getClientRects().length)"
NAME = "Eos i Dalby"


@pytest.mark.parametrize("language", ["ar", "fa"])
@pytest.mark.parametrize("script", [True, False])
async def test_a_swedish_name_on_a_button_is_not_broken_over_two_lines(
    chromium: Browser, site: Site, language: str, script: bool
) -> None:
    await open_office(site.service)
    popup = Change(Verb.POPUP, ("torget",), WEDNESDAY - timedelta(days=1), spans=((time(8), time(9)),), name=NAME)
    async with site.service.store.work() as work:
        await changes.publish_now(work, popup)
    context = await chromium.new_context(viewport=PHONE, java_script_enabled=script)
    context.set_default_timeout(10_000)
    page = await context.new_page()
    await page.goto(f"{site.base}/{language}/chat")
    await page.click("button[value=shared]")
    await page.fill("#text", "/hours")
    await page.click("#say .write [type=submit]")

    named = page.locator(".choices button", has_text=NAME)
    await expect(named).to_have_count(2)
    for size in ("100%", "150%", "200%"):  # as somebody has set it who reads badly
        if script:
            await page.evaluate("size => document.documentElement.style.fontSize = size", size)
        lines = await page.evaluate(LINES_OF_NAMES)
        assert len(lines) >= 2 and set(lines) == {1}, (size, lines)
    await expect(named.first.locator("bdi", has_text=NAME)).to_have_text(NAME)
