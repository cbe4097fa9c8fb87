"""What staff type after a slash and is no command: it is said to be none, what it may have been meant for, and that it
went to nobody."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.volunteers.menus import commands_of
from models.outbox import Notice
from models.people import Role
from tests import builders
from tests.channels.telegram_house import House, telegram_house

KARIN, AMINA = 500, 501
NOT_THERE = "Det kommandot finns inte. Inget har hänt, och inget har skickats till någon."


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        await builders.coordinator(opened.service, chat_id=KARIN)
        await builders.volunteer(opened.service, chat_id=AMINA)
        yield opened


async def answered(house: House, chat: int, typed: str) -> list[str]:
    await house.hears(chat, typed)
    return without_bidi_controls(house.last(chat)).splitlines()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("/closed tjoho", "/closeday"), ("/hour_history", "/hours_history"), ("/caces", "/cases"), ("/hlep", "/help")],
)
async def test_a_slip_is_named_with_the_command_it_looks_like(house: House, typed: str, meant: str) -> None:
    said = await answered(house, KARIN, typed)

    assert said[:2] == [NOT_THERE, f"Menade du {meant}?"]
    assert "/closeday Stäng en eller flera dagar: /closeday 24/12 linero helgdag" in said, "and what there is"


async def test_what_looks_like_none_is_told_what_there_is_for_this_role(house: House) -> None:
    said = await answered(house, AMINA, "/ingenting")

    assert said[0] == NOT_THERE
    assert not any(line.startswith("Menade") for line in said)
    listed = [line.split()[0] for line in said if line.startswith("/")]
    assert listed == [f"/{name}" for name in commands_of(Role.VOLUNTEER)]
    assert "/closeday" not in listed and "/newshift" not in listed, "those are a coordinator's"


async def test_what_stands_behind_a_command_that_takes_nothing_is_said_to_be_sent_to_nobody(house: House) -> None:
    await house.hears(AMINA, "/cases hej du")

    newest, before = (without_bidi_controls(text) for text in house.texts(AMINA)[:-3:-1])
    assert before == "Du har inget ärende just nu."
    assert newest.startswith("Det du skrev efter /cases har inte skickats till någon.")


async def test_the_answer_quotes_the_message_and_no_word_of_it_is_kept(house: House) -> None:
    await house.hears(AMINA, "/hemligt han slår mig")

    (row,) = await builders.table(
        house.service, "SELECT params FROM outbox WHERE kind = :kind", kind=Notice.STAFF_NO_COMMAND
    )
    typed = [shown for shown in house.api.chat(AMINA).visible if not shown.from_bot][-1]
    assert house.api.chat(AMINA).last.reply_to == typed.message_id
    assert "hemligt" not in str(row.params) and "slår" not in str(row.params)
