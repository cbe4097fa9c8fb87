"""Each publication read back by somebody else's eyes: from what is published to whether a place is open at an instant.

`SOURCES` is the hook: whoever adds a publication adds a line, and the property of `test_agreement.py` holds it to the
rest. A source is made once for a place and then asked for instants (aware) of the published days.
"""

import json
from bisect import bisect_right
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any

import icalendar
import recurring_ical_events
from opening_hours import OpeningHours

from bot.hours.formats import as_json, ical, osm, schema_org
from bot.hours.formats.shape import Published
from bot.service import Service
from handlers.web.frame.static import Assets
from handlers.web.frame.view import Pages
from handlers.web.pages.hours_view import render_body
from models.timetable import Span, is_open
from tests.channels.hours_reader import ReadPage
from tests.hours.formats.story import STOCKHOLM, WORDS

IsOpen = Callable[[datetime], bool]
Source = Callable[[Published, str], IsOpen]
_PAGES = Pages(Service(store=None, settings=None, catalogues=WORDS), Assets())  # type: ignore[arg-type]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def timetable(published: Published, place: str) -> IsOpen:
    """What the service itself goes by."""
    return lambda at: is_open(published.timetable, at, place, STOCKHOLM)


def openstreetmap(published: Published, place: str) -> IsOpen:
    """As opening-hours-py understands the string, with instants of the place's zone."""
    hours = OpeningHours(osm.opening_hours(published, place), timezone=STOCKHOLM)
    return lambda at: hours.is_open(at.astimezone(STOCKHOLM))


def json_ld(published: Published, place: str) -> IsOpen:
    """As schema.org defines it: what is special comes before what is regular; a ContactPoint knows no special."""
    graph = json.loads(schema_org.to_script(schema_org.json_ld(published, WORDS.words("sv"))))
    nodes = [node for one in graph["@graph"] for node in (one, *one.get("contactPoint", ()))]
    node = next((node for node in nodes if node["@id"].endswith(f"#place-{place}")), None)
    if node is None:
        return lambda at: False
    regular = node.get("openingHoursSpecification", []) + node.get("hoursAvailable", [])
    special = node.get("specialOpeningHoursSpecification", [])

    @cache
    def on(day: date) -> list[Span]:
        holding = [one for one in special if _holds(one, day)] or [one for one in regular if _holds(one, day)]
        return [(time.fromisoformat(one["opens"]), time.fromisoformat(one["closes"])) for one in holding]

    return _by_the_wall(on)


def _holds(specification: dict[str, Any], day: date) -> bool:
    first, last = specification.get("validFrom", ""), specification.get("validThrough", "9")
    days = [name.removeprefix("https://schema.org/") for name in specification["dayOfWeek"]]
    return first <= day.isoformat() <= last and WEEKDAYS[day.weekday()] in days


def calendar(published: Published, place: str) -> IsOpen:
    """As recurring-ical-events unfolds the bytes; what is cancelled is not held."""
    parsed = icalendar.Calendar.from_ical(ical.calendar(published, WORDS.words("ar"), place))
    first, after = published.first, published.last + timedelta(days=1)
    events = recurring_ical_events.of(parsed).between(first, after)
    return _in_one_of(
        (event["dtstart"].dt, event["dtend"].dt) for event in events if event.get("status") != "CANCELLED"
    )


def own_json(published: Published, place: str) -> IsOpen:
    """As the description of the JSON says: a special day stands instead of the week."""
    told = json.loads(json.dumps(as_json.hours(published, {"sv": WORDS.words("sv")})))
    here = next((one for one in told["places"] if one["code"] == place), None)
    if here is None:
        return lambda at: False
    special = {one["day"]: one["spans"] for one in here["special_days"]}

    @cache
    def on(day: date) -> list[Span]:
        told = day.isoformat()
        week = [
            one
            for one in here["week"]
            if one["weekday"] == day.isoweekday() and (one["valid_from"] or told) <= told <= (one["valid_to"] or told)
        ]
        spans = special.get(told, week)
        return [(time.fromisoformat(one["opens"]), time.fromisoformat(one["closes"])) for one in spans]

    return _by_the_wall(on)


def _by_the_wall(on: Callable[[date], list[Span]]) -> IsOpen:
    """Half-open stretches of each day, by the wall clock of the place."""

    def held(at: datetime) -> bool:
        local = at.astimezone(STOCKHOLM)
        shown = local.time()
        return any(opens <= shown < closes for opens, closes in on(local.date()))

    return held


def page(published: Published, place: str) -> IsOpen:
    """As a program reads the page that people read, in the language it is most easily got wrong in."""
    read = ReadPage(render_body(_PAGES, WORDS.words("fa"), published))
    return _by_the_wall(cache(lambda day: read.on(place, day)))


SOURCES: dict[str, Source] = {
    "timetable": timetable,
    "page": page,
    "openstreetmap": openstreetmap,
    "json_ld": json_ld,
    "calendar": calendar,
    "own_json": own_json,
}


def disagreements(published: Published, places: Iterable[str], days: Iterable[date]) -> list[tuple[str, str, str]]:
    """Every quarter of an hour of these days at which a source says other than the timetable: place, source, when."""
    days, wrong = sorted(days), []
    for place in places:
        reads = {name: source(published, place) for name, source in SOURCES.items()}
        truth = reads.pop("timetable")
        for day in days:
            for at in quarters(day):
                expected = truth(at)
                wrong += [
                    (place, name, f"{at.astimezone(STOCKHOLM)}") for name, held in reads.items() if held(at) != expected
                ]
    return wrong


def quarters(day: date) -> list[datetime]:
    """Every quarter of an hour that the wall shows on that day: 92, 96 or 100 of them."""
    begin, end = (datetime.combine(day + timedelta(days=n), time(), STOCKHOLM).astimezone(UTC) for n in (0, 1))
    return [begin + timedelta(minutes=15 * n) for n in range((end - begin) // timedelta(minutes=15))]


def _in_one_of(spans: Iterable[tuple[datetime, datetime]]) -> IsOpen:
    """The union of half-open stretches."""
    ends: list[datetime] = []
    starts: list[datetime] = []
    for start, end in sorted((a.astimezone(UTC), b.astimezone(UTC)) for a, b in spans):
        if ends and start <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)

    def held(at: datetime) -> bool:
        n = bisect_right(starts, at) - 1
        return n >= 0 and at < ends[n]

    return held
