"""How many presses the usual things take on a phone: a command from the menu is one, and so is each button."""

from datetime import timedelta

import pytest

from bot.engine import clock
from tests.shifts.office import MONDAY, NOW, ShiftOffice

NAME = "mån 7/12 13–16 Linero"


async def taken(office: ShiftOffice, who: str, *steps: str) -> int:
    """They do these, each a command or a button; returns how many presses that is."""
    for step in steps:
        if step.startswith("/"):
            await office.types(who, step)
        else:
            await office.presses(who, step)
    return len(steps)


async def test_two_presses_sign_up(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")

    assert await taken(office, "Amina", "/freeshifts", NAME) == 2
    assert await office.on(shift) == ["Amina", "Bo"]


async def test_two_presses_say_that_one_cannot_come_and_one_more_asks_for_a_stand_in(office: ShiftOffice) -> None:
    shift = await office.shift("Amina", "Bo", day=NOW.date() + timedelta(days=1))
    await office.later(NOW + timedelta(hours=5))  # the reminder of the day before
    assert "Jag kan inte" in office.labels("Amina"), office.labels("Amina")

    assert await taken(office, "Amina", "Jag kan inte", "Nej, jag kan inte komma") == 2
    assert await office.on(shift) == ["Bo"]
    assert await taken(office, "Amina", "Fråga 2 volontärer") == 1
    assert "Ja, jag tar det" in office.labels("Cleo")


@pytest.mark.parametrize(
    ("steps", "comes_of_it"),
    [
        (("/coverage", NAME, "Fråga 3 volontärer"), "asked"),
        (("/coverage", NAME, "Sätt upp Amina"), "assigned"),
        (("/assign", NAME, "Cleo"), "assigned"),
        (("/shifts", "Veckan efter", NAME, "Fråga 3 volontärer"), "asked"),
    ],
)
async def test_a_gap_is_covered_in_at_most_four_presses(
    office: ShiftOffice, steps: tuple[str, ...], comes_of_it: str
) -> None:
    shift = await office.shift("Bo")

    assert await taken(office, "Karin", *steps) <= 4

    if comes_of_it == "asked":
        assert "Ja, jag tar det" in office.labels("Amina")
    else:
        assert len(await office.on(shift)) == 2


@pytest.mark.parametrize(
    "steps", [("Fråga 3 volontärer",), ("Visa passet", "Sätt upp Amina"), ("Visa passet", "Fråga 3 volontärer")]
)
async def test_from_the_alarm_a_gap_is_covered_in_at_most_four_presses(
    office: ShiftOffice, steps: tuple[str, ...]
) -> None:
    shift = await office.shift("Bo")
    await office.later(clock.wall(MONDAY, clock.now().time(), office.house.service.store.zone) - timedelta(hours=60))
    assert "Visa passet" in office.labels("Karin"), office.labels("Karin")

    assert await taken(office, "Karin", *steps) <= 4

    assert "Ja, jag tar det" in office.labels("Amina") or await office.on(shift) == ["Amina", "Bo"]


@pytest.mark.parametrize(
    "steps",
    [
        ("/newshift 7/12 13-16 linero",),
        ("/newshift", "Linero bibliotek", "mån 7/12", "13:00", "16:00", "2 personer"),
    ],
)
async def test_a_shift_is_added_by_one_line_or_six_presses(office: ShiftOffice, steps: tuple[str, ...]) -> None:
    assert await taken(office, "Karin", *steps) <= 6

    assert office.reads("Karin").startswith(f"✓ Passet finns nu.\n{NAME}: 0 av 2 anmälda")
