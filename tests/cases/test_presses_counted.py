"""How many presses what passes between people takes: on a phone a command from the menu is one, and so is each button;
at the desk each button, each link, and each list in which something is chosen."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from tests import builders
from tests.builders import Newcomer, Staff
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.web_fixtures import Site, opened_site

NOON = datetime(2026, 12, 7, 11, 0, tzinfo=UTC)
AMINA, BO, KARIN, ASKER = 500, 501, 503, 900
NOTE = "Hon väntar på svar från CSN"
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    clock.freeze(NOON)
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        await builders.coordinator(opened.service, chat_id=KARIN)
        await builders.volunteer(opened.service, chat_id=AMINA)
        await opened.asks(ASKER)
        await opened.claims(AMINA)
        await builders.volunteer(opened.service, "Bo", chat_id=BO)
        await opened.settle()
        yield opened


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    clock.freeze(NOON)
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def plain(text: str) -> str:
    return "".join(letter for letter in text if letter not in "\u2066\u2068\u2069")


async def presses(house: House, chat_id: int, label: str) -> int:
    """The newest button that begins so."""
    found = [
        (one, button)
        for one in house.api.chat(chat_id).visible
        for row in one.buttons
        for button in row
        if plain(button.label).startswith(label)
    ]
    assert found, (label, [codes_of(one) for one in house.api.chat(chat_id).visible])
    card, button = found[-1]
    clock.move(timedelta(seconds=1))
    await house.pressed(chat_id, button.action, card.message_id)
    return 1


async def writes(house: House, chat_id: int, text: str) -> int:
    """An answer to the newest message, sent: a swipe is no press, sending is one."""
    await house.api.says(chat_id, text, reply_to=house.api.chat(chat_id).last.message_id, language_code="sv")
    await house.settle()
    return 1


async def case(house: House) -> tuple[str, int]:
    """Its status and who has it."""
    row = await builders.one(house.service, "SELECT status, volunteer_id FROM cases")
    return row.status, row.volunteer_id


@pytest.mark.parametrize("to", ["Bo", "Någon som talar: "])
async def test_a_case_is_handed_over_in_three_presses(house: House, to: str) -> None:
    counted = await presses(house, AMINA, "Lämna över")
    counted += await presses(house, AMINA, to)
    counted += await writes(house, AMINA, NOTE)

    assert counted <= 3
    assert "vill lämna över ärende" in house.last(BO)
    taken = await presses(house, BO, "Läs anteckningen") + await presses(house, BO, "Ta emot")
    assert taken == 2 and (await case(house))[1] == await builders.person_named(house.service, "Bo")


async def test_a_note_is_made_in_two(house: House) -> None:
    """The command, chosen below the answer to a message of the case; and sent."""
    await house.hears(AMINA, "/note")
    counted = 1 + await writes(house, AMINA, f"/note {await code(house)} {NOTE}")

    assert counted == 2
    assert len(await builders.table(house.service, "SELECT id FROM case_notes")) == 1


async def code(house: House) -> str:
    return str((await builders.one(house.service, "SELECT code FROM cases")).code)


async def test_a_case_is_kept_by_one_press(house: House) -> None:
    clock.move(30 * MINUTE)
    await builders.do_all_due(house.service)
    await house.settle()

    assert await presses(house, AMINA, "Jag behåller det 2 timmar") == 1

    assert (await builders.one(house.service, "SELECT kept_until FROM cases")).kept_until is not None


async def test_a_newcomer_is_blocked_in_three_presses(house: House) -> None:
    await house.hears(KARIN, f"/block {await code(house)}")  # the number is typed, as any words are
    counted = 1 + await presses(house, KARIN, "24 timmar") + await presses(house, KARIN, "Hot")

    assert counted <= 3
    assert len(await builders.table(house.service, "SELECT person_id FROM blocks")) == 1


async def test_from_what_coordinators_read_of_a_case_it_is_three_too(house: House) -> None:
    await house.hears(KARIN, f"/case {await code(house)}")
    counted = await presses(house, KARIN, "Spärra")
    counted += await presses(house, KARIN, "24 timmar") + await presses(house, KARIN, "Hot")

    assert counted <= 3
    assert len(await builders.table(house.service, "SELECT person_id FROM blocks")) == 1


# At the desk, on the page of the case: opening a part of it is a press, and so is choosing in a list.


async def _at_the_desk(site: Site) -> tuple[Staff, Staff, Newcomer]:
    amina, bo = await builders.volunteer(site.service), await builders.volunteer(site.service, "Bo")
    return amina, bo, await builders.claimed_case(site.service, amina)


def parts(text: str) -> list[str]:
    """What is folded away on the page, each to be opened by a press."""
    return re.findall(r"<details[^>]*>.*?</details>", text, flags=re.S)


async def test_at_the_desk_a_part_is_opened_filled_in_and_sent(site: Site) -> None:
    """Nothing that is folded away lies below another fold: one press opens it, one sends it; to whom is a list."""
    amina, bo, asker = await _at_the_desk(site)
    path = f"/desk/cases/{asker.case_id}"
    page = await (desk := await site.desk_of(amina)).get(path)
    fields = {name: page.hidden(name) for name in ("client_msg_id", "seen_seq")}

    for act in ("hand-over", "note", "keep"):
        [part] = [one for one in parts(page.text) if f'formaction="{path}/{act}"' in one]
        assert part.count("<details") == 1, act
    [hand_over] = [one for one in parts(page.text) if f'formaction="{path}/hand-over"' in one]
    assert f'<option value="p{bo.id}"' in hand_over

    await desk.post(f"{path}/note", {**fields, "note": NOTE})
    await desk.post(f"{path}/keep", {**fields, "until": "2h"})
    await desk.post(f"{path}/hand-over", {**fields, "hand_to": f"p{bo.id}", "hand_note": NOTE})

    assert len(await builders.table(site.service, "SELECT id FROM case_notes")) == 1
    assert len(await builders.table(site.service, "SELECT id FROM hand_overs")) == 1
    assert (await builders.case_row(asker)).kept_until is not None


async def test_at_the_desk_a_newcomer_is_blocked_by_one_part_with_two_lists(site: Site) -> None:
    _, _, asker = await _at_the_desk(site)
    path = f"/desk/overview/cases/{asker.case_id}"
    page = await (desk := await site.desk_of(await builders.coordinator(site.service))).get(path)
    [part] = [one for one in parts(page.text) if f'action="{path}/block"' in one]

    assert part.count("<details") == 1 and part.count("<select") == 2 and part.count("<button") == 1
    await desk.post(f"{path}/block", {"span": "day", "reason": "threats"})

    assert len(await builders.table(site.service, "SELECT person_id FROM blocks")) == 1


async def test_at_the_desk_a_warned_case_is_kept_by_one_press_on_the_first_page(site: Site) -> None:
    amina, _, asker = await _at_the_desk(site)
    clock.move(30 * MINUTE)
    await builders.do_all_due(site.service)
    path = f"/desk/cases/{asker.case_id}/keep"
    page = await (desk := await site.desk_of(amina)).get("/desk")
    [form] = re.findall(rf'<form class="side" method="post" action="{path}">(.*?)</form>', page.text, flags=re.S)

    assert 'name="until" value="2h"' in form and parts(form) == []
    await desk.post(path, {"until": "2h"})

    assert (await builders.case_row(asker)).kept_until is not None
