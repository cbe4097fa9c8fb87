"""A volunteer's shifts as an iCalendar feed, to be subscribed to: one event a shift, under one name for ever.

What has changed has a higher SEQUENCE; what is held no more stands there as cancelled for a while. The same shifts give
the same bytes. Names of colleagues stand there only where they show them, since a calendar lies with other companies;
a coordinator's note ("key at the desk") never does. Owns how events are written. It must not read the clock or a table.
"""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from bot.hours.formats.vtimezone import vtimezone
from bot.hours.phrases import place_name
from bot.language.i18n import Words
from bot.language.textshape import without_bidi_controls
from bot.places.places import place_told
from bot.shifts.feeds import Feed, FeedShift
from bot.shifts.phrases import names_text
from models.shift import ONLINE

REFRESHED_EVERY = timedelta(hours=1)


def calendar(feed: Feed, words: Words, zone: ZoneInfo, public_url: str, *, year: int) -> bytes:
    """The calendar, in the reader's language. `year`: of the first shift, where there is none."""
    made = _head(words, zone)
    made.add_component(vtimezone(zone, min((one.starts_at.astimezone(zone).year for one in feed.shifts), default=year)))
    for one in feed.shifts:
        made.add_component(_event(one, words, zone, public_url))
    return bytes(made.to_ical())


def _head(words: Words, zone: ZoneInfo) -> Calendar:
    made = Calendar()
    shown = words("feed_name")
    for name, value in {
        "prodid": f"-//RadRum Online//Shifts//{words.language.upper()}", "version": "2.0", "calscale": "GREGORIAN",
        "method": "PUBLISH", "name": shown, "x-wr-calname": shown, "x-wr-timezone": zone.key,
    }.items():  # fmt: skip
        made.add(name, value)
    made.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    return made


def _event(shift: FeedShift, words: Words, zone: ZoneInfo, public_url: str) -> Event:
    event = Event()
    event.add("uid", f"shift-{shift.id}@{urlsplit(public_url).hostname}")
    event.add("sequence", shift.sequence)
    event.add("dtstamp", shift.changed_at.astimezone(UTC))
    event.add("last-modified", shift.changed_at.astimezone(UTC))
    event.add("dtstart", _wall(shift.starts_at, zone))
    event.add("dtend", _wall(shift.ends_at, zone))
    event.add("summary", _summary(shift, words))
    event.add("class", "PRIVATE")
    event.add("status", "CONFIRMED" if _is_held(shift) else "CANCELLED")
    event.add("transp", "OPAQUE" if _is_held(shift) else "TRANSPARENT")
    if shift.place is not None and shift.place.address:
        event.add("location", shift.place.address)
    if told := _with_whom(shift, words):
        event.add("description", told)
    return event


def _summary(shift: FeedShift, words: Words) -> str:
    """Not every program hides or marks what is cancelled: then at least the words say so."""
    where = place_name(words, place_told(shift.place)) if shift.place is not None else shift.code
    where = words("shift_online") if shift.code == ONLINE else where
    key = "feed_shift" if _is_held(shift) else "feed_shift_cancelled" if shift.is_cancelled else "feed_shift_left"
    return without_bidi_controls(words(key, place=where))


def _with_whom(shift: FeedShift, words: Words) -> str:
    if not _is_held(shift):
        return ""
    if not shift.others:
        return words("feed_others", n=shift.more) if shift.more else words("feed_alone")
    named = names_text(words, shift.others)
    told = words("feed_with_more", names=named, n=shift.more) if shift.more else words("feed_with", names=named)
    return without_bidi_controls(told)


def _is_held(shift: FeedShift) -> bool:
    return shift.is_mine and not shift.is_cancelled


def _wall(at: datetime, zone: ZoneInfo) -> datetime:
    """As the clock on the wall shows it. In the hour that comes twice it is said in UTC the second time: there a
    calendar program would take it for the first."""
    local = at.astimezone(zone)
    return at.astimezone(UTC) if local.fold else local
