"""More words while a question waits: kept, and answered now and then with the time; after a claim only carried on."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import relay
from bot.cases.more_words import TOLD_FOR
from bot.cases.texts_newcomer import WordsKept
from bot.engine import clock
from bot.engine.seal import Seal, load_key
from bot.engine.store import Store
from bot.language.i18n import Catalogues
from bot.people import access
from bot.service import Service
from models.notice import Notice
from models.outbox import SILENT
from models.people import Language
from tests import builders
from tests.builders import Newcomer
from tests.telling import ways
from tests.telling.keep_samples import facts_of

MONDAY_NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)  # 12:00 in Lund
SECRET = "Han slog mig"
ASKS = {"sv": "När öppnar ni?", "ar": "شو دوامكم", "fa": "ساعت چند باز می‌کنید", "uk": "О котрій ви працюєте?"}


@pytest.fixture(autouse=True)
def _frozen() -> None:
    clock.freeze(MONDAY_NOON)


async def kept_lines(asker: Newcomer) -> list[str]:
    return await builders.screen(asker.service, asker.id, Notice.WORDS_KEPT)


async def words_in_case(asker: Newcomer) -> int:
    return (
        await builders.one(asker.service, "SELECT count(*) FROM messages WHERE case_id = :case", case=asker.case_id)
    )[0]


async def test_more_words_in_the_queue_are_answered_with_the_time_and_the_way_to_the_helplines(house: Service) -> None:
    await builders.volunteer(house)
    await builders.case_of(house)
    builders.a_second_later()
    second = await builders.case_of(house)

    await second.says(SECRET)

    words = house.words("sv")
    (told,) = await kept_lines(second)
    assert told.splitlines() == [
        words("words_kept"), words("queue_position", place=2), words("promise_soon", n=30),
        f"/help {words('command_help')}",
    ]  # fmt: skip
    assert await words_in_case(second) == 2


async def test_the_time_is_the_one_that_holds_when_they_write(house: Service) -> None:
    amina = await builders.volunteer(house, on_shift=False)
    asker = await builders.case_of(house)
    await builders.shift(house, amina, starts_at=MONDAY_NOON + timedelta(hours=20))

    await asker.says("En sak till")

    assert "i morgon kl. 08:00" in (await kept_lines(asker))[0]


async def test_it_is_said_once_in_ten_minutes_however_much_is_written(house: Service) -> None:
    asker = await builders.case_of(house)

    for _ in range(5):
        await asker.says("En rad till")
        clock.move(timedelta(minutes=1))
    within = await kept_lines(asker)
    clock.freeze(MONDAY_NOON + TOLD_FOR + timedelta(minutes=1))
    await asker.says("Och en till")

    assert timedelta(minutes=10) == TOLD_FOR
    assert (len(within), len(await kept_lines(asker))) == (1, 2)
    assert await words_in_case(asker) == 7, "every line is kept"


async def test_somebody_else_s_ten_minutes_are_their_own(house: Service) -> None:
    first, second = await builders.case_of(house), await builders.case_of(house)

    await first.says("En rad till")
    await second.says("En rad till")

    assert [len(await kept_lines(one)) for one in (first, second)] == [1, 1]


async def test_after_a_claim_it_is_never_said(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    await asker.says("En rad till")
    await asker.says(ASKS["sv"])

    assert await builders.said_to(house, asker.id, Notice.WORDS_KEPT, Notice.HOURS) == []
    assert await words_in_case(asker) == 3


async def test_a_line_that_has_not_left_when_the_case_is_taken_is_not_said_any_more(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.case_of(service)
    await asker.says("En rad till")
    assert len(await kept_lines(asker)) == 1

    await builders.claims(service, amina, asker)

    assert await kept_lines(asker) == []
    told = [row.kind for row in await builders.said_to(service, asker.id, Notice.RECEIPT, Notice.CLAIMED)]
    assert told == [Notice.RECEIPT, Notice.CLAIMED], "all else is still said"


async def test_the_adviser_who_claims_reads_what_was_added(house: Service) -> None:
    amina = await builders.volunteer(house, chat_id=7)
    asker = await builders.case_of(house)
    await asker.says("En rad till")

    await builders.claims(house, amina, asker)
    async with builders.acting(house, amina) as work:
        await relay.tell_whole_case(work, await access.my_case(work, asker.case_id))

    read = await builders.screen(house, amina.id, Notice.WORDS)
    assert any("En rad till" in one for one in read), read


@pytest.mark.parametrize("language", ASKS)
async def test_who_waits_and_asks_when_we_are_open_is_told_and_the_words_are_kept(
    house: Service, language: str
) -> None:
    asker = await builders.case_of(house, language=language)

    await asker.says(ASKS[language])

    assert len(await builders.said_to(house, asker.id, Notice.HOURS)) == 1
    assert await kept_lines(asker) == [], "one answer is enough"
    assert await words_in_case(asker) == 2


async def test_on_the_web_the_way_to_the_helplines_is_the_menu_of_the_chat(house: Service) -> None:
    asker = await builders.newcomer_on_web(house)
    await asker.says("Jag har fått ett brev")
    await builders.note_case(asker)
    await asker.says("En rad till")

    words = house.words("sv")
    (told,) = await kept_lines(asker)
    assert told.splitlines()[-1] == words("help_in_chat_menu", help=words("web_menu_help"))
    assert "/help" not in told


async def test_it_goes_out_without_a_sound_and_carries_nothing_of_the_words(house: Service) -> None:
    asker = await builders.case_of(house)

    await asker.says(SECRET)

    (row,) = await builders.said_to(house, asker.id, Notice.WORDS_KEPT)
    assert row.kind in SILENT and row.message_id is None
    assert SECRET not in (await kept_lines(asker))[0] and SECRET not in str(row.params)


async def test_after_a_restart_it_is_still_said_once_in_ten_minutes(house: Service, catalogues: Catalogues) -> None:
    asker = await builders.case_of(house)
    await asker.says("En rad till")

    store = Store(house.settings, Seal(load_key(house.settings.key_file)))
    try:
        started_again = replace(asker, service=Service(store, house.settings, catalogues))
        await started_again.says("Och en till")
        clock.move(TOLD_FOR)
        within = await kept_lines(asker)
        await started_again.says("Och en sista")
    finally:
        await store.close()

    assert (len(within), len(await kept_lines(asker))) == (1, 2)


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_a_time_where_one_is_known_and_no_button(catalogues: Catalogues, language: str) -> None:
    words, facts = catalogues.words(language), facts_of(catalogues)

    for saying in ways.ways(WordsKept):
        told = saying.said(words, facts)
        assert told.text.startswith(words("words_kept")) and not told.rows
        assert words("command_help") in told.text or words("web_menu_help") in told.text
