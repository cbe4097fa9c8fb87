"""The parts that sentences about opening hours are made of: places, days, times, weeks, changes, reasons.

Everything that tells hours in words, in a chat, on a page, in a feed or on paper, takes them from here. It must not
know which notice or publication it is part of, nor load rows.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from bot.hours.told import ChangeTold, DayTold, PastTold, SessionTold
from bot.language import dates
from bot.language.i18n import Foreign, Ltr, Plain, Words
from bot.language.parts import Facts
from bot.language.textshape import LONGEST_BUTTON, shortened, utf16_length, without_bidi_controls
from bot.places.told import PlaceFacts, PlaceTold
from models.hours import Door, Reason
from models.hours_change import Verb
from models.people import AUTONYMS, Language
from models.timetable import Span, SpecialDay, Stretch

MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=18/{latitude}/{longitude}"
Alike = tuple[date, date, tuple[Span, ...]]  # from when, until when, and at which times
SHORT_NAMES = {"lund_city_library": "lund_city_library_short", "linero_library": "linero_library_short"}
LONGEST_SHORT_NAME = 16
DETAIL_KEYS = {"floor": "place_floor", "finding": "place_finding", "access": "place_access"}


def place_name(words: Words, place: PlaceTold) -> Plain | Foreign:
    """A place by its name in the reader's language, else by the Swedish one, which is what the sign says."""
    if place.place:
        return words(place.place)
    names = place.names
    return Foreign(names.get(words.language) or names.get("sv") or next(iter(names.values()), place.code))


def short_name(words: Words, place: PlaceTold, most: int = LONGEST_SHORT_NAME) -> Plain | Foreign:
    """As `place_name`, for a button: at most `most` letters. The text above the button has the whole name."""
    if short := SHORT_NAMES.get(place.place):
        return words(short)
    name = place_name(words, place)
    return type(name)(shortened(name, most))


def on_a_button(words: Words, place: PlaceTold, say: Callable[[Plain | Foreign], Plain]) -> Plain:
    """What `say` makes of the place's short name, so that a phone shows the whole button."""
    room = LONGEST_BUTTON - utf16_length(without_bidi_controls(say(Plain(""))))
    return say(short_name(words, place, min(room, LONGEST_SHORT_NAME)))


def online_told(*, answering: bool, opened: Collection[str | None]) -> tuple[bool, bool]:
    """What there is to say of being answered online: whether that somebody does just now, and whether when it is next.

    `answering`: somebody is on an online shift, whatever the hours say. `opened`: the doors that are open now.
    """
    is_open = Door.ONLINE in opened
    return answering and not is_open, not answering and not is_open


def answers_next(words: Words, place: PlaceTold, door: Door | None, day: date, times: Plain, *, today: date) -> Plain:
    """When somebody answers next by another door than a visit, said as that door is: a telephone is not online."""
    session = Plain(dates.listed([words.day(day, today=today), times], words.language))
    match door:
        case Door.PHONE:
            return words("phone_next", place=place_name(words, place), session=session)
        case Door.VIDEO:
            return words("video_next", place=place_name(words, place), session=session)
        case _:
            return words("online_next", session=session)


def open_until(words: Words, place: PlaceTold, door: Door | None, until: Plain | Ltr) -> Plain:
    """That it is open now and until when, said as its door is: nobody is to go where only the telephone is answered."""
    match door:
        case Door.PHONE:
            return words("open_now_phone", place=place_name(words, place), time=until)
        case Door.VIDEO:
            return words("open_now_video", place=place_name(words, place), time=until)
        case Door.ONLINE:
            return words("open_now_online", time=until)
        case _:
            return words("open_now_until", place=place_name(words, place), time=until)


def writing(words: Words, *, answering: bool) -> Plain:
    """That one may write at any time and, unless somebody is just said to be answering, when a person answers."""
    any_time = words("online_any_time")
    return any_time if answering else Plain(f"{any_time} {words('online_in_hours')}")


def times_text(words: Words, spans: Iterable[Span]) -> Plain:
    """Stretches of one day, "13:00–15:30, 16:00–18:00"; none is "closed"."""
    shown = [words.time_range(opens, closes) for opens, closes in spans]
    if not shown:
        return words("closed_short")
    return Plain(dates.joined(shown, words.language))


def weekdays_text(words: Words, weekdays: Sequence[int]) -> Plain:
    """Days of the week, Monday = 0; three or more that follow each other as a range."""
    names = [Plain(dates.weekday(day, words.language)) for day in weekdays]
    if len(names) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return words("weekdays_range", first=names[0], last=names[-1])
    return Plain(dates.joined(names, words.language))


def week_lines(words: Words, stretches: Sequence[Stretch], first: date, last: date) -> list[Plain]:
    """The week of one place, from what `timetable.weekly` gave for `first` to `last`: days with the same times in one
    line; what begins or ends in between says so."""

    def alike(stretch: Stretch) -> Alike:
        return stretch.first, stretch.last, stretch.spans

    ordered = sorted(stretches, key=lambda one: (one.first, one.last, one.spans, one.weekday))
    groups = [(key, [one.weekday for one in group]) for key, group in groupby(ordered, key=alike)]
    groups.sort(key=lambda group: (group[0][0], group[1]))
    return [_week_line(words, key, days, first, last) for key, days in groups]


def _week_line(words: Words, key: Alike, weekdays: list[int], first: date, last: date) -> Plain:
    begins, ends, spans = key
    values = {"weekdays": weekdays_text(words, weekdays), "times": times_text(words, spans)}
    since, until = words.date(begins), words.date(ends)
    if begins > first and ends < last:
        return words("weekday_times_between", first=since, last=until, **values)
    if begins > first:
        return words("weekday_times_from", first=since, **values)
    if ends < last:
        return words("weekday_times_until", last=until, **values)
    return words("weekday_times", **values)


def reason_line(words: Words, reason: str, texts: Mapping[str, str]) -> Plain | str:
    """Why a day is not as usual; words of a coordinator's own only in the reader's language."""
    if reason == Reason.OTHER:
        own = texts.get(words.language)
        return words("reason_line", reason=Foreign(own)) if own else ""
    return words("reason_line", reason=words(f"reason_{reason}")) if reason else ""


def reason_only_in(words: Words, told: ChangeTold) -> str:
    """That a reason in a coordinator's own words is there only in some languages, and in which; nothing if in all."""
    if told.reason != Reason.OTHER or set(told.texts) >= set(Language):
        return ""
    written = [AUTONYMS[language] for language in Language if language in told.texts]
    return words("hours_reason_only_in", languages=Plain(dates.listed(written, words.language)))


def day_line(words: Words, day: DayTold, *, today: date | None = None) -> Plain:
    """What holds at a place on one day: open from when to when, or closed, and why."""
    return special_line(words, day, _on_day(day.day, day), today=today)


def special_line(words: Words, place: PlaceTold, special: SpecialDay, *, today: date | None = None) -> Plain:
    """As `day_line`, of a `SpecialDay` of the place."""
    values = {"place": place_name(words, place), "day": words.day(special.on_day, today=today)}
    if not special.spans:
        told = words("closed_day", **values)
    else:
        told = words("changed_day", times=times_text(words, special.spans), **values)
    if special.partner:
        told = words("session_partner", session=told, partner=Foreign(special.partner))
    return _with_reason(words, told, special.reason, special.texts)


def _on_day(day: date, said: DayTold | ChangeTold) -> SpecialDay:
    """What is said of a day, whatever the rules alone would give."""
    return SpecialDay("", day, said.spans, (), reason=said.reason, texts=said.texts, partner=said.partner)


def change_lines(words: Words, change: ChangeTold) -> list[Plain]:
    """A change as it was meant: one line for each of its places."""
    return [_change_line(words, change, place) for place in change.at]


def made_by(words: Words, past: PastTold) -> Plain | Foreign:
    """Who made the change: a name, that they have left since, or the command line."""
    if past.alias:
        return Foreign(past.alias)
    return words("hours_by_somebody_gone" if past.has_left else "hours_by_command")


def _change_line(words: Words, change: ChangeTold, place: PlaceTold) -> Plain:
    first, last = change.first, change.last
    values = {"place": place_name(words, place)}
    match change.verb:
        case Verb.WEEKLY:
            return _weekly_line(words, change, place)
        case Verb.CLOSE if last and last > first:
            told = words("closed_days", first=words.date(first), last=words.date(last), **values)
            return _with_reason(words, told, change.reason, change.texts)
        case Verb.USUAL:
            return words("usual_day", day=words.day(first), **values)
        case Verb.EXTRA:
            return words("extra_day", day=words.day(first), times=times_text(words, change.spans), **values)
        case _:
            return special_line(words, place, _on_day(first, change))


def _weekly_line(words: Words, change: ChangeTold, place: PlaceTold) -> Plain:
    assert change.weekday is not None
    values = {
        "place": place_name(words, place), "weekday": Plain(dates.weekday(change.weekday, words.language)),
        "first": words.date(change.first), "times": times_text(words, change.spans),
    }  # fmt: skip
    if change.last is None:
        return words("weekly_from", **values)
    return words("weekly_between", last=words.date(change.last), **values)


def session_line(words: Words, session: SessionTold, facts: Facts) -> Plain:
    """A session in one line: where, which day, from when to when."""
    return session_text(words, session, facts.now.astimezone(facts.zone).date())


def session_text(words: Words, session: SessionTold, today: date) -> Plain:
    """A session in one line: where, which day, from when to when, the address, with whom."""
    times = words.time_range(session.opens, session.closes)
    values = {"place": place_name(words, session), "times": times, "day": words.day(session.day, today=today)}
    if session.address:
        told = words("session_line_address", address=Ltr(session.address), **values)
    else:
        told = words("session_line", **values)
    if session.partner:
        return words("session_partner", session=told, partner=Foreign(session.partner))
    return told


def shift_time(words: Words, starts_at: datetime, ends_at: datetime, facts: Facts) -> Plain:
    """On which day a shift is, from when to when; over midnight, until which day."""
    begins, ends = (at.astimezone(facts.zone) for at in (starts_at, ends_at))
    today = facts.now.astimezone(facts.zone).date()
    until = words.until(ends, facts.zone, begins=begins, now=facts.now)
    times = words("time_range", **{"from": words.time(begins), "to": until})
    return words("hours_shift_time", day=words.day(begins.date(), today=today), times=times)


def place_lines(words: Words, place: PlaceFacts) -> list[Plain]:
    """How to get to a place: address, floor, how to find it, access, last entry, a map."""
    told = [words("place_address", address=Ltr(place.address))] if place.address else []
    for field, key in DETAIL_KEYS.items():
        if text := detail(words, place, field):
            told.append(words(key, text=text))
    if place.last_entry:
        told.append(words("place_last_entry", n=place.last_entry))
    if link := map_link(place):
        told.append(words("place_map", address=Ltr(link)))
    return told


def detail(words: Words, place: PlaceFacts, field: str) -> Foreign | None:
    """What a coordinator wrote of a place in the reader's language, else in Swedish; None if nothing."""
    texts = place.details.get(field, {})
    text = texts.get(words.language) or texts.get("sv")
    return Foreign(text) if text else None


def map_link(place: PlaceFacts) -> str:
    """The place on a map that follows nobody; empty where its coordinates are not known."""
    if place.latitude is None or place.longitude is None:
        return ""
    return MAP.format(latitude=place.latitude, longitude=place.longitude)


def _with_reason(words: Words, told: Plain, reason: str, texts: Mapping[str, str]) -> Plain:
    said = reason_line(words, reason, texts)
    return Plain(f"{told}. {said}") if said else told
