"""Random changes of the hours, and the days on which such things go wrong."""

from contextlib import suppress
from datetime import date, time, timedelta
from itertools import pairwise

from hypothesis import strategies as st

from bot.hours.formats.shape import Published
from models.hours import Reason
from models.hours_change import Change, Verb, Wrong
from models.timetable import Rule, openings_between
from tests.hours.formats.story import PLACES, Story

CODES = sorted(PLACES)
FIRST, LAST = date(2026, 1, 1), date(2032, 12, 31)
QUARTERS = st.integers(4 * 4, 24 * 4 - 1)
DATED = [Verb.CLOSE, Verb.TIMES, Verb.TIMES, Verb.EXTRA, Verb.POPUP, Verb.USUAL]


def famous_days(year: int) -> list[date]:
    """The nights when the clocks are changed, and the days on which Sweden is closed but a rule is not."""
    found = [_last(year, 3, 6), _last(year, 10, 6), date(year, 12, 24), date(year, 12, 31)]
    found.append(_from(date(year, 6, 19), 4))  # midsummer eve
    found.append(_from(date(year, 10, 31), 5))  # All Saints' Day
    with suppress(ValueError):
        found.append(date(year, 2, 29))
    return found


def _from(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def _last(year: int, month: int, weekday: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def _span(first: int, last: int) -> tuple[time, time]:
    return time(*divmod(first * 15, 60)), time(*divmod(last * 15, 60))


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    """One to three stretches of a day; some begin when the one before ends."""
    ends = sorted(draw(st.lists(QUARTERS, min_size=2, max_size=6, unique=True)))
    if draw(st.booleans()):
        return tuple(_span(a, b) for a, b in pairwise(ends))[:3]
    return tuple(_span(a, b) for a, b in zip(ends[::2], ends[1::2], strict=False))


def places() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True).map(tuple)


@st.composite
def days(draw: st.DrawFn, today: date) -> date:
    """Around that day, or one of the famous ones of a year."""
    famous = [day for year in (today.year, today.year + 1) for day in famous_days(year)]
    return draw(st.integers(-90, 380).map(lambda ahead: today + timedelta(days=ahead)) | st.sampled_from(famous))


@st.composite
def weekly_changes(draw: st.DrawFn, today: date) -> Change:
    """From that day on or until another, times for a weekday; sometimes none."""
    first = draw(days(today))
    last = draw(st.none() | st.integers(0, 200).map(lambda more: first + timedelta(days=more)))
    weekday = draw(st.just(first.weekday()) | st.integers(0, 6))
    held = draw(st.just(()) | spans() | spans() | spans())
    return Change(Verb.WEEKLY, draw(places()), first, last, weekday=weekday, spans=held)


@st.composite
def dated_changes(draw: st.DrawFn, today: date, open_days: list[tuple[str, date]]) -> Change:
    """One day, most often one that opens; or closed for some."""
    verb = draw(st.sampled_from(DATED))
    at, first = draw(places()), draw(days(today))
    if open_days and draw(st.integers(0, 3)):
        place, first = draw(st.sampled_from(open_days))
        at = (place,)
    last = first + timedelta(days=draw(st.integers(1, 20))) if verb == Verb.CLOSE and draw(st.booleans()) else None
    held = () if verb in (Verb.CLOSE, Verb.USUAL) else draw(spans())
    reason = draw(st.sampled_from(["", *Reason]))
    return Change(verb, at, first, last, spans=held, reason=reason, texts={"en": 'a "quoted"; reason, with all'})


@st.composite
def histories(draw: st.DrawFn) -> list[Published]:
    """What is published on a day when some weeks have been set, and after each of the changes that follow."""
    today = draw(st.dates(FIRST, date(LAST.year - 1, 12, 31)))
    story = Story()
    for change in draw(st.lists(weekly_changes(today), min_size=2, max_size=8)):
        with suppress(Wrong):
            story.publish(change)
    told = [story.published(today)]
    for kind in draw(st.lists(st.sampled_from("ddddddddwwu"), max_size=14)):
        if kind == "u":
            story.undo()
        else:
            ahead = openings_between(story.standing.timetable, today, today + timedelta(days=60), CODES)
            dated = dated_changes(today, [(opening.place, opening.on_day) for opening in ahead])
            with suppress(Wrong):
                story.publish(draw(dated if kind == "d" else weekly_changes(today)))
        told.append(story.published(today))
    return told


def asked_about(published: Published) -> set[date]:
    """Days of the window: those at whose edges something changes, the famous ones, and a few like any other."""
    asked = {published.first, published.last} | {published.first + timedelta(days=n) for n in range(3, 366, 47)}
    asked |= {day for year in range(published.first.year, published.last.year + 1) for day in famous_days(year)}
    for kept in published.kept_exceptions:
        asked |= {kept.exception.on_day + timedelta(days=n) for n in (0, 7)}
    for kept in published.kept_rules:
        asked |= _edges(kept.rule)
    return {day for day in asked if published.first <= day <= published.last}


def _edges(rule: Rule) -> set[date]:
    """The first and last day of a rule, the days around, and the rule's weekday on both sides."""
    ends = [rule.valid_from] + ([rule.valid_to + timedelta(days=1)] if rule.valid_to else [])
    days = {end + timedelta(days=n) for end in ends for n in (-1, 0)}
    return days | {_from(end, rule.weekday) + timedelta(days=7 * n) for end in ends for n in (-1, 0)}
