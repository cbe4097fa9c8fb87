"""Which messages come into private chats past the outbox: people's own, and what was said from memory.

Each is noted with the next act of its chat, so that it can be deleted there for 48 hours. Owns what waits for that, in
the memory of one process. It must not delete anything.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from telegram import Message

from bot.engine import clock
from bot.engine.work import Work
from bot.people import in_chat

MOST_CHATS = 1_000  # what is said from memory while the database is down waits here; the oldest goes first
MOST_OF_A_CHAT = 200


class Noting:
    """What is to be noted, by chat."""

    def __init__(self) -> None:
        self._waiting: dict[int, dict[int, datetime]] = {}

    def later(self, chat_id: int, message_id: int) -> None:
        """This message has come into the chat just now, and is noted with the chat's next act."""
        waiting = self._waiting.setdefault(chat_id, {})
        waiting[message_id] = clock.now()
        for kept, most in ((waiting, MOST_OF_A_CHAT), (self._waiting, MOST_CHATS)):
            if len(kept) > most:
                kept.pop(next(iter(kept)))

    def said(self, chat_id: int, say: Callable[[], Awaitable[int | None]]) -> Callable[[], Awaitable[None]]:
        """`say`, which returns the number of the message it has sent, with that message noted."""

        async def say_and_note() -> None:
            if (message_id := await say()) is not None:
                self.later(chat_id, message_id)

        return say_and_note

    async def note(self, work: Work, chat_id: int, message: Message | None = None) -> None:
        """What waits for this chat is noted once the act is committed, and this message of the person's with it."""
        waiting = dict(self._waiting.get(chat_id, {}))  # more may come while this is written
        for message_id, at in waiting.items():
            await in_chat.note_in(work, chat_id, (message_id,), at=at)
        if message is not None:
            await in_chat.note_in(work, chat_id, (message.message_id,), at=message.date)
        noted = tuple(waiting)
        if noted:
            work.after_commit(lambda: self._done(chat_id, noted))

    def _done(self, chat_id: int, noted: tuple[int, ...]) -> None:
        waiting = self._waiting.get(chat_id, {})
        for message_id in noted:
            waiting.pop(message_id, None)
        if not waiting:
            self._waiting.pop(chat_id, None)
