"""Each role has its own menu in Telegram, in its language; who has left has everybody's again."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from bot.volunteers import leaving, menus
from models.people import Role
from tests import builders
from tests.channels.telegram_house import House, telegram_house

KARIN, AMINA = 500, 501


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        for chat_id in (KARIN, AMINA):
            opened.api.chat(chat_id)  # they have pressed START
        yield opened


async def test_a_linked_account_has_the_menu_of_its_role(house: House) -> None:
    await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await builders.coordinator(house.service, "Karin", chat_id=KARIN)

    await house.settle()

    assert list(house.api.menus[AMINA]) == list(menus.commands_of(Role.VOLUNTEER))
    assert list(house.api.menus[KARIN]) == list(menus.commands_of(Role.COORDINATOR))
    assert house.api.menus[KARIN]["invite"] == "Bjud in en volontär: /invite Nour ar,sv"
    assert "invite" not in house.api.menus[AMINA]


async def test_another_language_is_another_menu_from_the_chat_and_from_the_desk(house: House) -> None:
    await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await house.settle()
    before = house.api.menus[AMINA]["cases"]

    await house.hears(AMINA, "/language")
    await house.pressed(AMINA, "lang:en")

    assert (before, house.api.menus[AMINA]["cases"]) == ("Mina ärenden", "My cases")


async def test_whose_access_ends_has_no_menu_of_theirs(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await house.settle()

    async with house.service.store.work() as work:
        await leaving.disable_staff(work, amina.id)
    await house.settle()

    assert AMINA not in house.api.menus
    assert await builders.table(house.service, "SELECT * FROM addresses WHERE farewell") == []


async def test_another_telegram_account_takes_the_menu_with_it(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await house.settle()

    async with house.service.store.work() as work:
        from bot.people import people

        await people.link_telegram(work, amina.id, KARIN)
    await house.settle()

    assert list(house.api.menus) == [KARIN]


async def test_a_chat_that_is_not_there_is_nobody_s_trouble(house: House) -> None:
    gone = 999
    amina = await builders.volunteer(house.service, "Amina", chat_id=gone)
    house.api.chats.pop(gone, None)
    async with house.service.store.work() as work:
        await work.db.execute(builders._ROWS.delete().where(builders._ROWS.c.kind != "menu"))

    await house.settle()

    rows = await builders.table(house.service, "SELECT kind, state, failure FROM outbox")
    assert [tuple(row) for row in rows] == [("menu", "sent", None)]
    parked = "SELECT parked_at FROM addresses WHERE person_id = :id"
    assert {row.parked_at for row in await builders.table(house.service, parked, id=amina.id)} == {None}


async def test_after_an_upgrade_everybody_linked_has_their_menu_once(house: House) -> None:
    await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    await builders.coordinator(house.service, "Karin")
    await house.settle()
    house.api.menus.clear()  # as a version left them that knew no menus

    for _ in range(2):
        async with house.service.store.work() as work:
            await menus.refresh(work, house.service.catalogues)
        await house.settle()

    assert list(house.api.menus) == [AMINA]
    rows = await builders.table(house.service, "SELECT id FROM outbox WHERE kind = 'menu'")
    assert len(rows) == 2  # at the linking, and after the upgrade
