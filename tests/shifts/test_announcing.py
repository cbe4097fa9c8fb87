"""A coordinator writes to many: who gets it, how many are told before, and what every wrong line is answered."""

from datetime import date

import pytest

from bot.volunteers import leaving
from tests import builders
from tests.shifts.office import CHATS, ShiftOffice

STALE = "Knappen gäller inte längre."
NEXT = "Nästa träff är på tisdag klockan 17:30."
TO_ALL = f"Karin skriver till alla:\n{NEXT}"


def who_read(office: ShiftOffice, text: str) -> list[str]:
    return sorted(name for name in CHATS if text in office.said(name))


async def test_to_all_the_number_comes_first_and_nothing_leaves_before_yes(office: ShiftOffice) -> None:
    read = await office.types("Karin", f"/announce alla: {NEXT}")
    before = who_read(office, TO_ALL)

    assert read == f"Det här går till 5 personer:\n\n{NEXT}"
    assert before == []
    assert office.labels("Karin") == ["Skicka till 5 personer", "Nej"]
    assert await office.presses("Karin", "Skicka till 5 personer") == "✓ På väg till 5 personer."
    assert who_read(office, TO_ALL) == ["Amina", "Bo", "Cleo", "Dag", "Robin"]


async def test_by_language_only_those_who_speak_it_read_it(office: ShiftOffice) -> None:
    read = await office.types("Karin", f"/announce arabiska: {NEXT}")
    await office.presses("Karin", "Skicka till 2 personer")

    assert read.startswith("Det här går till 2 personer som talar arabiska:")
    assert who_read(office, f"Karin skriver till alla som talar arabiska:\n{NEXT}") == ["Amina", "Robin"]


async def test_to_one_shift_those_on_it_read_it_the_times_colon_is_none(office: ShiftOffice) -> None:
    await office.shift("Amina", "Bo")
    await office.shift("Cleo", begins=18)

    read = await office.types("Karin", f"/announce mån 7/12 13:00-16:00 linero: {NEXT}")
    await office.presses("Karin", "Skicka till 2 personer")

    assert read.startswith("Det här går till 2 personer som har passet mån 7/12 13–16 Linero:")
    assert who_read(office, f"Karin skriver till er som har passet mån 7/12 13–16 Linero:\n{NEXT}") == ["Amina", "Bo"]


async def test_who_is_away_or_has_left_gets_nothing_but_of_a_shift_of_theirs(office: ShiftOffice) -> None:
    await office.shift("Bo")
    await office.profile("Bo", paused_from=date(2026, 11, 1))
    async with office.house.service.store.work() as work:
        await leaving.disable_staff(work, office.staff["Dag"].id)
    await office.house.settle()

    await office.types("Karin", f"/announce all: {NEXT}")
    await office.presses("Karin", "Skicka till 3 personer")
    await office.types("Karin", f"/announce mån 7/12 linero: {NEXT}")
    await office.presses("Karin", "Skicka till en person")

    assert who_read(office, TO_ALL) == ["Amina", "Cleo", "Robin"]
    assert who_read(office, f"Karin skriver till er som har passet mån 7/12 13–16 Linero:\n{NEXT}") == ["Bo"]


async def test_pressed_twice_it_is_sent_once(office: ShiftOffice) -> None:
    await office.types("Karin", f"/announce alla: {NEXT}")
    card, yes = office.shows("Karin").message_id, office.button("Karin", "Skicka till 5 personer")

    await office.house.pressed(CHATS["Karin"], yes, card)
    again = await office.house.pressed(CHATS["Karin"], yes, card)

    assert again == STALE
    assert office.said("Amina").count(TO_ALL) == 1


async def test_after_no_nobody_reads_it(office: ShiftOffice) -> None:
    await office.types("Karin", f"/announce alla: {NEXT}")
    yes, card = office.button("Karin", "Skicka till 5 personer"), office.shows("Karin").message_id

    assert await office.presses("Karin", "Nej") == "Inget har skickats."
    assert await office.house.pressed(CHATS["Karin"], yes, card) == STALE
    assert who_read(office, TO_ALL) == []


async def test_a_shift_that_was_cancelled_meanwhile_is_written_to_no_more(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.types("Karin", f"/announce mån 7/12 linero: {NEXT}")
    yes, card = office.button("Karin", "Skicka till en person"), office.shows("Karin").message_id
    await office.types("Robin", "/cancelshift mån 7/12 linero")
    await office.presses("Robin", "Ingen orsak")

    assert await office.house.pressed(CHATS["Karin"], yes, card) == STALE
    assert not [text for text in office.said("Amina") if NEXT in text]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (NEXT.replace(":", "."), "Skriv till vem, ett kolon och sedan orden: alla, ett språk eller ett pass."),
        (": hej", "Skriv till vem, ett kolon och sedan orden: alla, ett språk eller ett pass."),
        ("alla:", "Efter kolonet står ingenting. Skriv det du vill säga."),
        ("ukrainska: hej", "Det finns ingen som får det. Välj andra."),
        ("mån 7/12: hej", "Flera pass passar. Skriv också tid eller plats."),
    ],
)
async def test_a_wrong_line_is_answered_with_why_and_with_one_that_works(
    office: ShiftOffice, line: str, why: str
) -> None:
    await office.shift("Amina")
    await office.shift("Bo", begins=18)

    read = await office.types("Karin", f"/announce {line}")

    assert read.startswith(why)
    assert "/announce alla: Nästa träff är på tisdag klockan 17." in read


async def test_too_long_is_told_and_a_volunteer_cannot_write_to_all(office: ShiftOffice) -> None:
    too_long = await office.types("Karin", f"/announce alla: {'x' * 1001}")
    await office.types("Amina", f"/announce alla: {NEXT}")

    assert "1 000" in too_long or "1000" in too_long
    assert who_read(office, TO_ALL) == [] and not office.shows("Amina").buttons


async def test_the_words_lie_sealed_in_the_database(office: ShiftOffice) -> None:
    await office.types("Karin", f"/announce alla: {NEXT}")
    await office.presses("Karin", "Skicka till 5 personer")

    rows = await builders.table(office.house.service, "SELECT kind, params FROM outbox WHERE kind LIKE 'announce%'")

    assert len(rows) >= 6
    assert not [row for row in rows if "träff" in str(row.params) or "Karin" in str(row.params)]
