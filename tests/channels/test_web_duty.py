"""Being at work at the desk with JavaScript off: who is here, "I am here" and "I am leaving now"."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.roster.staffing import present
from models.notice import Notice
from tests import builders
from tests.builders import Staff
from tests.channels.web_fixtures import Browser, Site, opened_site

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # ten in the morning in Lund
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        clock.freeze(START)
        yield opened


async def there(site: Site) -> set[int]:
    async with site.service.store.look() as db:
        return {one.id for one in await present(db, clock.now(), site.service.store.zone)}


async def planned(site: Site) -> tuple[Staff, Browser]:
    """A volunteer at the desk, whose shift begins twenty minutes later."""
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    await builders.shift(site.service, amina, starts_at=START + 20 * MINUTE, lasts=timedelta(hours=2))
    return amina, await site.desk_of(amina)


async def test_who_logs_in_is_there_and_reads_until_when(site: Site) -> None:
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    await builders.shift(site.service, amina, starts_at=START - 20 * MINUTE, lasts=timedelta(hours=2))
    clock.move(5 * MINUTE)

    desk = await site.desk_of(amina)

    assert await there(site) == {amina.id}
    page = await desk.get("/desk")
    assert "Är här nu: Amina" in page.words and "Du är här till 11:40. Tack!" in page.words
    assert "Jag går nu" in page.words


async def test_looking_at_the_desk_is_a_sign_and_a_refused_act_too(site: Site) -> None:
    amina, desk = await planned(site)
    clock.move(22 * MINUTE)
    await desk.get("/desk")
    assert await there(site) == {amina.id}

    bo = await builders.volunteer(site.service, "Bo", on_shift=False)
    await builders.shift(site.service, bo, starts_at=START + 80 * MINUTE)
    clock.freeze(START + 64 * MINUTE)
    desk_of_bo = await site.desk_of(bo)
    clock.freeze(START + 80 * MINUTE)
    refused = await desk_of_bo.post("/desk/cases/1/release", {"seen_seq": "0"})
    assert refused.status == 404
    assert bo.id in await there(site)


async def test_who_is_missing_is_named(site: Site) -> None:
    await planned(site)
    karin = await builders.coordinator(site.service)
    clock.move(35 * MINUTE)
    await builders.do_all_due(site.service)

    page = await (await site.desk_of(karin)).get("/desk")

    assert "Ingen är här nu." in page.words
    assert "Har pass men har inte hörts av än: Amina" in page.words
    assert "Inget livstecken från Amina" in page.words


async def test_leaving_asks_what_stays_open_and_coming_back_is_one_press(site: Site) -> None:
    amina, desk = await planned(site)
    clock.move(21 * MINUTE)
    await desk.get("/desk")
    asker = await builders.claimed_case(site.service, amina)

    page = await desk.post("/desk/off-duty")

    assert await there(site) == set()
    assert "Jag är här" in page.words and "Ingen är här nu." in page.words
    assert len(await builders.said_to(site.service, amina.id, Notice.SHIFT_LEAVES)) == 1
    await desk.get("/desk")
    assert await there(site) == set()
    page = await desk.post("/desk/on-duty")
    assert await there(site) == {amina.id} and "Jag går nu" in page.words
    clock.move(20 * MINUTE)
    await builders.do_all_due(site.service)
    assert (await builders.case_row(asker)).status == "claimed"


async def test_without_a_shift_one_says_for_how_long(site: Site) -> None:
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    desk = await site.desk_of(amina)
    assert "Är du här ändå? Säg hur länge" in (await desk.get("/desk")).words

    page = await desk.post("/desk/on-duty", {"hours": "2"})

    assert "Du är här till 12:00. Tack!" in page.words
    assert await there(site) == {amina.id}
    await desk.post("/desk/on-duty", {"hours": "900"})
    assert "Du är här till 12:00. Tack!" in (await desk.get("/desk")).words


async def test_who_may_not_claim_is_offered_no_hours_and_refused(site: Site) -> None:
    nour = await builders.new_volunteer(site.service)
    desk = await site.desk_of(nour)
    assert "Säg hur länge" not in (await desk.get("/desk")).words

    page = await desk.post("/desk/on-duty", {"hours": "1"})

    assert site.service.desk("sv")("claim_when_introduced") in page.words
    assert await there(site) == set()
