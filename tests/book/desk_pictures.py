"""`python -m tests.book.desk_pictures`: takes the pictures of the desk's pages about shifts, on a phone and a desktop.

Who stands in them is invented. It must not judge how a page looks: people do.
"""

import asyncio
import tempfile
from datetime import date, time, timedelta
from pathlib import Path

from playwright.async_api import Browser

from bot.engine.schema import migrate
from bot.language import i18n
from bot.shifts import making, standing_signups, swaps, taking, term, term_off
from bot.shifts.typed import NewLine
from tests import builders
from tests.channels.shift_desk import MONDAY, ShiftDesk, shift_desk
from tests.chromium import started_chromium
from tests.crash.program import ROOT

FOLDER = ROOT / "docs"
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 800}}


async def planned(desk: ShiftDesk) -> dict[str, dict[str, str]]:
    """A week of shifts is there, some with gaps. The pages, by who looks at them."""
    gap = await desk.shift("Bo")
    await desk.shift("Bo", "Cleo", day=MONDAY + timedelta(days=1), begins=9, place="online", wants=("ar",))
    await desk.shift("Amina", "Bo", day=MONDAY + timedelta(days=2), begins=15, place="stadsbiblioteket")
    await desk.shift(day=MONDAY + timedelta(days=2), begins=9, place="online")
    mine = await desk.shift("Amina", "Cleo", day=MONDAY + timedelta(days=3), begins=9, place="online")
    await asked(desk, mine)
    draft, published = await drafted(desk, gap)
    own = {
        "shifts": "/desk/shifts", "cannot-come": f"/desk/shifts/{mine}/cant", "calendar": "/desk/shifts/calendar",
        "questions": "/desk", "swap": f"/desk/shifts/{mine}/swap",
    }  # fmt: skip
    week = {
        "week": f"/desk/shifts/week?day={MONDAY}", "shift": f"/desk/shifts/{gap}", "announce": "/desk/announce",
        "template": "/desk/shifts/template", "term": f"/desk/shifts/terms/{draft}", "undo": "/desk/undo",
        "term-off": f"/desk/shifts/terms/published/{published}",
    }  # fmt: skip
    return {"Amina": own, "Karin": week}


async def asked(desk: ShiftDesk, mine: int) -> None:
    """Amina is asked to stand in, to swap, and whether she comes; one shift she takes every other week."""
    service, staff = desk.site.service, desk.staff
    gone = await desk.shift("Bo", "Cleo", day=MONDAY + timedelta(days=8), begins=13)
    theirs = await desk.shift("Bo", day=MONDAY + timedelta(days=4), begins=13, place="stadsbiblioteket")
    await desk.shift("Amina", "Cleo", day=MONDAY - timedelta(days=6), begins=18, place="online")
    async with builders.acting(service, staff["Cleo"]) as work:
        await taking.ask_stand_in(work, (await taking.cannot_come(work, gone)).open_place)
    async with builders.acting(service, staff["Bo"]) as work:
        await swaps.propose(work, theirs, mine, staff["Amina"].id)
    async with builders.acting(service, staff["Amina"]) as work:
        await standing_signups.begin(work, mine, 2)


async def drafted(desk: ShiftDesk, gap: int) -> tuple[int, int]:
    """The usual week is known, a term of it is published and another is before Karin, who has put somebody on a shift.
    The draft, and the term."""
    usual = (time(13), time(16)), (time(9), time(12))
    async with builders.acting(desk.site.service, desk.staff["Karin"]) as work:
        await term.add_line(work, NewLine(0, usual[0], "linero"))
        await term.add_line(work, NewLine(3, usual[1], "online", 2, ("ar",)))
        await term.publish(work, (await term.propose(work, date(2027, 2, 1), date(2027, 4, 30))).draft)
        draft = (await term.propose(work, date(2026, 12, 14), date(2027, 1, 31))).draft
        [published] = await term_off.ahead(work)
        await making.assign(work, gap, desk.staff["Cleo"].id)
    return draft, published.number


async def taken(browser: Browser, desk: ShiftDesk, who: str, pages: dict[str, str], size: str) -> None:
    """The whole of each page lies in the folder."""
    context = await browser.new_context(viewport=SIZES[size], locale="sv-SE")  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(desk.site.base + await desk.site.link_for(desk.staff[who]))
    await page.click("main button")
    await page.wait_for_selector("#queue")
    for name, path in pages.items():
        await page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
        await page.goto(desk.site.base + path)
        height = await page.evaluate("document.documentElement.scrollHeight")
        await page.set_viewport_size({"width": SIZES[size]["width"], "height": height})
        await page.screenshot(path=FOLDER / f"desk-{name}-{size}.png", animations="disabled")
    await context.close()


async def take() -> None:
    """Every picture is as the program is now."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "data").mkdir()
        url = f"sqlite+aiosqlite:///{folder}/data/radrum.db"
        await migrate(url)
        async with shift_desk(url, folder, i18n.load()) as desk, started_chromium() as browser:
            for who, pages in (await planned(desk)).items():
                for size in SIZES:
                    await taken(browser, desk, who, pages, size)


if __name__ == "__main__":
    asyncio.run(take())
