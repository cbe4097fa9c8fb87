"""Wrong numbers for a case's door: how many came from where, and from where the door has been opened lately.

In this process's memory only, under keyed hashes whose key dies with it: who asked for which case is written nowhere.
Counts by a clock that nobody sets. It must not count what came from all places together: `bot/people/logins.py`
does, in the database.
"""

import hmac
import secrets
from collections.abc import Callable
from hashlib import sha256
from math import ceil
from time import monotonic

from bot.engine.errors import TooMany

MOST_TRIES, TRIES_SECONDS = 5, 15 * 60.0
KNOWN_SECONDS = 60 * 60.0
MINUTE = 60.0


class Guesses:
    """What one process remembers. A place is a network address or a login."""

    def __init__(self, seconds: Callable[[], float] = monotonic) -> None:
        """`seconds`: a clock that only goes forward."""
        self._seconds = seconds
        self._key = secrets.token_bytes(32)
        self._tries: dict[str, list[float]] = {}
        self._opened: dict[str, float] = {}

    def count(self, place: str, code: str) -> None:
        """One more try from this place against this code; before the secret is looked at, so that of many at the same
        moment no more than five are.

        Raises:
            TooMany: five in the last quarter of an hour already. `n`: in how many minutes there is room for another.
        """
        now, name = self._seconds(), self._blind(place, code)
        self._forget_old(now)
        tries = [at for at in self._tries.pop(name, ()) if now - at < TRIES_SECONDS]
        is_full = len(tries) >= MOST_TRIES
        self._tries[name] = tries if is_full else [*tries, now]
        if is_full:
            raise TooMany("too_many_guesses", n=ceil((tries[0] + TRIES_SECONDS - now) / MINUTE))

    def uncount(self, place: str, code: str) -> None:
        """The newest try was none: nobody looked at its secret."""
        tries = self._tries.get(self._blind(place, code))
        if tries:
            tries.pop()

    def opened(self, place: str, code: str) -> None:
        """The door was opened from here: wrong tries before count no more, and for an hour the place is known."""
        name = self._blind(place, code)
        self._tries.pop(name, None)
        self._opened.pop(name, None)
        self._opened[name] = self._seconds()

    def knows(self, place: str, code: str) -> bool:
        """Whether the door was opened from here within the last hour."""
        at = self._opened.get(self._blind(place, code))
        return at is not None and self._seconds() - at < KNOWN_SECONDS

    def _forget_old(self, now: float) -> None:
        """Both are in the order in which they were last touched, so that nothing has to be searched."""
        while self._tries and now - max(next(iter(self._tries.values())), default=0.0) >= TRIES_SECONDS:
            del self._tries[next(iter(self._tries))]
        while self._opened and now - next(iter(self._opened.values())) >= KNOWN_SECONDS:
            del self._opened[next(iter(self._opened))]

    def _blind(self, place: str, code: str) -> str:
        return hmac.new(self._key, f"{place}\0{code}".encode(errors="surrogatepass"), sha256).hexdigest()
