"""What goes wrong while commands are gone on with by buttons: pressed twice, too late, meanwhile, by two at once."""

from datetime import timedelta

import pytest

from bot.engine import clock
from bot.volunteers import leaving
from tests import builders
from tests.shifts.office import CHATS, NOW, ShiftOffice

NAME = "mån 7/12 13–16 Linero"
STALE = "Knappen gäller inte längre."


async def state(office: ShiftOffice) -> object:
    tables = ("shifts", "assignments", "shift_asks", "shift_templates", "dialogues", "people")
    kept = [await builders.table(office.house.service, f"SELECT * FROM {name}") for name in tables]
    return kept, [office.said(who) for who in CHATS]


async def twice(office: ShiftOffice, who: str, label: str) -> str:
    """They press a button twice; what the button says the second time, which changes nothing."""
    code, message = office.button(who, label), office.shows(who).message_id
    await office.house.pressed(CHATS[who], code, message)
    stood = await state(office)
    second = await office.house.pressed(CHATS[who], code, message)
    assert await state(office) == stood, label
    return second


@pytest.mark.parametrize(
    ("command", "labels"),
    [
        ("/template", ("Lägg till en rad", "Linero bibliotek", "måndag", "13:00", "16:00", "2 personer")),
        ("/announce", ("De som har ett pass", NAME)),
        ("/announce", ("Alla, eller ett språk", "Arabiska")),
        ("/invite", ("Arabiska", "✓ Arabiska", "Arabiska", "Klart", "Avbryt")),
        ("/cancelshift", (NAME, "Med egna ord", "Avbryt")),
        ("/assign", (NAME, "Cleo")),
    ],
)
async def test_whatever_is_pressed_twice_is_done_once_and_the_second_says_so(
    office: ShiftOffice, command: str, labels: tuple[str, ...]
) -> None:
    await office.shift("Bo")
    await office.types("Karin", command)

    said = [await twice(office, "Karin", label) for label in labels]

    assert "" not in said, said


async def test_another_coordinators_dialogue_and_cards_are_nobody_elses(office: ShiftOffice) -> None:
    await office.types("Karin", "/announce")
    code = office.button("Karin", "Alla, eller ett språk")

    for who in ("Robin", "Amina"):
        assert await office.house.pressed(CHATS[who], code, office.shows(who).message_id) == STALE


async def test_who_was_shown_out_meanwhile_is_not_put_on_a_shift(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")
    await office.types("Karin", "/assign")
    await office.presses("Karin", NAME)
    async with office.house.service.store.work() as work:
        await leaving.disable_staff(work, office.staff["Cleo"].id)

    read = await office.presses("Karin", "Cleo")

    assert read == f"Det gick inte: {NAME}\nCleo: Har inte tillgång längre."
    assert await office.on(shift) == ["Bo"]


async def test_of_two_who_choose_from_the_same_list_the_second_reads_what_the_first_did(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")
    for who in ("Karin", "Robin"):
        await office.types(who, "/assign")
        await office.presses(who, NAME)
    await office.presses("Karin", "Amina")

    read = await office.presses("Robin", "Cleo")

    assert read == (f"Det gick inte: {NAME}\nCleo: Passet är fullt.\nKarin satte upp någon på passet, i dag kl. 09:00.")
    assert await office.on(shift) == ["Amina", "Bo"]


async def test_a_shift_that_ended_meanwhile_takes_nobody(office: ShiftOffice) -> None:
    shift = await office.shift("Bo")
    await office.types("Karin", "/assign")
    await office.presses("Karin", NAME)
    clock.freeze(NOW + timedelta(days=7))

    read = await office.presses("Karin", "Cleo")

    assert read == f"Det gick inte: {NAME}\nCleo: Passet är slut." and await office.on(shift) == ["Bo"]


async def test_an_ended_shift_on_the_list_says_so_when_it_is_chosen(office: ShiftOffice) -> None:
    await office.shift("Bo")
    await office.types("Karin", "/assign")
    clock.freeze(NOW + timedelta(days=7))

    assert await office.presses("Karin", NAME) == f"Det gick inte: {NAME}\nPasset är slut."


async def test_without_a_shift_ahead_it_is_said_and_how_it_is_written(office: ShiftOffice) -> None:
    for command in ("/assign", "/unassign", "/cancelshift"):
        read = await office.types("Karin", command)
        assert read.startswith("Det finns inga pass framåt.") and f"Skriv så här: {command} " in read, read


async def test_a_week_cannot_be_announced_to_a_shift_where_there_is_none(office: ShiftOffice) -> None:
    await office.types("Karin", "/announce")

    assert office.labels("Karin") == ["Alla, eller ett språk", "Avbryt"]


async def test_words_behind_a_command_that_takes_none_are_said_to_go_to_nobody(office: ShiftOffice) -> None:
    read = await office.types("Amina", "/leave på fredag")

    assert read.startswith("Det du skrev efter /leave har inte skickats till någon.")
    assert any(text.startswith("Vill du sluta hos RådRum?") for text in office.said("Amina"))


async def test_a_reply_that_is_edited_afterwards_changes_nothing(office: ShiftOffice) -> None:
    await office.types("Karin", "/announce")
    await office.presses("Karin", "Alla, eller ett språk", "Alla")
    card = office.shows("Karin").message_id
    said = await office.house.api.says(CHATS["Karin"], "Hej", reply_to=card, language_code="sv")
    await office.house.settle()
    asked = office.reads("Karin")
    assert asked == "Det här går till 5 personer:\n\nHej"

    await office.house.api.edits(CHATS["Karin"], said.message_id, "Hej då")
    await office.house.settle()

    assert "Hej" in office.reads("Karin") or "ändr" in office.reads("Karin").lower()
    await office.house.pressed(
        CHATS["Karin"],
        "san",
        next(
            one.message_id for one in office.house.api.chat(CHATS["Karin"]).visible if one.buttons and "Hej" in one.text
        ),
    )
    assert "Karin skriver till alla:\nHej" in office.said("Amina")


async def test_a_picture_in_answer_to_the_card_is_not_taken_and_that_is_said(office: ShiftOffice) -> None:
    await office.types("Karin", "/announce")
    await office.presses("Karin", "Alla, eller ett språk", "Alla")
    card = office.shows("Karin").message_id

    await office.house.api.sends(CHATS["Karin"], "photo", reply_to=card)
    await office.house.settle()

    assert "inte" in office.reads("Karin") and "Det här går till" not in office.reads("Karin")
    assert (await office.replies("Karin", "Hej", card)).startswith("Det här går till 5 personer:")
