"""A change of the opening hours as a coordinator means it, and what it does to the rules and exceptions. Pure.

The same function makes the preview and the published state, so the two cannot differ. Owns Change and `effect_of`.
It must not read the clock, a table or a person's words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import Any

from models.base import new_id
from models.hours import Kind
from models.timetable import Exceptional, Rule, Span, Timetable, as_text, spans_on

# Nobody is advised at night. It is also where the wall clock jumps, so no opening can begin or end in a skipped hour.
EARLIEST = time(4)
MOST_DAYS = 92  # a longer closing is a change of the weekly hours
MOST_SPANS = 4


class Verb(StrEnum):
    """What a change does. USUAL: the day is as the rules say; exceptions are lifted, a holiday counts as decided."""

    WEEKLY = "weekly"
    CLOSE = "close"
    TIMES = "times"
    EXTRA = "extra"
    POPUP = "popup"
    USUAL = "usual"


class Wrong(ValueError):
    """The change cannot be made; `code` is a catalogue key, `values` its placeholders."""

    def __init__(self, code: str, **values: str) -> None:
        self.code, self.values = code, values
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to hold. `first` to `last`: the days, both included; a WEEKLY change without `last` holds until changed.

    `weekday`: Monday = 0, WEEKLY only. `spans`: none means closed. `texts`: the reason OTHER in {language: text}.
    `name`, `address`: of a place that a POPUP makes known; empty for one that is known.
    """

    verb: Verb
    places: tuple[str, ...]
    first: date
    last: date | None = None
    weekday: int | None = None
    spans: tuple[Span, ...] = ()
    reason: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    partner: str = ""
    name: str = ""
    address: str = ""

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it: codes, ISO days, times as 13:00."""
        return {
            "verb": self.verb, "places": list(self.places), "first": self.first.isoformat(),
            "last": self.last.isoformat() if self.last else None, "weekday": self.weekday,
            "spans": as_text(self.spans),
            "reason": self.reason, "texts": dict(self.texts), "partner": self.partner,
            "name": self.name, "address": self.address,
        }  # fmt: skip

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Change":
        """The change that `to_json` wrote."""
        return cls(
            Verb(kept["verb"]), tuple(kept["places"]), date.fromisoformat(kept["first"]),
            date.fromisoformat(kept["last"]) if kept["last"] else None, kept["weekday"],
            tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in kept["spans"]),
            kept["reason"], kept["texts"], kept["partner"], kept["name"], kept["address"],
        )  # fmt: skip

    @property
    def days(self) -> list[date]:
        """The days of a dated change."""
        last = self.last or self.first
        return [self.first + timedelta(days=ahead) for ahead in range((last - self.first).days + 1)]


@dataclass(frozen=True)
class Standing:
    """The rules and exceptions that hold, by the ids of their rows."""

    rules: Mapping[int, Rule] = field(default_factory=dict)
    exceptions: Mapping[int, Exceptional] = field(default_factory=dict)

    @cached_property
    def timetable(self) -> Timetable:
        """The same, away from the rows."""
        return Timetable(list(self.rules.values()), list(self.exceptions.values()))

    def after(self, effect: "Effect") -> "Standing":
        """What holds once `effect` has been carried out."""
        rules = {row: rule for row, rule in self.rules.items() if row not in effect.ends}
        exceptions = {row: one for row, one in self.exceptions.items() if row not in effect.ends}
        return Standing(rules | dict(effect.rules), exceptions | dict(effect.exceptions))


@dataclass(frozen=True, slots=True)
class Effect:
    """Rows that stop to hold, and rows that hold from now on, by their fresh ids."""

    ends: frozenset[int] = frozenset()
    rules: Mapping[int, Rule] = field(default_factory=dict)
    exceptions: Mapping[int, Exceptional] = field(default_factory=dict)


def effect_of(change: Change, standing: Standing) -> Effect:
    """What the change does to what holds.

    Raises:
        Wrong: times that end before they begin, lie in the night or overlap; too many times or days; nothing that would
            change.
    """
    _require_times(change)
    if change.verb == Verb.WEEKLY:
        return _weekly(change, standing)
    if not 1 <= len(change.days) <= MOST_DAYS:
        raise Wrong("hours_too_many_days", most=str(MOST_DAYS))
    if len(change.days) > 1 and change.verb != Verb.CLOSE:
        raise Wrong("hours_one_day")
    effect = Effect()
    for place in change.places:
        for day in change.days:
            effect = _both(effect, _on_day(change, standing, place, day))
    if change.verb == Verb.CLOSE and effect == Effect():
        raise Wrong("hours_not_open_anyway")
    return effect


def _require_times(change: Change) -> None:
    if change.last is not None and change.last < change.first:
        raise Wrong("hours_last_before_first")
    if change.verb in (Verb.TIMES, Verb.EXTRA, Verb.POPUP) and not change.spans:
        raise Wrong("hours_times_missing")
    if len(change.spans) > MOST_SPANS:
        raise Wrong("hours_too_many_spans", most=str(MOST_SPANS))
    for opens, closes in change.spans:
        if opens >= closes:
            raise Wrong("hours_end_before_start", opens=f"{opens:%H:%M}", closes=f"{closes:%H:%M}")
        if opens < EARLIEST:
            raise Wrong("hours_at_night", opens=f"{opens:%H:%M}", earliest=f"{EARLIEST:%H:%M}")
    if any(before[1] > after[0] for before, after in pairwise(sorted(change.spans))):
        raise Wrong("hours_overlap")


def _weekly(change: Change, standing: Standing) -> Effect:
    """The rules of this weekday are cut around the change's days; its times stand in between."""
    before, after = change.first - timedelta(days=1), change.last + timedelta(days=1) if change.last else None
    ends, rules = set(), {}
    for row, rule in standing.rules.items():
        if rule.place not in change.places or rule.weekday != change.weekday or not _meets(rule, change):
            continue
        ends.add(row)
        cut_before = rule.valid_from <= before
        if cut_before:
            rules[new_id()] = replace(rule, valid_to=before)
        if after is not None and (rule.valid_to is None or rule.valid_to >= after):
            again = new_id()
            rules[again] = replace(rule, valid_from=after, lineage=again if cut_before else rule.lineage)
    for place in change.places:
        for opens, closes in change.spans:
            row = new_id()
            rules[row] = Rule(place, change.weekday or 0, opens, closes, change.first, change.last, lineage=row)
    return Effect(frozenset(ends), rules)


def _meets(rule: Rule, change: Change) -> bool:
    return (change.last is None or rule.valid_from <= change.last) and (
        rule.valid_to is None or rule.valid_to >= change.first
    )


def _on_day(change: Change, standing: Standing, place: str, day: date) -> Effect:
    today = {row: x for row, x in standing.exceptions.items() if x.place == place and x.on_day == day}
    spans = [(span.opens, span.closes) for span in spans_on(standing.timetable, day, place)]
    made = Exceptional(place, day, reason=change.reason, texts=dict(change.texts), partner=change.partner)
    match change.verb:
        case Verb.USUAL:
            return Effect(frozenset(today))
        case Verb.CLOSE:
            if not spans and not today:
                return Effect()  # a place that is not open is not closed either: nobody need read of it
            return Effect(frozenset(today), {}, {new_id(): replace(made, kind=Kind.CLOSED)})
        case Verb.TIMES:
            return Effect(frozenset(today), {}, _spans_as(Kind.TIMES, change.spans, made))
        case _:
            if _overlap(spans, change.spans):
                raise Wrong("hours_overlap")
            kind = Kind.POPUP if change.verb == Verb.POPUP else Kind.EXTRA
            return Effect(frozenset(), {}, _spans_as(kind, change.spans, made))


def _spans_as(kind: Kind, spans: Sequence[Span], made: Exceptional) -> dict[int, Exceptional]:
    return {new_id(): replace(made, opens=opens, closes=closes, kind=kind) for opens, closes in spans}


def _overlap(here: Iterable[Span], there: Iterable[Span]) -> bool:
    there = list(there)
    return any(a[0] < b[1] and b[0] < a[1] for a in here for b in there)


def _both(one: Effect, other: Effect) -> Effect:
    return Effect(one.ends | other.ends, {**one.rules, **other.rules}, {**one.exceptions, **other.exceptions})


def changed_days(
    before: Timetable, after: Timetable, places: Iterable[str], first: date, days: int
) -> set[tuple[str, date]]:
    """The (place, day) pairs, from `first` on for that many days, whose openings are not the same."""
    ahead = [first + timedelta(days=n) for n in range(days)]
    return {
        (place, day) for place in places for day in ahead if spans_on(before, day, place) != spans_on(after, day, place)
    }
