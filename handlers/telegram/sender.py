"""The way out to Telegram: one letter becomes one call, and what came of it an outcome. The only file that speaks.

Text goes out plain, so nothing a person writes can break or fake its formatting. It must not touch the database.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog
from telegram import Bot, BotCommand, BotCommandScopeChat, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.language.commands import COMMANDS
from bot.language.i18n import Catalogues
from bot.language.textshape import split_text
from bot.telling.letters import InChat, Letter, Moved, Outcome, Sent, TryAgain, Unreachable
from handlers.telegram.view import keyboard
from handlers.telegram.wire import Unanswered
from models.dialogue import Venue
from models.people import Language

log = structlog.get_logger()
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_NO_PREVIEW_SPELT = NO_PREVIEW.to_json()
NOTHING_CHANGED = "message is not modified"
GONE = ("message to edit not found", "message can't be edited", "message to delete not found")
SHUT = {"blocked by the user": "blocked", "user is deactivated": "deactivated"}
MOST_DELETED_AT_ONCE = 100  # https://core.telegram.org/bots/api#deletemessages
CANNOT_DELETE = "message can't be deleted"
PROBE_SECONDS = 5.0  # for whether Telegram answers at all
GOODBYE_SECONDS = 2.0  # leaving matters more than having said why


class TelegramSender:
    """A bot that sends."""

    def __init__(self, bot: Bot, *, longest_seconds: float | None = None) -> None:
        """`longest_seconds`: what one letter may take in all, however many messages it is."""
        self._bot = bot
        self._longest_seconds = longest_seconds

    async def answers(self) -> TryAgain | None:
        """Whether Telegram answers at all; see `bot.telling.letters.Sender`."""
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await self._bot.get_me(read_timeout=PROBE_SECONDS)
        except RetryAfter as wait:
            return TryAgain(after_seconds=seconds_to_wait(wait))
        except (TelegramError, TimeoutError):
            return TryAgain()
        return None

    async def send(self, letter: Letter) -> Outcome:
        """Try once; see `bot.telling.letters.Sender`."""
        progress = _Progress(letter.parts_sent)
        outcome = await self._tried(letter, progress)
        if (progress.arrived or progress.gone) and isinstance(outcome, InChat):
            return replace(outcome, arrived=tuple(progress.arrived), gone=tuple(progress.gone))
        return outcome

    async def _tried(self, letter: Letter, progress: "_Progress") -> Outcome:
        try:
            async with asyncio.timeout(self._longest_seconds):
                return Sent(await self._call(letter, progress))
        except RetryAfter as wait:
            return TryAgain(after_seconds=seconds_to_wait(wait), parts_sent=progress.parts)
        except ChatMigrated as moved:
            return Moved(str(moved.new_chat_id))
        except Forbidden as shut:
            return Unreachable(_why_shut(shut))
        except BadRequest as refusal:
            return _refused(refusal)
        except (Unanswered, TimeoutError):
            return TryAgain(doubtful=progress.began, parts_sent=progress.parts)
        except TelegramError as trouble:  # never left, or was answered with a status: it has not arrived
            log.warning("telegram_refused", trouble=type(trouble).__name__)
            return TryAgain(parts_sent=progress.parts)

    async def _call(self, letter: Letter, progress: "_Progress") -> int | None:
        progress.began = True
        if letter.menu is not None:
            await self._show_menu(letter.chat, letter.menu)
            return None
        if letter.unsays:
            for start in range(0, len(letter.unsays), MOST_DELETED_AT_ONCE):
                await self._delete(letter.chat, letter.unsays[start : start + MOST_DELETED_AT_ONCE], progress)
            return None
        if letter.edits is not None:
            return await self._edit(letter)
        if letter.prompt.venue is not None:
            progress.arrived.append(shown := await self._show_on_map(letter.chat, letter.prompt.venue))
            return shown
        parts = [part for part in split_text(letter.prompt.text) if part.strip()]
        remote_id = None
        for place, part in enumerate(parts[progress.parts :], start=progress.parts):
            remote_id = await self._say(letter, part, is_last=place == len(parts) - 1)
            progress.arrived.append(remote_id)
            progress.parts = place + 1
        return remote_id

    async def _delete(self, chat: str, messages: Sequence[int], progress: "_Progress") -> None:
        """These messages are gone, but for those that Telegram lets nobody delete: one of those makes it refuse all
        that are named together, so it is looked for by halves."""
        try:
            await self._bot.delete_messages(chat, messages)
        except BadRequest as refusal:
            if len(messages) > 1:
                half = len(messages) // 2
                await self._delete(chat, messages[:half], progress)
                await self._delete(chat, messages[half:], progress)
                return
            reason = str(refusal).lower()
            if CANNOT_DELETE in reason:
                return
            if not any(gone in reason for gone in GONE):
                raise
        progress.gone.extend(messages)

    async def _show_menu(self, chat: str, menu: Sequence[tuple[str, str]]) -> None:
        """The chat has these commands in its menu; without any it has everybody's. A chat that is not there, or takes
        none, needs none."""
        scope = BotCommandScopeChat(chat)
        try:
            if menu:
                await self._bot.set_my_commands([BotCommand(name, what) for name, what in menu], scope=scope)
            else:
                await self._bot.delete_my_commands(scope=scope)
        except (BadRequest, Forbidden) as refusal:
            log.info("menu_not_shown", trouble=type(refusal).__name__)

    async def _edit(self, letter: Letter) -> int | None:
        await self._bot.edit_message_text(
            letter.prompt.text, chat_id=letter.chat, message_id=letter.edits,
            reply_markup=keyboard(letter.prompt), link_preview_options=NO_PREVIEW,
        )  # fmt: skip
        return letter.edits

    async def _show_on_map(self, chat: str, venue: Venue) -> int:
        said = await self._bot.send_venue(
            chat, venue.latitude, venue.longitude, title=venue.name, address=venue.address
        )  # fmt: skip
        return said.message_id

    async def _say(self, letter: Letter, text: str, *, is_last: bool) -> int:
        reply = None
        if letter.reply_to is not None:
            reply = ReplyParameters(letter.reply_to, allow_sending_without_reply=True)
        told = {
            "chat_id": letter.chat, "text": text, "reply_markup": keyboard(letter.prompt) if is_last else None,
            "link_preview_options": _NO_PREVIEW_SPELT, "reply_parameters": reply,
            "disable_notification": letter.is_silent or None,
        }  # fmt: skip
        # The library's own method reads all of the message that comes back, of which only the number is wanted.
        said = await self._bot._post("sendMessage", told)  # noqa: SLF001
        return int(said["message_id"])

    async def say_from_memory(self, chat_id: int, text: str) -> int | None:
        """Said past the outbox, for the one case that has none: the database does not answer. Returns the message's
        number in the chat; None if it was not sent."""
        try:
            return (await self._bot.send_message(chat_id, text, link_preview_options=NO_PREVIEW)).message_id
        except TelegramError as trouble:
            log.warning("static_card_not_sent", trouble=type(trouble).__name__)
            return None

    async def leave_group(self, chat_id: int, text: str) -> None:
        """Said once in a group, which the bot then leaves: nothing there is private."""
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._bot.send_message(chat_id, text)
        except (TelegramError, TimeoutError) as trouble:
            log.warning("group_not_told", trouble=type(trouble).__name__)
        try:
            await self._bot.leave_chat(chat_id)
        except TelegramError as trouble:
            log.warning("group_not_left", trouble=type(trouble).__name__)

    async def answer_press(self, query_id: str, text: str) -> None:
        """The button stops spinning and says `text`, if any. Too late an answer is nobody's loss."""
        try:
            await self._bot.answer_callback_query(query_id, text=text[:200] or None)
        except TelegramError as trouble:
            log.info("press_not_answered", trouble=type(trouble).__name__)

    async def introduce(self, catalogues: Catalogues) -> None:
        """The bot's commands and descriptions are set, per language. English is the default."""
        for language in (None, *Language):
            words = catalogues.words(str(language or Language.EN))
            code = str(language) if language else None
            commands: Sequence[BotCommand] = [BotCommand(name, words(f"command_{name}")) for name in COMMANDS]
            await self._bot.set_my_commands(commands, language_code=code)
            await self._bot.set_my_description(words("bot_description"), language_code=code)
            await self._bot.set_my_short_description(words("bot_short_description"), language_code=code)


@dataclass
class _Progress:
    """How far a letter has come: whether it is being sent at all, how many messages of it have arrived, which of them
    just now, and which messages are gone."""

    parts: int
    began: bool = False
    arrived: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)


def seconds_to_wait(wait: RetryAfter) -> float:
    """What Telegram asks for; the library says it as a number or a timedelta."""
    after = wait.retry_after
    return float(after) if isinstance(after, int | float) else after.total_seconds()


def _why_shut(shut: Forbidden) -> str:
    """Why nothing gets into this chat, as far as Telegram says it: in words only, with one status for all."""
    reason = str(shut).lower()
    return next((code for words, code in SHUT.items() if words in reason), "shut")


def _refused(refusal: BadRequest) -> Outcome:
    reason = str(refusal).lower()
    if NOTHING_CHANGED in reason:
        return Sent()
    if any(gone in reason for gone in GONE) or CANNOT_DELETE in reason:
        return Unreachable("nothing_to_edit")
    log.warning("telegram_bad_request")
    return Unreachable("refused")
