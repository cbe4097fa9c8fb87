"""The hours as an iCalendar feed, to be subscribed to: every weekly rule a series, every day that differs an override.

One whose program only adds what it is told must end up with the same as one whose program fetches all anew: so what
holds no more is said to be cancelled, with a higher SEQUENCE. The same hours give the same bytes, and so no stamp is
the present: each says when its event was last changed. Owns how events are written; which there are is `series.py`.
It must not read the clock or a table.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from bot.hours.formats.series import Revision, Series, Session, series_and_sessions
from bot.hours.formats.shape import Published
from bot.hours.formats.vtimezone import vtimezone
from bot.hours.phrases import place_lines, place_name, special_line
from bot.language import dates
from bot.language.i18n import Plain, Words
from bot.places.told import PlaceFacts
from models.hours import Door
from models.timetable import Span

REFRESHED_EVERY = timedelta(hours=6)


def calendar(published: Published, words: Words, place: str | None = None) -> bytes:
    """The calendar of all places, or of one, in the reader's language, from what was kept of them."""
    places = [place] if place else list(published.places)
    series, sessions = series_and_sessions(published, places)
    made = _head(published, words, place)
    years = [one.first.year for one in series] + [one.special.on_day.year for one in sessions]
    made.add_component(vtimezone(published.zone, min(years, default=published.first.year)))
    for one in series:
        made.add_component(_of_series(published, words, one))
        made.subcomponents += [_of_session(published, words, day) for day in sessions if day.series is one]
    made.subcomponents += [_of_session(published, words, day) for day in sessions if day.series is None]
    return bytes(made.to_ical())


def title(words: Words, place: PlaceFacts) -> Plain:
    """ "RådRum, Stadsbiblioteket": whoever reads it elsewhere must not take our hours for the library's. The online
    place has the service in its name."""
    name = place_name(words, place)
    named = place.door == Door.ONLINE and isinstance(name, Plain)
    return Plain(name if named else dates.listed([words("service_name"), name], words.language))


def _head(published: Published, words: Words, place: str | None) -> Calendar:
    made = Calendar()
    what = title(words, published.places[place]) if place else words("service_name")
    shown = dates.listed([what, words("web_menu_hours")], words.language)
    for name, value in {
        "prodid": f"-//RadRum Online//Opening hours//{words.language.upper()}", "version": "2.0",
        "calscale": "GREGORIAN", "method": "PUBLISH", "name": shown, "x-wr-calname": shown,
        "x-wr-timezone": published.zone.key, "url": _page(published, words),
    }.items():  # fmt: skip
        made.add(name, value)
    made.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT6H")
    return made


def _of_series(published: Published, words: Words, series: Series) -> Event:
    place, rule = published.places[series.rule.place], series.rule
    event = _event(published, words, place, series.name, series.revision)
    event.add("summary", title(words, place))
    _describe(event, place_lines(words, place))
    _times(event, published, series.first, (rule.opens, rule.closes))
    repeats: dict[str, Any] = {"freq": "weekly"}
    if series.last:
        repeats["until"] = _wall(published, series.last, rule.opens).astimezone(UTC)
    event.add("rrule", repeats)
    if series.cancelled:
        event.add("status", "CANCELLED")
    return event


def _of_session(published: Published, words: Words, session: Session) -> Event:
    place, special = published.places[session.place], session.special
    event = _event(published, words, place, session.name, session.revision)
    # Not every program hides or marks what is cancelled: then at least the words say so.
    closed = [words("closed_short")] if session.cancelled and not special.spans else []
    event.add("summary", dates.listed([title(words, place), *closed], words.language))
    _describe(event, [special_line(words, place, special), *place_lines(words, place)])
    _times(event, published, special.on_day, session.span)
    if session.series:
        event.add("recurrence-id", _wall(published, special.on_day, session.series.rule.opens))
    if session.cancelled:
        event.add("status", "CANCELLED")
    return event


def _event(published: Published, words: Words, place: PlaceFacts, name: str, revision: Revision) -> Event:
    event = Event()
    event.add("uid", f"{name}@{urlsplit(published.public_url).hostname}")
    event.add("sequence", revision.sequence)
    event.add("dtstamp", revision.changed_at)
    event.add("last-modified", revision.changed_at)
    event.add("class", "PUBLIC")
    event.add("transp", "TRANSPARENT")
    event.add("url", _page(published, words))
    if place.address:
        event.add("location", place.address)
    if place.latitude is not None and place.longitude is not None:
        event.add("geo", (place.latitude, place.longitude))
    return event


def _describe(event: Event, lines: Iterable[str]) -> None:
    if text := "\n".join(lines):
        event.add("description", text)


def _times(event: Event, published: Published, day: date, span: Span) -> None:
    event.add("dtstart", _wall(published, day, span[0]))
    event.add("dtend", _wall(published, day, span[1]))


def _wall(published: Published, day: date, shown: time) -> datetime:
    return datetime.combine(day, shown, published.zone)


def _page(published: Published, words: Words) -> str:
    return f"{published.public_url}/{words.language}/hours"
