"""The state of the roads: which lanes rest, which are slow, and whether anything may leave at all right now.

Owns what delivery remembers between two letters, in the memory of one process. It must not choose a row: `lanes.py`
does, among the lanes that are left.
"""

from collections.abc import Callable, Collection
from time import monotonic

from bot.engine.settings import Settings
from bot.telling.letters import Outcome, Sent, TryAgain
from bot.telling.pace import Bucket

BURST_TO_A_CHAT = 3  # https://core.telegram.org/bots/faq: short bursts are let through
BURST_SECONDS = 0.1  # of what may leave in a second: after a rest, no second holds much more than another
MOST_REFUSED_IN_A_ROW = 5  # chats, each told to wait and nothing sent between: then it is us who are told


class Traffic:
    """What is known of the lanes. Times are seconds of the monotonic clock."""

    def __init__(self, settings: Settings, *, now: Callable[[], float] = monotonic) -> None:
        self._now, self._chat_pace = now, settings.sends_to_a_chat_a_second
        pace = settings.sends_a_second
        self._all = Bucket(a_second=pace, burst=max(pace * BURST_SECONDS, 1), now=now)
        self._lanes: dict[int, Bucket] = {}
        self._resting: dict[int, float] = {}
        self._refused: set[int] = set()
        self._closed_until = 0.0
        self._slow: set[int] = set()

    @property
    def is_closed(self) -> bool:
        """Whether nothing at all may leave now."""
        return self._wait_seconds() > 0

    def takes_turn(self) -> bool:
        """Whether a letter may leave now; if so, its turn is taken."""
        if self.is_closed:
            return False
        self._all.take()
        return True

    def gives_turn_back(self) -> None:
        """There was no letter after all."""
        self._all.take(-1)

    def leaves(self, lane: int) -> None:
        """A letter is on its way there."""
        self._lanes = {one: bucket for one, bucket in self._lanes.items() if not bucket.is_full}
        burst = max(BURST_TO_A_CHAT, self._chat_pace)
        self._lanes.setdefault(lane, Bucket(a_second=self._chat_pace, burst=burst, now=self._now)).take()

    def hangs(self, lane: int) -> None:
        """Nothing comes back from there."""
        self._slow.add(lane)

    @property
    def slow_lanes(self) -> Collection[int]:
        """Those from which nothing has come back."""
        return self._slow

    def came_back(self, lane: int, outcome: Outcome) -> None:
        """What is known of a lane once its letter has been answered, or given up."""
        match outcome:
            case TryAgain(after_seconds=seconds) if seconds > 0:
                self._told_to_wait(lane, seconds)
            case Sent():
                self._refused.clear()
        if not isinstance(outcome, TryAgain):
            self._slow.discard(lane)

    def _told_to_wait(self, lane: int, seconds: float) -> None:
        until = self._now() + seconds
        self._resting[lane] = max(until, self._resting.get(lane, 0.0))
        self._refused.add(lane)
        if len(self._refused) >= MOST_REFUSED_IN_A_ROW:
            self._closed_until = max(until, self._closed_until)
            self._refused.clear()

    def not_now(self, *, nor_slow: bool) -> list[int]:
        """The lanes to which nothing may leave now; `nor_slow`: those from which nothing came back either."""
        now = self._now()
        self._resting = {lane: until for lane, until in self._resting.items() if until > now}
        paced = [lane for lane, bucket in self._lanes.items() if bucket.wait_seconds() > 0]
        return [*self._resting, *paced, *(self._slow if nor_slow else ())]

    def rest_seconds(self) -> float | None:
        """Until something may leave that may not now; None if nothing is kept waiting here."""
        if self._wait_seconds() > 0:
            return self._wait_seconds()
        now = self._now()
        waits = [until - now for until in self._resting.values()]
        waits += [bucket.wait_seconds() for bucket in self._lanes.values()]
        return min((wait for wait in waits if wait > 0), default=None)

    def _wait_seconds(self) -> float:
        return max(self._all.wait_seconds(), self._closed_until - self._now())
