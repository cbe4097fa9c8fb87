"""From opening hours, changes and places to what the coordinators' pages show.

Says everything with the same phrases as the newcomers' pages. It must not load a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from markupsafe import Markup

from bot.hours.changes import Proposal
from bot.hours.phrases import (
    change_lines,
    made_by,
    map_link,
    place_lines,
    place_name,
    reason_line,
    reason_only_in,
    times_text,
    week_lines,
)
from bot.hours.told import ChangeTold, PastTold, ShiftTold
from bot.hours.warnings import Undecided
from bot.language import dates
from bot.language.i18n import Ltr, Words
from bot.places.places import PlaceRow, place_facts, place_told
from bot.places.told import PlaceFacts, PlaceTold
from bot.service import Service
from handlers.web.desk.hours.form import DOORS, Typed
from handlers.web.frame.view import clock_time, inline
from models.hours import Door, Reason
from models.hours_change import Verb
from models.people import AUTONYMS, RIGHT_TO_LEFT, Language
from models.timetable import PUBLISHED_DAYS, Opening, SpecialDay, Timetable, special_days, weekly

FORMS = (Verb.CLOSE, Verb.TIMES, Verb.EXTRA, Verb.POPUP, Verb.USUAL, Verb.WEEKLY)


@dataclass(frozen=True, slots=True)
class PlaceNow:
    """What holds at a place from today on: its week, and the days that differ, in words."""

    code: str
    name: str
    week: list[Markup]
    special: list[Mapping[str, object]]


def place_now(words: Words, place: PlaceRow, table: Timetable, today: date) -> PlaceNow:
    """The place's week and its days that are not as usual, for as far ahead as hours are published."""
    last = today + timedelta(days=PUBLISHED_DAYS - 1)
    stretches = weekly(table, place.code, today, last)
    special = special_days(table, place.code, today, last)
    return PlaceNow(
        place.code, name_of(words, place), [inline(line) for line in week_lines(words, stretches, today, last)],
        [_special(words, one, today) for one in special],
    )  # fmt: skip


def _special(words: Words, one: SpecialDay, today: date) -> Mapping[str, object]:
    return {
        "iso": one.on_day.isoformat(),
        "day": inline(words.day(one.on_day, today=today)),
        "times": inline(times_text(words, one.spans)),
        "is_closed": not one.spans,
        "why": inline(reason_line(words, one.reason, one.texts)),
        "partner": one.partner,
    }


def visits_first(places: Sequence[PlaceRow]) -> list[PlaceRow]:
    """The places in the order to show them: those one can walk into, then the others, each by code."""
    return sorted(places, key=lambda place: (place.door != Door.VISIT, place.code))


def place_choices(words: Words, places: Sequence[PlaceRow]) -> list[tuple[str, str]]:
    """Pairs of a code and a name."""
    return [(place.code, name_of(words, place)) for place in visits_first(places)]


def reason_choices(words: Words) -> list[tuple[str, str]]:
    """Pairs of a code and what stands in the list; the own words last."""
    usual = [(str(reason), _capital(words(f"reason_{reason}"))) for reason in Reason if reason != Reason.OTHER]
    return [*usual, (str(Reason.OTHER), words("desk_reason_own"))]


def door_choices(words: Words) -> list[tuple[str, str]]:
    """Pairs of a code and what stands in the list."""
    return [(str(door), _capital(words(f"door_{door}"))) for door in DOORS]


def weekday_choices(words: Words) -> list[tuple[str, str]]:
    """Pairs of a number, Monday = 0, and a name."""
    return [(str(number), _capital(dates.weekday(number, words.language))) for number in range(7)]


def languages_shown() -> list[Mapping[str, str]]:
    """The newcomers' languages: code, own name, direction."""
    return [
        {"code": language, "name": AUTONYMS[language], "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr"}
        for language in Language
    ]


def red_day_shown(words: Words, red: Undecided) -> Mapping[str, object]:
    """A holiday with the sessions that nobody has said anything about."""
    return {
        "iso": red.day.isoformat(),
        "day": inline(words.day(red.day)),
        "name": red.name[words.language],
        "places": red.places,
        "sessions": [
            {"name": place_name(words, one), "times": inline(times_text(words, [(one.opens, one.closes)]))}
            for one in red.sessions
        ],
    }


def forms_shown(typed: Typed, today: date) -> Mapping[str, Typed]:
    """For each verb what stands in its form: what was filled in, else nothing; the week changes from today."""
    blank = {verb: Typed(verb=verb, first=today.isoformat() if verb == Verb.WEEKLY else "") for verb in FORMS}
    return blank | {typed.verb: typed}


def forms_in_order(typed: Typed) -> list[str]:
    """The verbs, the one that was filled in first."""
    return sorted(FORMS, key=lambda verb: verb != typed.verb)


def preview(service: Service, words: Words, proposal: Proposal, now: datetime) -> Mapping[str, object]:
    """A change as each language will read it, and what it leads to."""
    return {
        "draft": proposal.draft,
        "readings": [
            {**language, "lines": _told(service.words(language["code"]), proposal.told)}
            for language in languages_shown()
        ],
        "shifts": [_shift(service, words, shift, proposal.told.at, now) for shift in proposal.shifts],
        "reason_only_in": inline(reason_only_in(words, proposal.told)),
        "unstaffed": proposal.unstaffed,
    }


def past_shown(service: Service, words: Words, past: PastTold, now: datetime) -> Mapping[str, object]:
    """A line of the history."""
    return {
        "number": past.number,
        "who": str(past.alias or made_by(words, past)),
        "when": clock_time(words, past.at, service, now),
        "lines": [inline(line) for line in change_lines(words, past.told)],
        "brings_back": past.shifts > 0,
        "is_undone": past.undone,
        "is_undoing": past.undoes is not None,
    }


def held_on(words: Words, found: Sequence[tuple[PlaceRow, list[Opening]]]) -> list[Mapping[str, object]]:
    """Each place with its times on a day."""
    openings = {place.code: spans for place, spans in found}
    return [
        {
            "name": name_of(words, place),
            "times": inline(times_text(words, [(span.opens, span.closes) for span in openings[place.code]])),
            "is_closed": not openings[place.code],
        }
        for place in visits_first([place for place, _ in found])
    ]


def place_readings(service: Service, place: PlaceRow) -> list[Mapping[str, object]]:
    """The place as each language reads of it."""
    facts = place_facts(place, PlaceFacts)
    without_map = replace(facts, latitude=None, longitude=None)  # a page has a link instead of its whole address
    return [
        {
            **language,
            "title": place_name(service.words(language["code"]), facts),
            "lines": [inline(line) for line in place_lines(service.words(language["code"]), without_map)],
            "map": map_link(facts),
            "show_map": service.words(language["code"])("show_map"),
        }
        for language in languages_shown()
    ]


def name_of(words: Words, place: PlaceRow) -> str:
    """The place's name, to be kept apart from the direction around it."""
    return place_name(words, place_told(place))


def _told(words: Words, told: ChangeTold) -> list[Markup]:
    lines = [inline(line) for line in change_lines(words, told)]
    if told.verb == Verb.POPUP:
        lines += [inline(words("place_address", address=Ltr(at.address))) for at in told.at if at.address]
    return lines


def _shift(
    service: Service, words: Words, shift: ShiftTold, places: Sequence[PlaceTold], now: datetime
) -> Mapping[str, object]:
    zone = service.store.zone
    where = next((place_name(words, place) for place in places if place.code == shift.place), "")
    return {
        "when": inline(words.day_and_time(shift.starts_at, zone, now=now)),
        "until": inline(words.until(shift.ends_at, zone, begins=shift.starts_at, now=now)),
        "where": where,
        "who": ", ".join(shift.names),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
