"""What the page with the opening hours shows, made from `Published` alone, so that it can be rendered without a server.

`render_body` gives the page's body. A program can read the hours off it, and a test does:
* `tr[data-place][data-weekday][data-first][data-last]`: the usual times of a weekday (Monday = 0) on the days from
  first to last, both included; each `.span` in it is a stretch with two `<time datetime="HH:MM">`, from and to;
* `[data-place][data-day]`: that day is not as usual; its `.span`s stand instead, none is closed;
* `[data-open][data-until]`: the place is open at the instant the page was made;
* `[data-next][data-day]`: one of the coming sessions.
It must not read a table or the clock, nor say when a place is open: `models/timetable.py` does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby, islice
from typing import NamedTuple

from markupsafe import Markup

from bot.hours.formats.shape import Published
from bot.hours.phrases import map_link, place_lines, place_name, reason_line
from bot.language import dates
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.textshape import without_bidi_controls
from bot.places.told import PlaceTold
from handlers.web.frame.view import Pages, inline
from handlers.web.pages.hours_state import State, ahead, dated, differs, state, timed
from models.hours import Door
from models.timetable import (
    Span,
    SpecialDay,
    Stretch,
    special_days,
    weekly,
)

SESSIONS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A weekday of a place's week. `bounds`: from or until when, if not always."""

    weekday: int
    name: str
    first: str
    last: str
    spans: tuple[Markup, ...]
    bounds: Markup


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """A place with its week. `find`: that here is how to get there; `finding`: how, line by line."""

    code: str
    name: Markup
    address: str
    map: str
    finding: tuple[Markup, ...]
    find: Markup
    week: tuple[WeekRow, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionShown:
    """One of the next sessions. `near`: "today" or "tomorrow", else empty."""

    place: PlaceShown
    heading: Markup
    day: str
    day_said: str
    near: str
    span: Markup


@dataclass(frozen=True, slots=True)
class ChangeShown:
    """What holds at a place on a day that is not as usual; no spans is closed. `address`: if nothing else says it."""

    code: str
    heading: Markup
    address: Markup
    spans: tuple[Markup, ...]
    reason: Markup


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day that is not as usual."""

    day: str
    said: str
    near: str
    changes: tuple[ChangeShown, ...]


@dataclass(frozen=True, slots=True)
class HoursShown:
    """Everything the page says."""

    state: State
    sessions: tuple[SessionShown, ...]
    days: tuple[DayShown, ...]
    places: tuple[PlaceShown, ...]

    @property
    def has_week(self) -> bool:
        """Whether anything is open every week."""
        return any(place.week for place in self.places)


class AsOf(NamedTuple):
    """When the hours last changed, and where the page is, for those who hold it on paper."""

    changed: Markup
    this_page: Markup


def hours_shown(words: Words, published: Published, *, answering: bool = False, place: str | None = None) -> HoursShown:
    """The hours for the page; of one place only, where one is given. `answering`: somebody is on an online shift."""
    codes = list(published.places) if place is None else [place]
    shown = [code for code in published.shown if code in codes]
    is_online = place is None or published.places[place].door == Door.ONLINE
    return HoursShown(
        state=state(words, published, codes, answering=answering and is_online),
        sessions=tuple(_sessions(words, published, codes)),
        days=tuple(_days(words, published, [code for code in published.told if code in codes])),
        places=tuple(_place(words, published, code) for code in shown),
    )


def render_body(
    pages: Pages, words: Words, published: Published, *, answering: bool = False, in_chat: bool = False
) -> str:
    """The body of the page, without the frame around it."""
    hours = hours_shown(words, published, answering=answering)
    return pages.render("pages/_hours.html", words, hours=hours, in_chat=in_chat, **as_of(words, published)._asdict())


def as_of(words: Words, published: Published) -> AsOf:
    """The same in this language."""
    changed = published.changed_at.astimezone(published.zone).date().isoformat()
    address = f"{published.public_url}/{words.language}/hours"
    return AsOf(
        changed=inline(words("hours_as_of", date=Ltr(changed))),
        this_page=inline(words("post_page", address=Ltr(address))),
    )


def _sessions(words: Words, published: Published, codes: list[str]) -> Iterator[SessionShown]:
    visits = [code for code in codes if published.places[code].door == Door.VISIT]
    for one in islice(ahead(published, visits), SESSIONS_SHOWN):
        yield SessionShown(
            place=_place(words, published, one.place),
            heading=_heading(words, published.places[one.place], one.partner),
            day=one.on_day.isoformat(), day_said=words.day(one.on_day), near=_near(words, published, one.on_day),
            span=timed(words.time_range(one.opens, one.closes)),
        )  # fmt: skip


def _days(words: Words, published: Published, codes: list[str]) -> Iterator[DayShown]:
    """The days ahead that are not as usual, each with all its places."""
    window = published.first, published.last
    special = [one for code in codes for one in special_days(published.timetable, code, *window) if differs(one)]
    for day, places in groupby(sorted(special, key=lambda one: one.on_day), key=lambda one: one.on_day):
        changes = tuple(_change(words, published, one) for one in places)
        yield DayShown(day.isoformat(), words.day(day), _near(words, published, day), changes)


def _change(words: Words, published: Published, day: SpecialDay) -> ChangeShown:
    place = published.places[day.place]
    has_week = weekly(published.timetable, day.place, published.first, published.last)
    address = "" if has_week or not place.address else words("place_address", address=Ltr(place.address))
    return ChangeShown(
        day.place, _heading(words, place, day.partner), inline(address), _spans(words, day.spans),
        inline(reason_line(words, day.reason, day.texts)),
    )  # fmt: skip


def _place(words: Words, published: Published, code: str) -> PlaceShown:
    place = published.places[code]
    finding = replace(place, address="", latitude=None)  # these stand above how to find in
    stretches = weekly(published.timetable, code, published.first, published.last)
    return PlaceShown(
        code, _heading(words, place), without_bidi_controls(place.address), map_link(place),
        finding=tuple(inline(line) for line in place_lines(words, finding)),
        find=inline(words("find_place", place=place_name(words, place))),
        week=tuple(_week_row(words, published, stretch) for stretch in stretches),
    )  # fmt: skip


def _week_row(words: Words, published: Published, stretch: Stretch) -> WeekRow:
    return WeekRow(
        stretch.weekday, dates.weekday(stretch.weekday, words.language), stretch.first.isoformat(),
        stretch.last.isoformat(), _spans(words, stretch.spans), _bounds(words, published, stretch),
    )  # fmt: skip


def _bounds(words: Words, published: Published, stretch: Stretch) -> Markup:
    begins, ends = stretch.first > published.first, stretch.last < published.last
    first, last = words.date(stretch.first), words.date(stretch.last)
    if begins and ends:
        said = inline(words("between_days", first=first, last=last))
    elif begins:
        said = inline(words("from_day", first=first))
    elif ends:
        said = inline(words("until_day", last=last))
    else:
        return Markup()
    return dated(dated(said, first, stretch.first), last, stretch.last)


def _heading(words: Words, place: PlaceTold, partner: str = "") -> Markup:
    named = place_name(words, place)
    name = inline(named) if isinstance(named, Plain) else Markup("<bdi>{}</bdi>").format(without_bidi_controls(named))
    if not partner:
        return name
    return Markup("{} ({})").format(name, inline(words("with_partner", partner=Foreign(partner))))


def _near(words: Words, published: Published, day: date) -> str:
    said = words.day(day, today=published.first)
    return "" if said == words.day(day) else said


def _spans(words: Words, spans: Iterable[Span]) -> tuple[Markup, ...]:
    return tuple(timed(words.time_range(opens, closes)) for opens, closes in spans)
