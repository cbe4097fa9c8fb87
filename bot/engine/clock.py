"""Time: what it is now, and how the office's wall clock and the world's instants turn into each other.

This file is the only one that reads the clock. An instant is always aware and in UTC; a day or a wall-clock time
means something only together with a zone. Tests freeze and move the clock here instead of patching others.
How far the computer's clock is believed is decided in `belief.py`. It must not know the office's zone or hours: they
are handed in.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

from bot.engine.belief import Belief, Doubt


class NoSuchTime(ValueError):
    """The wall clock never shows this time on this day: it is skipped in the night when summer time begins."""


class Clock:
    """Tells the time; can be stopped and moved."""

    def __init__(self) -> None:
        self.belief = Belief(_shown_by_the_computer, monotonic)
        self._frozen_at: datetime | None = None
        self._moved_by = timedelta()

    def now(self) -> datetime:
        return (self._frozen_at or self.belief.now()) + self._moved_by

    def counted(self) -> datetime:
        return (self._frozen_at or self.belief.counted()) + self._moved_by

    def freeze(self, at: datetime) -> None:
        self._frozen_at, self._moved_by = _instant(at), timedelta()

    def move(self, by: timedelta) -> None:
        self._moved_by += by

    def unfreeze(self) -> None:
        self._frozen_at, self._moved_by = None, timedelta()

    @property
    def is_frozen(self) -> bool:
        return self._frozen_at is not None

    @property
    def is_real(self) -> bool:
        return self._frozen_at is None and not self._moved_by


def _shown_by_the_computer() -> datetime:
    return datetime.now(UTC)


_clock = Clock()


def now() -> datetime:
    """The present instant, in UTC: what the computer's clock shows as long as that may be believed, else what is
    counted on from the last instant that was believed."""
    return _clock.now()


def counted() -> datetime:
    """An instant that only ever counts on, whatever the computer's clock does. Two of one process tell how much time
    has passed between them; by itself it means nothing."""
    return _clock.counted()


def shown() -> datetime:
    """What the computer's clock shows, in UTC, believed or not."""
    return _clock.belief.shown()


def doubt() -> Doubt | None:
    """Why the computer's clock cannot be relied on now; None as long as it can. What cannot be undone waits."""
    return _clock.belief.doubt() if _clock.is_real else None


def start_from(known: datetime | None) -> None:
    """The program starts, and `known` is the newest instant that its database knows; None if it knows none."""
    if _clock.is_real:
        _clock.belief.start_from(known)


def compare(known: datetime) -> None:
    """The newest instant that the database knows by now."""
    if _clock.is_real:
        _clock.belief.compare(known)


def contradicted() -> None:
    """It is known from before that the computer's clock is wrong: it is not believed until somebody says so."""
    if _clock.is_real:
        _clock.belief.contradicted()


def witnessed(at: datetime) -> None:
    """Somebody whose clock is not this computer's says that it is `at` now."""
    if _clock.is_real:
        _clock.belief.witnessed(at)


def freeze(at: datetime) -> None:
    """From now on it is `at` (aware), until the clock is moved or unfrozen. For tests."""
    _clock.freeze(at)


def move(by: timedelta) -> None:
    """It is later than it was by `by`; a frozen clock stays frozen. For tests."""
    _clock.move(by)


def read(shown: Callable[[], datetime], seconds: Callable[[], float]) -> None:
    """From now on the computer's clock shows what `shown` returns, and `seconds` count; until it is unfrozen. For
    tests of what a clock may do."""
    _clock.unfreeze()
    _clock.belief = Belief(shown, seconds)


def unfreeze() -> None:
    """The clock tells the real time again, however it was frozen, moved or read. For tests."""
    read(_shown_by_the_computer, monotonic)


def is_frozen() -> bool:
    """Whether time stands still. For tests."""
    return _clock.is_frozen


def is_real() -> bool:
    """Whether a clock tells the time, and not a test: only then is it held against what is known."""
    return _clock.is_real


def office_day(at: datetime, zone: ZoneInfo) -> date:
    """The day that the wall calendar in `zone` shows at the instant `at` (aware)."""
    return _instant(at).astimezone(zone).date()


def wall(day: date, shown: time, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the wall clock in `zone` shows `shown` on `day`.

    In autumn one hour is shown twice; the first of the two, still summer time, is meant (fold 0).

    Raises:
        NoSuchTime: the hour is skipped on this day in spring.
    """
    meant = datetime.combine(day, shown.replace(tzinfo=None, fold=0), zone)
    instant = meant.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != meant.replace(tzinfo=None):
        raise NoSuchTime(f"{meant:%Y-%m-%d %H:%M} in {zone.key}")
    return instant


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first instant, in UTC, of `day` in `zone`; where midnight itself is skipped, the moment after the gap."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _instant(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs a zone; a naive time would be taken as the computer's own")
    return at.astimezone(UTC)
