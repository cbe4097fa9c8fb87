"""`python -m tests.book.desk_pictures`: takes the pictures of the desk's pages about shifts, on a phone and a desktop.

Who stands in them is invented. It must not judge how a page looks: people do.
"""

import asyncio
import tempfile
from datetime import timedelta
from pathlib import Path

from playwright.async_api import Browser

from bot.engine.schema import migrate
from bot.language import i18n
from tests.channels.shift_desk import MONDAY, ShiftDesk, shift_desk
from tests.chromium import started_chromium
from tests.crash.program import ROOT

FOLDER = ROOT / "docs"
SIZES = {"phone": {"width": 360, "height": 740}, "desktop": {"width": 1280, "height": 800}}


async def planned(desk: ShiftDesk) -> dict[str, dict[str, str]]:
    """A week of shifts is there, some with gaps. The pages, by who looks at them."""
    gap = await desk.shift("Bo")
    await desk.shift("Bo", "Cleo", day=MONDAY + timedelta(days=1), begins=9, place="online", wants=("ar",))
    await desk.shift("Amina", "Bo", day=MONDAY + timedelta(days=2), begins=15, place="stadsbiblioteket")
    await desk.shift(day=MONDAY + timedelta(days=2), begins=9, place="online")
    mine = await desk.shift("Amina", "Cleo", day=MONDAY + timedelta(days=3), begins=9, place="online")
    own = {"shifts": "/desk/shifts", "cannot-come": f"/desk/shifts/{mine}/cant", "calendar": "/desk/shifts/calendar"}
    week = {"week": f"/desk/shifts/week?day={MONDAY}", "shift": f"/desk/shifts/{gap}", "announce": "/desk/announce"}
    return {"Amina": own, "Karin": week}


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
