"""What is told of opening hours: sessions, days, changes, shifts, as sayings and pages carry them.

Days and times are the office's wall clock, instants are UTC. It must not load rows nor say anything: `standing.py`,
`concerned.py` and `changes_made.py` make these, `phrases.py` says them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Annotated, Literal

from bot.places.told import Address, PlaceCode, PlaceTold
from models.hours import Door, Reason
from models.hours_change import Change, Verb
from models.saying import Carried, Clock, Like, Name, Span

Partner = Annotated[str, Like(("IK Eos",))]
Why = Reason | Literal[""]


class Weekday(IntEnum):
    """A day of the week, as `date.weekday` counts."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


@dataclass(frozen=True, kw_only=True)
class SessionTold(PlaceTold):
    """One opening of a place. `partner`: with whom it is held, if with anybody."""

    door: Door | None = None
    day: date
    opens: Clock
    closes: Clock
    partner: Partner = ""


@dataclass(frozen=True, kw_only=True)
class HoursTold(Carried):
    """What is open now, the next sessions, what is next online, soonest first. `answering`: somebody does, online.

    `open` is None in rows from before it was known whether anything is.
    """

    open: tuple[SessionTold, ...] | None = None
    sessions: tuple[SessionTold, ...] = ()
    online: tuple[SessionTold, ...] = ()
    answering: bool = False

    @property
    def is_closed(self) -> bool:
        """Nobody is there and nobody answers."""
        return self.open is not None and not self.open and not self.answering


@dataclass(frozen=True, kw_only=True)
class DayTold(PlaceTold):
    """What holds at a place on one day: its spans, none where it is closed; why it is not as usual, if it is not.

    `texts`: the reason in a coordinator's own words, by language.
    """

    day: date
    spans: tuple[Span, ...] = ()
    reason: Why = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    partner: Partner = ""


@dataclass(frozen=True, kw_only=True)
class ChangeTold(Carried):
    """A change of the hours, as `models.hours_change.Change`. `at`: its places, as they are told."""

    verb: Verb
    places: tuple[PlaceCode, ...] = ()
    first: date
    last: date | None = None
    weekday: Weekday | None = None
    spans: tuple[Span, ...] = ()
    reason: Why = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    partner: Partner = ""
    name: Name = ""
    address: Address = ""
    at: tuple[PlaceTold, ...] = ()

    @classmethod
    def of(cls, change: Change, at: tuple[PlaceTold, ...]) -> "ChangeTold":
        """The change, with its places as they are told."""
        return cls(
            verb=change.verb, places=change.places, first=change.first, last=change.last,
            weekday=None if change.weekday is None else Weekday(change.weekday), spans=change.spans,
            reason=why(change.reason), texts=change.texts, partner=change.partner,
            name=change.name, address=change.address, at=at,
        )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class ShiftTold(Carried):
    """A shift at a place, and who has signed up for it."""

    shift: int
    place: PlaceCode
    starts_at: datetime
    ends_at: datetime
    names: tuple[Name, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PastTold(Carried):
    """One line of the history of changes. `alias`: who made it, None from the command line, and of who `has_left` for
    good. `shifts`: so many were cancelled with it."""

    number: int
    at: datetime
    alias: Name | None = None
    has_left: bool = False
    told: ChangeTold
    undone: bool = False
    undoes: int | None = None
    shifts: int = 0


def why(reason: str) -> Why:
    """The code of a reason, as rows of the hours keep it."""
    return Reason(reason) if reason else ""
