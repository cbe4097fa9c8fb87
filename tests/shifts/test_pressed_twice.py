"""Whatever is pressed twice about shifts is done once, and nothing new is said; so is a press whose answer was lost."""

import json
from datetime import timedelta

from models.notice import Notice
from tests import builders
from tests.channels.telegram_house import codes_of
from tests.shifts.office import CHATS, MONDAY, ShiftOffice

NAME = "mån 7/12 13–16 Linero"
WEDNESDAY = MONDAY + timedelta(days=2)


async def twice(office: ShiftOffice, who: str, label: str) -> str:
    """They press a button, and press it again as they saw it; returns what the button said the second time. What stands
    in the chat, and everything that is committed of shifts, is the same after it."""
    code, message = office.button(who, label), office.shows(who).message_id
    await office.house.pressed(CHATS[who], code, message)
    stood = await state(office)
    second = await office.house.pressed(CHATS[who], code, message)
    assert await state(office) == stood, label
    return second


async def state(office: ShiftOffice) -> object:
    tables = ("shifts", "assignments", "stand_ins", "shift_asks", "standing_signups", "swaps", "shift_templates")
    kept = [await builders.table(office.house.service, f"SELECT * FROM {name}") for name in tables]
    return kept, [office.said(who) for who in CHATS]


async def test_no_button_of_a_volunteer_about_shifts_does_or_says_anything_twice(office: ShiftOffice) -> None:
    await office.shift("Bo")
    await office.shift("Cleo", day=WEDNESDAY)
    await office.types("Amina", "/freeshifts")
    said = [await twice(office, "Amina", NAME), await twice(office, "Amina", "Samma varannan vecka")]
    said.append(await twice(office, "Amina", "Inte längre varje gång"))
    await office.types("Amina", "/swap")
    said += [await twice(office, "Amina", NAME), await twice(office, "Amina", "Cleo: ons 9/12 13–16 Linero")]
    said.append(await twice(office, "Cleo", "Ja, vi byter"))
    await office.types("Cleo", "/cant")
    said += [await twice(office, "Cleo", NAME), await twice(office, "Cleo", "Nej, jag kan inte komma")]
    said.append(await twice(office, "Cleo", "Fråga 2 volontärer"))
    said.append(await twice(office, "Dag", "Ja, jag tar det"))

    assert "" not in said, said


async def test_no_button_of_a_coordinator_about_shifts_does_or_says_anything_twice(office: ShiftOffice) -> None:
    await office.shift("Bo")
    await office.types("Karin", "/newshift")
    said = [await twice(office, "Karin", label) for label in ("Linero bibliotek", "ons 9/12", "13:00", "16:00")]
    said.append(await twice(office, "Karin", "2 personer"))
    said.append(await twice(office, "Karin", "Sätt upp Amina"))
    await office.types("Karin", "/coverage")
    said.append(await twice(office, "Karin", NAME))
    said.append(await twice(office, "Karin", "Fråga 3 volontärer"))
    await office.types("Karin", "/unassign Bo")
    await office.types("Karin", "/unassign")
    said += [await twice(office, "Karin", NAME), await twice(office, "Karin", "Bo")]
    await office.types("Karin", "/cancelshift mån")
    said.append(await twice(office, "Karin", "sjukdom"))
    await office.types("Karin", "/template måndag 13-16 linero")
    said.append(await twice(office, "Karin", "Ta bort mån 13–16 Linero"))
    await office.types("Karin", "/template måndag 13-16 linero")
    await office.types("Karin", "/template 2027-01-11..2027-01-24")
    said.append(await twice(office, "Karin", "Publicera 2 pass"))

    assert "" not in said, said


async def test_a_press_whose_answer_was_lost_is_told_again_and_done_once(office: ShiftOffice) -> None:
    """The process is killed between the press and its answer: Telegram tells the same update again."""
    shift = await office.shift("Bo")
    await office.types("Amina", "/freeshifts")
    await office.house.api.presses(CHATS["Amina"], office.button("Amina", NAME), office.shows("Amina").message_id)
    body = json.dumps(office.house.api.delivery.waiting()[-1].body).encode()

    statuses = [await office.house.telegram.webhook(body) for _ in range(3)]
    await office.house.settle()

    assert statuses == [200, 200, 200] and await office.on(shift) == ["Amina", "Bo"]
    rows = await builders.table(office.house.service, "SELECT 1 FROM shift_changes WHERE what LIKE '%signed_up%'")
    assert len(rows) == 1
    told = await builders.said_to(office.house.service, office.staff["Amina"].id, Notice.FREE_SHIFTS)
    assert len(told) == 2 and office.reads("Amina").startswith(f"✓ Du är anmäld: {NAME}")


async def test_a_note_is_read_by_whoever_is_on_the_shift_and_lies_sealed(office: ShiftOffice) -> None:
    read = await office.types("Karin", "/newshift 7/12 13-16 linero 2: nyckeln finns i disken")
    assert "Obs: nyckeln finns i disken" in read
    await office.presses("Karin", "Sätt upp Amina")

    assert "Obs: nyckeln finns i disken" in office.reads("Amina")
    assert "Obs: nyckeln finns i disken" in await office.types("Amina", "/myshifts")
    row = await builders.one(office.house.service, "SELECT note FROM shifts")
    assert b"nyckeln" not in row.note
    rows = await builders.table(office.house.service, "SELECT params FROM outbox")
    assert all("nyckeln" not in row.params for row in rows)
    assert codes_of(office.shows("Amina"))
