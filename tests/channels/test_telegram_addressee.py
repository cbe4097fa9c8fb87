"""A volunteer's words over the Bot API: whatever they answer to, the words reach the case it names or nobody."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases import closing
from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import access
from tests import builders
from tests.botapi import Shown
from tests.channels.telegram_house import House, codes_of, telegram_house

AMINA = 5001
N, M = 9001, 9002


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        await builders.volunteer(opened.service, "Amina", speaks=("sv",), chat_id=AMINA)
        yield opened


async def _asks_and_is_claimed(house: House, chat: int, words: str) -> str:
    """The newcomer's case is Amina's; returns its id as buttons say it."""
    await house.asks(chat, words)
    (row,) = await builders.table(house.service, "SELECT id FROM cases WHERE status = 'queued'")
    await house.pressed(AMINA, f"claim:{row.id}")
    return str(row.id)


def _said(house: House, chat: int, text: str) -> list[str]:
    return [one for one in house.texts(chat) if text in one]


def _shown(house: House, chat: int, text: str) -> Shown:
    return [one for one in house.api.chat(chat).visible if text in one.text][-1]


async def _writes(house: House, text: str, *, reply_to: int | None = None) -> int:
    said = await house.api.says(AMINA, text, reply_to=reply_to, language_code="sv")
    await house.settle()
    return said.message_id


async def test_a_claim_is_one_message_beside_the_newcomers_own(house: House) -> None:
    await house.asks(N, "Fråga från N")
    (row,) = await builders.table(house.service, "SELECT id FROM cases")
    before = len(house.texts(AMINA))

    await house.pressed(AMINA, f"claim:{row.id}")

    words = house.service.desk("sv")
    told = house.texts(AMINA)
    assert len(told) == before + 1  # the newcomer's words; the card itself says that it is taken
    assert "Fråga från N" in told[-1]
    assert words("reply_goes_there") in told[-2]
    assert not [one for one in house.api.chat(AMINA).visible for code in codes_of(one) if "claim:" in code]


async def test_words_after_an_ending_are_asked_about_and_answered_by_one_press(house: House) -> None:
    await _asks_and_is_claimed(house, N, "Fråga från N")
    case = await _asks_and_is_claimed(house, M, "Fråga från M")
    await _writes(house, "Till N", reply_to=_shown(house, AMINA, "Fråga från N").message_id)
    (ended,) = await builders.table(house.service, "SELECT id FROM cases WHERE id != :m", m=int(case))
    async with house.service.store.work() as work:
        await closing.withdraw_case(work, await access.locked_case(work, ended.id))
    await house.settle()

    own = await _writes(house, "Mer till N")
    asked = house.api.chat(AMINA).last
    buttons, before = codes_of(asked), _said(house, M, "Mer till N")
    await house.pressed(AMINA, f"pick:{case}", asked.message_id)

    assert before == []
    assert asked.reply_to == own
    assert buttons == [f"pick:{case}", "nosend"]
    assert _said(house, M, "Mer till N") and not _said(house, N, "Mer till N")
    assert not codes_of(_shown(house, AMINA, house.service.desk("sv")("sent_to_case", code="x")[:12]))


async def test_answering_with_three_cases_open_takes_one_press_and_then_none(house: House) -> None:
    case = await _asks_and_is_claimed(house, N, "Fråga från N")
    await _asks_and_is_claimed(house, M, "Fråga från M")
    await _asks_and_is_claimed(house, 9003, "Fråga från den tredje")

    await _writes(house, "Svar ett")
    await house.pressed(AMINA, f"pick:{case}", house.api.chat(AMINA).last.message_id)
    await _writes(house, "Svar två")

    assert _said(house, N, "Svar ett") and _said(house, N, "Svar två")
    assert not _said(house, M, "Svar ett") and not _said(house, 9003, "Svar två")


@pytest.mark.parametrize("what", ["the newcomer's words", "own words", "the line about them", "the card", "own held"])
async def test_a_reply_is_resolved_whatever_it_points_at(house: House, what: str) -> None:
    case = await _asks_and_is_claimed(house, N, "Fråga från N")
    card = house.api.chat(AMINA).visible[-2].message_id
    if what == "own held":
        await _asks_and_is_claimed(house, M, "Fråga från M")
        own = await _writes(house, "Till N")
        await house.pressed(AMINA, f"pick:{case}", house.api.chat(AMINA).last.message_id)
    else:
        own = await _writes(house, "Till N")
        await _asks_and_is_claimed(house, M, "Fråga från M")
    target = {
        "the newcomer's words": _shown(house, AMINA, "Fråga från N").message_id, "own words": own, "own held": own,
        "the line about them": _shown(house, AMINA, house.service.desk("sv")("state_delivered")).message_id,
        "the card": card,
    }[what]  # fmt: skip

    await _writes(house, "Mer till N", reply_to=target)

    assert _said(house, N, "Mer till N")
    assert not _said(house, M, "Mer till N")


async def test_a_reply_to_what_names_no_case_is_asked_about(house: House) -> None:
    await _asks_and_is_claimed(house, N, "Fråga från N")
    await house.hears(AMINA, "/help")

    await _writes(house, "Hej", reply_to=house.api.chat(AMINA).last.message_id)

    assert not _said(house, N, "Hej")
    assert house.service.desk("sv")("held_why_unclear") in house.last(AMINA)


async def test_a_reply_is_taken_back_by_the_button_on_its_line_and_not_after_a_minute(house: House) -> None:
    await _asks_and_is_claimed(house, N, "Fråga från N")
    desk = house.service.desk("sv")
    clock.freeze(clock.now())
    await _writes(house, "Fel person")
    line = _shown(house, AMINA, desk("state_delivered"))
    taken = await house.pressed(AMINA, codes_of(line)[0], line.message_id)
    await _writes(house, "Rätt person")
    line = _shown(house, AMINA, desk("state_delivered"))
    clock.move(timedelta(seconds=61))
    late = await house.pressed(AMINA, codes_of(line)[0], line.message_id)

    assert (taken, late) == (desk("taken_back_toast"), desk("too_late_to_take_back"))
    assert not _said(house, N, "Fel person") and _said(house, N, "Rätt person")
    assert _said(house, N, house.words("sv")("reply_taken_back"))
    lines = [one for one in house.api.chat(AMINA).visible if one.silent]
    assert len(lines) == 1 and not codes_of(lines[0])


async def test_an_edit_within_a_minute_is_made_where_the_words_stand(house: House) -> None:
    await _asks_and_is_claimed(house, N, "Fråga från N")
    own = await _writes(house, "Ring 112 34 56")
    count = len(house.texts(N))

    await house.api.edits(AMINA, own, "Ring 112 34 57")
    await house.settle()

    assert len(house.texts(N)) == count
    assert _said(house, N, "112 34 57") and not _said(house, N, "112 34 56")


async def test_a_case_that_its_volunteer_closed_is_reopened_by_a_reply_to_its_words(house: House) -> None:
    case = await _asks_and_is_claimed(house, N, "Fråga från N")
    words = _shown(house, AMINA, "Fråga från N")
    await house.pressed(AMINA, next(code for code in codes_of(words) if code.startswith("close:")), words.message_id)
    for part in ("cat:housing", "org:unknown", "out:answered", "min:15"):
        await house.pressed(AMINA, f"c:{case}:{part}")
    await _writes(house, "En sak till", reply_to=words.message_id)
    asked = house.api.chat(AMINA).last
    before = _said(house, N, "En sak till")

    await house.pressed(AMINA, f"reopen:{case}", asked.message_id)

    assert before == []
    assert _said(house, N, "En sak till")


async def test_a_quote_in_words_with_a_slash_reaches_no_other_newcomer(house: House) -> None:
    await _asks_and_is_claimed(house, N, "Hemligt från N")
    case = await _asks_and_is_claimed(house, M, "Fråga från M")
    target = _shown(house, AMINA, "Hemligt från N").message_id
    said = await house.api.says(AMINA, "/12 månader gäller", reply_to=target, quote="Hemligt", language_code="sv")
    await house.settle()
    asked = house.api.chat(AMINA).last

    await house.api.edits(AMINA, said.message_id, "/18 månader gäller")
    await house.settle()
    await house.pressed(AMINA, f"pick:{case}", asked.message_id)
    await house.api.edits(AMINA, said.message_id, "/18 månader gäller")  # as Telegram says of a reaction
    await house.settle()

    assert _said(house, M, "/18 månader gäller") and not _said(house, M, "/12 månader")
    assert not _said(house, M, "Hemligt")


async def test_an_edit_takes_no_quote_from_elsewhere_along(house: House) -> None:
    case = await _asks_and_is_claimed(house, N, "Fråga från N")
    help_text = await house.api.says(AMINA, "/help", language_code="sv")
    await house.settle()
    said = await house.api.says(AMINA, "Ja", reply_to=help_text.message_id, quote="annans hemlighet")
    await house.settle()
    await house.pressed(AMINA, f"pick:{case}", house.api.chat(AMINA).last.message_id)

    await house.api.edits(AMINA, said.message_id, "Ja")
    await house.settle()

    assert _said(house, N, "Ja") and not _said(house, N, "hemlighet")


async def test_a_sent_message_changed_into_one_with_a_slash_is_said_not_to_be_seen(house: House) -> None:
    await _asks_and_is_claimed(house, N, "Fråga från N")
    own = await _writes(house, "Hej")

    await house.api.edits(AMINA, own, "/cases")
    await house.settle()

    assert not _said(house, N, "/cases") and _said(house, N, "Hej")
    assert house.last(AMINA) == house.service.desk("sv")("staff_edit")
