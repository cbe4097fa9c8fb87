"""What nobody is to reach for a phone because of arrives without a sound, as Telegram is told; the rest does not."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from tests import builders
from tests.botapi import Shown
from tests.channels.telegram_house import House, telegram_house

HERS, AMINA_S = 900, 700


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def said(house: House, chat: int, text: str) -> Shown:
    """The newest message of ours there that holds this."""
    return [shown for shown in house.api.chat(chat).visible if shown.from_bot and text in shown.text][-1]


async def test_the_line_to_who_waits_makes_no_sound_and_the_receipt_does(house: House) -> None:
    words = house.service.words("sv")
    await house.asks(HERS)

    await house.hears(HERS, "En rad till")

    assert said(house, HERS, words("words_kept")).silent
    assert not said(house, HERS, words("thanks_received")).silent


async def test_how_far_an_answer_has_come_makes_no_sound_and_the_answer_does(house: House) -> None:
    await builders.volunteer(house.service, chat_id=AMINA_S)
    await house.asks(HERS)
    await house.claims(AMINA_S)

    await house.hears(AMINA_S, "Ring dem")

    desk = house.service.desk("sv")
    assert said(house, AMINA_S, desk("state_delivered")).silent
    assert not said(house, HERS, "Ring dem").silent
