"""Everything the service says, in every language: rendered whole, in the right letters, with values kept apart."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot import phrases, texts, texts_staff
from bot.i18n import Catalogues
from bot.phrases import Facts
from bot.textshape import FSI, LRI, PDI, utf16_length
from models.case import OPEN, Category, Organisation
from models.dialogue import Prompt
from models.intake import QUESTIONS, IntakeStep
from models.outbox import Notice
from models.people import RIGHT_TO_LEFT, STAFF_LANGUAGES, Language

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MOST_ROWS = 8
MOST_UNITS = 4_096
MOST_CODE_BYTES = 64
SESSION = {
    "place": "lund_city_library", "address": "Testgatan 1", "day": "2026-01-12", "opens": "13:00", "closes": "16:00",
}  # fmt: skip
DOOR = {"code": "linero", "place": "linero_library", "address": "Testgatan 2"}
PLACE = DOOR | {
    "details": {"floor": {"sv": "2", "ar": "2"}, "finding": {"sv": "bakom kassan"}, "access": {}},
    "latitude": 55.697, "longitude": 13.23, "last_entry": 15, "door": "visit",
}  # fmt: skip
HOURS_NOW = {
    "open": [SESSION], "sessions": [SESSION | DOOR, SESSION | DOOR | {"partner": "IK Eos"}, SESSION],
    "online": [SESSION | {"place": "service_online", "address": ""}], "answering": True,
}  # fmt: skip
PROMISES = (
    {"promise": "soon", "minutes": 15},
    {"promise": "queue", "place": 3},
    {"promise": "later", "at": "2026-01-06T12:00:00+00:00", "session": SESSION},
    {"promise": "unknown", "session": SESSION},
    {"promise": "unknown"},
)
# Latin in an Arabic or Persian sentence: names that stand on signs and letters, and what is typed as it is.
LATIN_NAMES = re.compile(
    r"RådRum( Online)?|\bIM\b|Telegram|BankID|Integritetsskyddsmyndigheten|\bIMY\b|Bris|\bMind\b|Självmordslinjen|"
    r"Kvinnofridslinjen|Stödlinjen för män|Stödlinjen för transpersoner|Lunds stadsbibliotek|Linero bibliotek|"
    r"Svenska|English|Українська|massflyktsdirektivet|Zoom"
)
ISOLATED = re.compile(f"[{LRI}{FSI}][^{PDI}]*{PDI}")


def params_of(notice: Notice) -> list[dict[str, object]]:
    """Plausible params of a notice to a newcomer, one for each way it can be said."""
    base: dict[str, object] = {"code": "4729135"}
    match notice:
        case Notice.RECEIPT | Notice.REOPENED | Notice.RELEASED | Notice.LATE | Notice.TIME_KNOWN:
            return [base | promise for promise in PROMISES]
        case Notice.STATUS:
            return [base | {"state": state, "promise": "soon", "minutes": 15} for state in ("none", *OPEN, "closed")]
        case Notice.ASK_TAP:
            steps = [(step, len(QUESTIONS[step].options) // texts.OPTIONS_ON_A_SCREEN + 1) for step in QUESTIONS]
            return [{"step": step, "page": page} for step, pages in steps for page in range(pages)]
        case Notice.ASK_CONSENT | Notice.PRIVACY | Notice.ERASED:
            return [{"channel": "telegram"}, {"channel": "web"}]
        case Notice.CLAIMED | Notice.REPLY:
            return [{}, {"adviser": "Amina"}]
        case Notice.HOURS | Notice.NO_CONSENT:
            return [HOURS_NOW, {"sessions": [SESSION, SESSION]}, {"open": [], "sessions": [], "online": []}]
        case Notice.PLACE | Notice.VENUE:
            return [PLACE, {"code": "popup", "place": "", "names": {"sv": "Lokalen"}, "address": ""}]
        case Notice.REMINDER_SET | Notice.SESSION_EVENING | Notice.HOURS_CHANGED:
            closed = {"code": "linero", "place": "linero_library", "address": "", "day": "2026-01-12", "spans": []}
            why = {"reason": "other", "texts": {"sv": "vi målar om"}, "partner": "IK Eos"}
            days = [{**closed, "spans": [["13:00", "15:30"], ["16:00", "18:00"]]}, {**closed, "reason": "illness"}]
            return [{"days": days}, {"days": [{**closed, **why}], "late": True}]
        case Notice.UNREADABLE:
            return [{"kind": "photo", "session": SESSION}, {"kind": "voice"}]
        case Notice.REFUSED:
            return [{"refusal": "too_long", "most": 12_000}, {"refusal": "link_spent"}]
        case _:
            return [base]


@pytest.fixture(scope="session")
def facts(catalogues: Catalogues) -> Facts:
    return Facts(
        zone=ZoneInfo("Europe/Stockholm"), now=NOW, catalogues=catalogues, public_url="https://advice.example.org",
        controller="IM", contact="070-174 06 05", words="☺", held="☺", secret="12345678", is_trial=True,
        web_words_travel=True,
    )  # fmt: skip


def everything(catalogues: Catalogues, facts: Facts, language: str) -> list[tuple[Notice, Prompt]]:
    words = catalogues.words(language)
    return [
        (notice, texts.prompt(notice, params, words, facts)) for notice in texts.TELLERS for params in params_of(notice)
    ]


@pytest.mark.parametrize("language", list(Language))
def test_every_notice_is_said_and_fits_a_small_screen(catalogues: Catalogues, facts: Facts, language: str) -> None:
    for notice, said in everything(catalogues, facts, language):
        assert said.text.strip(), notice
        assert utf16_length(said.text) <= MOST_UNITS, notice
        assert len(said.rows) <= MOST_ROWS, notice
        for choice in (choice for row in said.rows for choice in row):
            assert choice.label.strip(), notice
            assert len(choice.code.encode()) <= MOST_CODE_BYTES, choice.code


@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT))
def test_no_stray_latin_word_stands_in_a_sentence_from_right_to_left(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    for notice, said in everything(catalogues, facts, language):
        if notice == Notice.ASK_LANGUAGE:
            continue  # asks in all five at once, on purpose
        for line in [*said.text.splitlines(), *(choice.label for row in said.rows for choice in row)]:
            left = re.sub(r"\([^()]*\)", "", LATIN_NAMES.sub("", ISOLATED.sub("", line)))  # Swedish names in brackets
            assert not re.search(r"[A-Za-zÅÄÖåäö]{2,}", left.replace("SFI", "").replace("LMA", "")), (notice, line)


@pytest.mark.parametrize("language", [language for language in Language if language != Language.UK])
def test_no_cyrillic_stands_outside_ukrainian(catalogues: Catalogues, facts: Facts, language: str) -> None:
    for notice, said in everything(catalogues, facts, language):
        if notice != Notice.ASK_LANGUAGE:
            assert not re.search("[\u0400-\u04ff]", said.text), notice


@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT))
def test_numbers_that_would_be_shown_backwards_are_isolated(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    for notice, said in everything(catalogues, facts, language):
        bare = ISOLATED.sub("", said.text)
        assert not re.search(r"\d[\d -]*[ -]\d|\d\d:\d\d|/[a-z]+", bare), (notice, bare)


@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT))
def test_hours_are_said_from_to_and_never_with_a_dash(catalogues: Catalogues, facts: Facts, language: str) -> None:
    said = texts.prompt(Notice.HOURS, {"sessions": [SESSION]}, catalogues.words(language), facts)

    text = re.sub(f"[{LRI}{FSI}{PDI}]", "", said.text)
    assert {"ar": "من 13:00 إلى 16:00", "fa": "از 13:00 تا 16:00"}[language] in text


def test_arabic_dates_name_the_month_both_ways_and_persian_ones_both_calendars(
    catalogues: Catalogues, facts: Facts
) -> None:
    arabic = texts.prompt(Notice.HOURS, {"sessions": [SESSION]}, catalogues.words("ar"), facts).text
    persian = texts.prompt(Notice.HOURS, {"sessions": [SESSION]}, catalogues.words("fa"), facts).text

    assert "كانون الثاني / يناير" in arabic
    assert "ژانویهٔ" in persian
    assert "دی 1404" in persian


def staff_params(notice: Notice) -> dict[str, object]:
    cards = [{"case": 1, "code": "4729135", "language": "ar", "category": "housing"}] * 2
    return {
        "case": 2**53, "code": "4729135", "language": "fa", "channel": "web", "category": "tax_id", "seq": 2**45,
        "since": "2026-01-05T06:00:00+00:00", "messages": 3, "returning": True, "marked": True, "alias": "Amina",
        "at": "2026-01-05T08:00:00+00:00", "part": 0, "parts": 1, "cases": cards, "chosen": ["bank"], "page": 1,
        "several": True, "default": 25, "count": 2, "hours": 19, "ends_at": "2026-01-05T12:00:00+00:00",
        "role": "coordinator", "state": "queued", "refusal": "no_longer_valid" if notice == Notice.REFUSED else None,
    }  # fmt: skip


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("notice", list(texts_staff.TELLERS))
def test_every_notice_to_staff_is_said(catalogues: Catalogues, facts: Facts, notice: Notice, language: str) -> None:
    params = {"refusal": "no_longer_valid"} if notice == Notice.REFUSED else staff_params(notice)

    said = texts_staff.prompt(notice, params, catalogues.desk(language), facts)

    assert said.text.strip()
    for choice in (choice for row in said.rows for choice in row):
        assert len(choice.code.encode()) <= MOST_CODE_BYTES


def test_every_notice_has_its_words() -> None:
    said = set(texts.TELLERS) | set(texts_staff.TELLERS)

    assert set(Notice) - said == {Notice.UNSAY}


@pytest.mark.parametrize("language", list(Language))
def test_every_code_of_the_closing_sheet_has_a_label(catalogues: Catalogues, language: str) -> None:
    words = catalogues.words(language)

    assert all(phrases.answer_label(words, "category", code) for code in Category)
    assert all(words(code) for code in Organisation)
    assert all(
        phrases.answer_label(words, QUESTIONS[step].column, code)
        for step in QUESTIONS
        for code in QUESTIONS[step].options
    )
    assert IntakeStep.CATEGORY in QUESTIONS
