"""The server's memory as JSON, so that the stand-alone server can be stopped and started without people forgetting."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.botapi.chat import Button, Chat, Shown

if TYPE_CHECKING:
    from tests.botapi.server import FakeBotApi


def chat_as_json(chat: Chat) -> dict[str, Any]:
    messages = [vars(message) | {"text": message.text} for message in chat.messages]
    return {
        "chat_id": chat.chat_id,
        "kind": chat.kind,
        "profile": chat.profile,
        "blocked": chat.blocked,
        "left": chat.left,
        "messages": messages,
    }


def _chat_from_json(told: dict[str, Any]) -> Chat:
    chat = Chat(told["chat_id"], told["kind"])
    chat.profile, chat.blocked, chat.left = told["profile"], told["blocked"], told["left"]
    for message in told["messages"]:
        del message["text"]
        rows = [[Button(*button) for button in row] for row in message.pop("buttons")]
        chat.restore(Shown(**message, buttons=rows))
    return chat


def save(api: "FakeBotApi", path: Path) -> None:
    """Everything a restarted server needs is in `path`: chats, ledgers, waiting updates, the webhook."""
    delivery = api.delivery
    told = {
        "next_update_id": api.next_update_id,
        "chats": [chat_as_json(chat) for chat in api.chats.values()],
        "callback_ids": sorted(api.callback_ids),
        "accepted": api.accepted,
        "answers": api.answers,
        "acked": delivery.acked,
        "waiting": [[update.body, update.lane] for update in delivery.waiting()],
        "webhook": delivery.webhook,
        "allowed": delivery.allowed,
        "menus": [[chat_id, menu] for chat_id, menu in api.menus.items()],
    }
    fresh = path.with_suffix(path.suffix + ".new")
    fresh.write_text(json.dumps(told))
    fresh.replace(path)  # whole or not at all


async def load(api: "FakeBotApi", written: str) -> None:
    """The server remembers what `save` wrote; the API must be fresh."""
    from tests.botapi.delivery import Ack
    from tests.botapi.server import Accepted, Answered

    told = json.loads(written)
    api.next_update_id = told["next_update_id"]
    api.chats = {chat["chat_id"]: _chat_from_json(chat) for chat in told["chats"]}
    api.callback_ids = set(told["callback_ids"])
    api.accepted = [Accepted(*row) for row in told["accepted"]]
    api.answers = {key: Answered(*row) for key, row in told["answers"].items()}
    api.delivery.acked = [Ack(*row) for row in told["acked"]]
    await api.delivery.set_webhook(told["webhook"])
    for body, lane in told["waiting"]:
        api.delivery.add(body, lane)
    api.delivery.allowed = told["allowed"]
    api.menus = {chat_id: menu for chat_id, menu in told.get("menus", [])}
