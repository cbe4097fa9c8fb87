"""Acts of this process that wait for the same conversation, where somebody outside holds on to it.

Each has a connection. Once one has waited in vain, one at a time goes on trying and the others are sent away at once,
so that nobody else finds all connections taken. It must not know how a conversation is held.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.exc import DBAPIError

from bot.engine.errors import Busy

HELD_BY_OTHERS = "55P03"  # https://www.postgresql.org/docs/current/errcodes-appendix.html: lock_not_available


def is_held_by_others(trouble: Exception) -> bool:
    """Whether a row was waited for as long as is allowed, and somebody else holds it still."""
    origin = trouble.orig if isinstance(trouble, DBAPIError) else trouble
    return getattr(origin, "sqlstate", None) == HELD_BY_OTHERS


class Crowds:
    """Who waits for what, in the memory of one process."""

    def __init__(self) -> None:
        self._waiting: Counter[int | str] = Counter()
        self._held_on_to: set[int | str] = set()

    @contextmanager
    def before(self, conversation_id: int | str) -> Iterator[None]:
        """The block waits for the conversation, whether it is called by its id or by its chat's.

        Raises:
            Busy: it could not be had; or not a moment ago, and somebody is finding out whether it can be by now.
        """
        if conversation_id in self._held_on_to and self._waiting[conversation_id]:
            raise Busy
        self._waiting[conversation_id] += 1
        try:
            yield
            self._held_on_to.discard(conversation_id)
        except (DBAPIError, asyncpg.PostgresError) as trouble:
            if not is_held_by_others(trouble):
                raise
            self._held_on_to.add(conversation_id)
            raise Busy from trouble
        finally:
            self._waiting[conversation_id] -= 1
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]
