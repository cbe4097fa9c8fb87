"""Two volunteers take each other's shift: proposed, accepted, declined, or refused since one does not fit any more."""

from datetime import timedelta

from tests import builders
from tests.shifts.office import CHATS, MONDAY, ShiftOffice

MINE, THEIRS = "mån 7/12 13–16 Linero", "ons 9/12 13–16 Linero"
WEDNESDAY = MONDAY + timedelta(days=2)


async def proposed(office: ShiftOffice) -> tuple[int, int]:
    """Amina would give her Monday for Bo's Wednesday, and Bo has been asked."""
    mine, theirs = await office.shift("Amina"), await office.shift("Bo", day=WEDNESDAY)
    await office.types("Amina", "/swap")
    await office.presses("Amina", MINE, f"Bo: {THEIRS}")
    return mine, theirs


async def test_two_presses_propose_a_swap_and_one_accepts_it(office: ShiftOffice) -> None:
    mine, theirs = await proposed(office)

    assert office.reads("Amina") == (
        f"Bo får frågan om du kan få {THEIRS} för {MINE}. Du har ditt pass tills Bo har svarat ja."
    )
    assert office.reads("Bo") == f"Amina vill byta: du får {MINE} och ger {THEIRS}."
    assert (await office.on(mine), await office.on(theirs)) == (["Amina"], ["Bo"])
    await office.presses("Bo", "Ja, vi byter")

    assert (await office.on(mine), await office.on(theirs)) == (["Bo"], ["Amina"])
    assert office.reads("Bo") == f"✓ Bytt med Amina: du har {MINE} i stället för {THEIRS}."
    assert office.reads("Amina") == f"✓ Bytt med Bo: du har {THEIRS} i stället för {MINE}."


async def test_shifts_of_the_same_time_can_be_swapped(office: ShiftOffice) -> None:
    mine, theirs = await office.shift("Amina"), await office.shift("Bo", begins=14, place="stadsbiblioteket")

    await office.types("Amina", "/swap")
    await office.presses("Amina", MINE, "Bo: mån 7/12 14–17 Stadsbibliot…")
    await office.presses("Bo", "Ja, vi byter")

    assert (await office.on(mine), await office.on(theirs)) == (["Bo"], ["Amina"])


async def test_no_keeps_both_shifts_and_is_told(office: ShiftOffice) -> None:
    mine, theirs = await proposed(office)
    yes, message = office.button("Bo", "Ja, vi byter"), office.shows("Bo").message_id

    await office.presses("Bo", "Nej")
    late = await office.house.pressed(CHATS["Bo"], yes, message)

    assert office.reads("Bo") == f"Inget byte med Amina. Du har {THEIRS} kvar."
    assert office.reads("Amina") == f"Inget byte med Bo. Du har {MINE} kvar."
    assert late == "Knappen gäller inte längre."
    assert (await office.on(mine), await office.on(theirs)) == (["Amina"], ["Bo"])


async def test_who_does_not_fit_any_more_is_named_to_both_and_nothing_changes(office: ShiftOffice) -> None:
    mine, theirs = await proposed(office)
    await office.profile("Amina", paused_from=WEDNESDAY, paused_until=WEDNESDAY)

    await office.presses("Bo", "Ja, vi byter")

    assert office.reads("Bo") == (
        f"Det går inte att byta med Amina längre. Du har {THEIRS} kvar.\nAmina: Har paus den dagen."
    )
    assert office.reads("Amina") == (f"Det går inte att byta med Bo längre. Du har {MINE} kvar.\nHar paus den dagen.")
    assert (await office.on(mine), await office.on(theirs)) == (["Amina"], ["Bo"])


async def test_a_shift_that_is_not_theirs_any_more_cannot_be_swapped(office: ShiftOffice) -> None:
    mine, theirs = await proposed(office)
    await office.types("Karin", "/unassign Amina mån")

    await office.presses("Bo", "Ja, vi byter")

    assert "Amina: Inte anmäld till passet." in office.reads("Bo")
    assert (await office.on(mine), await office.on(theirs)) == ([], ["Bo"])


async def test_only_swaps_that_fit_both_are_offered(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.shift("Bo", begins=14, day=WEDNESDAY)
    await office.shift("Bo", begins=13)  # has one by then
    await office.shift("Cleo", day=WEDNESDAY + timedelta(days=1))  # may not be asked
    await office.profile("Cleo", may_be_asked=False)

    await office.types("Amina", "/swap")
    read = await office.presses("Amina", MINE)

    assert read.startswith(f"Byta {MINE} mot vilket?")
    rows = await builders.table(office.house.service, "SELECT 1 FROM swaps")
    assert rows == [] and not any("Cleo" in label for label in office.labels("Amina"))


async def test_nobody_is_asked_the_same_twice(office: ShiftOffice) -> None:
    await proposed(office)
    await office.types("Amina", "/swap")
    await office.presses("Amina", MINE)

    answer = await office.house.pressed(
        CHATS["Amina"], office.button("Amina", f"Bo: {THEIRS}"), office.shows("Amina").message_id
    )

    assert answer == "Knappen gäller inte längre."
    assert len(await builders.table(office.house.service, "SELECT 1 FROM swaps")) == 1
