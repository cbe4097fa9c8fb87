"""What somebody types in either chat is kept, followed or asked about: nothing is deleted, closed or lost on a text."""

import random
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Protocol

import pytest

from bot.engine import clock
from bot.language.i18n import Catalogues
from bot.language.textshape import without_bidi_controls
from bot.service import Service
from models.case import spoken_code
from models.intake import Draft
from models.people import Language
from tests import builders
from tests.channels.telegram_house import House, codes_of, telegram_house
from tests.channels.web_fixtures import Browser, Site, opened_site

QUESTION = "Jag har fått ett brev"
VOLUNTEER = 500
HELPLINE = "020-50 50 50"


class Seat(Protocol):
    """A newcomer in front of a chat."""

    service: Service

    async def agrees(self, language: str = "sv") -> None:
        """Up to the question."""

    async def types(self, text: str) -> None:
        """Writes and sends."""

    async def presses(self, code: str) -> str:
        """Presses a button with this code, whether or not it is still there; returns what is said for a moment."""

    async def reads(self) -> str:
        """Everything that stands in the chat."""

    async def buttons(self) -> list[str]:
        """The codes of the buttons that stand in the chat, oldest first."""


class OnTelegram:
    def __init__(self, house: House) -> None:
        self.house, self.service = house, house.service

    async def agrees(self, language: str = "sv") -> None:
        await self.house.hears(900, "/start", language)
        await self.house.pressed(900, f"lang:{language}")
        await self.house.pressed(900, "consent:yes")

    async def types(self, text: str) -> None:
        await self.house.hears(900, text)

    async def presses(self, code: str) -> str:
        shown = [one.message_id for one in self.house.api.chat(900).messages if code in codes_of(one)]
        return await self.house.pressed(900, code, shown[-1] if shown else 1)

    async def reads(self) -> str:
        return "\n".join(without_bidi_controls(text) for text in self.house.texts(900))

    async def buttons(self) -> list[str]:
        return [code for one in self.house.api.chat(900).visible for code in codes_of(one)]


class OnTheWeb:
    def __init__(self, site: Site) -> None:
        self.site, self.service, self.browser, self.language = site, site.service, site.browser(), "sv"

    async def agrees(self, language: str = "sv") -> None:
        self.language = language
        await self.browser.agrees(language)

    async def types(self, text: str) -> None:
        await self.browser.says(text, language=self.language)

    async def presses(self, code: str) -> str:
        page = await self.browser.post(f"/{self.language}/chat/press", {"code": code})
        status = re.search(r'id="status">(.*?)</p>', page.text)
        return unescape(status[1]) if status else ""

    async def reads(self) -> str:
        return without_bidi_controls((await self.browser.get(f"/{self.language}/chat")).words)

    async def buttons(self) -> list[str]:
        page = await self.browser.get(f"/{self.language}/chat")
        return [unescape(code) for code in re.findall(r'name="code" value="([^"]*)"', page.text) if "lang:" not in code]


@pytest.fixture(params=["telegram", "web"])
async def seat(
    request: pytest.FixtureRequest, sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> AsyncIterator[Seat]:
    if request.param == "telegram":
        async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
            yield OnTelegram(house)
    else:
        async with opened_site(sqlite_url, tmp_path, catalogues) as site:
            yield OnTheWeb(site)


@pytest.fixture
async def telegram(sqlite_url: str, tmp_path: Path, catalogues: Catalogues) -> AsyncIterator[OnTelegram]:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        yield OnTelegram(house)


async def asked(seat: Seat, language: str = "sv") -> Seat:
    await seat.agrees(language)
    await seat.types(QUESTION)
    return seat


async def kept(seat: Seat) -> list[str]:
    """The newcomer's words as they are stored, newest versions and all."""
    rows = await builders.table(seat.service, "SELECT id, words FROM messages WHERE author = 'newcomer' ORDER BY seq")
    seal = seat.service.store.seal
    return [seal.open(row.words, table="messages", column="words", row_id=row.id) for row in rows]


async def draft(seat: Seat) -> Draft:
    row = await builders.one(seat.service, "SELECT id, draft FROM conversations")
    seal = seat.service.store.seal
    return Draft.from_json(row.draft and seal.open(row.draft, table="conversations", column="draft", row_id=row.id))


async def cases(seat: Seat) -> list[str]:
    return [row.status for row in await builders.table(seat.service, "SELECT status FROM cases ORDER BY opened_at")]


async def is_gone(seat: Seat) -> bool:
    return not await builders.table(seat.service, "SELECT 1 FROM people WHERE role = 'newcomer'")


async def button(seat: Seat, start: str) -> str:
    found = [code for code in await seat.buttons() if code.startswith(start)]
    assert found, start
    return found[-1]


async def has(seat: Seat, start: str) -> bool:
    return any(code.startswith(start) for code in await seat.buttons())


def said(seat: Seat, key: str, language: str = "sv", **values: str | int) -> str:
    return without_bidi_controls(seat.service.words(language)(key, **values)).replace("\n", " ")


LONE_DELETES = (
    "/delete", "/Delete", "/delete.", "./delete", "/ delete", "／delete", "/delete؟", "/delete ۔", "/DELETE।",
    "\u200f/delete\u200f", "\u00a0/delete\u00a0", "/delete@radrum_test_bot", "radera", "Radera.", "radera allt",
    "Delete!",
)  # fmt: skip


@pytest.mark.parametrize("text", LONE_DELETES)
async def test_delete_asks_and_says_what_goes_and_what_stays(seat: Seat, text: str) -> None:
    await asked(seat)

    await seat.types(text)

    shown = await seat.reads()
    code = (await builders.one(seat.service, "SELECT code FROM cases")).code
    assert said(seat, "delete_sure") in shown
    assert said(seat, "delete_ends_case", case=spoken_code(code)) in shown
    assert said(seat, "erased_kept") in shown
    for key in ("delete_chat", "delete_chat_save", "erased_chat_older", "delete_at_adviser"):
        assert (said(seat, key) in shown) is isinstance(seat, OnTelegram), key
    assert await kept(seat) == [QUESTION]
    assert await cases(seat) == ["queued"]


async def test_after_yes_everything_is_gone_and_the_question_with_it(seat: Seat) -> None:
    await asked(seat)
    await seat.types("/delete")

    await seat.presses(await button(seat, "erase:yes:"))

    assert await is_gone(seat)
    assert await kept(seat) == []
    if isinstance(seat, OnTelegram):
        assert said(seat, "data_deleted") in await seat.reads()
        assert said(seat, "delete_sure") not in await seat.reads()


async def test_after_no_nothing_is_deleted_and_the_question_is_over(seat: Seat) -> None:
    await asked(seat)
    await seat.types("/delete")

    await seat.presses(await button(seat, "erase:no:"))

    assert said(seat, "not_deleted") in await seat.reads()
    assert said(seat, "delete_sure") not in await seat.reads()
    assert not await has(seat, "erase:")
    assert await kept(seat) == [QUESTION]
    assert await cases(seat) == ["queued"]


async def test_who_meant_the_word_for_the_adviser_can_send_it_after_no(seat: Seat) -> None:
    await asked(seat)
    await seat.types("Radera allt!")

    await seat.presses(await button(seat, "erase:no:"))
    told = await seat.reads()
    await seat.presses(await button(seat, "unsent:"))

    assert said(seat, "not_deleted") in told
    assert said(seat, "not_sent", text="Radera allt!") in told
    assert await kept(seat) == [QUESTION, "Radera allt!"]
    assert said(seat, "not_sent", text="Radera allt!") not in await seat.reads()
    assert not await has(seat, "unsent:") and not await has(seat, "erase:")


async def test_a_newcomer_without_a_case_is_asked_as_well(seat: Seat) -> None:
    await seat.agrees()

    await seat.types("radera")

    assert said(seat, "delete_sure") in await seat.reads()
    assert await cases(seat) == []
    await seat.presses(await button(seat, "erase:yes:"))
    assert await is_gone(seat)


async def test_an_old_yes_deletes_nothing_of_a_later_case(seat: Seat) -> None:
    await seat.agrees()
    await seat.types("/delete")
    old = await button(seat, "erase:yes:")
    await seat.types(QUESTION)
    before = await seat.reads()

    answer = await seat.presses(old)

    assert answer == said(seat, "no_longer_valid")
    assert await seat.reads() == before, "it is answered in the button only"
    assert await kept(seat) == [QUESTION]
    assert await cases(seat) == ["queued"]


@pytest.mark.parametrize("text", ["/stop", "/Stop.", "./stop", "／stop", "/stop؟", "/stop@radrum_test_bot"])
async def test_stop_asks_and_closes_after_yes(seat: Seat, text: str) -> None:
    await asked(seat)
    code = spoken_code((await builders.one(seat.service, "SELECT code FROM cases")).code)

    await seat.types(text)
    shown, before = await seat.reads(), await cases(seat)
    await seat.presses(await button(seat, "stop:yes:"))

    assert said(seat, "stop_sure", case=code) in shown
    assert before == ["queued"]
    assert await cases(seat) == ["closed"]
    assert said(seat, "case_stopped", case=code) in await seat.reads()
    assert said(seat, "stop_sure", case=code) not in await seat.reads()
    assert await kept(seat) == [QUESTION]


async def test_after_no_the_case_stays_open(seat: Seat) -> None:
    await asked(seat)
    await seat.types("/stop")

    await seat.presses(await button(seat, "stop:no:"))

    assert await cases(seat) == ["queued"]
    assert "är fortfarande öppet" in await seat.reads()
    assert not await has(seat, "stop:")


async def test_an_old_yes_does_not_close_a_later_case(seat: Seat) -> None:
    await asked(seat)
    await seat.types("/stop")
    old = await button(seat, "stop:yes:")
    await seat.presses(old)
    clock.move(timedelta(days=15))
    await (seat.agrees() if isinstance(seat, OnTheWeb) else seat.types("/status"))
    await seat.types("En helt ny fråga")
    before = await seat.reads()

    answer = await seat.presses(old)

    assert answer == said(seat, "no_longer_valid")
    assert await seat.reads() == before, "it is answered in the button only"
    assert await cases(seat) == ["closed", "queued"]


async def test_without_a_case_there_is_nothing_to_close_and_deleting_asks(seat: Seat) -> None:
    await seat.agrees()
    await seat.types("/stop")
    assert said(seat, "nothing_asked_yet") in await seat.reads()

    await seat.presses(await button(seat, "erase:ask"))

    assert said(seat, "delete_sure") in await seat.reads()
    assert not await is_gone(seat)


async def test_the_button_of_an_older_message_asks_too(seat: Seat) -> None:
    await asked(seat)

    await seat.presses("erase:yes")  # stood under "we have closed your case" before deletion asked

    assert said(seat, "delete_sure") in await seat.reads()
    assert await kept(seat) == [QUESTION]


WITH_WORDS = {
    "/help my husband hits me": HELPLINE,
    "/HELP: min man slår mig": HELPLINE,
    "／help\nmin man slår mig": HELPLINE,
    "/hours på måndag eller tisdag? Jag arbetar": "öppna rådgivning",
    "/status har ni läst det?": "väntar på svar",
    "/language arabiska tack": "Choose language",
    "/privacy får polisen läsa?": "BankID",
    "/start jag vill börja om": "väntar på svar",
    "/help /hours": HELPLINE,
}


@pytest.mark.parametrize("text", WITH_WORDS)
async def test_a_command_with_more_words_is_followed_and_the_words_reach_the_adviser(seat: Seat, text: str) -> None:
    await asked(seat)
    before = (await seat.reads()).count(WITH_WORDS[text])

    await seat.types(text)

    assert await kept(seat) == [QUESTION, text]
    assert (await seat.reads()).count(WITH_WORDS[text]) > before
    assert await cases(seat) == ["queued"]


@pytest.mark.parametrize("text", ["/delete is not working, what do I do", "/Delete\nnej vänta", "/delete /stop nu"])
async def test_delete_with_more_words_asks_and_keeps_them(seat: Seat, text: str) -> None:
    await asked(seat)

    await seat.types(text)

    assert await kept(seat) == [QUESTION, text]
    assert said(seat, "delete_sure") in await seat.reads()
    assert await cases(seat) == ["queued"]


async def test_stop_with_more_words_keeps_them_and_offers_the_button(seat: Seat) -> None:
    await asked(seat)

    await seat.types("/stop jag har fått hjälp, tack")

    assert await kept(seat) == [QUESTION, "/stop jag har fått hjälp, tack"]
    assert await cases(seat) == ["queued"]
    await seat.presses(await button(seat, "stop:yes:"))
    assert await cases(seat) == ["closed"]


@pytest.mark.parametrize(
    "text", ["/12 months contract, can I leave?", "/hjälp min man slår mig", "/och sen då?  /delete"]
)
async def test_an_unknown_word_with_more_words_is_words(seat: Seat, text: str) -> None:
    await asked(seat)

    await seat.types(text)

    assert await kept(seat) == [QUESTION, text]
    assert not await has(seat, "erase:") and not await has(seat, "unsent:")


async def test_words_after_a_command_open_the_case(seat: Seat) -> None:
    await seat.agrees()

    await seat.types("/help min man slår mig")

    assert await kept(seat) == ["/help min man slår mig"]
    assert await cases(seat) == ["queued"]
    assert HELPLINE in await seat.reads()


@pytest.mark.parametrize("text", ["/hjälp", "/foo", "./delte", "／stopp", "/دعم", "/12"])
async def test_one_unknown_word_with_a_slash_is_said_not_to_be_sent_and_can_be(seat: Seat, text: str) -> None:
    await asked(seat)

    await seat.types(text)
    told, before = await seat.reads(), await kept(seat)
    await seat.presses(await button(seat, "unsent:"))

    assert said(seat, "not_sent", text=text) in told
    assert before == [QUESTION]
    assert await kept(seat) == [QUESTION, text]
    assert said(seat, "not_sent", text=text) not in await seat.reads()
    assert not await has(seat, "unsent:")
    assert await draft(seat) == Draft()


async def test_sending_it_twice_sends_it_once(seat: Seat) -> None:
    await asked(seat)
    await seat.types("/hjälp")
    code = await button(seat, "unsent:")
    await seat.presses(code)

    answer = await seat.presses(code)

    assert answer == said(seat, "no_longer_valid")
    assert await kept(seat) == [QUESTION, "/hjälp"]


async def test_only_the_newest_word_waits(seat: Seat) -> None:
    await asked(seat)
    await seat.types("/foo")
    older = await button(seat, "unsent:")
    await seat.types("/hjälp")

    answer = await seat.presses(older)
    await seat.presses(await button(seat, "unsent:"))

    assert answer == said(seat, "no_longer_valid")
    assert await kept(seat) == [QUESTION, "/hjälp"]


async def test_a_word_that_nobody_sends_is_gone_after_a_day(seat: Seat) -> None:
    await seat.agrees()
    await seat.types("/hjälp")
    code = await button(seat, "unsent:")
    assert (await draft(seat)).unsent == "/hjälp"

    clock.move(timedelta(hours=24, minutes=1))
    await builders.do_all_due(seat.service)

    row = await builders.one(seat.service, "SELECT draft FROM conversations")
    assert row.draft is None or (await draft(seat)).unsent == ""
    if isinstance(seat, OnTelegram):  # a browser on a shared device has been sent away meanwhile
        assert await seat.presses(code) == said(seat, "no_longer_valid")
    assert await kept(seat) == []


async def test_the_word_is_sealed_and_in_no_row_that_is_to_be_said(seat: Seat) -> None:
    await seat.agrees()
    await seat.types("/kanariefågel")

    assert (await draft(seat)).unsent == "/kanariefågel"
    assert b"kanarie" not in bytes((await builders.one(seat.service, "SELECT draft FROM conversations")).draft)
    assert not [row for row in await builders.table(seat.service, "SELECT params FROM outbox") if "kanarie" in str(row)]


HELP_WORDS = {"sv": "hjälp", "ar": "ساعدوني", "fa": "کمک", "uk": "Допоможіть!", "en": "HELP"}
DELETE_WORDS = {"sv": "Radera.", "ar": "احذف", "fa": "حذف", "uk": "видалити", "en": "Delete!"}


@pytest.mark.parametrize("language", list(Language))
async def test_help_and_delete_are_understood_in_the_person_s_language(seat: Seat, language: str) -> None:
    await asked(seat, language)

    await seat.types(HELP_WORDS[language])
    await seat.types(DELETE_WORDS[language])

    assert HELPLINE in await seat.reads()
    assert said(seat, "delete_sure", language) in await seat.reads()
    assert await kept(seat) == [QUESTION, HELP_WORDS[language]]
    assert await cases(seat) == ["queued"]


@pytest.mark.parametrize("language", list(Language))
async def test_before_a_language_is_chosen_all_five_are_understood(telegram: OnTelegram, language: str) -> None:
    await telegram.types(HELP_WORDS[language])
    assert HELPLINE in await telegram.reads()
    assert (await draft(telegram)).waiting_words == HELP_WORDS[language]

    await telegram.types(DELETE_WORDS[language])

    assert await has(telegram, "erase:yes:")
    assert (await draft(telegram)).waiting_words == HELP_WORDS[language]
    await telegram.presses(await button(telegram, "erase:yes:"))
    assert await is_gone(telegram)


async def test_who_types_help_in_persian_before_choosing_reads_it_in_persian(telegram: OnTelegram) -> None:
    await telegram.types("کمک")

    assert said(telegram, "not_alone", "fa") in await telegram.reads()


async def test_words_beside_a_command_are_held_before_consent(telegram: OnTelegram) -> None:
    await telegram.types("/help min man slår mig")
    await telegram.types("/start hej hej")
    await telegram.house.pressed(900, "lang:sv")
    await telegram.types("/delete nej vänta")

    assert (await draft(telegram)).waiting_words == "/help min man slår mig\n/start hej hej\n/delete nej vänta"
    assert HELPLINE in await telegram.reads()
    assert said(telegram, "delete_sure") in await telegram.reads()


async def test_an_unknown_word_before_a_language_is_chosen_is_not_the_end_of_the_road(telegram: OnTelegram) -> None:
    await telegram.types("/hjälp")

    assert said(telegram, "not_sent", text="/hjälp") in await telegram.reads()
    await telegram.presses(await button(telegram, "unsent:"))
    assert (await draft(telegram)) == Draft(waiting_words="/hjälp")
    assert await has(telegram, "lang:sv")


# Edits: a correction is never a command.


async def edited(telegram: OnTelegram, before: str, after: str) -> None:
    house = telegram.house
    happened = await house.api.says(900, before, language_code="sv")
    await house.settle()
    await house.api.edits(900, happened.message_id, after)
    await house.settle()


@pytest.mark.parametrize("command", ["/delete", "/stop", "radera", "/help", "/Delete."])
async def test_a_message_that_is_changed_into_a_command_is_a_change_and_no_command(
    telegram: OnTelegram, command: str
) -> None:
    await asked(telegram)

    await edited(telegram, "En sak till", command)

    assert await kept(telegram) == [QUESTION, "En sak till", command]
    assert await cases(telegram) == ["queued"]
    assert not await has(telegram, "erase:") and not await has(telegram, "stop:")


async def test_a_command_that_is_changed_into_words_is_kept(telegram: OnTelegram) -> None:
    await asked(telegram)

    await edited(telegram, "/hjälp", "hjälp mig med hyran")

    assert await kept(telegram) == [QUESTION, "hjälp mig med hyran"]
    assert await draft(telegram) == Draft()


async def test_a_waiting_word_that_is_changed_into_a_command_that_ends_something_still_waits(
    telegram: OnTelegram,
) -> None:
    await asked(telegram)

    await edited(telegram, "/delte", "/delete")

    assert (await draft(telegram)).unsent == "/delete"
    assert not await has(telegram, "erase:")
    assert await kept(telegram) == [QUESTION]


async def test_a_command_told_once_more_as_changed_reaches_nobody(telegram: OnTelegram) -> None:
    await asked(telegram)

    await edited(telegram, "/status", "/status")

    assert await kept(telegram) == [QUESTION]
    assert not await has(telegram, "unsent:")


# A case that somebody has.


async def test_after_a_claim_commands_are_followed_and_only_words_are_relayed(telegram: OnTelegram) -> None:
    house = telegram.house
    await builders.volunteer(telegram.service, chat_id=VOLUNTEER)
    await asked(telegram)
    await house.claims(VOLUNTEER)
    before = len(house.texts(VOLUNTEER))

    for text in ("/status", "/Hours.", "/delete", "radera", "/stop", "/foo"):
        await telegram.types(text)
    commands = house.texts(VOLUNTEER)[before:]
    await telegram.types("/help min man slår mig")
    await telegram.presses(await button(telegram, "unsent:"))

    assert commands == []
    assert said(telegram, "status_claimed") in await telegram.reads()
    relayed = [text.split("\n\n", 1)[1] for text in house.texts(VOLUNTEER)[before:]]
    assert relayed == ["/help min man slår mig", "/foo"]
    assert await cases(telegram) == ["claimed"]


async def test_what_the_question_says_of_telegram_and_of_statistics_is_true(telegram: OnTelegram) -> None:
    house = telegram.house
    await builders.volunteer(telegram.service, chat_id=VOLUNTEER)
    await asked(telegram)
    await house.claims(VOLUNTEER)
    await house.hears(VOLUNTEER, "Ett gammalt svar")
    clock.move(timedelta(hours=49))
    await telegram.types("Nya ord")
    await house.hears(VOLUNTEER, "Ett nytt svar")

    await telegram.types("/delete")
    await telegram.presses(await button(telegram, "erase:yes:"))

    mine, theirs = await telegram.reads(), "\n".join(house.texts(VOLUNTEER))
    assert "Ett nytt svar" not in mine and "Nya ord" not in theirs
    assert "Ett gammalt svar" in mine and QUESTION in theirs, "older than 48 hours: Telegram does not let us"
    left = await builders.one(telegram.service, "SELECT status, language, newcomer_id, conversation_id FROM cases")
    assert tuple(left) == ("closed", "sv", None, None)
    assert await kept(telegram) == []


STAFF_SLASHES = (
    "/foo",
    "/12 månader gäller",
    "/ hej",
    "／foo bar",
    "./svar på din fråga",
    "/hjälp",
    "/delete",
    "/stop nu",
)


@pytest.mark.parametrize("text", [*STAFF_SLASHES, "/cases och så ett svar", "/help är på väg", "/desk hej"])
async def test_nothing_of_a_volunteer_that_begins_with_a_slash_reaches_the_newcomer(
    telegram: OnTelegram, text: str
) -> None:
    house = telegram.house
    await builders.volunteer(telegram.service, chat_id=VOLUNTEER)
    await asked(telegram)
    await house.claims(VOLUNTEER)
    before, theirs = await telegram.reads(), len(house.texts(VOLUNTEER))

    await house.hears(VOLUNTEER, text)

    assert await telegram.reads() == before
    assert len(house.texts(VOLUNTEER)) > theirs
    assert await builders.table(telegram.service, "SELECT 1 FROM messages WHERE author = 'volunteer'") == []


async def test_what_a_volunteer_types_without_a_slash_is_an_answer_whatever_it_says(telegram: OnTelegram) -> None:
    house = telegram.house
    await builders.volunteer(telegram.service, chat_id=VOLUNTEER)
    await asked(telegram)
    await house.claims(VOLUNTEER)

    for text in ("radera", "hjälp", "Gå till 24/7-jouren", "delete"):
        await house.hears(VOLUNTEER, text)
        assert text in house.last(900), text


# Nothing is lost, whatever it is made of.

PIECES = (
    "/", "/delete", "/stop", "/help", "/hours", "radera", "hjälp", "احذف", "/foo", "min", "man", "12", "？", ".",
    "\n", "، ", "\u200f", "／delete", "delete", "😭", "/start", "@radrum_test_bot",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
async def test_of_what_is_typed_nothing_is_lost_and_nothing_ends_without_a_press(seat: Seat, seed: int) -> None:
    await asked(seat)
    pick = random.Random(seed)

    for _ in range(12):
        text = " ".join(pick.choices(PIECES, k=pick.randint(2, 5))).strip() + " tack för svar"
        await seat.types(text)

        whole = await kept(seat)
        assert whole[-1] == text, text
        assert await cases(seat) == ["queued"]


# Pages.

ENDS_SOMETHING = re.compile(r"[/\\]\s*(delete|stop|hours_undo|erase)\b", re.IGNORECASE)


@pytest.mark.parametrize("language", list(Language))
async def test_no_page_of_the_web_says_a_command_that_ends_something(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues, language: str
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues) as site:
        browser: Browser = site.browser()
        paths = ("", "/chat", "/privacy", "/questions", "/help", "/hours", "/deleted", "/closed", "/back")
        pages = [await browser.get(f"/{language}{path}") for path in paths]
        pages.append(await browser.post(f"/{language}/chat/consent", {"answer": "no"}))
        pages.append(await browser.agrees(language))
        for text in ("/foo", "/privacy", "/delete", QUESTION, "/stop", "/help"):
            pages.append(await browser.says(text, language=language))
        pages.append(await browser.get(f"/{language}/chat/delete"))

    assert [page.status for page in pages] == [200] * len(pages)
    assert [page.url for page in pages if ENDS_SOMETHING.search(without_bidi_controls(page.words))] == []


async def test_the_web_s_own_page_says_what_goes_and_deletes_only_what_it_was_about(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues) as site:
        seat = OnTheWeb(site)
        await seat.agrees()
        page = await seat.browser.get("/sv/chat/delete")
        about = page.hidden("about")
        await seat.types(QUESTION)

        late = await seat.browser.post("/sv/chat/delete", {"about": about})
        forged = await seat.browser.post("/sv/chat/delete")
        after = await kept(seat)
        done = await seat.browser.post("/sv/chat/delete", {"about": late.hidden("about")})

        assert said(seat, "delete_sure") in page.words and said(seat, "erased_kept") in late.words
        assert (late.status, forged.status) == (409, 409)
        assert "avslutas också" in late.words
        assert after == [QUESTION]
        assert done.url == "/sv/deleted"
        assert await is_gone(seat)


async def test_where_words_travel_through_telegram_the_web_says_what_may_stay_there(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with opened_site(sqlite_url, tmp_path, catalogues, web_words_on_telegram=True) as site:
        seat = OnTheWeb(site)
        await asked(seat)

        await seat.types("/delete")

        assert said(seat, "delete_at_adviser") in await seat.reads()
