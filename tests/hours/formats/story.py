"""Changes of the hours without a database: what the tables would hold after them, and what is published of it.

Rows are added, ended and brought back as `bot/hours/changes.py` does it; `test_reading.py` holds the real
tables to the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from bot.hours.formats.shape import KeptException, KeptRule, Published
from bot.language import i18n
from bot.places.told import PlaceFacts
from models.base import new_id
from models.hours import Door
from models.hours_change import Change, Effect, Standing, Verb, effect_of
from models.timetable import Exceptional, Rule, Span

STOCKHOLM = ZoneInfo("Europe/Stockholm")
WORDS = i18n.load()
LONG_AGO = datetime(2025, 12, 1, 8, tzinfo=UTC)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)


def place(code: str, name_key: str = "", door: Door = Door.VISIT, **more: Any) -> PlaceFacts:
    """A place as `places.place_facts` gives it."""
    return PlaceFacts(code=code, place=name_key, door=door, **more)


PLACES: Mapping[str, PlaceFacts] = {
    one.code: one
    for one in (
        place(
            "library", "lund_city_library", address="S:t Petri Kyrkogata 6, Lund", latitude=55.706, longitude=13.191,
            details={"finding": {"sv": "Rakt fram; sedan vänster, vid hissen"}}, last_entry=20,
        ),
        place("linero", "linero_library", address="Vikingavägen 31, Lund"),
        place("online", "service_online", Door.ONLINE),
        place("telephone", names={"sv": "Rådgivning på telefon"}, door=Door.PHONE),
    )
}  # fmt: skip


@dataclass
class Row:
    """A rule or an exception as it is stored."""

    told: Rule | Exceptional
    added_by: int
    ended_by: int | None = None


@dataclass
class Story:
    """Everything that was ever stored, and when each change was made."""

    places: Mapping[str, PlaceFacts] = field(default_factory=lambda: dict(PLACES))
    public_url: str = "https://radrum.example"
    rows: dict[int, Row] = field(default_factory=dict)
    made_at: dict[int, datetime] = field(default_factory=dict)
    taken_back: dict[int, int] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    def publish(self, change: Change) -> int:
        """The change holds from now on. Raises `Wrong` as the real one."""
        effect = effect_of(change, self.standing)
        number = self._record()
        self._store(effect, number)
        return number

    def undo(self) -> None:
        """The newest change that still has its effect is taken back, if there is one."""
        undoings = set(self.taken_back.values())
        number = max((n for n in self.made_at if n not in self.taken_back and n not in undoings), default=None)
        if number is None:
            return
        undoing = self._record()
        self.taken_back[number] = undoing
        ended = [row for row in self.rows.values() if row.ended_by == number]
        for row in self.rows.values():
            if row.added_by == number and row.ended_by is None:
                row.ended_by = undoing
        self.rows |= {new_id(): replace(row, ended_by=None) for row in ended}

    # Changes in one line.

    def weekly(
        self, place: str, weekday: int, *spans: Span, first: date = date(2026, 1, 1), last: date | None = None
    ) -> int:
        return self.publish(Change(Verb.WEEKLY, (place,), first, last, weekday=weekday, spans=spans))

    def close(self, day: date, *places: str, reason: str = "holiday", texts: Mapping[str, str] | None = None) -> int:
        at = places or ("library",)
        return self.publish(Change(Verb.CLOSE, at, day, reason=reason, texts=texts or {}))

    def on(self, verb: Verb, day: date, *spans: Span, place: str = "library", **more: Any) -> int:
        return self.publish(Change(verb, (place,), day, spans=spans, **more))

    @property
    def standing(self) -> Standing:
        live = {number: row.told for number, row in self.rows.items() if row.ended_by is None}
        return Standing(
            {number: told for number, told in live.items() if isinstance(told, Rule)},
            {number: told for number, told in live.items() if isinstance(told, Exceptional)},
        )

    def published(self, day: date, at: time = time(12)) -> Published:
        """What is published on that day, at that time by the wall."""
        kept = [(row.told, row.ended_by is not None, self._changed_at(row)) for row in self.rows.values()]
        return Published(
            places=self.places, timetable=self.standing.timetable, now=datetime.combine(day, at, STOCKHOLM),
            zone=STOCKHOLM, public_url=self.public_url, changed_at=max(self.made_at.values(), default=LONG_AGO),
            kept_rules=tuple(KeptRule(told, *more) for told, *more in kept if isinstance(told, Rule)),
            kept_exceptions=tuple(KeptException(told, *more) for told, *more in kept if isinstance(told, Exceptional)),
        )  # fmt: skip

    def _record(self) -> int:
        number = next(self._numbers)
        self.made_at[number] = LONG_AGO + timedelta(minutes=number)
        return number

    def _store(self, effect: Effect, number: int) -> None:
        for row in effect.ends:
            self.rows[row].ended_by = number
        self.rows |= {
            row: Row(replace(rule, lineage=rule.lineage or row), number) for row, rule in effect.rules.items()
        }
        self.rows |= {row: Row(one, number) for row, one in effect.exceptions.items()}

    def _changed_at(self, row: Row) -> datetime:
        changes = (row.added_by, row.ended_by, self.taken_back.get(row.ended_by or 0))
        return max(self.made_at[number] for number in changes if number)
