"""What stands around the words: forwarded, quoted, linked. The reader is told, in Telegram and at the desk."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from telegram import Message, MessageEntity

from bot.language.i18n import Catalogues
from handlers.telegram.reading import quoted, take_apart, with_addresses
from handlers.web.frame.serving import make_runner
from handlers.web.routes import make_app
from tests import builders
from tests.botapi import kinds
from tests.builders import Staff
from tests.channels.telegram_house import House, telegram_house
from tests.channels.web_fixtures import Site

# Their number stands by itself; the same figures may stand in any of our random ids.
SENDER = ("Yusuf", "Haddad", "4242", "4_242", "-1009", "-1008")
FAMILY = "👨‍👩‍👧‍👦"  # seven characters to Python, eleven units to Telegram, one to a reader


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def in_conversation(house: House) -> Staff:
    """Amina (chat 500) has the case of the newcomer in chat 900."""
    amina = await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    return amina


def relayed(house: House) -> tuple[list[str], str]:
    """The newest words in the volunteer's chat: the lines of its head after the first, and the words."""
    head, words = house.last(500).split("\n\n", 1)
    return head.splitlines()[1:], words


@asynccontextmanager
async def site_of(house: House) -> AsyncIterator[Site]:
    """The pages of the same service."""
    runner = make_runner(make_app(house.service))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site = Site(house.service, f"http://127.0.0.1:{runner.addresses[0][1]}", runner)
    try:
        yield site
    finally:
        await site.close()
        await runner.cleanup()


def traces_in(text: str) -> list[str]:
    """What there is of who wrote the forwarded message first."""
    return [trace for trace in SENDER if re.search(rf"(?<!\d){re.escape(trace)}" + r"(?!\d)" * trace.isdecimal(), text)]


# What a newcomer sends.


@pytest.mark.parametrize("origin", kinds.ORIGINS)
async def test_what_was_forwarded_is_said_to_be_and_never_from_whom(house: House, origin: str) -> None:
    await in_conversation(house)

    await house.api.says(900, "Din ansökan är avslagen", forwarded=origin)
    await house.settle()

    assert relayed(house) == ([house.service.desk("sv")("mark_forwarded")], "Din ansökan är avslagen")
    stored = "".join(str(row) for row in await builders.table(house.service, "SELECT * FROM messages"))
    everything = "\n".join(house.texts(500)) + stored
    assert traces_in(everything) == []


@pytest.mark.parametrize("kind", ["photo", "document", "voice"])
async def test_a_forwarded_caption_carries_both_marks(house: House, kind: str) -> None:
    await in_conversation(house)

    await house.api.sends(900, kind, caption="Titta", forwarded="user")
    await house.settle()

    desk = house.service.desk("sv")
    assert relayed(house) == ([desk("mark_forwarded"), desk(f"mark_with_{kind}")], "Titta")


async def test_a_quote_stands_above_the_words_that_answer_it(house: House) -> None:
    await in_conversation(house)
    await house.hears(500, "Ta med passet.\nOch brevet.")
    answer = house.api.chat(900).last

    await house.api.says(900, "Vilket?", reply_to=answer.message_id, quote="Ta med passet.\nOch brevet.")
    await house.settle()

    assert relayed(house) == ([], "> Ta med passet.\n> Och brevet.\nVilket?")


@pytest.mark.parametrize("before", ["", "Hej ", f"{FAMILY} 🇸🇪 ", "سلام ", "𝔥𝔢𝔧\n"])
async def test_a_hidden_address_is_shown_after_the_words_it_stands_behind(house: House, before: str) -> None:
    await in_conversation(house)

    await house.api.says(900, f"{before}tryck här🙂 nu", links=[("här🙂", "https://bank.example/?q=1")])
    await house.settle()

    assert relayed(house) == ([], f"{before}tryck här🙂 (https://bank.example/?q=1) nu")


async def test_the_address_behind_a_caption_is_shown_too(house: House) -> None:
    await in_conversation(house)

    await house.api.sends(900, "photo", caption=f"{FAMILY} logga in", links=[("logga in", "https://bank.example")])
    await house.settle()

    assert relayed(house)[1] == f"{FAMILY} logga in (https://bank.example)"


async def test_before_consent_and_as_a_first_question_nothing_of_it_is_lost(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.api.says(900, "Klicka här", language_code="sv", forwarded="user", links=[("här", "https://x.example")])
    await house.settle()
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")
    offered = house.last(900)

    await house.pressed(900, "held:send")
    await house.claims(500)

    assert "Klicka här (https://x.example)" in offered
    assert relayed(house) == ([house.service.desk("sv")("mark_forwarded")], "Klicka här (https://x.example)")


async def test_words_that_become_too_long_by_their_addresses_are_refused_with_the_limit(house: House) -> None:
    await in_conversation(house)
    read = house.texts(500)

    await house.api.says(900, "ett två", links=[("ett", f"https://x.example/{'a' * 12_000}")])
    await house.settle()

    assert house.last(900) == house.words("sv")("too_long", most=12_000)
    assert house.texts(500) == read


async def test_the_desk_shows_what_the_chat_shows(house: House) -> None:
    amina = await in_conversation(house)
    await house.api.sends(900, "photo", caption="Se <b>", forwarded="user", links=[("Se", "https://x.example")])
    await house.api.says(900, "Och?", quote="Ta med passet.")
    await house.settle()
    case = await builders.one(house.service, "SELECT id FROM cases")
    desk = house.service.desk("sv")

    async with site_of(house) as site:
        page = await (await site.desk_of(amina)).get(f"/desk/cases/{case.id}")

    assert page.words.count(desk("mark_forwarded")) == page.words.count(desk("mark_with_photo")) == 1
    assert page.words.index(desk("mark_forwarded")) < page.words.index("Se (https://x.example) <b>")
    assert "> Ta med passet. Och?" in page.words


# What a volunteer sends.


async def test_a_volunteer_s_hidden_address_is_shown_to_the_newcomer(house: House) -> None:
    await in_conversation(house)

    await house.api.says(500, f"{FAMILY} Läs här först", links=[("här", "https://www.1177.se")])
    await house.settle()

    assert house.last(900).endswith(f"{FAMILY} Läs här (https://www.1177.se) först")


async def test_what_a_volunteer_forwards_arrives_as_words(house: House) -> None:
    await in_conversation(house)

    await house.api.says(500, "Öppet 10 till 12", forwarded="user")
    await house.settle()

    assert house.last(900).endswith("\n\nÖppet 10 till 12")
    assert traces_in("\n".join(house.texts(900))) == []


async def test_a_volunteer_s_quote_goes_back_to_whom_it_came_from_and_to_nobody_else(house: House) -> None:
    await in_conversation(house)
    words = house.api.chat(500).last
    elsewhere = await house.api.says(500, "/cases")
    await house.settle()

    await house.api.says(500, "Ja", reply_to=words.message_id, quote="ett brev")
    await house.settle()
    await house.api.says(500, "Nej", reply_to=elsewhere.message_id, quote="någon annans hemlighet")
    await house.settle()

    assert any(text.endswith("\n\n> ett brev\nJa") for text in house.texts(900))
    assert not any("hemlighet" in text for text in house.texts(900))


# Taken apart, with entities as nobody would send them.


def test_addresses_are_put_in_by_utf_16_units_and_the_rest_stays_as_it_was() -> None:
    text = f"{FAMILY}ab cd"
    units = len(FAMILY.encode("utf-16-le")) // 2
    link = MessageEntity(MessageEntity.TEXT_LINK, units, 2, url="https://x.example")
    last = MessageEntity(MessageEntity.TEXT_LINK, units + 3, 2, url="https://y.example")

    assert with_addresses(text, [last, link]) == f"{FAMILY}ab (https://x.example) cd (https://y.example)"


@pytest.mark.parametrize(("offset", "length"), [(0, 99), (50, 3), (3, 0), (-5, 2), (2, -9), (0, 10**9)])
def test_an_entity_beside_the_text_loses_no_letter(offset: int, length: int) -> None:
    link = MessageEntity(MessageEntity.TEXT_LINK, offset, length, url="https://x.example")

    composed = with_addresses(f"hej {FAMILY}", [link])

    assert composed.replace(" (https://x.example)", "") == f"hej {FAMILY}"


@pytest.mark.parametrize("url", ["https://x.example/a", "http://x.example/a/", "x.example/a"])
def test_an_address_that_is_shown_already_is_not_shown_twice(url: str) -> None:
    shown = "Se https://x.example/a"
    link = MessageEntity(MessageEntity.TEXT_LINK, 3, 19, url=url)

    assert with_addresses(shown, [link]) == shown


@pytest.mark.parametrize("kind", ["bold", "url", "spoiler", "text_mention", "bot_command"])
def test_other_entities_change_nothing(kind: str) -> None:
    assert with_addresses("Hej Yusuf", [MessageEntity(kind, 4, 5)]) == "Hej Yusuf"


def test_a_quote_without_words_is_no_words() -> None:
    told = {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}, **kinds.contents("photo", None)[0]}

    taken = take_apart(Message.de_json(told | kinds.ornaments(quote="Hej"), None))

    assert (taken.words, taken.kind) == ("", "photo")
    assert quoted("a\n\nb") == "> a\n> \n> b"
