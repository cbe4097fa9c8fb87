"""What people do: each verb makes one realistic update and sends it on its way.

The verbs are async and return at once; `await api.delivered(...)` waits for the bot to take the update.
"""

import random
import re
import time
from collections.abc import Callable
from typing import Any, NamedTuple

from tests.botapi import kinds
from tests.botapi.chat import BOT, Chat, Shown
from tests.botapi.delivery import Delivery

LARGEST_FIRST_ID = 900_000_000
_LANE_PLACES = ("message", "chat", "from", "user")


class Happened(NamedTuple):
    """What an act made: its update, the message it wrote or pressed, the press."""

    update_id: int
    message_id: int | None = None
    callback_id: str | None = None


class People:
    """The verbs of people. `chats` and `delivery` are the server's."""

    delivery: Delivery

    def __init__(self, first_update_id: int | None) -> None:
        self.chats: dict[int, Chat] = {}
        self.channels: dict[str, int] = {}
        # Telegram restarts the ids at random after a quiet week; a bot that expects 1, 2, 3 would fail there.
        self.next_update_id = first_update_id or random.randint(1, LARGEST_FIRST_ID)
        self.callback_ids: set[str] = set()
        self.now: Callable[[], float] = time.time  # what Telegram's clock shows; a test may set it

    def chat(self, chat_id: int) -> Chat:
        """The chat, empty if nothing happened in it."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, now=lambda: self.now())
        return self.chats[chat_id]

    def channel(self, name: str, chat_id: int = -1_001_234_567_890) -> Chat:
        """A public channel, `name` with its @, in which the bot is an administrator who may post."""
        self.channels[name] = chat_id
        self.chats[chat_id] = Chat(chat_id, "channel", lambda: self.now())
        return self.chats[chat_id]

    async def says(
        self,
        chat_id: int,
        text: str,
        *,
        reply_to: int | None = None,
        language_code: str | None = None,
        first_name: str | None = None,
        update_id: int | None = None,
        forwarded: str | None = None,
        quote: str | None = None,
        links: kinds.Links = (),
    ) -> Happened:
        """A private message. Name and language stay as last given (at first "Amal", "ar").

        `forwarded`: from where, one of `kinds.ORIGINS`. `quote`: the part of another message that it answers.
        """
        chat = self.chat(chat_id)
        told = {"language_code": language_code, "first_name": first_name}
        chat.profile = chat.profile | {key: value for key, value in told.items() if value is not None}
        content = kinds.text(text, links) | kinds.ornaments(forwarded=forwarded, quote=quote)
        message = self._writes(chat, content, reply_to=reply_to)
        return self._happens("message", chat.message_json(message), message, update_id=update_id)

    async def sends(
        self,
        chat_id: int,
        kind: str,
        *,
        caption: str | None = None,
        reply_to: int | None = None,
        forwarded: str | None = None,
        links: kinds.Links = (),
    ) -> Happened:
        """Something that is not text, one of `kinds.EVERY_KIND`. Of an album's two updates the second is returned."""
        chat = self.chat(chat_id)
        happened = Happened(0)
        for content in kinds.contents(kind, caption, links):
            message = self._writes(chat, content | kinds.ornaments(forwarded=forwarded), reply_to=reply_to)
            happened = self._happens("message", chat.message_json(message), message)
        return happened

    async def writes(self, chat_id: int, content: dict[str, Any], *, reply_to: int | None = None) -> Happened:
        """A private message with any content, such as one that no library can read yet."""
        chat = self.chat(chat_id)
        message = self._writes(chat, content, reply_to=reply_to)
        return self._happens("message", chat.message_json(message), message)

    async def edits(self, chat_id: int, message_id: int, text: str) -> Happened:
        """A person changes the text of their own message; under a picture or file, the caption."""
        message = self._own_message_of(chat_id, message_id)
        if "text" in message.content:
            quote = {part: told for part, told in message.content.items() if part == "quote"}
            return self._changes(chat_id, message, kinds.text(text) | quote)
        rest = {part: told for part, told in message.content.items() if not part.startswith("caption")}
        return self._changes(chat_id, message, rest | kinds.caption(text))

    async def shares_place(self, chat_id: int) -> Happened:
        """The person lets the bot follow where they are."""
        return await self.writes(chat_id, kinds.live_location(55.7047))

    async def moves(self, chat_id: int, message_id: int) -> Happened:
        """The person whose place is followed has gone some steps: Telegram tells of it as an edit."""
        message = self._own_message_of(chat_id, message_id)
        latitude = message.content["location"]["latitude"] + 0.0001
        return self._changes(chat_id, message, kinds.live_location(latitude))

    def _own_message_of(self, chat_id: int, message_id: int) -> Shown:
        message = self.chat(chat_id).find(message_id)
        if message is None or message.from_bot:
            raise LookupError(f"no message {message_id} of the person's own in chat {chat_id}")
        return message

    def _changes(self, chat_id: int, message: Shown, content: dict[str, Any]) -> Happened:
        chat = self.chat(chat_id)
        message.content, message.edited = content, True
        chat.changed(message)
        return self._happens("edited_message", chat.message_json(message), message)

    async def presses(self, chat_id: int, label_or_data: str, message_id: int | None = None) -> Happened:
        """A press on the newest message with that button; or, with `message_id`, on that message.

        With `message_id` a button that is no longer shown can be pressed by its data, as a slow client would.

        Raises:
            LookupError: no visible message carries the button.
        """
        chat = self.chat(chat_id)
        message = chat.with_button(label_or_data) if message_id is None else chat.find(message_id)
        button = message.button(label_or_data) if message else None
        if message_id is None and button is None:
            raise LookupError(f"no button {label_or_data!r}; {chat.transcript()}")
        press = {
            "id": str(random.getrandbits(62)),
            "from": chat.profile,
            "chat_instance": str(chat_id),
            "data": button.action if button else label_or_data,
            "message": self._pressed_message(chat, message, message_id),
        }
        self.callback_ids.add(press["id"])
        happened = self._happens("callback_query", press, message)
        return happened._replace(callback_id=press["id"])

    async def in_group(self, chat_id: int, text: str, *, sender_id: int = 777, kind: str = "supergroup") -> Happened:
        """A person writes in a group that the bot is in. Group ids are negative."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id, kind, lambda: self.now())
            self.chats[chat_id].profile["id"] = sender_id
        chat = self.chats[chat_id]
        message = self._writes(chat, kinds.text(text))
        return self._happens("message", chat.message_json(message), message)

    async def blocks(self, chat_id: int) -> Happened:
        """The person stops the bot: it is told, and every send is refused with 403."""
        self.chat(chat_id).blocked = True
        return self._membership(chat_id, "member", "kicked")

    async def unblocks(self, chat_id: int) -> Happened:
        """The person starts the bot again: it is told, and sends are accepted."""
        self.chat(chat_id).blocked = False
        return self._membership(chat_id, "kicked", "member")

    async def unknown_update(self) -> Happened:
        """An update of a kind no library knows yet."""
        return self._happens("hologram_received", {"id": "1", "from": self.chat(1).profile})

    async def raw(self, update: dict[str, Any]) -> Happened:
        """Any update, as it stands; one without an id gets the next."""
        body = dict(update)
        body.setdefault("update_id", self._next_id())
        payload = next((told for key, told in body.items() if key != "update_id"), {})
        self.delivery.add(body, _lane(payload))
        return Happened(body["update_id"])

    def _writes(self, chat: Chat, content: dict[str, Any], *, reply_to: int | None = None) -> Shown:
        return chat.add(content, from_bot=False, sender=chat.profile, reply_to=reply_to)

    def _happens(
        self, kind: str, payload: dict[str, Any], message: Shown | None = None, *, update_id: int | None = None
    ) -> Happened:
        body = {"update_id": self._next_id() if update_id is None else update_id, kind: payload}
        self.delivery.add(body, _lane(payload))
        return Happened(body["update_id"], message.message_id if message else None)

    def _next_id(self) -> int:
        self.next_update_id += 1
        return self.next_update_id - 1

    def _pressed_message(self, chat: Chat, message: Shown | None, message_id: int | None) -> dict[str, Any]:
        if message is None:  # an InaccessibleMessage, told by its date 0
            return {"chat": chat.chat_json(), "message_id": message_id, "date": 0}
        return chat.message_json(message)

    def _membership(self, chat_id: int, before: str, after: str) -> Happened:
        chat = self.chat(chat_id)
        change = {
            "chat": chat.chat_json(),
            "from": chat.profile,
            "date": int(self.now()),
            "old_chat_member": _member(before),
            "new_chat_member": _member(after),
        }
        return self._happens("my_chat_member", change)


def _member(status: str) -> dict[str, Any]:
    user = {key: told for key, told in BOT.items() if not re.match("can_|supports_", key)}
    return {"user": user, "status": status} | ({"until_date": 0} if status == "kicked" else {})


def _lane(payload: Any) -> int:
    """The id of the chat an update belongs to: updates of one lane are delivered in order. 0 if it names none."""
    if not isinstance(payload, dict):
        return 0
    for place in _LANE_PLACES:
        inner = payload.get(place)
        if isinstance(inner, dict):
            return _lane(inner) if place == "message" else int(inner.get("id", 0))
    return 0
