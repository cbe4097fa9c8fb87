"""What the card of helplines says is what the one file knows, and the file takes nothing without a dated source."""

from datetime import date, time

import pytest

from bot.language import helplines, parts
from bot.language.helplines import EMERGENCY, HELPLINES, Span, WrongHelplines
from bot.language.i18n import Catalogues
from models.people import STAFF_LANGUAGES, Language
from tests.language.test_facts import proofs, sources_of
from tests.language.test_locales import entries

SOURCED = 'source = "https://example.org/", checked = 2026-11-27'
WHOLE = f"""
[care]
number = {{ is = "1177", {SOURCED} }}
for_whom = {{ is = "line_1177", {SOURCED} }}
hours = {{ is = "always", {SOURCED} }}
interpreter = {{ is = "weekdays 08:00-17:00", {SOURCED} }}
"""


def test_a_file_is_read_as_it_is_written() -> None:
    care = helplines.read(WHOLE)["care"]

    assert (care.number.what, care.for_whom.what) == ("1177", "line_1177")
    assert care.hours and care.hours.what == "always"
    assert care.interpreter and care.interpreter.what == Span(time(8), time(17), weekdays=True)
    assert (care.languages, care.free, care.anonymous) == (None, None, None)
    assert care.number.checked == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            'hours = { is = "always", source = "https://example.org/", ',
            'hours = { is = "always", ',
            "care.hours.source",
        ),
        ('"always", source = "https://example.org/"', '"always", source = "heard of"', "care.hours.source"),
        (f'"always", {SOURCED}', '"always", source = "https://example.org/"', "care.hours.checked"),
        ('"always"', '"mostly"', "care.hours.is"),
        ("weekdays 08:00-17:00", "weekdays 8-", "care.interpreter.is"),
        ("for_whom", "for_women", "care.for_whom"),
        ("for_whom", "for_women", "care.for_women"),
        ("[care]", "[care", "helplines.toml"),
    ],
)
def test_what_has_no_source_no_day_or_no_meaning_is_refused_by_name(right: str, wrong: str, told: str) -> None:
    helplines.read(WHOLE)

    with pytest.raises(WrongHelplines, match=told.replace(".", r"\.")):
        helplines.read(WHOLE.replace(right, wrong))


def test_a_line_says_all_that_is_known_of_it(catalogues: Catalogues) -> None:
    words = catalogues.words("en")
    care = helplines.read(WHOLE)["care"]
    more = helplines.read(
        WHOLE.replace("weekdays 08:00-17:00", "always").replace("always", "07:00-21:00", 1)
        + f"languages = {{ is = ['sv', 'en'], {SOURCED} }}\nfree = {{ is = true, {SOURCED} }}\n"
        + f"anonymous = {{ is = true, {SOURCED} }}\n"
    )["care"]

    assert helplines.said(words, care) == (
        "Medical advice: 1177. Day and night. Interpreters are available on weekdays 08:00–17:00."
    )
    assert helplines.said(words, more) == (
        "Medical advice: 1177. Every day 07:00–21:00. In Swedish or English. Interpreters are available. Free. "
        "Anonymous."
    )


def test_of_what_is_not_known_nothing_is_said(catalogues: Catalogues) -> None:
    care = helplines.read("\n".join(WHOLE.split("\n")[:4]))["care"]

    assert helplines.said(catalogues.words("en"), care) == "Medical advice: 1177."


@pytest.mark.parametrize("language", list(Language))
def test_the_card_says_each_line_with_what_the_file_knows_of_it(catalogues: Catalogues, language: str) -> None:
    words = catalogues.words(language)

    card = parts.help_text(words).split("\n")

    for line in (EMERGENCY, *HELPLINES):
        (told,) = (one for one in card if line.number.what in one)
        known = list(helplines.known(words, line))
        assert told.endswith(" ".join(known))
        assert len(known) == len(line.model_dump(exclude={"number", "for_whom"}, exclude_none=True))


def test_every_sentence_about_a_line_is_said_of_one(catalogues: Catalogues) -> None:
    words = catalogues.words("sv")
    of_lines = {line.for_whom.what for line in HELPLINES}

    card = parts.help_text(words)

    for key in {key for key in entries("sv") if key.startswith("line_")} - of_lines - {"line_delete_trace"}:
        said = entries("sv")[key].string.partition("{")[0]
        assert said in card, key


def test_a_source_is_good_for_half_a_year_and_the_oldest_counts() -> None:
    younger = helplines.read(WHOLE)["care"]
    older = helplines.read(WHOLE.replace("2026-11-27", "2026-11-01", 1))["care"]

    assert older.checked == date(2026, 11, 1)
    assert helplines.unread_for_long((younger, older), date(2026, 11, 1) + helplines.GOOD_FOR) is None
    assert helplines.unread_for_long((younger, older), date(2026, 11, 2) + helplines.GOOD_FOR) == date(2026, 11, 1)
    assert helplines.unread_for_long((younger,), date(2026, 11, 2) + helplines.GOOD_FOR) is None


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_staff_read_of_each_line_the_same(catalogues: Catalogues, language: str) -> None:
    desk, newcomers = catalogues.desk(language), catalogues.words(language)

    assert [helplines.said(desk, line) for line in HELPLINES] == [helplines.said(newcomers, line) for line in HELPLINES]


def test_the_table_of_facts_names_the_sources_of_the_file_and_no_others() -> None:
    for line in (EMERGENCY, *HELPLINES):
        facts = (line.number, line.for_whom, line.hours, line.languages, line.interpreter, line.free, line.anonymous)
        known = {(fact.source, fact.checked.isoformat()) for fact in facts if fact}
        assert sources_of(proofs()[line.for_whom.what]) == known, line.for_whom.what
