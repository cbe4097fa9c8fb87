"""A newcomer's updates: from Telegram's types to an act of the dialogue."""

from telegram import Message, Update

from bot.actions import converse, people
from bot.store import Work
from models.dialogue import Act, Answer, Commanded, Edited, Incoming, Pressed, Said, Unreadable

# What Telegram can carry and we cannot relay yet, by the field that holds it. What Telegram repeats as something
# plainer (an animation as a document, a venue as a location) stands before it.
UNREADABLE_KINDS = (
    "photo", "voice", "video", "video_note", "animation", "document", "audio", "sticker", "venue", "location",
    "contact", "poll", "dice", "story", "paid_media", "game", "checklist",
)  # fmt: skip
# The buttons that somebody may begin with of whom we know nothing (any more).
BEGINNINGS = ("lang:", "consent:yes", "place:", "remind:")
# What Telegram itself notes in a private chat: nobody has sent anything, so nothing is to be answered.
SERVICE_NOTES = (
    "message_auto_delete_timer_changed", "pinned_message", "chat_background_set", "write_access_allowed",
    "connected_website", "users_shared", "chat_shared", "boost_added", "gift", "unique_gift",
)  # fmt: skip


def is_service_note(message: Message) -> bool:
    """Whether the message tells of the chat rather than being something that a person sent."""
    return message.text is None and any(getattr(message, note, None) for note in SERVICE_NOTES)


async def wrote(work: Work, update: Update, message: Message) -> Answer:
    """The newcomer's message, edit or file has had its effect."""
    hint = message.from_user.language_code if message.from_user else None
    is_edit = update.edited_message is not None
    if is_edit and not await people.is_known_on_telegram(work, message.chat_id):
        return Answer("")  # a reaction to something from before everything was erased
    visitor = await people.newcomer_on_telegram(work, message.chat_id, hint=hint)
    act = act_of(message, is_edit=is_edit)
    if is_edit and isinstance(act, Unreadable):
        return Answer("")  # a reaction to what was answered when it was sent
    incoming = Incoming(str(update.update_id), act, external_id=f"t{message.message_id}")
    return await converse.receive(work, visitor, incoming)


async def pressed(work: Work, update: Update, chat_id: int, code: str) -> Answer:
    """The newcomer's press has had its effect."""
    query = update.callback_query
    hint = query.from_user.language_code if query else None
    if not code.startswith(BEGINNINGS) and not await people.is_known_on_telegram(work, chat_id):
        return Answer("no_longer_valid")  # pressed twice, and the first press erased them: nobody is to be known again
    visitor = await people.newcomer_on_telegram(work, chat_id, hint=hint)
    incoming = Incoming(str(update.update_id), Pressed(code), external_id=f"p{update.update_id}")
    return await converse.receive(work, visitor, incoming)


def act_of(message: Message, *, is_edit: bool) -> Act:
    """What the person did with this message. A caption without a file we can take is still not the whole of it."""
    if message.text is None:
        kind = next((kind for kind in UNREADABLE_KINDS if getattr(message, kind, None)), "other")
        return Unreadable(kind, album=message.media_group_id)
    if is_edit:
        return Edited(message.text, said_at=message.date)
    if message.text.startswith("/"):
        name, _, rest = message.text[1:].partition(" ")
        return Commanded(name.partition("@")[0].lower(), rest.strip())
    return Said(message.text)
