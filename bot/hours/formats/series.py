"""What a calendar is made of: each weekly rule as a series, the days on which it differs, and sessions of their own.

Calendars remember what they were told. So a series keeps its name for as long as its lineage lives, what no longer
holds is said to be cancelled instead of left out, and a revision only ever grows: it counts stored rows, which are
never removed, and whether each has ended, which none unlearns. Owns these shapes and names; writing them down is
`ical.py`. It must not know the file format, a language, the clock or a table.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.hours.formats.shape import KeptException, KeptRule, Published
from models.timetable import Exceptional, Rule, Span, SpecialDay, Timetable, spans_on, special_days, usual_spans

Day = tuple[str, date]


@dataclass(frozen=True, slots=True)
class Revision:
    """How often something was changed, and when last."""

    sequence: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Series:
    """A weekly rule. `name`: unique, and the same for as long as its lineage lives. `last` is the last day that opens;
    None goes on. `cancelled`: it holds no more."""

    name: str
    rule: Rule
    first: date
    last: date | None
    revision: Revision
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """What is told of one day. Of a series, if it has one: other times, or cancelled; else a session of its own."""

    name: str
    place: str
    span: Span
    special: SpecialDay
    revision: Revision
    series: Series | None = None
    cancelled: bool = False


@dataclass(frozen=True)
class _History:
    """What was ever stored, by lineage and by day; `live`: what holds, days that have passed included."""

    rules: Mapping[int, list[KeptRule]]
    days: Mapping[Day, list[KeptException]]
    live: Timetable


def series_and_sessions(published: Published, places: Collection[str]) -> tuple[list[Series], list[Session]]:
    """Every series of these places, those that hold no more included; and every day that is not as they say."""
    history = _history(published, places)
    series = [one for lineage, rows in history.rules.items() for one in _series(history, lineage, rows)]
    series.sort(key=lambda one: (one.rule.place, one.rule.weekday, one.rule.opens, one.name))
    sessions = [session for place, day in sorted(history.days) for session in _sessions(history, series, place, day)]
    return series, sessions


def _history(published: Published, places: Collection[str]) -> _History:
    rules: dict[int, list[KeptRule]] = defaultdict(list)
    for kept in published.kept_rules:
        if kept.rule.place in places:
            rules[kept.rule.lineage].append(kept)
    days: dict[Day, list[KeptException]] = defaultdict(list)
    for one in published.kept_exceptions:
        if one.exception.place in places:
            days[one.exception.place, one.exception.on_day].append(one)
    live = Timetable(
        [kept.rule for rows in rules.values() for kept in rows if not kept.ended],
        [one.exception for rows in days.values() for one in rows if not one.ended],
    )
    return _History(rules, days, live)


def _series(history: _History, lineage: int, rows: Sequence[KeptRule]) -> list[Series]:
    revision = _revision_of(history, rows)
    opening = [kept for kept in rows if _first_day(kept.rule) is not None]
    live = sorted((kept.rule for kept in opening if not kept.ended), key=lambda rule: (rule.valid_from, rule.opens))
    if live:
        # One row of a lineage holds at a time; were there more, the others would need names of their own.
        names = [str(lineage), *(f"{lineage}-{rule.valid_from:%Y%m%d}-{rule.opens:%H%M}" for rule in live[1:])]
        return [_as_series(name, rule, revision) for name, rule in zip(names, live, strict=True)]
    if not opening:
        return []
    newest = max(opening, key=lambda kept: (kept.changed_at, kept.rule.valid_from, kept.rule.opens))
    return [_as_series(str(lineage), newest.rule, revision, cancelled=True)]


def _as_series(name: str, rule: Rule, revision: Revision, *, cancelled: bool = False) -> Series:
    first = _first_day(rule)
    assert first is not None
    last = rule.valid_to and rule.valid_to - timedelta(days=(rule.valid_to.weekday() - rule.weekday) % 7)
    return Series(name, rule, first, last, revision, cancelled)


def _revision_of(history: _History, rows: Sequence[KeptRule]) -> Revision:
    """Of a lineage: its rows, and the exceptions of any day that one of them ever opened."""
    place = rows[0].rule.place
    touching = [
        exception
        for (where, day), exceptions in history.days.items()
        if where == place and any(kept.rule.holds_on(day) for kept in rows)
        for exception in exceptions
    ]
    return _revision([*rows, *touching])


def _revision(rows: Sequence[KeptRule | KeptException]) -> Revision:
    return Revision(len(rows) + sum(row.ended for row in rows) - 1, max(row.changed_at for row in rows))


def _sessions(history: _History, series: Sequence[Series], place: str, day: date) -> list[Session]:
    special = _special_day(history.live, place, day)
    here = [one for one in series if not one.cancelled and one.rule.place == place and one.rule.holds_on(day)]
    held, own = matched([one.rule for one in here], special.spans, day)
    changed = [
        Session(one.name, place, span or _usual(one.rule), special, one.revision, one, cancelled=span is None)
        for one, span in zip(here, held, strict=True)
        if span != _usual(one.rule)
    ]
    gone = {span[0]: span for span in _once_beside(history, place, day, special.spans)}
    told = {opens: (span, True) for opens, span in gone.items()} | {span[0]: (span, False) for span in own}
    revision = _revision(history.days[place, day])
    return changed + [
        Session(f"{place}-{day:%Y%m%d}-{opens:%H%M}", place, span, special, revision, cancelled=cancelled)
        for opens, (span, cancelled) in sorted(told.items())
    ]


def _once_beside(history: _History, place: str, day: date, spans: Sequence[Span]) -> list[Span]:
    """Sessions of their own that were told of the day before: what its exceptions that have ended would give.

    Left out is one in whose time the place is open all the same: "cancelled" would be taken for closed.
    """
    rules = [rule for rule in history.live.rules if rule.place == place and rule.holds_on(day)]
    together: dict[datetime, list[Exceptional]] = defaultdict(list)
    for kept in history.days[place, day]:
        if kept.ended:
            together[kept.changed_at].append(kept.exception)
    told: dict[time, Span] = {}
    for _, exceptions in sorted(together.items()):
        then = _special_day(Timetable(rules, exceptions), place, day)
        told |= {span[0]: span for span in matched(rules, then.spans, day)[1]}
    return [span for span in told.values() if not any(a <= span[0] and span[1] <= b for a, b in spans)]


def matched(rules: Sequence[Rule], spans: Sequence[Span], day: date) -> tuple[list[Span | None], list[Span]]:
    """When each of a day's rules is held on that day, None if not at all; and the spans that no rule stands for.

    Rules that together give one of the spans stay as they are. Every other span takes the rule that it overlaps, or
    the first that is left, so that whoever has the series in their calendar sees it move.
    """
    held: dict[int, Span] = {}
    left = list(spans)
    for span in spans:
        inside = [n for n, rule in enumerate(rules) if span[0] <= rule.opens and rule.closes <= span[1]]
        if inside and usual_spans(Timetable([rules[n] for n in inside]), day, rules[0].place) == (span,):
            held |= {n: _usual(rules[n]) for n in inside}
            left.remove(span)
    in_order = sorted(range(len(rules)), key=lambda n: rules[n].opens)
    for by_overlap in (True, False):
        for span in list(left):
            free = (n for n in in_order if n not in held)
            fits = (n for n in free if not by_overlap or (rules[n].opens < span[1] and span[0] < rules[n].closes))
            if (found := next(fits, None)) is not None:
                held[found] = span
                left.remove(span)
    return [held.get(n) for n in range(len(rules))], left


def _special_day(timetable: Timetable, place: str, day: date) -> SpecialDay:
    """The day as it is told; one whose exceptions have all been taken back is as usual."""
    spans = tuple((span.opens, span.closes) for span in spans_on(timetable, day, place))
    return next(iter(special_days(timetable, place, day, day)), SpecialDay(place, day, spans, spans))


def _usual(rule: Rule) -> Span:
    return rule.opens, rule.closes


def _first_day(rule: Rule) -> date | None:
    day = rule.valid_from + timedelta(days=(rule.weekday - rule.valid_from.weekday()) % 7)
    return day if rule.holds_on(day) else None
