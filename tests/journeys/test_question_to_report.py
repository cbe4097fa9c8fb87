"""One question, from the first word to the report: every channel on both sides, both databases, all five languages."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.cases import shift_starts
from bot.engine import clock
from bot.engine.seal import Seal, create_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.people import login_links, people
from bot.people.access import case_by_code
from bot.reports.figures import report
from bot.service import Service
from models.case import CaseStatus
from models.people import Language, LinkPurpose, Role
from tests.actors import (
    PATIENCE_SECONDS,
    ChromiumNewcomer,
    Newcomer,
    TelegramNewcomer,
    TelegramVolunteer,
    Volunteer,
    WebNewcomer,
    WebVolunteer,
    plain,
)
from tests.botapi import FakeBotApi
from tests.chromium import started_chromium
from tests.given import TOKEN, settings_for
from tests.pages import Browserlike
from tests.running import free_port, running

QUESTION = "الإيجار? <b>Brev</b> från Försäkringskassan 046-12 34 56"


@dataclass
class Office:
    """A running service with one volunteer on shift, and ways to put people in front of it."""

    service: Service
    api: FakeBotApi
    stack: AsyncExitStack
    invitations: dict[LinkPurpose, str]

    async def browser(self) -> Browserlike:
        client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        await self.stack.enter_async_context(client)
        return Browserlike(client, self.service.settings.public_url)

    async def newcomer_telegram(self, language: str) -> Newcomer:
        return TelegramNewcomer(self.api, 9001, language)

    async def newcomer_web(self, language: str) -> Newcomer:
        return WebNewcomer(await self.browser(), language)

    async def volunteer_telegram(self) -> Volunteer:
        return TelegramVolunteer(self.api, 5001, self.invitations[LinkPurpose.TELEGRAM], await self.browser())

    async def volunteer_web(self) -> Volunteer:
        url = self.service.settings.public_url
        return WebVolunteer(await self.browser(), f"{url}/desk/login/{self.invitations[LinkPurpose.DESK]}")


@pytest.fixture
async def office(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Office]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(FakeBotApi())
        port = free_port()
        settings = settings_for(
            database_url, tmp_path, telegram_token=TOKEN, telegram_api_url=api.url,
            port=port, public_url=f"http://127.0.0.1:{port}",
        )  # fmt: skip
        service = Service(Store(settings, Seal(create_key(settings.key_file))), settings, catalogues)
        stack.push_async_callback(service.store.close)
        invitations = await open_office(service)
        await stack.enter_async_context(running(service))
        yield Office(service, api, stack, invitations)


SMALL_PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1280, "height": 800}


async def open_office(service: Service) -> dict[LinkPurpose, str]:
    """One volunteer, on shift now, with an invitation to each door."""
    now = clock.now()
    async with service.store.work() as work:
        amina = await people.add_staff(work, role=Role.VOLUNTEER, alias="Amina", language="sv", speaks=["sv", "ar"])
        hours = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=3)}
        await shift_starts.add_shift(work, person_ids=[amina], **hours)
        return {p: await login_links.make_link(work, amina, p) for p in (LinkPurpose.TELEGRAM, LinkPurpose.DESK)}


async def whole_journey(office: Office, newcomer: Newcomer, volunteer: Volunteer, language: str) -> str:
    """From the first word to the closing note; returns the case's code."""
    words = office.service.words(language)
    await volunteer.arrives()
    await newcomer.arrives()
    await newcomer.agrees()
    code = await newcomer.asks(QUESTION)
    await newcomer.sees(plain(words("thanks_received")))
    await volunteer.claims(code)
    await newcomer.sees(plain(words("adviser_joined")))
    await volunteer.reads(code, QUESTION)
    for turn in range(4):
        await newcomer.says(f"سؤال {turn} fråga")
        await volunteer.reads(code, f"سؤال {turn} fråga")
        await volunteer.answers(code, f"svar {turn} ردّ")
        await newcomer.sees(f"svar {turn} ردّ")
    await volunteer.closes(code, category="housing", organisation="forsakringskassan", outcome="answered", minutes=15)
    await newcomer.sees(plain(words("case_closed")))
    return code


@pytest.mark.parametrize("volunteer_door", ["volunteer_telegram", "volunteer_web"])
@pytest.mark.parametrize("newcomer_door", ["newcomer_telegram", "newcomer_web"])
async def test_question_is_claimed_answered_closed_and_counted(
    office: Office, newcomer_door: str, volunteer_door: str
) -> None:
    newcomer: Newcomer = await getattr(office, newcomer_door)(Language.AR)
    volunteer: Volunteer = await getattr(office, volunteer_door)()

    await whole_journey(office, newcomer, volunteer, Language.AR)

    today = clock.office_day(clock.now(), office.service.store.zone)
    async with office.service.store.look() as db:
        figures = await report(db, first=today, last=today, now=clock.now(), zone=office.service.store.zone)
    # by hand: one case, its words all on one day, closed as housing · Försäkringskassan · answered · 15 minutes
    assert (figures.cases, figures.visits, figures.volunteer_minutes) == (1, 1, 15)
    assert (figures.unanswered, figures.still_open, figures.not_advice) == (0, 0, 0)
    assert figures.by("language").count("ar") == 1
    assert figures.by("category").count("housing") == 1
    assert figures.by("organisation").count("forsakringskassan") == 1
    assert figures.by("outcome").count("answered") == 1
    assert figures.to_claim.minutes == 0
    assert figures.to_answer.minutes == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("newcomer_door", ["newcomer_telegram", "newcomer_web"])
@pytest.mark.parametrize("language", list(Language))
async def test_newcomer_is_spoken_to_in_their_language_all_the_way(
    office: Office, language: str, newcomer_door: str
) -> None:
    newcomer: Newcomer = await getattr(office, newcomer_door)(language)
    volunteer = await office.volunteer_web()

    code = await whole_journey(office, newcomer, volunteer, language)

    assert code


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "screen", "scripts"),
    [(Language.AR, SMALL_PHONE, True), (Language.SV, DESKTOP, True), (Language.AR, SMALL_PHONE, False)],
    ids=["arabic on a phone", "swedish on a desktop", "arabic without scripts"],
)
async def test_newcomer_with_a_real_browser_is_answered(
    office: Office, language: str, screen: dict, scripts: bool
) -> None:
    async with started_chromium() as chromium:
        context = await chromium.new_context(viewport=screen, java_script_enabled=scripts)
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        url = office.service.settings.public_url
        newcomer: Newcomer = ChromiumNewcomer(await context.new_page(), url, language)
        volunteer = await office.volunteer_web()

        code = await whole_journey(office, newcomer, volunteer, language)

    async with office.service.store.look() as db:
        case = await case_by_code(db, code.replace(" ", ""))
    assert case.status == CaseStatus.CLOSED
