"""What the service says to newcomers about its sessions: open or not, what is next, how to get there, what changed.

Same shape as `texts.py`, whose table names these. Owns the post in the service's channel as well. It must not load
rows; its parts are in `phrases.py`.
"""

from datetime import date

from bot.hours.formats.shape import Published
from bot.hours.phrases import (
    Told,
    day_line,
    map_link,
    online_told,
    place_lines,
    place_name,
    session_line,
    special_line,
    week_lines,
    writing,
)
from bot.language.i18n import Ltr, Words
from bot.language.parts import Facts, lines, rows_of
from bot.language.textshape import LONGEST_MESSAGE, utf16_length, without_bidi_controls
from models.buttons_hours import PLACE, REMIND
from models.dialogue import Choice, Prompt, Venue
from models.hours import Door
from models.people import AUTONYMS, Language
from models.timetable import special_days, weekly

SPECIAL_DAYS_SHOWN = 5


def hours(words: Words, params: Told, facts: Facts) -> Prompt:
    """Open now or not, until when, the next sessions, and what is next online; with buttons to be reminded and to
    find the place."""
    sessions: list[Told] = list(params.get("sessions", ()))
    opened: list[Told] = list(params.get("open", ()))
    answering, next_told = online_told(
        answering=bool(params.get("answering")), opened=[str(one.get("door")) for one in opened]
    )
    online = [
        words("online_next", session=session_line(words, one, facts))
        for one in params.get("online", ())
        if next_told or one.get("door") not in (None, Door.ONLINE)
    ]
    planned = [words("next_sessions"), *(session_line(words, one, facts) for one in sessions), words("drop_in")]
    may_write = "" if _is_closed(params) else writing(words, answering=answering)
    blocks = (
        lines(*_now(words, params), words("answering_now") if answering else ""),
        *(planned if sessions else [words("no_sessions_planned")]),
        lines(*online, may_write),
    )
    text = "\n\n".join(block for block in blocks if block)  # a session over three lines of a phone must stand apart
    return Prompt(text, _hours_choices(words, sessions, facts))


def _now(words: Words, params: Told) -> list[str]:
    opened: list[Told] = list(params.get("open", ()))
    if _is_closed(params):
        return [words("closed_now")]
    return [words("open_now_until", place=place_name(words, one), time=Ltr(one["closes"])) for one in opened]


def _is_closed(params: Told) -> bool:
    """Nobody is there and nobody answers; rows from before this was known say neither."""
    return "open" in params and not params["open"] and not params.get("answering")


def _hours_choices(words: Words, sessions: list[Told], facts: Facts) -> tuple[tuple[Choice, ...], ...]:
    today = facts.now.astimezone(facts.zone).date()
    later = [one for one in sessions if "code" in one and one["day"] > today.isoformat()]
    reminders = (
        Choice(
            REMIND.code(one["code"], date.fromisoformat(one["day"])),
            words("remind_me", session=_place_and_day(words, one, facts)),
        )
        for one in later
    )
    places = {one["code"]: one for one in sessions if "code" in one}
    finding = (
        Choice(PLACE.code(code), words("find_place", place=place_name(words, one))) for code, one in places.items()
    )
    return rows_of(*reminders, *finding)


def _place_and_day(words: Words, one: Told, facts: Facts) -> str:
    today = facts.now.astimezone(facts.zone).date()
    day = words.day(date.fromisoformat(one["day"]), today=today)
    return words("place_and_day", place=place_name(words, one), day=day)


def place(words: Words, params: Told, _facts: Facts) -> Prompt:
    """How to get to a place: its name, address, floor, access, a map."""
    return Prompt(lines(words("find_place", place=place_name(words, params)), *place_lines(words, params)))


def venue(words: Words, params: Told, facts: Facts) -> Prompt:
    """The place as a point on the map; where that cannot be shown, as `place`."""
    told = place(words, params, facts)
    if not map_link(params):
        return told
    name = without_bidi_controls(place_name(words, params))
    latitude, longitude = float(str(params["latitude"])), float(str(params["longitude"]))
    point = Venue(latitude, longitude, name, str(params["address"] or name))
    return Prompt(told.text, venue=point)


def reminder_set(words: Words, params: Told, facts: Facts) -> Prompt:
    """The session one will be reminded of."""
    return Prompt(
        lines(*_days(words, params, facts), words("reminder_set_late" if params.get("late") else "reminder_set"))
    )


def session_evening(words: Words, params: Told, facts: Facts) -> Prompt:
    """The evening before: when and where."""
    addresses = (words("place_address", address=Ltr(one["address"])) for one in params["days"] if one.get("address"))
    return Prompt(lines(words("reminder_evening"), *_days(words, params, facts), *addresses))


def hours_changed(words: Words, params: Told, facts: Facts) -> Prompt:
    """What holds now for the sessions that have changed."""
    return Prompt(lines(words("hours_changed"), *_days(words, params, facts)))


def _days(words: Words, params: Told, facts: Facts) -> list[str]:
    today = facts.now.astimezone(facts.zone).date()
    return [day_line(words, day, today=today) for day in params["days"]]


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
