"""Who is new, a trainee or away is given no case, is told why, and nobody is promised anything because of them."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.cases import cases
from bot.engine import clock
from bot.engine.errors import MayNotClaim, NotFound
from bot.language.i18n import Catalogues
from bot.roster.staffing import present
from bot.service import Service
from models.case import CaseStatus
from models.notice import Notice
from tests import builders
from tests.builders import Staff, acting, case_row
from tests.channels.telegram_house import telegram_house
from tests.channels.web_fixtures import opened_site

NEW, TRAINEE, AWAY = "claim_when_introduced", "claim_not_as_trainee", "claim_when_back"
SENTENCES = {
    NEW: "Du får ta ärenden när din introduktion är klar. Skriv /me för att se vad som är kvar, och fråga samordnaren.",
    TRAINEE: "Du går bredvid än så länge och tar inga egna ärenden. Be den du har pass med att ta ärendet.",
    AWAY: "Du har paus, så ärendet går till någon annan. Är du tillbaka? Skriv /me och avsluta pausen.",
}
CHAT = 77


async def _who(service: Service, bar: str, *, chat_id: int | None = None) -> Staff:
    """On shift, and barred for one reason only."""
    if bar == NEW:
        return await builders.new_volunteer(service, "Nour", chat_id=chat_id, on_shift=True)
    made = await builders.volunteer(service, "Nour", chat_id=chat_id)
    today = clock.office_day(clock.now(), service.store.zone)
    await builders.stands(service, made, **({"is_trainee": True} if bar == TRAINEE else {"paused_from": today}))
    return made


@pytest.mark.parametrize("verb", [cases.claim_case, cases.claim_case_off_shift])
@pytest.mark.parametrize("bar", SENTENCES)
async def test_a_claim_is_refused_with_the_reason(service: Service, bar: str, verb: object) -> None:
    nour = await _who(service, bar)
    asker = await builders.case_of(service)

    with pytest.raises(MayNotClaim, match=bar):
        async with acting(service, nour) as work:
            await verb(work, case_id=asker.case_id)  # type: ignore[operator]

    assert (await case_row(asker)).status == CaseStatus.QUEUED


@pytest.mark.parametrize("bar", SENTENCES)
async def test_no_card_goes_to_them_and_nobody_is_promised_an_answer_because_of_them(
    service: Service, bar: str
) -> None:
    nour = await _who(service, bar, chat_id=CHAT)
    asker = await builders.case_of(service)

    assert await builders.said_to(service, nour.id, Notice.OFFERED) == []
    (receipt,) = await builders.said_to(service, asker.id, Notice.RECEIPT)
    assert receipt.params["promise"] == "unknown"


async def test_beside_somebody_who_may_claim_only_that_one_gets_the_card(service: Service) -> None:
    nour = await _who(service, TRAINEE)
    amina = await builders.volunteer(service, "Amina")
    asker = await builders.case_of(service)

    assert await builders.said_to(service, nour.id, Notice.OFFERED) == []
    assert len(await builders.said_to(service, amina.id, Notice.OFFERED)) == 1
    (receipt,) = await builders.said_to(service, asker.id, Notice.RECEIPT)
    assert receipt.params["promise"] == "soon"


async def test_a_shift_ahead_of_trainees_alone_is_no_time_to_promise(service: Service) -> None:
    nour = await builders.volunteer(service, "Nour", on_shift=False)
    await builders.stands(service, nour, is_trainee=True)
    await builders.shift(service, nour, starts_at=clock.now() + timedelta(days=1))

    asker = await builders.case_of(service)

    (receipt,) = await builders.said_to(service, asker.id, Notice.RECEIPT)
    assert receipt.params["promise"] == "unknown"


@pytest.mark.parametrize("bar", SENTENCES)
async def test_the_start_of_a_shift_deals_them_no_card(service: Service, bar: str) -> None:
    asker = await builders.case_of(service)
    nour = await _who(service, bar)

    await builders.do_all_due(service)

    assert len(await builders.said_to(service, nour.id, Notice.SHIFT_STARTS)) == 1
    assert await builders.said_to(service, nour.id, Notice.OFFERED) == []
    assert (await case_row(asker)).status == CaseStatus.QUEUED


async def test_who_has_no_access_is_told_nothing_about_a_pause(house: Service) -> None:
    nour = await _who(house, AWAY)
    asker = await builders.case_of(house)

    with pytest.raises(NotFound) as refused:
        async with acting(house, nour) as work:
            await work.db.execute(text(f"UPDATE people SET enabled = false WHERE id = {nour.id}"))
            await cases.claim_case(work, case_id=asker.case_id)

    assert refused.value.code == "not_found"


async def test_the_last_day_away_ends_at_midnight_on_the_office_s_wall(house: Service) -> None:
    nour = await builders.volunteer(house, "Nour", on_shift=False)
    zone = house.store.zone
    last = date(2026, 12, 3)
    await builders.stands(house, nour, paused_from=last, paused_until=last)
    midnight = clock.start_of_day(last + timedelta(days=1), zone)
    clock.freeze(midnight - timedelta(minutes=1))
    await builders.shift(house, nour)

    async with house.store.look() as db:
        before, after = await present(db, clock.now(), zone), await present(db, midnight, zone)

    assert before == []
    assert [one.id for one in after] == [nour.id]


@pytest.mark.parametrize("bar", SENTENCES)
async def test_on_telegram_the_button_says_why(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, bar: str
) -> None:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        await _who(house.service, bar, chat_id=CHAT)
        asker = await builders.case_of(house.service)

        said = await house.pressed(CHAT, f"claim:{asker.case_id}", 1)

        assert said == SENTENCES[bar]
        assert (await case_row(asker)).status == CaseStatus.QUEUED


@pytest.mark.parametrize("bar", SENTENCES)
async def test_the_desk_says_why_and_offers_no_button(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, bar: str
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues) as site:
        nour = await _who(site.service, bar)
        asker = await builders.case_of(site.service)
        browser = await site.desk_of(nour)

        page = await browser.get("/desk")
        asked = await browser.get(f"/desk/cases/{asker.case_id}/claim")
        forced = await browser.post(f"/desk/cases/{asker.case_id}/claim", {"anyway": "1"})

        assert SENTENCES[bar] in page.words
        assert f"/desk/cases/{asker.case_id}/claim" not in page.text
        assert asked.url == "/desk"
        assert forced.status == 409 and SENTENCES[bar] in forced.words
        assert (await case_row(asker)).status == CaseStatus.QUEUED
