"""A coordinator closes a day from a phone, and everything that tells the hours says so within five seconds:
the page, the feeds, the channel's post, a newcomer on Telegram and one in a browser who asked to be reminded."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

import aiohttp
import pytest
from icalendar import Calendar
from playwright.async_api import Page, expect

from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.hours import changes
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.people import people
from bot.places import places
from bot.service import Service
from models.people import Role
from tests.botapi import FakeBotApi
from tests.chromium import started_chromium
from tests.given import TOKEN, settings_for
from tests.running import free_port, running

CHANNEL, BOSS, READER = "@lund_advice", 41, 42
DEADLINE_SECONDS = 5.0


@dataclass
class Town:
    """The running service; Linero is open every day, and its next session is tomorrow."""

    service: Service
    api: FakeBotApi
    http: aiohttp.ClientSession
    tab: Page
    tomorrow: date

    @property
    def url(self) -> str:
        return self.service.settings.public_url

    async def fetched(self, path: str) -> str:
        async with self.http.get(self.url + path) as answer:
            return await answer.text()


@pytest.fixture
async def town(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(FakeBotApi())
        api.channel(CHANNEL)
        port = free_port()
        settings = settings_for(
            database_url, tmp_path, telegram_token=TOKEN, telegram_api_url=api.url, hours_channel=CHANNEL,
            port=port, public_url=f"http://127.0.0.1:{port}",
        )  # fmt: skip
        service = Service(Store(settings, Seal(create_key(settings.key_file))), settings, catalogues)
        stack.push_async_callback(service.store.close)
        async with service.store.work() as work:
            await places.add_place(work, code="linero", name_key="linero_library", address="Testgatan 1")
            for weekday in range(7):
                spans = [(time(13), time(15, 30))]
                await changes.set_hours(work, place="linero", weekday=weekday, spans=spans, valid_from=work.today)
            boss = await people.add_staff(work, role=Role.COORDINATOR, alias="Karin", language="sv", speaks=["sv"])
            await people.link_telegram(work, boss, BOSS)
            tomorrow = work.today + timedelta(days=1)
        await stack.enter_async_context(running(service))
        http = await stack.enter_async_context(aiohttp.ClientSession())
        browser = await stack.enter_async_context(started_chromium())
        tab = await browser.new_page(viewport={"width": 360, "height": 740})
        yield Town(service, api, http, tab, tomorrow)


async def subscribes_on_telegram(town: Town) -> None:
    await town.api.says(READER, "/start", language_code="uk")
    await town.api.chat(READER).wait_for(lambda shown: bool(shown.button("lang:uk")))
    await town.api.presses(READER, "lang:uk")
    await town.api.chat(READER).wait_for(lambda shown: bool(shown.button("consent:yes")))
    await town.api.says(READER, "коли відчинено?")
    code = f"remind:linero:{town.tomorrow:%Y%m%d}"
    await town.api.chat(READER).wait_for(lambda shown: bool(shown.button(code)))
    await town.api.presses(READER, code)
    await town.api.chat(READER).wait_for("Якщо щось зміниться")


async def subscribes_in_a_browser(town: Town) -> None:
    tab = town.tab
    await tab.goto(f"{town.url}/ar/chat")
    await tab.click('button[value="shared"]')
    await tab.fill("#text", "متى تفتحون؟")
    await tab.click("#say .write [type=submit]")
    await tab.click(f'button[value="remind:linero:{town.tomorrow:%Y%m%d}"]')
    await expect(tab.locator("#messages, main")).to_contain_text("إذا تغيّر شيء")


async def closes_tomorrow(town: Town) -> None:
    await town.api.says(BOSS, f"/closeday {town.tomorrow} Linero sjukdom")
    preview = await town.api.chat(BOSS).wait_for(lambda shown: "Linero" in shown.text and bool(shown.buttons))
    assert all(autonym in preview.text for autonym in ("العربية", "Українська", "English"))
    publish = next(one.action for row in preview.buttons for one in row if one.action.startswith("hp:"))
    await town.api.presses(BOSS, publish)


async def test_a_day_closed_from_a_phone_is_told_everywhere_within_five_seconds(town: Town) -> None:
    await subscribes_on_telegram(town)
    await subscribes_in_a_browser(town)
    channel = town.api.chat(town.api.channels[CHANNEL])
    await channel.wait_for("Linero")
    posted = channel.last.message_id
    assert "illness" not in await town.fetched("/en/hours")

    await closes_tomorrow(town)
    async with asyncio.timeout(DEADLINE_SECONDS):
        await channel.wait_for(lambda shown: "Orsak: sjukdom" in without_bidi_controls(shown.text))
        await town.api.chat(READER).wait_for(lambda shown: "Причина: хвороба" in without_bidi_controls(shown.text))
        await expect(town.tab.locator("#messages, main")).to_contain_text("السبب: حالة مرضية")
        page, feed = await town.fetched("/en/hours"), await town.fetched("/hours.ics?lang=en")
        told = await town.fetched("/hours.json")

    assert channel.last.message_id == posted, "the post was edited, not said again"
    assert "illness" in page
    assert f"{town.tomorrow}" in told
    cancelled = [event for event in Calendar.from_ical(feed).events if event.get("STATUS") == "CANCELLED"]
    assert [event["RECURRENCE-ID"].dt.date() for event in cancelled] == [town.tomorrow]
