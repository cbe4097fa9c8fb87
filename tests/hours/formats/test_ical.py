"""What a person's calendar shows after subscribing, and after the hours were changed under it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject
from ical.calendar_stream import IcsCalendarStream

from bot.hours.formats import ical
from bot.hours.formats.shape import Published
from bot.hours.formats.vtimezone import vtimezone
from models.hours_change import Change, Verb
from tests.hours.formats.story import FRIDAY, MONDAY, PLACES, STOCKHOLM, WEDNESDAY, WORDS, Story, place

JUNE = date(2026, 6, 1)
A_MONDAY, A_FRIDAY = date(2026, 6, 22), date(2026, 6, 26)
AFTERNOON = time(13), time(16)
Seen = tuple[str, str, bool]


def mondays(*spans: tuple[time, time]) -> Story:
    """A library that is open on Mondays."""
    story = Story()
    story.weekly("library", MONDAY, *(spans or (AFTERNOON,)))
    return story


def events(published: Published, language: str = "sv", code: str | None = "library") -> list[icalendar.Event]:
    parsed = icalendar.Calendar.from_ical(ical.calendar(published, WORDS.words(language), code))
    return list(parsed.walk("VEVENT"))


def series(story: Story, day: date = JUNE) -> list[icalendar.Event]:
    return [event for event in events(story.published(day)) if "rrule" in event]


def seen_on(story: Story, day: date, seen_from: date = JUNE) -> list[Seen]:
    """What is told of one day besides its series: from when to when, and whether it is cancelled."""
    told = [one for one in events(story.published(seen_from)) if "rrule" not in one and one["dtstart"].dt.date() == day]
    return [
        (f"{one['dtstart'].dt:%H:%M}", f"{one['dtend'].dt:%H:%M}", one.get("status") == "CANCELLED") for one in told
    ]


def test_a_week_is_a_series_from_its_first_day_on() -> None:
    (monday,) = series(mondays())

    assert monday["dtstart"].dt == datetime(2026, 1, 5, 13, tzinfo=STOCKHOLM)
    assert monday["dtend"].dt == datetime(2026, 1, 5, 16, tzinfo=STOCKHOLM)
    assert dict(monday["rrule"]) == {"FREQ": ["WEEKLY"]}
    assert monday["dtstart"].params["TZID"] == "Europe/Stockholm"
    assert (monday["summary"], monday["location"]) == ("RådRum, Lunds stadsbibliotek", "S:t Petri Kyrkogata 6, Lund")
    assert monday["url"] == "https://radrum.example/sv/hours"
    assert "20 minuter innan vi stänger" in monday["description"]


def test_a_series_ends_with_the_last_day_that_opens() -> None:
    story = Story()
    story.weekly("library", MONDAY, AFTERNOON, last=date(2026, 12, 9))

    (monday,) = series(story)

    assert monday["rrule"]["until"] == [datetime(2026, 12, 7, 12, tzinfo=UTC)], "13:00 in winter, in UTC"


def test_a_closed_day_is_a_cancelled_instance_that_says_why() -> None:
    story = mondays()
    story.close(A_MONDAY)

    _, closed = events(story.published(JUNE))

    assert closed["status"] == "CANCELLED"
    assert closed["recurrence-id"].dt == datetime(2026, 6, 22, 13, tzinfo=STOCKHOLM)
    assert closed["summary"] == "RådRum, Lunds stadsbibliotek, stängt"
    assert "stängt. Orsak: helgdag" in closed["description"]


def test_a_closing_taken_back_takes_the_cancellation_with_it() -> None:
    story = mondays()
    (before,) = series(story)
    story.close(A_MONDAY)
    (closed,) = series(story)
    story.undo()

    (after,) = events(story.published(JUNE))

    assert before["sequence"] < closed["sequence"] < after["sequence"]
    assert before["dtstamp"].dt < closed["dtstamp"].dt < after["dtstamp"].dt
    assert before["uid"] == closed["uid"] == after["uid"]


def test_other_times_of_a_day_move_its_instance() -> None:
    story = mondays()
    story.on(Verb.TIMES, A_MONDAY, (time(10), time(12)))

    _, moved = events(story.published(JUNE))

    assert moved["recurrence-id"].dt == datetime(2026, 6, 22, 13, tzinfo=STOCKHOLM)
    assert seen_on(story, A_MONDAY) == [("10:00", "12:00", False)]


def test_the_instance_that_is_nearest_moves_and_the_rest_is_cancelled_or_beside() -> None:
    story = mondays((time(9), time(12)), (time(13), time(16)))
    story.on(Verb.TIMES, A_MONDAY, (time(14), time(17)))
    assert seen_on(story, A_MONDAY) == [("09:00", "12:00", True), ("14:00", "17:00", False)]

    story.on(Verb.TIMES, A_MONDAY, (time(9), time(12)), (time(15), time(16)), (time(18), time(19)))
    assert seen_on(story, A_MONDAY) == [("15:00", "16:00", False), ("18:00", "19:00", False)]


def test_what_comes_beside_the_week_leaves_its_instances_alone() -> None:
    story = mondays((time(9), time(12)), (time(12), time(15)))  # one stretch, told as two
    story.on(Verb.EXTRA, A_MONDAY, (time(18), time(19)))

    morning, noon, extra = events(story.published(JUNE))

    assert "rrule" in morning and "rrule" in noon
    assert extra["uid"] == "library-20260622-1800@radrum.example"
    assert "recurrence-id" not in extra


def test_a_popup_taken_back_is_told_to_be_cancelled() -> None:
    story = mondays()
    story.on(Verb.POPUP, A_FRIDAY, (time(10), time(12)), partner="IK Eos")
    _, told = events(story.published(JUNE))
    assert "IK Eos" in told["description"]
    story.undo()

    _, cancelled = events(story.published(JUNE))

    assert cancelled["status"] == "CANCELLED"
    assert cancelled["uid"] == told["uid"]
    assert cancelled["sequence"] > told["sequence"]


def test_what_has_moved_within_its_day_is_not_said_to_be_cancelled_while_it_is_open() -> None:
    story = mondays()
    story.on(Verb.EXTRA, A_FRIDAY, (time(10), time(11)))
    story.on(Verb.TIMES, A_FRIDAY, (time(9), time(12)))

    assert seen_on(story, A_FRIDAY) == [("09:00", "12:00", False)]


def test_other_times_taken_back_leave_no_cancelled_session_that_never_was() -> None:
    story = mondays()
    story.on(Verb.TIMES, A_MONDAY, (time(10), time(12)))
    story.undo()

    assert seen_on(story, A_MONDAY) == []


def test_other_times_from_a_day_on_end_the_series_there_and_begin_another() -> None:
    story = mondays()
    (before,) = series(story)
    story.weekly("library", MONDAY, (time(15), time(18)), first=date(2026, 9, 1))

    old, new = series(story)

    assert old["uid"] == before["uid"]
    assert old["sequence"] > before["sequence"]
    assert old["rrule"]["until"] == [datetime(2026, 8, 31, 11, tzinfo=UTC)]
    assert new["uid"] != old["uid"]
    assert new["dtstart"].dt == datetime(2026, 9, 7, 15, tzinfo=STOCKHOLM)


def test_a_summer_without_sessions_keeps_the_series_before_it() -> None:
    story = mondays()
    (before,) = series(story)
    story.weekly("library", MONDAY, first=date(2026, 6, 20), last=date(2026, 8, 10))

    spring, autumn = sorted(series(story), key=lambda event: event["dtstart"].dt)

    assert spring["uid"] == before["uid"] != autumn["uid"]
    assert autumn["dtstart"].dt == datetime(2026, 8, 17, 13, tzinfo=STOCKHOLM)


def test_a_week_that_was_called_off_is_cancelled_as_a_whole() -> None:
    story = mondays()
    story.weekly("library", FRIDAY, AFTERNOON, first=date(2026, 9, 1))
    (_, before) = series(story)
    story.undo()

    (_, after) = series(story)

    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]
    assert after["status"] == "CANCELLED"


def test_a_revision_never_goes_back() -> None:
    story = mondays()
    steps: list[Callable[[], Any]] = [
        lambda: story.close(A_MONDAY),
        lambda: story.on(Verb.TIMES, A_MONDAY + timedelta(days=7), (time(10), time(11)), (time(18), time(19))),
        lambda: story.publish(Change(Verb.CLOSE, ("library",), date(2026, 11, 30), date(2027, 1, 11))),
        # Those days are no longer the series', but it has been told of them.
        lambda: story.weekly("library", MONDAY, first=date(2026, 7, 1)),
        story.undo,
        lambda: story.on(Verb.USUAL, A_MONDAY),
        story.undo,
        story.undo,
    ]
    told: dict[tuple[str, str], int] = {}
    for step in steps:
        step()
        for event in events(story.published(JUNE)):
            key = str(event["uid"]), _instance(event)
            assert event["sequence"] >= told.get(key, 0), key
            told[key] = event["sequence"]
    assert max(told.values()) > 5


def _instance(event: icalendar.Event) -> str:
    return f"{event['recurrence-id'].dt}" if "recurrence-id" in event else ""


def test_every_name_is_used_once() -> None:
    story = mondays((time(9), time(12)), AFTERNOON)
    story.on(Verb.TIMES, A_MONDAY, (time(9), time(10)), (time(11), time(12)), (time(18), time(19)))
    story.on(Verb.EXTRA, A_FRIDAY, (time(9), time(10)), (time(11), time(12)))

    told = [(str(event["uid"]), _instance(event)) for event in events(story.published(JUNE), code=None)]

    assert len(told) == len(set(told)) == 7


def test_one_place_alone_has_its_own_calendar() -> None:
    story = mondays()
    story.weekly("linero", WEDNESDAY, AFTERNOON)
    story.on(Verb.POPUP, A_FRIDAY, AFTERNOON, place="linero")

    assert {event["location"] for event in events(story.published(JUNE))} == {PLACES["library"].address}
    assert len(events(story.published(JUNE), code=None)) == 3


def test_the_same_hours_are_the_same_bytes() -> None:
    story = mondays()
    story.close(A_MONDAY)
    told = [ical.calendar(story.published(JUNE, time(hour)), WORDS.words("fa")) for hour in (8, 19)]
    story.rows = dict(reversed(story.rows.items()))  # the database promises no order

    assert told[0] == told[1] == ical.calendar(story.published(JUNE), WORDS.words("fa"))


def test_how_a_calendar_presents_itself() -> None:
    head = icalendar.Calendar.from_ical(ical.calendar(mondays().published(JUNE), WORDS.words("sv"), "library"))

    assert (head["version"], head["calscale"], head["method"]) == ("2.0", "GREGORIAN", "PUBLISH")
    assert head["x-wr-calname"] == head["name"] == "RådRum, Lunds stadsbibliotek, Öppettider"
    assert head["x-wr-timezone"] == "Europe/Stockholm"
    assert head["refresh-interval"].to_ical() == b"PT6H"
    assert head["x-published-ttl"] == "PT6H"


def busy() -> Published:
    """One of everything."""
    story = mondays((time(9), time(12)), AFTERNOON)
    story.places = {**story.places, "eos": place("eos", names={"sv": "IK Eos; lokalen, \\n plan 2"})}
    for code in ("online", "telephone", "linero"):
        story.weekly(code, WEDNESDAY, AFTERNOON, last=date(2026, 11, 30))
    story.close(A_MONDAY, reason="other", texts={"sv": 'Stängt; \\ "helt", tyvärr\n', "ar": "مغلق، للأسف"})
    story.on(Verb.TIMES, A_MONDAY + timedelta(days=7), (time(10), time(11)), (time(18), time(19)), reason="moved")
    story.on(Verb.POPUP, A_FRIDAY, (time(10), time(11)), place="eos", partner="Föreningen <b>")
    story.on(Verb.EXTRA, A_FRIDAY, (time(15), time(16)))
    story.undo()
    story.weekly("library", FRIDAY, AFTERNOON)
    story.undo()
    return story.published(JUNE)


@pytest.mark.parametrize("language", ["sv", "ar", "fa", "uk", "en"])
def test_three_readers_of_calendars_accept_it_whole(language: str) -> None:
    told = ical.calendar(busy(), WORDS.words(language))
    parsed = icalendar.Calendar.from_ical(told)
    ours = list(parsed.walk("VEVENT"))
    assert parsed.errors == []
    assert [event.errors for event in ours] == [[] for _ in ours]

    strict = IcsCalendarStream.calendar_from_ics(told.decode())
    others = vobject.readOne(told.decode())
    others.validate(raiseException=True)

    shown = [str(event["summary"]) for event in ours]
    assert len(shown) == 12
    assert [event.summary for event in strict.events] == shown
    assert [event.summary.value for event in others.vevent_list] == shown
    described = [str(event.get("description", "")) for event in ours]
    assert [event.description or "" for event in strict.events] == described
    assert [getattr(event, "description", None) and event.description.value for event in others.vevent_list] == [
        text or None for text in described
    ]


@pytest.mark.parametrize("language", ["sv", "ar", "fa"])
def test_lines_are_folded_within_75_octets_and_between_letters(language: str) -> None:
    told = ical.calendar(busy(), WORDS.words(language))

    lines = told.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    decoded = [line.decode() for line in lines]  # raises where a letter was cut
    assert any(line.startswith(" ") for line in decoded)
    assert decoded[-2:] == ["END:VCALENDAR", ""]


def test_the_zone_is_told_as_it_is() -> None:
    told = ical.calendar(mondays().published(JUNE), WORDS.words("sv")).decode()
    zone = vobject.readOne(told).vtimezone.tzinfo

    wrong = [
        at
        for at in (datetime(2026, 1, 2, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 365 * 7))
        if (at.hour == 12 or (at.month in (3, 10) and at.day > 23))
        and not _is_shown_twice(wall := at.astimezone(STOCKHOLM))
        and wall.replace(tzinfo=zone).utcoffset() != wall.utcoffset()
    ]
    assert wrong == []


def _is_shown_twice(at: datetime) -> bool:
    return at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()


@pytest.mark.parametrize(
    ("key", "rules"),
    [
        ("Europe/Stockholm", ["-1SU", "-1SU"]),
        ("America/New_York", ["2SU", "1SU"]),
        ("Asia/Kabul", []),
        ("Africa/Casablanca", []),  # by the moon: days, no rule
    ],
)
def test_another_office_has_its_own_zone(key: str, rules: list[str]) -> None:
    told = vtimezone(ZoneInfo(key), 2026).to_ical().decode()

    assert re.findall(r"BYDAY=([^;]+);", told) == rules
    assert told.count("RDATE") == (2 if key == "Africa/Casablanca" else 0)
