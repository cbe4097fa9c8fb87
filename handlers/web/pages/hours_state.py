"""The box at the top of the page with the opening hours: open or not just now, and what follows from it for a person.

Owns how a sentence's times and days become elements that programs read. It must not read a table or the clock.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from bot.hours.formats.shape import Published
from bot.hours.phrases import answers_next, online_told, open_until, place_name, special_line, writing
from bot.language.i18n import Ltr, Plain, Words
from handlers.web.frame.view import inline
from models.hours import Door
from models.timetable import Opening, SpecialDay, next_openings, open_now, special_days

_TIME = re.compile(r"\b\d\d:\d\d\b")


@dataclass(frozen=True, slots=True)
class OpenShown:
    """A place that is open now."""

    code: str
    until: str
    said: Markup
    last_entry: Markup


@dataclass(frozen=True, slots=True)
class State:
    """What the box says. `closed`: nobody is there and nobody answers; `lines`: what stands below."""

    opened: tuple[OpenShown, ...]
    closed: bool
    lines: tuple[Markup, ...]


def state(words: Words, published: Published, codes: Sequence[str], *, answering: bool) -> State:
    """The box about these places. `answering`: somebody is on an online shift, whatever the hours say."""
    at = published.timetable, published.now
    opened = [opening for code in codes if (opening := open_now(*at, code, published.zone))]
    return State(
        opened=tuple(_opened(words, published, opening) for opening in opened),
        closed=not opened and not answering,
        lines=tuple(_lines(words, published, codes, opened, answering)),
    )


def ahead(published: Published, codes: Sequence[str]) -> Iterator[Opening]:
    """The openings of these places that have not ended, soonest first."""
    return next_openings(published.timetable, published.now, codes, published.zone)


def differs(day: SpecialDay) -> bool:
    """Whether there is something to tell: other times, a reason, or a session that is off, a pop-up's too."""
    return day.spans != day.usual or not day.spans or bool(day.reason or day.partner)


def timed(said: str) -> Markup:
    """The sentence with every time in it as an element that programs read."""
    return Markup(_TIME.sub(r'<time datetime="\g<0>">\g<0></time>', str(inline(said))))


def dated(said: Markup, day: str, on_day: date) -> Markup:
    """The same for the first mention of the day."""
    named = Markup('<time datetime="{}">{}</time>').format(on_day.isoformat(), day)
    return Markup(str(said).replace(str(inline(day)), str(named), 1))


def _opened(words: Words, published: Published, opening: Opening) -> OpenShown:
    place, until = published.places[opening.place], f"{opening.closes:%H:%M}"
    said = open_until(words, place, place.door, Ltr(until))
    last_entry = inline(words("place_last_entry", n=place.last_entry)) if place.last_entry else Markup()
    return OpenShown(opening.place, until, timed(said), last_entry)


def _lines(
    words: Words, published: Published, codes: Sequence[str], opened: list[Opening], answering: bool
) -> Iterator[Markup]:
    """What stands in the box with the state: what is not as usual today, when we open, when a person answers online."""
    doors = {code: published.places[code].door for code in codes}
    says_now, says_next = online_told(answering=answering, opened=[doors[one.place] for one in opened])
    closed, told = not opened and not answering, ""
    if closed:
        yield inline(words("closed_now"))
    elif says_now:
        yield inline(words("answering_now"))
    yield from _today(words, published, codes)
    if closed and (soonest := next(ahead(published, codes), None)):
        told = soonest.place
        yield _opens_next(words, published, soonest)
    if not closed and (Door.ONLINE in doors.values() or len(doors) == len(published.places)):
        yield inline(writing(words, answering=says_now))
    for code, door in doors.items():
        if door == Door.VISIT or code == told or (door == Door.ONLINE and not says_next):
            continue
        if coming := next(ahead(published, [code]), None):
            yield _answers_next(words, published, coming)


def _today(words: Words, published: Published, codes: Sequence[str]) -> Iterator[Markup]:
    """What is not as usual today and not over yet: whoever has planned to come reads it first."""
    today, shown = published.first, published.now.astimezone(published.zone).time()
    for code in codes:
        for one in special_days(published.timetable, code, today, today):
            if differs(one) and any(shown < closes for _, closes in (*one.spans, *one.usual)):
                yield timed(special_line(words, published.places[code], one, today=today))


def _opens_next(words: Words, published: Published, opening: Opening) -> Markup:
    return _with_elements(words, published, opening, words("opens_next", session=_session(words, published, opening)))


def _answers_next(words: Words, published: Published, opening: Opening) -> Markup:
    """When what is not a visit is next, and by which door."""
    place, times = published.places[opening.place], words.time_range(opening.opens, opening.closes)
    said = answers_next(words, place, place.door, opening.on_day, times, today=published.first)
    return _with_elements(words, published, opening, said)


def _session(words: Words, published: Published, opening: Opening) -> Plain:
    """Where, which day, from when to when. `session_text` would add the address, which stands in the card below."""
    place, day = published.places[opening.place], words.day(opening.on_day, today=published.first)
    times = words.time_range(opening.opens, opening.closes)
    return words("session_line", place=place_name(words, place), day=day, times=times)


def _with_elements(words: Words, published: Published, opening: Opening, said: Plain) -> Markup:
    """The sentence with its day and times as elements; "from–to" is not broken in two."""
    times = timed(words.time_range(opening.opens, opening.closes))
    told = dated(timed(said), words.day(opening.on_day, today=published.first), opening.on_day)
    return Markup(str(told).replace(str(times), str(Markup('<span class="whole">{}</span>').format(times)), 1))
