"""One chat at a time: updates of one chat are handled in their order, those of different chats side by side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Order:
    """A lock per chat, dropped when nobody waits for it.

    Behind an update that must come again, those that wait must come again too: else they would overtake it.
    """

    def __init__(self) -> None:
        self._locks: dict[int, asyncio.Lock] = {}
        self._waiting: dict[int, int] = {}
        self._held_up: set[int] = set()

    @asynccontextmanager
    async def turn(self, chat_id: int) -> AsyncIterator[bool]:
        """The chat's turn, in the order in which it was asked for; False if one before it must come again."""
        lock = self._locks.setdefault(chat_id, asyncio.Lock())
        self._waiting[chat_id] = self._waiting.get(chat_id, 0) + 1
        try:
            async with lock:
                yield chat_id not in self._held_up
        finally:
            self._waiting[chat_id] -= 1
            if not self._waiting[chat_id]:
                del self._waiting[chat_id], self._locks[chat_id]
                self._held_up.discard(chat_id)

    def hold_up(self, chat_id: int) -> None:
        """Whoever waits for this chat's turn must come again, as the update whose turn it is."""
        self._held_up.add(chat_id)
