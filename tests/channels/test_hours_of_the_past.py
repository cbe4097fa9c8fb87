"""The hours of 2019 to 2021, entered by a coordinator line by line, and asked back for any day.

Physical: Mondays at both libraries, from 2019-10-30 also Wednesdays, closed from 2020-03-16. Online: from that day,
first three days a week, then four, 9-17, later 9-12. Source: the service’s own account of 2019-2021.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.places import places
from models.hours import Door
from models.shift import ONLINE
from tests import builders
from tests.channels.telegram_house import House, telegram_house

BOSS = 41
LINES = (
    "stadsbiblioteket måndag 13-16 från 2019-09-02",
    "linero måndag 13-15:30 från 2019-09-02",
    "stadsbiblioteket onsdag 15:30-17:30 från 2019-10-30",
    "stadsbiblioteket måndag stängt från 2020-03-16",
    "stadsbiblioteket onsdag stängt från 2020-03-16",
    "linero måndag stängt från 2020-03-16",
    "online måndag 9-17 från 2020-03-16",
    "online tisdag 9-17 från 2020-03-16",
    "online onsdag 9-17 från 2020-03-16",
    "online torsdag 9-17 från 2020-04-06",
    *(f"online {day} 9-12 från 2020-09-01" for day in ("måndag", "tisdag", "onsdag", "torsdag")),
)
CITY, LINERO, ONLINE_HOURS = "Lunds stadsbibliotek", "Linero bibliotek", "RådRum Online"
MONDAYS = {CITY: "13:00–16:00", LINERO: "13:00–15:30"}
CLOSED: dict[str, str] = {}
ASKED = {
    "2019-08-26": CLOSED,  # before the first day
    "2019-09-02": MONDAYS,
    "2019-09-04": CLOSED,  # no Wednesdays yet
    "2019-10-23": CLOSED,
    "2019-10-28": MONDAYS,
    "2019-10-30": {CITY: "15:30–17:30"},  # the first Wednesday
    "2019-10-31": CLOSED,
    "2019-11-04": MONDAYS,
    "2019-12-24": CLOSED,
    "2020-02-26": {CITY: "15:30–17:30"},
    "2020-03-09": MONDAYS,
    "2020-03-11": {CITY: "15:30–17:30"},
    "2020-03-12": CLOSED,
    "2020-03-16": {ONLINE_HOURS: "09:00–17:00"},  # the libraries have closed
    "2020-03-19": CLOSED,  # a Thursday of the first three-day weeks
    "2020-04-09": {ONLINE_HOURS: "09:00–17:00"},
    "2020-08-31": {ONLINE_HOURS: "09:00–17:00"},
    "2020-09-01": {ONLINE_HOURS: "09:00–12:00"},
    "2020-09-04": CLOSED,  # a Friday
    "2021-04-15": {ONLINE_HOURS: "09:00–12:00"},
}


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    clock.freeze(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    async with telegram_house(sqlite_url, tmp_path, catalogues) as made:
        async with made.service.store.work() as work:
            for code, key in (("stadsbiblioteket", "lund_city_library"), ("linero", "linero_library")):
                await places.add_place(work, code=code, name_key=key)
            await places.add_place(work, code=ONLINE, name_key="service_online", door=Door.ONLINE)
        await builders.coordinator(made.service, chat_id=BOSS)
        yield made


def open_places(answer: str) -> dict[str, str]:
    """What the bot says was open: place → times."""
    found = {}
    for line in without_bidi_controls(answer).splitlines():
        for place in (CITY, LINERO, ONLINE_HOURS):
            if place in line and "stängt" not in line:
                found[place] = line[line.index("kl. ") + 4 :].strip(". ")
    return found


async def test_what_held_on_any_day_can_be_asked_afterwards(house: House) -> None:
    for line in LINES:
        await house.hears(BOSS, f"/sethours {line}")
        publish = next(one.action for row in house.api.chat(BOSS).last.buttons for one in row if "hp:" in one.action)
        await house.pressed(BOSS, publish)

    answered = {}
    for day in ASKED:
        await house.hears(BOSS, f"/hours_history {day}")
        answered[day] = open_places(house.last(BOSS))

    assert answered == ASKED
    assert len(ASKED) == 20
