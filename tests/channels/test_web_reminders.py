"""Asking for the hours in the web chat: the answer, the way to a place, and a reminder that the chat keeps."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.engine import clock
from bot.hours import changes
from bot.language.i18n import Catalogues
from bot.places import places
from models.hours import Reason
from tests import builders
from tests.channels.web_fixtures import Browser, Site, opened_site

NEXT_MONDAY = date(2026, 11, 30)
REMIND = f"remind:linero:{NEXT_MONDAY:%Y%m%d}"


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    """Linero is open on Mondays; it is Monday evening."""
    clock.freeze(datetime(2026, 11, 23, 18, 0, tzinfo=UTC))
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        async with opened.service.store.work() as work:
            await places.add_place(
                work, code="linero", name_key="linero_library", address="Testgatan 1", latitude=55.7, longitude=13.2
            )
            spans = [(time(13), time(15, 30))]
            await changes.set_hours(work, place="linero", weekday=0, spans=spans, valid_from=work.today)
        yield opened


async def asks_for_hours(site: Site, language: str = "en") -> Browser:
    browser = site.browser()
    await browser.agrees(language, "shared")
    await browser.says("when are you open?", language=language)
    return browser


async def presses(browser: Browser, code: str) -> None:
    await browser.post("/en/chat/press", {"code": code})


async def test_the_answer_says_closed_now_and_what_is_next_and_is_no_question_to_a_volunteer(site: Site) -> None:
    browser = await asks_for_hours(site)

    page = await browser.get("/en/chat")

    assert "We are closed at the moment." in page.words
    assert "Monday 30 November 2026" in page.words
    assert (await builders.one(site.service, "SELECT count(*) FROM cases"))[0] == 0


async def test_the_way_to_a_place_has_a_map_to_open(site: Site) -> None:
    browser = await asks_for_hours(site)

    await presses(browser, "place:linero")

    page = await browser.get("/en/chat")
    assert "Testgatan 1" in page.words
    assert 'href="https://www.openstreetmap.org/?mlat=55.7&amp;mlon=13.2#map=18/55.7/13.2"' in page.text


async def test_a_reminder_is_promised_and_a_closing_of_that_session_is_told(site: Site) -> None:
    browser = await asks_for_hours(site)
    await presses(browser, REMIND)
    assert "We will remind you the evening before" in (await browser.get("/en/chat")).words

    async with site.service.store.work() as work:
        await builders.close_day(work, place="linero", day=NEXT_MONDAY, reason=Reason.LIBRARY_CLOSED)

    page = await browser.get("/en/chat")
    assert "Monday 30 November 2026: closed. Reason: the library is closed" in page.words


async def test_a_button_of_a_session_that_is_off_says_so(site: Site) -> None:
    browser = await asks_for_hours(site)
    async with site.service.store.work() as work:
        await builders.close_day(work, place="linero", day=NEXT_MONDAY, reason=Reason.HOLIDAY)

    await presses(browser, REMIND)
    await presses(browser, "remind:linero:20261301")
    await presses(browser, "place:nowhere")

    assert await builders.table(site.service, "SELECT id FROM session_reminders") == []


async def test_asking_for_hours_leaves_the_buttons_of_the_question_that_stands(site: Site) -> None:
    browser = site.browser()
    await browser.agrees("en", "shared")
    await browser.says("I have got a letter", language="en")

    await browser.post("/en/chat/command", {"name": "hours"})

    page = await browser.get("/en/chat")
    assert 'value="tap:category:housing"' in page.text
    assert f'value="{REMIND}"' in page.text
