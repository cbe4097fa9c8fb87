"""Somebody is invited from a coordinator's phone, introduced, takes a case, and is without access again: with a phone
or a browser of their own, on the running service. After each step the rows say who was told what."""

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.people import people
from bot.service import Service
from models.case import CaseStatus
from models.notice import Notice
from models.people import Role
from models.volunteer import OnboardingStep
from tests import builders
from tests.botapi import FakeBotApi, Shown
from tests.builders import Staff
from tests.channels.web_fixtures import Browser
from tests.crash.program import until
from tests.given import TOKEN, settings_for
from tests.running import free_port, running

BOSS, NOUR = 41, 42


@dataclass
class Town:
    """The running service, Telegram, and a browser."""

    service: Service
    api: FakeBotApi
    browser: Browser

    async def told(self, alias: str) -> list[str]:
        """The kinds of everything said to this member of staff so far, but for what a log-in says."""
        person = await builders.person_named(self.service, alias)
        return [row.kind for row in await builders.said_to(self.service, person) if row.kind != Notice.NEW_DEVICE]

    async def presses(self, code: str) -> None:
        """The coordinator presses the button whose code begins so, once it is there."""
        shown = await self.api.chat(BOSS).wait_for(lambda one: _code(one, code) is not None)
        await self.api.presses(BOSS, _code(shown, code) or "", shown.message_id)


@pytest.fixture
async def town(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(FakeBotApi())
        port = free_port()
        settings = settings_for(
            database_url, tmp_path, telegram_token=TOKEN, telegram_api_url=api.url, port=port,
            public_url=f"http://127.0.0.1:{port}",
        )  # fmt: skip
        service = Service(Store(settings, Seal(create_key(settings.key_file))), settings, catalogues)
        stack.push_async_callback(service.store.close)
        async with service.store.work() as work:
            boss = await people.add_staff(work, role=Role.COORDINATOR, alias="Karin", language="sv", speaks=["sv"])
            await people.link_telegram(work, boss, BOSS)
        await stack.enter_async_context(running(service))
        jar = aiohttp.CookieJar(unsafe=True)
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
        yield Town(service, api, Browser(settings.public_url, http))


def _code(shown: Shown, begins: str) -> str | None:
    if shown.deleted:
        return None
    return next((one.action for row in shown.buttons for one in row if one.action.startswith(begins)), None)


async def _arrives(town: Town, channel: str) -> None:
    """By the message that the coordinator passed on."""
    passed_on = await town.api.chat(BOSS).wait_for("Hej ")
    if channel == "telegram":
        token = re.search(r"t\.me/radrum_test_bot\?start=(\S+)", passed_on.text)
        assert token, passed_on.text
        await town.api.says(NOUR, f"/start {token[1]}", language_code="ar")
        await town.api.chat(NOUR).wait_for("Klart!")
    else:
        path = re.search(r"/desk/login/\S+", passed_on.text)
        assert path, passed_on.text
        assert (await town.browser.post(path[0])).url == "/desk"


async def _reads(town: Town, channel: str, text: str) -> None:
    if channel == "telegram":
        await town.api.chat(NOUR).wait_for(text)
    else:
        await town.browser.sees("/desk", text)


async def _claims(town: Town, channel: str, case_id: int) -> str:
    """Presses "claim"; returns what is said of it."""
    if channel == "telegram":
        happened = await town.api.presses(NOUR, f"claim:{case_id}", 1)
        return (await town.api.wait_answer(happened)).text
    return (await town.browser.post(f"/desk/cases/{case_id}/claim")).words


@pytest.mark.parametrize("channel", ["telegram", "web"])
async def test_from_the_invitation_to_the_last_day(town: Town, channel: str) -> None:
    await town.api.says(BOSS, "/invite Nour ar,sv")
    await _arrives(town, channel)
    nour = await builders.person_named(town.service, "Nour")
    arrived = ["linked"] if channel == "telegram" else []
    assert await town.told("Karin") == ["linked", "volunteer_invited", "invitation_links"]
    assert await town.told("Nour") == arrived

    await builders.shift(town.service, Staff(nour, "Nour"))
    await _reads(town, channel, "Ditt pass har börjat.")
    asker = await builders.case_of(town.service, "Jag har fått ett brev")
    refused = await _claims(town, channel, asker.case_id)
    assert "när din introduktion är klar" in refused
    assert await town.told("Nour") == [*arrived, "shift_starts"]

    await town.api.says(BOSS, "/volunteers Nour")
    for step in OnboardingStep:
        await town.presses(f"vs:{nour}:{step}:1")
    await _reads(town, channel, "Din introduktion är klar.")
    cards = ["volunteer_card"] * 5  # one, and the same after each step
    assert await town.told("Karin") == ["linked", "volunteer_invited", "invitation_links", *cards]
    assert await town.told("Nour") == [*arrived, "shift_starts", "may_begin"]

    await _claims(town, channel, asker.case_id)
    assert (await builders.case_row(asker)).volunteer_id == nour

    await town.presses(f"ve:{nour}:disable:ask")
    await town.presses(f"ve:{nour}:disable:yes")
    await town.api.chat(BOSS).wait_for("är avstängd.")
    case = await builders.case_row(asker)
    assert (case.status, case.volunteer_id) == (CaseStatus.QUEUED, None)
    await until(lambda: NOUR not in town.api.menus, otherwise="the menu to be gone")
    assert (await town.browser.get("/desk")).status == 404
    assert [row.kind for row in await builders.said_to(town.service, asker.id)][-1] == "released"
