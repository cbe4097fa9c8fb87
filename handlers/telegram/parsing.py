"""From what Telegram tells to an update of the library, although the library may not know all of it yet.

A message with an ornament that cannot be read (what it answers, from where it was forwarded, a kind of file that is
new) is read without it: the words must arrive. It must not know what a message means, nor write any of it into the log.
"""

from collections.abc import Iterator
from inspect import signature
from typing import Any

import structlog
from telegram import Bot, Message, Update

log = structlog.get_logger()
MESSAGES = ("message", "edited_message")
UNNUMBERED = 0  # no message's number: such a one can be found by nobody
NEEDED = ("message_id", "date", "chat")  # without these nobody knows whose message it is, or which
MOST_ENTITIES = 100  # of one text that are tried one by one; Telegram marks no more
FORWARDED_BY_SOMEBODY = {"type": "hidden_user", "date": 0, "sender_user_name": "?"}

UNREAD = "unread_"  # before the name of a part that came and could not be read

Told = dict[str, Any]
_READ = frozenset(signature(Message.__init__).parameters) | {"from"}  # what of a message the library looks at


def came(message: Message, part: str) -> bool:
    """Whether the message came with this part, readable or not."""
    return bool(getattr(message, part, None)) or UNREAD + part in message.api_kwargs


def update_of(told: Any, bot: Bot) -> Update | None:
    """The update, without what cannot be read of it; None if that leaves not even whose message it is."""
    try:
        return Update.de_json(told, bot)
    except Exception as bad:  # whatever a parser may raise about what we did not write
        trouble = type(bad).__name__
    try:
        update = Update.de_json(_readable(told, bot), bot)
    except Exception:
        log.error("update_not_understood", trouble=trouble)
        return None
    log.warning("update_read_in_part", trouble=trouble)
    return update


def writer_of(told: object) -> tuple[int, str | None, int] | None:
    """The private chat in which an update that cannot be read was written, the language of the person's app, and what
    names the message there."""
    parts: Told = told if isinstance(told, dict) else {}
    message: Told = next((parts[name] for name in MESSAGES if isinstance(parts.get(name), dict)), {})
    chat, sender = message.get("chat"), message.get("from")
    if not isinstance(chat, dict) or chat.get("type") != "private" or not isinstance(chat.get("id"), int):
        return None
    language = sender.get("language_code") if isinstance(sender, dict) else None
    message_id = message.get("message_id")
    number = message_id if isinstance(message_id, int) else UNNUMBERED
    return chat["id"], language if isinstance(language, str) else None, number


def _readable(told: Told, bot: Bot) -> Told:
    changed = {name: _without_what_cannot_be_read(told[name], bot) for name in MESSAGES if name in told}
    press = told.get("callback_query")
    if press is not None and "message" in press:
        changed["callback_query"] = press | {"message": _only_needed(press["message"])}
    return told | changed


def _without_what_cannot_be_read(message: Told, bot: Bot) -> Told:
    """Each part for itself: one that cannot be read takes no other with it.

    A part that the library does not know is not tried: it is not read, and there may be any number of them.
    """
    needed = _only_needed(message)
    kept = {name: part for name, part in message.items() if name in NEEDED or name not in _READ}
    for name in message.keys() - kept.keys():
        parts = (needed | {name: part} for part in _poorer_and_poorer(name, message[name]))
        kept |= next((part for part in parts if _can_be_read(part, bot)), {UNREAD + name: True})
    for name in ("entities", "caption_entities"):
        if UNREAD + name in kept:
            tried = message[name][:MOST_ENTITIES]
            kept[name] = [one for one in tried if _can_be_read(needed | {name: [one]}, bot)]
    return kept


def _poorer_and_poorer(name: str, part: Any) -> Iterator[Any]:
    """The part, and what can stand for it if it cannot be read."""
    yield part
    if name == "reply_to_message" and isinstance(part, dict) and part.keys() >= set(NEEDED):
        yield _only_needed(part)
    elif name == "quote" and isinstance(part, dict):
        yield {"text": str(part.get("text", "")), "position": 0}
    elif name == "forward_origin":
        yield FORWARDED_BY_SOMEBODY


def _only_needed(message: Told) -> Told:
    return {name: message[name] for name in NEEDED}


def _can_be_read(message: Told, bot: Bot) -> bool:
    try:
        Message.de_json(message, bot)
    except Exception:  # as above
        return False
    return True
