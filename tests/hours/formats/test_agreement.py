"""However the hours were changed, every publication says the same of every quarter of an hour.

Random changes, undoings included, made through the real `effect_of`; the days on which such things go wrong are always
among those that are asked about. A further publication joins in `sources.SOURCES`.
"""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings

from bot.hours.formats.shape import Published
from tests.hours.formats.programs import CODES, asked_about, histories
from tests.hours.formats.sources import SOURCES, disagreements, quarters
from tests.hours.formats.story import MONDAY, STOCKHOLM, Story


@settings(max_examples=14, deadline=None, derandomize=True)
@given(told=histories())
def test_all_publications_agree(told: list[Published]) -> None:
    published = told[-1]

    assert disagreements(published, CODES, asked_about(published)) == []


FOUR_CLOSED_DAYS = [date(2026, 6, 19), date(2026, 10, 31), date(2026, 12, 24), date(2026, 12, 31)]


def open_all_days() -> Story:
    story = Story()
    for weekday in range(7):
        for place in CODES:
            story.weekly(place, weekday, (time(13), time(16)))
    return story


@pytest.mark.parametrize("day", FOUR_CLOSED_DAYS, ids=str)
@pytest.mark.parametrize("source", SOURCES)
def test_a_red_day_that_a_coordinator_closed_is_closed_everywhere(source: str, day: date) -> None:
    story = open_all_days()
    story.close(day, *CODES)
    published = story.published(date(2026, 6, 1))

    for place in CODES:
        held = SOURCES[source](published, place)
        assert not any(held(at) for at in quarters(day)), place
        assert sum(held(at) for at in quarters(day + timedelta(days=7))) == 12, place


@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2027, 3, 28), date(2028, 2, 29)], ids=str)
@pytest.mark.parametrize("source", SOURCES)
def test_an_odd_day_is_as_long_open_as_any_other(source: str, day: date) -> None:
    story = Story()
    for weekday in range(7):
        story.weekly("library", weekday, (time(4), time(5, 15)), (time(23), time(23, 45)))
    published = story.published(day - timedelta(days=3))

    held = SOURCES[source](published, "library")

    assert [f"{at.astimezone(STOCKHOLM):%H:%M}" for at in quarters(day) if held(at)] == [
        "04:00", "04:15", "04:30", "04:45", "05:00", "23:00", "23:15", "23:30",
    ]  # fmt: skip


@pytest.mark.parametrize("source", SOURCES)
def test_a_place_that_never_opens_is_closed_everywhere(source: str) -> None:
    story = Story()
    story.weekly("linero", MONDAY, (time(13), time(16)))
    story.weekly("linero", MONDAY)

    held = SOURCES[source](story.published(date(2026, 6, 1)), "linero")

    assert not any(held(at) for n in range(14) for at in quarters(date(2026, 6, 1) + timedelta(days=n)))
