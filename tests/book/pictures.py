"""`python -m tests.book.pictures`: takes the pictures of the README anew, from the trial as `make run` starts it.

What stands in them is invented, and is written here the way a person would. It must not touch the database.
"""

import asyncio
import base64
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

from models.people import Language
from tests.chromium import started_chromium
from tests.crash.program import ROOT, START_SECONDS
from tests.running import free_port

FOLDER = ROOT / "docs"
PHONE, DESKTOP, SHEET = {"width": 360, "height": 740}, {"width": 1280, "height": 800}, {"width": 794, "height": 1123}
SHARP = 1.5  # device pixels a point: as a phone shows it, and still small to fetch
SMALL, MARGIN = 0.75, "10mm"  # of the sheet of A4: smaller than it is, and what a printer leaves white around it
GAP, WIDE = 8, 300  # points between the five languages, and how wide each of them is
LINKS = re.compile(r"http://\S+")
QUESTION = {
    "ar": "صاحب البيت يريد إخراجي يوم 15/12 من الشقة رقم 1203. إيجاري 7 500 kr",
    "fa": "از ادارهٔ مالیات نامه‌ای گرفته‌ام. چه کار کنم؟",
    "sv": "Jag har fått ett brev från Försäkringskassan. Vad ska jag göra?",
}
ANSWER = "Hej! Du behöver inte flytta den 15/12. Har du fått det skriftligt?"


@asynccontextmanager
async def trial(folder: Path) -> AsyncIterator[list[str]]:
    """The trial runs. Its three addresses: of the newcomer, the volunteer, the coordinator."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("RADRUM_")}
    own |= {
        "RADRUM_DATA_DIR": str(folder / "data"), "RADRUM_KEY_FILE": str(folder / "key" / "radrum.key"),
        "RADRUM_PORT": str(free_port()), "RADRUM_LOG_LEVEL": "ERROR", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", env=own, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    links: list[str] = []
    try:
        while len(links) < len(("newcomer", "volunteer", "coordinator")):
            line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
            assert line, "the trial did not start"
            links += LINKS.findall(line.decode())
        yield links
    finally:
        process.terminate()
        await process.wait()


async def opened(browser: Browser, viewport: dict[str, int], address: str, *, sharp: float = SHARP) -> Page:
    """The page in a browser of its own, as if somebody had just come."""
    context = await browser.new_context(viewport=viewport, device_scale_factor=sharp)  # type: ignore[arg-type]
    page = await context.new_page()
    await page.goto(address)
    return page


async def kept(page: Page, name: str) -> None:
    """The picture lies in the folder, of the page as its reader sees it once it has come to rest."""
    await page.evaluate("document.activeElement?.blur()")
    await page.screenshot(path=FOLDER / f"{name}.png", animations="disabled")


async def asked(browser: Browser, site: str, language: str, viewport: dict[str, int], *, sharp: float = SHARP) -> Page:
    """Somebody has agreed and asked; the receipt and their numbers stand there."""
    page = await opened(browser, viewport, f"{site}{language}/chat", sharp=sharp)
    await page.click("button[value=shared]")
    await page.fill("#text", QUESTION[language])
    await page.click("#say .write [type=submit]")
    await page.wait_for_selector(".bubble.receipt")
    await page.wait_for_selector(".choices")
    return page


async def at_desk(browser: Browser, link: str) -> Page:
    """The volunteer has followed the link and speaks Swedish there."""
    page = await opened(browser, PHONE, link)
    await page.click("main button[type=submit]")
    await page.wait_for_selector("#queue, h2")
    return page


async def newcomers_and_desk(browser: Browser, site: str, volunteer: str) -> None:
    chat = await asked(browser, site, "ar", PHONE)
    await chat.evaluate("document.querySelector('#numbers').scrollIntoView({block: 'start'})")
    await kept(chat, "chat-ar-phone")
    await asked(browser, site, "fa", PHONE)
    desktop = await asked(browser, site, "sv", DESKTOP, sharp=1)
    await desktop.evaluate("document.querySelector('.bubble.receipt').scrollIntoView({block: 'start'})")
    await kept(desktop, "chat-sv-desktop")

    desk = await at_desk(browser, volunteer)
    await kept(desk, "desk-phone")
    await desk.click("text=Ta ärendet >> nth=0")
    await desk.fill("textarea", ANSWER)
    await desk.click("button:has-text('Skicka'):visible")
    await desk.wait_for_selector(f"text={ANSWER[:20]}")
    heading = "document.querySelector('h1').getBoundingClientRect().top"
    header = "document.querySelector('header').getBoundingClientRect().height"
    await desk.evaluate(f"window.scrollBy(0, {heading} - {header} - {GAP})")
    await kept(desk, "desk-case-phone")


async def hours(browser: Browser, site: str) -> None:
    """The page with the hours in every language, side by side."""
    taken = []
    for language in Language:
        page = await opened(browser, PHONE, f"{site}{language}/hours")
        taken.append(base64.b64encode(await page.screenshot(animations="disabled")).decode())
    shown = "".join(f'<img src="data:image/png;base64,{one}" style="width:{WIDE}px">' for one in taken)
    width, height = (WIDE + GAP) * len(taken) - GAP, WIDE * PHONE["height"] // PHONE["width"]
    wall = await opened(browser, {"width": width, "height": height}, "about:blank", sharp=1)
    await wall.set_content(f'<body style="margin:0;display:flex;gap:{GAP}px;background:#b8b8b8">{shown}</body>')
    await kept(wall, "hours-phone")


async def poster(browser: Browser, site: str) -> None:
    """The sheet as it is printed."""
    page = await opened(browser, SHEET, f"{site}poster", sharp=SMALL)
    await page.emulate_media(media="print")
    await page.evaluate("margin => document.body.style.padding = margin", MARGIN)
    await kept(page, "poster")


async def take() -> None:
    """Every picture of the README is as the program is now."""
    with tempfile.TemporaryDirectory() as folder:
        async with trial(Path(folder)) as (newcomer, volunteer, _), started_chromium() as browser:
            await newcomers_and_desk(browser, newcomer, volunteer)
            await hours(browser, newcomer)
            await poster(browser, newcomer)


if __name__ == "__main__":
    asyncio.run(take())
