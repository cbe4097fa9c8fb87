"""What is asked about shifts, answered at the desk without scripts: to stand in, to swap, whether one comes; and shifts
that are taken every time."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.hours import changes
from bot.language.i18n import Catalogues
from bot.volunteers import leaving
from models.notice import Notice
from tests import builders
from tests.channels.hours_fixtures import STOCKHOLM
from tests.channels.shift_desk import MONDAY, NAME, NOW, ShiftDesk, alert_in, part, read, shift_desk
from tests.channels.web_fixtures import Page

OWN = "/desk/shifts"
OVER = "Frågan gäller inte längre: den är redan besvarad, eller så har passen ändrats."
OTHER_DAY = MONDAY + timedelta(days=2)
OTHER = "ons 9/12 13–16 Linero"


@pytest.fixture
async def desk(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[ShiftDesk]:
    """On either database; Dag and Eva have no Telegram."""
    async with shift_desk(database_url, tmp_path, catalogues) as made:
        for name in ("Dag", "Eva"):
            await made.joins(name)
        yield made


def asked_in(page: Page) -> str:
    return part(page, "h-questions").removeprefix("Frågor till dig ")


def press_of(page: Page, path: str) -> dict[str, str]:
    """What the question's own form holds."""
    found = re.search(rf'action="{path}">\s*<input type="hidden" name="press" value="(\d+)"', page.text)
    assert found, (path, page.words)
    return {"press": found[1]}


async def answers(desk: ShiftDesk, who: str, path: str, page: Page) -> Page:
    return await (await desk.at(who)).post(path, press_of(page, path))


async def asks_for_a_stand_in(desk: ShiftDesk, who: str, shift: int) -> None:
    gone = await desk.sends(who, f"{OWN}/{shift}/cant", seen=await desk.opens(who, f"{OWN}/{shift}/cant"))
    place = re.search(r"/desk/shifts/open/\d+/ask", gone.text)
    assert place, gone.words
    await desk.sends(who, place[0], seen=gone)


async def swap_proposed(desk: ShiftDesk, who: str = "Dag", other: str = "Eva") -> tuple[int, int]:
    """Each has a shift, and the one has proposed to swap. Which shifts."""
    mine, theirs = await desk.shift(who, "Bo"), await desk.shift(other, "Cleo", day=OTHER_DAY)
    page = await desk.opens(who, f"{OWN}/{mine}/swap")
    await desk.sends(who, f"{OWN}/{mine}/swap", {"for": f"{theirs}:{desk.staff[other].id}"}, seen=page)
    return mine, theirs


def swap_in(page: Page) -> str:
    found = re.search(r"/desk/shifts/swaps/\d+", page.text)
    assert found, page.words
    return found[0]


# To stand in.


async def test_who_is_asked_to_stand_in_reads_it_at_the_desk_and_takes_the_place(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo", "Cleo")
    await asks_for_a_stand_in(desk, "Bo", shift)

    first, own = await desk.opens("Dag", "/desk"), await desk.opens("Dag", OWN)
    taken = await answers(desk, "Dag", f"{OWN}/{shift}/take", first)
    twice = await answers(desk, "Dag", f"{OWN}/{shift}/take", first)
    others = await desk.opens("Eva", "/desk")

    question = (
        f"1 Kan du ta det här passet? {NAME}: 1 av 2 anmälda (Cleo) 🟡 Delvis täckt: 1 person saknas "
        "Den som svarar ja först får platsen. Ja, jag tar det Jag kan inte"
    )
    assert asked_in(first) == asked_in(own) == question
    assert first.text.count("Kan du ta det här passet?") == 1  # not once more among the notices
    assert taken.status == twice.status == 200
    for page in (taken, twice):
        assert f"✓ Du är anmäld: {NAME}" in read(page.text) and 'id="h-questions"' not in page.text
    assert await desk.on(shift) == ["Cleo", "Dag"]
    assert 'id="h-questions"' not in others.text
    assert f"Dag tog passet {NAME}. Tack ändå!" in read(others.text)
    [found] = await desk.told("Bo", Notice.SHIFT_NEWS)
    assert found.startswith(f"Dag tar din plats på {NAME}.")


async def test_who_says_no_is_not_asked_any_more_and_the_others_are(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo", "Cleo")
    await asks_for_a_stand_in(desk, "Bo", shift)
    page = await desk.opens("Dag", "/desk")

    declined = await answers(desk, "Dag", f"{OWN}/{shift}/decline", page)
    twice = await answers(desk, "Dag", f"{OWN}/{shift}/decline", page)
    again = await desk.sends("Dag", f"{OWN}/{shift}/decline", seen=await desk.opens("Dag", f"{OWN}/calendar"))

    for answer in (declined, twice):
        assert answer.status == 200 and f"Du har svarat nej: {NAME}" in read(answer.text)
        assert 'id="h-questions"' not in answer.text
    assert again.status == 409 and alert_in(again) == OVER
    assert 'id="h-questions"' in (await desk.opens("Eva", OWN)).text
    assert await desk.on(shift) == ["Cleo"]


async def test_of_two_who_say_yes_at_once_one_has_the_place_and_the_other_reads_who(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo", "Cleo")
    await asks_for_a_stand_in(desk, "Bo", shift)
    pages = {who: await desk.opens(who, OWN) for who in ("Dag", "Eva")}

    both = await asyncio.gather(*(answers(desk, who, f"{OWN}/{shift}/take", page) for who, page in pages.items()))

    assert sorted(answer.status for answer in both) == [200, 409]
    loser, [refused] = (
        "Eva" if both[0].status == 200 else "Dag", [answer for answer in both if answer.status == 409]
    )  # fmt: skip
    assert "Passet är fullt." in alert_in(refused) and "anmälde sig, i dag kl. 09:00." in alert_in(refused)
    assert 'id="h-questions"' not in (await desk.opens(loser, OWN)).text
    assert len(await desk.on(shift)) == 2


async def test_who_does_not_fit_any_more_reads_why_once_and_the_question_is_over(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo", "Cleo")
    await asks_for_a_stand_in(desk, "Bo", shift)
    page = await desk.opens("Dag", OWN)
    await desk.shift("Dag", begins=14, place="stadsbiblioteket")

    refused = await answers(desk, "Dag", f"{OWN}/{shift}/take", page)
    then = await desk.opens("Dag", OWN)

    assert refused.status == 409
    assert "Krockar med passet mån 7/12 14–17 Stadsbiblioteket." in alert_in(refused)
    assert 'id="h-questions"' not in refused.text and 'id="h-questions"' not in then.text
    assert await desk.on(shift) == ["Cleo"]


async def test_a_shift_that_is_cancelled_or_begins_is_not_asked_about_any_more(desk: ShiftDesk) -> None:
    cancelled, begun = await desk.shift("Bo", "Cleo"), await desk.shift("Amina", "Bo", day=date(2026, 12, 1), begins=18)
    for who, shift in (("Bo", cancelled), ("Amina", begun)):
        await asks_for_a_stand_in(desk, who, shift)
    page = await desk.opens("Dag", OWN)
    await desk.sends("Karin", f"{OWN}/{cancelled}/cancel", {"reason": "illness"},
                     seen=await desk.opens("Karin", f"{OWN}/{cancelled}"))  # fmt: skip

    after = await desk.opens("Dag", "/desk")
    refused = await answers(desk, "Dag", f"{OWN}/{cancelled}/take", page)
    await desk.later(NOW + timedelta(hours=10))
    late = await desk.opens("Dag", OWN)
    begins = await desk.sends("Dag", f"{OWN}/{begun}/take", seen=late)

    assert asked_in(page).startswith("2 ") and asked_in(after).startswith("1 ")
    assert f"Passet är inställt: {NAME}" in read(after.text)
    assert refused.status == 409 and "Passet är inställt." in alert_in(refused)
    assert "Kan du ta" not in late.text
    assert begins.status == 409 and "Passet har börjat." in alert_in(begins)


async def test_at_night_nobody_is_asked_before_the_morning(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo", "Cleo")
    await desk.later(datetime(2026, 12, 1, 22, tzinfo=STOCKHOLM))
    await asks_for_a_stand_in(desk, "Bo", shift)

    night = await desk.opens("Dag", OWN)
    await desk.later(datetime(2026, 12, 2, 7, tzinfo=STOCKHOLM))

    assert 'id="h-questions"' not in night.text
    assert "Kan du ta det här passet?" in asked_in(await desk.opens("Dag", OWN))


# The reminder.


async def test_who_is_reminded_says_at_the_desk_that_they_come_or_cannot(desk: ShiftDesk) -> None:
    shift = await desk.shift("Dag", "Eva")
    before = await desk.opens("Dag", "/desk")
    await desk.later(datetime(2026, 12, 6, 13, tzinfo=STOCKHOLM))

    first = await desk.opens("Dag", "/desk")
    comes = await answers(desk, "Dag", f"{OWN}/{shift}/come", first)
    asked = await desk.opens("Eva", f"{OWN}/{shift}/cant")
    cannot = await desk.sends("Eva", f"{OWN}/{shift}/cant", seen=asked)

    assert 'id="h-questions"' not in before.text
    assert (
        asked_in(first) == f"1 Du har snart ett pass. Kommer du? {NAME}: 2 av 2 anmälda (Eva) Jag kommer Jag kan inte"
    )
    assert first.text.count("Kommer du?") == 1 and f'href="{OWN}/{shift}/cant"' in first.text
    assert "Tack!" in read(comes.text) and 'id="h-questions"' not in comes.text
    assert "✓ Du har sagt att du kommer." in part(comes, "h-mine")
    assert 'id="h-questions"' not in cannot.text and await desk.on(shift) == ["Dag"]


# Swaps.


async def test_a_swap_is_proposed_at_the_desk_and_accepted_there(desk: ShiftDesk) -> None:
    mine, theirs = await desk.shift("Dag", "Bo"), await desk.shift("Eva", "Cleo", day=OTHER_DAY)
    own = await desk.opens("Dag", OWN)
    page = await desk.opens("Dag", f"{OWN}/{mine}/swap")
    wish = {"for": f"{theirs}:{desk.staff['Eva'].id}"}

    proposed = [await desk.sends("Dag", f"{OWN}/{mine}/swap", wish, seen=page) for _ in range(2)]
    again = await desk.sends("Dag", f"{OWN}/{mine}/swap", wish, seen=await desk.opens("Dag", f"{OWN}/{mine}/swap"))
    question = await desk.opens("Eva", "/desk")
    accepted = [await answers(desk, "Eva", f"{swap_in(question)}/yes", question) for _ in range(2)]
    told = await desk.opens("Dag", "/desk")

    assert f'href="{OWN}/{mine}/swap"' in own.text
    assert f"Byta {NAME} mot vilket?" in read(page.text) and f"Eva: {OTHER} Föreslå" in read(page.text)
    waits = f"Eva får frågan om du kan få {OTHER} för {NAME}. Du har ditt pass tills Eva har svarat ja."
    for answer in proposed:
        assert answer.status == 200 and waits in part(answer, "h-proposed")
    assert again.status == 409 and "det är redan föreslaget" in alert_in(again)
    assert asked_in(question) == f"1 Dag vill byta: du får {NAME} och ger {OTHER}. Ja, vi byter Nej"
    for answer in accepted:
        assert answer.status == 200
        assert f"✓ Bytt med Dag: du har {NAME} i stället för {OTHER}." in read(answer.text)
        assert 'id="h-questions"' not in answer.text
    assert f"✓ Bytt med Eva: du har {OTHER} i stället för {NAME}." in read(told.text)
    assert (await desk.on(mine), await desk.on(theirs)) == (["Bo", "Eva"], ["Cleo", "Dag"])


async def test_a_swap_answered_at_the_desk_is_answered_in_the_chat_too(desk: ShiftDesk) -> None:
    mine, theirs = await desk.shift("Bo", "Dag"), await desk.shift("Cleo", "Eva", day=OTHER_DAY)
    page = await desk.opens("Bo", f"{OWN}/{mine}/swap")
    await desk.sends("Bo", f"{OWN}/{mine}/swap", {"for": f"{theirs}:{desk.staff['Cleo'].id}"}, seen=page)
    [card] = await builders.said_to(desk.site.service, desk.staff["Cleo"].id, Notice.SWAP_ASKED)
    question = await desk.opens("Cleo", OWN)

    await answers(desk, "Cleo", f"{swap_in(question)}/yes", question)

    [over] = await builders.said_to(desk.site.service, desk.staff["Cleo"].id, Notice.SWAP_OVER)
    assert over.edits == card.id
    assert await desk.told("Cleo", Notice.SWAP_OVER) == [f"✓ Bytt med Bo: du har {NAME} i stället för {OTHER}."]


async def test_a_swap_that_is_declined_leaves_each_their_own(desk: ShiftDesk) -> None:
    mine, theirs = await swap_proposed(desk)
    question = await desk.opens("Eva", OWN)

    declined = await answers(desk, "Eva", f"{swap_in(question)}/no", question)
    late = await desk.sends("Eva", f"{swap_in(question)}/yes", seen=await desk.opens("Eva", f"{OWN}/calendar"))
    told, own = await desk.opens("Dag", "/desk"), await desk.opens("Dag", OWN)

    assert f"Inget byte med Dag. Du har {OTHER} kvar." in read(declined.text)
    assert late.status == 409 and alert_in(late) == OVER
    assert f"Inget byte med Eva. Du har {NAME} kvar." in read(told.text) and 'id="h-proposed"' not in own.text
    assert (await desk.on(mine), await desk.on(theirs)) == (["Bo", "Dag"], ["Cleo", "Eva"])


async def test_a_swap_that_does_not_fit_any_more_is_refused_to_both_with_why(desk: ShiftDesk) -> None:
    mine, theirs = await swap_proposed(desk)
    question = await desk.opens("Eva", OWN)
    await desk.shift("Dag", day=OTHER_DAY, begins=14, place="stadsbiblioteket")

    refused = await answers(desk, "Eva", f"{swap_in(question)}/yes", question)
    twice = await answers(desk, "Eva", f"{swap_in(question)}/yes", question)
    told = await desk.opens("Dag", "/desk")

    assert refused.status == 409
    assert alert_in(refused).startswith(f"Det går inte att byta med Dag längre. Du har {OTHER} kvar.")
    assert "Krockar med passet ons 9/12 14–17 Stadsbiblioteket." in alert_in(refused)
    assert f"Det går inte att byta med Dag längre. Du har {OTHER} kvar." in read(twice.text)
    assert f"Det går inte att byta med Eva längre. Du har {NAME} kvar." in read(told.text)
    assert (await desk.on(mine), await desk.on(theirs)) == (["Bo", "Dag"], ["Cleo", "Eva"])


async def test_a_proposal_whose_shift_is_gone_is_no_question_any_more(desk: ShiftDesk) -> None:
    mine, _ = await swap_proposed(desk)
    await desk.sends("Dag", f"{OWN}/{mine}/cant", seen=await desk.opens("Dag", f"{OWN}/{mine}/cant"))

    theirs, own = await desk.opens("Eva", OWN), await desk.opens("Dag", OWN)

    assert 'id="h-questions"' not in theirs.text and 'id="h-proposed"' not in own.text


@pytest.mark.parametrize("wish", ["", "x", "1", "1:2:3", "-1:5", f"{'9' * 30}:{'9' * 30}", "1:1"])
async def test_a_wish_that_is_no_shift_is_explained(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, wish: str
) -> None:
    async with shift_desk(sqlite_url, tmp_path, catalogues) as desk:
        mine = await desk.shift("Amina", "Bo")
        page = await desk.opens("Amina", f"{OWN}/{mine}/swap")
        refused = await desk.sends("Amina", f"{OWN}/{mine}/swap", {"for": wish}, seen=page)

        is_over = refused.status == 409 and "Det bytet går inte längre" in alert_in(refused)
        assert is_over or (refused.status == 422 and "Välj vilket pass du vill ha i stället." in alert_in(refused))
        assert "Ingen har ett pass som passar er båda just nu." in read(page.text)


async def test_only_one_s_own_shifts_are_swapped_and_answered_for(desk: ShiftDesk) -> None:
    mine, theirs = await swap_proposed(desk)
    question = swap_in(await desk.opens("Eva", OWN))
    page = await desk.opens("Amina", f"{OWN}/calendar")

    shown = await desk.opens("Amina", f"{OWN}/{mine}/swap")
    pressed = [await desk.sends("Amina", f"{question}/{answer}", seen=page) for answer in ("yes", "no")]
    wish = {"for": f"{theirs}:{desk.staff['Eva'].id}"}
    pressed.append(await desk.sends("Amina", f"{OWN}/{mine}/swap", wish, seen=page))
    spied = await desk.opens("Amina", f"{OWN}?swap={question.rpartition('/')[2]}")

    assert shown.url == OWN and [answer.status for answer in pressed] == [409, 409, 409]
    assert "Bytt" not in spied.text and "Dag" not in spied.text.replace("Dagens", "")
    assert (await desk.on(mine), await desk.on(theirs)) == (["Bo", "Dag"], ["Cleo", "Eva"])


# Every time.


async def test_a_shift_is_taken_every_other_week_seen_and_ended(desk: ShiftDesk) -> None:
    shifts = [await desk.shift("Bo", day=MONDAY + timedelta(weeks=week)) for week in range(5)]
    await desk.shift("Dag", day=MONDAY + timedelta(weeks=2), begins=14, place="stadsbiblioteket")
    taken = await desk.sends("Dag", f"{OWN}/{shifts[0]}/sign-up")

    begun = [await desk.sends("Dag", f"{OWN}/{shifts[0]}/every", {"weeks": "2"}, seen=taken) for _ in range(2)]
    await desk.later(NOW + timedelta(days=1))
    standing = re.search(r"/desk/shifts/standing/\d+/end", (await desk.opens("Dag", OWN)).text)
    assert standing
    page = await desk.opens("Dag", OWN)
    ended = await desk.sends("Dag", standing[0], seen=page)
    again = await desk.sends("Dag", standing[0], seen=ended)

    told = (
        "✓ Varannan vecka: mån 13–16 Linero Du är anmäld till 1 pass till, och till nya när de kommer. "
        "Inte till: mån 21/12 13–16 Linero Krockar med passet mån 21/12 14–17 Stadsbiblioteket."
    )
    assert told in read(begun[0].text) and begun[1].status == 200
    for answer in begun:
        assert "✓ Varannan vecka: mån 13–16 Linero Inte längre varje gång" in part(answer, "h-standing")
    assert [await desk.on(shift) for shift in shifts] == [["Bo", "Dag"], ["Bo"], ["Bo"], ["Bo"], ["Bo", "Dag"]]
    assert "Inte längre varje gång: mån 13–16 Linero. Pass du redan har är dina." in read(ended.text)
    assert 'id="h-standing"' not in ended.text
    assert again.status == 409 and alert_in(again) == "Det har du redan avslutat."


@pytest.mark.parametrize(("weeks", "told"), [("", "Välj varje vecka eller varannan vecka."), ("3", "Välj varje vecka")])
async def test_how_often_is_one_of_two(desk: ShiftDesk, weeks: str, told: str) -> None:
    shift = await desk.shift("Dag", "Bo")

    refused = await desk.sends("Dag", f"{OWN}/{shift}/every", {"weeks": weeks})

    assert refused.status == 422 and told in alert_in(refused)


async def test_a_shift_that_is_not_one_s_own_is_not_taken_every_time(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo")

    refused = await desk.sends("Dag", f"{OWN}/{shift}/every", {"weeks": "1"})

    assert refused.status == 409 and alert_in(refused) == "Passet är inte ditt längre, eller så är det över."
    assert await builders.table(desk.site.service, "SELECT id FROM standing_signups") == []


# A session that nobody staffs.


async def test_a_session_nobody_has_signed_up_for_is_closed_from_the_coordinator_s_desk(desk: ShiftDesk) -> None:
    async with desk.site.service.store.work() as work:
        usual = [(time(13), time(16))]
        await changes.set_hours(work, place="linero", weekday=0, spans=usual, valid_from=NOW.date())
    shift = await desk.shift(needed=2)

    asked, theirs = await desk.opens("Karin", "/desk"), await desk.opens("Dag", "/desk")
    close = {"verb": "close", "place": "linero", "first": MONDAY.isoformat()}
    shown = await (await desk.at("Karin")).post("/desk/hours/propose", close)
    await (await desk.at("Karin")).post(f"{shown.url}/publish", {"cancel_shifts": "1"})
    closed = await desk.opens("Karin", "/desk")

    told = asked_in(asked)
    assert told.startswith("1 Ingen volontär har anmält sig till: Linero bibliotek, måndag 7 december 2026")
    assert told.endswith("Ska det stängas? Då får de som väntar veta det. Stäng mån 7/12 Linero bibliotek")
    for name, value in close.items():
        assert f'name="{name}" value="{value}"' in asked.text
    assert 'id="h-questions"' not in theirs.text and 'id="h-questions"' not in closed.text
    assert "/desk/hours/drafts/" in shown.url
    row = await builders.one(desk.site.service, "SELECT cancelled_at FROM shifts WHERE id = :s", s=shift)
    assert row.cancelled_at is not None


async def test_a_session_that_somebody_staffs_is_no_question(desk: ShiftDesk) -> None:
    async with desk.site.service.store.work() as work:
        usual = [(time(13), time(16))]
        await changes.set_hours(work, place="linero", weekday=0, spans=usual, valid_from=NOW.date())
    await desk.shift("Bo")

    page = await desk.opens("Karin", "/desk")

    assert 'id="h-questions"' not in page.text


async def test_whose_access_has_ended_answers_nothing(desk: ShiftDesk) -> None:
    shift = await desk.shift("Bo", "Cleo")
    await asks_for_a_stand_in(desk, "Bo", shift)
    page = await desk.opens("Dag", OWN)
    async with builders.acting(desk.site.service, desk.staff["Karin"]) as work:
        await leaving.disable_staff(work, desk.staff["Dag"].id)

    pressed = [await answers(desk, "Dag", f"{OWN}/{shift}/{act}", page) for act in ("take", "decline")]

    assert [answer.status for answer in pressed] == [404, 404] and await desk.on(shift) == ["Cleo"]
