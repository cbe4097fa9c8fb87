"""What people send, however strange: each has an answer they see, in their language, and nothing breaks."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.language.i18n import Catalogues
from bot.people import login_links
from handlers.telegram.receiving import Telegram
from models.case import spoken_code
from models.people import Language, LinkPurpose
from tests import builders
from tests.botapi.kinds import EVERY_KIND
from tests.channels.telegram_house import House, codes_of, telegram_house


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[House]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as opened:
        yield opened


async def deletes(house: House, chat_id: int) -> None:
    """The newcomer asks for everything to be deleted, and says yes."""
    await house.hears(chat_id, "/delete")
    await house.pressed(chat_id, next(code for code in codes_of(house.api.chat(chat_id).last) if "erase:yes" in code))


async def test_in_a_group_the_bot_says_once_to_write_in_private_and_leaves_and_keeps_nothing(house: House) -> None:
    await house.api.in_group(-100, "/start@radrum_test_bot")
    await house.api.in_group(-100, "Hej allihop")

    await house.settle()

    assert house.texts(-100) == [house.words("ar")("private_only")]
    assert house.api.chat(-100).left
    for name in ("people", "addresses", "conversations", "messages", "outbox", "inbound"):
        assert await builders.table(house.service, f"SELECT 1 FROM {name}") == [], name


async def test_a_press_in_a_group_changes_nothing(house: House) -> None:
    await house.api.in_group(-100, "hej")
    await house.api.presses(-100, "lang:sv", 1)

    await house.settle()

    assert await builders.table(house.service, "SELECT 1 FROM people") == []


@pytest.mark.parametrize("language", list(Language))
async def test_every_kind_of_file_is_answered_in_the_person_s_language_and_counted(house: House, language: str) -> None:
    await house.hears(900, "/start", language)
    await house.pressed(900, f"lang:{language}")
    words = house.words(language)

    for kind in EVERY_KIND:
        before = len(house.texts(900))
        await house.api.sends(900, kind)
        await house.settle()
        told = house.texts(900)[before:]
        assert told, kind
        answered = "voice_not_heard" if kind in ("voice", "video_note") else "file_not_accepted"
        assert all(words(answered) in text for text in told), kind
        # Only what may be a letter is asked about as one.
        assert (words("write_first_lines") in told[0]) == (kind in ("photo", "album", "document", "video")), kind

    counted = await builders.table(house.service, "SELECT kind, count(*) AS n FROM refused GROUP BY kind")
    expected = {kind: 1 for kind in EVERY_KIND if kind != "album"} | {"photo": 1 + 2}
    assert {row.kind: row.n for row in counted} == expected


@pytest.mark.parametrize("language", list(Language))
async def test_the_consent_is_sent_as_a_message_of_its_own_of_at_most_ninety_words(house: House, language: str) -> None:
    await house.hears(900, "/start", language)
    await house.pressed(900, f"lang:{language}")

    statement, consent = house.texts(900)[-2:]

    words = house.words(language)
    assert len(consent.split()) <= 90
    assert consent.startswith(words("consent_intro")) and consent.endswith(words("consent_ask"))
    assert words("not_authority") in statement and "112" in statement and words("consent_ask") not in statement


async def test_an_album_is_answered_once(house: House) -> None:
    await house.asks(900)
    before = len(house.texts(900))

    await house.api.sends(900, "album")
    await house.settle()

    told = [text for text in house.texts(900)[before:] if house.words("sv")("file_not_accepted") in text]
    assert len(told) == 1


async def test_a_file_with_a_caption_is_still_said_not_to_be_taken(house: House) -> None:
    await house.asks(900)
    before = len(house.texts(900))

    await house.api.sends(900, "photo", caption="Mitt brev")
    await house.settle()

    (told,) = house.texts(900)[before:]
    assert house.words("sv")("file_not_accepted") in told
    assert house.words("sv")("caption_received") in told, "said once, and by this alone"


async def test_a_volunteer_s_file_is_said_not_to_be_taken(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)

    await house.api.sends(500, "voice")
    await house.settle()

    assert house.last(500) == house.service.desk("sv")("staff_unreadable")


@pytest.mark.parametrize("text", [" ", "\u2003\u2003", "\u202e\u202c", "\u0000", "\ud800"])
async def test_a_message_without_words_is_answered_and_opens_nothing(house: House, text: str) -> None:
    await house.asks(900)
    await house.pressed(900, "stop_asking")
    await deletes(house, 900)
    await house.hears(900, "/start")
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")
    cases = len(await builders.table(house.service, "SELECT 1 FROM cases"))

    await house.hears(900, text)

    assert house.last(900) == house.words("sv")("empty")
    assert len(await builders.table(house.service, "SELECT 1 FROM cases")) == cases


async def test_forty_thousand_characters_are_refused_in_the_language_of_the_app_before_one_is_chosen(
    house: House,
) -> None:
    await house.hears(900, "م" * 40_000, "ar")

    assert house.words("ar")("too_long", most=12_000) in house.last(900)
    assert await builders.table(house.service, "SELECT 1 FROM conversations WHERE draft IS NOT NULL") == []


async def test_forty_thousand_characters_are_refused_with_the_limit_and_nothing_is_kept(house: House) -> None:
    await house.asks(900, language="uk")
    before = len(await builders.table(house.service, "SELECT 1 FROM messages"))

    await house.hears(900, "б" * 40_000, "uk")

    assert house.words("uk")("too_long", most=12_000) in house.last(900)
    assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == before


async def test_what_breaks_a_screen_is_taken_out_and_the_rest_arrives_as_it_was_written(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)

    await house.hears(900, 'a\u0000b\ud83d \u202eevil\u202c <b>x</b> &amp; "q" \\ %s {0} \u200d می\u200cروم 👨‍👩‍👧')

    assert house.last(500).split("\n\n", 1)[1] == 'ab evil <b>x</b> &amp; "q" \\ %s {0} \u200d می\u200cروم 👨‍👩‍👧'


async def test_html_in_an_answer_arrives_unchanged(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)

    await house.hears(500, "Se <a href='x'>här</a> & <script>alert(1)</script> *inte* _fet_")

    assert "Se <a href='x'>här</a> & <script>alert(1)</script> *inte* _fet_" in "\n".join(house.texts(900))


PRIVATE = b'"chat": {"id": 1, "type": "private"}'
STRANGE_BODIES = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"\xff\xfe",
    b"{}",
    b'{"update_id": "x"}',
    b'{"update_id": 1, "message": 7}',
    b'{"update_id": 2, "message": {"message_id": 1}}',
    b'{"update_id": 3, "message": {"message_id": 1, "date": 1e300, ' + PRIVATE + b"}}",
    b'{"update_id": 4, "message": {"message_id": 1, "date": 99999999999999, ' + PRIVATE + b"}}",
    b"[" * 200_000,
)


async def test_updates_of_unknown_kinds_and_shapes_are_done_and_forgotten(house: House) -> None:
    await house.api.unknown_update()
    assert await house.take_in() == [200]

    for body in STRANGE_BODIES:
        assert await house.telegram.webhook(body) == 200, body[:80]

    assert await builders.table(house.service, "SELECT 1 FROM people") == []


async def test_a_service_note_in_a_private_chat_is_not_taken_for_a_file(house: House) -> None:
    await house.asks(900)
    before = house.texts(900)
    note = {"message_id": 77, "date": 1_760_000_000, "chat": house.api.chat(900).chat_json()}
    note["from"] = house.api.chat(900).profile
    note["message_auto_delete_timer_changed"] = {"message_auto_delete_time": 86_400}

    await house.api.raw({"message": note})
    await house.settle()

    assert house.texts(900) == before
    assert await builders.table(house.service, "SELECT 1 FROM refused") == []


FORGED = (
    *("", "x", ":", "::::", "x" * 64, "ع" * 32, "\u0000", "\ud800"),
    *("claim:", "claim:1", "claim:x", "claim:" + "9" * 58, "claim:\ud800"),
    *("close:1:1", "noadvice:1:1", "release:1:1", "release:" + "9" * 40 + ":1", "pick:1"),
    *("c:1:cat:housing", "c:1:cat:\ud800", "c:1:min:10"),
    *("lang:xx", "lang:", "consent:", "consent:perhaps", "held:", "held:send", "erase:", "erase:no"),
    *("erase:yes:1:2", "erase:no:1:2", "erase:yes:" + "9" * 50, "erase:yes:x:\ud800", "erase:perhaps:1:2"),
    *(
        "stop:",
        "stop:yes",
        "stop:yes:1",
        "stop:no:1",
        "stop:yes:\ud800",
        "unsent:",
        "unsent:" + "a" * 16,
        "unsent:\ud800",
    ),
    *("hu:1:yes", "hu:1:no", "hu:x:yes", "hu:1:perhaps"),
    *("tap:", "tap:category", "tap:category:", "tap:category:poetry", "tap:category:\ud800"),
    *("tap:status:closed", "tap:volunteer_id:1"),
    *("more:", "more:category:-1", "more:category:" + "9" * 50, "more:gender:1"),
    *("endall", "desk:1"),
)


async def test_a_forged_or_stale_press_of_a_newcomer_is_answered_kindly_and_changes_nothing(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.asks(901)
    await house.claims(500)
    before = await _state(house)

    for code in FORGED:
        said = await house.pressed(900, code, 2)
        assert "_" not in said, (code, said)

    assert await _state(house) == before
    assert await builders.table(house.service, "SELECT key FROM inbound WHERE attempts > 0") == []


async def test_a_forged_or_stale_press_of_a_volunteer_is_answered_kindly_and_changes_nothing(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await builders.volunteer(house.service, "Bo", chat_id=501)
    await house.asks(900)
    await house.claims(500)
    await house.hears(501, "/help")
    case = (await builders.one(house.service, "SELECT id FROM cases")).id
    before = await _state(house)
    others = (f"close:{case}:1", f"release:{case}:1", f"noadvice:{case}:1", f"c:{case}:cat:housing", f"pick:{case}",
              f"claim:{case}", f"release:{case}:{'9' * 30}")  # fmt: skip

    for code in (*FORGED, *others):
        if code.startswith(("desk:", "endall")):
            continue  # they do only what they say, to the one who presses
        said = await house.pressed(501, code, 1)
        assert said, code
        assert "_" not in said, (code, said)

    assert await _state(house) == before
    assert await builders.table(house.service, "SELECT key FROM inbound WHERE attempts > 0") == []


async def test_every_press_on_a_card_that_has_passed_says_that_it_has(house: House) -> None:
    await house.asks(900)
    asked = house.words("sv")("consent_ask")
    stale = next(one for one in house.api.chat(900).messages if asked in one.text)

    said = await house.pressed(900, "consent:yes", stale.message_id)

    assert said == house.words("sv")("no_longer_valid")


async def _state(house: House) -> list[object]:
    queries = (
        "SELECT id, status, volunteer_id, category, gender, first_visit FROM cases ORDER BY id",
        "SELECT * FROM messages ORDER BY id",
        "SELECT * FROM closings",
        "SELECT * FROM closing_drafts",
        "SELECT id, role, language, enabled FROM people ORDER BY id",
        "SELECT step, consent_at FROM conversations ORDER BY id",
    )
    return [await builders.table(house.service, query) for query in queries]


async def test_a_volunteer_s_own_account_cannot_open_a_case(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)

    for text in ("/start", "Jag har en fråga", "/delete", "/stop"):
        await house.hears(500, text)
    for code in ("lang:sv", "consent:yes", "held:send", "erase:yes"):
        await house.pressed(500, code, 1)

    assert await builders.table(house.service, "SELECT 1 FROM cases") == []
    assert await builders.table(house.service, "SELECT 1 FROM conversations") == []
    assert house.service.desk("sv")("volunteer_has_no_case") in house.texts(500)


async def test_an_invitation_links_an_account_once(house: House) -> None:
    amina = await builders.volunteer(house.service, on_shift=False)
    async with house.service.store.work() as work:
        token = await login_links.make_link(work, amina.id, LinkPurpose.TELEGRAM)

    await house.hears(500, f"/start {token}")
    await house.hears(501, f"/start {token}")

    assert house.last(500) == house.service.desk("sv")("telegram_linked")
    assert house.last(501) == house.words("sv")("link_spent")
    rows = await builders.table(
        house.service, "SELECT id FROM addresses WHERE channel = 'telegram' AND person_id = :id", id=amina.id
    )
    assert len(rows) == 1


async def test_an_invitation_that_never_was_is_answered_kindly(house: House) -> None:
    await house.hears(900, f"/start {'x' * 43}")

    assert house.last(900) == house.words("sv")("link_spent")


@pytest.mark.parametrize("payload", ["x", "\ud800", "a b c", "'; DROP TABLE people;--", "x" * 4000])
async def test_a_start_with_anything_else_behind_it_is_a_start(house: House, payload: str) -> None:
    await house.hears(900, f"/start {payload}")

    assert house.words("sv")("choose_language") in house.last(900)


async def test_help_before_a_language_is_chosen_is_in_the_language_of_the_app(house: House) -> None:
    await house.hears(900, "/help", "fa")

    assert "112" in house.last(900)
    assert house.words("fa")("not_alone") in house.last(900)


async def test_no_to_the_statement_leaves_nothing_but_the_answer_in_the_chat(house: House) -> None:
    await house.hears(900, "Min hemliga fråga")
    await house.pressed(900, "lang:sv")

    await house.pressed(900, "consent:no")

    assert house.words("sv")("no_consent") in house.last(900)
    for name in ("people", "addresses", "conversations", "outbox", "messages"):
        assert await builders.table(house.service, f"SELECT 1 FROM {name}") == [], name


async def test_an_old_yes_after_a_no_asks_for_the_language_again(house: House) -> None:
    await house.hears(900, "/start")
    await house.pressed(900, "lang:sv")
    statement = house.api.chat(900).last.message_id
    await house.pressed(900, "consent:no")

    await house.pressed(900, "consent:yes", statement)

    assert house.words("sv")("choose_language") in house.last(900)


async def test_a_link_from_a_poster_starts_the_dialogue(house: House) -> None:
    await house.hears(900, "/start poster")

    assert house.words("sv")("choose_language") in house.last(900)


async def test_words_before_consent_are_offered_back_and_sent_on_a_press(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.hears(900, "Jag har fått ett brev")
    await house.hears(900, "från Skatteverket")
    await house.pressed(900, "lang:sv")
    await house.pressed(900, "consent:yes")
    offered = house.last(900)

    await house.pressed(900, "held:send")
    await house.claims(500)

    assert "Jag har fått ett brev\nfrån Skatteverket" in offered
    assert house.words("sv")("thanks_received") in "\n".join(house.texts(900))
    assert house.last(500).endswith("Jag har fått ett brev\nfrån Skatteverket")


async def test_delete_says_honestly_what_telegram_keeps_and_unsays_the_bot_s_copies(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900, "Min hemliga fråga")
    await house.claims(500)
    await house.hears(500, "Mitt svar")

    await deletes(house, 900)

    words = house.words("sv")
    in_chat = words("erased_chat"), words("erased_chat_last")
    assert house.texts(900) == ["\n".join((words("data_deleted"), words("erased_kept"), *in_chat))]
    assert not any("Min hemliga fråga" in text for text in house.texts(500))
    assert not any("Mitt svar" in text for text in house.texts(900))


async def test_the_same_update_three_times_is_one_act(house: House) -> None:
    await house.asks(900)
    happened = await house.api.says(900, "En sak till")
    body = json.dumps(next(u.body for u in house.api.delivery.waiting() if u.update_id == happened.update_id)).encode()

    statuses = [await house.telegram.webhook(body) for _ in range(3)]

    assert statuses == [200, 200, 200]
    assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 2


async def test_the_same_update_twice_at_once_in_two_processes_is_one_act(
    database_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with telegram_house(database_url, tmp_path, catalogues) as house:
        await house.asks(900)
        happened = await house.api.says(900, "En sak till")
        body = json.dumps(
            next(u.body for u in house.api.delivery.waiting() if u.update_id == happened.update_id)
        ).encode()
        other = Telegram(house.service)

        statuses = await asyncio.gather(*(bot.webhook(body) for bot in (house.telegram, other) * 2))

        assert set(statuses) == {200}
        assert len(await builders.table(house.service, "SELECT 1 FROM messages")) == 2
        await other.close()


async def test_an_edit_that_comes_before_its_message_loses_nothing(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    written = await house.api.says(900, "Fel")
    edited = await house.api.edits(900, written.message_id or 0, "Rätt")
    bodies = {u.update_id: json.dumps(u.body).encode() for u in house.api.delivery.waiting()}

    statuses = [await house.telegram.webhook(bodies[one.update_id]) for one in (edited, written)]
    await builders.deliver_all(house.delivery)

    assert statuses == [200, 200]
    assert house.last(500).endswith("Rätt")
    assert await builders.table(house.service, "SELECT 1 FROM inbound WHERE attempts > 0") == []


async def test_a_newcomer_s_edit_reaches_the_volunteer_marked(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    written = await house.api.says(900, "Femte mars")
    await house.settle()

    await house.api.edits(900, written.message_id or 0, "Sjätte mars")
    await house.settle()

    code = spoken_code((await builders.one(house.service, "SELECT code FROM cases")).code)
    assert house.last(500) == f"{house.service.desk('sv')('words_edited', code=code)}\n\nSjätte mars"


async def test_a_long_answer_is_split_in_order_and_is_the_same_text(house: House) -> None:
    await builders.volunteer(house.service, chat_id=500)
    await house.asks(900)
    await house.claims(500)
    before = len(house.texts(900))
    # Telegram hands on at most 4 096 characters a message, so two messages make the long answer; emoji count twice.
    long = " ".join(f"{n}👨‍👩‍👧‍👦" for n in range(300))

    await house.hears(500, long)

    parts = [text.split("\n\n", 1)[1] for text in house.texts(900)[before:]]
    assert len(parts) == 2
    assert " ".join(part.strip() for part in parts) == long
