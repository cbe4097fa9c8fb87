"""Shifts at the desk on the narrowest phone and on a wide screen: taken, not kept, planned and filled."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from bot.language.i18n import Catalogues
from bot.shifts import swaps, taking
from tests import builders
from tests.browser.conftest import close_profiles
from tests.browser.test_web_pages import NARROWEST, barriers
from tests.channels.shift_desk import MONDAY, NAME, ShiftDesk, shift_desk

LATER = MONDAY + timedelta(days=2)
WIDE = {"width": 1280, "height": 800}

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def desk(sqlite_url: str, tmp_path: Path, catalogues: Catalogues, chromium: Browser) -> AsyncIterator[ShiftDesk]:
    async with shift_desk(sqlite_url, tmp_path, catalogues) as made:
        yield made
        await close_profiles(chromium)


async def at_desk(chromium: Browser, desk: ShiftDesk, who: str, viewport: dict[str, int], **how: str) -> Page:
    """They have logged in."""
    context = await chromium.new_context(viewport=viewport, locale="sv-SE", **how)  # type: ignore[arg-type]
    page = await context.new_page()
    page.set_default_timeout(10_000)
    await page.goto(desk.site.base + await desk.site.link_for(desk.staff[who]))
    await page.click("main button")
    await page.wait_for_selector("#queue")
    return page


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_a_shift_is_taken_and_not_kept_on_the_narrowest_phone(
    chromium: Browser, desk: ShiftDesk, colours: str
) -> None:
    shift = await desk.shift("Bo")
    found: list[str] = []
    page = await at_desk(chromium, desk, "Amina", NARROWEST, color_scheme=colours)
    await page.click("#shift a[href='/desk/shifts']")
    found += await barriers(page)
    await page.get_by_role("button", name=f"Anmäl mig , {NAME}").click()

    await expect(page.get_by_role("status")).to_contain_text("Du är anmäld")
    found += await barriers(page)
    await page.get_by_role("link", name=f"Jag kan inte , {NAME}").click()
    await page.wait_for_selector("text=Nej, jag kan inte komma")
    found += await barriers(page)
    await page.get_by_role("button", name="Nej, jag kan inte komma").click()
    await page.get_by_role("button", name=f"Fråga 1 volontär , {NAME}").click()
    await expect(page.locator("main")).to_contain_text("1 volontär får frågan")
    found += await barriers(page)
    await page.click("a[href='/desk/shifts/calendar']")
    await page.get_by_role("button", name="Skapa en adress").click()
    await expect(page.locator(".address")).to_contain_text(".ics")
    found += await barriers(page)

    assert found == [] and await desk.on(shift) == ["Bo"]


async def test_with_our_script_a_refusal_stands_beside_the_button_that_was_pressed(
    chromium: Browser, desk: ShiftDesk
) -> None:
    shift = await desk.shift("Bo")
    page = await at_desk(chromium, desk, "Amina", NARROWEST)
    await page.goto(f"{desk.site.base}/desk/shifts")
    await desk.sends("Cleo", f"/desk/shifts/{shift}/sign-up")
    await page.get_by_role("button", name=f"Anmäl mig , {NAME}").click()

    alert = page.get_by_role("alert").filter(has_text="Det gick inte")
    await expect(alert).to_contain_text("Passet är fullt.")
    await expect(alert).to_contain_text("anmälde sig, i dag kl. 09:00.")
    assert await barriers(page) == []


@pytest.mark.parametrize("viewport", [NARROWEST, WIDE], ids=["phone", "desktop"])
async def test_the_week_is_a_list_on_a_phone_and_a_grid_where_there_is_room(
    chromium: Browser, desk: ShiftDesk, viewport: dict[str, int]
) -> None:
    shift = await desk.shift("Bo")
    found: list[str] = []
    page = await at_desk(chromium, desk, "Karin", viewport)
    await page.goto(f"{desk.site.base}/desk/shifts/week?day=2026-12-07")
    found += await barriers(page)
    boxes = [await one.bounding_box() for one in await page.locator(".day").all()]
    tops, lefts = ({round(box[side]) for box in boxes if box} for side in ("y", "x"))

    assert (len(tops), len(lefts)) == ((7, 1) if viewport == NARROWEST else (1, 7))
    await page.focus("#new-shift > summary")
    await page.keyboard.press("Enter")
    await page.select_option("#new-place", "linero")
    await page.fill("#new-day", "2026-12-07")
    await page.fill("#new-starts", "13:00")
    await page.fill("#new-ends", "16:00")
    found += await barriers(page)
    await page.get_by_role("button", name="Lägg till passet").click()
    await expect(page.get_by_role("alert").filter(has_text="Det gick inte")).to_contain_text("redan ett pass")
    assert await page.input_value("#new-starts") == "13:00"
    await page.fill("#new-starts", "16:00")
    await page.fill("#new-ends", "19:00")
    await page.get_by_role("button", name="Lägg till passet").click()
    await page.wait_for_selector("text=Passet finns nu.")
    found += await barriers(page)
    await page.get_by_role("button", name="Sätt upp , Amina").click()
    await expect(page.get_by_role("status")).to_contain_text("Amina är anmäld")
    await page.click("#cancel > summary")
    await page.select_option("#cancel-reason", "illness")
    found += await barriers(page)
    await page.click("#cancel button")
    await expect(page.get_by_role("status")).to_contain_text("Passet är inställt.")
    found += await barriers(page)
    await page.goto(f"{desk.site.base}/desk/announce")
    await page.select_option("#to", "all")
    await page.fill("#text", "Hej alla")
    found += await barriers(page)
    await page.click("main form button")
    await page.wait_for_selector("blockquote")
    found += await barriers(page)

    assert found == [] and await desk.on(shift) == ["Bo"]


@pytest.mark.parametrize("viewport", [NARROWEST, WIDE], ids=["phone", "desktop"])
async def test_a_term_is_planned_and_taken_back_by_keyboard(
    chromium: Browser, desk: ShiftDesk, viewport: dict[str, int]
) -> None:
    found: list[str] = []
    page = await at_desk(chromium, desk, "Karin", viewport)
    await page.goto(f"{desk.site.base}/desk/shifts/template")
    found += await barriers(page)
    await page.select_option("#new-day", "0")
    await page.select_option("#new-place", "linero")
    await page.fill("#new-starts", "13:00")
    await page.fill("#new-ends", "13:00")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Passet slutar innan")).to_be_visible()
    assert await page.input_value("#new-starts") == "13:00"
    await page.fill("#new-ends", "16:00")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Tillagt: mån 13–16 Linero")
    await page.focus(".people summary")
    await page.keyboard.press("Enter")
    found += await barriers(page)
    await page.fill("#term-first", "2026-12-14")
    await page.fill("#term-last", "2027-01-10")
    await page.get_by_role("button", name="Visa förslaget").press("Enter")
    await page.wait_for_selector("text=Ingen ser det förrän du publicerar.")
    await page.click("details.more > summary")
    found += await barriers(page)
    await desk.shift(day=date(2026, 12, 14))
    await page.get_by_role("button", name="Publicera 4 pass").press("Enter")
    await expect(page.get_by_role("alert").filter(has_text="Inte med längre")).to_contain_text("finns redan")
    found += await barriers(page)
    await page.get_by_role("button", name="Publicera 3 pass").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("Publicerat: 3 pass")
    found += await barriers(page)
    await page.focus("#h-terms ~ ul a")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("text=Det går inte att ångra.")
    found += await barriers(page)
    await page.get_by_role("button", name="Ställ in 3 pass").press("Enter")
    await expect(page.get_by_role("status")).to_contain_text("3 pass är inställda.")
    await page.goto(f"{desk.site.base}/desk/undo")
    found += await barriers(page)

    assert found == []


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_what_is_asked_is_answered_on_the_narrowest_phone(
    chromium: Browser, desk: ShiftDesk, colours: str
) -> None:
    gone, mine = await desk.shift("Bo", "Cleo"), await desk.shift("Amina", day=LATER)
    theirs = await desk.shift("Bo", day=MONDAY + timedelta(days=1))
    async with builders.acting(desk.site.service, desk.staff["Bo"]) as work:
        await taking.ask_stand_in(work, (await taking.cannot_come(work, gone)).open_place)
        await swaps.propose(work, theirs, mine, desk.staff["Amina"].id)
    found: list[str] = []
    page = await at_desk(chromium, desk, "Amina", NARROWEST, color_scheme=colours)
    found += await barriers(page)
    await page.get_by_role("button", name=f"Jag kan inte , {NAME}").click()
    await expect(page.get_by_role("status")).to_contain_text("Du har svarat nej")
    await page.click(".notice .more > summary")
    found += await barriers(page)
    await page.get_by_role("button", name="Samma varje vecka").click()
    await expect(page.get_by_role("status")).to_contain_text("Varje vecka: ons 13–16 Linero")
    found += await barriers(page)
    await page.get_by_role("link", name="Byt bort").click()
    await page.wait_for_selector("text=Den du väljer får frågan.")
    found += await barriers(page)
    await page.get_by_role("button", name=f"Föreslå , Cleo: {NAME}").click()
    await expect(page.get_by_role("status")).to_contain_text("Cleo får frågan")
    found += await barriers(page)
    await page.goto(f"{desk.site.base}/desk")
    await page.get_by_role("button", name="Ja, vi byter").click()
    await expect(page.get_by_role("status")).to_contain_text("Bytt med Bo")
    found += await barriers(page)

    assert found == []
