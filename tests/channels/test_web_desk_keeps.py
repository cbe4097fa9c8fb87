"""What a volunteer has typed at the desk survives every refusal, with JavaScript off and for the script alike."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases import closing
from bot.engine import clock
from bot.engine.errors import Unavailable
from bot.language.i18n import Catalogues
from bot.people import logins
from bot.privacy import erasing
from bot.volunteers import leaving
from tests import builders
from tests.builders import Newcomer, Staff, table
from tests.channels.test_web_desk import SHEET, claimed
from tests.channels.web_fixtures import Page, Site, opened_site

HALF = "Du har tre veckor på dig, och du kan"
JSON = {"Accept": "application/json"}
SEEN = {"seen_seq": str(10**15)}
PUT_AWAY = ("close", "release", "not-advice")


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def amina(site: Site) -> Staff:
    return await builders.volunteer(site.service, "Amina")


async def drafts_of(site: Site) -> int:
    return len(await table(site.service, "SELECT id FROM desk_drafts"))


async def replies(site: Site) -> int:
    return len(await table(site.service, "SELECT id FROM messages WHERE author = 'volunteer'"))


async def status_of(asker: Newcomer) -> str:
    return (await builders.case_row(asker)).status


# The draft


async def test_a_draft_is_there_again_after_another_case_and_a_new_log_in(site: Site, amina: Staff) -> None:
    desk, _, path = await claimed(site, amina)
    await desk.post(f"{path}/draft", {"text": HALF})
    _, _, another = await claimed(site, amina)

    again, elsewhere = await desk.get(path), await desk.get(another)
    logged_in_anew = await (await site.desk_of(amina)).get(path)

    assert again.box == logged_in_anew.box == HALF
    assert elsewhere.box == ""


async def test_who_has_the_case_next_does_not_see_it(site: Site, amina: Staff) -> None:
    desk, asker, path = await claimed(site, amina)
    await desk.post(f"{path}/draft", {"text": HALF})
    await desk.post(f"{path}/release", SEEN | {"unsent": "discard", "text": HALF})
    await desk.post(f"{path}/claim")
    await desk.post(f"{path}/draft", {"text": HALF})
    async with site.service.store.work() as work:
        await leaving.free_cases_of(work, amina.id, reason="test")
    bo = await builders.volunteer(site.service, "Bo")
    await builders.claims(site.service, bo, asker)

    page = await (await site.desk_of(bo)).get(path)

    assert page.status == 200 and HALF not in page.text
    assert await drafts_of(site) == 1


async def test_a_sent_reply_leaves_no_draft(site: Site, amina: Staff) -> None:
    desk, _, path = await claimed(site, amina)
    await desk.post(f"{path}/draft", {"text": HALF})

    page = await desk.post(f"{path}/reply", {"text": HALF, "client_msg_id": "abcdefgh"})

    assert HALF in page.words and page.box == ""
    assert await drafts_of(site) == 0


# Put away over half-written words


@pytest.mark.parametrize("act", PUT_AWAY)
@pytest.mark.parametrize("where", ["on the page", "on the server"])
async def test_a_case_is_not_put_away_over_half_written_words(site: Site, amina: Staff, act: str, where: str) -> None:
    desk, asker, path = await claimed(site, amina)
    form = SHEET | SEEN
    if where == "on the server":
        await desk.post(f"{path}/draft", {"text": HALF})
    else:
        form["text"] = HALF

    asked = await desk.post(f"{path}/{act}", form)
    still = await status_of(asker)
    thrown = await desk.post(f"{path}/{act}", form | {"text": asked.box, "unsent": "discard"})

    assert asked.status == 409 and asked.box == HALF
    assert "Du har skrivit något som inte är skickat." in asked.words
    assert f'value="discard" class="quiet" formaction="{path}/{act}"' in asked.text
    if act == "close":
        assert 'value="migration" selected' in asked.text and 'value="answered" checked' in asked.text
    assert still == "claimed"
    assert thrown.url == "/desk" and await status_of(asker) != "claimed"
    assert (await replies(site), await drafts_of(site)) == (0, 0)


@pytest.mark.parametrize("act", PUT_AWAY)
async def test_one_press_sends_them_and_goes_on(site: Site, amina: Staff, act: str) -> None:
    desk, asker, path = await claimed(site, amina)
    await desk.post(f"{path}/draft", {"text": HALF})

    done = await desk.post(f"{path}/{act}", SHEET | SEEN | {"text": HALF, "unsent": "send"})

    assert done.url == "/desk" and await status_of(asker) != "claimed"
    assert (await replies(site), await drafts_of(site)) == (1, 0)


async def test_words_sent_with_a_closing_that_is_refused_are_not_sent(site: Site, amina: Staff) -> None:
    desk, asker, path = await claimed(site, amina)
    seen = (await desk.get(path)).hidden("seen_seq")
    await asker.says("Vänta!")

    refused = await desk.post(f"{path}/close", SHEET | {"seen_seq": seen, "text": HALF, "unsent": "send"})

    assert refused.status == 409 and refused.box == HALF and "Vänta!" in refused.words
    assert await replies(site) == 0 and await status_of(asker) == "claimed"


async def test_words_too_long_to_send_are_kept_with_the_sheet_they_would_have_gone_with(
    site: Site, amina: Staff
) -> None:
    desk, asker, path = await claimed(site, amina)

    refused = await desk.post(f"{path}/close", SHEET | SEEN | {"text": "y" * 13_000, "unsent": "send"})

    assert refused.status == 422 and refused.box == "y" * 13_000
    assert 'value="migration" selected' in refused.text
    assert await status_of(asker) == "claimed"


async def test_not_advice_asks_once_within_the_closing_sheet(site: Site, amina: Staff) -> None:
    desk, asker, path = await claimed(site, amina)

    page = await desk.get(path)

    sheet = page.text.partition('<details class="panel">')[2].partition('<div class="side">')[0]
    question = sheet.partition('<details class="instead">')[2]
    assert f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}" in question
    assert page.text.count("/not-advice") == question.count("/not-advice") == 1


# What begins with a slash

SLASHED = ("/stop", "  /delete", "/12 months are over", "\u200e/hours", "／close", "\u200b/x")


@pytest.mark.parametrize("text", SLASHED)
async def test_what_begins_with_a_slash_is_sent_only_by_a_button_that_names_the_case(
    site: Site, amina: Staff, text: str
) -> None:
    desk, asker, path = await claimed(site, amina)
    code = f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}"

    asked = await desk.post(f"{path}/reply", {"text": text, "client_msg_id": "abcdefgh"})
    before = await replies(site)
    sent = await desk.post(f"{path}/reply", {"text": asked.box, "client_msg_id": "abcdefgh", "anyway": "1"})

    assert asked.status == 422 and asked.box == text
    button = asked.text.partition('name="anyway" value="1">')[2].partition("</button>")[0]
    assert code in button
    assert before == 0
    assert sent.status == 200 and await replies(site) == 1


async def test_a_slash_within_the_words_is_only_a_slash(site: Site, amina: Staff) -> None:
    desk, _, path = await claimed(site, amina)

    sent = await desk.post(f"{path}/reply", {"text": "och/eller /stop", "client_msg_id": "abcdefgh"})

    assert sent.status == 200 and await replies(site) == 1


# The case is lost while somebody types


async def _stopped(_site: Site, asker: Newcomer) -> None:
    await asker.commands("stop")


async def _erased(site: Site, asker: Newcomer) -> None:
    async with site.service.store.work() as work:
        await erasing.erase_newcomer(work, asker.id, farewell=True)


async def _taken_back(site: Site, asker: Newcomer) -> None:
    async with site.service.store.work() as work:
        await closing.close_by_command(work, await builders.case_row(asker))


async def _freed(site: Site, _asker: Newcomer) -> None:
    async with site.service.store.work() as work:
        await leaving.free_cases_of(work, await builders.person_named(site.service, "Amina"), reason="test")


LOSSES = (
    (_stopped, "Besökaren har avslutat ärende"), (_erased, "Besökaren har raderat allt i ärende"),
    (_taken_back, "Du har inte ärende"), (_freed, "Du har inte ärende"),
)  # fmt: skip


@pytest.mark.parametrize(("lose", "told"), LOSSES)
@pytest.mark.parametrize("act", ["reply", *PUT_AWAY])
async def test_a_lost_case_leaves_its_volunteer_their_own_words_and_no_others(
    site: Site, amina: Staff, lose: object, told: str, act: str
) -> None:
    desk, asker, path = await claimed(site, amina)
    await lose(site, asker)  # type: ignore[operator]

    page = await desk.post(f"{path}/{act}", SHEET | SEEN | {"text": HALF, "client_msg_id": "abcdefgh"})

    assert page.status == 410 and told in page.words
    assert page.box == HALF
    assert "Får jag överklaga?" not in page.text and f"{path}/reply" not in page.text
    assert await replies(site) == 0
    assert ("Det sparas i 24 timmar" in page.words) == (lose is not _erased)
    assert (await desk.get(path)).box == ("" if lose is _erased else HALF)


@pytest.mark.parametrize(("lose", "told"), LOSSES)
async def test_a_lost_case_looked_at_again_says_what_happened_and_shows_the_draft(
    site: Site, amina: Staff, lose: object, told: str
) -> None:
    clock.freeze(clock.now())
    desk, asker, path = await claimed(site, amina)
    await desk.post(f"{path}/draft", {"text": HALF})
    await lose(site, asker)  # type: ignore[operator]

    page = await desk.get(path)
    clock.move(timedelta(hours=24))
    a_day_later = await (await site.desk_of(amina)).get(path)

    assert page.status == 410 and told in page.words
    assert page.box == ("" if lose is _erased else HALF)
    assert "Får jag överklaga?" not in page.text
    assert a_day_later.status == 404 and HALF not in a_day_later.text


async def test_the_draft_of_a_lost_case_can_be_thrown_away(site: Site, amina: Staff) -> None:
    desk, asker, path = await claimed(site, amina)
    await desk.post(f"{path}/draft", {"text": HALF})
    await asker.commands("stop")

    page = await desk.post(f"{path}/draft", {"text": ""})

    assert page.status == 410 and HALF not in page.text
    assert await drafts_of(site) == 0


async def test_nobody_else_is_told_how_a_case_was_lost(site: Site, amina: Staff) -> None:
    desk, asker, path = await claimed(site, amina)
    other = await site.desk_of(await builders.volunteer(site.service, "Bo"))
    await asker.commands("stop")

    page, nothing, hers = await other.get(path), await other.get("/desk/cases/12345"), await desk.get(path)

    assert (page.status, hers.status) == (404, 410) and page.text == nothing.text


# The service does not answer, or the time has run out


@pytest.mark.parametrize("act", ["reply", *PUT_AWAY])
async def test_a_store_that_does_not_answer_costs_no_word(
    site: Site, amina: Staff, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    desk, _, path = await claimed(site, amina)
    form = SHEET | SEEN | {"text": HALF, "client_msg_id": "abcdefgh", "organisation": "court", "unsent": "send"}

    with monkeypatch.context() as trouble:
        trouble.setattr(logins, "login_of", _out_of_order)
        refused = await desk.post(f"{path}/{act}", form)
    again = await desk.post(f"{path}/{act}", _fields(refused))

    assert refused.status == 503 and refused.box == HALF
    assert "Tjänsten har problem just nu." in refused.words
    assert again.status == 200 and await replies(site) == 1
    if act == "close":
        closings = await table(site.service, "SELECT category, organisations, outcome FROM closings")
        assert [tuple(row) for row in closings] == [("migration", '["court"]', "answered")]


async def _out_of_order(*_: object) -> None:
    raise Unavailable


def _fields(page: Page) -> dict[str, str]:
    names = ("client_msg_id", "seen_seq", "category", "outcome", "minutes", "unsent", "organisation")
    return {name: page.hidden(name) for name in names} | {"text": page.box}


async def test_words_typed_past_the_end_of_the_login_are_on_the_page_that_says_so(site: Site, amina: Staff) -> None:
    clock.freeze(clock.now())
    desk, _, path = await claimed(site, amina)
    clock.move(timedelta(minutes=31))

    page = await desk.post(f"{path}/reply", {"text": HALF, "client_msg_id": "abcdefgh"})
    told = await desk.post(f"{path}/reply", {"text": HALF}, headers=JSON)

    assert page.status == 404 and page.box == HALF
    assert "Du är utloggad" in page.words and "Får jag överklaga?" not in page.text
    assert '"error": "session_ran_out"' in told.text
    assert await replies(site) == 0


@pytest.mark.parametrize("how", ["disabled", "ended everywhere"])
async def test_words_typed_past_the_end_of_access_are_on_no_page(site: Site, amina: Staff, how: str) -> None:
    desk, _, path = await claimed(site, amina)
    async with site.service.store.work() as work:
        if how == "disabled":
            await leaving.disable_staff(work, amina.id)
        else:
            await logins.end_all_logins(work, amina.id)

    page = await desk.post(f"{path}/reply", {"text": HALF, "client_msg_id": "abcdefgh"})

    assert page.status == 404 and HALF not in page.text
    assert "Du är inte inloggad." in page.words
    assert await replies(site) == 0


async def test_who_types_for_an_hour_is_not_absent_and_after_twelve_the_day_is_over(site: Site, amina: Staff) -> None:
    clock.freeze(clock.now())
    desk, _, path = await claimed(site, amina)

    left = []
    for _ in range(60):
        clock.move(timedelta(minutes=1))
        left.append((await desk.post("/desk/presence", headers=JSON)).text)
    after_an_hour = await desk.get(path)
    for _ in range(12 * 60 - 61):
        clock.move(timedelta(minutes=1))
        last = (await desk.post("/desk/presence", headers=JSON)).text
    clock.move(timedelta(minutes=1))

    assert set(left) == {'{"ok": true, "ends_in": 1800, "may_stay": true}'}
    assert after_an_hour.status == 200
    assert last == '{"ok": true, "ends_in": 60, "may_stay": false}'
    assert (await desk.get(path)).status == 404


async def test_saving_a_draft_is_being_there_and_a_script_s_look_is_not(site: Site, amina: Staff) -> None:
    clock.freeze(clock.now())
    desk, _, path = await claimed(site, amina)
    looks = JSON | {"X-Radrum-Live": "1"}

    clock.move(timedelta(minutes=20))
    await desk.post(f"{path}/draft", {"text": HALF}, headers=JSON)
    saved = (await desk.get("/desk/presence", headers=looks)).text
    clock.move(timedelta(minutes=20))
    looked = [(await desk.get("/desk/presence", headers=looks)).text for _ in range(2)]

    assert '"ends_in": 1800' in saved
    assert all('"ends_in": 600' in text for text in looked)


# Every address of an act can be asked for, as a reload does


@pytest.mark.parametrize("act", ["reply", "draft", *PUT_AWAY])
async def test_the_address_of_an_act_leads_to_its_case(site: Site, amina: Staff, act: str) -> None:
    desk, _, path = await claimed(site, amina)

    page = await desk.get(f"{path}/{act}")

    assert (page.status, page.url) == (200, path)


async def test_the_address_of_any_other_act_leads_to_its_page(site: Site) -> None:
    desk = await site.desk_of(await builders.coordinator(site.service))
    leads_to = {
        "/desk/language": "/desk", "/desk/logout": "/desk", "/desk/end-all": "/desk",
        "/desk/notices/1/put-away": "/desk", "/desk/cases/1/claim": "/desk", "/desk/hours/propose": "/desk/hours",
        "/desk/hours/drafts/1/publish": "/desk/hours", "/desk/hours/drafts/1/drop": "/desk/hours",
        "/desk/hours/changes/1/undo": "/desk/hours", "/desk/places": "/desk/hours",
    }  # fmt: skip

    got = {path: (await desk.get(path)).url for path in leads_to}

    assert got == leads_to
    assert (await desk.get("/desk")).status == 200


async def test_a_claim_off_shift_is_asked_about_at_its_own_address_too(site: Site) -> None:
    off = await builders.volunteer(site.service, "Cia", on_shift=False)
    asker = await builders.web_case_of(site.service)
    desk = await site.desk_of(off)
    path = f"/desk/cases/{asker.case_id}/claim"

    told = await desk.post(path, headers=JSON)
    asked = await desk.get(path)

    assert told.status == 409 and '"not_on_shift"' in told.text
    assert asked.status == 200 and asked.hidden("anyway") == "1"


async def test_a_page_that_answers_a_refused_act_names_the_page_to_look_at(site: Site, amina: Staff) -> None:
    desk, _, path = await claimed(site, amina)

    case = await desk.post(f"{path}/reply", {"text": ""})
    lost = await (await site.desk_of(await builders.volunteer(site.service, "Bo"))).post(f"{path}/claim")

    assert case.status == 422 and f'data-look="{path}"' in case.text
    assert lost.status == 409 and 'data-look="/desk"' in lost.text


@pytest.mark.parametrize("act", ["reply", "draft", *PUT_AWAY])
async def test_our_script_is_told_where_to_go_and_why_not(site: Site, amina: Staff, act: str) -> None:
    desk, _, path = await claimed(site, amina)
    form = SHEET | SEEN | {"text": HALF, "client_msg_id": "abcdefgh"}

    refused = await desk.post(f"{path}/{act}", form | {"text": "y" * 70_000, "unsent": "send"}, headers=JSON)
    done = await desk.post(f"{path}/{act}", form | {"unsent": "send"}, headers=JSON)

    assert refused.status == 422 and '"error": "too_long"' in refused.text
    assert done.status == 200 and '"ok": true, "to": "/desk' in done.text
