"""How far the computer's clock is believed: it may jump, and what is erased by a wrong clock is gone for good.

Owns the rule and nothing else: it reads the clocks it is given, and knows no table, no channel and no zone. A step of
up to a day is believed. A longer one is not: the time is counted on from what was believed, until the clock shows that
again, or whoever may say so agrees with it. `bot/engine/clock.py` holds the one belief of this process.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_STEP = timedelta(days=1)  # what a wrong zone, a dead battery's drift or a long night's sleep may explain
WITNESS_AGREES = timedelta(hours=1)
WITNESS_COUNTS = timedelta(hours=1)  # so long after it has agreed, nothing else contradicts the clock
PAUSE_BELIEVED_AFTER = timedelta(days=1)


class Why(StrEnum):
    """What speaks against the clock. Only a PAUSE may be nothing at all: the program stood still for long."""

    PAUSE = "pause"  # at the start it is a day or more since the newest instant known
    BEHIND = "behind"  # instants are known that lie a day or more ahead
    JUMPED = "jumped"  # it has moved by a day or more while this process counted
    WITNESS = "witness"  # somebody else's clock says otherwise


@dataclass(frozen=True, slots=True)
class Doubt:
    """`by`: how far the computer's clock is ahead of what else is known; negative where it is behind. `lasted`: since
    when, by counting."""

    why: Why
    by: timedelta
    lasted: timedelta


class Belief:
    """What one process believes. Every reading of the time goes through it, so that a jump is seen at the first."""

    def __init__(self, shown: Callable[[], datetime], seconds: Callable[[], float]) -> None:
        """`shown`: the computer's clock. `seconds`: a clock that nobody can set."""
        self.shown = shown
        self._seconds = seconds
        self._last = seconds()
        self._believed = self._counted = shown()
        self._known: datetime | None = None  # counted on since
        self._known_as: datetime | None = None  # as it was told
        self._why: Why | None = None
        self._since = self._counted
        self._witnessed_at: datetime | None = None

    def now(self) -> datetime:
        """The instant that is believed."""
        self._look()
        return self._believed

    def counted(self) -> datetime:
        """The instant at which this process began, and as much as it has counted since."""
        self._look()
        return self._counted

    def doubt(self) -> Doubt | None:
        """Why the computer's clock cannot be relied on now; None as long as it can."""
        shown = self._look()
        if self._why is None:
            return None
        other = self._known if self._why is Why.PAUSE else self._believed
        return Doubt(self._why, shown - (other or self._believed), self._counted - self._since)

    def start_from(self, known: datetime | None) -> None:
        """The clock is compared with the newest instant known. A long pause looks like a clock that is ahead: it is
        used, and in doubt. One that is behind is not believed."""
        shown = self._look()
        if known is not None and shown - known > LONGEST_STEP:
            self._known = self._known_as = known
            self._doubt(Why.PAUSE)
        elif known is not None:
            self.compare(known)

    def compare(self, known: datetime) -> None:
        """The same for the newest instant that is known by now. An older one contradicts nobody who has counted; one
        that is news during a doubt, and agrees, ends it: somebody has confirmed the clock."""
        shown, is_news = self._look(), known != self._known_as
        if is_news:
            self._known = self._known_as = known
        if self._why is None and known - shown > LONGEST_STEP and not self._has_a_witness:
            self._believed = known
            self._doubt(Why.BEHIND)
        elif is_news and self._why is not None and self._knows(shown):
            self._accept()

    def contradicted(self) -> None:
        """The clock is not believed, whatever made it plausible: the time is counted on from what is known."""
        self._look()
        if self._why is Why.PAUSE:
            self._believed = self._known or self._believed
            self._doubt(Why.JUMPED)

    def witnessed(self, at: datetime) -> None:
        """Somebody else's clock says `at`. It ends a doubt when it agrees, and begins one when it contradicts; the
        time is never set by it."""
        off = abs(self._look() - at)
        if off <= WITNESS_AGREES:
            self._witnessed_at = self._counted
            self._accept()
        elif off > LONGEST_STEP:
            self._witnessed_at = None
            self.contradicted()
            if self._why is None:
                self._doubt(Why.WITNESS)

    @property
    def _has_a_witness(self) -> bool:
        return self._witnessed_at is not None and self._counted - self._witnessed_at < WITNESS_COUNTS

    def _look(self) -> datetime:
        shown = self.shown()
        self._count_on()
        if self._why is None:
            if abs(shown - self._believed) <= LONGEST_STEP:
                self._believed = shown
            else:
                self._doubt(Why.JUMPED)
        elif self._why is Why.PAUSE:
            self._look_after_a_pause(shown)
        elif self._agrees(shown):
            self._accept()
        return shown

    def _count_on(self) -> None:
        """A step of more than a day of the clock that nobody can set is no time either: this process is read every few
        seconds, so it stood still, or that clock is tampered with too."""
        seconds = self._seconds()
        passed = timedelta(seconds=seconds - self._last)
        self._last = seconds
        if timedelta() <= passed <= LONGEST_STEP:
            self._counted += passed
            self._believed += passed
            if self._known is not None:
                self._known += passed

    def _look_after_a_pause(self, shown: datetime) -> None:
        if abs(shown - self._believed) <= LONGEST_STEP:
            self._believed = shown
            if self._knows(shown) or self._counted - self._since >= PAUSE_BELIEVED_AFTER:
                self._accept()
        elif self._knows(shown):
            self._accept()
        else:
            self._doubt(Why.JUMPED)

    def _agrees(self, shown: datetime) -> bool:
        if self._why is Why.WITNESS:  # what is believed came from the clock itself
            return False
        return abs(shown - self._believed) <= LONGEST_STEP or self._knows(shown)

    def _knows(self, shown: datetime) -> bool:
        return self._known is not None and abs(shown - self._known) <= LONGEST_STEP

    def _accept(self) -> None:
        self._believed = self.shown()
        self._why = None

    def _doubt(self, why: Why) -> None:
        self._why, self._since = why, self._counted
