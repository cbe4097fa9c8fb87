"""What stands on Telegram's buttons fits a phone: every button of every notice, in every language, at its longest."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cases.texts_asked import AskTap
from bot.cases.texts_closing import CloseOrganisation
from bot.cases.texts_held import WhichCase, Why
from bot.cases.told import CaseTold
from bot.hours.phrases import LONGEST_SHORT_NAME, SHORT_NAMES
from bot.hours.texts import Hours
from bot.hours.texts_guided import HoursAsk
from bot.hours.told import SessionTold
from bot.language.i18n import Catalogues, Words
from bot.language.parts import Facts, Spoken
from bot.language.textshape import LONGEST_BUTTON, utf16_length, without_bidi_controls
from bot.places.told import PlaceTold
from models.buttons_hours import REMIND
from models.dialogue import Choice
from models.hours import Door
from models.hours_change import Verb
from models.hours_dialogue import Step
from models.intake import IntakeStep
from models.people import STAFF_LANGUAGES, Language
from tests.telling import ways

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
A_WEEK = [date(2026, 12, 14) + timedelta(days=days) for days in range(7)]  # with as many digits as a date can have
LONG_NAME = "Öppna förskolan i Östra Torns församlingshem"
SHORTEST_SHORT_NAME = 10  # what is left of a place's name of its own beside the longest day of the language


@pytest.fixture(scope="session")
def facts(catalogues: Catalogues) -> Facts:
    return Facts(
        zone=ZoneInfo("Europe/Stockholm"), now=NOW, catalogues=catalogues, words="☺", waiting_words="☺", unsent="/☺",
        held_lines="☺", fresh="1", failure="doubtful",
    )  # fmt: skip


def longest_hours() -> list[Hours]:
    """The real places, and one with as long a name as people give, on every day of a week."""
    places = [("city", "lund_city_library", {}), ("linero", "linero_library", {}), ("long", "", {"sv": LONG_NAME})]
    return [
        Hours(
            sessions=tuple(
                SessionTold(
                    code=code, place=key, names=names, door=Door.VISIT, day=day, opens=time(13), closes=time(16)
                )
                for code, key, names in places
            )
        )
        for day in A_WEEK
    ]


def longest_question() -> HoursAsk:
    """Which place? The two libraries, and one with a long name."""
    libraries = (PlaceTold(code=code, place=code) for code in ("lund_city_library", "linero_library"))
    places = (*libraries, PlaceTold(code="long", names={"sv": LONG_NAME}))
    return HoursAsk(verb=Verb.CLOSE, step=Step.PLACE, choices=places)


def said(one: Spoken, words: Words, facts: Facts) -> Iterator[Choice]:
    for row in one.said(words, facts).rows:
        yield from row


def too_long(sayings: list[Spoken], words: Words, facts: Facts) -> set[str]:
    labels = {choice.label for one in sayings for choice in said(one, words, facts)}
    return {label for label in labels if utf16_length(without_bidi_controls(label)) > LONGEST_BUTTON}


def every_way(sayings: list[type[Spoken]]) -> list[Spoken]:
    return [way for one in sayings for way in ways.ways(one)]


@pytest.mark.parametrize("language", list(Language))
def test_no_button_of_a_newcomer_is_too_long_for_a_phone(catalogues: Catalogues, facts: Facts, language: str) -> None:
    sayings = [*every_way(ways.to_newcomers()), *longest_hours()]

    assert too_long(sayings, catalogues.words(language), facts) == set()


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_no_button_of_staff_is_too_long_for_a_phone(catalogues: Catalogues, facts: Facts, language: str) -> None:
    sayings = [*every_way(ways.to_staff()), longest_question()]

    assert too_long(sayings, catalogues.desk(language), facts) == set()


@pytest.mark.parametrize("language", list(Language))
def test_what_differs_stands_first_and_each_reminder_says_another_day(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    words = catalogues.words(language)

    labels = [
        [without_bidi_controls(choice.label) for choice in said(one, words, facts) if REMIND.has_verb_of(choice.code)]
        for one in longest_hours()
    ]

    for day, (city, linero, other) in zip(A_WEEK, labels, strict=True):
        shown = without_bidi_controls(words.short_day(day))
        assert re.search(r" \d\d[/.]12$", shown), "no date in brackets beside it"
        assert city.index(shown) < city.index(words("lund_city_library_short"))
        assert linero.index(shown) < linero.index(words("linero_library_short"))
        assert other.endswith("…") and LONG_NAME[: SHORTEST_SHORT_NAME - 1].rstrip() in other
    assert len({label for week in labels for label in week}) == 3 * len(A_WEEK)


@pytest.mark.parametrize("language", list(Language))
def test_a_swedish_name_in_brackets_stands_in_the_text_and_not_on_the_button(
    catalogues: Catalogues, facts: Facts, language: str
) -> None:
    words = catalogues.words(language)
    hours, ask = longest_hours()[0], AskTap(step=IntakeStep.SITUATION)

    labels = {choice.label for one in every_way(ways.to_newcomers()) for choice in said(one, words, facts)}

    assert [label for label in labels if re.search(r"\([A-Za-zÅÄÖåäö]", label)] == []
    assert "Lunds stadsbibliotek" in hours.said(words, facts).text
    assert "massflyktsdirektivet" in ask.said(words, facts).text


@pytest.mark.parametrize("language", list(Language))
def test_a_short_name_of_a_place_is_short(catalogues: Catalogues, language: str) -> None:
    words = catalogues.words(language)

    assert {key for key in SHORT_NAMES.values() if len(words(key)) > LONGEST_SHORT_NAME} == set()


def test_an_organisation_goes_by_its_swedish_name_where_the_other_is_too_long(
    catalogues: Catalogues, facts: Facts
) -> None:
    first = CloseOrganisation(case=1, code="4729135")

    prompt = first.said(catalogues.desk("en"), facts)

    labels = [choice.label for row in prompt.rows for choice in row]
    assert "Arbetsförmedlingen" in labels
    assert "Swedish Public Employment Service (Arbetsförmedlingen)" in prompt.text.splitlines()


def test_which_case_is_asked_by_code_and_what_each_is_about_stands_above(catalogues: Catalogues, facts: Facts) -> None:
    case = CaseTold(case=1, code="4729135", language="fa", channel="telegram", category="migration")

    prompt = WhichCase(why=Why.SEVERAL, person=1, cases=(case,)).said(catalogues.desk("sv"), facts)

    assert prompt.rows[0][0].label == "472 913 5 · Persiska · Telegram"
    assert prompt.text.endswith("472 913 5 · Persiska · Telegram · Migration och uppehållstillstånd")
