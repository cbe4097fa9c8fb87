"""Somebody leaves by their own word: asked first with what happens, then nothing of them is left but the totals."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from models.case import CaseStatus
from tests import builders
from tests.builders import Staff, case_row, table
from tests.channels.telegram_house import House, telegram_house

KARIN, AMINA, ROBIN = 500, 501, 502
LAST = "Det går inte: då finns ingen samordnare kvar. Gör först någon annan till samordnare."
DONE = "Du har slutat. Tack för allt du har gjort!"
STALE = "Knappen gäller inte längre."


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        await builders.coordinator(opened.service, "Karin", chat_id=KARIN)
        yield opened


@pytest.fixture
async def amina(house: House) -> Staff:
    made = await builders.volunteer(house.service, "Amina", chat_id=AMINA, on_shift=False)
    await house.settle()
    return made


def last(house: House, chat: int) -> str:
    return without_bidi_controls(house.last(chat))


async def press(house: House, chat: int, label: str) -> str:
    shown = house.api.chat(chat).last
    named = {without_bidi_controls(button.label): button.action for row in shown.buttons for button in row}
    return await house.pressed(chat, named[label], shown.message_id)


async def named(house: House, person: int) -> bool:
    (row,) = await table(house.service, "SELECT alias_sealed, enabled FROM people WHERE id = :id", id=person)
    return row.alias_sealed is not None and bool(row.enabled)


async def test_what_happens_is_said_first_and_then_it_does(house: House, amina: Staff) -> None:
    await builders.shift(house.service, amina, lasts=timedelta(hours=2))  # it has begun, and is no shift ahead
    asker = await builders.claimed_case(house.service, amina)
    for days in (2, 3):
        await builders.shift(house.service, amina, starts_at=clock.now() + timedelta(days=days))
    await house.settle()

    await house.hears(AMINA, "/leave")
    assert last(house, AMINA) == (
        "Vill du sluta hos RådRum?\n1 ärende går tillbaka till kön.\n2 kommande pass blir utan dig.\n"
        "Ditt namn och det som står om dig raderas. Timmarna finns kvar utan namn. Det går inte att ångra, och "
        "samordnaren får veta det."
    )
    assert await named(house, amina.id)
    said = await press(house, AMINA, "Ja, jag slutar")

    assert said == DONE and not await named(house, amina.id)
    assert (await case_row(asker)).status == CaseStatus.QUEUED
    assert len(await table(house.service, "SELECT 1 FROM assignments WHERE person_id = :id", id=amina.id)) == 1
    assert not [one for one in house.api.chat(AMINA).visible if one.from_bot]
    assert last(house, KARIN) == (
        "Amina har själv valt att sluta, och namnet är raderat.\n1 ärende väntar i kön igen.\n"
        "2 kommande pass saknar någon."
    )
    await house.hears(AMINA, "/cases")
    assert "Mina ärenden" not in last(house, AMINA)  # anybody's account by now


async def test_no_changes_nothing_and_a_yes_after_it_has_passed(house: House, amina: Staff) -> None:
    await house.hears(AMINA, "/leave")
    shown = house.api.chat(AMINA).last

    await press(house, AMINA, "Nej, jag är kvar")

    assert last(house, AMINA) == "Du är kvar. Inget är ändrat."
    assert await house.pressed(AMINA, "lv:yes", shown.message_id) == STALE
    assert await named(house, amina.id)


async def test_with_nothing_in_hand_only_what_is_deleted_is_named(house: House, amina: Staff) -> None:
    await house.hears(AMINA, "/leave")

    assert last(house, AMINA).startswith("Vill du sluta hos RådRum?\nDitt namn och")


async def test_the_last_coordinator_cannot_leave_and_one_of_two_can(house: House) -> None:
    await house.hears(KARIN, "/leave")
    assert last(house, KARIN).endswith(LAST)

    robin = await builders.coordinator(house.service, "Robin", chat_id=ROBIN)
    await house.settle()
    await house.hears(KARIN, "/leave")
    assert await press(house, KARIN, "Ja, jag slutar") == DONE
    await house.hears(ROBIN, "/leave")

    assert last(house, ROBIN).endswith(LAST) and await named(house, robin.id)


async def test_whoever_became_the_last_meanwhile_is_refused_by_the_press(house: House) -> None:
    robin = await builders.coordinator(house.service, "Robin", chat_id=ROBIN)
    await house.settle()
    await house.hears(KARIN, "/leave")
    card = house.api.chat(KARIN).last.message_id
    await house.hears(ROBIN, "/leave")

    assert await press(house, ROBIN, "Ja, jag slutar") == DONE
    assert await house.pressed(KARIN, "lv:yes", card) == LAST
    assert not await named(house, robin.id)


async def test_a_second_press_of_yes_is_anybodys(house: House, amina: Staff) -> None:
    await house.hears(AMINA, "/leave")
    shown = house.api.chat(AMINA).last

    said = [await house.pressed(AMINA, "lv:yes", shown.message_id) for _ in range(2)]

    assert said[0] == DONE and said[1] != DONE
    left = [text for text in house.texts(KARIN) if "har själv valt att sluta" in text]
    assert len(left) == 1
