"""What an act asks of PostgreSQL and waits for: each is a way there and back, whatever it costs the two of them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.cases import shift_starts
from bot.engine.bells import PostgresBells
from bot.engine.pipeline import Line
from bot.intake import converse
from bot.language.i18n import Catalogues
from bot.people import people
from bot.roster import presence
from bot.service import Service
from handlers.telegram.receiving import Telegram
from models.dialogue import Incoming, Pressed
from models.notice import Notice
from models.people import Role
from tests.crash.place import WEBHOOK, Place, forget_what_waits, opened

CHATS = range(700_000, 700_009)
QUESTION = "Jag har fått ett brev från Migrationsverket."


@pytest.fixture
async def place(postgres_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    async with opened("few questions", postgres_url, tmp_path, receive=WEBHOOK) as made:
        assert isinstance(made.store.bells, PostgresBells)
        made.store.bells.connected.set()  # others are told by its bells
        await _staff(made, 0, 3)
        for chat_id in CHATS:
            await _agrees(made, chat_id)
        await forget_what_waits(made.store)
        yield made


@pytest.fixture
async def telegram(place: Place, catalogues: Catalogues) -> AsyncIterator[Telegram]:
    made = Telegram(Service(place.store, place.settings, catalogues))
    yield made
    await made.close()


@pytest.fixture
def waited_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each statement that is waited for, COMMIT included."""
    heard, ask = [], Line.ask

    async def noted(line: Line, sql: str, values: Sequence[object]) -> tuple[list[Sequence[object]], str]:
        heard.append(" ".join(sql.split()))
        return await ask(line, sql, values)

    monkeypatch.setattr(Line, "ask", noted)
    return heard


async def _staff(place: Place, first: int, last: int) -> None:
    """Volunteers with these numbers are on shift and there."""
    async with place.store.work() as work:
        made = []
        for n in range(first, last):
            alias = f"Vera {n}"
            made.append(await people.add_staff(work, role=Role.VOLUNTEER, alias=alias, language="sv", speaks=["sv"]))
            await people.link_telegram(work, made[-1], 500_000 + n)
        ends_at = work.now.replace(microsecond=0) + shift_starts.LONGEST_SHIFT
        await shift_starts.add_shift(work, starts_at=work.now, ends_at=ends_at, person_ids=made)
        for person_id in made:
            await presence.come(work, person_id)


async def _agrees(place: Place, chat_id: int) -> None:
    async with place.store.work() as work:
        visitor = await people.newcomer_on_telegram(work, chat_id, hint="sv")
        for code in ("lang:sv", "consent:yes"):
            await converse.receive(work, visitor, Incoming(f"{chat_id} {code}", Pressed(code)))


async def _says(place: Place, telegram: Telegram, chat_id: int, words: str) -> None:
    await place.api.says(chat_id, words)
    body = place.api.delivery.waiting()[-1].body
    assert await asyncio.gather(telegram.take_in(body)) == [True]


async def test_a_question_is_opened_with_few_statements_that_are_waited_for(
    place: Place, telegram: Telegram, waited_for: list[str]
) -> None:
    for chat_id in CHATS[:2]:  # prepare them, and read the hours
        await _says(place, telegram, chat_id, QUESTION)
    waited_for.clear()

    await _says(place, telegram, CHATS[2], QUESTION)

    assert len(waited_for) <= 5, "\n".join(waited_for)
    assert await place.words_kept() == [QUESTION] * 3
    assert len(await place.rows(Notice.OFFERED)) == 3 * 3
    assert len(await place.rows(Notice.RECEIPT)) == 3


async def test_words_that_join_a_waiting_question_are_taken_with_few_statements(
    place: Place, telegram: Telegram, waited_for: list[str]
) -> None:
    for words in (QUESTION, "Det handlar om hyran."):  # prepare them
        await _says(place, telegram, CHATS[0], words)
    await _says(place, telegram, CHATS[1], QUESTION)
    waited_for.clear()

    await _says(place, telegram, CHATS[1], "Det handlar om hyran.")

    assert len(waited_for) <= 8, "\n".join(waited_for)
    assert len(await place.rows(Notice.WORDS_KEPT)) == 2
