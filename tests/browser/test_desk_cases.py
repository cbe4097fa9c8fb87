"""A case between two people, and coordinators' overview, in a browser on a phone: with the keyboard, with scripts and
without; and what a newcomer reads of it from right to left."""

import os
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from bot.cases import blocking, follow_ups, handing_over, reassigning, safeguarding
from bot.engine import clock
from models.block import BlockReason, BlockSpan
from models.reasons import WhyBack
from tests import builders
from tests.browser.test_web_pages import NARROWEST, barriers, in_chat, page_of, says
from tests.builders import Newcomer, Staff, acting
from tests.channels.web_fixtures import Site

PICTURES = os.environ.get("RADRUM_PICTURES")  # a folder, for who wants to look at the pages
WITHOUT = "-False"
NOTE = "Hon väntar på svar från CSN. Ring helst på kvällen."
SCRIPTS = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def seen(page: Page, name: str) -> list[str]:
    """What stands in somebody's way on the page; what looks for it is a script, too."""
    if PICTURES:
        await page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)
    return [] if name.endswith(WITHOUT) else [f"{name}: {one}" for one in await barriers(page)]


async def desk_of(chromium: Browser, site: Site, staff: Staff, *, scripts: bool = True) -> Page:
    """The volunteer's first page on the narrowest phone."""
    page = await page_of(chromium, viewport=NARROWEST, locale="sv-SE", java_script_enabled=scripts)
    await page.goto(site.base + await site.link_for(staff))
    await page.click("main button")
    await expect(page.locator("#queue")).to_be_visible()
    await page.wait_for_load_state()  # its scripts run: pressed before, a button does what it does without them
    return page


async def by_keyboard(page: Page, selector: str) -> None:
    """What is there is reached, not clicked, and Enter is pressed on it."""
    await page.locator(selector).first.focus()
    await page.keyboard.press("Enter")


async def opened(page: Page, label: str) -> None:
    """The part of the page with this heading is unfolded by the keyboard."""
    await by_keyboard(page, f"summary:text-is('{label}')")


async def passes(site: Site, minutes: float) -> None:
    clock.move(timedelta(minutes=minutes))
    await builders.do_all_due(site.service)


async def two(site: Site) -> tuple[Staff, Staff, Newcomer]:
    """Amina, who has a case, and Bo, who is there too."""
    amina, bo = await builders.volunteer(site.service, "Amina"), await builders.volunteer(site.service, "Bo")
    return amina, bo, await builders.claimed_case(site.service, amina)


@SCRIPTS
async def test_a_case_is_noted_in_kept_and_handed_over_on_the_narrowest_phone(
    site: Site, chromium: Browser, scripts: bool
) -> None:
    amina, bo, asker = await two(site)
    page = await desk_of(chromium, site, amina, scripts=scripts)
    await by_keyboard(page, f"a[href='/desk/cases/{asker.case_id}']")
    await expect(page.locator("#log")).to_contain_text("Jag har fått ett brev")
    await page.wait_for_load_state()
    found = await seen(page, f"case-{scripts}")

    await opened(page, "Anteckningar")
    await page.fill("#note", NOTE)
    await by_keyboard(page, "button[formaction$='/note']")
    await expect(page.locator(".note", has_text=NOTE)).to_be_visible()
    await expect(page.locator("#note")).to_have_value("")  # the page was loaded anew
    await page.wait_for_load_state()
    await opened(page, "Behåll ärendet")
    await by_keyboard(page, "button[formaction$='/keep'][value='2h']")
    await expect(page.locator(".told")).to_contain_text("Du behåller ärende")
    await page.wait_for_load_state()
    await opened(page, "Lämna över")
    await page.select_option("#hand_to", f"p{bo.id}")
    await page.fill("#hand_note", "Ta över, tack")
    found += await seen(page, f"case-open-{scripts}")
    await by_keyboard(page, "button[formaction$='/hand-over']")
    await expect(page.locator("main")).to_contain_text("har fått frågan om ärende")
    await page.wait_for_load_state()
    found += await seen(page, f"case-offered-{scripts}")

    his = await desk_of(chromium, site, bo, scripts=scripts)
    found += await seen(his, f"desk-offered-{scripts}")
    await by_keyboard(his, "#offered a")
    await expect(his.locator("main")).to_contain_text("Ta över, tack")
    found += await seen(his, f"offered-{scripts}")
    await by_keyboard(his, "form[action$='/accept'] button:not(.quiet)")
    await expect(his.locator("#log")).to_contain_text("Jag har fått ett brev")
    await expect(his.locator("main")).to_contain_text(NOTE)
    found += await seen(his, f"case-accepted-{scripts}")

    assert found == []
    assert (await builders.case_row(asker)).volunteer_id == bo.id


@SCRIPTS
async def test_a_warning_is_answered_at_the_notice(site: Site, chromium: Browser, scripts: bool) -> None:
    amina, _, asker = await two(site)
    await passes(site, 30)
    page = await desk_of(chromium, site, amina, scripts=scripts)
    found = await seen(page, f"desk-warned-{scripts}")

    await by_keyboard(page, "#notices button[value='2h']")

    await expect(page.locator(".told")).to_contain_text("Du behåller ärende")
    await expect(page.locator(".told")).to_be_visible()
    assert found == []
    assert (await builders.case_row(asker)).kept_until is not None


@SCRIPTS
async def test_a_day_to_ask_again_is_set_by_the_keyboard(site: Site, chromium: Browser, scripts: bool) -> None:
    amina, _, asker = await two(site)
    page = await desk_of(chromium, site, amina, scripts=scripts)
    await page.goto(f"{site.base}/desk/cases/{asker.case_id}")
    await by_keyboard(page, "button[formaction$='/set-day']")
    day = (clock.now() + timedelta(days=3)).date()
    await page.fill("#day", day.isoformat())
    await page.fill("#note", "Hur gick det på mötet?")
    found = await seen(page, f"follow-up-{scripts}")

    await by_keyboard(page, "form[action$='/follow-up'] button")

    await expect(page.locator("main")).to_contain_text("kommer tillbaka")
    found += await seen(page, f"follow-up-set-{scripts}")
    assert found == []
    assert len(await builders.table(site.service, "SELECT id FROM follow_ups")) == 1


@SCRIPTS
async def test_a_coordinator_sees_how_things_stand_and_moves_a_case(
    site: Site, chromium: Browser, scripts: bool
) -> None:
    karin = await builders.coordinator(site.service)
    amina, _, asker = await two(site)
    waiting = await builders.case_of(site.service)
    async with acting(site.service, amina) as work:
        await safeguarding.flag(work, case_id=asker.case_id)
    await passes(site, 16)
    page = await desk_of(chromium, site, karin, scripts=scripts)
    found = await seen(page, f"desk-coordinator-{scripts}")
    await by_keyboard(page, "#overview a[href='/desk/overview']")
    await expect(page.locator("main")).to_contain_text("Rött")
    found += await seen(page, f"overview-{scripts}")

    await by_keyboard(page, f"a[href='/desk/overview/cases/{asker.case_id}']")
    await opened(page, "Lägg tillbaka i kön")
    await page.select_option("#why-back", "away")
    found += await seen(page, f"any-case-{scripts}")
    await by_keyboard(page, "form[action$='/release'] button")
    await expect(page.get_by_role("status").first).to_contain_text("tillbaka i kön")
    await page.goto(f"{site.base}/desk/overview/cases/{waiting.case_id}")
    await opened(page, "Spärra besökaren")
    found += await seen(page, f"block-{scripts}")
    await by_keyboard(page, "form[action$='/block'] button")
    await expect(page.get_by_role("status").first).to_contain_text("spärrad")
    found += await seen(page, f"blocked-{scripts}")

    assert found == []
    assert (await builders.case_row(asker)).status == "queued"
    assert len(await builders.table(site.service, "SELECT person_id FROM blocks")) == 1


# A newcomer, from right to left.


@SCRIPTS
async def test_a_newcomer_reads_who_goes_on_and_answers_in_arabic(site: Site, chromium: Browser, scripts: bool) -> None:
    amina, bo = await builders.volunteer(site.service, "Amina"), await builders.volunteer(site.service, "Bo")
    karin = await builders.coordinator(site.service)
    page = await page_of(chromium, viewport=NARROWEST, java_script_enabled=scripts)
    await in_chat(page, site)
    await says(page, "وصلتني رسالة")
    await expect(page.locator(".receipt")).to_be_visible()
    case_id = (await builders.one(site.service, "SELECT id FROM cases")).id
    asker = Newcomer(site.service, None, case_id)  # type: ignore[arg-type]
    await builders.claims(site.service, amina, asker)
    async with acting(site.service, amina) as work:
        row = await follow_ups.set_day(work, case_id=case_id, day=work.today + timedelta(days=3), note="")
        await follow_ups.ask_newcomer(work, follow_up_id=row.id)
        await handing_over.offer(work, case_id=case_id, note=NOTE, person_id=bo.id)
    hand_over = (await builders.one(site.service, "SELECT id FROM hand_overs")).id
    async with acting(site.service, bo) as work:
        await handing_over.note_shown(work, hand_over)
        await handing_over.accept(work, hand_over)
    async with acting(site.service, karin) as work:
        await reassigning.release(work, case_id=case_id, why=WhyBack.LANGUAGE)
    await page.reload()
    await page.wait_for_load_state()
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    words, code = site.service.words("ar"), (await builders.case_row(asker)).code
    for said in (words("because_language"), words("handed_over", case=code)):
        await expect(page.locator("main")).to_contain_text(str(said).split(code[:3])[0].strip("\u2066\u2068 "))
    found = await seen(page, f"ar-asked-{scripts}")

    await by_keyboard(page, "button[value^='fuc:yes:']")
    await expect(page.locator("button[value^='fuc:']")).to_have_count(0)
    assert (await builders.one(site.service, "SELECT agreed_at FROM follow_ups")).agreed_at is not None
    async with acting(site.service, karin) as work:
        await blocking.block(work, case_id=case_id, span=BlockSpan.DAY, reason=BlockReason.OTHER)
    await page.reload()
    await page.wait_for_load_state()
    await expect(page.locator("main")).to_contain_text(str(site.service.words("ar")("blocked_now"))[:20])
    found += await seen(page, f"ar-blocked-{scripts}")
    await says(page, "لماذا؟")
    await expect(page.locator("main")).to_contain_text(str(site.service.words("ar")("blocked_not_sent"))[:20])
    found += await seen(page, f"ar-not-sent-{scripts}")

    assert found == []
    assert not any(NOTE[:20] in text for text in [await page.content()])
