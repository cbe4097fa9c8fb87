"""The optional questions in a real browser: one bubble that changes where it stands, with a script and without."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from tests import builders
from tests.channels.web_fixtures import Site

pytestmark = pytest.mark.asyncio(loop_scope="module")
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
