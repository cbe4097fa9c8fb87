"""The two publications that are for other programs, as their readers get them."""

from datetime import date, datetime, time
from typing import Any

import pytest
from opening_hours import OpeningHours, State

from bot.hours.formats import as_json, osm
from models.hours_change import Change, Verb
from tests.hours.formats.story import FRIDAY, MONDAY, STOCKHOLM, THURSDAY, TUESDAY, WEDNESDAY, WORDS, Story

JUNE = date(2026, 6, 1)  # a Monday
A_MONDAY = date(2026, 6, 22)
AFTERNOON = time(13), time(16)
LANGUAGES = {language: WORDS.words(language) for language in ("sv", "ar", "fa", "uk", "en")}


def told(story: Story, place: str = "library") -> str:
    return osm.opening_hours(story.published(JUNE), place)


def here(story: Story, at: time = time(14)) -> dict[str, Any]:
    """The library, as the JSON of that hour tells it."""
    (place,) = as_json.hours(story.published(JUNE, at), LANGUAGES)["places"]
    return place


def test_weekdays_that_are_alike_are_one_rule() -> None:
    story = Story()
    for weekday in (MONDAY, TUESDAY, WEDNESDAY, THURSDAY):
        story.weekly("library", weekday, (time(9), time(12)), AFTERNOON)
    for weekday in (MONDAY, TUESDAY):
        story.weekly("online", weekday, AFTERNOON)
    for weekday in (MONDAY, WEDNESDAY, THURSDAY, FRIDAY):
        story.weekly("linero", weekday, AFTERNOON)

    assert told(story) == "Mo-Th 09:00-12:00,13:00-16:00"
    assert told(story, "online") == "Mo,Tu 13:00-16:00"
    assert told(story, "linero") == "Mo,We-Fr 13:00-16:00"


def test_what_changes_within_the_published_days_is_dated() -> None:
    story = Story()
    story.weekly("library", MONDAY, AFTERNOON)
    story.weekly("library", MONDAY, (time(15), time(18)), first=date(2026, 9, 1))

    assert told(story) == "2026 Jun 01-2026 Aug 31 Mo 13:00-16:00; 2026 Sep 01-2027 Jun 01 Mo 15:00-18:00"


def test_days_that_differ_come_last_and_say_why_they_are_closed() -> None:
    story = Story()
    story.weekly("library", MONDAY, AFTERNOON)
    story.publish(Change(Verb.CLOSE, ("library",), A_MONDAY, date(2026, 7, 5), reason="library_closed"))
    story.on(Verb.TIMES, date(2026, 7, 6), (time(10), time(12)), reason="illness")
    story.close(date(2026, 7, 13), reason="other", texts={"sv": "Nej", "en": 'The "lift"; broken'})

    assert told(story) == (
        'Mo 13:00-16:00; 2026 Jun 22,2026 Jun 29 off "library closed"; 2026 Jul 06 10:00-12:00; '
        "2026 Jul 13 off \"The 'lift'; broken\""
    )
    state = OpeningHours(told(story), timezone=STOCKHOLM).state(datetime(2026, 7, 13, 14, tzinfo=STOCKHOLM))
    assert state == (State.CLOSED, "The 'lift'; broken")


@pytest.mark.parametrize("place", ["library", "online"])
def test_a_place_that_never_opens_is_off(place: str) -> None:
    story = Story()
    story.on(Verb.EXTRA, A_MONDAY, AFTERNOON, place=place)
    story.close(A_MONDAY, place)

    assert told(story, place) == "off"
    assert OpeningHours(told(story, place)).warnings == []


def test_json_tells_what_a_website_needs_of_a_place() -> None:
    story = Story()
    story.weekly("library", MONDAY, AFTERNOON)
    story.close(date(2026, 6, 8), reason="other", texts={"sv": "Hissen är trasig"})

    place = here(story)

    assert place["name"]["sv"] == "Lunds stadsbibliotek"
    assert set(place["name"]) == set(LANGUAGES)
    assert (place["address"], place["latitude"], place["longitude"]) == ("S:t Petri Kyrkogata 6, Lund", 55.706, 13.191)
    assert place["opening_hours"] == told(story)
    assert place["week"] == [{"weekday": 1, "opens": "13:00", "closes": "16:00", "valid_from": None, "valid_to": None}]
    assert place["special_days"] == [
        {"day": "2026-06-08", "spans": [], "reason": "other", "texts": {"sv": "Hissen är trasig"}}
    ]
    assert [one["day"] for one in place["next"]] == ["2026-06-01", "2026-06-15", "2026-06-22"]


@pytest.mark.parametrize(
    ("at", "until"), [(time(12, 59), None), (time(13), "16:00"), (time(15, 59), "16:00"), (time(16), None)]
)
def test_json_says_whether_it_is_open_and_until_when(at: time, until: str | None) -> None:
    story = Story()
    story.weekly("library", MONDAY, AFTERNOON)

    place = here(story, at)

    assert (place["open_now"], place["open_until"]) == (until is not None, until)
    assert place["next"][0]["day"] == ("2026-06-08" if at == time(16) else "2026-06-01")


def test_json_says_as_of_when() -> None:
    story = Story()
    story.weekly("online", MONDAY, AFTERNOON)

    whole = as_json.hours(story.published(JUNE), LANGUAGES)

    assert (whole["day"], whole["zone"]) == ("2026-06-01", "Europe/Stockholm")
    assert whole["changed_at"] == story.made_at[1].isoformat()
    assert [place["door"] for place in whole["places"]] == ["online"]
