"""Sentences that are right alone and were wrong when they stood together."""

from datetime import date, time
from zoneinfo import ZoneInfo

import pytest

from bot.cases.texts_newcomer import TimeKnown
from bot.cases.told import PromiseKind
from bot.hours.texts import Hours, SessionEvening
from bot.hours.told import DayTold, SessionTold
from bot.intake.texts import Status
from bot.language.i18n import Catalogues, Foreign
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


def at(code: str, name: str, day: date, opens: time = time(13), door: Door = Door.VISIT) -> SessionTold:
    return SessionTold(code=code, names={"sv": name}, door=door, day=day, opens=opens, closes=time(15))


def test_of_two_sessions_at_a_place_on_one_day_one_reminder_is_offered(catalogues: Catalogues, facts: Facts) -> None:
    tuesday = date(2026, 1, 6)
    sessions = at("eos", "Eos", tuesday, time(10)), at("eos", "Eos", tuesday), at("eos", "Eos", date(2026, 1, 8))

    rows = Hours(open=(), sessions=sessions).said(catalogues.words("sv"), facts).rows

    assert [choice.code for row in rows for choice in row] == [
        "remind:eos:20260106", "remind:eos:20260108", "place:eos"
    ]  # fmt: skip


@pytest.mark.parametrize("language", list(Language))
def test_what_is_open_now_says_by_which_door(catalogues: Catalogues, facts: Facts, language: str) -> None:
    words, today = catalogues.words(language), date(2026, 1, 5)
    opened = tuple(at("eos", "Eos", today, door=door) for door in (Door.VISIT, Door.PHONE, Door.VIDEO, Door.ONLINE))

    said = Hours(open=opened).said(words, facts).text.splitlines()[:4]

    values = {"place": Foreign("Eos"), "time": words.time(time(15))}
    keys = ("open_now_until", "open_now_phone", "open_now_video", "open_now_online")
    assert said == [words(key, **values) for key in keys]
    assert len({line.partition("15:00")[0] for line in said}) == len(keys)


def test_the_address_of_each_session_stands_below_it(catalogues: Catalogues, facts: Facts) -> None:
    days = tuple(
        DayTold(
            code=name, names={"sv": name}, address=f"{name}gatan 1", day=date(2026, 1, 6), spans=((time(13), time(15)),)
        )
        for name in ("Eos", "Kulan")
    )

    said = without_bidi_controls(SessionEvening(days=days).said(catalogues.words("sv"), facts).text).splitlines()[1:]

    assert [line.split(":")[0] for line in said] == ["Eos, i morgon", "Adress", "Kulan, i morgon", "Adress"]
    assert said[1] == "Adress: Eosgatan 1" and said[3] == "Adress: Kulangatan 1"
