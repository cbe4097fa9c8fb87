"""A volunteer becomes a coordinator, or the other way round: asked first, told, another menu, never the last one."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.engine.errors import BadInput, NotFound
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.volunteers import leaving, roles
from models.people import Role
from tests import builders
from tests.builders import Staff, table
from tests.channels.telegram_house import House, telegram_house

KARIN, AMINA, ROBIN = 500, 501, 502
LAST = "Det går inte: då finns ingen samordnare kvar. Gör först någon annan till samordnare."
STALE = "Knappen gäller inte längre."


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def karin(house: House) -> Staff:
    return await builders.coordinator(house.service, "Karin", chat_id=KARIN)


@pytest.fixture
async def amina(house: House, karin: Staff) -> Staff:
    made = await builders.volunteer(house.service, "Amina", chat_id=AMINA, on_shift=False)
    await house.settle()
    return made


def last(house: House, chat: int) -> str:
    return without_bidi_controls(house.last(chat))


async def role_of(house: House, person: int) -> str:
    (row,) = await table(house.service, "SELECT role FROM people WHERE id = :id", id=person)
    return str(row.role)


async def press(house: House, label: str, chat: int = KARIN) -> str:
    shown = house.api.chat(chat).last
    named = {without_bidi_controls(button.label): button.action for row in shown.buttons for button in row}
    assert label in named, named
    return await house.pressed(chat, named[label], shown.message_id)


def menu_of(house: House, chat: int) -> list[str]:
    """The commands that Telegram was last told to show there."""
    calls = [one for one in house.api.calls if one.method == "setMyCommands" and str(chat) in str(one.params)]
    commands = calls[-1].params["commands"]
    listed = json.loads(commands) if isinstance(commands, str) else commands
    return [one["command"] for one in listed]


async def test_a_volunteer_is_made_coordinator_once_it_is_meant_and_knows_and_has_the_menu(
    house: House, amina: Staff
) -> None:
    assert "newshift" not in menu_of(house, AMINA)
    await house.hears(KARIN, "/volunteers Amina")

    await press(house, "Gör till samordnare")
    assert last(house, KARIN).startswith("Ska Amina bli samordnare?") and await role_of(house, amina.id) == "volunteer"
    await press(house, "Gör till samordnare")

    assert await role_of(house, amina.id) == "coordinator"
    assert last(house, AMINA) == "Du är samordnare nu. /help visar vad du kan göra.\nDet har Karin ändrat."
    assert "newshift" in menu_of(house, AMINA)
    await house.hears(AMINA, "/shifts")
    assert last(house, AMINA).startswith("Vecka")


async def test_every_other_coordinator_hears_whose_role_is_another(house: House, amina: Staff, karin: Staff) -> None:
    await builders.coordinator(house.service, "Robin", chat_id=ROBIN)
    await builders.volunteer(house.service, "Bo", chat_id=503, on_shift=False)
    await house.settle()

    for role in (Role.COORDINATOR, Role.VOLUNTEER):
        async with builders.acting(house.service, karin) as work:
            await roles.change_role(work, amina.id, role)
        await house.settle()

    told = [without_bidi_controls(said.text) for said in house.api.chat(ROBIN).messages][-2:]
    by = "Det har Karin ändrat."
    assert told == [f"Amina är samordnare nu.\n{by}", f"Amina är volontär nu och inte längre samordnare.\n{by}"]
    for chat in (KARIN, 503):
        assert all("Amina är" not in without_bidi_controls(said.text) for said in house.api.chat(chat).messages)


async def test_back_to_volunteer_the_menu_and_the_commands_are_gone(house: House, amina: Staff) -> None:
    async with house.service.store.work() as work:
        await roles.change_role(work, amina.id, Role.COORDINATOR)
    await house.settle()
    assert last(house, AMINA) == "Du är samordnare nu. /help visar vad du kan göra."  # by the command line
    await house.hears(KARIN, "/volunteers Amina")

    await press(house, "Gör till volontär")
    await press(house, "Gör till volontär")

    assert last(house, AMINA).startswith("Du är volontär nu och inte längre samordnare.")
    assert "newshift" not in menu_of(house, AMINA)
    await house.hears(AMINA, "/shifts")
    assert last(house, AMINA) == "Det kommandot är för samordnare."


async def test_no_changes_nothing_and_a_second_yes_has_passed(house: House, amina: Staff) -> None:
    await house.hears(KARIN, "/volunteers Amina")
    await press(house, "Gör till samordnare")
    await press(house, "Nej")
    assert await role_of(house, amina.id) == "volunteer" and last(house, KARIN).startswith("Amina · ")

    card = house.api.chat(KARIN).last.message_id
    yes = f"vr:{amina.id}:coordinator:yes"
    said = [await house.pressed(KARIN, yes, card) for _ in range(2)]

    assert said == ["", "Personen är redan samordnare."]
    told = [text for text in house.texts(AMINA) if text.startswith("Du är samordnare nu.")]
    assert len(told) == 1


async def test_the_last_coordinator_stays_one(house: House, karin: Staff, amina: Staff) -> None:
    await house.hears(KARIN, "/volunteers Karin")
    await press(house, "Gör till volontär")

    assert await press(house, "Gör till volontär") == LAST
    assert await role_of(house, karin.id) == "coordinator"


@pytest.mark.parametrize("verb", ["role", "access", "for good"])
async def test_of_two_coordinators_who_show_each_other_out_at_once_one_stays(
    house: House, karin: Staff, verb: str
) -> None:
    robin = await builders.coordinator(house.service, "Robin", chat_id=ROBIN)

    async def shows_out(who: Staff, whom: Staff) -> str:
        try:
            async with builders.acting(house.service, who) as work:
                if verb == "role":
                    await roles.change_role(work, whom.id, Role.VOLUNTEER)
                elif verb == "access":
                    await leaving.end_access(work, whom.id)
                else:
                    await leaving.leave_for_good(work, whom.id)
        except (BadInput, NotFound) as refusal:  # one who is no coordinator any more acts for nobody's sake
            return refusal.code
        return "done"

    done = await asyncio.gather(shows_out(karin, robin), shows_out(robin, karin))

    assert done.count("done") == 1 and {*done} <= {"done", "last_coordinator", "not_found"}
    still = await table(house.service, "SELECT 1 FROM people WHERE role = 'coordinator' AND enabled")
    assert len(still) == 1


async def test_the_command_line_can_shut_out_even_the_last_one_whose_telephone_is_lost(
    house: House, karin: Staff
) -> None:
    async with house.service.store.work() as work:
        await leaving.end_access(work, karin.id)

    assert not await table(house.service, "SELECT 1 FROM people WHERE role = 'coordinator' AND enabled")
    async with house.service.store.work() as work:
        await leaving.give_access(work, karin.id)


async def test_who_is_a_volunteer_already_is_made_none(house: House, amina: Staff) -> None:
    await house.hears(KARIN, "/volunteers Amina")

    said = await house.pressed(KARIN, f"vr:{amina.id}:volunteer:yes", house.api.chat(KARIN).last.message_id)

    assert said == "Personen är redan volontär." and await role_of(house, amina.id) == "volunteer"


async def test_whose_access_has_ended_is_made_nothing(house: House, karin: Staff, amina: Staff) -> None:
    await house.hears(KARIN, "/volunteers Amina")
    await press(house, "Gör till samordnare")
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    said = await press(house, "Gör till samordnare")

    assert said == house.service.desk("sv")("volunteer_has_no_access")
    assert await role_of(house, amina.id) == "volunteer"


async def test_a_volunteer_makes_nobody_anything(house: House, amina: Staff) -> None:
    said = await house.pressed(AMINA, f"vr:{amina.id}:coordinator:yes", 1)

    assert said == STALE and await role_of(house, amina.id) == "volunteer"
