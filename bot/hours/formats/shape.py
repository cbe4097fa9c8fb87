"""The opening hours as they are published: one reading of the tables, from which every format is made. Pure.

Owns Published. Each format is a file of its own beside this one; what they say follows from `models/timetable.py`, so
that no two can differ. None of them reads the clock or a table: `bot/hours/published.py` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.places.told import PlaceFacts
from models.hours import Door
from models.timetable import PUBLISHED_DAYS, Exceptional, Rule, Timetable, openings_between, special_days


@dataclass(frozen=True, slots=True)
class KeptRule:
    """A weekly rule as it was stored, holding or not. `changed_at`: when it was added or ended, whichever is later."""

    rule: Rule
    ended: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class KeptException:
    """A dated exception as it was stored, holding or not."""

    exception: Exceptional
    ended: bool
    changed_at: datetime


@dataclass(frozen=True)
class Published:
    """What is published, as seen on one day.

    `places`: by code, in the order to show them. `now`: aware. `changed_at`: of the newest change.
    `kept_rules`, `kept_exceptions`: everything that ever held, for calendars that must be told what no longer does.
    """

    places: Mapping[str, PlaceFacts]
    timetable: Timetable
    now: datetime
    zone: ZoneInfo
    public_url: str
    changed_at: datetime
    kept_rules: tuple[KeptRule, ...] = ()
    kept_exceptions: tuple[KeptException, ...] = field(default=())

    @property
    def first(self) -> date:
        """The first day that is published: today, by the office's wall."""
        return self.now.astimezone(self.zone).date()

    @property
    def last(self) -> date:
        """The last day that is published."""
        return self.first + timedelta(days=PUBLISHED_DAYS - 1)

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last."""
        return self.first, self.last

    @cached_property
    def shown(self) -> list[str]:
        """The codes of the places that have an opening in the published days: visits first, then by code."""
        return [code for code in self.told if self.has_openings(code)]

    @cached_property
    def told(self) -> list[str]:
        """As `shown`, and the places of which a day that differs is to be told: a pop-up that was closed is one."""
        alive = {rule.place for rule in self.timetable.rules} | {one.place for one in self.timetable.exceptions}
        ordered = sorted(alive & set(self.places), key=lambda code: (self.places[code].door != Door.VISIT, code))
        return [code for code in ordered if self.has_openings(code) or self._has_special_days(code)]

    def has_openings(self, place: str) -> bool:
        """Whether the place opens at all in the published days."""
        return next(openings_between(self.timetable, self.first, self.last, [place]), None) is not None

    def _has_special_days(self, place: str) -> bool:
        return bool(special_days(self.timetable, place, self.first, self.last))
