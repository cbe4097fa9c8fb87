"""The hours as a small JSON document of our own, for a library's website or whoever wants to show them.

Shape: {"day", "zone", "changed_at", "places": [{
    "code", "door": visit | online | phone | video, "name": {language: text}, "address", "latitude", "longitude",
    "opening_hours": OpenStreetMap's syntax, "open_now", "open_until": "16:00" or null,
    "week": [{"weekday": 1 (Monday) to 7, "opens", "closes", "valid_from", "valid_to": day, null at an open end}],
    "special_days": [{"day", "spans": [{"opens", "closes"}], none is closed, "reason": code or "", "texts"}],
    "next": [{"day", "opens", "closes"}], at most three that have not ended}]}
Days and times are by the wall clock of `zone`; a closing minute is outside. Told are a year's days from `day` on.
It must not read the clock or a table.
"""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from bot.hours.formats.osm import opening_hours
from bot.hours.formats.shape import Published
from bot.hours.phrases import place_name
from bot.language.i18n import Words
from models.timetable import Span, SpecialDay, Stretch, next_openings, open_now, special_days, weekly

NEXT_SHOWN = 3
Node = dict[str, Any]


def hours(published: Published, words_by_language: Mapping[str, Words]) -> Node:
    """Every place that opens in the published days, or would have, as JSON values."""
    return {
        "day": published.first.isoformat(),
        "zone": published.zone.key,
        "changed_at": published.changed_at.isoformat(),
        "places": [_place(published, words_by_language, code) for code in published.told],
    }


def _place(published: Published, words_by_language: Mapping[str, Words], code: str) -> Node:
    place, window = published.places[code], (published.timetable, code, published.first, published.last)
    opening = open_now(published.timetable, published.now, code, published.zone)
    ahead = next_openings(published.timetable, published.now, [code], published.zone)
    return {
        "code": code,
        "door": str(place.door),
        "name": {language: str(place_name(words, place)) for language, words in words_by_language.items()},
        "address": place.address,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "opening_hours": opening_hours(published, code),
        "open_now": opening is not None,
        "open_until": f"{opening.closes:%H:%M}" if opening else None,
        "week": [one for stretch in weekly(*window) for one in _week(published, stretch)],
        "special_days": [_special(day) for day in special_days(*window)],
        "next": [{"day": one.on_day.isoformat()} | _span((one.opens, one.closes)) for one in islice(ahead, NEXT_SHOWN)],
    }


def _week(published: Published, stretch: Stretch) -> Iterable[Node]:
    bounds = {
        "valid_from": stretch.first.isoformat() if stretch.first > published.first else None,
        "valid_to": stretch.last.isoformat() if stretch.last < published.last else None,
    }
    return ({"weekday": stretch.weekday + 1} | _span(span) | bounds for span in stretch.spans)


def _special(day: SpecialDay) -> Node:
    spans = [_span(span) for span in day.spans]
    return {"day": day.on_day.isoformat(), "spans": spans, "reason": day.reason, "texts": dict(day.texts)}


def _span(span: Span) -> Node:
    return {"opens": f"{span[0]:%H:%M}", "closes": f"{span[1]:%H:%M}"}
