"""The coordinators' pages about shifts, without scripts: the week, one shift, two at once, words to many."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.cases import shift_starts
from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.roster.ledger import CHANGES
from models.notice import Notice
from tests import builders
from tests.builders import one, table
from tests.channels.shift_desk import MONDAY, NAME, ShiftDesk, alert_in, part, read, shift_desk
from tests.channels.web_fixtures import Page

WEEK = "/desk/shifts/week"
FORM = {"place": "linero", "day": "2026-12-07", "starts": "13:00", "ends": "16:00", "needed": "3", "wants": "ar"}


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[ShiftDesk]:
    """On either database."""
    async with shift_desk(database_url, tmp_path, catalogues) as made:
        yield made


def day_of(page: Page, day: date) -> str:
    """What stands on that day of the week, as one reads it."""
    found = page.text.partition('class="days-of-week"')[2].partition(f'datetime="{day}"')[2]
    return read("<p " + re.split(r'<li class="day|</ol>', found)[0])


async def opens_shift(desk: ShiftDesk, who: str, shift: int) -> Page:
    return await desk.opens(who, f"/desk/shifts/{shift}")


async def does(desk: ShiftDesk, who: str, shift: int, act: str, seen: Page | None = None, **fields: str) -> Page:
    page = seen or await opens_shift(desk, who, shift)
    return await desk.sends(who, f"/desk/shifts/{shift}/{act}", fields, seen=page)


# The week.


async def test_the_week_shows_each_day_with_its_shifts_and_how_they_are_covered(desk: ShiftDesk) -> None:
    await desk.shift("Bo")
    await desk.shift("Amina", "Bo", day=MONDAY + timedelta(days=2), begins=22, place="online", hours=4)

    page = await desk.opens("Karin", f"{WEEK}?day=2026-12-10")
    english = await desk.at("Robin")
    await english.post("/desk/language", {"language": "en"})
    told = await english.get(f"{WEEK}?day=2026-12-10")

    assert "Vecka 50, från mån 7/12" in read(page.text)
    assert "13:00–16:00 Linero Delvis täckt: 1 person saknas 1 av 2 anmälda: Bo" in day_of(page, MONDAY)
    assert '<li class="shift amber">' in page.text and '<li class="shift green">' in page.text
    assert "22:00–02:00 online Täckt 2 av 2 anmälda: Amina, Bo" in day_of(page, date(2026, 12, 9))
    assert day_of(page, date(2026, 12, 10)).endswith("tor 10/12 Inga pass")
    assert 'href="/desk/shifts/week?day=2026-11-30"' in page.text
    assert 'href="/desk/shifts/week?day=2026-12-14"' in page.text
    assert "13:00–16:00 Linero Partly covered: 1 person missing" in day_of(told, MONDAY)


async def test_a_shift_that_reaches_into_the_week_stands_on_its_monday_with_the_day_it_begins(desk: ShiftDesk) -> None:
    await desk.shift("Bo", day=date(2026, 12, 6), begins=22, hours=4, place="online")
    async with desk.site.service.store.work() as work:
        starts_at = clock.wall(date(2026, 12, 9), time(9), work.zone)
        ends_at = starts_at + timedelta(days=2)
        await shift_starts.add_shift(
            work, starts_at=starts_at, ends_at=ends_at, person_ids=[], longest=timedelta(days=9)
        )

    page = await desk.opens("Karin", f"{WEEK}?day=2026-12-07")

    assert "sön 6/12 22:00–02:00 online" in day_of(page, MONDAY)
    assert "09:00–fre 11/12 09:00 online" in day_of(page, date(2026, 12, 9))


async def test_above_the_week_stands_what_is_not_covered_and_who_would_fill_it_best(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")

    page = await desk.opens("Karin", WEEK)

    told = part(page, "h-cover")
    assert "Täckning de närmaste 14 dagarna Linero: 1 delvis täckt Arabiska: på 0 av 1 pass" in told
    assert f"{NAME} Delvis täckt: 1 person saknas Passar bäst: " in told and "Amina" in told
    assert f'href="/desk/shifts/{shift}"' in page.text


async def test_a_shift_is_added_by_its_form_and_stands_in_the_week(desk: ShiftDesk) -> None:
    page = await desk.opens("Karin", WEEK)

    made = await desk.sends("Karin", WEEK, FORM, seen=page)
    again = await desk.sends("Karin", WEEK, FORM, seen=page)
    week = await desk.opens("Robin", f"{WEEK}?day=2026-12-07")

    row = await one(desk.site.service, "SELECT id, place, needed, wants FROM shifts")
    assert made.url == f"/desk/shifts/{row.id}?told=made" and "✓ Passet finns nu." in read(made.text)
    assert again.status == 200 and again.url == f"{WEEK}?day=2026-12-07"
    assert (row.place, row.needed) == ("linero", 3) and "ar" in row.wants
    assert "Önskade språk: Arabiska" in read(made.text)
    assert "Karin lade till passet, i dag kl. 09:00." in part(made, "h-changes")
    assert "13:00–16:00 Linero" in day_of(week, MONDAY)


async def test_a_shift_that_ends_before_it_begins_ends_on_the_next_day(desk: ShiftDesk) -> None:
    page = await desk.opens("Karin", WEEK)

    await desk.sends("Karin", WEEK, FORM | {"place": "online", "starts": "22:00", "ends": "02:00"}, seen=page)
    week = await desk.opens("Karin", f"{WEEK}?day=2026-12-07")

    assert "Slutar det före det börjar, räknas det till nästa dag." in read(page.text)
    assert "22:00–02:00 online" in day_of(week, MONDAY) and "Inga pass" in day_of(week, MONDAY + timedelta(days=1))


@pytest.mark.parametrize("day", ["2026-02-31", "tomorrow", "0001-01-01"])
async def test_a_week_of_no_day_is_answered_with_this_one_and_why(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, day: str
) -> None:
    async with shift_desk(sqlite_url, tmp_path, catalogues) as desk:
        page = await desk.opens("Karin", f"{WEEK}?day={day}")

        assert page.status == 422 and day in alert_in(page)
        assert "Vecka 49, från mån 30/11" in read(page.text)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"day": ""}, "Välj en dag."),
        ({"day": "2026-02-31"}, "2026-02-31"),
        ({"day": "2026-11-30"}, "har redan varit"),
        ({"starts": ""}, "Fyll i både från när och till när."),
        ({"starts": "25:00"}, "25:00"),
        ({"starts": "16:00"}, "Passet slutar innan det börjar."),
        ({"starts": "02:30", "ends": "06:00", "day": "2027-03-28"}, "02:30"),
        ({"ends": "12:00"}, "Ett pass kan vara högst 16 timmar."),
        ({"place": ""}, "Välj en plats."),
        ({"place": "nowhere"}, "nowhere"),
        ({"needed": "0"}, "Hur många behövs? 0 är inte ett tal från 1 till 9."),
        ({"needed": "många"}, "Hur många behövs? många är inte ett tal"),
    ],
)
async def test_a_wrong_form_is_shown_again_as_it_was_filled_in_and_says_why(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, wrong: dict[str, str], told: str
) -> None:
    async with shift_desk(sqlite_url, tmp_path, catalogues) as desk:
        refused = await desk.sends("Karin", WEEK, FORM | wrong, seen=await desk.opens("Karin", WEEK))

        assert refused.status == 422 and told in alert_in(refused)
        assert '<details class="panel" id="new-shift" open>' in refused.text
        assert 'value="ar" checked' in refused.text
        for name in ("day", "starts", "ends"):
            assert f'name="{name}" value="{(FORM | wrong)[name]}"' in refused.text
        assert await table(desk.site.service, "SELECT id FROM shifts") == []


async def test_of_two_coordinators_who_add_the_same_shift_the_second_reads_who_was_first(desk: ShiftDesk) -> None:
    mine, theirs = await desk.opens("Karin", WEEK), await desk.opens("Robin", WEEK)

    answers = await asyncio.gather(
        desk.sends("Karin", WEEK, FORM, seen=mine), desk.sends("Robin", WEEK, FORM, seen=theirs)
    )

    assert sorted(answer.status for answer in answers) == [200, 409]
    winner = "Karin" if answers[0].status == 200 else "Robin"
    [refused] = [answer for answer in answers if answer.status == 409]
    assert "Det finns redan ett pass där då." in alert_in(refused)
    assert f"{winner} lade till passet, i dag kl. 09:00." in alert_in(refused)
    assert len(await table(desk.site.service, "SELECT id FROM shifts")) == 1


# One shift.


async def test_somebody_who_fits_is_put_on_and_taken_off_and_told_by_whom(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    amina = str(desk.staff["Amina"].id)
    builders.a_second_later()

    put = await does(desk, "Karin", shift, "assign", person=amina)
    on_it = await desk.on(shift)
    off = await does(desk, "Karin", shift, "unassign", person=amina)

    assert "✓ Amina är anmäld och får veta det." in read(put.text) and on_it == ["Amina", "Bo"]
    assert "Bo Ta bort Amina Ta bort" in part(put, "h-on") and "2 av 2 anmälda" in read(put.text)
    assert "✓ Amina är inte anmäld längre och får veta det." in read(off.text)
    assert await desk.on(shift) == ["Bo"]
    told = await desk.told("Amina", Notice.SHIFT_NEWS)
    assert [NAME in text and "Karin" in text for text in told] == [True, True]
    changes = part(off, "h-changes")
    assert "Karin tog bort Amina, i dag kl. 09:00. Karin satte upp Amina, i dag kl. 09:00." in changes


async def test_the_others_stand_there_with_why_they_cannot(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    await desk.shift("Cleo", begins=14, place="stadsbiblioteket")
    await desk.profile("Robin", taken_over_on=None)

    page = await opens_shift(desk, "Karin", shift)
    refused = await does(desk, "Karin", shift, "assign", person=str(desk.staff["Cleo"].id))

    fit, _, others = part(page, "h-fit").partition("Kan inte, och varför 2")
    assert "Amina Sätt upp" in fit and "Cleo" not in fit and "Robin" not in fit
    assert "Cleo: Krockar med passet mån 7/12 14–17 Stadsbiblioteket." in others
    assert "Robin: Introduktionen är inte klar." in others
    assert refused.status == 409 and "Cleo: Krockar med passet" in alert_in(refused)
    assert await desk.on(shift) == ["Bo"]


async def test_of_two_coordinators_with_the_last_place_one_gets_it_and_the_other_reads_what_changed(
    desk: ShiftDesk,
) -> None:
    shift = await desk.shift("Bo")
    mine, theirs = await opens_shift(desk, "Karin", shift), await opens_shift(desk, "Robin", shift)

    answers = await asyncio.gather(
        does(desk, "Karin", shift, "assign", mine, person=str(desk.staff["Amina"].id)),
        does(desk, "Robin", shift, "assign", theirs, person=str(desk.staff["Cleo"].id)),
    )

    assert sorted(answer.status for answer in answers) == [200, 409]
    [refused] = [answer for answer in answers if answer.status == 409]
    winner = "Karin" if answers[0].status == 200 else "Robin"
    assert "Passet är fullt." in alert_in(refused)
    assert f"{winner} satte upp någon på passet, i dag kl. 09:00." in alert_in(refused)
    assert len(await desk.on(shift)) == 2


async def test_a_shift_that_was_cancelled_meanwhile_says_so_to_the_second_coordinator(desk: ShiftDesk) -> None:
    shift = await desk.shift("Amina", "Bo")
    stale = await opens_shift(desk, "Robin", shift)

    done = await does(desk, "Karin", shift, "cancel", reason="illness")
    second = [
        await does(desk, "Robin", shift, "unassign", stale, person=str(desk.staff["Bo"].id)),
        await does(desk, "Robin", shift, "cancel", stale, reason="holiday"),
        await does(desk, "Robin", shift, "ask", stale),
    ]
    week = await desk.opens("Karin", f"{WEEK}?day=2026-12-07")

    assert "✓ Passet är inställt." in read(done.text) and "Orsak: sjukdom" in read(done.text)
    assert [answer.status for answer in second] == [409, 409, 409]
    for answer in second[:2]:
        assert "Passet är inställt. Karin ställde in passet, i dag kl. 09:00." in alert_in(answer)
    for who in ("Amina", "Bo"):
        [news] = await desk.told(who, Notice.SHIFT_NEWS)
        assert news.startswith(f"Passet {NAME} är inställt (av Karin).\nOrsak: sjukdom")
    assert "Inga pass" in day_of(week, MONDAY)


async def test_the_coordinator_s_own_words_are_the_reason_those_concerned_read(desk: ShiftDesk) -> None:
    shift = await desk.shift("Amina")

    too_long = await does(desk, "Karin", shift, "cancel", own="x" * 201)
    done = await does(desk, "Karin", shift, "cancel", reason="illness", own="Vattenläcka <b>")

    assert too_long.status == 422 and "200" in alert_in(too_long)
    assert "Vattenläcka &lt;b&gt;" in done.text
    [news] = await desk.told("Amina", Notice.SHIFT_NEWS)
    assert "Orsak: Vattenläcka <b>" in news


async def test_those_who_could_stand_in_are_asked_in_one_press(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    page = await opens_shift(desk, "Karin", shift)

    asked = await does(desk, "Karin", shift, "ask", page)
    twice = await does(desk, "Karin", shift, "ask", page)

    assert "Fråga 2 volontärer" in part(page, "h-fit")
    assert "2 volontärer får frågan" in part(asked, "h-fit") and f"/{shift}/ask" not in asked.text
    assert twice.status == 200
    for who in ("Amina", "Cleo"):
        assert len(await desk.told(who, Notice.SHIFT_ASKED)) == 1
    assert await desk.told("Karin", Notice.SHIFT_ASKED) == []


async def test_a_shift_of_before_anybody_noted_changes_says_that_there_are_none(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    async with desk.site.service.store.work() as work:
        await work.db.execute(delete(CHANGES))

    page = await opens_shift(desk, "Karin", shift)

    assert "Passet har inte ändrats än." in part(page, "h-changes")


@pytest.mark.parametrize("person", ["", "abc", "9" * 30])
async def test_nobody_chosen_is_said(desk: ShiftDesk, person: str) -> None:
    shift = await desk.shift("Bo")

    for act in ("assign", "unassign"):
        refused = await does(desk, "Karin", shift, act, person=person)

        assert refused.status == 422 and "Välj en person." in alert_in(refused)


# Words to many.


async def test_words_to_many_are_counted_first_and_sent_once(desk: ShiftDesk) -> None:
    words = {"to": "all", "text": "Nästa träff är på tisdag <b>"}

    sure = await desk.sends("Karin", "/desk/announce", words)
    before = await desk.told("Amina", Notice.ANNOUNCED)
    sent = [await desk.sends("Karin", "/desk/announce/send", words, seen=sure) for _ in range(2)]

    assert "Det här går till 4 personer" in read(sure.text) and "Skicka till 4 personer" in read(sure.text)
    assert "tisdag &lt;b&gt;" in sure.text and before == []
    assert "✓ På väg till 4 personer." in read(sent[0].text) and sent[1].status == 200
    for who in ("Amina", "Bo", "Cleo", "Robin"):
        assert await desk.told(who, Notice.ANNOUNCED) == ["Karin skriver till alla:\nNästa träff är på tisdag <b>"]
    assert await desk.told("Karin", Notice.ANNOUNCED) == []


async def test_words_go_to_those_who_speak_a_language_or_are_on_a_shift(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo", "Cleo")
    form = await desk.opens("Karin", "/desk/announce")

    for to in ("ar", f"shift-{shift}"):
        words = {"to": to, "text": f"Till {to}"}
        sure = await desk.sends("Karin", "/desk/announce", words)
        await desk.sends("Karin", "/desk/announce/send", words, seen=sure)

    assert f'<option value="shift-{shift}">{NAME}</option>' in form.text
    by_language = "Karin skriver till alla som talar arabiska:\nTill ar"
    by_shift = f"Karin skriver till er som har passet {NAME}:\nTill shift-{shift}"
    read_by = {who: await desk.told(who, Notice.ANNOUNCED) for who in ("Amina", "Bo", "Cleo", "Robin")}
    assert read_by == {"Amina": [by_language], "Robin": [by_language], "Bo": [by_shift], "Cleo": [by_shift]}


@pytest.mark.parametrize(
    ("words", "status", "told"),
    [
        ({"to": "", "text": "Hej"}, 422, "Välj vem det ska gå till."),
        ({"to": "klingon", "text": "Hej"}, 422, "Välj vem det ska gå till."),
        ({"to": "all", "text": "  "}, 422, "Skriv det du vill säga."),
        ({"to": "ti", "text": "Hej"}, 422, "Det finns ingen som får det."),
        ({"to": "all", "text": "x" * 1001}, 422, "1000"),
        ({"to": "shift-1", "text": "Hej"}, 409, "gäller inte längre"),
    ],
)
async def test_words_that_cannot_be_sent_stand_there_still_with_why(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, words: dict[str, str], status: int, told: str
) -> None:
    async with shift_desk(sqlite_url, tmp_path, catalogues) as desk:
        for act in ("", "/send"):
            refused = await desk.sends("Karin", f"/desk/announce{act}", words | {"press": "123"})

            assert refused.status == status and told in alert_in(refused).replace("\u00a0", " "), (act, refused.words)
            assert refused.box == words["text"].strip()
        assert await table(desk.site.service, "SELECT id FROM outbox WHERE kind = 'announced'") == []


# Who may.


async def test_a_volunteer_finds_none_of_the_coordinators_pages_and_changes_nothing(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    own = await desk.opens("Amina", "/desk/shifts")

    pages = [await desk.opens("Amina", path) for path in (WEEK, f"/desk/shifts/{shift}", "/desk/announce")]
    acts = [
        await desk.sends("Amina", WEEK, FORM, seen=own),
        *[await desk.sends("Amina", f"/desk/shifts/{shift}/{act}", {"person": str(desk.staff["Amina"].id)}, seen=own)
          for act in ("assign", "unassign", "cancel", "ask")],
        await desk.sends("Amina", "/desk/announce/send", {"to": "all", "text": "Hej"}, seen=own),
    ]  # fmt: skip

    assert WEEK not in own.text
    assert {page.status for page in pages + acts} == {404}
    assert await desk.on(shift) == ["Bo"] and len(await table(desk.site.service, "SELECT id FROM shifts")) == 1
