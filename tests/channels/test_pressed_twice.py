"""The same act twice: a press told twice, an edit that changes nothing, a question answered and gone back to.

Whatever comes again is answered in the button; nothing new is said in the chat, on either channel.
"""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cases import cases, closing
from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.people import access, login_links
from bot.places import places
from models.case import spoken_code
from models.people import Language, LinkPurpose
from tests import builders
from tests.botapi import Shown
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.web_fixtures import Browser, Site, opened_site

NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)
ANSWERS = ("category:housing", "first_visit:yes", "gender:woman", "age:30_64", "situation:permit")


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


@pytest.fixture
async def site(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[Site]:
    async with opened_site(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


def from_bot(house: House, chat_id: int) -> list[int]:
    return [one.message_id for one in house.api.chat(chat_id).from_bot]


def card_with(house: House, chat_id: int, code: str) -> Shown:
    """The newest message in the chat with a button that begins like this."""
    return [one for one in house.api.chat(chat_id).visible if any(c.startswith(code) for c in codes_of(one))][-1]


async def twice(house: House, chat_id: int, code: str) -> tuple[str, str]:
    """One press, and the same one told again under another update's number; returns what the button said each time.

    The second says nothing new in the chat and changes nothing that stands in it.
    """
    card = card_with(house, chat_id, code)
    code = next(one for one in codes_of(card) if one.startswith(code))
    first = await house.pressed(chat_id, code, card.message_id)
    stood = from_bot(house, chat_id), house.texts(chat_id)
    second = await house.pressed(chat_id, code, card.message_id)
    assert (from_bot(house, chat_id), house.texts(chat_id)) == stood, code
    assert second, f"{code}: the button said nothing"
    return first, second


# A newcomer's presses, on Telegram.


async def test_no_button_of_a_newcomer_says_anything_twice(house: House) -> None:
    words = house.words("sv")
    stale, saved = words("no_longer_valid"), words("answer_saved")
    await house.hears(900, "För tidigt")

    said = {code: (await twice(house, 900, code))[1] for code in ("lang:sv", "consent:yes", "held:send")}
    for answer in ANSWERS:
        said[answer] = (await twice(house, 900, f"tap:{answer}"))[1]

    assert said.pop("lang:sv") == words("language_changed")
    assert {said.pop("consent:yes"), said.pop("held:send")} == {stale}
    assert set(said.values()) == {saved}


@pytest.mark.parametrize("code", ["held:drop", "stop_asking", "more:category:1"])
async def test_what_ends_or_turns_the_questions_does_so_once(house: House, code: str) -> None:
    await house.hears(900, "För tidigt")
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")
    if code != "held:drop":
        await house.pressed(900, "held:send")
    card = card_with(house, 900, code)
    await house.pressed(900, code, card.message_id)
    stood = house.texts(900)

    await house.pressed(900, code, card.message_id)

    assert house.texts(900) == stood


async def test_no_to_the_statement_told_twice_leaves_nobody_known(house: House) -> None:
    await house.hears(900, "/start")
    await house.pressed(900, "lang:sv")

    _, second = await twice(house, 900, "consent:no")

    assert second == house.words("sv")("no_longer_valid")
    for name in ("people", "addresses", "conversations", "outbox"):
        assert await builders.table(house.service, f"SELECT 1 FROM {name}") == [], name


async def test_yes_after_a_no_begins_anew_and_told_twice_asks_once(house: House) -> None:
    await house.hears(900, "/start")
    await house.pressed(900, "lang:sv")
    statement = house.api.chat(900).last.message_id
    await house.pressed(900, "consent:no", statement)
    await house.pressed(900, "consent:yes", statement)
    stood = house.texts(900)
    assert house.words("sv")("choose_language") in stood[-1]

    said = await house.pressed(900, "consent:yes", statement)

    assert (house.texts(900), said) == (stood, house.words("sv")("no_longer_valid"))


async def test_delete_everything_told_twice_leaves_nobody_known(house: House) -> None:
    await house.asks(900)
    await house.stops(900)
    _, asked_again = await twice(house, 900, "erase:ask")

    _, second = await twice(house, 900, "erase:yes:")

    assert asked_again == house.words("sv")("in_the_chat")

    assert second == house.words("sv")("no_longer_valid")
    assert await builders.table(house.service, "SELECT 1 FROM people") == []
    assert [shown.text for shown in house.api.chat(900).visible if "erase:" in str(codes_of(shown))] == []


async def test_another_language_is_told_once_and_the_same_again_is_nothing_new(house: House) -> None:
    await house.asks(900)
    await house.pressed(900, "stop_asking")
    await house.hears(900, "/language")

    await twice(house, 900, "lang:en")

    assert house.texts(900).count(house.words("en")("language_changed")) == 1


async def test_the_way_to_a_place_and_a_reminder_are_told_once(house: House) -> None:
    async with house.service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library", address="Testgatan 2")
    await builders.coordinator(house.service, chat_id=500)
    day = clock.office_day(clock.now(), house.service.store.zone) + timedelta(days=3)
    await house.hears(500, f"/extra {day} linero 13-15")
    await house.pressed(500, next(code for code in codes_of(house.api.chat(500).last) if code.startswith("hp:")))
    await house.asks(900)
    await house.hears(900, "/hours")

    for code in ("place:", "remind:"):
        await twice(house, 900, code)


# What stands in the chat after a press.


async def test_a_pressed_card_says_what_was_chosen_and_has_no_buttons(house: House) -> None:
    words = house.words("sv")
    await house.hears(900, "Min fråga")
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")
    await house.pressed(900, "held:send")

    language, statement, consent, offered, receipt, question = house.api.chat(900).from_bot

    assert [shown.buttons for shown in (language, statement, consent, offered)] == [[], [], [], []]
    assert language.text == "✓ Svenska"
    assert words("not_authority") in statement.text
    assert consent.text.endswith(f"✓ {words('consent_yes')}")
    assert offered.text == f"{words('you_wrote')}\nMin fråga\n{words('held_sent')}"
    assert words("thanks_received") in receipt.text
    assert "tap:category:housing" in codes_of(question)


async def test_nothing_has_been_sent_yet_is_not_left_standing(house: House) -> None:
    await house.hears(900, "/start")
    await house.pressed(900, "lang:sv")
    await house.hears(900, "Min fråga")
    assert house.words("sv")("words_held") in house.last(900)

    await house.pressed(900, "consent:yes")

    assert not any(house.words("sv")("words_held") in text for text in house.texts(900))
    assert [code for shown in house.api.chat(900).visible for code in codes_of(shown)] == ["held:send", "held:drop"]


async def test_words_that_were_not_sent_are_said_not_to_have_been(house: House) -> None:
    await house.hears(900, "Min fråga")
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")

    await house.pressed(900, "held:drop")

    assert house.words("sv")("held_dropped") in house.texts(900)
    assert not any("Min fråga" in text for text in house.texts(900))


async def test_a_long_letter_held_and_sent_keeps_no_button(house: House) -> None:
    await house.hears(900, "Början. " + "x" * 4_000)
    await house.hears(900, "y" * 4_000 + " Slutet.")
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")

    await house.pressed(900, "held:send")

    assert house.words("sv")("held_sent") in house.texts(900)
    assert not any("held:send" in codes_of(shown) for shown in house.api.chat(900).visible)


# The optional questions: one message.


async def test_five_answers_make_one_message_which_ends_as_the_thanks(house: House) -> None:
    await house.asks(900)
    before = from_bot(house, 900)

    for answer in ANSWERS:
        assert await house.pressed(900, f"tap:{answer}") == house.words("sv")("answer_saved")

    assert from_bot(house, 900) == before
    assert house.last(900) == house.words("sv")("ask_done")
    assert house.api.chat(900).last.buttons == []
    row = await builders.one(house.service, "SELECT category, first_visit, gender, age, situation FROM cases")
    assert tuple(row) == tuple(answer.partition(":")[2] for answer in ANSWERS)
    assert (await builders.one(house.service, "SELECT asked_row FROM conversations")).asked_row is None


async def test_back_shows_the_answer_that_was_given_and_it_can_be_changed(house: House) -> None:
    await house.asks(900)
    await house.pressed(900, "tap:category:housing")
    assert house.last(900).startswith(f"✓ {house.words('sv')('cat_housing')}\n")
    await house.pressed(900, "tap:first_visit:yes")
    await house.pressed(900, "back:gender")
    assert _ticked(house) == ["tap:first_visit:yes"]
    await house.pressed(900, "back:first_visit")
    assert _ticked(house) == ["tap:category:housing"]
    assert not any(code.startswith("back:") for code in codes_of(house.api.chat(900).last))

    await house.pressed(900, "tap:category:work")
    assert _ticked(house) == ["tap:first_visit:yes"]
    await house.pressed(900, "tap:first_visit:no")

    row = await builders.one(house.service, "SELECT category, first_visit FROM cases")
    assert tuple(row) == ("work", "no")
    assert house.words("sv")("ask_gender") in house.last(900)


async def test_an_answer_on_a_later_page_is_shown_when_one_goes_back_to_it(house: House) -> None:
    await house.asks(900)
    pages = [code for code in codes_of(house.api.chat(900).last) if code.startswith("more:")]
    await house.pressed(900, pages[0])
    later = next(code for code in codes_of(house.api.chat(900).last) if code.startswith("tap:category:"))
    await house.pressed(900, later)

    await house.pressed(900, "back:first_visit")

    assert _ticked(house) == [later]


def _ticked(house: House) -> list[str]:
    shown = house.api.chat(900).last
    return [button.action for row in shown.buttons for button in row if button.label.startswith("✓")]


async def test_an_old_press_on_the_questions_keeps_the_one_that_is_asked(house: House) -> None:
    await house.asks(900)
    card = house.api.chat(900).last
    await house.pressed(900, "tap:category:housing")
    asked = house.last(900)

    said = await house.pressed(900, "tap:category:work", card.message_id)

    assert said == house.words("sv")("no_longer_valid")
    assert house.last(900) == asked
    assert (await builders.one(house.service, "SELECT category FROM cases")).category == "housing"


@pytest.mark.parametrize("how", ["claim", "stop", "delete"])
async def test_the_questions_lose_their_buttons_when_nobody_asks_any_more(house: House, how: str) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    card = card_with(house, 900, "tap:")

    if how == "claim":
        await house.claims(500)
    else:
        await (house.stops if how == "stop" else house.erases)(900)

    assert house.api.chat(900).find(card.message_id).text == house.words("sv")("ask_done")
    assert house.api.chat(900).find(card.message_id).buttons == []


async def test_a_press_that_comes_after_the_claim_is_kept_and_confirmed_in_the_button_only(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    card = card_with(house, 900, "tap:")
    await house.claims(500)
    stood = house.texts(900)

    said = [await house.pressed(900, code, card.message_id) for code in ("tap:category:housing", "stop_asking")]

    assert said == [house.words("sv")("answer_saved"), house.words("sv")("ask_done")]
    assert house.texts(900) == stood
    assert (await builders.one(house.service, "SELECT category FROM cases")).category == "housing"


async def test_the_questions_follow_the_language(house: House) -> None:
    await house.asks(900)
    await house.hears(900, "/language")
    before = from_bot(house, 900)

    await house.pressed(900, "lang:uk")

    assert from_bot(house, 900) == before
    assert house.words("uk")("ask_category") in "\n".join(house.texts(900))


# The unchanged edit.


async def test_a_reaction_to_one_s_own_words_neither_reopens_the_case_nor_stops_its_closing(house: House) -> None:
    amina = await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    written = await house.api.says(900, " Tack så\u202c mycket ")
    await house.settle()
    case = (await builders.one(house.service, "SELECT id FROM cases")).id
    close = next(code for code in codes_of(card_with(house, 500, "close:")) if code.startswith("close:"))
    heard, stood = house.texts(500), house.texts(900)

    await house.api.edits(900, written.message_id or 0, " Tack så\u202c mycket ")
    await house.settle()

    assert (house.texts(500), house.texts(900)) == (heard, stood)
    assert len(await builders.table(house.service, "SELECT id FROM messages")) == 2
    await house.pressed(500, close)
    assert "c:" in codes_of(house.api.chat(500).last)[0]
    async with builders.acting(house.service, amina) as work:
        await closing.close_case(work, case_id=case, seen_seq=10**15, sheet=closing.Sheet())
    await house.settle()
    stood = house.texts(900)
    await house.api.edits(900, written.message_id or 0, "Tack så mycket")
    await house.settle()
    assert (await builders.one(house.service, "SELECT status FROM cases")).status == "closed"
    assert house.texts(900) == stood


@pytest.mark.parametrize("text", ["/help", "/status", "När har ni öppet?"])
async def test_a_reaction_to_what_was_no_message_for_a_person_repeats_nothing(house: House, text: str) -> None:
    await house.hears(900, "/start")
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")
    written = await house.api.says(900, text)
    await house.settle()
    stood = house.texts(900)

    await house.api.edits(900, written.message_id or 0, text)
    await house.settle()

    assert house.texts(900) == stood
    assert await builders.table(house.service, "SELECT id FROM messages") == []


@pytest.mark.parametrize("chat_id", [900, 500])
async def test_a_reaction_to_a_photo_repeats_nothing(house: House, chat_id: int) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    sent = await house.api.sends(chat_id, "photo")
    await house.settle()
    stood, counted = house.texts(chat_id), await builders.table(house.service, "SELECT id FROM refused")
    photo = house.api.chat(chat_id).message_json(house.api.chat(chat_id).find(sent.message_id))

    await house.api.raw({"edited_message": photo | {"edit_date": photo["date"] + 5}})
    await house.settle()

    assert house.texts(chat_id) == stood
    assert await builders.table(house.service, "SELECT id FROM refused") == counted


async def test_a_reaction_to_words_that_wait_for_consent_or_were_not_sent_does_not_send_them(house: House) -> None:
    written = await house.api.says(900, "Min hemliga fråga")
    await house.settle()
    await house.api.edits(900, written.message_id or 0, "Min hemliga fråga")
    await house.settle()
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")
    assert house.last(900).count("Min hemliga fråga") == 1
    await house.pressed(900, "held:drop")

    await house.api.edits(900, written.message_id or 0, "Min hemliga fråga")
    await house.settle()

    assert await builders.table(house.service, "SELECT id FROM cases") == []


async def test_a_reaction_to_words_from_before_everything_was_erased_makes_nobody_known(house: House) -> None:
    await house.asks(900, "Min hemliga fråga")
    written = next(one for one in house.api.chat(900).messages if one.text == "Min hemliga fråga")
    await house.erases(900)
    stood = house.texts(900)

    await house.api.edits(900, written.message_id, "Min hemliga fråga")
    await house.settle()

    assert house.texts(900) == stood
    assert await builders.table(house.service, "SELECT id FROM people") == []


async def test_an_edit_of_a_message_too_old_to_be_edited_is_a_reaction_to_it(house: House) -> None:
    await house.asks(900)
    old = {"message_id": 7, "date": int(clock.now().timestamp()) - 49 * 3600, "text": "För länge sedan"}
    old |= {"chat": house.api.chat(900).chat_json(), "from": house.api.chat(900).profile}

    await house.api.raw({"edited_message": old | {"edit_date": int(clock.now().timestamp())}})
    await house.settle()

    assert len(await builders.table(house.service, "SELECT id FROM messages")) == 1


# A volunteer's presses.


async def test_no_button_of_a_volunteer_says_anything_twice(house: House) -> None:
    amina = await builders.volunteer(house.service, chat_id=500)
    desk = house.service.desk("sv")
    await house.asks(900)
    await house.asks(901)

    for code in ("claim:", "close:", "c:", "claim:", "release:"):
        await twice(house, 500, code)
    for command, code in (("/language", "lang:sv"), ("/language", "lang:en"), ("/cases", "desk:")):
        await house.hears(500, command)
        _, second = await twice(house, 500, code)
        if code == "desk:":
            assert second == house.service.desk("en")("in_the_chat")
    links = await builders.table(house.service, "SELECT id FROM login_links WHERE person_id = :id", id=amina.id)
    assert len(links) == 1
    assert desk("released_by_you", code="x").split("x")[0] in "\n".join(house.texts(500))


async def test_logging_out_everywhere_is_told_once(house: House) -> None:
    amina = await builders.volunteer(house.service, chat_id=500)
    async with house.service.store.work() as work:
        link = await login_links.make_link(work, amina.id, LinkPurpose.DESK)
    async with house.service.store.work() as work:
        await login_links.log_in(work, link)
    await house.settle()

    _, second = await twice(house, 500, "endall")

    assert second == house.service.desk("sv")("devices_ended")
    assert house.texts(500).count(house.service.desk("sv")("devices_ended")) == 1
    assert not any("endall" in codes_of(shown) for shown in house.api.chat(500).visible)


async def test_a_used_link_or_one_handed_over_elsewhere_does_not_keep_the_button_from_making_one(house: House) -> None:
    amina = await builders.volunteer(house.service, chat_id=500)
    async with house.service.store.work() as work:
        await login_links.make_link(work, amina.id, LinkPurpose.DESK, lives=login_links.INVITE_LIVES)
    await house.asks(900)
    await house.claims(500)
    await house.hears(500, "/cases")

    await house.pressed(
        500, next(code for code in codes_of(card_with(house, 500, "desk:")) if code.startswith("desk:"))
    )
    link = re.search(r"/desk/login/(\S+)", house.last(500))
    assert link
    async with house.service.store.work() as work:
        await login_links.spend_link(work, link[1].rstrip("\u2069"), LinkPurpose.DESK)
    await house.pressed(
        500, next(code for code in codes_of(card_with(house, 500, "desk:")) if code.startswith("desk:"))
    )

    assert sum("/desk/login/" in text for text in house.texts(500)) == 2


async def test_every_step_of_closing_may_be_told_twice(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    await twice(house, 500, "close:")
    before = from_bot(house, 500)
    hers = [shown.message_id for shown in house.api.chat(500).from_bot if "Jag har fått ett brev" in shown.text]
    case = (await builders.one(house.service, "SELECT id FROM cases")).id

    for step in (
        "not:ask",
        "not:back",
        "cat:housing",
        "view:0.1",
        "add:0.",
        "drop:0.",
        "add:0.",
        "org:done",
        "out:answered",
    ):
        await twice_told(house, 500, f"c:{case}:{step}")
    await twice(house, 500, f"c:{case}:min:")

    assert from_bot(house, 500) == [one for one in before if one not in hers]
    row = await builders.one(house.service, "SELECT category, organisations, outcome FROM closings")
    assert (row.category, row.outcome) == ("housing", "answered")
    assert row.organisations.count('"') == 2
    assert not any(code for shown in house.api.chat(500).visible for code in codes_of(shown))


async def twice_told(house: House, chat_id: int, code: str) -> None:
    """As `twice`, where the button need not say anything: the message itself has changed."""
    card = card_with(house, chat_id, code)
    code = next(one for one in codes_of(card) if one.startswith(code))
    await house.pressed(chat_id, code, card.message_id)
    stood = from_bot(house, chat_id), house.texts(chat_id), [s.buttons for s in house.api.chat(chat_id).from_bot]
    await house.pressed(chat_id, code, card.message_id)
    now = from_bot(house, chat_id), house.texts(chat_id), [s.buttons for s in house.api.chat(chat_id).from_bot]
    assert now == stood, code


async def test_closing_that_is_begun_anew_leaves_no_second_set_of_buttons(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    close = card_with(house, 500, "close:")
    code = next(one for one in codes_of(close) if one.startswith("close:"))
    await house.pressed(500, code, close.message_id)
    await house.pressed(500, next(one for one in codes_of(house.api.chat(500).last) if ":cat:housing" in one))

    await house.pressed(500, code, close.message_id)

    asking = [s for s in house.api.chat(500).visible if any(one.startswith("c:") for one in codes_of(s))]
    assert [shown.message_id for shown in asking] == [house.api.chat(500).last.message_id]
    number = spoken_code((await builders.one(house.service, "SELECT code FROM cases")).code)
    assert house.service.desk("sv")("closing_goes_on", code=number) in house.texts(500)


async def test_not_advice_stands_inside_close_and_asks_once(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900, "Tack!")
    await house.claims(500)
    assert not any("noadvice" in code for shown in house.api.chat(500).visible for code in codes_of(shown))
    case = (await builders.one(house.service, "SELECT id FROM cases")).id
    await house.pressed(500, next(c for c in codes_of(card_with(house, 500, "close:")) if c.startswith("close:")))

    await house.pressed(500, f"c:{case}:not:ask")

    assert (await builders.one(house.service, "SELECT status FROM cases")).status == "claimed"
    assert codes_of(house.api.chat(500).last) == [f"c:{case}:not:yes", f"c:{case}:not:back"]
    await twice(house, 500, f"c:{case}:not:yes")
    row = await builders.one(house.service, "SELECT is_advice FROM closings")
    assert not row.is_advice


async def test_a_button_not_advice_from_before_asks_as_well(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900, "Tack!")
    await house.claims(500)
    case = (await builders.one(house.service, "SELECT id FROM cases")).id
    card = card_with(house, 500, "close:")

    for _ in range(2):
        await house.pressed(500, f"noadvice:{case}:{10**15}", card.message_id)

    assert (await builders.one(house.service, "SELECT status FROM cases")).status == "claimed"
    asking = [shown for shown in house.api.chat(500).visible if f"c:{case}:not:yes" in codes_of(shown)]
    assert len(asking) == 1


async def test_the_card_of_a_case_that_was_released_or_closed_has_no_buttons(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)

    await twice(house, 500, "release:")

    live = [code for shown in house.api.chat(500).visible for code in codes_of(shown)]
    assert [code for code in live if code.startswith(("close:", "release:"))] == []
    assert [code.partition(":")[0] for code in live] == ["claim"], "it waits in the queue again"


@pytest.mark.parametrize("how", ["desk", "stop", "coordinator"])
async def test_whoever_ends_a_case_its_cards_in_the_volunteer_s_chat_have_no_buttons(house: House, how: str) -> None:
    amina = await builders.volunteer(house.service, chat_id=500)
    await house.asks(900, "Ett " + "långt " * 700)
    await house.claims(500)
    await house.hears(900, "Och en sak till")
    case = (await builders.one(house.service, "SELECT id FROM cases")).id

    async with builders.acting(house.service, amina) as work:
        if how == "desk":
            await closing.close_case(work, case_id=case, seen_seq=10**15, sheet=closing.Sheet())
        elif how == "stop":
            await closing.withdraw_case(work, await access.locked_case(work, case))
        else:
            await cases.back_to_queue(work, await access.locked_case(work, case), silent=False, reason="command")
    await house.settle()

    live = [code for shown in house.api.chat(500).visible for code in codes_of(shown)]
    assert [code for code in live if code.startswith(("close:", "release:"))] == []


async def test_a_volunteer_s_language_card_says_what_was_chosen(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.hears(500, "/language")

    await house.pressed(500, "lang:en")

    assert "✓ English" in house.texts(500)
    assert not any("lang:en" in codes_of(shown) for shown in house.api.chat(500).visible)


async def test_a_coordinator_s_hours_are_proposed_and_published_once(house: House) -> None:
    await builders.coordinator(house.service, chat_id=500)
    async with house.service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library")
    day = clock.office_day(clock.now(), house.service.store.zone) + timedelta(days=3)
    await house.hears(500, "/extra")
    for answer in ("linero", f"{day:%Y%m%d}"):
        await twice_told(house, 500, next(c for c in codes_of(house.api.chat(500).last) if c.endswith(f":{answer}")))
    await house.hears(500, f"/extra {day} linero 13-15")

    await twice(house, 500, "hp:")
    await twice_told(house, 500, next(c for c in codes_of(card_with(house, 500, "hu:")) if c.startswith("hu:")))
    await twice(house, 500, next(c for c in codes_of(house.api.chat(500).last) if c.endswith(":yes")))

    assert len(await builders.table(house.service, "SELECT number FROM hours_changes")) == 2


# The newcomer's language.


async def test_the_claimer_is_told_once_that_the_newcomer_reads_another_language(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    await house.hears(900, "/language")
    before = from_bot(house, 500)

    await twice(house, 900, "lang:ar")

    code = spoken_code((await builders.one(house.service, "SELECT code FROM cases")).code)
    desk = house.service.desk("sv")
    assert house.last(500) == desk("language_of_case", code=code, language=desk("language_ar"))
    assert len(from_bot(house, 500)) == len(before) + 1


async def test_the_cards_of_a_waiting_case_show_the_new_language_and_its_speakers_get_one(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500, speaks=("sv",))
    await builders.volunteer(house.service, "Olena", chat_id=501, speaks=("uk",))
    await house.asks(900)
    desk = house.service.desk("sv")
    assert desk("language_sv") in house.last(500)
    assert desk("language_sv") not in house.last(501)

    await house.hears(900, "/language")
    await house.pressed(900, "lang:uk")

    for chat in (500, 501):
        assert desk("language_uk") in house.last(chat)
        assert desk("card_no_speaker") not in house.last(chat)


# On the web, without JavaScript.


async def _asked(site: Site) -> Browser:
    browser = site.browser()
    await browser.agrees()
    await browser.says("Jag har fått ett brev")
    return browser


def _bubbles(html: str) -> list[str]:
    return re.findall(r'class="bubble [^"]*" id="([^"]*)"', html)


async def test_on_the_web_five_answers_are_one_bubble_where_it_stood(site: Site) -> None:
    browser = await _asked(site)
    before = _bubbles((await browser.get("/sv/chat")).text)
    await browser.says("En sak till")

    for answer in ANSWERS:
        page = await browser.post("/sv/chat/press", {"code": f"tap:{answer}"})
        assert site.service.words("sv")("answer_saved") in page.words

    assert _bubbles(page.text)[: len(before)] == before
    assert len(_bubbles(page.text)) == len(before) + 2, "what was said, and that it has arrived"
    assert site.service.words("sv")("ask_done") in page.words
    assert 'class="choices"' not in page.text


async def test_on_the_web_back_shows_which_answer_was_pressed(site: Site) -> None:
    browser = await _asked(site)
    page = await browser.post("/sv/chat/press", {"code": "tap:category:housing"})
    label = site.service.words("sv")("cat_housing")
    assert f"✓ {label}" in page.words

    page = await browser.post("/sv/chat/press", {"code": "back:first_visit"})

    assert re.search(rf'value="tap:category:housing"[^>]*><span>✓ {label}<', page.text)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("tap:category:housing", "answer_saved"), ("stop_asking", "no_longer_valid"), ("lang:sv", "language_changed"),
        ("consent:yes", "no_longer_valid"), ("held:send", "no_longer_valid"), ("tap:poetry:x", "no_longer_valid"),
    ],
)  # fmt: skip
async def test_on_the_web_a_press_told_twice_is_answered_on_the_line_only(site: Site, code: str, said: str) -> None:
    browser = await _asked(site)
    first = await browser.post("/sv/chat/press", {"code": code})

    second = await browser.post("/sv/chat/press", {"code": code})
    script = await browser.post("/sv/chat/press", {"code": code}, headers={"Accept": "application/json"})

    assert _bubbles(second.text) == _bubbles(first.text)
    assert site.service.words("sv")(said) in second.words
    assert json.loads(script.text)["said"] == site.service.words("sv")(said)


async def test_on_the_web_the_claim_takes_the_questions_away_and_is_the_newest_thing(site: Site) -> None:
    amina = await builders.volunteer(site.service)
    browser = await _asked(site)
    case = (await builders.one(site.service, "SELECT id FROM cases")).id
    await builders.claims(site.service, amina, _Asker(case))

    page = await browser.get("/sv/chat")

    assert 'class="choices"' not in page.text
    new = page.text.index('<span id="new">')
    assert page.text.index(site.service.words("sv")("adviser_joined")) > new
    assert page.text.index(site.service.words("sv")("ask_done")) < new


class _Asker:
    def __init__(self, case_id: int) -> None:
        self.case_id = case_id


async def test_on_the_web_an_unchanged_edit_is_nothing_and_a_real_one_in_a_closed_case_is_told(site: Site) -> None:
    """There is no way to edit on the web yet; the act is the same on both channels."""
    amina = await builders.volunteer(site.service)
    asker = await builders.web_case_of(site.service)
    await builders.claims(site.service, amina, asker)
    async with builders.acting(site.service, amina) as work:
        await closing.close_case(work, case_id=asker.case_id, seen_seq=10**15, sheet=closing.Sheet())

    await asker.edits("first", " Jag har fått ett brev\u202c ")
    assert len(await builders.table(site.service, "SELECT id FROM messages")) == 1
    await asker.edits("first", "Jag har fått två brev")

    assert (await builders.case_row(asker)).status == "closed"
    assert len(await builders.table(site.service, "SELECT id FROM messages")) == 2


@pytest.mark.parametrize("language", list(Language))
async def test_the_notice_about_a_closed_case_is_in_the_newcomer_s_language(house: House, language: str) -> None:
    await house.asks(900, language=language)
    written = next(one for one in house.api.chat(900).messages if one.text == "Jag har fått ett brev")
    await house.stops(900)

    await house.api.edits(900, written.message_id, "Jag har fått två brev")
    await house.settle()

    assert house.words(language)("edited_reopens") in house.last(900)


# A case between two people, and what coordinators do with any.


async def test_no_button_between_two_people_says_anything_twice(house: House) -> None:
    clock.freeze(NOON)
    await builders.coordinator(house.service, chat_id=501)
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    number = (await builders.one(house.service, "SELECT code FROM cases")).code

    await house.hears(500, f"/note {number} Kan ringa på kvällen")
    for code in ("notes:", "ho:", "dg:", "dgn:"):
        await twice(house, 500, code)
        clock.move(timedelta(seconds=1))
    await house.hears(500, f"/followup {number} 9/1 Hur gick det?")
    for code in ("fua:", "fud:"):
        await twice(house, 500, code)
    clock.move(timedelta(minutes=30))
    await builders.do_all_due(house.service)
    await house.settle()
    await twice(house, 500, "keep:")


async def test_the_newcomer_who_is_asked_for_a_yes_is_answered_once(house: House) -> None:
    clock.freeze(NOON)
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    number = (await builders.one(house.service, "SELECT code FROM cases")).code
    await house.hears(500, f"/followup {number} 9/1 Hur gick det?")
    card = card_with(house, 500, "fua:")
    await house.pressed(500, next(one for one in codes_of(card) if one.startswith("fua:")), card.message_id)

    await twice(house, 900, "fuc:yes:")


@pytest.mark.parametrize("why", ["yes", "away"])
async def test_what_a_coordinator_does_with_a_case_is_done_once(house: House, why: str) -> None:
    clock.freeze(NOON)
    await builders.coordinator(house.service, chat_id=501)
    amina = await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    number = (await builders.one(house.service, "SELECT code FROM cases")).code

    await house.hears(501, f"/case {number}")
    for code in ("ocr:", f"ocr:{(await builders.one(house.service, 'SELECT id FROM cases')).id}:{why}"):
        await twice(house, 501, code)
    await house.hears(501, f"/reassign {number}")
    await twice(house, 501, "ocg:")
    await house.hears(501, f"/case {number}")
    for code in ("bk:", "bks:", "bkr:"):
        await twice(house, 501, code)
    await house.hears(501, "/unblock")
    await twice(house, 501, "bkl:")
    assert len([text for text in house.texts(500) if "Du har inte ärende" in text]) == 2, amina
