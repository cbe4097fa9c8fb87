"""The hours as schema.org's JSON-LD, which search engines and assistants read from the page.

Two shapes, since the vocabulary has two. A place to visit is a LocalBusiness, its "branch of an organization": regular
hours in `openingHoursSpecification`, days that differ in `specialOpeningHoursSpecification`, which comes before them;
all closed is 00:00 to 00:00 there, as Google reads it. What one writes to or calls is a ContactPoint, which has
`hoursAvailable` and nothing that comes before it: so there the regular hours are cut around each day that differs, and
what stands is the plain union. Times are the place's own wall clock. It must not read the clock or a table.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from bot.hours.formats.ical import title
from bot.hours.formats.shape import Published
from bot.hours.phrases import map_link
from bot.language.i18n import Words
from bot.places.told import PlaceFacts
from models.hours import Door
from models.people import Language
from models.timetable import Span, SpecialDay, Stretch, special_days, weekly

CONTEXT = "https://schema.org"
# As links: a bare "Monday" is only a text there.
WEEKDAYS = tuple(
    f"{CONTEXT}/{name}" for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
)
MIDNIGHT = "00:00:00"
_UNSAFE = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
Node = dict[str, Any]


def json_ld(published: Published, words: Words) -> Node:
    """The service and every place of it that opens in the published days, as one graph."""
    root = f"{published.public_url}/"
    known = [published.places[code] for code in published.shown]
    service: Node = {"@type": "NGO", "@id": f"{root}#service", "name": str(words("service_name")), "url": root}
    contacts = [_contact(published, words, place) for place in known if place.door != Door.VISIT]
    if contacts:
        service["contactPoint"] = contacts
    visits = [_place(published, words, place) for place in known if place.door == Door.VISIT]
    return {"@context": CONTEXT, "@graph": [service, *visits]}


def to_script(graph: Mapping[str, object]) -> str:
    """The graph as JSON text that may stand inside a script element: nothing in it can end the element."""
    return json.dumps(graph, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE)


def _place(published: Published, words: Words, place: PlaceFacts) -> Node:
    root, code = f"{published.public_url}/", place.code
    regular, special = _hours(published, code)
    node: Node = {
        "@type": "LocalBusiness", "@id": f"{root}#place-{code}", "name": str(title(words, place)),
        "url": f"{root}{words.language}/hours", "parentOrganization": {"@id": f"{root}#service"},
    }  # fmt: skip
    if place.address:
        node["address"] = {"@type": "PostalAddress", "streetAddress": place.address}
    if link := map_link(place):
        geo = {"latitude": place.latitude, "longitude": place.longitude}
        node |= {"geo": {"@type": "GeoCoordinates"} | geo, "hasMap": link}
    node["openingHoursSpecification"] = _specifications(regular, published)
    if special:
        node["specialOpeningHoursSpecification"] = [one for day in special for one in _special(day)]
    return node


def _contact(published: Published, words: Words, place: PlaceFacts) -> Node:
    root, code = f"{published.public_url}/", place.code
    regular, special = _hours(published, code)
    hours = _specifications([piece for stretch in regular for piece in _around(stretch, special)], published)
    return {
        "@type": "ContactPoint", "@id": f"{root}#place-{code}", "name": str(title(words, place)),
        "contactType": "customer support", "url": root, "availableLanguage": [str(language) for language in Language],
        "hoursAvailable": hours + [one for day in special if day.spans for one in _special(day)],
    }  # fmt: skip


def _hours(published: Published, code: str) -> tuple[list[Stretch], list[SpecialDay]]:
    """The regular hours, and the days on which an exception makes a difference."""
    window = published.timetable, code, published.first, published.last
    return weekly(*window), [day for day in special_days(*window) if day.spans != day.usual]


def _around(stretch: Stretch, special: Iterable[SpecialDay]) -> list[Stretch]:
    """What is left of a stretch when the days that differ are taken out."""
    pieces, start = [], stretch.first
    for day in (one.on_day for one in special):
        if stretch.first <= day <= stretch.last and day.weekday() == stretch.weekday:
            pieces.append((start, day - timedelta(days=1)))
            start = day + timedelta(days=1)
    pieces.append((start, stretch.last))
    return [Stretch(stretch.place, stretch.weekday, stretch.spans, a, b) for a, b in pieces if _has_day(stretch, a, b)]


def _has_day(stretch: Stretch, first: date, last: date) -> bool:
    return first + timedelta(days=(stretch.weekday - first.weekday()) % 7) <= last


def _specifications(stretches: Sequence[Stretch], published: Published) -> list[Node]:
    """One for the weekdays that are alike and each of their times; bounds only inside the published days."""

    def alike(stretch: Stretch) -> tuple[date, date, tuple[Span, ...]]:
        return stretch.first, stretch.last, stretch.spans

    made = []
    for (first, last, spans), group in groupby(sorted(stretches, key=alike), key=alike):
        weekdays = sorted(stretch.weekday for stretch in group)
        bounds = {"validFrom": first.isoformat()} if first > published.first else {}
        bounds |= {"validThrough": last.isoformat()} if last < published.last else {}
        made += [_specification(weekdays, span) | bounds for span in spans]
    return made


def _special(day: SpecialDay) -> list[Node]:
    bounds = {"validFrom": day.on_day.isoformat(), "validThrough": day.on_day.isoformat()}
    weekdays = [day.on_day.weekday()]
    if not day.spans:
        return [_specification(weekdays, None) | bounds]
    return [_specification(weekdays, span) | bounds for span in day.spans]


def _specification(weekdays: Iterable[int], span: Span | None) -> Node:
    opens, closes = (f"{end:%H:%M:%S}" for end in span) if span else (MIDNIGHT, MIDNIGHT)
    days = [WEEKDAYS[weekday] for weekday in weekdays]
    return {"@type": "OpeningHoursSpecification", "dayOfWeek": days, "opens": opens, "closes": closes}
