"""What is told of opening hours: sessions, days, changes, shifts, as sayings and pages carry them.

Days and times are the office's wall clock, instants are UTC. It must not load rows nor say anything: `standing.py`,
`concerned.py` and `changes_made.py` make these, `phrases.py` says them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bot.places.told import PlaceTold
from models.hours import Door, Reason
from models.hours_change import Verb
from models.saying import Carried, Clock, Name, Span


@dataclass(frozen=True, kw_only=True)
class SessionTold(PlaceTold):
    """One opening of a place. `partner`: with whom it is held, if with anybody."""

    door: Door | None = None
    day: date
    opens: Clock
    closes: Clock
    partner: str = ""


@dataclass(frozen=True, kw_only=True)
class DayTold(PlaceTold):
    """What holds at a place on one day: its spans, none where it is closed; why it is not as usual, if it is not.

    `texts`: the reason in a coordinator's own words, by language.
    """

    day: date
    spans: tuple[Span, ...] = ()
    reason: Reason | Literal[""] = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    partner: str = ""


@dataclass(frozen=True, kw_only=True)
class ChangeTold(Carried):
    """A change of the hours, as `models.hours_change.Change`. `at`: its places, as they are told."""

    verb: Verb
    places: tuple[str, ...] = ()
    first: date
    last: date | None = None
    weekday: int | None = None
    spans: tuple[Span, ...] = ()
    reason: Reason | Literal[""] = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    partner: str = ""
    name: str = ""
    address: str = ""
    at: tuple[PlaceTold, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ShiftTold(Carried):
    """A shift at a place, and who has signed up for it."""

    shift: int
    place: str
    starts_at: datetime
    ends_at: datetime
    names: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PastTold(Carried):
    """One line of the history of changes. `alias`: who made it, None from the command line."""

    number: int
    at: datetime
    alias: Name | None = None
    told: ChangeTold
    undone: bool = False
    undoes: int | None = None
