"""A newcomer blocked from a coordinator's phone: at most three presses, and what each person reads."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from tests import builders
from tests.builders import case_row
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.test_telegram_people import _button, _last, _presses

KARIN, AMINA, ASKER = 500, 502, 9001


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        await builders.coordinator(opened.service, "Karin", chat_id=KARIN)
        amina = await builders.volunteer(opened.service, "Amina", chat_id=AMINA)
        opened.asker = await builders.claimed_case(opened.service, amina, chat_id=ASKER)  # type: ignore[attr-defined]
        await opened.settle()
        yield opened


async def test_three_presses_block_somebody_and_one_lets_them_in_again(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]

    await house.hears(KARIN, "/block")
    for code in (f"bk:{asker.case_id}", f"bks:{asker.case_id}:week", f"bkr:{asker.case_id}:week:threats"):
        await _presses(house, KARIN, code)

    done = _last(house, KARIN)
    assert done.startswith("Besökaren i ärende ") and "Orsak: Hot" in done
    assert "Just nu kan du inte skriva till våra rådgivare." in _last(house, ASKER)
    assert "Du har inte ärende" in _last(house, AMINA)

    await _presses(house, KARIN, f"bkl:{asker.id}")

    assert "är inte spärrad längre" in _last(house, KARIN)
    assert _last(house, ASKER) == "Nu kan du skriva till våra rådgivare igen."


async def test_blocked_in_the_newcomer_s_language_and_silent_the_second_time(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]
    await house.hears(ASKER, "/language")
    await house.pressed(ASKER, "lang:uk")
    await house.hears(KARIN, f"/block {asker.code}")
    await _presses(house, KARIN, f"bks:{asker.case_id}:day")
    await _presses(house, KARIN, f"bkr:{asker.case_id}:day:spam")
    told, volunteer = house.texts(ASKER), house.texts(AMINA)

    await house.hears(ASKER, "Чому?")

    assert "Зараз ви не можете писати нашим консультантам." in told[-1]
    assert house.texts(ASKER) == told
    assert house.texts(AMINA) == volunteer


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/block 123", "Det finns inget ärende med numret ”123”."),
        ("/block dumma karl", "Det finns inget ärende med numret ”dumma”."),
        ("/unblock 123", "Det finns inget ärende med numret ”123”."),
        ("/unblock", "Ingen är spärrad."),
    ],
)
async def test_what_cannot_be_done_is_answered_with_why(house: House, line: str, told: str) -> None:
    await house.hears(KARIN, line)

    assert _last(house, KARIN).startswith(told)


async def test_nobody_is_unblocked_who_is_not_blocked(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]

    await house.hears(KARIN, f"/unblock {asker.code}")

    assert "är inte spärrad" in _last(house, KARIN)
    assert "/unblock 472 913 5" in _last(house, KARIN)


async def test_who_was_erased_meanwhile_cannot_be_blocked(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]
    await house.hears(KARIN, f"/block {asker.code}")
    code, message = _button(house, KARIN, f"bks:{asker.case_id}:day")
    await house.erases(ASKER)

    answer = await house.pressed(KARIN, code, message)

    assert "finns inte kvar här" in answer
    await house.hears(KARIN, f"/block {asker.code}")
    assert "finns inte kvar här" in _last(house, KARIN)


async def test_a_volunteer_is_told_that_it_is_for_coordinators(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]

    await house.hears(AMINA, f"/block {asker.code}")
    answer = await house.pressed(AMINA, f"bkr:{asker.case_id}:day:spam", 1)

    assert _last(house, AMINA) == "Det kommandot är för samordnare."
    assert answer == house.service.desk("sv")("no_longer_valid")
    assert (await case_row(asker)).closed_at is None
    assert not [code for shown in house.api.chat(AMINA).visible for code in codes_of(shown) if code.startswith("bk")]


async def test_with_nothing_open_a_closed_case_goes_by_its_number(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]
    await house.stops(ASKER)

    await house.hears(KARIN, "/block")
    listed = _last(house, KARIN)
    await house.hears(KARIN, f"/block {asker.code}")

    assert listed.startswith("Det finns inga öppna ärenden.")
    assert "Vill du spärra besökaren" in _last(house, KARIN)


async def test_the_reason_is_read_by_coordinators_alone(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]
    await house.hears(KARIN, f"/block {asker.code}")
    for code in (f"bks:{asker.case_id}:lifted", f"bkr:{asker.case_id}:lifted:harassment"):
        await _presses(house, KARIN, code)

    read = {chat: any("Trakasserier" in text for text in house.texts(chat)) for chat in (KARIN, AMINA, ASKER)}

    assert read == {KARIN: True, AMINA: False, ASKER: False}
