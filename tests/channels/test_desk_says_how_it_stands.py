"""What the desk and the chat say of the state of things is so: who waits, who has what, who is on shift."""

from collections.abc import AsyncIterator
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.hours import changes
from bot.language.i18n import Catalogues
from bot.places import places
from tests import builders
from tests.channels.telegram_house import House, telegram_house
from tests.channels.web_fixtures import Site, opened_site

OF_NOBODY = ("desk_queue_empty", "desk_nobody_on_shift", "desk_nothing_claimed", "desk_no_shifts")
AMINA, FATIMA = 500, 900


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def house(database_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(database_url, tmp_path, catalogues) as opened:
        yield opened


async def test_an_empty_desk_says_so_of_everything_and_a_full_one_of_nothing(site: Site) -> None:
    karin = await builders.coordinator(site.service)
    desk, words = await site.desk_of(karin), site.service.desk("sv")
    empty = await desk.get("/desk")

    amina = await builders.volunteer(site.service, "Amina")
    await builders.claimed_case(site.service, amina, "Den som Amina har", chat_id=FATIMA)
    await builders.case_of(site.service, "Den som väntar", chat_id=FATIMA + 1)
    full = await desk.get("/desk")

    assert [key for key in OF_NOBODY if words(key) not in empty.words] == []
    assert [key for key in OF_NOBODY if words(key) in full.words] == []


async def test_the_hours_say_that_there_are_none_until_there_are(site: Site) -> None:
    desk, words = await site.desk_of(await builders.coordinator(site.service)), site.service.desk("sv")
    async with site.service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
    empty = [(await desk.get(path)).words for path in ("/desk/hours", "/desk/hours/history")]

    async with site.service.store.work() as work:
        await changes.set_hours(
            work, place="linero", weekday=0, spans=[(time(13), time(15))], valid_from=date(2026, 1, 1)
        )
    full = [(await desk.get(path)).words for path in ("/desk/hours", "/desk/hours/history")]

    for shown, is_said in ((empty, True), (full, False)):
        assert (words("desk_hours_none") in shown[0]) is is_said
        assert (words("hours_history_empty") in shown[1]) is is_said


async def test_my_cases_says_that_there_is_none_or_how_long_the_visitor_has_waited(house: House) -> None:
    clock.freeze(clock.now())
    await builders.volunteer(house.service, chat_id=AMINA)
    await house.hears(AMINA, "/cases")
    none = house.last(AMINA)
    await house.asks(FATIMA)
    await house.claims(AMINA)

    clock.move(timedelta(hours=2))
    await house.hears(AMINA, "/cases")

    desk = house.service.desk("sv")
    assert none == desk("no_cases")
    assert desk("case_waits", how_long=desk("hours_long", n=2)) in house.last(AMINA)
