"""A volunteer's first minute: however the link reaches the bot, the account is linked, or it is said truly why not."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.engine import clock
from bot.engine.seal import new_token, tokens_in
from bot.language.i18n import Catalogues
from bot.people import login_links, people
from bot.volunteers import leaving
from handlers.telegram.receiving import Telegram
from models.people import Language, LinkPurpose
from tests import builders
from tests.builders import Staff
from tests.channels.telegram_house import House, codes_of, telegram_house

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
CHAT = 700
Road = Callable[[House, Staff], Awaitable[None]]


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def nils(house: House) -> Staff:
    return await builders.volunteer(house.service, "Nils")


async def invitation(
    house: House, staff: Staff, purpose: LinkPurpose = LinkPurpose.TELEGRAM, lives: timedelta = timedelta(hours=72)
) -> str:
    async with house.service.store.work() as work:
        return await login_links.make_link(work, staff.id, purpose, lives=lives)


async def linked_chats(house: House, staff: Staff) -> int:
    rows = "SELECT 1 FROM addresses WHERE person_id = :person AND channel = 'telegram'"
    return len(await builders.table(house.service, rows, person=staff.id))


async def kept_words(house: House) -> list[object]:
    """What is kept of anything that anybody wrote."""
    return [
        *await builders.table(house.service, "SELECT words FROM messages"),
        *await builders.table(house.service, "SELECT draft FROM conversations WHERE draft IS NOT NULL"),
    ]


# The six roads.


async def _deep_link(house: House, staff: Staff) -> None:
    await house.hears(CHAT, f"/start {await invitation(house, staff)}")


async def _start_then_the_line(house: House, staff: Staff) -> None:
    await house.hears(CHAT, "/start")
    await house.hears(CHAT, f"/start {await invitation(house, staff)}")


async def _capital_letters(house: House, staff: Staff) -> None:
    await house.hears(CHAT, f"/START {await invitation(house, staff)}")


async def _inside_a_text(house: House, staff: Staff) -> None:
    await house.hears(CHAT, f"Hej, här är din länk: /start {await invitation(house, staff)} välkommen")


async def _spent_then_new(house: House, staff: Staff) -> None:
    old = await invitation(house, staff)
    async with house.service.store.work() as work:
        await login_links.spend_link(work, old, LinkPurpose.TELEGRAM)
    await house.hears(CHAT, f"/start {old}")
    assert house.last(CHAT) == house.words("sv")("link_spent")
    await house.hears(CHAT, f"/start {await invitation(house, staff)}")


# And their siblings.


async def _start_and_a_language_then_the_line(house: House, staff: Staff) -> None:
    await house.hears(CHAT, "/start")
    await house.pressed(CHAT, "lang:sv")
    await house.hears(CHAT, f"/start {await invitation(house, staff)}")


async def _no_to_the_statement_then_the_line(house: House, staff: Staff) -> None:
    await house.hears(CHAT, "/start")
    await house.pressed(CHAT, "lang:sv")
    await house.pressed(CHAT, "consent:no")
    await house.hears(CHAT, f"/start {await invitation(house, staff)}")


async def _with_the_name_of_the_bot(house: House, staff: Staff) -> None:
    await house.hears(CHAT, f"/Start@radrum_test_bot   {await invitation(house, staff)}")


async def _pasted_as_an_address(house: House, staff: Staff) -> None:
    await house.hears(CHAT, f"https://t.me/radrum_test_bot?start={await invitation(house, staff)}")


async def _on_a_line_of_its_own(house: House, staff: Staff) -> None:
    await house.hears(CHAT, f"Här kommer den:\n/start\n{await invitation(house, staff)}\n/Karin")


async def _the_token_alone(house: House, staff: Staff) -> None:
    await house.hears(CHAT, await invitation(house, staff))


async def _behind_a_word(house: House, staff: Staff) -> None:
    link = ("här", f"https://t.me/radrum_test_bot?start={await invitation(house, staff)}")
    await house.api.says(CHAT, "Tryck här", language_code="sv", links=[link])
    await house.settle()


async def _forwarded(house: House, staff: Staff) -> None:
    text = f"Hej Nils! /start {await invitation(house, staff)}"
    await house.api.says(CHAT, text, language_code="sv", forwarded="user")
    await house.settle()


async def _under_a_picture(house: House, staff: Staff) -> None:
    await house.api.sends(CHAT, "photo", caption=f"/start {await invitation(house, staff)}")
    await house.settle()


async def _by_correcting_what_was_written(house: House, staff: Staff) -> None:
    written = await house.api.says(CHAT, "/start", language_code="sv")
    await house.settle()
    await house.api.edits(CHAT, written.message_id or 0, f"/start {await invitation(house, staff)}")
    await house.settle()


async def _spent_and_new_in_one_text(house: House, staff: Staff) -> None:
    old, new = await invitation(house, staff), await invitation(house, staff)
    async with house.service.store.work() as work:
        await login_links.spend_link(work, old, LinkPurpose.TELEGRAM)
    await house.hears(CHAT, f"inte /start {old} utan /start {new}")


ROADS = (
    _deep_link, _start_then_the_line, _capital_letters, _inside_a_text, _spent_then_new,
    _start_and_a_language_then_the_line, _no_to_the_statement_then_the_line, _with_the_name_of_the_bot,
    _pasted_as_an_address, _on_a_line_of_its_own, _the_token_alone, _behind_a_word, _forwarded, _under_a_picture,
    _by_correcting_what_was_written, _spent_and_new_in_one_text,
)  # fmt: skip


@pytest.mark.parametrize("road", ROADS, ids=lambda road: road.__name__.strip("_"))
async def test_by_every_road_the_account_is_linked_and_nothing_of_it_is_kept(
    house: House, nils: Staff, road: Road
) -> None:
    await road(house, nils)

    assert house.last(CHAT) == house.service.desk("sv")("telegram_linked")
    assert await linked_chats(house, nils) == 1
    assert await kept_words(house) == []
    assert await builders.table(house.service, "SELECT 1 FROM people WHERE role = 'newcomer'") == []
    await house.asks(900)
    await house.claims(CHAT)
    assert house.last(CHAT).endswith("Jag har fått ett brev")


@pytest.mark.parametrize("language", list(Language))
async def test_an_account_with_a_case_of_its_own_is_told_why_not_and_what_to_do_and_that_works(
    house: House, nils: Staff, language: str
) -> None:
    await house.asks(CHAT, "Min egen fråga", language)
    token = await invitation(house, nils)

    await house.hears(CHAT, f"/start {token}", language)

    words = house.words(language)
    refused = house.api.chat(CHAT).last
    assert refused.text == words("telegram_is_newcomer")
    assert "/" not in refused.text  # nothing that a tap would send
    assert codes_of(refused) == ["erase:ask"]
    assert await linked_chats(house, nils) == 0
    assert (await builders.one(house.service, "SELECT status FROM cases")).status == "queued"
    assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 1

    await house.pressed(CHAT, "erase:ask", refused.message_id)
    asked = house.api.chat(CHAT).last
    await house.pressed(CHAT, next(code for code in codes_of(asked) if code.startswith("erase:yes:")), asked.message_id)
    assert words("data_deleted") in house.last(CHAT)
    await house.hears(CHAT, f"/start {token}", language)

    assert house.last(CHAT) == house.service.desk("sv")("telegram_linked")
    assert await linked_chats(house, nils) == 1


async def test_words_held_before_consent_are_not_thrown_away_for_a_link(house: House, nils: Staff) -> None:
    await house.hears(CHAT, "Jag har fått ett brev")
    kept = await kept_words(house)

    await house.hears(CHAT, f"/start {await invitation(house, nils)}")

    assert house.last(CHAT) == house.words("sv")("telegram_is_newcomer")
    assert await kept_words(house) == kept
    assert await linked_chats(house, nils) == 0


async def test_who_has_agreed_is_told_too_rather_than_taken_over(house: House, nils: Staff) -> None:
    await house.hears(CHAT, "/start")
    await house.pressed(CHAT, "lang:sv")
    await house.pressed(CHAT, "consent:yes")

    await house.hears(CHAT, f"/start {await invitation(house, nils)}")

    assert house.last(CHAT) == house.words("sv")("telegram_is_newcomer")
    assert await linked_chats(house, nils) == 0


async def test_the_link_pressed_twice_says_done_twice_and_loses_nothing(house: House, nils: Staff) -> None:
    token = await invitation(house, nils)
    await house.hears(CHAT, f"/start {token}")
    before = await builders.one(house.service, "SELECT id FROM addresses WHERE channel = 'telegram'")

    await house.hears(CHAT, f"/start {token}")
    await house.hears(CHAT, f"/start {await invitation(house, nils)}")

    assert house.texts(CHAT)[-3:] == [house.service.desk("sv")("telegram_linked")] * 3
    assert await builders.one(house.service, "SELECT id FROM addresses WHERE channel = 'telegram'") == before


async def test_words_and_a_link_at_the_same_moment_lose_neither_unsaid(
    database_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with telegram_house(database_url, tmp_path, catalogues) as house:
        nils = await builders.volunteer(house.service, "Nils")
        await house.hears(CHAT, "/start")
        await house.api.says(CHAT, f"/start {await invitation(house, nils)}", language_code="sv")
        await house.api.says(CHAT, "Jag har en fråga", language_code="sv")
        link, words = (json.dumps(update.body).encode() for update in house.api.delivery.waiting()[-2:])
        other = Telegram(house.service)

        statuses = await asyncio.gather(house.telegram.webhook(link), other.webhook(words))
        await builders.deliver_all(house.delivery)

        assert statuses == [200, 200]
        if await linked_chats(house, nils):
            assert house.service.desk("sv")("volunteer_has_no_case") in house.texts(CHAT)
            assert await kept_words(house) == []
        else:
            assert house.words("sv")("telegram_is_newcomer") in house.texts(CHAT)
            assert len(await kept_words(house)) == 1
        await other.close()


# A text that holds a token is never kept.


@pytest.mark.parametrize("state", ["spent", "run out", "of somebody with no access", "never made"])
@pytest.mark.parametrize("text", ["/start {}", "Tack! /START {} hälsar Karin", "https://t.me/radrum_test_bot?start={}"])
async def test_a_token_that_is_no_good_is_said_to_be_and_its_text_reaches_nobody(
    house: House, nils: Staff, text: str, state: str
) -> None:
    clock.freeze(MONDAY_NOON)
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    token = await _no_good(house, nils, state)
    before, read = await kept_words(house), house.texts(500)

    await house.hears(900, text.format(token))
    await house.hears(901, text.format(token))
    await house.hears(500, text.format(token))

    assert house.last(900) == house.last(901) == house.words("sv")("link_spent")
    assert house.texts(500) == [*read, house.service.desk("sv")("link_spent")]
    assert await kept_words(house) == before


async def _no_good(house: House, staff: Staff, state: str) -> str:
    if state == "never made":
        return new_token()
    token = await invitation(house, staff, lives=timedelta(hours=-1 if state == "run out" else 1))
    async with house.service.store.work() as work:
        if state == "spent":
            await login_links.spend_link(work, token, LinkPurpose.TELEGRAM)
        if state == "of somebody with no access":
            await leaving.disable_staff(work, staff.id)
    return token


async def test_a_link_to_the_volunteer_page_pasted_into_the_chat_reaches_no_newcomer(house: House, nils: Staff) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    token = await invitation(house, nils, LinkPurpose.DESK)
    before, read = await kept_words(house), house.texts(900)

    await house.hears(500, f"Logga in här: http://127.0.0.1:8080/desk/login/{token}")

    assert house.last(500) == house.service.desk("sv")("link_is_for_desk")
    assert house.texts(900) == read
    assert await kept_words(house) == before
    async with house.service.store.work() as work:
        assert await login_links.log_in(work, token)  # it was not used up


async def test_somebody_else_s_link_is_refused_to_a_volunteer_and_stays_good(house: House, nils: Staff) -> None:
    await builders.volunteer(house.service, chat_id=500)
    token = await invitation(house, nils)

    await house.hears(500, f"/start {token}")
    refused = house.last(500)
    await house.hears(CHAT, f"/start {token}")

    assert refused == house.service.desk("sv")("telegram_taken")
    assert await linked_chats(house, nils) == 1


ORDINARY = (
    "Ärende 2026-11-26-SE-AAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    f"Mitt nummer är {'0123456789' * 4}123",
    "https://www.migrationsverket.se/Privatpersoner/Skydd-och-asyl-i-Sverige/For-dig-som-soker-asyl.html",
    "https://example.org/?start=abc",
    "7WNc4tUdPXCloRdoZpR2tNvVgUJ8Uh-ZtMQrVinXYsU",  # shaped like a link of ours, and none
    "Jag vill /start om allt",
)


@pytest.mark.parametrize("text", ORDINARY)
async def test_a_long_string_that_is_no_link_of_ours_is_ordinary_words(house: House, text: str) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)

    await house.hears(900, text)

    assert house.last(500).endswith(text)


def test_a_token_is_found_wherever_it_stands_and_nothing_else_is() -> None:
    token = new_token()

    for text in (token, f"({token})", f"?start={token}.", f"\u200f{token}\u200f", f"_{token}_", f"å{token}å"):
        assert token in tokens_in(text), text
    assert tokens_in(token[:-1]) == []
    assert tokens_in("Jag har fått ett brev från Skatteverket") == []
    assert len(tokens_in("-" * 40_000)) == 0
    assert len(tokens_in("A" * 40_000)) <= 100


# Where links are made.


async def test_no_link_is_made_for_somebody_without_access(house: House, nils: Staff) -> None:
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, nils.id)

    with pytest.raises(people.BadInput) as refusal:
        await invitation(house, nils)

    assert refusal.value.code == "volunteer_disabled"
    assert await builders.table(house.service, "SELECT 1 FROM login_links") == []


async def test_who_is_given_access_again_can_be_linked_again(house: House, nils: Staff) -> None:
    async with house.service.store.work() as work:
        await leaving.disable_staff(work, nils.id)
    async with house.service.store.work() as work:
        await leaving.enable_staff(work, nils.id)

    await house.hears(CHAT, f"/start {await invitation(house, nils)}")

    assert await linked_chats(house, nils) == 1
