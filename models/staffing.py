"""Who may take which shift, what a shift lacks, and who would fill the gap best. Pure.

Owns Volunteer, Needs, WhyNot and the grades of coverage. Instants are UTC; a volunteer is known as they are on the day
of the shift. It must not load rows, read the clock or word anything.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.shift import ONLINE, overlap


class WhyNot(StrEnum):
    """Why somebody cannot be put on a shift, in the order in which it is said."""

    OVER = "over"
    CANCELLED = "cancelled"
    BEGUN = "begun"
    ALREADY = "already"
    NO_ACCESS = "no_access"
    NOT_INTRODUCED = "not_introduced"
    PAUSED = "paused"
    OTHER_PLACE = "other_place"
    CLASH = "clash"
    TRAVEL = "travel"
    FULL = "full"
    TRAINEE_ALONE = "trainee_alone"
    FOR_EXPERIENCED = "for_experienced"
    TOO_LATE = "too_late"
    NOT_ON_IT = "not_on_it"
    THERE_ALREADY = "there_already"


class ShiftVerb(StrEnum):
    """What was done to a shift, as a line of the ledger has it."""

    MADE = "made"
    SIGNED_UP = "signed_up"
    LEFT = "left"
    CANNOT = "cannot"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    ALONE = "alone"
    GONE = "gone"
    SWAPPED = "swapped"
    CANCELLED = "cancelled"
    BROUGHT_BACK = "brought_back"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A shift, as far as others may be in its way."""

    shift: int
    place: str
    starts_at: datetime
    ends_at: datetime

    @property
    def span(self) -> tuple[datetime, datetime]:
        return self.starts_at, self.ends_at


@dataclass(frozen=True, slots=True)
class Volunteer:
    """Somebody on the staff as they are on a day. `places`: where they can work; empty is everywhere.

    `may_be_asked`: also for other people's shifts. `is_coordinator`: has other things to do as well.
    """

    id: int
    speaks: tuple[str, ...] = ()
    is_introduced: bool = True
    is_trainee: bool = False
    is_paused: bool = False
    places: tuple[str, ...] = ()
    may_be_asked: bool = True
    is_coordinator: bool = False

    @property
    def is_experienced(self) -> bool:
        return self.is_introduced and not self.is_trainee


@dataclass(frozen=True, slots=True)
class Needs:
    """How many a shift needs, how many of them experienced, and which languages it wants."""

    people: int
    experienced: int
    wants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindrance:
    """Why not. `other`: the shift that is in the way, if one is."""

    why: WhyNot
    other: Stretch | None = None


def hindrance_by_time(wish: Stretch, now: datetime, *, cancelled: bool, may_have_begun: bool) -> Hindrance | None:
    """What the shift itself is in the way of: it is over, cancelled, or has begun."""
    if wish.ends_at <= now:
        return Hindrance(WhyNot.OVER)
    if cancelled:
        return Hindrance(WhyNot.CANCELLED)
    if wish.starts_at <= now and not may_have_begun:
        return Hindrance(WhyNot.BEGUN)
    return None


def hindrance_of(wish: Stretch, who: Volunteer, others: Iterable[Stretch], travel: timedelta) -> Hindrance | None:
    """What the volunteer is in the way of: new, paused, elsewhere, or on another shift by then.

    `others`: their shifts that are held. `travel`: how long it takes from one place to another.
    """
    if not who.is_introduced:
        return Hindrance(WhyNot.NOT_INTRODUCED)
    if who.is_paused:
        return Hindrance(WhyNot.PAUSED)
    if who.places and wish.place not in who.places:
        return Hindrance(WhyNot.OTHER_PLACE)
    return in_the_way(wish, others, travel)


def in_the_way(wish: Stretch, others: Iterable[Stretch], travel: timedelta) -> Hindrance | None:
    """The first of the other shifts that nobody can be on as well."""
    apart = sorted((one for one in others if one.shift != wish.shift), key=lambda one: one.span)
    for one in apart:
        if overlap(wish.span, one.span):
            return Hindrance(WhyNot.CLASH, one)
    for one in apart:
        if _is_too_near(wish, one, travel):
            return Hindrance(WhyNot.TRAVEL, one)
    return None


def _is_too_near(wish: Stretch, other: Stretch, travel: timedelta) -> bool:
    """Online takes no way: it can be done from anywhere."""
    if wish.place == other.place or ONLINE in (wish.place, other.place):
        return False
    return wish.starts_at - other.ends_at < travel and other.starts_at - wish.ends_at < travel


def hindrance_by_room(needs: Needs, on_it: Collection[Volunteer], who: Volunteer) -> Hindrance | None:
    """What those who are on the shift are in the way of: it is full, or a trainee would be alone."""
    left = needs.people - len(on_it)
    if left <= 0:
        return Hindrance(WhyNot.FULL)
    if not who.is_experienced:
        experienced = sum(one.is_experienced for one in on_it)
        if not experienced:
            return Hindrance(WhyNot.TRAINEE_ALONE)
        if left <= needs.experienced - experienced:
            return Hindrance(WhyNot.FOR_EXPERIENCED)
    return None


def left_alone(on_it: Collection[Volunteer]) -> tuple[int, ...]:
    """The trainees of a shift on which there is nobody experienced (any more): they cannot stay."""
    if any(one.is_experienced for one in on_it):
        return ()
    return tuple(one.id for one in on_it)


# What a shift lacks.


class Grade(StrEnum):
    """How well a shift is covered."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


@dataclass(frozen=True, slots=True)
class Cover:
    """`missing`: so many people; `no_experienced`: nobody on it is; `languages`: wanted, and spoken by nobody on it;
    `missing_experienced`: so many more of those who come ought to be."""

    grade: Grade
    missing: int = 0
    no_experienced: bool = False
    languages: tuple[str, ...] = ()
    missing_experienced: int = 0


def cover(needs: Needs, on_it: Collection[Volunteer]) -> Cover:
    """How well the shift is covered: red with nobody experienced, amber short of people or of a language."""
    missing = max(0, needs.people - len(on_it))
    experienced = sum(one.is_experienced for one in on_it)
    spoken = {code for one in on_it for code in one.speaks}
    languages = tuple(sorted((code for code in needs.wants if code not in spoken), key=arabic_first))
    if not experienced:
        return Cover(Grade.RED, missing, True, languages)
    missing_experienced = max(0, needs.experienced - experienced)
    short = missing or languages or missing_experienced
    return Cover(Grade.AMBER if short else Grade.GREEN, missing, False, languages, missing_experienced)


def arabic_first(code: str) -> tuple[bool, str]:
    """Most visitors speak Arabic."""
    return code != "ar", code


def best_first(
    needs: Needs, on_it: Collection[Volunteer], fitting: Iterable[Volunteer], busy: Mapping[int, int]
) -> Sequence[Volunteer]:
    """Who would fill the gap, the best first: who speaks what is missing, then volunteers before coordinators, then who
    has fewest shifts ahead (`busy`); else in the order given."""
    lacks = set(cover(needs, on_it).languages)

    def order(one: Volunteer) -> tuple[int, bool, bool, int]:
        speaks = -len(lacks & set(one.speaks))
        return speaks, not one.is_experienced, one.is_coordinator, busy.get(one.id, 0)

    return sorted(fitting, key=order)
