"""Volunteers at the desk, with JavaScript off: invited, introduced, shown out; and what each says of themself."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import standing
from models.case import CaseStatus
from models.outbox import Notice
from models.volunteer import OnboardingStep
from tests import builders
from tests.builders import Staff, case_row, table
from tests.channels.web_fixtures import Browser, Site, opened_site

LIST, ME = "/desk/volunteers", "/desk/me"
FORM = [("speaks", "sv"), ("speaks", "uk"), ("topics", "housing"), ("places", "online"), ("asked", "1")]


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def karin(site: Site) -> Staff:
    return await builders.coordinator(site.service, "Karin")


@pytest.fixture
async def desk(site: Site, karin: Staff) -> Browser:
    return await site.desk_of(karin)


async def _stands(site: Site, person_id: int) -> standing.Standing:
    async with site.service.store.look() as db:
        return (await standing.standing_of(db, [person_id]))[person_id]


# Inviting.


async def test_a_form_invites_and_the_page_with_the_links_is_shown_once(site: Site, desk: Browser) -> None:
    page = await desk.post(LIST, [("alias", "Nour"), ("speaks", "ar"), ("speaks", "sv")])
    again = await desk.post(LIST, [("alias", "Nour"), ("speaks", "ar")])
    link = re.search(r"/desk/login/[\w-]+", page.text)

    assert page.status == 200 and "är inbjuden." in page.words and "i 72 timmar" in page.words
    assert link is not None
    other = site.browser()
    assert (await other.post(link[0])).url == "/desk"
    assert again.status == 422 and "Någon annan heter redan" in again.words
    nour = await builders.person_named(site.service, "Nour")
    assert not (await _stands(site, nour)).is_introduced
    assert "Introduktion" in (await other.get(ME)).words


async def test_with_a_bot_its_link_is_beside_the_desk_s(site: Site, desk: Browser) -> None:
    site.service.health.bot_name = "radrum_bot"

    page = await desk.post(LIST, [("alias", "Nour"), ("speaks", "ar")])

    assert re.search(r"https://t\.me/radrum_bot\?start=[\w-]{20,}", page.text)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ([("alias", " "), ("speaks", "ar")], "Vem ska bjudas in?"),
        ([("alias", "Nour")], "Minst ett språk behövs."),
        ([("alias", "Nour"), ("speaks", "xx")], "Vi känner inte till språket ”xx”."),
        ([("alias", "karin"), ("speaks", "ar")], "Någon annan heter redan"),
        ([("alias", "N" * 41), ("speaks", "ar")], "Skriv ett namn på högst 40 tecken."),
    ],
)
async def test_an_invitation_that_cannot_be_says_why_and_keeps_what_was_typed(
    site: Site, desk: Browser, fields: list[tuple[str, str]], sentence: str
) -> None:
    before = await table(site.service, "SELECT id FROM people")

    page = await desk.post(LIST, fields)

    assert page.status == 422 and sentence in page.words
    assert f'value="{fields[0][1].strip()}"' in page.text
    assert await table(site.service, "SELECT id FROM people") == before


async def test_a_script_is_told_the_refusal_alone(desk: Browser) -> None:
    page = await desk.post(LIST, [("alias", "Nour")], headers={"Accept": "application/json"})

    assert page.status == 422 and '"speaks_nothing"' in page.text


# The introduction.


async def test_ticked_steps_introduce_with_the_day_and_who_said_so(site: Site, desk: Browser, karin: Staff) -> None:
    nour = await builders.new_volunteer(site.service, "Nour")
    path = f"{LIST}/{nour.id}"
    await desk.post(f"{path}/steps", [("steps", step.value) for step in list(OnboardingStep)[:3]])
    before = await builders.said_to(site.service, nour.id, Notice.MAY_BEGIN)

    page = await desk.post(f"{path}/steps", [("steps", step.value) for step in OnboardingStep])

    stands = await _stands(site, nour.id)
    assert before == [] and len(await builders.said_to(site.service, nour.id, Notice.MAY_BEGIN)) == 1
    assert {one.done_by for one in stands.steps} == {karin.id} and stands.is_introduced
    assert page.url == f"{path}?saved=1" and "Sparat." in page.words and page.words.count(", Karin") == 4
    own = await site.desk_of(nour)
    assert "Din introduktion är klar." in (await own.get("/desk")).words


async def test_a_step_that_is_ticked_no_more_is_taken_back(site: Site, desk: Browser) -> None:
    nour = await builders.new_volunteer(site.service, "Nour")
    path = f"{LIST}/{nour.id}/steps"
    await desk.post(path, [("steps", "interview"), ("steps", "secrecy")])

    await desk.post(path, [("steps", "secrecy"), ("steps", "tjoho")])

    assert [one.step for one in (await _stands(site, nour.id)).steps] == ["secrecy"]


async def test_who_was_taken_over_stays_so_and_can_be_made_a_trainee(site: Site, desk: Browser) -> None:
    amina = await builders.volunteer(site.service, "Amina")
    page = await desk.get(f"{LIST}/{amina.id}")

    await desk.post(f"{LIST}/{amina.id}/steps", [("trainee", "1")])
    learning = await _stands(site, amina.id)
    await desk.post(f"{LIST}/{amina.id}/steps", [])

    assert "Räknas som introducerad sedan" in page.words
    assert (learning.is_introduced, learning.is_trainee) == (True, True)
    assert (await _stands(site, amina.id)).is_experienced
    said = await builders.said_to(site.service, amina.id, Notice.LEARNS_BESIDE, Notice.MAY_BEGIN)
    assert [row.kind for row in said] == [Notice.LEARNS_BESIDE, Notice.MAY_BEGIN]


# One of them.


async def test_a_coordinator_changes_what_is_known_and_the_volunteer_is_told(site: Site, desk: Browser) -> None:
    amina = await builders.volunteer(site.service, "Amina")

    page = await desk.post(f"{LIST}/{amina.id}", [*FORM, ("first", "2026-12-20"), ("last", "2027-01-06")])

    stands = await _stands(site, amina.id)
    assert (stands.speaks, stands.topics, stands.places) == (("sv", "uk"), ("housing",), ("online",))
    assert (str(stands.paused_from), str(stands.paused_until)) == ("2026-12-20", "2027-01-06")
    assert stands.may_be_asked and "Sparat." in page.words
    assert len(await builders.said_to(site.service, amina.id, Notice.PROFILE_CHANGED)) == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ([("first", "2027-01-06"), ("last", "2026-12-20")], "Pausen slutar innan den börjar."),
        ([("last", "2026-12-20")], "Pausen har ingen första dag."),
        ([("first", "31/2")], "”31/2” är ingen dag."),
        ([("first", "2020-01-01"), ("last", "2020-01-02")], "Den pausen har redan varit."),
        ([("topics", "tjoho")], "Okänt ämne: tjoho"),
        ([("places", "tjoho")], "tjoho"),
    ],
)
async def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    site: Site, desk: Browser, more: list[tuple[str, str]], sentence: str
) -> None:
    amina = await builders.volunteer(site.service, "Amina")

    page = await desk.post(f"{LIST}/{amina.id}", [*FORM, *more])

    assert page.status == 422 and sentence in page.words
    assert re.search(r'value="uk" checked', page.text)
    stands = await _stands(site, amina.id)
    assert (stands.speaks, stands.topics, stands.paused_from) == (("sv", "ar"), (), None)
    assert await builders.said_to(site.service, amina.id, Notice.PROFILE_CHANGED) == []


async def test_somebody_who_is_not_there_is_not_found(desk: Browser) -> None:
    assert {(await desk.get(f"{LIST}/{path}")).status for path in ("12345", "12345/end/leave")} == {404}


# Leaving.


async def test_access_ends_after_one_question_and_is_given_back_with_links(site: Site, desk: Browser) -> None:
    amina = await builders.volunteer(site.service, "Amina")
    hers = await site.desk_of(amina)
    await builders.shift(site.service, amina, starts_at=clock.now() + timedelta(days=2))
    asker = await builders.claimed_case(site.service, amina)
    path = f"{LIST}/{amina.id}"

    asked = await desk.get(f"{path}/end/disable")
    unsure = await desk.post(f"{path}/end/disable")
    ended = await desk.post(f"{path}/end/disable", {"sure": "1"})
    page = await desk.get(path)
    links = await desk.post(f"{path}/enable")

    assert all("Inloggningar och länkar slutar gälla genast" in one.words for one in (asked, unsure)), asked.words
    assert "1 kommande pass saknar någon." in ended.words
    assert (await hers.get("/desk")).status == 404
    assert (await case_row(asker)).status == CaseStatus.QUEUED
    assert "Släpp in igen" in page.words and "Kan mest om" not in page.words
    assert "Här är nya länkar till" in links.words
    assert (await _stands(site, amina.id)).is_experienced


async def test_who_has_left_is_nowhere_by_name(site: Site, desk: Browser) -> None:
    amina = await builders.volunteer(site.service, "Amina")
    path = f"{LIST}/{amina.id}"

    gone = await desk.post(f"{path}/end/leave", {"sure": "1"})

    assert gone.status == 200
    assert "Amina" not in (await desk.get(LIST)).words
    assert (await desk.get(path)).status == 404
    assert "Amina" not in (await desk.get("/desk")).words


async def test_nobody_ends_their_own_access(site: Site, desk: Browser, karin: Staff) -> None:
    page = await desk.post(f"{LIST}/{karin.id}/end/leave", {"sure": "1"})

    assert page.status == 422 and "Du kan inte stänga av dig själv." in page.words
    assert (await _stands(site, karin.id)).enabled


async def test_who_was_disabled_meanwhile_is_let_in_first(site: Site, desk: Browser) -> None:
    amina = await builders.volunteer(site.service, "Amina")
    await desk.post(f"{LIST}/{amina.id}/end/disable", {"sure": "1"})

    pages = [await desk.post(f"{LIST}/{amina.id}{act}", FORM) for act in ("", "/steps", "/links")]

    assert [(page.status, "Släpp först in volontären igen." in page.words) for page in pages] == [(422, True)] * 3


# The list, and oneself.


async def test_the_list_links_to_each_and_sums_from_three_on(site: Site, desk: Browser) -> None:
    made = [await builders.volunteer(site.service, name) for name in ("Amina", "Bo", "Carl")]
    for one in made[:2]:
        await builders.stands(site.service, one, has_migrated=True)
    two = await desk.get(LIST)
    await builders.stands(site.service, made[2], has_migrated=True)

    three = await desk.get(LIST)

    assert all(f'href="{LIST}/{one.id}"' in two.text for one in made)
    assert "migrerat" not in two.words
    assert "Har sagt att de själva har migrerat: 3" in three.words
    assert "migrerat" not in (await desk.get(f"{LIST}/{made[0].id}")).words


async def test_a_volunteer_says_it_themself_and_the_name_is_shown(site: Site) -> None:
    amina = await builders.volunteer(site.service, "Amina")
    browser = await site.desk_of(amina)

    page = await browser.post(ME, [*FORM, ("shown", "name")])
    await browser.post(f"{ME}/moved", {"answer": "yes"})

    assert page.url == f"{ME}?saved=1"
    asker = await builders.claimed_case(site.service, amina)
    assert "Amina" in (await builders.screen(site.service, asker.id, Notice.CLAIMED))[0]
    assert await builders.said_to(site.service, amina.id, Notice.PROFILE_CHANGED) == []
    assert "Har själv migrerat: ja" in (await browser.get(ME)).words
    back = await browser.post(f"{ME}/moved", {"answer": "back"})
    assert "Har själv migrerat: inget sagt" in back.words


async def test_another_language_at_the_desk_is_another_menu_in_telegram(site: Site) -> None:
    amina = await builders.volunteer(site.service, "Amina", chat_id=77)
    menus = "SELECT id FROM outbox WHERE kind = 'menu'"
    before = await table(site.service, menus)

    await (await site.desk_of(amina)).post("/desk/language", {"language": "en"})

    assert len(await table(site.service, menus)) == len(before) + 1


async def test_a_pause_of_one_s_own_says_what_it_gave_up(site: Site) -> None:
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    await builders.shift(site.service, amina, starts_at=clock.now() + timedelta(days=2))
    browser = await site.desk_of(amina)
    today = clock.office_day(clock.now(), site.service.store.zone)

    page = await browser.post(ME, [*FORM, ("first", today.isoformat())])

    assert "Du hade 1 pass under pausen." in page.words
    assert await table(site.service, "SELECT * FROM assignments") == []
    refused = await browser.post(ME, [("first", today.isoformat())])
    assert refused.status == 422 and "Minst ett språk behövs." in refused.words


async def test_with_both_days_empty_there_is_no_pause_any_more(site: Site) -> None:
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    browser = await site.desk_of(amina)
    today = clock.office_day(clock.now(), site.service.store.zone)

    await browser.post(ME, [*FORM, ("first", today.isoformat()), ("last", "")])
    open_ended = await _stands(site, amina.id)
    await browser.post(ME, [*FORM, ("first", ""), ("last", "")])

    assert (open_ended.paused_from, open_ended.paused_until) == (today, None)
    assert (await _stands(site, amina.id)).paused_from is None


# The role, and leaving by oneself.


async def test_the_role_is_asked_about_first_and_then_given_and_told(site: Site, desk: Browser) -> None:
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    page = await desk.get(f"{LIST}/{amina.id}")
    assert "Gör till samordnare" in page.words

    asked = await desk.get(f"{LIST}/{amina.id}/role/coordinator")
    assert "Ska Amina bli samordnare?" in asked.words
    unsure = await desk.post(f"{LIST}/{amina.id}/role/coordinator", {})
    assert "Ska Amina bli samordnare?" in unsure.words and (await _stands(site, amina.id)).role == "volunteer"
    done = await desk.post(f"{LIST}/{amina.id}/role/coordinator", {"sure": "1"})

    assert "Gör till volontär" in done.words and (await _stands(site, amina.id)).role == "coordinator"
    assert "Du är samordnare nu." in (await (await site.desk_of(amina)).get("/desk")).words
    again = await desk.post(f"{LIST}/{amina.id}/role/coordinator", {"sure": "1"})
    assert again.status == 422 and "Personen är redan samordnare." in again.words


async def test_the_last_coordinator_is_made_no_volunteer_at_the_desk(site: Site, desk: Browser, karin: Staff) -> None:
    page = await desk.post(f"{LIST}/{karin.id}/role/volunteer", {"sure": "1"})

    assert page.status == 422 and "då finns ingen samordnare kvar" in page.words
    assert (await _stands(site, karin.id)).role == "coordinator"


async def test_who_leaves_reads_what_happens_and_this_browser_acts_for_nobody_then(site: Site, karin: Staff) -> None:
    amina = await builders.volunteer(site.service, "Amina", on_shift=False)
    await builders.shift(site.service, amina, starts_at=clock.now() + timedelta(days=2))
    browser = await site.desk_of(amina)

    asked = await browser.get(f"{ME}/leave")
    assert "1 kommande pass blir utan dig." in asked.words and "Det går inte att ångra" in asked.words
    assert "1 kommande pass blir utan dig." in (await browser.post(f"{ME}/leave", {})).words
    assert (await _stands(site, amina.id)).enabled
    done = await browser.post(f"{ME}/leave", {"sure": "1"})

    assert "Du har slutat. Tack för allt du har gjort!" in done.words
    assert not (await _stands(site, amina.id)).enabled
    assert (await browser.get(ME)).status == 404 or "Logga in" in (await browser.get(ME)).words
    assert "Amina har själv valt att sluta" in (await (await site.desk_of(karin)).get("/desk")).words


async def test_the_last_coordinator_cannot_leave_at_the_desk(site: Site, desk: Browser, karin: Staff) -> None:
    asked = await desk.get(f"{ME}/leave")
    refused = await desk.post(f"{ME}/leave", {"sure": "1"})

    assert "då finns ingen samordnare kvar" in asked.words and "Ja, jag slutar" not in asked.words
    assert refused.status == 422 and (await _stands(site, karin.id)).enabled
