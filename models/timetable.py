"""What follows from rules and exceptions: when a place is open, when next, and how its week reads. Pure.

Every publication is made from these answers, so that none can say something else than another. Wall-clock times and
days are the office's; a span is half-open and never crosses midnight. It must not read the clock or a table.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from models.hours import Kind

HORIZON_DAYS = 120  # over a summer's closure; further ahead nobody plans a visit, and rules may still change
PUBLISHED_DAYS = 366  # how far ahead, today included, pages and feeds tell
INSTEAD = (Kind.CLOSED, Kind.TIMES)
Span = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Rule:
    """A weekly rule, away from its table. `lineage`: what calendars know it by."""

    place: str
    weekday: int
    opens: time
    closes: time
    valid_from: date
    valid_to: date | None = None
    lineage: int = 0

    def holds_on(self, day: date) -> bool:
        """Whether this rule opens the place on that day, exceptions aside."""
        return (
            self.weekday == day.weekday() and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Exceptional:
    """A dated exception, away from its table. With no kind given: times instead of the rules, or closed."""

    place: str
    on_day: date
    opens: time | None = None
    closes: time | None = None
    reason: str = ""
    kind: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    partner: str = ""

    @property
    def stands_instead(self) -> bool:
        """Whether it takes the place of the rules, rather than adding to them."""
        return not self.kind or self.kind in INSTEAD


@dataclass(frozen=True, slots=True)
class Opening:
    """One stretch of one day at one place, office wall-clock, half-open. `partner`: with whom a pop-up is held."""

    place: str
    on_day: date
    opens: time
    closes: time
    partner: str = ""


@dataclass(frozen=True)
class Timetable:
    """Everything that decides when a place is open."""

    rules: Sequence[Rule] = ()
    exceptions: Sequence[Exceptional] = ()

    @cached_property
    def rules_of(self) -> Mapping[tuple[str, int], list[Rule]]:
        """The rules by place and weekday: years of history must not be read through for every day that is asked."""
        found: dict[tuple[str, int], list[Rule]] = defaultdict(list)
        for rule in self.rules:
            found[rule.place, rule.weekday].append(rule)
        return dict(found)

    @cached_property
    def exceptions_on(self) -> Mapping[tuple[str, date], list[Exceptional]]:
        """The exceptions by place and day."""
        found: dict[tuple[str, date], list[Exceptional]] = defaultdict(list)
        for one in self.exceptions:
            found[one.place, one.on_day].append(one)
        return dict(found)


@dataclass(frozen=True, slots=True)
class Stretch:
    """That on this weekday, on all days `first` ≤ day ≤ `last`, the rules open the place at these times."""

    place: str
    weekday: int
    spans: tuple[Span, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day with an exception: the times that hold, those the rules alone would give, and what there is to say."""

    place: str
    on_day: date
    spans: tuple[Span, ...]
    usual: tuple[Span, ...]
    reason: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    partner: str = ""


def spans_on(timetable: Timetable, day: date, place: str) -> list[Opening]:
    """The openings of one place on one day, earliest first; those that touch or overlap are one."""
    special = timetable.exceptions_on.get((place, day), [])
    instead = [x for x in special if x.stands_instead]
    beside = [x for x in special if not x.stands_instead]
    usual = [(x.opens, x.closes, "") for x in instead] if instead else _by_rules(timetable, day, place)
    spans = [*usual, *((x.opens, x.closes, x.partner) for x in beside)]
    return [Opening(place, day, *span) for span in _joined([span for span in spans if span[0] and span[1]])]


def usual_spans(timetable: Timetable, day: date, place: str) -> tuple[Span, ...]:
    """What the rules alone give for the day."""
    return tuple(span[:2] for span in _joined(_by_rules(timetable, day, place)))


def is_open(timetable: Timetable, at: datetime, place: str, zone: ZoneInfo) -> bool:
    """Whether the doors are open at the instant `at` (aware). Opening minute in, closing minute out."""
    return open_now(timetable, at, place, zone) is not None


def open_now(timetable: Timetable, at: datetime, place: str, zone: ZoneInfo) -> Opening | None:
    """The opening that is going on at the instant `at` (aware), if any: it says until when."""
    local = at.astimezone(zone)
    spans = spans_on(timetable, local.date(), place)
    return next((span for span in spans if span.opens <= local.time() < span.closes), None)


def next_openings(timetable: Timetable, at: datetime, places: Sequence[str], zone: ZoneInfo) -> Iterator[Opening]:
    """Openings that have not ended at the instant `at`, soonest first, up to `HORIZON_DAYS` ahead."""
    local = at.astimezone(zone)
    for opening in openings_between(timetable, local.date(), local.date() + timedelta(days=HORIZON_DAYS - 1), places):
        if opening.on_day > local.date() or opening.closes > local.time():
            yield opening


def openings_between(timetable: Timetable, first: date, last: date, places: Sequence[str]) -> Iterator[Opening]:
    """Every opening from the day `first` to the day `last`, both included, soonest first."""
    for ahead in range((last - first).days + 1):
        day = first + timedelta(days=ahead)
        spans = [span for place in places for span in spans_on(timetable, day, place)]
        yield from sorted(spans, key=lambda span: (span.opens, span.place))


def weekly(timetable: Timetable, place: str, first: date, last: date) -> list[Stretch]:
    """The place's rules from `first` to `last`, each weekday cut where it changes; weekdays without times are left
    out. By weekday, then day."""
    return [stretch for weekday in range(7) for stretch in _stretches(timetable, place, weekday, first, last)]


def special_days(timetable: Timetable, place: str, first: date, last: date) -> list[SpecialDay]:
    """The days from `first` to `last` that have an exception, in order."""
    days = sorted(day for where, day in timetable.exceptions_on if where == place and first <= day <= last)
    return [_special(timetable, place, day) for day in days]


def is_said_of(timetable: Timetable, place: str, day: date) -> bool:
    """Whether anything is said of the place on that day, be it that it is closed. One where sessions are held on single
    days only, such as a pop-up's, is not closed on all the others."""
    rules = (rule for weekday in range(7) for rule in timetable.rules_of.get((place, weekday), []))
    holds = (rule.valid_from <= day and (rule.valid_to is None or day <= rule.valid_to) for rule in rules)
    return bool(special_days(timetable, place, day, day)) or any(holds)


def as_text(spans: Iterable[Span]) -> list[list[str]]:
    """Spans as rows and notices keep them: [["13:00", "15:30"], …]."""
    return [[f"{opens:%H:%M}", f"{closes:%H:%M}"] for opens, closes in spans]


def _special(timetable: Timetable, place: str, day: date) -> SpecialDay:
    spans = tuple((span.opens, span.closes) for span in spans_on(timetable, day, place))
    here = timetable.exceptions_on.get((place, day), [])
    said = next((x for x in here if x.reason), None)
    partner = next((x.partner for x in here if x.partner), "")
    return SpecialDay(
        place, day, spans, usual_spans(timetable, day, place),
        reason=said.reason if said else "", texts=said.texts if said else {}, partner=partner,
    )  # fmt: skip


def _stretches(timetable: Timetable, place: str, weekday: int, first: date, last: date) -> list[Stretch]:
    rules = timetable.rules_of.get((place, weekday), [])
    begins = {rule.valid_from for rule in rules} | {
        rule.valid_to + timedelta(days=1) for rule in rules if rule.valid_to is not None
    }
    edges = [first, *sorted(day for day in begins if first < day <= last), last + timedelta(days=1)]
    stretches: list[Stretch] = []
    for start, after in pairwise(edges):
        end = after - timedelta(days=1)
        day = start + timedelta(days=(weekday - start.weekday()) % 7)
        spans = usual_spans(timetable, day, place) if day <= end else ()
        if day > end:
            continue
        if stretches and stretches[-1].spans == spans:
            stretches[-1] = Stretch(place, weekday, spans, stretches[-1].first, end)
        else:
            stretches.append(Stretch(place, weekday, spans, start, end))
    return [stretch for stretch in stretches if stretch.spans]


def _by_rules(timetable: Timetable, day: date, place: str) -> list[tuple[time, time, str]]:
    rules = timetable.rules_of.get((place, day.weekday()), [])
    return [(rule.opens, rule.closes, "") for rule in rules if rule.holds_on(day)]


def _joined(spans: Sequence[tuple[time, time, str]]) -> list[tuple[time, time, str]]:
    joined: list[tuple[time, time, str]] = []
    for opens, closes, partner in sorted(spans):
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(closes, joined[-1][1]), joined[-1][2] or partner)
        else:
            joined.append((opens, closes, partner))
    return joined
