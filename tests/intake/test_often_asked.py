"""What newcomers often ask, and whether the answers are true of this program."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from bot.cases.opening import REOPEN_WITHIN
from bot.cases.transcript import transcript
from bot.language.i18n import Catalogues
from bot.language.often_asked import asked_on, often_asked_text
from bot.people import access
from bot.people.logins import AFTER_CLOSING
from bot.service import Service
from models.intake import QUESTIONS
from models.notice import Notice
from models.people import Channel, Language
from tests import builders
from tests.channels.telegram_house import telegram_house
from tests.telling.keep_samples import facts_of

ROOT = Path(__file__).parents[2]
HERS, ADVISER = 8_123_456_789, 700
PROFILE = {"first_name": "Zuleikha", "last_name": "Quorrach", "username": "zuq_1987"}
NUMBER = "46700000000"  # as `tests/botapi/kinds.py` has it
SPEAKS_OUT = {"handlers/telegram/wire.py"}  # Telegram's Bot API
WAYS_OUT = {"ClientSession", "urlopen", "httpx", "smtplib", "requests", "ftplib", "open_connection", "HTTPConnection"}


@pytest.mark.parametrize("channel", list(Channel))
@pytest.mark.parametrize("language", list(Language))
def test_each_question_has_its_answer_below_it(catalogues: Catalogues, language: str, channel: Channel) -> None:
    words = catalogues.words(language)

    blocks = often_asked_text(words, facts_of(catalogues), channel=channel).split("\n\n")

    assert [block.split("\n")[0] for block in blocks] == [words(f"faq_{one}_q") for one in asked_on(channel)]
    assert all(len(block.split("\n")) >= 2 for block in blocks)
    assert (words("privacy_telegram") in blocks[0]) == (channel == Channel.TELEGRAM)


async def test_the_command_answers_with_them_before_a_language_is_chosen_too(house: Service) -> None:
    asker = await builders.newcomer(house, agreed=False)

    await asker.says("/questions")

    (told,) = await builders.screen(house, asker.id, Notice.OFTEN_ASKED)
    assert house.words("sv")("faq_authority") in told


# The answers are true.


async def test_neither_the_name_nor_the_number_that_telegram_has_is_kept_or_shown(
    sqlite_url: str, tmp_path: Path, catalogues: Catalogues
) -> None:
    async with telegram_house(sqlite_url, tmp_path, catalogues) as house:
        await builders.volunteer(house.service, chat_id=ADVISER)
        house.api.chat(HERS).profile |= PROFILE
        await house.asks(HERS)
        await house.api.sends(HERS, "contact")  # her own, which she need not send
        await house.settle()
        await house.claims(ADVISER)
        await house.hears(HERS, "Är det någon där?")

        kept = b"".join(path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file())

        assert house.texts(ADVISER)[-1].endswith("Är det någon där?")
        for secret in (*PROFILE.values(), NUMBER, str(HERS)):
            assert secret.encode() not in kept
            assert not any(secret in text for text in house.texts(ADVISER))


def test_the_program_speaks_to_telegram_and_to_nobody_else() -> None:
    """So nothing goes to an authority, and a deletion changes nothing at one."""
    speaking = set()
    for path in (path for folder in ("bot", "handlers", "models") for path in (ROOT / folder).rglob("*.py")):
        named = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
        imported = {
            alias.name.partition(".")[0]
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(node, ast.Import | ast.ImportFrom)
            for alias in node.names
        }
        if (named | imported) & WAYS_OUT:
            speaking.add(str(path.relative_to(ROOT)))

    assert speaking == SPEAKS_OUT


@pytest.mark.parametrize(
    "words",
    [
        "بدي اسئل عن امي شو بدنا نعمل بالورقه", "har fåt breev asså från migrationsvärket va göra??",
        "я пишу за маму, незнаю шо робить",
    ],
)  # fmt: skip
async def test_dialect_and_mistakes_are_kept_for_the_adviser_as_they_were_written(service: Service, words: str) -> None:
    amina = await builders.volunteer(service)

    asker = await builders.claimed_case(service, amina, words)

    async with service.store.look() as db:
        case = await access.newest_case_of(db, asker.id)
        assert case is not None
        read = await transcript(db, service.store.seal, case)
    assert [line.text for line in read] == [words]


def test_no_question_asks_for_a_name_an_address_a_number_or_a_religion_nor_for_whom_one_writes() -> None:
    asked = {question.column for question in QUESTIONS.values()}

    assert asked == {"category", "first_visit", "gender", "age", "situation"}


async def test_the_answer_comes_where_the_question_was_asked(service: Service) -> None:
    amina = await builders.volunteer(service)
    on_web = await builders.web_case_of(service)
    on_telegram = await builders.case_of(service)

    for asker in (on_web, on_telegram):
        await builders.claims(service, amina, asker)
        await builders.answers(service, amina, asker, "Så här gör du")

    for asker in (on_web, on_telegram):
        (row,) = await builders.said_to(service, asker.id, Notice.REPLY)
        assert row.address_id == asker.visitor.address_id


@pytest.mark.parametrize("language", list(Language))
def test_the_days_after_closing_are_those_of_the_program_in_every_sentence(
    catalogues: Catalogues, language: str
) -> None:
    words = catalogues.words(language)

    assert REOPEN_WITHIN == AFTER_CLOSING == timedelta(days=14)
    for key in ("faq_fourteen_q", "session_over"):
        assert "14" in words(key), key
    assert "14" in words("case_closed_again", case="")
