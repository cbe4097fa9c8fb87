"""What the service says to newcomers about its sessions: open or not, what is next, how to get there, what changed.

Owns the post in the service's channel as well. It must not load rows; its parts are in `phrases.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from bot.hours.formats.shape import Published
from bot.hours.phrases import (
    answers_next,
    day_line,
    on_a_button,
    online_told,
    open_until,
    place_lines,
    place_name,
    session_line,
    special_line,
    week_lines,
    writing,
)
from bot.hours.told import DayTold, HoursTold, SessionTold
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts, ToNewcomer, lines, rows_of
from bot.language.textshape import LONGEST_MESSAGE, utf16_length, without_bidi_controls
from bot.places.told import PlaceFacts
from models.buttons_hours import PLACE, REMIND
from models.dialogue import Choice, Prompt, Venue
from models.hours import Door
from models.notice import Notice
from models.people import AUTONYMS, Language
from models.saying import Saying
from models.timetable import special_days, weekly

SPECIAL_DAYS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Hours(ToNewcomer, HoursTold):
    """Whether it is open, the next sessions, with buttons to be reminded of them and to find the place.

    `language`: in which it was asked for by somebody who had chosen none.
    """

    kind: ClassVar = Notice.HOURS
    language: Language | None = None

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(hours_text(words, self, facts), _hours_choices(words, self.sessions, facts))


def hours_text(words: Words, hours: HoursTold, facts: Facts) -> str:
    """Open now or not, until when, the next sessions, and what is next online."""
    answering, next_told = online_told(answering=hours.answering, opened=[one.door for one in hours.open or ()])
    online = [
        _answers_next(words, one, facts) for one in hours.online if next_told or one.door not in (None, Door.ONLINE)
    ]
    may_write = "" if hours.is_closed else writing(words, answering=answering)
    blocks = (
        lines(*_now(words, hours), words("answering_now") if answering else ""),
        sessions_text(words, hours, facts),
        lines(*online, may_write),
    )
    return "\n\n".join(block for block in blocks if block)


def sessions_text(words: Words, hours: HoursTold, facts: Facts) -> str:
    """The next sessions to come to, or that none is planned; nothing of writing."""
    if not hours.sessions:
        return words("no_sessions_planned")
    planned = [words("next_sessions"), *(session_line(words, one, facts) for one in hours.sessions), words("drop_in")]
    return "\n\n".join(planned)  # a session over three lines of a phone must stand apart


def _now(words: Words, hours: HoursTold) -> list[str]:
    if hours.is_closed:
        return [words("closed_now")]
    return [open_until(words, one, one.door, words.time(one.closes)) for one in hours.open or ()]


def _answers_next(words: Words, one: SessionTold, facts: Facts) -> Plain:
    today, times = facts.now.astimezone(facts.zone).date(), words.time_range(one.opens, one.closes)
    return answers_next(words, one, one.door, one.day, times, today=today)


def _hours_choices(words: Words, sessions: Sequence[SessionTold], facts: Facts) -> tuple[tuple[Choice, ...], ...]:
    today = facts.now.astimezone(facts.zone).date()
    known = [one for one in sessions if one.code]
    days = {(one.code, one.day): one for one in known if one.day > today}  # reminded once of a day
    reminders = (Choice(REMIND.code(*session), _reminder(words, one)) for session, one in days.items())
    places = {one.code: one for one in known}
    finding = (
        Choice(PLACE.code(code), on_a_button(words, one, lambda name: words("find_place", place=name)))
        for code, one in places.items()
    )
    return rows_of(*reminders, *finding)


def _reminder(words: Words, one: SessionTold) -> Plain:
    """The day first: it is what differs between two sessions of a place."""
    day = words.short_day(one.day)

    def said(name: Plain | Foreign) -> Plain:
        return words("remind_me", session=words("place_and_day", day=day, place=name))

    return on_a_button(words, one, said)


@dataclass(frozen=True, kw_only=True)
class PlaceFound(ToNewcomer, PlaceFacts):
    """How to get to a place: its name, address, floor, access, a map."""

    kind: ClassVar = Notice.PLACE

    def said(self, words: Words, _facts: Facts) -> Prompt:
        return Prompt(_way_there(words, self))


@dataclass(frozen=True, kw_only=True)
class PlaceOnMap(ToNewcomer, PlaceFacts):
    """The place as a point on the map; where that cannot be shown, as `PlaceFound`."""

    kind: ClassVar = Notice.VENUE

    def said(self, words: Words, _facts: Facts) -> Prompt:
        told = _way_there(words, self)
        if self.latitude is None or self.longitude is None:
            return Prompt(told)
        name = without_bidi_controls(place_name(words, self))
        return Prompt(told, venue=Venue(self.latitude, self.longitude, name, self.address or name))


def _way_there(words: Words, place: PlaceFacts) -> str:
    return lines(words("find_place", place=place_name(words, place)), *place_lines(words, place))


@dataclass(frozen=True, kw_only=True)
class ReminderSet(ToNewcomer):
    """The session one will be reminded of. `late`: the evening before has passed, so that one only hears of changes."""

    kind: ClassVar = Notice.REMINDER_SET
    days: tuple[DayTold, ...]
    late: bool = False

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(
            lines(*_days(words, self.days, facts), words("reminder_set_late" if self.late else "reminder_set"))
        )


@dataclass(frozen=True, kw_only=True)
class SessionEvening(ToNewcomer):
    """The evening before a session: when and where."""

    kind: ClassVar = Notice.SESSION_EVENING
    days: tuple[DayTold, ...]

    def said(self, words: Words, facts: Facts) -> Prompt:
        told = zip(_days(words, self.days, facts), self.days, strict=True)
        return Prompt(lines(words("reminder_evening"), *(lines(line, _where(words, day)) for line, day in told)))


@dataclass(frozen=True, kw_only=True)
class HoursChanged(ToNewcomer):
    """What holds now for the sessions that have changed."""

    kind: ClassVar = Notice.HOURS_CHANGED
    days: tuple[DayTold, ...]

    def said(self, words: Words, facts: Facts) -> Prompt:
        return Prompt(lines(words("hours_changed"), *_days(words, self.days, facts)))


def _where(words: Words, day: DayTold) -> str:
    """The address of a session that is held."""
    return words("place_address", address=Ltr(day.address)) if day.address and day.spans else ""


def _days(words: Words, days: Sequence[DayTold], facts: Facts) -> list[str]:
    today = facts.now.astimezone(facts.zone).date()
    return [day_line(words, day, today=today) for day in days]


@dataclass(frozen=True, kw_only=True)
class HoursPost(Saying):
    """That the post in the service's channel is to say what holds, which is read when it is sent: see `post`."""

    kind: ClassVar = Notice.HOURS_POST


def post(published: Published, facts: Facts) -> Prompt:
    """The post in the service's channel: each language with its week, the days that differ, and the page.

    Always one message, since it is edited: with much to say fewer days are told, then no weeks; the page has it all.
    """
    readers = [facts.catalogues.words(str(language)) for language in Language]
    for days_told, with_weeks in ((SPECIAL_DAYS_SHOWN, True), (2, True), (0, True), (SPECIAL_DAYS_SHOWN, False)):
        text = "\n\n".join(_post_block(words, published, days_told, with_weeks) for words in readers)
        if utf16_length(text) <= LONGEST_MESSAGE:
            return Prompt(text)
    return Prompt("\n\n".join(_post_block(words, published, 0, False) for words in readers))


def _post_block(words: Words, published: Published, days_told: int, with_weeks: bool) -> str:
    title = f"{AUTONYMS[Language(words.language)]} · {words('web_menu_hours')}"
    weeks = _weeks(words, published) if with_weeks else []
    differ = _differing(words, published)[:days_told]
    page = Ltr(f"{published.public_url}/{words.language}/hours")
    return lines(title, *weeks, words("days_not_as_usual") if differ else "", *differ, words("post_page", address=page))


def _weeks(words: Words, published: Published) -> list[str]:
    told: list[str] = []
    for code in published.shown:
        week = week_lines(words, weekly(published.timetable, code, *published.days), *published.days)
        told += [place_name(words, published.places[code]), *week] if week else []
    return told


def _differing(words: Words, published: Published) -> list[str]:
    special = [day for code in published.told for day in special_days(published.timetable, code, *published.days)]
    soonest = sorted(special, key=lambda day: (day.on_day, day.place))[:SPECIAL_DAYS_SHOWN]
    return [special_line(words, published.places[day.place], day) for day in soonest]
