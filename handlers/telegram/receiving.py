"""Telegram: every update becomes one act, durable before it is acknowledged.

python-telegram-bot parses and sends; receiving is ours, since it would acknowledge an update as soon as it is in
memory. Owns the routes and the wrapper that opens Work and answers a button after it. An update never waits for a call
to Telegram: what is not said through the outbox is an errand.
"""

import asyncio
import json
from time import monotonic

import structlog
from telegram import Bot, CallbackQuery, Chat, Message, Update

from bot.cases import cases, on_duty, relay
from bot.engine import clock, once
from bot.engine.errors import NewerWords, Refusal, Unavailable
from bot.engine.metrics import ACTS
from bot.engine.settings import CONNECT_SECONDS
from bot.engine.work import Work
from bot.hours import channel_post
from bot.language import parts
from bot.language.i18n import suggest_language
from bot.language.refused import Refused
from bot.people import people
from bot.service import Service
from handlers.telegram import invitation, newcomer, parsing, volunteer, volunteer_presses, witness
from handlers.telegram.errands import Errands
from handlers.telegram.noting import Noting
from handlers.telegram.order import Order
from handlers.telegram.reading import is_wordless_edit
from handlers.telegram.sender import TelegramSender
from handlers.telegram.view import toast
from handlers.telegram.wire import Wire
from models.dialogue import Answer

log = structlog.get_logger()
CHANNEL = "telegram"
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
STATIC_CARD_EVERY_SECONDS = 600.0
MARGIN_SECONDS = 0.5  # so that a call's own time ends first, which knows whether it has left
HANDLED, NOT_NOW = 200, 503


class Telegram:
    """The bot on one token."""

    def __init__(self, service: Service) -> None:
        settings = service.settings
        assert settings.telegram_token is not None
        self.service = service
        heard = clock.witnessed if witness.counts(settings.telegram_api_url) else None
        sends = Wire(timeout_seconds=settings.send_timeout_seconds, witness=heard)
        polls = Wire(timeout_seconds=settings.send_timeout_seconds + settings.long_poll_seconds, witness=heard)
        self._wires = (sends, polls)
        self.bot = Bot(
            settings.telegram_token.get_secret_value(),
            base_url=f"{settings.telegram_api_url}/bot",
            base_file_url=f"{settings.telegram_api_url}/file/bot",
            request=sends,
            get_updates_request=polls,
        )
        longest = settings.send_timeout_seconds + CONNECT_SECONDS + MARGIN_SECONDS
        self.sender = TelegramSender(self.bot, longest_seconds=longest)
        self.heard_at = clock.now()  # when the webhook was last called, by whoever knows its secret
        self.errands = Errands(service)
        self._noting = Noting()
        self._order = Order()
        self._cards_at: dict[int, float] = {}

    async def webhook(self, body: bytes) -> int:
        """The status to answer a webhook call with: 200 when the update is done or given up, 503 to have it again."""
        self.heard_at = clock.now()
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as bad:
            log.warning("update_not_understood", trouble=type(bad).__name__)
            return HANDLED  # the same bytes would not be understood the next time either
        return HANDLED if await self.take_in(told) else NOT_NOW

    async def waiting_updates(self, offset: int | None) -> list[parsing.Told]:
        """What waits for this bot, as Telegram tells it. The library's own method reads all updates or none, so that
        one it cannot read would hold up everybody, and it then writes their words into the log."""
        told = {"offset": offset, "timeout": self.service.settings.long_poll_seconds}
        asked = told | {"allowed_updates": ALLOWED_UPDATES}
        updates: list[parsing.Told] = await self.bot._post("getUpdates", asked)  # noqa: SLF001 - as above
        return updates

    async def take_in(self, told: object) -> bool:
        """As `handle`, for an update as Telegram tells it."""
        update = self._read(told)
        return update is None or await self.handle(update)

    async def see_through(self, told: object, *, rest_seconds: float) -> None:
        """The update is done, or given up for good: tried until the store answers, with a rest in between. What was
        written in its chat later waits behind it."""
        update = self._read(told)
        if update is None or (chat := update.effective_chat) is None:
            return
        async with self._order.turn(chat.id):
            while not await self._done_or_given_up(update, chat):  # noqa: ASYNC110
                await asyncio.sleep(rest_seconds)  # a database that answers again rings no bell

    def _read(self, told: object) -> Update | None:
        """One of which nothing can be read is given up: it never will be read, and whoever wrote it is told that it did
        not arrive."""
        update = parsing.update_of(told, self.bot)
        if update is None and (writer := parsing.writer_of(told)) is not None:
            chat_id, language, message_id = writer
            self._noting.later(chat_id, message_id)
            self._say_from_memory(chat_id, self.service.words(suggest_language(language))("message_not_readable"))
        return update

    async def handle(self, update: Update) -> bool:
        """Whether the update is done, or given up for good; False: the store does not answer, it must come again."""
        chat = update.effective_chat
        if chat is None:
            return True
        async with self._order.turn(chat.id) as may_go:
            if may_go and await self._done_or_given_up(update, chat):
                return True
            self._order.hold_up(chat.id)
            return False

    async def _done_or_given_up(self, update: Update, chat: Chat) -> bool:
        while True:
            try:
                done = await self._done(update, chat)
                ACTS.labels(CHANNEL).inc()
                return done
            except Unavailable:
                self._say_static_card(update, chat)
                return False
            except Exception as bug:
                log.exception("update_failed", update_id=update.update_id)
                try:
                    if await self._gave_up(update, chat, type(bug).__name__):
                        return True
                except Unavailable:
                    return False

    async def _done(self, update: Update, chat: Chat) -> bool:
        message = update.message or update.edited_message
        if chat.type != Chat.PRIVATE:
            return await self._is_ours(chat) or self._leave_group(chat, message)
        if update.my_chat_member is not None:
            return await self._membership_changed(update, chat)
        if update.callback_query is not None:
            return await self._pressed(update, chat, update.callback_query)
        if message is not None and not newcomer.is_service_note(message) and not is_wordless_edit(update):
            return await self._wrote(update, message)
        if message is not None:
            async with self.service.store.work() as work:
                await self._noting.note(work, chat.id, message)  # it may repeat what somebody wrote
        return True

    async def _wrote(self, update: Update, message: Message) -> bool:
        try:
            async with self.service.store.work() as work:
                if not await newcomer.is_first_time(work, update, message):
                    return True
                await self._act_on(work, update, message)
                await self._noting.note(work, message.chat_id, message)
        except Unavailable:
            raise
        except Refusal as refusal:
            await self._tell_refusal(update, message, refusal)
        return True

    async def _act_on(self, work: Work, update: Update, message: Message) -> None:
        work.actor = await people.staff_on_telegram(work, message.chat_id)
        if await invitation.opened(work, message):
            return
        if work.actor is not None:
            await volunteer.wrote(work, update, message, self.service.catalogues)
            await on_duty.acted(work)
        else:
            await newcomer.wrote(work, update, message)

    async def _pressed(self, update: Update, chat: Chat, query: CallbackQuery) -> bool:
        """The press has had its effect and its button is answered, after COMMIT or after ROLLBACK."""
        message_id = query.message.message_id if query.message else None
        language: str | None = None
        staff = False
        try:
            async with self.service.store.work() as work:
                actor = work.actor = await people.staff_on_telegram(work, chat.id)
                staff, language = actor is not None, actor.language if actor else query.from_user.language_code
                await self._noting.note(work, chat.id)
                if not await once.first_time(work, CHANNEL, str(update.update_id)):
                    answer = Answer("")
                elif actor is not None:
                    answer = await volunteer_presses.pressed(work, query.data or "", message_id)
                    await on_duty.acted(work)
                else:
                    answer = await newcomer.pressed(work, update, chat.id, query.data or "")
                    language = await people.language_on_telegram(work, chat.id) or language
        except Unavailable:
            raise
        except Refusal as refusal:
            answer = Answer(refusal.code, refusal.values)
            await self._note_refused(update, chat.id, refusal)
        words = self.service.desk(language) if staff else self.service.words(suggest_language(language))
        self._answer(query, toast(words, answer, self.service))
        return True

    def _answer(self, query: CallbackQuery, text: str) -> None:
        """The button is answered. Only here, and only when the act is committed, rolled back or given up."""
        self.errands.answer(lambda: self.sender.answer_press(query.id, text))

    def _say_from_memory(self, chat_id: int, text: str) -> None:
        self.errands.say(self._noting.said(chat_id, lambda: self.sender.say_from_memory(chat_id, text)))

    async def _note_refused(self, update: Update, chat_id: int, refusal: Refusal) -> None:
        """A refused press is done all the same; one refused for newer words shows them."""
        async with self.service.store.work() as work:
            await once.first_time(work, CHANNEL, str(update.update_id))
            actor = work.actor = await people.staff_on_telegram(work, chat_id)
            await on_duty.acted(work)
            if isinstance(refusal, NewerWords):
                for case in await cases.cases_of(work.db, actor.id) if actor is not None else ():
                    if case.id == refusal.case_id and case.conversation_id is not None:
                        await work.lock(case.conversation_id)
                        await relay.tell_newest(work, case)

    async def _tell_refusal(self, update: Update, message: Message, refusal: Refusal) -> None:
        """Words that could not be taken are answered with why, in the person's language."""
        chat_id = message.chat_id
        async with self.service.store.work() as work:
            if not await newcomer.is_first_time(work, update, message):
                return
            actor = work.actor = await people.staff_on_telegram(work, chat_id)
            await on_duty.acted(work)
            refused = Refused(refusal=refusal.code, values=refusal.values)
            if actor is not None and actor.enabled:
                await work.tell(actor.id, refused)
            elif actor is None:
                visitor = await people.newcomer_on_telegram(work, chat_id, hint=_app_language(update))
                await work.tell_address(visitor.address_id, refused, conversation_id=visitor.conversation_id)
            await self._noting.note(work, chat_id, message)

    async def _gave_up(self, update: Update, chat: Chat, failure: str) -> bool:
        """The failed attempt is counted, over restarts too; after the third the person is told it did not arrive."""
        async with self.service.store.work() as work:
            attempts = await once.failed(work, CHANNEL, str(update.update_id), failure)
            if chat.type == Chat.PRIVATE:
                await self._noting.note(work, chat.id, update.message)
        if attempts < once.MOST_ATTEMPTS:
            return False
        log.error("update_given_up", update_id=update.update_id)
        if chat.type == Chat.PRIVATE:
            words = self.service.words(suggest_language(_app_language(update)))
            if update.callback_query is not None:
                self._answer(update.callback_query, words("error_try_later"))
            else:
                self._say_from_memory(chat.id, words("error_try_later"))
        return True

    async def _membership_changed(self, update: Update, chat: Chat) -> bool:
        """Unblocked: what waited for this person goes on. Blocked is noticed by the next thing said to them."""
        change = update.my_chat_member
        if change is not None and change.new_chat_member.status == "member":
            async with self.service.store.work() as work:
                await people.back_on_telegram(work, chat.id)
        return True

    async def _is_ours(self, chat: Chat) -> bool:
        """Whether this is the channel that the hours are posted in, by its name, its number or where it has moved."""
        ours = self.service.settings.hours_channel.casefold()
        if not ours or ours in (str(chat.id), f"@{chat.username}".casefold()):
            return bool(ours)
        async with self.service.store.look() as db:
            return await channel_post.is_lane(db, self.service.store.seal, chat.id)

    def _leave_group(self, chat: Chat, message: Message | None) -> bool:
        if message is not None or chat.type == Chat.CHANNEL:
            language = message.from_user.language_code if message and message.from_user else None
            words = self.service.words(suggest_language(language))
            self.errands.say(lambda: self.sender.leave_group(chat.id, words("private_only")), once=chat.id)
        return True

    def _say_static_card(self, update: Update, chat: Chat) -> None:
        """With no database the helplines are still said, from memory, once per chat in ten minutes."""
        if chat.type != Chat.PRIVATE or monotonic() - self._cards_at.get(chat.id, -1e9) < STATIC_CARD_EVERY_SECONDS:
            return
        self._cards_at = {c: at for c, at in self._cards_at.items() if monotonic() - at < STATIC_CARD_EVERY_SECONDS}
        self._cards_at[chat.id] = monotonic()
        words = self.service.words(suggest_language(_app_language(update)))
        self._say_from_memory(chat.id, parts.lines(words("unavailable_telegram"), parts.help_text(words)))

    async def close(self) -> None:
        """No connection is open. `Bot.shutdown` would leave them to a bot that never reached Telegram at its start."""
        for wire in self._wires:
            await wire.shutdown()


def _app_language(update: Update) -> str | None:
    return update.effective_user.language_code if update.effective_user else None
