"""A coordinator takes back the newest of their own: asked first, once, and those who were told are told again."""

from datetime import timedelta

from bot.engine import clock
from tests import builders
from tests.shifts.office import CHATS, NOW, ShiftOffice

NAME = "mån 7/12 13–16 Linero"
NOTHING = "Det finns inget av dig från det senaste dygnet att ångra, eller så bygger något annat på det."


async def test_who_was_put_on_a_shift_is_off_it_again_and_knows(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")
    await office.types("Karin", "/assign Amina mån")

    read = await office.types("Karin", "/undo")
    assert read == f"Vill du ångra det här? De som fick veta det får veta det igen.\nDu satte upp Amina på {NAME}."
    assert await office.on(shift) == ["Amina", "Bo"]
    code, message = office.button("Karin", "Ångra"), office.shows("Karin").message_id
    read = await office.presses("Karin", "Ångra")

    assert read == f"✓ Ångrat:\nDu satte upp Amina på {NAME}."
    assert await office.on(shift) == ["Bo"]
    assert office.reads("Amina").startswith(f"Karin har tagit bort dig från passet {NAME}.")
    assert await office.house.pressed(CHATS["Karin"], code, message) == "Knappen gäller inte längre."
    assert await office.types("Karin", "/undo") == NOTHING


async def test_a_cancelled_shift_is_held_again_and_a_new_one_is_not(office: ShiftOffice) -> None:
    await office.shift("Amina")
    await office.types("Karin", "/cancelshift mån")
    await office.presses("Karin", "sjukdom")
    await office.types("Karin", "/undo")
    await office.presses("Karin", "Ångra")
    assert office.reads("Amina").startswith(f"Passet {NAME} gäller igen.")

    await office.types("Karin", "/newshift 9/12 13-16 linero")
    read = await office.types("Karin", "/undo")
    assert read.endswith("Du lade till passet ons 9/12 13–16 Linero.")
    await office.presses("Karin", "Ångra")

    rows = await builders.table(office.house.service, "SELECT cancelled_at FROM shifts ORDER BY starts_at")
    assert [row.cancelled_at is None for row in rows] == [True, False]


async def test_what_another_builds_on_or_is_a_day_old_or_another_s_is_not_undone(office: ShiftOffice) -> None:
    await office.types("Karin", "/newshift 7/12 13-16 linero")
    assert await office.types("Robin", "/undo") == NOTHING
    await office.types("Karin", "/undo")
    await office.house.pressed(
        CHATS["Amina"], f"su:{(await builders.one(office.house.service, 'SELECT id FROM shifts')).id}", 1
    )

    answer = await office.house.pressed(
        CHATS["Karin"], office.button("Karin", "Ångra"), office.shows("Karin").message_id
    )

    assert answer == "Det går inte att ångra längre: något har ändrats sedan dess."
    assert await office.types("Karin", "/undo") == NOTHING
    await office.types("Karin", "/newshift 9/12 13-16 linero")
    clock.freeze(NOW + timedelta(hours=25))
    assert await office.types("Karin", "/undo") == NOTHING


async def test_no_changes_nothing(office: ShiftOffice) -> None:
    await office.types("Karin", "/newshift 7/12 13-16 linero")
    await office.types("Karin", "/undo")

    assert await office.presses("Karin", "Nej") == f"Inget är ändrat:\nDu lade till passet {NAME}."
    assert (await builders.one(office.house.service, "SELECT cancelled_at FROM shifts")).cancelled_at is None


async def test_a_change_of_the_hours_that_is_newer_is_asked_about_instead(office: ShiftOffice) -> None:
    await office.types("Karin", "/newshift 7/12 13-16 linero")
    clock.move(timedelta(seconds=1))
    await office.types("Karin", "/extra 9/12 linero 16-18")
    await office.presses("Karin", "Publicera")

    read = await office.types("Karin", "/undo")

    assert read.startswith("Vill du ångra den här ändringen? Då gäller den inte längre:\nLinero bibliotek, onsdag 9")
