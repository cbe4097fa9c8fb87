"""Words that come with what cannot be received: they arrive like any words, and both sides are told the truth."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cases import closing
from bot.cases.texts_relayed import mark_label
from bot.language.i18n import Catalogues
from models.conversation import WITH
from models.people import Language
from tests import builders
from tests.botapi import kinds
from tests.botapi.kinds import EVERY_KIND
from tests.channels.telegram_house import House, telegram_house

CAPTION = "Det här brevet förstår jag inte 👨‍👩‍👧"


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def in_conversation(house: House) -> None:
    """Amina (chat 500) has the case of the newcomer in chat 900."""
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)


async def versions(house: House) -> list[int]:
    return [row.version for row in await builders.table(house.service, "SELECT version FROM messages ORDER BY seq")]


async def receives(house: House, chat_id: int, text: str, **ornament: object) -> None:
    """A text arrives with an ornament of any shape."""
    chat = house.api.chat(chat_id)
    message = chat.message_json(chat.add({"text": text}, from_bot=False, sender=chat.profile))
    await house.api.raw({"message": message | ornament})
    await house.settle()


def came_with(house: House, kind: str) -> str:
    """What the volunteer reads above words that came with something of this kind."""
    return mark_label(house.service.desk("sv"), f"{WITH}{'photo' if kind == 'album' else kind}")


# In every state of the conversation.


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_a_caption_reaches_the_volunteer_who_is_told_what_came_with_it(house: House, kind: str) -> None:
    await in_conversation(house)
    read = len(house.texts(500))

    await house.api.sends(900, kind, caption=CAPTION)
    await house.settle()

    (relayed,) = house.texts(500)[read:]
    head, words = relayed.split("\n\n", 1)
    assert words == CAPTION
    assert head.splitlines()[1:] == [came_with(house, kind)]
    told = house.words("sv")
    refused = told("voice_not_heard" if kind in ("voice", "video_note") else "file_not_accepted")
    assert house.texts(900)[-1].startswith(f"{refused}\n{told('caption_received')}")


@pytest.mark.parametrize("language", list(Language))
async def test_a_first_question_under_a_picture_opens_the_case(house: House, language: str) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.hears(900, "/start", language)
    await house.pressed(900, f"lang:{language}")
    await house.pressed(900, "consent:yes")
    before = len(house.texts(900))

    await house.api.sends(900, "photo", caption=CAPTION)
    await house.settle()

    words = house.words(language)
    about_file, receipt, question = house.texts(900)[before:]
    assert words("caption_received") in about_file
    assert words("thanks_received") in receipt
    assert words("ask_category") in question
    await house.claims(500)
    assert house.last(500).endswith(CAPTION)
    assert came_with(house, "photo") in house.last(500)


async def test_captions_before_consent_are_held_offered_and_sent_with_what_came_with_them(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.api.sends(900, "photo", caption="Brev ett")
    await house.settle()
    await house.pressed(900, "lang:sv")
    await house.api.sends(900, "document", caption="Brev två")
    await house.settle()
    assert house.words("sv")("words_held") in house.last(900)
    await house.pressed(900, "consent:yes")
    assert "Brev ett\nBrev två" in house.last(900)

    await house.pressed(900, "held:send")

    await house.claims(500)
    assert house.last(500).endswith("Brev ett\nBrev två")
    assert came_with(house, "photo") in house.last(500)
    assert came_with(house, "document") in house.last(500)


async def test_what_held_words_came_with_is_forgotten_with_them(house: House) -> None:
    await house.hears(900, "/start")
    await house.api.sends(900, "photo", caption="Nej, inte det")
    await house.settle()
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")
    await house.pressed(900, "held:drop")

    await house.hears(900, "Min riktiga fråga")

    assert (await builders.one(house.service, "SELECT marks FROM messages")).marks == "[]"


async def test_a_caption_in_a_queue_and_after_closing_is_kept_too(house: House) -> None:
    amina = await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.api.sends(900, "voice", caption="I kön")
    await house.settle()
    await house.claims(500)
    assert house.last(500).endswith("I kön")
    case = await builders.one(house.service, "SELECT id FROM cases")
    async with builders.acting(house.service, amina) as work:
        await closing.close_not_advice(work, case_id=case.id, seen_seq=2**52)

    await house.api.sends(900, "photo", caption="Efteråt")
    await house.settle()
    await house.claims(500)

    assert house.last(500).endswith("Efteråt")
    assert (await builders.one(house.service, "SELECT id FROM cases")).id == case.id


@pytest.mark.parametrize("caption", ["", "  ", "\u202e\u202c", "\u0000"])
async def test_a_caption_that_nobody_could_see_is_none(house: House, caption: str) -> None:
    await in_conversation(house)
    read = house.texts(500)

    await house.api.sends(900, "photo", caption=caption)
    await house.settle()

    assert house.texts(500) == read
    assert house.words("sv")("caption_received") not in house.last(900)
    assert house.words("sv")("file_not_accepted") in house.last(900)


# Albums and edits.


@pytest.mark.parametrize("captioned", [(0,), (1,), (0, 1)])
async def test_of_an_album_every_caption_arrives_once_and_the_answer_once(
    house: House, captioned: tuple[int, ...]
) -> None:
    await in_conversation(house)
    read, told = len(house.texts(500)), len(house.texts(900))

    for place, content in enumerate(kinds.contents("album", None)):
        words = kinds.caption(f"Bild {place}") if place in captioned else {}
        await house.api.writes(900, content | words)
    await house.settle()

    relayed = [text.split("\n\n", 1)[1] for text in house.texts(500)[read:]]
    assert relayed == [f"Bild {place}" for place in captioned]
    assert len(house.texts(900)) == told + 1


async def test_an_edited_caption_is_an_edit_of_those_words_and_is_not_answered_anew(house: House) -> None:
    await in_conversation(house)
    sent = await house.api.sends(900, "photo", caption="Femte mars")
    await house.settle()
    told = house.texts(900)

    await house.api.edits(900, sent.message_id or 0, "Sjätte mars")
    await house.settle()

    assert house.service.desk("sv")("words_edited", code="X").split("X")[1] in house.last(500)
    assert house.last(500).endswith("Sjätte mars")
    assert came_with(house, "photo") in house.last(500)
    assert house.texts(900) == told
    assert await versions(house) == [0, 0, 1]


async def test_words_put_under_a_picture_afterwards_arrive(house: House) -> None:
    await in_conversation(house)
    sent = await house.api.sends(900, "photo")
    await house.settle()
    told = house.texts(900)

    await house.api.edits(900, sent.message_id or 0, "Det är ett brev från Kronofogden")
    await house.settle()

    assert house.last(500).endswith("Det är ett brev från Kronofogden")
    assert house.texts(900) == told


async def test_an_edited_caption_that_comes_before_its_picture_loses_nothing(house: House) -> None:
    await in_conversation(house)
    sent = await house.api.sends(900, "photo", caption="Fel")
    edited = await house.api.edits(900, sent.message_id or 0, "Rätt")
    bodies = {u.update_id: json.dumps(u.body).encode() for u in house.api.delivery.waiting()}

    for one in (edited, sent):
        assert await house.telegram.webhook(bodies[one.update_id]) == 200
    await builders.deliver_all(house.delivery)

    assert house.last(500).endswith("Rätt")
    assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 2
    assert house.words("sv")("file_not_accepted") in house.last(900)


async def test_a_place_that_moves_is_answered_once(house: House) -> None:
    await in_conversation(house)
    told = len(house.texts(900))
    shared = await house.api.shares_place(900)
    for _ in range(5):
        await house.api.moves(900, shared.message_id or 0)

    await house.settle()

    (answer,) = house.texts(900)[told:]
    assert house.words("sv")("file_not_accepted") in answer
    assert len(await builders.table(house.service, "SELECT 1 FROM refused")) == 1


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_what_cannot_be_received_is_not_answered_again_when_it_changes(house: House, kind: str) -> None:
    await in_conversation(house)
    sent = await house.api.sends(900, kind)
    mine = await house.api.sends(500, kind)
    await house.settle()
    told = house.texts(900), house.texts(500)

    for chat, one in ((900, sent), (500, mine)):
        message = house.api.chat(chat).message_json(house.api.chat(chat).find(one.message_id or 0))
        await house.api.raw({"edited_message": message | {"edit_date": 1_760_000_000}})
    await house.settle()

    assert (house.texts(900), house.texts(500)) == told


# A volunteer's own.


@pytest.mark.parametrize("kind", EVERY_KIND)
async def test_a_volunteer_is_told_that_nothing_was_sent_not_the_caption_either(house: House, kind: str) -> None:
    await in_conversation(house)
    read, told = house.texts(900), len(house.texts(500))

    await house.api.sends(500, kind, caption="Så här fyller du i blanketten")
    await house.settle()

    assert house.texts(500)[told:] == [house.service.desk("sv")("staff_unreadable_text")]
    assert house.texts(900) == read
    assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 1


async def test_a_volunteer_s_album_is_answered_once(house: House) -> None:
    await in_conversation(house)
    told = len(house.texts(500))

    await house.api.sends(500, "album")
    await house.settle()

    assert house.texts(500)[told:] == [house.service.desk("sv")("staff_unreadable")]


# What the library cannot read yet.


async def test_a_text_that_answers_something_unreadable_arrives(house: House) -> None:
    await in_conversation(house)
    poll = await house.api.writes(900, kinds.NEW_POLL)

    await house.api.says(900, "Jag menar den här", reply_to=poll.message_id)
    await house.settle()

    assert house.last(500).endswith("Jag menar den här")


UNREADABLE_ORNAMENTS = {
    "reply_to_message": {"message_id": 3, "date": 0, "chat": {"id": 900, "type": "private"}, **kinds.NEW_POLL},
    "reply_to_message ": 7,
    "external_reply": {"hologram": {}},
    "quote": {"text": "Den femte mars"},
    "quote ": [],
    "forward_origin": {"type": "user"},
    "entities": [{"type": "hologram"}, {"type": "bold", "offset": 0, "length": 3}],
    "reply_to_story": {},
    "link_preview_options": 7,
    "via_bot": {"id": 1},
    "reply_markup": {"inline_keyboard": [[{}]]},
    "from": {"id": 900},
    "hologram": {},
}  # fmt: skip


@pytest.mark.parametrize("ornament", UNREADABLE_ORNAMENTS)
async def test_words_with_an_ornament_that_cannot_be_read_arrive_from_both_sides(house: House, ornament: str) -> None:
    await in_conversation(house)

    for chat in (900, 500):
        part = UNREADABLE_ORNAMENTS[ornament]
        if ornament == "reply_to_message":
            part = part | {"message_id": house.api.chat(chat).last.message_id}
        await receives(house, chat, f"Från {chat}", **{ornament.strip(): part})

    if ornament in ("reply_to_message ", "external_reply", "reply_to_story"):  # an answer to nobody knows what: asked
        assert not any(text.endswith("Från 500") for text in house.texts(900))
        await house.pressed(500, house.api.chat(500).last.buttons[0][0].action, house.api.chat(500).last.message_id)
    assert house.last(900).endswith("Från 500")
    assert any(text.endswith("Från 900") for text in house.texts(500))


async def test_all_unreadable_ornaments_at_once_take_no_word_with_them(house: House) -> None:
    await in_conversation(house)
    strange = {name: part for name, part in UNREADABLE_ORNAMENTS.items() if name == name.strip()}

    await receives(house, 900, "Hjälp mig", **strange)

    head, words = house.last(500).split("\n\n", 1)
    assert words == "> Den femte mars\nHjälp mig"
    assert house.service.desk("sv")("mark_forwarded") in head


async def test_a_caption_under_something_of_a_new_shape_arrives_with_what_it_was(house: House) -> None:
    await in_conversation(house)

    await house.api.writes(900, kinds.NEW_PHOTO | kinds.caption(CAPTION))
    await house.settle()

    assert house.last(500).endswith(CAPTION)
    assert came_with(house, "photo") in house.last(500)
    assert house.words("sv")("file_not_accepted") in house.last(900)


async def test_an_edit_that_cannot_be_read_whole_is_an_edit(house: House) -> None:
    await in_conversation(house)
    poll = await house.api.writes(900, kinds.NEW_POLL)
    written = await house.api.says(900, "Femte mars", reply_to=poll.message_id)
    await house.settle()

    await house.api.edits(900, written.message_id or 0, "Sjätte mars")
    await house.settle()

    assert house.last(500).endswith("Sjätte mars")
    assert await versions(house) == [0, 0, 1]


async def test_a_volunteer_s_answer_to_what_cannot_be_read_goes_where_it_is_meant(house: House) -> None:
    await in_conversation(house)
    await house.asks(901, "En annan fråga")
    await house.claims(500)
    card = next(one for one in house.api.chat(500).from_bot if one.text.endswith("Jag har fått ett brev"))
    target = house.api.chat(500).message_json(card) | kinds.NEW_POLL

    await receives(house, 500, "Till den första", reply_to_message=target)

    assert house.last(900).endswith("Till den första")
    assert not any("Till den första" in text for text in house.texts(901))


async def test_a_press_on_a_card_that_cannot_be_read_has_its_effect(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    card = house.api.chat(500).last
    card.content = card.content | kinds.NEW_POLL

    said = await house.claims(500)

    assert said
    assert (await builders.one(house.service, "SELECT status FROM cases")).status == "claimed"


async def test_a_service_note_of_a_new_shape_is_not_answered(house: House) -> None:
    await in_conversation(house)
    told = house.texts(900)

    await house.api.writes(900, {"pinned_message": {"message_id": 1}})
    await house.api.writes(900, {"unique_gift": {"gift": {}}})
    await house.settle()

    assert house.texts(900) == told


@pytest.mark.parametrize("part", ["date", "message_id"])
async def test_who_writes_what_nobody_can_read_is_told_so_once_in_their_language(house: House, part: str) -> None:
    await in_conversation(house)
    read = house.texts(500)
    profile = house.api.chat(900).profile | {"language_code": "uk"}
    message = {"message_id": 70, "date": 1_760_000_000, "chat": house.api.chat(900).chat_json(), "from": profile}

    if part == "date":
        await house.api.raw({"message": message | {"text": "Hej", "date": "i går"}})
    else:
        message.pop("message_id")
        await house.api.raw({"message": message | {"text": "Hej"}})
    await house.settle()

    assert house.last(900) == house.words("uk")("message_not_readable")
    assert house.texts(500) == read
