"""How far a volunteer on Telegram has been shown a case: what was sent to them, or shown at the desk, and no further.

The buttons under "my cases" carry it, so that nobody closes a case over words that have not been read.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cases import cases
from bot.cases.texts import MyCases
from bot.language.i18n import Catalogues
from tests import builders
from tests.channels.telegram_house import House, codes_of, telegram_house

AMINA, BO, FATIMA, OMAR = 500, 501, 900, 901


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def read_up_to(house: House) -> dict[int, int]:
    """How far each case has been read, as committed."""
    return dict(await builders.table(house.service, "SELECT id, read_seq FROM cases"))


async def places(house: House) -> list[int]:
    """Where the newcomer of the only case has said something."""
    rows = await builders.table(house.service, "SELECT seq FROM messages WHERE author = 'newcomer' ORDER BY seq")
    return [row.seq for row in rows]


async def under_my_cases(house: House, chat_id: int) -> dict[int, int]:
    """What "my cases" says: each case, with how far its button to close says it was shown."""
    before = len(house.api.chat(chat_id).visible)
    await house.hears(chat_id, "/cases")
    shown = house.api.chat(chat_id).visible[before:]
    codes = [code for one in shown for code in codes_of(one) if code.startswith("close:")]
    return {int(case): int(seq) for _, case, seq in (code.split(":") for code in codes)}


async def test_what_the_volunteer_was_sent_counts_as_read_once_they_look_at_their_cases(house: House) -> None:
    await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(FATIMA)
    await house.claims(AMINA)
    await house.hears(FATIMA, "En sak till")
    await house.hears(FATIMA, "Och en till")
    ((case_id, before),) = (await read_up_to(house)).items()

    shown = await under_my_cases(house, AMINA)

    newest = (await places(house))[-1]
    assert before == 0
    assert shown == {case_id: newest} == await read_up_to(house)


async def test_words_that_have_not_reached_the_volunteer_are_not_read(house: House) -> None:
    await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(FATIMA)
    await house.claims(AMINA)
    await house.api.says(FATIMA, "Har inte kommit fram")
    await house.take_in()  # kept, and on its way
    await house.api.says(AMINA, "/cases")
    await house.take_in()

    first, unsent = await places(house)

    ((_, read),) = (await read_up_to(house)).items()
    assert first <= read < unsent


async def test_what_was_shown_at_the_desk_is_not_unread_on_telegram(house: House) -> None:
    amina = await builders.volunteer(house.service, chat_id=AMINA)
    await house.asks(FATIMA)
    await house.claims(AMINA)
    await house.api.says(FATIMA, "Har inte kommit fram")
    await house.take_in()
    newest = (await places(house))[-1]
    case = await builders.one(house.service, "SELECT id FROM cases")
    async with builders.acting(house.service, amina) as work:
        mine = await cases.cases_of(work.db, amina.id)
        await cases.mark_read(work, mine[0], newest)
    await house.api.says(AMINA, "/cases")
    await house.take_in()

    row = (await builders.said_to(house.service, amina.id))[-1]

    assert (row.kind, MyCases.read(row.params).seq) == ("my_cases", newest)
    assert await read_up_to(house) == {case.id: newest}


async def test_what_another_volunteer_was_sent_is_not_read_by_whoever_has_the_case_now(house: House) -> None:
    amina = await builders.volunteer(house.service, "Amina", chat_id=AMINA)
    bo = await builders.volunteer(house.service, "Bo", chat_id=BO)
    await house.asks(FATIMA)
    await house.claims(AMINA)
    await house.hears(FATIMA, "Amina har läst det här")
    case = await builders.one(house.service, "SELECT id FROM cases")
    newest = (await places(house))[-1]
    async with builders.acting(house.service, amina) as work:
        await cases.release_case(work, case_id=case.id, seen_seq=newest)
    async with builders.acting(house.service, bo) as work:
        await cases.claim_case(work, case_id=case.id)
    await house.api.says(BO, "/cases")
    await house.take_in()

    row = (await builders.said_to(house.service, bo.id))[-1]

    assert (row.kind, MyCases.read(row.params).seq) == ("my_cases", 0)
    assert await read_up_to(house) == {case.id: 0}


async def test_each_case_is_read_as_far_as_its_own_words_were_sent(house: House) -> None:
    await builders.volunteer(house.service, chat_id=AMINA)
    for chat_id in (FATIMA, OMAR):
        await house.asks(chat_id)
        await house.claims(AMINA)
    for word in ("ett", "två", "tre"):
        await house.hears(OMAR, word)

    shown = await under_my_cases(house, AMINA)

    newest = "SELECT case_id, max(seq) FROM messages WHERE author = 'newcomer' GROUP BY case_id"
    assert shown == dict(await builders.table(house.service, newest))
    assert len(set(shown.values())) == 2


async def test_a_line_about_words_that_shows_none_is_no_reading(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        amina = await builders.volunteer(house.service, chat_id=AMINA)
        asker = await builders.web_case_of(house.service)
        await builders.claims(house.service, amina, asker)
        await asker.says("Detta står bara vid bordet")
        await house.settle()  # "new words" has been said to her, with a button to the desk

        shown = await under_my_cases(house, AMINA)

    assert any("Nytt meddelande i ärende" in text for text in house.texts(AMINA))
    assert shown == {asker.case_id: 0}
