"""The methods of the Bot API: what each checks, changes and answers. Source: core.telegram.org/bots/api.

A method either changes everything it should, without awaiting in between, or raises Refused and changes nothing.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.botapi import checks
from tests.botapi.chat import BOT, Chat, Shown
from tests.botapi.checks import Refused, bad_request

if TYPE_CHECKING:
    from tests.botapi.server import FakeBotApi

Params = dict[str, Any]
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
TOO_OLD_PRESS = "query is too old and response timeout expired or query ID is invalid"
BLOCKED = "Forbidden: bot was blocked by the user"
LEFT = "Forbidden: bot is not a member of the supergroup chat"
CANNOT_DELETE = "message can't be deleted"
MOST_DELETED = 100  # in one call
LONGEST_ANSWER = 200  # characters
LONGEST_PROFILE = {"name": 64, "description": 512, "short_description": 120}
MOST_COMMANDS = 100

_OBJECTS = {"reply_markup", "reply_parameters", "allowed_updates", "commands", "entities", "link_preview_options"}
_OBJECTS |= {"scope", "message_ids"}
_FLAGS = {"show_alert", "disable_notification", "drop_pending_updates", "allow_sending_without_reply"}
_NUMBERS = {"chat_id", "message_id", "offset", "limit", "timeout", "max_connections", "reply_to_message_id"}


def typed(told: Params) -> Params:
    """The parameters with their types, however they came: form fields are strings, and objects in them are JSON."""
    params: Params = {}
    for key, value in told.items():
        params[key] = value
        if isinstance(value, str) and key in _OBJECTS:
            try:
                params[key] = json.loads(value)
            except ValueError:
                raise bad_request(f"can't parse {key.replace('_', ' ')} JSON object") from None
        elif isinstance(value, str) and key in _NUMBERS and re.fullmatch(r"-?\d+", value):
            params[key] = int(value)
        elif isinstance(value, str) and key in _FLAGS:
            params[key] = value.lower() == "true"
    return params


class Methods:
    """Name → method. Names are matched without case, as by the real server."""

    def __init__(self, api: "FakeBotApi") -> None:
        self._api = api
        everything: list[Callable[[Params], Awaitable[Any]]] = [
            *(self.getMe, self.getUpdates, self.setWebhook, self.deleteWebhook, self.getWebhookInfo),
            *(self.sendMessage, self.sendVenue, self.editMessageText, self.editMessageReplyMarkup, self.deleteMessage),
            self.deleteMessages,
            *(self.answerCallbackQuery, self.setMyCommands, self.deleteMyCommands, self.setMyName),
            *(self.setMyDescription, self.setMyShortDescription, self.leaveChat, self.sendChatAction, self.getFile),
        ]
        self._methods = {method.__name__.lower(): method for method in everything}

    async def call(self, name: str, params: Params) -> Any:
        method = self._methods.get(name.lower())
        if method is None:
            raise Refused(404, "Not Found")
        return await method(params)

    # The bot itself.

    async def getMe(self, params: Params) -> Params:
        return BOT

    async def setMyCommands(self, params: Params) -> bool:
        commands, chat = params.get("commands") or [], self._scope(params)
        if len(commands) > MOST_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command.get("command", "")):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= len(command.get("description", "")) <= 256:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        if chat is not None:
            self._api.menus[chat] = {one["command"]: one["description"] for one in commands}
            return True
        return self._set_profile("commands", params, commands)

    async def deleteMyCommands(self, params: Params) -> bool:
        chat = self._scope(params)
        if chat is None:
            return self._set_profile("commands", params, [])
        self._api.menus.pop(chat, None)
        return True

    def _scope(self, params: Params) -> int | None:
        """The chat whose own menu is meant; None: everybody's."""
        scope = params.get("scope") or {"type": "default"}
        if scope["type"] == "default":
            return None
        assert scope["type"] == "chat", scope
        chat_id = int(scope["chat_id"])
        if chat_id not in self._api.chats:
            raise bad_request("chat not found")
        return chat_id

    async def setMyName(self, params: Params) -> bool:
        return self._set_profile("name", params, params.get("name", ""))

    async def setMyDescription(self, params: Params) -> bool:
        return self._set_profile("description", params, params.get("description", ""))

    async def setMyShortDescription(self, params: Params) -> bool:
        return self._set_profile("short_description", params, params.get("short_description", ""))

    def _set_profile(self, part: str, params: Params, told: Any) -> bool:
        code = checks.language_code(params.get("language_code") or "")
        if len(told) > LONGEST_PROFILE.get(part, MOST_COMMANDS):
            raise bad_request(f"{part.replace('_', ' ')} is too long")
        self._api.profile[part, code] = told
        return True

    # Updates.

    async def getUpdates(self, params: Params) -> list[Params]:
        self._allow(params)
        return await self._api.delivery.poll(
            offset=params.get("offset") or 0,
            limit=params.get("limit") or 100,
            timeout=float(params.get("timeout") or 0),
        )

    async def setWebhook(self, params: Params) -> bool:
        secret = params.get("secret_token") or ""
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            raise bad_request("secret token contains unallowed characters")
        if not re.match(r"https?://", params.get("url") or "http://"):  # the real server wants https, a test has none
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        self._allow(params)
        if params.get("drop_pending_updates"):
            await self._api.delivery.drop_waiting()
        kept = ("url", "secret_token", "allowed_updates", "max_connections")
        await self._api.delivery.set_webhook({"url": ""} | {k: params[k] for k in kept if params.get(k)})
        return True

    async def deleteWebhook(self, params: Params) -> bool:
        if params.get("drop_pending_updates"):
            await self._api.delivery.drop_waiting()
        await self._api.delivery.set_webhook({"url": ""})
        return True

    async def getWebhookInfo(self, params: Params) -> Params:
        return self._api.delivery.webhook_info()

    def _allow(self, params: Params) -> None:
        if "allowed_updates" in params:  # left out means: as before
            self._api.delivery.allowed = params["allowed_updates"] or []

    # Messages.

    async def sendMessage(self, params: Params) -> Params:
        chat = self._chat(params)
        text = checks.readable(params.get("text"), params.get("parse_mode"))
        markup = params.get("reply_markup")
        rows = checks.buttons(markup)
        message = chat.add(
            {"text": text},
            from_bot=True,
            buttons=rows,
            markup=_inline(markup),
            reply_to=self._replied(chat, params),
            silent=bool(params.get("disable_notification")),
        )
        self._api.accept(chat, message)
        return chat.message_json(message)

    async def sendVenue(self, params: Params) -> Params:
        chat = self._chat(params)
        try:
            point = {"latitude": float(params["latitude"]), "longitude": float(params["longitude"])}
        except (KeyError, ValueError):
            raise bad_request("can't parse location") from None
        named = {part: str(params.get(part) or "") for part in ("title", "address")}
        if not all(named.values()):
            raise bad_request("venue title and address must be non-empty")
        return chat.message_json(chat.add({"venue": {"location": point} | named, "location": point}, from_bot=True))

    async def editMessageText(self, params: Params) -> Params:
        chat, message = self._own_message(params)
        text = checks.readable(params.get("text"), params.get("parse_mode"))
        return _edit(chat, message, {"text": text}, params.get("reply_markup"))

    async def editMessageReplyMarkup(self, params: Params) -> Params:
        chat, message = self._own_message(params)
        return _edit(chat, message, message.content, params.get("reply_markup"))

    async def deleteMessage(self, params: Params) -> bool:
        chat = self._chat(params)
        message = chat.find(params.get("message_id") or 0)
        if message is None or message.deleted:
            raise bad_request("message to delete not found")
        if not chat.may_delete(message):
            raise bad_request(CANNOT_DELETE)
        chat.delete(message)
        return True

    async def deleteMessages(self, params: Params) -> bool:
        """Those that are not there are passed over; one that may not be deleted keeps all the others."""
        chat = self._chat(params)
        named = params.get("message_ids")
        if not isinstance(named, list) or not named:
            raise bad_request("message identifiers are not specified")
        if len(named) > MOST_DELETED:
            raise bad_request("too many message identifiers specified")
        found = [chat.find(int(number)) for number in named]
        standing = [message for message in found if message is not None and not message.deleted]
        if not all(chat.may_delete(message) for message in standing):
            raise bad_request(CANNOT_DELETE)
        for message in standing:
            chat.delete(message)
        return True

    async def answerCallbackQuery(self, params: Params) -> bool:
        callback_id = str(params.get("callback_query_id") or "")
        if callback_id not in self._api.callback_ids:
            raise bad_request(TOO_OLD_PRESS)
        text = str(params.get("text") or "")
        if len(text) > LONGEST_ANSWER:
            raise bad_request("MESSAGE_TOO_LONG")
        self._api.answered(callback_id, text, bool(params.get("show_alert")))
        return True

    async def sendChatAction(self, params: Params) -> bool:
        self._chat(params)
        return True

    async def leaveChat(self, params: Params) -> bool:
        chat = self._chat(params)
        if chat.kind == "private":
            raise bad_request("chat member status can't be changed in private chats")
        chat.left = True
        return True

    async def getFile(self, params: Params) -> Params:
        raise bad_request("invalid file_id")  # the bot of this project takes no files

    def _chat(self, params: Params) -> Chat:
        chat_id = params.get("chat_id")
        if isinstance(chat_id, str):
            chat_id = self._api.channels.get(chat_id)
        if not isinstance(chat_id, int):
            raise bad_request("chat not found" if params.get("chat_id") else "chat_id is empty")
        chat = self._api.chat(chat_id)
        if chat.moved_to is not None:
            why = "group chat was upgraded to a supergroup chat"
            raise Refused(400, f"Bad Request: {why}", migrate_to_chat_id=chat.moved_to)
        if chat.blocked:
            raise Refused(403, BLOCKED)
        if chat.left:
            raise Refused(403, LEFT)
        return chat

    def _own_message(self, params: Params) -> tuple[Chat, Shown]:
        chat = self._chat(params)
        message = chat.find(params.get("message_id") or 0)
        if message is None or message.deleted:
            raise bad_request("message to edit not found")
        if not message.from_bot:
            raise bad_request("message can't be edited")
        return chat, message

    def _replied(self, chat: Chat, params: Params) -> int | None:
        terms = params.get("reply_parameters") or {}
        message_id = terms.get("message_id") or params.get("reply_to_message_id")
        replied = chat.find(int(message_id)) if message_id else None
        if replied and not replied.deleted:
            return replied.message_id
        if message_id and not (terms.get("allow_sending_without_reply") or params.get("allow_sending_without_reply")):
            raise bad_request("message to be replied not found")
        return None


def _inline(markup: Params | None) -> Params | None:
    return markup if markup and markup.get("inline_keyboard") else None


def _edit(chat: Chat, message: Shown, content: Params, markup: Params | None) -> Params:
    rows = checks.buttons(markup)  # an edit without a keyboard takes the old one away
    if content == message.content and rows == message.buttons:
        raise bad_request(NOT_MODIFIED)
    message.content, message.buttons, message.markup = content, rows, _inline(markup)
    message.edited = True
    chat.changed(message)
    return chat.message_json(message)
