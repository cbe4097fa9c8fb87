"""Shifts at the desk on the narrowest phone and on a wide screen: taken, not kept, planned and filled."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.language.i18n import Catalogues
from tests.browser.test_web_pages import NARROWEST, barriers
from tests.channels.shift_desk import NAME, ShiftDesk, shift_desk
from tests.chromium import started_chromium

WIDE = {"width": 1280, "height": 800}


@pytest.fixture
async def desk(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[ShiftDesk]:
    async with shift_desk(sqlite_url, tmp_path, catalogues) as made:
        yield made


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
async def test_a_shift_is_taken_and_not_kept_on_the_narrowest_phone(desk: ShiftDesk, colours: str) -> None:
    shift = await desk.shift("Bo")
    found: list[str] = []
    async with started_chromium() as chromium:
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


async def test_with_our_script_a_refusal_stands_beside_the_button_that_was_pressed(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    async with started_chromium() as chromium:
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
    desk: ShiftDesk, viewport: dict[str, int]
) -> None:
    shift = await desk.shift("Bo")
    found: list[str] = []
    async with started_chromium() as chromium:
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
