"""How many of those on a shift ought to be experienced: typed in a shift's line or the usual week's, and shown."""

import pytest

from tests import builders
from tests.shifts.office import ShiftOffice

NAME = "mån 7/12 13–16 Linero"


async def test_how_many_experienced_a_shift_needs_is_typed_and_shown(office: ShiftOffice) -> None:
    read = await office.types("Karin", "/newshift 7/12 13-16 linero 3 2 erfarna")
    assert "Minst 2 erfarna behövs." in read
    await office.presses("Karin", "Sätt upp Amina")
    await office.profile("Bo", is_trainee=True)

    read = await office.types("Karin", "/assign Bo mån")
    assert f"{NAME}: 2 av 3 anmälda (Amina, Bo)" in read
    assert "🟡 Delvis täckt: 1 person saknas, 1 erfaren till behövs" in read.replace(" och ", ", ")
    await office.profile("Cleo", is_trainee=True)
    refused = await office.types("Karin", "/assign Cleo mån")

    assert refused.startswith(f"Det gick inte: {NAME}\nCleo: ")
    row = await builders.one(office.house.service, "SELECT needed, needed_experienced FROM shifts")
    assert (row.needed, row.needed_experienced) == (3, 2)


async def test_a_line_of_the_usual_week_hands_it_on_to_the_shifts_of_a_term(office: ShiftOffice) -> None:
    read = await office.types("Karin", "/template måndag 13-16 linero 3 2 experienced ar")
    assert "mån 13–16 Linero: 3 personer, 2 erfarna, Arabiska" in read
    await office.types("Karin", "/template 2027-01-11..2027-01-24")
    await office.presses("Karin", "Publicera 2 pass")

    rows = await builders.table(office.house.service, "SELECT needed, needed_experienced FROM shifts")
    assert [tuple(row) for row in rows] == [(3, 2), (3, 2)]


@pytest.mark.parametrize("typed", ["2 3 erfarna", "0 erfarna", "2 10 erfarna"])
@pytest.mark.parametrize("line", ["/newshift 7/12 13-16 linero", "/template måndag 13-16 linero"])
async def test_more_experienced_than_people_or_none_are_refused(office: ShiftOffice, line: str, typed: str) -> None:
    read = await office.types("Karin", f"{line} {typed}")

    assert read.startswith("Hur många erfarna behövs?") and read.splitlines()[0].endswith(
        "är inte ett tal från 1 till 2."
    )
    assert not await builders.table(office.house.service, "SELECT 1 FROM shifts UNION SELECT 1 FROM shift_templates")
