"""What is said of shifts is so: that there are none, that all are covered, who did what to one, how a question ends."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from bot.engine import clock
from bot.roster import shifts
from bot.volunteers import leaving
from models.outbox import Notice
from tests import builders
from tests.shifts.office import CHATS, MONDAY, NOW, STOCKHOLM, ShiftOffice
from tests.shifts.test_volunteers_shifts import asked_for

NAME = "mån 7/12 13–16 Linero"


async def all_are_away(office: ShiftOffice, *but: str) -> None:
    for name in CHATS.keys() - set(but):
        await office.profile(name, paused_from=NOW.date())


# None, one too many, all of them.


async def test_a_list_of_shifts_says_that_there_are_none_until_there_are(office: ShiftOffice) -> None:
    asks = (
        ("Amina", "/myshifts", "Du har inga pass framför dig."),
        ("Amina", "/cant", "Du har inga pass framför dig."),
        ("Amina", "/freeshifts", "Inget ledigt pass passar dig just nu."),
        ("Karin", "/shifts nästa", "Inga pass den veckan."),
        ("Karin", "/coverage", "Inga pass de närmaste 14 dagarna."),
        ("Karin", "/assign", "Det finns inga pass framåt."),
    )

    before = [sentence in await office.types(who, typed) for who, typed, sentence in asks]
    await office.shift("Amina")
    await office.shift("Bo", begins=18)
    after = [sentence in await office.types(who, typed) for who, typed, sentence in asks]

    assert (before, after) == ([True] * 6, [False] * 6)


async def test_a_shift_with_nobody_on_it_says_so(office: ShiftOffice) -> None:
    await office.shift()

    asked = await office.types("Karin", "/cancelshift mån")
    await office.types("Karin", "/unassign")
    answer = await office.house.pressed(CHATS["Karin"], office.button("Karin", NAME), office.shows("Karin").message_id)

    assert "\nIngen är anmäld.\n" in asked
    assert answer == "Ingen är anmäld till passet."


async def test_that_all_shifts_are_covered_is_said_when_they_are(office: ShiftOffice) -> None:
    await office.shift("Amina")
    gap = await office.types("Karin", "/coverage")
    await office.types("Karin", "/assign Bo mån")

    covered = await office.types("Karin", "/coverage")

    assert "Alla pass är täckta." in covered and "Luckor:" not in covered
    assert "Alla pass är täckta." not in gap


async def test_of_shifts_that_are_not_shown_it_is_said_how_many_there_are(office: ShiftOffice) -> None:
    for week in range(8):
        await office.shift("Amina", day=MONDAY + timedelta(weeks=week))

    read = await office.types("Amina", "/myshifts")

    assert read.count("Linero:") == 6 and read.endswith("\n2 till, längre fram.")


async def test_where_nobody_who_is_free_fits_it_is_said(office: ShiftOffice) -> None:
    await all_are_away(office)

    read = await office.types("Karin", "/newshift 7/12 13-16 linero")
    await office.profile("Amina", paused_from=None)
    again = await office.types("Karin", "/newshift 8/12 13-16 linero")

    assert read.endswith("\nIngen som är ledig passar.")
    assert "Ingen som är ledig passar." not in again


async def test_who_says_that_they_come_is_thanked(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.later(clock.wall(MONDAY - timedelta(days=1), NOW.time().replace(hour=13), STOCKHOLM))

    thanks = await office.house.pressed(CHATS["Amina"], office.button("Amina", "Jag kommer"), _card(office, "Amina"))

    assert thanks == "Tack!"


def _card(office: ShiftOffice, who: str) -> int:
    return office.shows(who).message_id


# Who may take one.


async def test_who_has_no_access_any_more_is_put_on_no_shift(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")
    await office.types("Karin", "/assign")
    await office.presses("Karin", NAME)
    stale = office.button("Karin", "Amina")
    async with office.house.service.store.work() as work:
        await leaving.disable_staff(work, office.staff["Amina"].id)

    await office.house.pressed(CHATS["Karin"], stale, _card(office, "Karin"))

    assert f"Det gick inte: {NAME}\nAmina: Har inte tillgång längre." in office.said("Karin")
    assert await office.on(shift) == ["Bo"]


async def test_the_last_place_is_kept_for_somebody_experienced_where_two_are_needed(office: ShiftOffice) -> None:
    await office.profile("Amina", is_trainee=True)
    starts_at = clock.wall(MONDAY, NOW.time().replace(hour=13), STOCKHOLM)
    about = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=3), "place": "linero"}
    async with office.house.service.store.work() as work:
        bo = office.staff["Bo"].id
        shift = await shifts.add_shift(work, person_ids=[bo], needed=2, experienced=2, **about)

    await office.house.pressed(CHATS["Amina"], f"su:{shift}", 1)
    refused = office.reads("Amina")
    await office.house.pressed(CHATS["Cleo"], f"su:{shift}", 1)

    assert refused.startswith(f"Det gick inte: {NAME}\nPlatsen som är kvar behövs för någon erfaren.")
    assert await office.on(shift) == ["Bo", "Cleo"]


async def test_of_a_pause_coordinators_hear_whose_place_is_open(office: ShiftOffice) -> None:
    shift = await office.shift("Amina", "Bo")

    await office.types("Amina", "/pause 7/12")

    assert office.reads("Karin").startswith(f"Amina är borta då, och är inte anmäld till {NAME} längre.\nMed: Bo")
    assert await office.on(shift) == ["Bo"]


# What was done to it.


async def left(office: ShiftOffice, shift: int) -> None:
    await office.house.pressed(CHATS["Amina"], f"sl:{shift}", 1)


async def could_not_come(office: ShiftOffice, _shift: int) -> None:
    await office.types("Amina", "/cant mån")
    await office.presses("Amina", "Nej, jag kan inte komma")


async def was_taken_off(office: ShiftOffice, _shift: int) -> None:
    await office.types("Robin", "/unassign Amina mån")


async def was_left_alone(office: ShiftOffice, shift: int) -> None:
    await office.profile("Dag", is_trainee=True)
    await office.types("Robin", "/assign Dag mån")
    await could_not_come(office, shift)


async def was_disabled(office: ShiftOffice, _shift: int) -> None:
    async with office.house.service.store.work() as work:
        await leaving.disable_staff(work, office.staff["Amina"].id)


async def was_brought_back(office: ShiftOffice, shift: int) -> None:
    async with builders.acting(office.house.service, office.staff["Robin"]) as work:
        await shifts.cancel_shift(work, shift, "")
        await shifts.bring_back_shift(work, shift)


@pytest.mark.parametrize(
    ("happens", "sentence"),
    [
        (left, "Amina lämnade passet, i dag kl. 09:00."),
        (could_not_come, "Amina fick förhinder, i dag kl. 09:00."),
        (was_taken_off, "Robin tog bort någon från passet, i dag kl. 09:00."),
        (was_left_alone, "Dag kunde inte vara ensam på passet, i dag kl. 09:00."),
        (was_disabled, "Amina stängdes av, i dag kl. 09:00."),
        (was_brought_back, "Robin lät passet gälla igen, i dag kl. 09:00."),
    ],
)
async def test_who_comes_too_late_reads_what_was_done_to_the_shift_and_by_whom(
    office: ShiftOffice, happens: Callable[[ShiftOffice, int], Awaitable[None]], sentence: str
) -> None:
    shift = await office.shift("Amina")
    await happens(office, shift)

    read = await office.types("Karin", "/unassign Bo mån")

    assert read == f"Det gick inte: {NAME}\nBo: Inte anmäld till passet.\n{sentence}"


async def test_what_somebody_did_who_has_left_since_is_not_put_down_to_the_command_line(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.types("Karin", "/cancelshift mån")
    await office.presses("Karin", "sjukdom")
    async with office.house.service.store.work() as work:
        await leaving.leave_for_good(work, office.staff["Karin"].id)

    read = await office.types("Robin", "/cancelshift mån 7/12 13-16 Linero")

    assert read == f"Det gick inte: {NAME}\nPasset är inställt."


# Standing in.


async def test_a_cancelled_shift_ends_the_question_for_everybody_asked(office: ShiftOffice) -> None:
    await asked_for(office)

    await office.types("Karin", "/cancelshift mån")
    await office.presses("Karin", "sjukdom")

    assert office.reads("Cleo") == office.reads("Dag") == f"Passet är inställt: {NAME}"
    assert office.labels("Cleo") == []


async def test_where_nobody_can_be_asked_any_more_it_is_said(office: ShiftOffice) -> None:
    await office.shift("Amina", "Bo")
    await office.types("Amina", "/cant mån")
    await office.presses("Amina", "Nej, jag kan inte komma")
    await all_are_away(office, "Amina", "Bo")

    ask = office.button("Amina", "Fråga 2 volontärer")
    answer = await office.house.pressed(CHATS["Amina"], ask, _card(office, "Amina"))

    assert "det finns ingen mer att fråga." in f"{answer}\n{office.reads('Amina')}".casefold()
    assert not any("Kan du ta det här passet?" in text for who in ("Cleo", "Dag") for text in office.said(who))


# The calendar's address.


async def test_the_address_stands_in_one_message_until_it_was_sent_and_nowhere_after(office: ShiftOffice) -> None:
    read = await office.types("Amina", "/calendar")

    shown = await builders.screen(office.house.service, office.staff["Amina"].id, Notice.SHIFT_FEED)

    assert ".ics" in read and "den som har adressen ser dina pass" in read
    assert [text.replace("\u2066", "").replace("\u2069", "") for text in shown] == [
        "Adressen visas bara en gång. Skriv /calendar för att få en ny."
    ]
