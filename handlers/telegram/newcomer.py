"""A newcomer's updates: from Telegram's types to an act of the dialogue."""

from telegram import Message, Update

from bot.engine.work import Work
from bot.intake import at_hand, converse
from bot.people import people
from handlers.telegram.parsing import came
from handlers.telegram.reading import take_apart
from models.buttons import CONSENT, LANGUAGE
from models.buttons_hours import PLACE, REMIND
from models.dialogue import Act, Answer, Edited, Incoming, Pressed, Said, Unreadable

# What Telegram itself notes in a private chat: nobody has sent anything, so nothing is to be answered.
SERVICE_NOTES = (
    "message_auto_delete_timer_changed", "pinned_message", "chat_background_set", "write_access_allowed",
    "connected_website", "users_shared", "chat_shared", "boost_added", "gift", "unique_gift",
)  # fmt: skip


def is_service_note(message: Message) -> bool:
    """Whether the message tells of the chat rather than being something that a person sent."""
    return message.text is None and any(came(message, note) for note in SERVICE_NOTES)


def _external_id(message: Message) -> str:
    """What the message is called in its conversation."""
    return f"t{message.message_id}"


async def is_first_time(work: Work, update: Update, message: Message) -> bool:
    """Whether this message has not been done yet, whoever wrote it: see `at_hand.first_time_on_telegram`."""
    return await at_hand.first_time_on_telegram(work, str(update.update_id), message.chat_id, _external_id(message))


async def wrote(work: Work, update: Update, message: Message) -> Answer:
    """The newcomer's message, edit or file has had its effect."""
    hint = message.from_user.language_code if message.from_user else None
    is_edit = update.edited_message is not None
    if is_edit and not await people.is_known_on_telegram(work, message.chat_id):
        return Answer("")  # a reaction to something from before everything was erased
    visitor = work.visitor = await people.newcomer_on_telegram(work, message.chat_id, hint=hint)
    act = act_of(message, is_edit=is_edit)
    if is_edit and isinstance(act, Unreadable):
        return Answer("")  # a reaction to what was answered when it was sent
    incoming = Incoming(str(update.update_id), act, external_id=_external_id(message))
    return await converse.receive(work, visitor, incoming)


async def pressed(work: Work, update: Update, chat_id: int, code: str) -> Answer:
    """The newcomer's press has had its effect."""
    query = update.callback_query
    hint = query.from_user.language_code if query else None
    if not _may_begin(code) and not await people.is_known_on_telegram(work, chat_id):
        return Answer("no_longer_valid")  # pressed twice, and the first press erased them: nobody is to be known again
    visitor = work.visitor = await people.newcomer_on_telegram(work, chat_id, hint=hint)
    incoming = Incoming(str(update.update_id), Pressed(code), external_id=f"p{update.update_id}")
    return await converse.receive(work, visitor, incoming)


def _may_begin(code: str) -> bool:
    """Whether it is a button that somebody may begin with of whom we know nothing (any more)."""
    return code == CONSENT.code("yes") or any(button.matches(code) for button in (LANGUAGE, PLACE, REMIND))


def act_of(message: Message, *, is_edit: bool) -> Act:
    """What the person did with this message. The words under something we cannot take are words like any others."""
    taken = take_apart(message)
    if is_edit:
        return Edited(taken.words, taken.marks, said_at=message.date)
    if taken.kind is not None:
        return Unreadable(taken.kind, taken.album, taken.words, taken.marks)
    return Said(taken.words, marks=taken.marks)
