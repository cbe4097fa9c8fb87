"""How everything stands and any one case, at the desk without JavaScript; who is in danger, and who is blocked."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from models.case import CaseStatus, spoken_code
from models.notice import Notice
from tests import builders
from tests.builders import case_row, said_to, screen
from tests.channels.web_fixtures import Browser, Site, opened_site

PAGE = "/desk/overview"


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def desk(site: Site) -> Browser:
    return await site.desk_of(await builders.coordinator(site.service, "Karin"))


async def test_each_thing_has_its_colour_and_its_word_and_a_case_is_one_press_away(site: Site, desk: Browser) -> None:
    clock.freeze(clock.now())
    await builders.volunteer(site.service)
    asker = await builders.case_of(site.service, "Hemliga ord")
    clock.move(timedelta(minutes=20))

    page = await desk.get(PAGE)

    assert "Gult: 1 ärende har ingen tagit, fast någon har pass. Längst: 20 minuter." in page.words
    assert '<li class="gap amber">' in page.text and '<li class="gap green">' in page.text
    assert f'href="{PAGE}/cases/{asker.case_id}"' in page.text
    assert "Hemliga" not in page.text + (await desk.get(f"{PAGE}/cases/{asker.case_id}")).text


async def test_a_case_is_given_put_back_and_closed(site: Site, desk: Browser) -> None:
    amina, bo = await builders.volunteer(site.service), await builders.volunteer(site.service, "Bo")
    asker = await builders.claimed_case(site.service, amina)
    one = f"{PAGE}/cases/{asker.case_id}"

    given = await desk.post(f"{one}/give", {"person": str(bo.id)})
    holder = (await case_row(asker)).volunteer_id
    released = await desk.post(f"{one}/release")
    closed = await desk.post(f"{one}/close")
    again = await desk.post(f"{one}/close")

    assert holder == bo.id and "Ärendet är flyttat" in given.words
    assert "Ärendet är tillbaka i kön." in released.words
    assert "Ärendet är avslutat." in closed.words
    assert (again.status, (await case_row(asker)).status) == (409, CaseStatus.CLOSED)
    assert await said_to(site.service, asker.id, Notice.CLOSED)


async def test_a_newcomer_is_blocked_and_let_in_again(site: Site, desk: Browser) -> None:
    asker = await builders.web_case_of(site.service)
    one = f"{PAGE}/cases/{asker.case_id}"

    chosen = await desk.post(f"{one}/block", {"span": "for ever", "reason": "spam"})
    blocked = await desk.post(f"{one}/block", {"span": "week", "reason": "spam"})
    listed = await desk.get(PAGE)
    lifted = await desk.post(f"{PAGE}/unblock/{asker.id}")
    again = await desk.post(f"{PAGE}/unblock/{asker.id}")

    assert (chosen.status, "Välj hur länge och varför." in chosen.words) == (422, True)
    assert "Besökaren är spärrad och har fått veta det." in blocked.words
    assert "Reklam eller skräp" in listed.words
    assert "Spärren är hävd" in lifted.words
    assert again.status == 409


async def test_who_is_blocked_keeps_their_words_on_the_page_and_reads_that_they_did_not_arrive(site: Site) -> None:
    karin = await site.desk_of(await builders.coordinator(site.service, "Karin"))
    her = site.browser()
    await her.agrees()
    await her.says("Jag har fått ett brev")
    case = await builders.one(site.service, "SELECT id FROM cases")
    await karin.post(f"{PAGE}/cases/{case.id}/block", {"span": "day", "reason": "threats"})

    chat = await her.get("/sv/chat")
    refused = await her.says("Hör ni mig?")

    assert "Just nu kan du inte skriva till våra rådgivare." in chat.words
    assert (refused.status, refused.box) == (422, "Hör ni mig?")
    assert "Det gick inte fram." in refused.words
    assert len(await builders.table(site.service, "SELECT id FROM messages")) == 1


async def test_the_number_of_a_case_leads_to_it_and_a_wrong_one_says_so(site: Site, desk: Browser) -> None:
    asker = await builders.case_of(site.service)
    spaced = f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}"

    found = await desk.post(PAGE, {"code": spaced})
    missing = await desk.post(PAGE, {"code": "123"})

    assert found.url == f"{PAGE}/cases/{asker.case_id}"
    assert (missing.status, "Det finns inget ärende med numret" in missing.words) == (422, True)


async def test_danger_is_said_from_the_case_s_page_and_what_was_half_written_is_kept(site: Site, desk: Browser) -> None:
    karin = await builders.person_named(site.service, "Karin")
    amina = await builders.volunteer(site.service)
    asker = await builders.claimed_case(site.service, amina, language="ar")
    mine = await site.desk_of(amina)
    case = f"/desk/cases/{asker.case_id}"

    steps = await mine.post(f"{case}/danger", {"text": "Är du säker nu?"})
    sent = await mine.post(f"{case}/numbers")

    assert steps.url == f"{case}/danger" and "1. Är någons liv i fara?" in steps.words
    assert all(f'href="/{language}/help"' in steps.text for language in ("sv", "ar", "fa", "uk", "en"))
    assert "Numren är på väg" in sent.words
    assert (await mine.get(case)).box == "Är du säker nu?"
    assert any("Någon kan vara i fara" in text for text in await screen(site.service, karin))
    assert await said_to(site.service, asker.id, Notice.NUMBERS_PASSED_ON)
    assert "Någon kan vara i fara" in (await desk.get("/desk")).words


async def test_with_no_open_case_the_page_says_so(desk: Browser) -> None:
    page = await desk.get(PAGE)

    assert "Inga öppna ärenden." in page.words and "Allt är som det ska." in page.words


async def test_an_open_case_that_is_as_it_ought_to_be_stands_there_too(site: Site, desk: Browser) -> None:
    amina = await builders.volunteer(site.service)
    asker = await builders.claimed_case(site.service, amina)
    await builders.answers(site.service, amina, asker)

    page = await desk.get(PAGE)

    assert spoken_code(asker.code) in page.words and "Inga öppna ärenden." not in page.words


async def test_a_day_is_set_at_the_desk_and_a_wrong_one_keeps_what_was_filled_in(site: Site) -> None:
    amina = await builders.volunteer(site.service)
    asker = await builders.claimed_case(site.service, amina)
    mine, case = await site.desk_of(amina), f"/desk/cases/{asker.case_id}"
    day = (clock.office_day(clock.now(), site.service.store.zone) + timedelta(days=5)).isoformat()

    form = await mine.post(f"{case}/set-day", {"text": "Halva svaret"})
    wrong = await mine.post(f"{case}/follow-up", {"day": "2020-01-01", "note": "Hur gick mötet?"})
    none = await mine.post(f"{case}/follow-up", {"day": "31 februari"})
    saved = await mine.post(f"{case}/follow-up", {"day": day, "note": "Hur gick mötet?", "may": "1"})
    dropped = await mine.post(f"{case}/no-follow-up")

    assert form.url == f"{case}/follow-up" and (await mine.get(case)).box == "Halva svaret"
    assert (wrong.status, wrong.box) == (422, "Hur gick mötet?")
    assert (none.status, "Välj en dag." in none.words) == (422, True)
    assert "Ärendet kommer tillbaka" in saved.words and saved.box == "Hur gick mötet?"
    assert "Besökaren har fått frågan" in saved.words
    assert "Ärendet kommer tillbaka" not in dropped.words
    assert await said_to(site.service, asker.id, Notice.FOLLOW_UP_MAY)
