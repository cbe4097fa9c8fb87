"""A newcomer's updates: from Telegram's types to an act of the dialogue."""

from telegram import Message, Update

from bot.actions import converse, people
from bot.store import Work
from models.dialogue import Act, Answer, Commanded, Edited, Incoming, Pressed, Said, Unreadable

# What Telegram can carry and we cannot relay yet, by the field that holds it.
UNREADABLE_KINDS = (
    "photo", "voice", "video", "video_note", "document", "audio", "animation", "sticker", "location", "venue",
    "contact", "poll", "dice", "story", "paid_media", "game", "checklist",
)  # fmt: skip


async def wrote(work: Work, update: Update, message: Message) -> Answer:
    """The newcomer's message, edit or file has had its effect."""
    hint = message.from_user.language_code if message.from_user else None
    visitor = await people.newcomer_on_telegram(work, message.chat_id, hint=hint)
    act = act_of(message, is_edit=update.edited_message is not None)
    incoming = Incoming(str(update.update_id), act, external_id=f"t{message.message_id}")
    return await converse.receive(work, visitor, incoming)


async def pressed(work: Work, update: Update, chat_id: int, code: str) -> Answer:
    """The newcomer's press has had its effect."""
    query = update.callback_query
    hint = query.from_user.language_code if query else None
    visitor = await people.newcomer_on_telegram(work, chat_id, hint=hint)
    incoming = Incoming(str(update.update_id), Pressed(code), external_id=f"p{update.update_id}")
    return await converse.receive(work, visitor, incoming)


def act_of(message: Message, *, is_edit: bool) -> Act:
    """What the person did with this message. A caption without a file we can take is still not the whole of it."""
    if message.text is None:
        return Unreadable(next((kind for kind in UNREADABLE_KINDS if getattr(message, kind, None)), "other"))
    if is_edit:
        return Edited(message.text)
    if message.text.startswith("/"):
        name, _, rest = message.text[1:].partition(" ")
        return Commanded(name.partition("@")[0].lower(), rest.strip())
    return Said(message.text)
