"""What a search engine takes out of the page, and that no name can break out of the script it stands in."""

import json
from datetime import date, time
from typing import Any

import extruct
import pytest

from bot.hours.formats import schema_org
from models.hours_change import Verb
from tests.hours.formats.story import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, WORDS, Story, place

JUNE = date(2026, 6, 1)
A_MONDAY = date(2026, 6, 22)
AFTERNOON = time(13), time(16)
HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 ]]>"


def graph(story: Story, language: str = "sv") -> dict[str, dict[str, Any]]:
    """The nodes, by the last part of their names."""
    told = schema_org.json_ld(story.published(JUNE), WORDS.words(language))
    return {node["@id"].partition("#")[2]: node for node in told["@graph"]}


def stated(specifications: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Days, times and bounds of each, in short."""
    return [
        (
            " ".join(day.removeprefix("https://schema.org/")[:2] for day in one["dayOfWeek"]),
            f"{one['opens'][:5]}-{one['closes'][:5]}",
            f"{one.get('validFrom', '')}/{one.get('validThrough', '')}",
        )
        for one in specifications
    ]


def test_a_place_to_visit_is_told_with_its_address_and_the_service_s_name() -> None:
    story = Story()
    story.weekly("library", MONDAY, AFTERNOON)

    nodes = graph(story)

    assert nodes["service"]["name"] == "RådRum"
    assert nodes["place-library"] | {"openingHoursSpecification": []} == {
        "@type": "LocalBusiness",
        "@id": "https://radrum.example/#place-library",
        "name": "RådRum, Lunds stadsbibliotek",
        "url": "https://radrum.example/sv/hours",
        "parentOrganization": {"@id": nodes["service"]["@id"]},
        "address": {"@type": "PostalAddress", "streetAddress": "S:t Petri Kyrkogata 6, Lund"},
        "geo": {"@type": "GeoCoordinates", "latitude": 55.706, "longitude": 13.191},
        "hasMap": "https://www.openstreetmap.org/?mlat=55.706&mlon=13.191#map=18/55.706/13.191",
        "openingHoursSpecification": [],
    }


def test_weekdays_that_are_alike_are_told_together_with_bounds_where_they_change() -> None:
    story = Story()
    for weekday in (MONDAY, TUESDAY, THURSDAY):
        story.weekly("library", weekday, (time(9), time(12)), AFTERNOON)
    story.weekly("library", WEDNESDAY, AFTERNOON, last=date(2026, 8, 31))
    story.weekly("library", WEDNESDAY, (time(15), time(18)), first=date(2026, 9, 1))

    assert stated(graph(story)["place-library"]["openingHoursSpecification"]) == [
        ("We", "13:00-16:00", "/2026-08-31"),
        ("Mo Tu Th", "09:00-12:00", "/"),
        ("Mo Tu Th", "13:00-16:00", "/"),
        ("We", "15:00-18:00", "2026-09-01/"),
    ]


def test_days_that_differ_come_before_the_regular_ones_at_a_place() -> None:
    story = Story()
    story.weekly("library", MONDAY, AFTERNOON)
    story.close(A_MONDAY)
    story.on(Verb.EXTRA, date(2026, 6, 29), (time(9), time(10)))
    story.on(Verb.EXTRA, date(2026, 6, 30), (time(9), time(10)))
    story.close(date(2026, 6, 30))  # a Tuesday, on which nothing would have been open by the week

    assert stated(graph(story)["place-library"]["specialOpeningHoursSpecification"]) == [
        ("Mo", "00:00-00:00", "2026-06-22/2026-06-22"),
        ("Mo", "09:00-10:00", "2026-06-29/2026-06-29"),
        ("Mo", "13:00-16:00", "2026-06-29/2026-06-29"),
    ]


def test_what_one_writes_to_has_hours_cut_around_the_days_that_differ() -> None:
    story = Story()
    story.weekly("online", MONDAY, AFTERNOON)
    story.weekly("online", TUESDAY, AFTERNOON)
    story.close(A_MONDAY, "online")
    story.on(Verb.TIMES, date(2026, 6, 29), (time(9), time(10)), place="online")

    (contact,) = graph(story)["service"]["contactPoint"]

    # Between the two there is no Monday, so nothing is said of those days.
    assert contact["@type"] == "ContactPoint"
    assert contact["availableLanguage"] == ["sv", "ar", "fa", "uk", "en"]
    assert stated(contact["hoursAvailable"]) == [
        ("Mo", "13:00-16:00", "/2026-06-21"),
        ("Tu", "13:00-16:00", "/"),
        ("Mo", "13:00-16:00", "2026-06-30/"),
        ("Mo", "09:00-10:00", "2026-06-29/2026-06-29"),
    ]


def test_a_place_that_does_not_open_is_not_told() -> None:
    story = Story()
    story.weekly("linero", MONDAY, AFTERNOON, last=date(2026, 5, 31))

    assert list(graph(story)) == ["service"]


@pytest.mark.parametrize("name", ["Biblioteket", HOSTILE])
def test_what_is_taken_out_of_the_page_is_what_was_put_in(name: str) -> None:
    story = Story()
    story.places = {"eos": place("eos", names={"sv": name}, address=name)}
    story.on(Verb.POPUP, A_MONDAY, AFTERNOON, place="eos")
    told = schema_org.json_ld(story.published(JUNE), WORDS.words("sv"))
    script = schema_org.to_script(told)

    page = f'<html><body><script type="application/ld+json">{script}</script><p>after</p></body></html>'

    assert extruct.extract(page, syntaxes=["json-ld"]) == {"json-ld": [told]}
    assert told["@graph"][1]["name"] == f"RådRum, {name}"
    assert not set("<>&\u2028\u2029") & set(script)
    assert json.loads(script) == told
