"""Sentences that are right alone and were wrong when they stood together."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from bot.cases.texts_newcomer import TimeKnown
from bot.cases.told import PromiseKind
from bot.hours.texts import Hours
from bot.hours.told import SessionTold
from bot.intake.texts import Status
from bot.language.i18n import Catalogues
from bot.language.parts import Facts, statement
from bot.language.textshape import without_bidi_controls
from models.case import CaseStatus
from models.hours import Door
from models.people import Channel, Language
from tests.telling.ways import NOW

CODE = "4729135"
QUEUE = {"sv": "kö", "en": "queue", "ar": "قائمة", "fa": "صف", "uk": "черз"}
SECRECY_ENDS = {"sv": "barn", "en": "child", "ar": "طفل", "fa": "کودک", "uk": "дитин"}


@pytest.fixture
def facts(catalogues: Catalogues) -> Facts:
    return Facts(zone=ZoneInfo("Europe/Stockholm"), now=NOW, catalogues=catalogues, contact="070-174 06 05")


@pytest.mark.parametrize("language", list(Language))
def test_when_online_is_next_is_not_said_with_the_name_of_what_is_online(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    online = SessionTold(
        code="online", names={"sv": "RådRum Online"}, door=Door.ONLINE, day=date(2026, 1, 12), opens=time(9),
        closes=time(12),
    )  # fmt: skip

    said = Hours(open=(), online=(online,)).said(catalogues.words(language), facts).text

    assert "09:00" in said and "RådRum Online" not in said


@pytest.mark.parametrize("language", list(Language))
def test_a_time_that_has_become_known_begins_with_what_it_is_about(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    words = catalogues.words(language)

    said = TimeKnown(code=CODE, promise=PromiseKind.LATER, at=NOW).said(words, facts).text.splitlines()

    assert "472 913 5" in said[0] and "472 913 5" not in said[1]
    assert without_bidi_controls(said[0]) != without_bidi_controls(words("your_case_number", case="472 913 5"))


@pytest.mark.parametrize("language", list(Language))
def test_a_place_in_the_queue_names_the_queue_once(catalogues: Catalogues, facts: Facts, language: str) -> None:
    status = Status(state=CaseStatus.QUEUED, code=CODE, promise=PromiseKind.QUEUE, place=2)

    said = status.said(catalogues.words(language), facts).text

    assert said.casefold().count(QUEUE[language]) == 1


@pytest.mark.parametrize("language", list(Language))
def test_a_promise_of_secrecy_stands_with_its_exceptions(catalogues: Catalogues, facts: Facts, language: str) -> None:
    words = catalogues.words(language)

    told = statement(words, facts, channel=Channel.TELEGRAM)

    assert words("confidential_means") in told
    assert SECRECY_ENDS[language] in words("confidential_means")
