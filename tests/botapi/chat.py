"""What a person sees: one chat's messages in order, the bot's and the person's own.

No HTTP and no validation here. Message ids are unique within a chat only, as in the Bot API, and start at 1 in every
chat: code that forgets the chat when it looks a message up meets a wrong one at once.
"""
# ruff: noqa: ASYNC109  (the deadline is part of what a caller says)

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.botapi.waiting import PATIENCE_SECONDS, Watch, within

BOT = {
    "id": 7_000_000_001,
    "is_bot": True,
    "first_name": "RadRum",
    "username": "radrum_test_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}


DELETABLE_SECONDS = 48 * 3600
DICE_STAYS_SECONDS = 24 * 3600  # a dice in a private chat can be deleted only later than that


class Button(NamedTuple):
    """A button as a person sees it; `action` is its callback_data or its URL."""

    label: str
    action: str


@dataclass
class Shown:
    """One message. `content` is its part of the Message JSON (text, photo, …); `text` is its text or caption."""

    message_id: int
    content: dict[str, Any]
    from_bot: bool
    sender: dict[str, Any] = field(default_factory=dict)
    buttons: list[list[Button]] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    reply_to: int | None = None
    edited: bool = False
    deleted: bool = False
    silent: bool = False
    at: float = field(default_factory=time.time)

    @property
    def text(self) -> str:
        return self.content.get("text") or self.content.get("caption") or ""

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    def button(self, label_or_data: str) -> Button | None:
        return next((button for row in self.buttons for button in row if label_or_data in button), None)


Wanted = str | Callable[[Shown], bool]


class Chat:
    """One chat and the profile of the person in it."""

    def __init__(self, chat_id: int, kind: str | None = None, now: Callable[[], float] = time.time) -> None:
        """`now`: what Telegram's clock shows, in seconds since 1970."""
        self.chat_id = chat_id
        self.now = now
        self.kind = kind or ("private" if chat_id > 0 else "supergroup")
        self.profile: dict[str, Any] = {
            "id": abs(chat_id),
            "is_bot": False,
            "first_name": "Amal",
            "language_code": "ar",
        }
        self.blocked = False
        self.left = False
        self.moved_to: int | None = None  # the id of what the group was upgraded to
        self.messages: list[Shown] = []
        self._by_id: dict[int, Shown] = {}
        self._changes = Watch()

    @property
    def visible(self) -> list[Shown]:
        return [message for message in self.messages if not message.deleted]

    @property
    def from_bot(self) -> list[Shown]:
        """The bot's messages that are not deleted, oldest first."""
        return [message for message in self.messages if message.from_bot and not message.deleted]

    @property
    def last(self) -> Shown:
        """The bot's newest message that is not deleted.

        Raises:
            LookupError: the bot has said nothing here.
        """
        for message in reversed(self.messages):
            if message.from_bot and not message.deleted:
                return message
        raise LookupError(f"the bot shows nothing in chat {self.chat_id}")

    def may_delete(self, message: Shown) -> bool:
        """Whether Telegram lets the bot delete it: https://core.telegram.org/bots/api#deletemessage."""
        age = self.now() - message.at
        if self.kind != "private":
            return message.from_bot and age < DELETABLE_SECONDS
        return age < DELETABLE_SECONDS and not ("dice" in message.content and age < DICE_STAYS_SECONDS)

    def delete(self, message: Shown) -> None:
        message.deleted = True
        self.changed(message)

    def find(self, message_id: int) -> Shown | None:
        """The message, deleted or not."""
        return self._by_id.get(message_id)

    def add(self, content: dict[str, Any], *, from_bot: bool, **details: Any) -> Shown:
        message = Shown(len(self.messages) + 1, content, from_bot, at=self.now(), **details)
        self.restore(message)
        return message

    def restore(self, message: Shown) -> None:
        self.messages.append(message)
        self._by_id[message.message_id] = message
        self.changed(message)

    def changed(self, message: Shown) -> None:
        self._changes.show(message)

    def with_button(self, label_or_data: str) -> Shown | None:
        """The newest visible message that carries the button."""
        carriers = (m for m in reversed(self.messages) if m.buttons and not m.deleted and m.button(label_or_data))
        return next(carriers, None)

    async def wait_for(self, wanted: Wanted, *, after: int = 0, timeout: float = PATIENCE_SECONDS) -> Shown:
        """The newest message of the bot that matches, now or as soon as there is one.

        `wanted` is a part of the text or a predicate. Only messages with an id greater than `after` count.
        """

        def matches(message: Shown) -> bool:
            if not message.from_bot or message.deleted or message.message_id <= after:
                return False
            return wanted in message.text if isinstance(wanted, str) else bool(wanted(message))

        for message in reversed(self.messages):
            if matches(message):
                return message
        return await within(timeout, self._changes.first(matches), otherwise=lambda: f"{wanted!r}; {self.transcript()}")

    def transcript(self, limit: int = 20) -> str:
        """The newest visible messages as lines, for the message of a failed test."""
        lines = [f"{'bot' if m.from_bot else 'person'} {m.message_id}: {m.text!r} {m.labels}" for m in self.visible]
        return "\n".join([f"chat {self.chat_id} shows:", *lines[-limit:]])

    def chat_json(self) -> dict[str, Any]:
        if self.kind == "private":
            return {"id": self.chat_id, "type": "private", "first_name": self.profile["first_name"]}
        return {"id": self.chat_id, "type": self.kind, "title": f"Group {self.chat_id}"}

    def message_json(self, message: Shown) -> dict[str, Any]:
        """The Message object of the Bot API."""
        told = {
            "message_id": message.message_id,
            "from": BOT if message.from_bot else message.sender,
            "chat": self.chat_json(),
            "date": int(message.at),
            **message.content,
        }
        if message.edited:
            told["edit_date"] = int(self.now())
        if message.markup:
            told["reply_markup"] = message.markup
        if message.reply_to and (replied := self.find(message.reply_to)):
            # One level only: Telegram does not nest replies either.
            told["reply_to_message"] = self.message_json(_without_reply(replied))
        return told


def _without_reply(message: Shown) -> Shown:
    return Shown(**{**vars(message), "reply_to": None})
