"""Keeping a case on both channels: one press, and what everybody reads."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from tests import builders
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.web_fixtures import Site, opened_site

NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)  # a Monday
AMINA, ASKER = 500, 900


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    clock.freeze(NOON)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def test_one_press_under_the_warning_keeps_the_case(house: House) -> None:
    await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(ASKER)
    await house.claims(AMINA)
    clock.move(timedelta(minutes=30))
    await builders.do_all_due(house.service)
    await house.settle()
    warned = house.api.chat(AMINA).last
    assert "väntat på ditt svar i 30 minuter" in warned.text

    code = next(code for code in codes_of(warned) if code.endswith(":2h"))
    await house.pressed(AMINA, code, warned.message_id)

    kept = next(one for one in house.api.chat(AMINA).visible if one.message_id == warned.message_id)
    assert "Du behåller ärende" in kept.text and "14:30" in kept.text
    assert codes_of(kept) == []
    assert await house.pressed(AMINA, code, warned.message_id) == house.words("sv")("in_the_chat")


async def test_who_does_not_answer_reads_that_it_went_back_and_she_reads_a_new_time(house: House) -> None:
    await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(ASKER)
    await house.claims(AMINA)
    for minutes in (30, 15):
        clock.move(timedelta(minutes=minutes))
        await builders.do_all_due(house.service)
        await house.settle()

    assert any("har gått tillbaka till kön" in text for text in house.texts(AMINA))
    assert "är tillbaka i kön" in house.last(ASKER)


async def test_one_press_keeps_the_case_at_the_desk_with_what_is_half_written(site: Site) -> None:
    amina = await builders.volunteer(site.service)
    asker = await builders.claimed_case(site.service, amina)
    browser = await site.desk_of(amina)
    page = await browser.get(f"/desk/cases/{asker.case_id}")
    fields = {name: page.hidden(name) for name in ("client_msg_id", "seen_seq")}

    shown = await browser.post(f"/desk/cases/{asker.case_id}/keep", {**fields, "text": "Halvt", "until": "2h"})

    assert "Du behåller ärende" in shown.words and shown.box.strip() == "Halvt"
    refused = await browser.post(f"/desk/cases/{asker.case_id}/keep", {**fields, "text": "Halvt", "until": "9h"})
    assert (refused.status, refused.box.strip()) == (422, "Halvt")
    other = await site.desk_of(await builders.volunteer(site.service, "Bo"))
    assert (await other.post(f"/desk/cases/{asker.case_id}/keep", {"until": "2h"})).status == 404
