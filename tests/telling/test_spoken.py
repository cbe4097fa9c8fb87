"""Everything the service says, in every language: rendered whole, in the right letters, with values kept apart."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.cases import texts as cases_texts
from bot.engine.causes import Cause
from bot.hours import texts_staff as hours_texts_staff
from bot.hours.texts import Hours
from bot.hours.texts_staff import HoursPreview
from bot.hours.texts_unasked import ShiftHours
from bot.hours.told import ChangeTold, SessionTold
from bot.intake import texts as intake_texts
from bot.intake.texts_dialogue import OPTIONS_ON_A_SCREEN
from bot.language import parts
from bot.language.i18n import Catalogues
from bot.language.parts import Facts, Spoken
from bot.language.textshape import FSI, LRI, PDI, utf16_length
from bot.telling import table
from bot.trouble import texts as trouble_texts
from models.case import OPEN
from models.closing import Category, Organisation
from models.dialogue import Prompt
from models.intake import QUESTIONS, IntakeStep
from models.outbox import Notice
from models.people import AUTONYMS, RIGHT_TO_LEFT, STAFF_LANGUAGES, Language
from tests.telling import ways

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MOST_ROWS = 8
MOST_UNITS = 4_096
MOST_CODE_BYTES = 64
SESSION = {
    "place": "lund_city_library", "address": "Testgatan 1", "day": "2026-01-12", "opens": "13:00", "closes": "16:00",
}  # fmt: skip
SESSION_TOLD = SessionTold(
    place="lund_city_library", address="Testgatan 1", day=date(2026, 1, 12), opens=time(13), closes=time(16)
)
DOOR = {"code": "linero", "place": "linero_library", "address": "Testgatan 2"}
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
ISOLATES = re.compile(f"[{LRI}{FSI}{PDI}]")
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
            steps = [(step, len(QUESTIONS[step].options) // OPTIONS_ON_A_SCREEN + 1) for step in QUESTIONS]
            answered = [
                {"step": step, "chosen": code, "answered": f"{QUESTIONS[step].column}:{code}"}
                for step in QUESTIONS
                for code in (*QUESTIONS[step].options, "prefer_not_say")
            ]
            return [{"step": step, "page": page} for step, pages in steps for page in range(pages)] + answered
        case Notice.ASK_LANGUAGE:
            return [{}, {"pressed": "lang:fa"}]
        case Notice.ASK_CONSENT | Notice.ASK_CONSENT_FIRST:
            return [{"channel": "telegram"}, {"channel": "web"}, {"pressed": "consent:yes"}, {"pressed": "consent:no"}]
        case Notice.ASK_OFFER_HELD:
            return [{}, {"pressed": "held:send"}, {"pressed": "held:drop"}]
        case Notice.STOPPED | Notice.NOTHING_TO_STOP:
            return [base, base | {"pressed": "erase:yes"}]
        case Notice.EDITED_CLOSED:
            return [base | {"reopens": True}, base | {"reopens": False}]
        case Notice.PRIVACY | Notice.ERASED:
            return [{"channel": "telegram"}, {"channel": "web"}]
        case Notice.ASK_DELETE:
            about = f"{2**53}:{2**53}"
            return [{"channel": "web", "about": about}, base | {"channel": "telegram", "about": about}]
        case Notice.ASK_STOP:
            return [base | {"case": 2**53}]
        case Notice.UNKNOWN_COMMAND | Notice.NOT_DELETED:
            return [{"channel": channel, "unsent": "0123456789abcdef"} for channel in ("telegram", "web")]
        case Notice.CLAIMED | Notice.REPLY:
            return [{}, {"adviser": "Amina"}]
        case Notice.TAKEN_UP:
            return [base, base | {"adviser": "Amina"}]
        case Notice.NO_CONSENT:
            return [HOURS_NOW, {"sessions": [SESSION, SESSION]}, {"open": [], "sessions": [], "online": []}]
        case Notice.UNREADABLE:
            return [{"kind": "photo", "session": SESSION}, {"kind": "voice"}, {"kind": "photo", "text": True}]
        case Notice.REFUSED:
            refusals = ("link_spent", "telegram_is_newcomer", "link_is_for_desk")
            return [{"refusal": "too_long", "most": 12_000}, *({"refusal": code} for code in refusals)]
        case _:
            return [base]


@pytest.fixture(scope="session")
def facts(catalogues: Catalogues) -> Facts:
    return Facts(
        zone=ZoneInfo("Europe/Stockholm"), now=NOW, catalogues=catalogues, public_url="https://advice.example.org",
        controller="IM", contact="070-174 06 05", words="☺", held="☺", unsent="/☺", secret="12345678", is_trial=True,
        marks=("forwarded", "with:photo"), web_words_travel=True,
    )  # fmt: skip


def everything(catalogues: Catalogues, facts: Facts, language: str) -> list[tuple[Notice, Prompt]]:
    words = catalogues.words(language)
    typed = [(told, way) for told in ways.to_newcomers() for way in ways.ways(told)]
    return [
        (notice, table.prompt(notice, params, words, facts))
        for notice in intake_texts.TELLERS
        for params in params_of(notice)
    ] + [(told.kind, table.prompt(told.kind, way.to_row(), words, facts)) for told, way in typed]


@pytest.mark.parametrize("language", list(Language))
def test_every_notice_is_said_and_fits_a_small_screen(catalogues: Catalogues, facts: Facts, language: str) -> None:
    for notice, said in everything(catalogues, facts, language):
        assert said.text.strip(), notice
        assert utf16_length(said.text) <= MOST_UNITS, notice
        assert len(said.rows) <= MOST_ROWS, notice
        for choice in (choice for row in said.rows for choice in row):
            assert choice.label.strip(), notice
            assert len(choice.code.encode()) <= MOST_CODE_BYTES, choice.code


ENDS_SOMETHING = re.compile(r"[/\\]\s*(delete|stop|hours_undo|erase)", re.IGNORECASE)


@pytest.mark.parametrize("language", list(Language))
def test_no_text_to_a_newcomer_holds_a_command_that_ends_something(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    for notice, said in everything(catalogues, facts, language):
        assert not ENDS_SOMETHING.search(ISOLATES.sub("", said.text)), notice


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_no_text_to_staff_holds_a_command_that_ends_something(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    for notice in cases_texts.TELLERS:
        for params in staff_ways(notice):
            said = table.prompt(notice, params, catalogues.desk(language), facts, to_staff=True)
            assert not ENDS_SOMETHING.search(ISOLATES.sub("", said.text)), notice


@pytest.mark.parametrize("language", list(Language))
def test_no_sentence_of_a_catalogue_holds_a_command_that_ends_something(catalogues: Catalogues, language: str) -> None:
    books = [catalogues.words(language)] + ([catalogues.desk(language)] if language in STAFF_LANGUAGES else [])

    found = [key for words in books for key, said in words._sentences.items() if ENDS_SOMETHING.search(str(said))]

    assert found == []


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
    said = Hours(sessions=(SESSION_TOLD,)).said(catalogues.words(language), facts)

    text = re.sub(f"[{LRI}{FSI}{PDI}]", "", said.text)
    assert {"ar": "من 13:00 إلى 16:00", "fa": "از 13:00 تا 16:00"}[language] in text


def test_arabic_dates_name_the_month_both_ways_and_persian_ones_both_calendars(
    catalogues: Catalogues, facts: Facts
) -> None:
    arabic = Hours(sessions=(SESSION_TOLD,)).said(catalogues.words("ar"), facts).text
    persian = Hours(sessions=(SESSION_TOLD,)).said(catalogues.words("fa"), facts).text

    assert "كانون الثاني / يناير" in arabic
    assert "ژانویهٔ" in persian
    assert "دی 1404" in persian


BECAME = ("sent", "declined", "elsewhere", "expired", "nowhere")
FATES = ("erased", "queued", "taken", "withdrawn", "closed", "closed_by_you")


def staff_params(notice: Notice) -> dict[str, object]:
    cards = [{"case": 1, "code": "4729135", "language": "ar", "category": "housing"}] * 2
    return {
        "case": 2**53, "code": "4729135", "language": "fa", "channel": "web", "category": "tax_id", "seq": 2**45,
        "since": "2026-01-05T06:00:00+00:00", "messages": 3, "returning": True, "marked": True, "alias": "Amina",
        "at": "2026-01-05T08:00:00+00:00", "part": 0, "parts": 1, "cases": cards, "chosen": ["bank"], "page": 1,
        "several": True, "default": 25, "count": 2, "hours": 19, "ends_at": "2026-01-05T12:00:00+00:00",
        "message": 2**53, "role": "coordinator", "number": 2**53,
        "shown": "2027-02-09T08:00:00+00:00", "other": "2026-01-05T08:00:00+00:00",
        "state": "queued", "refusal": "no_longer_valid" if notice == Notice.REFUSED else None,
    }  # fmt: skip


def staff_ways(notice: Notice) -> list[dict[str, object]]:
    """As `params_of`, for a notice to staff."""
    params = staff_params(notice)
    match notice:
        case Notice.REFUSED:
            return [{"refusal": "no_longer_valid"}]
        case Notice.WHICH_CASE:
            asked = [{"why": why} for why in ("several", "ended", "unclear", "slash", "reopen")]
            return [params | one for one in (*asked, *({"became": became} for became in BECAME))]
        case Notice.COORDINATOR_BLOCKED:
            return [params | {"reason": why, "count": count} for why in cases_texts.SHUT for count in (0, 1, 2)]
        case Notice.CLOCK_DOUBT:
            return [params, params | {"until": params["at"]}, *pressed_params(notice)]
        case Notice.STAFF_UNREADABLE:
            return [params, params | {"text": True}]
        case Notice.CAN_STORE_AGAIN:
            return [params | {"until": "2026-01-05T08:30:00+00:00"}]
        case Notice.NEWER_ROWS:
            return [{"kind": "told_by_tomorrow"}]
        case Notice.TOKEN_ELSEWHERE:
            return [params | {"what": what} for what in trouble_texts.SEEN]
        case Notice.NOT_YOUR_CASE:
            return [params | {"fate": fate, "alias": "Bo" if fate == "taken" else None} for fate in FATES]
        case _:
            return [params, *pressed_params(notice)]


def pressed_params(notice: Notice) -> list[dict[str, object]]:
    """Those that say something else once one of their buttons has been pressed."""
    pressed = {
        Notice.STAFF_LANGUAGE: "lang:en", Notice.NEW_DEVICE: "endall", Notice.WORDS: "over",
        Notice.CLAIMED_BY_YOU: "over", Notice.MY_CASES: "over", Notice.CLOSE_CATEGORY: "left",
        Notice.CLOCK_DOUBT: "clock:1",
    }  # fmt: skip
    return [staff_params(notice) | {"pressed": pressed[notice]}] if notice in pressed else []


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("notice", list(cases_texts.TELLERS))
def test_every_notice_to_staff_is_said(catalogues: Catalogues, facts: Facts, notice: Notice, language: str) -> None:
    for params in staff_ways(notice):
        said = table.prompt(notice, params, catalogues.desk(language), facts, to_staff=True)

        assert said.text.strip()
        assert utf16_length(said.text) <= MOST_UNITS, params
        for choice in (choice for row in said.rows for choice in row):
            assert choice.label.strip()
            assert len(choice.code.encode()) <= MOST_CODE_BYTES


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("told", ways.to_staff(), ids=lambda told: told.kind)
def test_every_saying_to_staff_is_said(catalogues: Catalogues, facts: Facts, told: type[Spoken], language: str) -> None:
    for way in ways.ways(told):
        said = table.prompt(told.kind, way.to_row(), catalogues.desk(language), facts, to_staff=True)

        assert said.text.strip()
        assert utf16_length(said.text) <= MOST_UNITS, way
        assert len(said.rows) <= MOST_ROWS, way
        assert not ENDS_SOMETHING.search(ISOLATES.sub("", said.text)), way
        for choice in (choice for row in said.rows for choice in row):
            assert choice.label.strip()
            assert len(choice.code.encode()) <= MOST_CODE_BYTES


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_cause_of_trouble_is_said_with_what_to_do(catalogues: Catalogues, facts: Facts, language: str) -> None:
    for cause in Cause:
        told = trouble_texts.cannot_store(catalogues.desk(language), cause=cause, since=NOW, now=NOW, zone=facts.zone)

        since, why, meanwhile = told.split("\n\n")
        assert "10" in since
        assert len(why.split(". ")) >= 2, "the cause, then what to do"
        assert "Telegram" in meanwhile


@pytest.mark.parametrize("told", ways.values_of(ChangeTold), ids=lambda told: told.verb)
def test_a_coordinator_reads_a_change_in_every_language_in_its_own_letters(
    catalogues: Catalogues, facts: Facts, told: ChangeTold
) -> None:
    text = HoursPreview(draft=1, told=told).said(catalogues.desk("sv"), facts).text

    blocks = {block.split("\n")[0]: block.split("\n")[1:] for block in text.split("\n\n")}
    for language in Language:
        lines = blocks[AUTONYMS[language]]
        assert lines and len(lines) <= hours_texts_staff.MOST_PLACES
        for line in lines:
            bare = re.sub(r"\([^()]*\)", "", ISOLATED.sub("", line))
            assert bool(re.search("[\u0600-\u06ff]", bare)) is (language in RIGHT_TO_LEFT), line
            assert bool(re.search("[\u0400-\u04ff]", bare)) is (language == Language.UK), line
            if language in RIGHT_TO_LEFT:
                assert not re.search(r"[A-Za-zÅÄÖåäö]{2,}|\d\d:\d\d", bare), line


def test_every_notice_has_its_words() -> None:
    said = set(intake_texts.TELLERS) | set(cases_texts.TELLERS) | set(table.KNOWN)

    assert set(Notice) - said == {Notice.UNSAY}  # said to nobody


@pytest.mark.parametrize("language", list(Language))
def test_every_code_of_the_closing_sheet_has_a_label(catalogues: Catalogues, language: str) -> None:
    words = catalogues.words(language)

    assert all(parts.answer_label(words, "category", code) for code in Category)
    assert all(words(code) for code in Organisation)
    assert all(
        parts.answer_label(words, QUESTIONS[step].column, code)
        for step in QUESTIONS
        for code in QUESTIONS[step].options
    )
    assert IntakeStep.CATEGORY in QUESTIONS


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("sv", "måndag 5 januari 2026 kl. 22:00–tisdag 6 januari 2026 kl. 02:00"),
        ("en", "Monday 5 January 2026, 22:00–Tuesday 6 January 2026, 02:00"),
    ],
)
def test_a_changed_shift_over_midnight_says_on_which_day_it_ends(
    catalogues: Catalogues, facts: Facts, language: str, said: str
) -> None:
    begins, ends = datetime(2026, 1, 5, 21, 0, tzinfo=UTC), datetime(2026, 1, 6, 1, 0, tzinfo=UTC)
    earlier = replace(facts, now=datetime(2026, 1, 1, 9, 0, tzinfo=UTC))

    told = ShiftHours(days=(), starts_at=begins, ends_at=ends).said(catalogues.desk(language), earlier)

    assert said in told.text
