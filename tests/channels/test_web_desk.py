"""The desk with JavaScript off: log in, claim, reply, close; and what is refused, without a word lost."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.hours.texts_unasked import ChannelLost, ChannelMoved
from bot.language.i18n import Catalogues
from bot.language.parts import ToStaff
from bot.people import people
from bot.trouble.texts import NewerRows, TokenElsewhere
from bot.volunteers import leaving
from tests import builders
from tests.builders import Newcomer, Staff, one, table
from tests.channels.web_fixtures import Browser, Site, opened_site

SHEET = {"category": "migration", "outcome": "answered", "minutes": "15"}


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def amina(site: Site) -> Staff:
    return await builders.volunteer(site.service, "Amina")


async def claimed(site: Site, staff: Staff) -> tuple[Browser, Newcomer, str]:
    """A desk, a newcomer, and the path of their case, which this volunteer has claimed."""
    asker = await builders.web_case_of(site.service, "Får jag överklaga?")
    desk = await site.desk_of(staff)
    path = f"/desk/cases/{asker.case_id}"
    page = await desk.post(f"{path}/claim")
    assert page.url == path and "Får jag överklaga?" in page.words
    return desk, asker, path


async def test_a_log_in_link_is_spent_by_its_button_and_only_once(site: Site, amina: Staff) -> None:
    link = await site.link_for(amina)
    browser, other = site.browser(), site.browser()

    looked_at = [await other.get(link) for _ in range(2)]
    logged_in = await browser.post(link)
    again = await other.post(link)

    assert all("Logga in" in page.words for page in looked_at)
    assert logged_in.url == "/desk" and logged_in.status == 200
    assert again.status == 410
    assert browser.cookies["radrum_desk"]["max-age"] == ""


async def test_nobody_is_told_to_log_in_and_sees_nothing(site: Site, amina: Staff) -> None:
    _, _, path = await claimed(site, amina)
    nobody = site.browser()

    pages = [await nobody.get("/desk"), await nobody.get(path), await nobody.get("/desk/cases/1")]

    assert {page.status for page in pages} == {404}
    assert len({page.text for page in pages}) == 1


async def test_a_case_is_claimed_answered_and_closed_with_forms_only(site: Site, amina: Staff) -> None:
    desk, asker, path = await claimed(site, amina)

    page = await desk.get(path)
    fields = {"text": "Ja, inom tre veckor.", "client_msg_id": page.hidden("client_msg_id")}
    answered = await desk.post(f"{path}/reply", fields)
    sheet = [*SHEET.items(), ("organisation", "migrationsverket"), ("organisation", "court")]
    done = await desk.post(f"{path}/close", [*sheet, ("seen_seq", answered.hidden("seen_seq"))])

    assert "Ja, inom tre veckor." in answered.words
    assert done.url == "/desk"
    closing = await one(site.service, "SELECT category, organisations, outcome, minutes FROM closings")
    assert tuple(closing) == ("migration", '["migrationsverket", "court"]', "answered", 15)
    assert (await builders.case_row(asker)).status == "closed"


async def test_somebody_else_s_case_and_a_missing_one_look_the_same(site: Site, amina: Staff) -> None:
    amina_s_desk, _, path = await claimed(site, amina)
    other = await site.desk_of(await builders.volunteer(site.service, "Bo"))

    theirs, missing = await other.get(path), await other.get("/desk/cases/12345")
    acts = [
        await other.post(f"{where}/{act}", {"text": "Hej", "client_msg_id": "abcdefgh", "seen_seq": "0"})
        for where in (path, "/desk/cases/12345")
        for act in ("reply", "release", "close", "not-advice")
    ]

    assert theirs.status == missing.status == 404
    assert theirs.text == missing.text
    assert {page.status for page in acts} == {404}
    assert len({page.text for page in acts}) == 1
    assert (await amina_s_desk.get(path)).status == 200


async def test_the_second_to_claim_is_told_who_was_first(site: Site, amina: Staff) -> None:
    _, asker, path = await claimed(site, amina)
    other = await site.desk_of(await builders.volunteer(site.service, "Bo"))

    page = await other.post(f"{path}/claim")

    assert page.status == 409
    assert "Amina" in page.words and "Kö" in page.words
    assert (await builders.case_row(asker)).volunteer_id == amina.id


async def test_off_shift_a_case_is_taken_only_after_a_question(site: Site) -> None:
    off = await builders.volunteer(site.service, "Cia", on_shift=False)
    asker = await builders.web_case_of(site.service)
    desk = await site.desk_of(off)

    asked = await desk.post(f"/desk/cases/{asker.case_id}/claim")
    before = (await builders.case_row(asker)).status
    taken = await desk.post(f"/desk/cases/{asker.case_id}/claim", {"anyway": "1"})

    assert asked.status == 409 and asked.hidden("anyway") == "1"
    assert before == "queued"
    assert taken.url == f"/desk/cases/{asker.case_id}" and taken.status == 200


@pytest.mark.parametrize("act", ["close", "not-advice", "release"])
async def test_words_not_seen_yet_are_shown_before_a_case_is_put_away(site: Site, amina: Staff, act: str) -> None:
    desk, asker, path = await claimed(site, amina)
    seen = (await desk.get(path)).hidden("seen_seq")
    await asker.says("Vänta, en sak till!")

    refused = await desk.post(f"{path}/{act}", SHEET | {"seen_seq": seen})
    done = await desk.post(f"{path}/{act}", SHEET | {"seen_seq": refused.hidden("seen_seq")})

    assert refused.status == 409 and 'role="alert"' in refused.text
    assert "Vänta, en sak till!" in refused.words
    if act == "close":
        assert 'value="migration" selected' in refused.text and 'value="answered" checked' in refused.text
    assert done.url == "/desk"


async def test_a_refused_reply_and_sheet_keep_what_was_typed(site: Site, amina: Staff) -> None:
    desk, _, path = await claimed(site, amina)
    too_many = [("organisation", code) for code in ("court", "police", "bank", "csn")]

    long = await desk.post(f"{path}/reply", {"text": "y" * 12_001, "client_msg_id": "abcdefgh"})
    about = [*({**SHEET, "minutes": "30"}).items(), ("seen_seq", long.hidden("seen_seq"))]
    sheet = await desk.post(f"{path}/close", [*about, *too_many])
    done = await desk.post(f"{path}/close", [*about, *too_many[:-1]])

    assert long.status == 422 and long.box == "y" * 12_001
    assert sheet.status == 422 and sheet.text.count(" checked") == 5
    assert done.url == "/desk"
    assert 'value="30" selected' in sheet.text


async def test_the_same_reply_sent_twice_is_one_message(site: Site, amina: Staff) -> None:
    desk, _, path = await claimed(site, amina)

    for _ in range(3):
        page = await desk.post(f"{path}/reply", {"text": "En gång.", "client_msg_id": "the-same-one"})

    assert page.words.count("En gång.") == 1


async def test_an_edited_message_keeps_what_it_said_before(site: Site, amina: Staff) -> None:
    asker = await builders.case_of(site.service, "Brevet kom i maj")
    desk = await site.desk_of(amina)
    await desk.post(f"/desk/cases/{asker.case_id}/claim")
    await asker.edits("first", "Brevet kom i juni")

    page = await desk.get(f"/desk/cases/{asker.case_id}")

    assert "Brevet kom i juni" in page.words and "Brevet kom i maj" in page.words
    assert page.text.index("Brevet kom i juni") < page.text.index("Brevet kom i maj")
    assert "<details" in page.text


async def test_a_coordinator_sees_the_overview_and_a_volunteer_does_not(site: Site, amina: Staff) -> None:
    desk, _, _ = await claimed(site, amina)
    boss = await site.desk_of(await builders.coordinator(site.service))

    overview, plain = await boss.get("/desk"), await desk.get("/desk")

    assert 'id="overview"' in overview.text and "Amina" in overview.words
    assert "Får jag överklaga?" not in overview.words
    assert 'id="overview"' not in plain.text


async def test_the_desk_ends_after_half_an_hour_of_nothing_and_at_once_when_access_ends(
    site: Site, amina: Staff
) -> None:
    idle, disabled = await site.desk_of(amina), await site.desk_of(await builders.volunteer(site.service, "Bo"))

    async with site.service.store.work() as work:
        await leaving.disable_staff(work, await builders.person_named(site.service, "Bo"))
    assert ((await idle.get("/desk")).status, (await disabled.get("/desk")).status) == (200, 404)
    clock.move(timedelta(minutes=31))

    assert (await idle.get("/desk")).status == 404


async def test_log_out_ends_one_browser_and_end_all_every_one(site: Site, amina: Staff) -> None:
    first, second, third = [await site.desk_of(amina) for _ in range(3)]

    await first.post("/desk/logout")
    still = await second.get("/desk")
    await second.post("/desk/end-all")

    assert still.status == 200
    assert [(await desk.get("/desk")).status for desk in (first, second, third)] == [404, 404, 404]


async def test_a_notice_is_put_away_and_the_language_changed(site: Site, amina: Staff) -> None:
    desk = await site.desk_of(amina)
    notice = (await table(site.service, "SELECT id FROM outbox WHERE kind = 'new_device'"))[0][0]

    before = await desk.get("/desk")
    after = await desk.post(f"/desk/notices/{notice}/put-away")
    english = await desk.post("/desk/language", {"language": "en"})

    assert f"/desk/notices/{notice}/" in before.text and f"/desk/notices/{notice}/" not in after.text
    assert 'lang="en"' in english.text and "Queue" in english.words


async def test_a_shift_over_midnight_is_listed_with_the_day_on_which_it_ends(site: Site, amina: Staff) -> None:
    clock.freeze(datetime(2026, 1, 5, 9, 0, tzinfo=UTC))
    await builders.shift(
        site.service, amina, starts_at=datetime(2026, 1, 7, 21, 0, tzinfo=UTC), lasts=timedelta(hours=4)
    )
    await builders.shift(
        site.service, amina, starts_at=datetime(2026, 1, 9, 12, 0, tzinfo=UTC), lasts=timedelta(hours=2)
    )
    karin = await builders.coordinator(site.service)

    page = await (await site.desk_of(karin)).get("/desk")

    assert "onsdag 7 januari 2026 kl. 22:00–torsdag 8 januari 2026 kl. 02:00" in page.words
    assert "fredag 9 januari 2026 kl. 13:00–15:00" in page.words


@pytest.mark.parametrize(
    "told",
    [ChannelLost(), ChannelMoved(), TokenElsewhere(what="webhook_foreign"), NewerRows(strange="told_by_tomorrow")],
)
async def test_a_coordinator_without_telegram_reads_of_trouble_at_the_desk(site: Site, told: ToStaff) -> None:
    karin = await builders.coordinator(site.service)
    async with site.service.store.work() as work:
        await people.tell_coordinators(work, told)
    desk = await site.desk_of(karin)

    page = await desk.get("/desk")

    said = told.said(site.service.desk("sv"), site.service.facts(clock.now()))
    assert said.text.split("\n")[0] in page.words


async def test_the_desk_s_help_says_what_the_bot_s_says_with_numbers_to_press(site: Site, amina: Staff) -> None:
    desk = await site.desk_of(amina)

    page = await desk.get("/desk/help")

    assert "Far ett barn illa? Lova inte att hålla det hemligt." in page.words
    assert 'href="tel:112"' in page.text and 'href="tel:90101"' in page.text
    assert 'href="/desk/help"' in (await desk.get("/desk")).text
