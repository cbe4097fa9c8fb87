"""Everybody's own page about shifts, without scripts: taking one, leaving it, not being able to come, the calendar."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.shifts import making
from models.notice import Notice
from tests import builders
from tests.channels.shift_desk import MONDAY, NAME, ShiftDesk, alert_in, part, read, shift_desk
from tests.channels.web_fixtures import Page

OWN = "/desk/shifts"


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[ShiftDesk]:
    """On either database."""
    async with shift_desk(database_url, tmp_path, catalogues) as made:
        yield made


async def test_a_free_shift_is_taken_with_one_press_and_left_with_another(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")

    before = await desk.opens("Amina", OWN)
    taken = await desk.sends("Amina", f"{OWN}/{shift}/sign-up", seen=before)
    on_it = await desk.on(shift)
    left = await desk.sends("Amina", f"{OWN}/{shift}/leave", seen=taken)

    assert "Du har inga pass framför dig." in part(before, "h-mine")
    assert f"{NAME} 1 av 2 anmälda (Bo) Delvis täckt: 1 person saknas Anmäl mig" in part(before, "h-free")
    assert f"✓ Du är anmäld: {NAME}" in read(taken.text) and taken.url == f"{OWN}?told=signed_up&shift={shift}"
    assert f"{NAME} 2 av 2 anmälda (Bo)" in part(taken, "h-mine")
    assert "Inget ledigt pass passar dig just nu." in part(taken, "h-free")
    assert on_it == ["Amina", "Bo"]
    assert f"✓ Du är inte anmäld längre: {NAME}" in read(left.text) and NAME in part(left, "h-free")
    assert await desk.on(shift) == ["Bo"]


async def test_the_same_press_twice_is_one_and_the_second_reads_what_the_first_did(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    page = await desk.opens("Amina", OWN)

    twice = [await desk.sends("Amina", f"{OWN}/{shift}/sign-up", seen=page) for _ in range(2)]

    assert [answer.status for answer in twice] == [200, 200]
    assert all(f"✓ Du är anmäld: {NAME}" in read(answer.text) for answer in twice)
    assert await desk.on(shift) == ["Amina", "Bo"]


@pytest.mark.parametrize("language", ["sv", "en"])
async def test_a_refusal_says_why_and_what_is_free_instead(desk: ShiftDesk, language: str) -> None:
    shift = await desk.shift("Bo")
    await desk.shift("Bo", day=MONDAY + timedelta(days=7))
    browser = await desk.at("Amina")
    await browser.post("/desk/language", {"language": language})
    page = await browser.get(OWN)
    await desk.sends("Cleo", f"{OWN}/{shift}/sign-up")

    refused = await desk.sends("Amina", f"{OWN}/{shift}/sign-up", seen=page)
    by_script = await browser.post(f"{OWN}/{shift}/sign-up", {}, headers={"Accept": "application/json"})

    told = {
        "sv": f"Det gick inte: {NAME} Passet är fullt. Cleo anmälde sig, i dag kl. 09:00. Ledigt i stället: mån 14/12",
        "en": "That could not be done: Mon 7/12 13–16 Linero The shift is full. Cleo signed up, today",
    }
    assert refused.status == 409 and alert_in(refused).startswith(told[language])
    assert 'data-look="/desk/shifts"' in refused.text
    assert by_script.status == 409 and '"error": "shift_cannot"' in by_script.text
    assert "Cleo" in by_script.text and "14/12" in by_script.text
    assert await desk.on(shift) == ["Bo", "Cleo"]


async def test_what_clashes_is_not_offered_and_is_refused_with_the_other_shift(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    await desk.shift("Amina", begins=14, place="stadsbiblioteket")

    page = await desk.opens("Amina", OWN)
    refused = await desk.sends("Amina", f"{OWN}/{shift}/sign-up", seen=page)

    assert NAME not in part(page, "h-free")
    assert refused.status == 409 and "Krockar med passet mån 7/12 14–17 Stadsbiblioteket." in alert_in(refused)


async def test_who_has_not_been_introduced_reads_so_and_is_offered_nothing(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    await desk.profile("Amina", taken_over_on=None)

    page = await desk.opens("Amina", OWN)
    refused = await desk.sends("Amina", f"{OWN}/{shift}/sign-up", seen=page)

    told = "Introduktionen är inte klar. Samordnaren vet vad som är kvar."
    assert told in part(page, "h-free") and NAME not in part(page, "h-free")
    assert refused.status == 409 and told in alert_in(refused)


async def test_who_cannot_come_is_asked_once_and_then_whether_others_are_to_be_asked(desk: ShiftDesk) -> None:
    shift = await desk.shift("Amina", "Bo")

    asked = await desk.opens("Amina", f"{OWN}/{shift}/cant")
    still = await desk.on(shift)
    gone = await desk.sends("Amina", f"{OWN}/{shift}/cant", seen=asked)
    ask = re.search(r"/desk/shifts/open/\d+/ask", gone.text)
    assert ask, gone.words
    done = await desk.sends("Amina", ask[0], seen=gone)

    assert f"Kan du inte komma till {NAME}?" in read(asked.text) and still == ["Amina", "Bo"]
    assert f"Du är inte anmäld till {NAME} längre. Samordnaren vet det." in part(gone, "h-gone")
    assert "Fråga 1 volontär" in part(gone, "h-gone") and await desk.on(shift) == ["Bo"]
    assert await desk.told("Karin", Notice.SHIFT_NEWS) != []
    assert "1 volontär får frågan" in part(done, "h-gone") and "/ask" not in done.text
    [question] = await desk.told("Cleo", Notice.SHIFT_ASKED)
    assert NAME in question


async def test_saying_that_one_comes_changes_nothing_but_that(desk: ShiftDesk) -> None:
    shift = await desk.shift("Amina", "Bo")

    done = await desk.sends("Amina", f"{OWN}/{shift}/come", seen=await desk.opens("Amina", f"{OWN}/{shift}/cant"))

    assert "Tack!" in read(done.text) and "✓ Du har sagt att du kommer." in part(done, "h-mine")
    assert await desk.on(shift) == ["Amina", "Bo"]


async def test_near_the_shift_one_cannot_just_leave_and_reads_what_to_do_instead(desk: ShiftDesk) -> None:
    shift = await desk.shift("Amina", "Bo", day=date(2026, 12, 3))

    page = await desk.opens("Amina", OWN)
    refused = await desk.sends("Amina", f"{OWN}/{shift}/leave", seen=page)

    assert f"/{shift}/cant" in page.text and f"/{shift}/leave" not in page.text
    assert refused.status == 409 and "Säg att du inte kan komma, så kan andra få frågan." in alert_in(refused)
    assert await desk.on(shift) == ["Amina", "Bo"]


async def test_somebody_else_s_shift_or_place_is_not_answered_for(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")
    gone = await desk.sends("Bo", f"{OWN}/{shift}/cant", seen=await desk.opens("Bo", f"{OWN}/{shift}/cant"))
    place = re.search(r"/desk/shifts/open/\d+/ask", gone.text)
    assert place, gone.words

    asked = await desk.opens("Amina", f"{OWN}/{shift}/cant")
    answers = [
        await desk.sends("Amina", f"{OWN}/{shift}/{act}") for act in ("cant", "come", "leave")
    ] + [await desk.sends("Amina", place[0])]  # fmt: skip

    assert asked.url == OWN
    assert [answer.status for answer in answers] == [409, 409, 409, 409]
    assert "Inte anmäld till passet." in alert_in(answers[0])
    assert await desk.told("Cleo", Notice.SHIFT_ASKED) == []


async def test_more_free_shifts_than_fit_a_page_are_on_the_next(desk: ShiftDesk) -> None:
    for week in range(7):
        await desk.shift("Bo", day=date(2026, 12, 2) + timedelta(days=week))

    first = await desk.opens("Amina", OWN)
    second = await desk.opens("Amina", f"{OWN}?page=1")
    wrong = await desk.opens("Amina", f"{OWN}?page=-1&told=left&shift=x")

    assert first.text.count("/sign-up") == 6 and "?page=1" in first.text
    assert second.text.count("/sign-up") == 1
    assert wrong.status == 200 and wrong.text.count("/sign-up") == 6


async def test_the_address_of_the_calendar_is_shown_once_made_anew_and_taken_away(desk: ShiftDesk) -> None:
    await desk.shift("Amina", "Bo")
    browser, calendar = await desk.at("Amina"), f"{OWN}/calendar"

    before = await browser.get(calendar)
    made = await browser.post(calendar)
    old = _address(desk, made)
    feed = await browser.get(old)
    known = await browser.get(calendar)
    new = _address(desk, await browser.post(calendar))
    old_then, new_then = await browser.get(old), await browser.get(new)
    ended = await browser.post(f"{calendar}/end")

    assert "Skapa en adress" in read(before.text) and "/shifts/" not in before.text.replace("/desk/shifts/", "")
    assert feed.status == 200 and "BEGIN:VEVENT" in feed.text
    assert old not in known.text and "Vi kan inte visa den igen." in read(known.text)
    assert (old_then.status, new_then.status) == (404, 200)
    assert "Adressen fungerar inte längre." in read(ended.text) and "Skapa en adress" in read(ended.text)
    assert (await browser.get(new)).status == 404


def _address(desk: ShiftDesk, page: Page) -> str:
    public = re.escape(desk.site.service.settings.public_url)
    found = re.search(rf"{public}(/shifts/[\w-]+\.ics)", page.text)
    assert found, page.words
    return found[1]


async def test_what_is_said_to_whoever_has_no_telegram_stands_among_their_notices(desk: ShiftDesk) -> None:
    dag = await builders.volunteer(desk.site.service, "Dag", on_shift=False)
    desk.staff["Dag"] = dag
    shift = await desk.shift("Dag", "Bo")
    await desk.at("Dag")
    clock.move(timedelta(seconds=1))

    async with builders.acting(desk.site.service, desk.staff["Karin"]) as work:
        await making.cancel(work, shift, "illness")
    page = await desk.opens("Dag", "/desk")

    assert f"Passet {NAME} är inställt (av Karin). Orsak: sjukdom" in read(page.text)
