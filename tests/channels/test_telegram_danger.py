"""Somebody in a case may be in danger: who reads what, at which hour, and what the ledger keeps."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases import safeguarding
from bot.engine import clock
from bot.engine.errors import NotFound
from bot.language.i18n import Catalogues
from bot.volunteers import leaving
from models.case import CaseEventKind
from tests import builders
from tests.builders import acting, table
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.test_telegram_people import _last, _presses

KARIN, AMINA, BO, ASKER = 500, 502, 503, 9001


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues, coordinator_contact="070-174 06 05") as opened:
        await builders.coordinator(opened.service, "Karin", chat_id=KARIN)
        amina = await builders.volunteer(opened.service, "Amina", chat_id=AMINA)
        await builders.volunteer(opened.service, "Bo", chat_id=BO)
        asker = await builders.claimed_case(opened.service, amina, "Han slår mig", chat_id=ASKER, language="uk")
        opened.asker, opened.amina = asker, amina  # type: ignore[attr-defined]
        await opened.settle()
        yield opened


@pytest.mark.parametrize("hour", [3, 12, 23])
async def test_the_coordinator_is_told_at_once_day_and_night_and_nothing_of_the_words(house: House, hour: int) -> None:
    clock.freeze(clock.now().replace(hour=hour))
    asker = house.asker  # type: ignore[attr-defined]

    await house.hears(AMINA, "/cases")
    await _presses(house, AMINA, f"dg:{asker.case_id}")

    told = _last(house, KARIN)
    assert told.startswith("Någon kan vara i fara i ärende ") and "Amina sa det" in told
    assert "slår" not in told
    events = await table(house.service, "SELECT kind, detail FROM case_events WHERE kind = 'flagged'")
    assert [tuple(row) for row in events] == [(CaseEventKind.FLAGGED, None)]


async def test_the_volunteer_reads_the_steps_and_passes_the_numbers_on_by_one_press(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]
    await house.hears(AMINA, "/danger")
    protocol = _last(house, AMINA)

    await _presses(house, AMINA, f"dgn:{asker.case_id}")

    for part in (
        "1. Är någons liv i fara?",
        "112",
        "orosanmälan",
        "Samordnaren har fått veta det nu.",
        "070-174 06 05",
    ):
        assert part in protocol
    passed_on = _last(house, ASKER)
    assert passed_on.startswith("Ваш консультант хоче") and "020-50 50 50" in passed_on
    assert "✓ Numren är på väg" in _last(house, AMINA)


async def test_pressed_twice_it_is_one_alarm_and_later_it_is_another(house: House) -> None:
    clock.freeze(clock.now())
    asker = house.asker  # type: ignore[attr-defined]
    await house.hears(AMINA, f"/danger {asker.code}")
    await house.hears(AMINA, f"/danger {asker.code}")
    at_once = len([text for text in house.texts(KARIN) if "fara" in text])

    clock.move(timedelta(minutes=10))
    await house.hears(AMINA, f"/danger {asker.code}")

    assert (at_once, len([text for text in house.texts(KARIN) if "fara" in text])) == (1, 2)


async def test_who_lost_the_case_a_moment_ago_may_still_say_so_and_a_stranger_to_it_may_not(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]
    await house.stops(ASKER)

    await house.hears(BO, f"/danger {asker.code}")
    await house.hears(AMINA, f"/danger {asker.code} hon skrev att han är på väg")

    assert _last(house, BO).startswith("Det är inte ditt ärende. Säg det direkt till en samordnare.")
    assert "Någon kan vara i fara" in _last(house, AMINA)
    assert len([text for text in house.texts(KARIN) if "fara" in text]) == 1


async def test_the_only_coordinator_hears_that_there_is_nobody_else_to_tell(house: House) -> None:
    asker = house.asker  # type: ignore[attr-defined]

    await house.hears(KARIN, f"/danger {asker.code}")

    assert "Ingen annan samordnare finns att säga det till" in _last(house, KARIN)


async def test_of_several_cases_it_is_asked_which(house: House) -> None:
    await builders.claimed_case(house.service, house.amina)  # type: ignore[attr-defined]

    await house.hears(AMINA, "/danger")

    assert _last(house, AMINA).startswith("I vilket ärende kan någon vara i fara?")


async def test_after_everything_was_erased_the_coordinator_is_told_all_the_same_and_nobody_can_be_written_to(
    house: House,
) -> None:
    asker = house.asker  # type: ignore[attr-defined]
    await house.erases(ASKER)
    farewell = house.texts(ASKER)

    await house.hears(AMINA, f"/danger {asker.code}")
    answer = await house.pressed(AMINA, f"dgn:{asker.case_id}", house.api.chat(AMINA).last.message_id)

    assert _last(house, KARIN).startswith("Någon kan vara i fara i ärende ")
    assert codes_of(house.api.chat(AMINA).last) == []
    assert answer == house.service.desk("sv")("not_found")
    assert house.texts(ASKER) == farewell


async def test_who_has_no_access_any_more_flags_nothing(house: House) -> None:
    asker, amina = house.asker, house.amina  # type: ignore[attr-defined]
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    async with acting(house.service, amina) as work:
        with pytest.raises(NotFound):
            await safeguarding.flag(work, case_id=asker.case_id)
