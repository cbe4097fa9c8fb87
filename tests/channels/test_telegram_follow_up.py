"""A case that is to come back, from a volunteer's phone: a line, a reply, and what everybody reads."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from tests import builders
from tests.builders import table
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.test_telegram_people import _last, _presses

AMINA, BO, ASKER = 502, 503, 9001


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        amina = await builders.volunteer(opened.service, "Amina", chat_id=AMINA)
        await builders.volunteer(opened.service, "Bo", chat_id=BO)
        asker = await builders.claimed_case(opened.service, amina, chat_id=ASKER, language="fa")
        opened.asker, opened.amina = asker, amina  # type: ignore[attr-defined]
        await opened.settle()
        yield opened


def _in_days(house: House, days: int) -> str:
    return str(clock.office_day(clock.now(), house.service.store.zone) + timedelta(days=days))


async def test_a_line_sets_the_day_and_two_presses_ask_the_newcomer_in_their_language(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]

    await house.hears(AMINA, f"/followup {asker.code} {_in_days(house, 5)} hur gick mötet?")
    told = _last(house, AMINA)
    await _presses(house, AMINA, "fua:")
    asked = house.api.chat(ASKER).last
    yes = next(code for code in codes_of(asked) if code.startswith("fuc:yes"))
    toast = await house.pressed(ASKER, yes, asked.message_id)

    assert "kommer tillbaka" in told and "Att fråga: hur gick mötet?" in told and "Senast" in told
    assert "Besökaren får inte veta det." in told
    assert "دوباره از شما بپرسیم" in asked.text
    assert "بله، از من بپرسید" in _last(house, ASKER) and codes_of(house.api.chat(ASKER).last) == []
    assert toast == house.words("fa")("answer_saved")
    assert (await table(house.service, "SELECT agreed_at FROM follow_ups"))[0].agreed_at is not None


async def test_a_reply_to_the_case_names_it_and_nothing_of_it_reaches_the_newcomer(house: House) -> None:
    await builders.claimed_case(house.service, house.amina)  # type: ignore[attr-defined]
    await house.hears(AMINA, "/cases")
    before = house.texts(ASKER)
    words = next(one for one in house.api.chat(AMINA).visible if "close:" in " ".join(codes_of(one)))

    await house.api.says(AMINA, f"/followup {_in_days(house, 3)} ring", reply_to=words.message_id, language_code="sv")
    await house.settle()

    assert len(await table(house.service, "SELECT id FROM follow_ups")) == 1
    assert house.texts(ASKER) == before


async def test_it_is_listed_and_taken_back(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]
    await house.hears(AMINA, "/followup")
    none = _last(house, AMINA)
    await house.hears(AMINA, f"/followup {asker.code} {_in_days(house, 5)}")
    await house.hears(AMINA, "/followup")
    listed = _last(house, AMINA)

    await _presses(house, AMINA, "fud:")

    assert none.startswith("Inget ärende kommer tillbaka på en viss dag.")
    assert listed.startswith("De här ärendena kommer tillbaka:")
    assert _last(house, AMINA).startswith("Inget ärende kommer tillbaka på en viss dag.")
    assert await table(house.service, "SELECT id FROM follow_ups") == []


@pytest.mark.parametrize(("line", "told"), [
    ("{code} 31 februari", "”31 februari” är ingen dag."),
    ("{code} 2020-01-01 x", "2020-01-01 har redan varit, eller är i dag."),
    ("{code} {late}", "Ärendet kan komma tillbaka senast"),
    ("{code} snart", "Börja med dagen"),
    ("9999999 12 mars", "Det finns inget ärende med numret"),
    ("{code} {soon} {long}", "Skriv högst 500 tecken"),
])  # fmt: skip
async def test_what_cannot_be_is_answered_with_why_and_an_example(house: House, line: str, told: str) -> None:
    filled = line.format(
        code=house.asker.code, late=_in_days(house, 31), soon=_in_days(house, 2), long="a" * 501  # type: ignore[attr-defined]
    )  # fmt: skip

    await house.hears(AMINA, f"/followup {filled}")

    assert _last(house, AMINA).startswith(told)
    assert "/followup 472 913 5 12 mars" in _last(house, AMINA)
    assert await table(house.service, "SELECT id FROM follow_ups") == []


async def test_somebody_else_s_case_and_none_at_all_are_told_so(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]

    await house.hears(BO, f"/followup {asker.code} {_in_days(house, 3)}")
    theirs = _last(house, BO)
    await house.hears(BO, f"/followup {_in_days(house, 3)}")

    assert theirs.startswith("Det är inte ditt ärende.")
    assert _last(house, BO).startswith("Du har inget ärende eller flera.")
