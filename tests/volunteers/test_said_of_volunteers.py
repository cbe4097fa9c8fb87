"""What is said to volunteers, and of them to coordinators, is so: links, the list, a pause, what ends with access."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.people import login_links
from bot.people.standing import standing_of
from bot.volunteers import profiles
from bot.volunteers.profiles import LONGEST_PAUSE, Profile
from models.case import CaseStatus
from models.notice import Notice
from models.people import LinkPurpose
from tests import builders
from tests.builders import Staff, case_row
from tests.channels.telegram_house import House, telegram_house

KARIN, AMINA, STRANGER = 500, 502, 503
TOO_LONG = (
    "En paus får vara högst ett år och ska börja inom ett år. Är du borta tills vidare? Välj ”Tills jag är tillbaka”."
)


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        await builders.coordinator(opened.service, "Karin", chat_id=KARIN)
        await opened.settle()
        yield opened


@pytest.fixture
async def amina(house: House) -> Staff:
    return await builders.volunteer(house.service, "Amina", chat_id=AMINA, on_shift=False)


def _last(house: House, chat_id: int) -> str:
    return without_bidi_controls(house.last(chat_id))


async def test_without_the_bot_s_name_what_is_to_be_sent_to_it_is_written_out(house: House) -> None:
    house.service.health.bot_name = None

    await house.hears(KARIN, "/invite Nour ar,sv")

    read = _last(house, KARIN).split("\n")
    assert read[1] == "Skriv det här till vår bot i Telegram, där du får ärenden och pass:"
    await house.hears(AMINA, read[2])
    assert "Klart!" in _last(house, AMINA)


async def test_links_stand_in_one_message_until_it_was_sent_and_nowhere_after(house: House) -> None:
    await house.hears(KARIN, "/invite Nour ar,sv")
    karin = await builders.person_named(house.service, "Karin")

    shown = await builders.screen(house.service, karin, Notice.INVITATION_LINKS)

    assert shown == [
        "Länkarna har redan skickats. Behövs nya? Skriv /volunteers, välj volontären och tryck på ”Nya länkar”."
    ]


async def test_a_name_in_the_list_is_pressed_and_new_links_are_there(house: House, amina: Staff) -> None:
    await house.hears(KARIN, "/volunteers")
    assert _last(house, KARIN).startswith("Volontärer och samordnare. Tryck på ett namn.\nAmina")

    await house.pressed(KARIN, f"vc:{amina.id}", house.api.chat(KARIN).last.message_id)

    assert _last(house, KARIN).startswith("Amina · Volontär")
    assert "Nya länkar" in house.api.chat(KARIN).last.labels


@pytest.mark.parametrize(
    ("begins", "lasts", "sentence"),
    [
        (timedelta(days=1), LONGEST_PAUSE + timedelta(days=1), TOO_LONG),
        (LONGEST_PAUSE + timedelta(days=1), timedelta(days=1), TOO_LONG),
        (LONGEST_PAUSE, LONGEST_PAUSE, None),
    ],
)
async def test_a_pause_is_at_most_a_year_and_begins_within_one(
    house: House, amina: Staff, begins: timedelta, lasts: timedelta, sentence: str | None
) -> None:
    first = clock.office_day(clock.now(), house.service.store.zone) + begins

    await house.hears(AMINA, f"/pause {first} - {first + lasts}")

    read = _last(house, AMINA)
    assert (read.split("\n")[0] == TOO_LONG) == (sentence is not None), read
    async with house.service.store.look() as db:
        paused = (await standing_of(db, [amina.id]))[amina.id].paused_from
    assert paused == (None if sentence else first)


async def test_until_one_is_back_the_pause_has_no_end(house: House, amina: Staff) -> None:
    await house.hears(AMINA, "/pause")
    last = house.api.chat(AMINA).last
    assert "Tills jag är tillbaka" in last.labels and "du får inga ärenden" in _last(house, AMINA)

    await house.pressed(AMINA, "meu:open", last.message_id)

    assert "tills vidare" in _last(house, AMINA)


async def test_what_a_coordinator_changed_is_told_and_stands_where_it_is_said_to(house: House, amina: Staff) -> None:
    karin = Staff(await builders.person_named(house.service, "Karin"), "Karin", KARIN)
    async with builders.acting(house.service, karin) as work:
        await profiles.save(work, amina.id, Profile(("uk",), ("housing",), (), None, None, may_be_asked=True))
    await house.settle()

    assert _last(house, AMINA) == "Samordnaren har ändrat det som står om dig. Skriv /me för att se det."
    await house.hears(AMINA, "/me")
    read = _last(house, AMINA)
    assert read.startswith("Det här vet vi om dig som volontär. Tryck för att ändra.")
    assert "Språk: Ukrainska" in read and "Kan mest om: Bostad" in read and "Platser: Alla platser" in read


@pytest.mark.parametrize("how", ["disable", "leave"])
async def test_with_the_access_links_shifts_and_cases_are_gone_at_once(house: House, amina: Staff, how: str) -> None:
    await house.hears(KARIN, "/volunteers Amina")
    card = house.api.chat(KARIN).last.message_id
    async with house.service.store.work() as work:
        link = await login_links.make_link(work, amina.id, LinkPurpose.TELEGRAM)
    await builders.shift(house.service, amina, lasts=timedelta(hours=2))
    ahead = await builders.shift(house.service, amina, starts_at=clock.now() + timedelta(days=2))
    asker = await builders.claimed_case(house.service, amina)

    await house.pressed(KARIN, f"ve:{amina.id}:{how}:ask", card)
    asked = _last(house, KARIN)
    await house.pressed(KARIN, f"ve:{amina.id}:{how}:yes", card)
    await house.hears(STRANGER, f"/start {link}")

    assert "Inloggningar och länkar slutar gälla genast, ärenden går tillbaka till kön" in asked
    assert house.last(STRANGER) == house.words("sv")("link_spent")
    assert (await case_row(asker)).status == CaseStatus.QUEUED
    assert await builders.table(house.service, "SELECT 1 FROM assignments WHERE shift_id = :id", id=ahead) == []
