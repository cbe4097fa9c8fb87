"""How fast we may speak: so many letters a second in all, and to one chat.

Owns the counts, in the memory of one process. It must not know what a letter is, nor wait.
Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: about 30 messages a second in
all, and not more than one a second in one chat, except in short bursts.
"""

from collections.abc import Callable
from time import monotonic


class Bucket:
    """Tokens that come back by themselves: `a_second` of them, never more than `burst` at once. Times in seconds."""

    def __init__(self, *, a_second: float, burst: float, now: Callable[[], float] = monotonic) -> None:
        self._a_second, self._burst, self._now = a_second, burst, now
        self._tokens, self._counted_at = burst, now()

    def take(self, tokens: float = 1) -> None:
        """So many are gone, even where there are fewer: the next waits the longer."""
        self._tokens = self._present() - tokens

    def wait_seconds(self) -> float:
        """Until there is one to take; 0 if there is."""
        return max((1 - self._present()) / self._a_second, 0.0)

    @property
    def is_full(self) -> bool:
        return self._present() >= self._burst

    def _present(self) -> float:
        now = self._now()
        self._tokens = min(self._tokens + (now - self._counted_at) * self._a_second, self._burst)
        self._counted_at = now
        return self._tokens
