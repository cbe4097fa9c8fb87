"""Everything the service says, in every language: rendered whole, in the right letters, with values kept apart."""

import json
import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.cases.texts import Offered
from bot.engine.causes import Cause
from bot.hours import texts_staff as hours_texts_staff
from bot.hours.texts import Hours
from bot.hours.texts_staff import HoursPreview
from bot.hours.texts_unasked import ShiftHours
from bot.hours.told import ChangeTold, SessionTold
from bot.intake.texts_dialogue import AskLanguage
from bot.language import parts
from bot.language.i18n import Catalogues
from bot.language.parts import Facts, Spoken
from bot.language.textshape import FSI, LRI, PDI, utf16_length
from bot.telling import table
from bot.trouble import texts as trouble_texts
from models.closing import Category, Organisation
from models.dialogue import Prompt
from models.intake import QUESTIONS, IntakeStep
from models.notice import Notice
from models.people import AUTONYMS, RIGHT_TO_LEFT, STAFF_LANGUAGES, Language
from models.saying import Saying
from tests.telling import ways

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
MOST_ROWS = 8
MOST_UNITS = 4_096
MOST_CODE_BYTES = 64
SESSION_TOLD = SessionTold(
    place="lund_city_library", address="Testgatan 1", day=date(2026, 1, 12), opens=time(13), closes=time(16)
)
# Latin in an Arabic or Persian sentence: names that stand on signs and letters, and what is typed as it is.
LATIN_NAMES = re.compile(
    r"RådRum( Online)?|\bIM\b|Telegram|BankID|Integritetsskyddsmyndigheten|\bIMY\b|Bris|\bMind\b|Självmordslinjen|"
    r"Kvinnofridslinjen|Stödlinjen för män|Stödlinjen för transpersoner|Lunds stadsbibliotek|Linero bibliotek|"
    r"Svenska|English|Українська|massflyktsdirektivet|Zoom"
)
ISOLATES = re.compile(f"[{LRI}{FSI}{PDI}]")
ISOLATED = re.compile(f"[{LRI}{FSI}][^{PDI}]*{PDI}")


@pytest.fixture(scope="session")
def facts(catalogues: Catalogues) -> Facts:
    return Facts(
        zone=ZoneInfo("Europe/Stockholm"), now=NOW, catalogues=catalogues, public_url="https://advice.example.org",
        controller="IM", contact="070-174 06 05", words="☺", waiting_words="☺", held_lines="☺",
        unsent="/☺", secret="12345678", is_trial=True,
        marks=("forwarded", "with:photo"), web_words_travel=True,
    )  # fmt: skip


def everything(catalogues: Catalogues, facts: Facts, language: str) -> list[tuple[Spoken, Prompt]]:
    words = catalogues.words(language)
    return [(saying, saying.said(words, facts)) for one in ways.to_newcomers() for saying in ways.ways(one)]


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
    for saying in (saying for one in ways.to_staff() for saying in ways.ways(one)):
        said = saying.said(catalogues.desk(language), facts)
        assert not ENDS_SOMETHING.search(ISOLATES.sub("", said.text)), saying


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
        if isinstance(notice, AskLanguage):
            continue  # asks in all five at once, on purpose
        for line in [*said.text.splitlines(), *(choice.label for row in said.rows for choice in row)]:
            left = re.sub(r"\([^()]*\)", "", LATIN_NAMES.sub("", ISOLATED.sub("", line)))  # Swedish names in brackets
            assert not re.search(r"[A-Za-zÅÄÖåäö]{2,}", left.replace("SFI", "").replace("LMA", "")), (notice, line)


@pytest.mark.parametrize("language", [language for language in Language if language != Language.UK])
def test_no_cyrillic_stands_outside_ukrainian(catalogues: Catalogues, facts: Facts, language: str) -> None:
    for notice, said in everything(catalogues, facts, language):
        if not isinstance(notice, AskLanguage):
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


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("one", ways.to_staff(), ids=lambda one: one.kind)
def test_every_notice_to_staff_is_said(catalogues: Catalogues, facts: Facts, one: type[Spoken], language: str) -> None:
    for saying in ways.ways(one):
        said = saying.said(catalogues.desk(language), facts)

        assert said.text.strip()
        assert utf16_length(said.text) <= MOST_UNITS, saying
        assert len(said.rows) <= MOST_ROWS or not one.__module__.startswith("bot.hours"), saying
        for choice in (choice for row in said.rows for choice in row):
            assert choice.label.strip()
            assert len(choice.code.encode()) <= MOST_CODE_BYTES


QUOTES_HER = {Notice.WORDS}  # only to the volunteer who has the case; the lines that are held are the volunteer's own
HER_WORDS = "Kanariefågelns hemlighet"


@pytest.mark.parametrize("one", ways.to_staff(), ids=lambda one: one.kind)
def test_no_card_list_or_alarm_holds_a_newcomer_s_words(
    catalogues: Catalogues, facts: Facts, one: type[Spoken]
) -> None:
    known = replace(facts, words=HER_WORDS, waiting_words=HER_WORDS, unsent=HER_WORDS, marks=("with:photo",))

    said = [saying.said(catalogues.desk(language), known) for saying in ways.ways(one) for language in STAFF_LANGUAGES]

    quotes = any(HER_WORDS in f"{prompt.text} {prompt.rows}" for prompt in said)
    assert quotes is (one.kind in QUOTES_HER)


def test_a_card_is_made_of_codes_counts_and_instants_alone() -> None:
    carried = {field.name for field in fields(Offered)}

    assert carried - {field.name for field in fields(Saying)} == {
        "case", "code", "language", "channel", "category", "since", "messages", "returning", "marked", "why",
        "earlier", "before", "follow_up",
    }  # fmt: skip


@pytest.mark.parametrize("one", list(table.KNOWN.values()), ids=lambda one: one.kind)
def test_what_a_row_keeps_is_read_as_it_was_said(one: type[Saying]) -> None:
    for saying in ways.ways(one):
        assert one.read(json.loads(json.dumps(saying.to_row()))) == saying


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
    assert set(table.KNOWN) == set(Notice)
    assert {*Notice} - {one.kind for one in ways.sayings()} == {
        Notice.UNSAY,
        Notice.MENU,
        Notice.HOURS_POST,
    }  # said to nobody


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
        ("en", "Monday 5 January 2026, 22:00–Tuesday 6 January 2026 at 02:00"),
    ],
)
def test_a_changed_shift_over_midnight_says_on_which_day_it_ends(
    catalogues: Catalogues, facts: Facts, language: str, said: str
) -> None:
    begins, ends = datetime(2026, 1, 5, 21, 0, tzinfo=UTC), datetime(2026, 1, 6, 1, 0, tzinfo=UTC)
    earlier = replace(facts, now=datetime(2026, 1, 1, 9, 0, tzinfo=UTC))

    told = ShiftHours(days=(), starts_at=begins, ends_at=ends).said(catalogues.desk(language), earlier)

    assert said in told.text
