"""A hand-over on Telegram: presses counted, and every sentence that its giver, its receiver and the newcomer read."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.volunteers import leaving
from models.case import spoken_code
from tests import builders
from tests.botapi import Shown
from tests.builders import Staff
from tests.channels.telegram_house import House, codes_of, telegram_house

NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)
AMINA, BO, ASKER = 500, 501, 900
NOTE = "Hon väntar på svar från CSN"


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    clock.freeze(NOON)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def _scene(house: House) -> tuple[Staff, Staff]:
    """Amina has a case and Bo is on shift too."""
    amina = await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(ASKER)
    await house.claims(AMINA)
    bo = await builders.volunteer(house.service, "Bo", speaks=("sv", "fa"), chat_id=BO)
    await house.settle()
    return amina, bo


def _with(house: House, chat_id: int, start: str) -> tuple[str, Shown]:
    """The newest message with such a button, and its code."""
    card = [one for one in house.api.chat(chat_id).visible if any(c.startswith(start) for c in codes_of(one))][-1]
    return next(c for c in codes_of(card) if c.startswith(start)), card


async def _press(house: House, chat_id: int, start: str) -> str:
    code, card = _with(house, chat_id, start)
    clock.move(timedelta(seconds=1))
    return await house.pressed(chat_id, code, card.message_id)


async def _says(house: House, text: str, reply_to: int | None = None) -> None:
    clock.move(timedelta(seconds=1))
    await house.api.says(AMINA, text, reply_to=reply_to, language_code="sv")
    await house.settle()


async def _offered(house: House) -> None:
    """Two presses and a line."""
    await _press(house, AMINA, "ho:")
    await _press(house, AMINA, "hop:")
    asked = [one for one in house.api.chat(AMINA).visible if "inte överlämnat ännu" in one.text][-1]
    await _says(house, NOTE, asked.message_id)


def _plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


async def test_three_presses_hand_a_case_over(house: House) -> None:
    await _scene(house)

    await _press(house, AMINA, "ho:")  # the first
    asked = house.api.chat(AMINA).last
    assert "Till vem?" in asked.text and "Bo (har pass)" in _plain(asked.buttons[0][0].label)
    await _press(house, AMINA, "hop:")  # the second
    asked = next(one for one in house.api.chat(AMINA).visible if "inte överlämnat ännu" in one.text)
    assert "till Bo." in _plain(asked.text) and "Besökaren ser det inte" in asked.text
    await _says(house, NOTE, asked.message_id)  # and sent

    assert "Bo har fått frågan" in _plain(house.last(AMINA)) and "12:30" in house.last(AMINA)
    card = house.api.chat(BO).last
    assert "Amina vill lämna över" in _plain(card.text) and NOTE not in card.text
    assert [c.split(":")[0] for c in codes_of(card)] == ["hor"]
    await _press(house, BO, "hor:")
    read = next(one for one in house.api.chat(BO).visible if one.message_id == card.message_id)
    assert NOTE in read.text and "Anteckning från Amina" in _plain(read.text)
    await _press(house, BO, "hoa:")

    assert "Bo har tagit över" in _plain(house.last(AMINA))
    assert any("Jag har fått ett brev" in text for text in house.texts(BO))
    assert not any("Jag har fått ett brev" in text for text in house.texts(AMINA))
    assert not any(NOTE in text for text in house.texts(BO))  # it is among the notes now
    code, _ = _with(house, BO, "notes:")
    await house.pressed(BO, code)
    assert NOTE in house.last(BO)
    assert "En annan rådgivare har nu ditt ärende" in house.last(ASKER)
    assert NOTE not in "\n".join(house.texts(ASKER))
    assert await _press(house, BO, "notes:")
    again = next(one for one in house.api.chat(BO).visible if one.message_id == card.message_id)
    assert codes_of(again) == []


async def test_a_language_is_asked_for_by_a_button_too(house: House) -> None:
    await _scene(house)
    await _press(house, AMINA, "ho:")
    label = _plain(next(b.label for row in house.api.chat(AMINA).last.buttons for b in row if b.action.endswith(":fa")))
    assert "persiska" in label.lower()

    code = next(c for c in codes_of(house.api.chat(AMINA).last) if c.startswith("hol:") and c.endswith(":fa"))
    await house.pressed(AMINA, code, house.api.chat(AMINA).last.message_id)
    asked = next(one for one in house.api.chat(AMINA).visible if "inte överlämnat ännu" in one.text)
    assert "någon som talar" in asked.text
    await _says(house, NOTE, asked.message_id)

    assert "De som talar" in house.last(AMINA)
    assert any("lämna över" in text for text in house.texts(BO))


async def test_the_giver_takes_it_back_and_the_receivers_card_says_so(house: House) -> None:
    await _scene(house)
    await _offered(house)
    await _press(house, BO, "hor:")

    assert await _press(house, AMINA, "hob:") == house.service.desk("sv")("hand_over_back_toast")

    shown = [one for one in house.api.chat(BO).visible if "inte erbjudet till dig längre" in one.text]
    assert len(shown) == 1 and codes_of(shown[0]) == [] and NOTE not in "\n".join(house.texts(BO))
    assert "notes:" not in " ".join(codes_of(house.api.chat(AMINA).last))


async def test_refused_by_a_press(house: House) -> None:
    await _scene(house)
    await _offered(house)
    await _press(house, BO, "hor:")

    await _press(house, BO, "hon:")

    assert "Bo kan inte ta ärende" in _plain(house.last(AMINA))
    assert ASKER not in [row.person_id for row in await builders.table(house.service, "SELECT person_id FROM focuses")]


async def test_a_press_told_twice_says_nothing_new(house: House) -> None:
    await _scene(house)
    await _offered(house)
    for chat, start in ((BO, "hor:"), (BO, "hoa:")):
        code, card = _with(house, chat, start)
        await house.pressed(chat, code, card.message_id)
        stood = house.texts(BO), house.texts(AMINA), house.texts(ASKER)
        await house.pressed(chat, code, card.message_id)
        assert (house.texts(BO), house.texts(AMINA), house.texts(ASKER)) == stood, start
    code, card = _with(house, BO, "ho:")
    for _ in range(2):
        await house.pressed(BO, code, card.message_id)
    assert len([text for text in house.texts(BO) if "Lämna över ärende" in text]) == 1


async def test_a_line_hands_over_and_says_what_it_does_not_understand(house: House) -> None:
    await _scene(house)
    code = spoken_code((await builders.one(house.service, "SELECT code FROM cases")).code)

    await _says(house, "/handover")
    assert any(c.startswith("ho:") for c in codes_of(house.api.chat(AMINA).last)) and "/handover 472" in house.last(
        AMINA
    )
    await _says(house, f"/handover {code} Tjoho: {NOTE}")
    assert "Skriv först till vem" in house.last(AMINA)
    await _says(house, "/handover Bo: utan nummer")
    assert "inte tydligt vilket ärende" in house.last(AMINA)
    await _says(house, f"/handover {code} bo")
    assert "inte överlämnat ännu" in house.last(AMINA)
    await _says(house, f"/handover {code} persiska: {NOTE}")

    assert "De som talar" in house.last(AMINA)
    await _says(house, f"/handover {code} Bo: {NOTE}")
    assert "redan erbjudet" in house.last(AMINA)


async def test_an_answer_to_a_message_about_a_hand_over_goes_to_nobody(house: House) -> None:
    await _scene(house)
    await _press(house, AMINA, "ho:")
    asked_whom = house.api.chat(AMINA).last.message_id
    await _says(house, "Till Bo, tack", asked_whom)
    assert "skickats till någon" in house.last(AMINA)
    await _offered(house)
    waits = house.api.chat(AMINA).last.message_id
    used = next(one for one in house.api.chat(AMINA).visible if "inte överlämnat ännu" in one.text).message_id

    await _says(house, "En sak till", waits)
    assert "skickats till någon" in house.last(AMINA)
    await _says(house, "En sak till igen", used)
    assert "redan erbjudet" in house.last(AMINA)

    assert not any("sak till" in text or "Till Bo" in text for text in house.texts(ASKER))


async def test_too_long_a_note_is_offered_to_nobody(house: House) -> None:
    await _scene(house)
    await _press(house, AMINA, "ho:")
    await _press(house, AMINA, "hop:")
    asked = next(one for one in house.api.chat(AMINA).visible if "inte överlämnat ännu" in one.text)

    await _says(house, "x" * 501, asked.message_id)

    assert "högst 500 tecken" in house.last(AMINA)
    assert await builders.table(house.service, "SELECT id FROM hand_overs") == []


async def test_a_case_without_notes_says_so(house: House) -> None:
    await _scene(house)
    await _says(house, "/note")
    code, card = _with(house, AMINA, "notes:")

    await house.pressed(AMINA, code, card.message_id)

    assert "inga anteckningar" in house.last(AMINA)


async def test_a_note_of_somebody_who_has_left_names_nobody(house: House) -> None:
    amina, _ = await _scene(house)
    words = next(one for one in house.api.chat(AMINA).visible if "besökaren skriver" in one.text)
    await _says(house, f"/note {NOTE}", words.message_id)
    async with house.service.store.work() as work:
        await leaving.leave_for_good(work, amina.id)
    await house.settle()
    await house.claims(BO)

    code, card = _with(house, BO, "notes:")
    await house.pressed(BO, code, card.message_id)

    assert "Någon som har slutat" in house.last(BO) and NOTE in house.last(BO)
