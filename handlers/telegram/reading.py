"""A Telegram message taken apart: its words, what came with them, and what of it cannot be received.

What Telegram shows beside the words (a quote, the address behind a word, that they were forwarded) is part of what a
person sent. From whom something was forwarded is not told on. It must not know what the words mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Message, MessageEntity, Update

from bot.language.textshape import clean
from handlers.telegram.parsing import came
from models.conversation import WITH, Mark

# What Telegram can carry and we cannot relay yet, by the field that holds it. What Telegram repeats as something
# plainer (an animation as a document, a venue as a location) stands before it.
UNREADABLE_KINDS = (
    "photo", "voice", "video", "video_note", "animation", "document", "audio", "sticker", "venue", "location",
    "contact", "poll", "dice", "story", "paid_media", "game", "checklist",
)  # fmt: skip
UNIT_BYTES = 2  # of UTF-16, in which Telegram counts: https://core.telegram.org/bots/api#messageentity


@dataclass(frozen=True, slots=True)
class Taken:
    """What a message holds. `text`: the person's own words, each hidden address after the words it stands behind.

    `quote`: what of another message they answer. `kind`: what came that cannot be relayed, with the text as its
    caption; None for plain text. `marks`: codes for the reader, as `Message.marks`.
    """

    text: str
    quote: str
    kind: str | None
    album: str | None
    marks: tuple[str, ...]

    @property
    def words(self) -> str:
        """The text under what it quotes; nothing without a text."""
        return f"{quoted(self.quote)}\n{self.text}" if self.quote and self.text else self.text


def take_apart(message: Message) -> Taken:
    """The message in its parts."""
    kind = None
    text, entities = message.text or "", message.entities
    if message.text is None:
        kind = next((kind for kind in UNREADABLE_KINDS if came(message, kind)), "other")
        text, entities = message.caption or "", message.caption_entities
    text = with_addresses(text, entities)
    if kind is not None and not clean(text).strip():
        text = ""  # a caption that nobody could see is none
    quote = message.quote.text if message.quote else ""
    marks = (Mark.FORWARDED.value,) if message.forward_origin else ()
    if kind is not None:
        marks = (*marks, f"{WITH}{kind}")
    return Taken(text, clean(quote).strip(), kind, message.media_group_id, marks)


def is_wordless_edit(update: Update) -> bool:
    """Whether something that cannot be received has changed: a place that moves on, a picture put in another's stead.

    It was answered when it first came, and there are still no words to keep.
    """
    message = update.edited_message
    if message is None:
        return False
    taken = take_apart(message)
    return taken.kind is not None and not taken.text


def quoted(text: str) -> str:
    """Another message's words, marked as such line by line."""
    return "\n".join(f"> {line}" for line in text.splitlines())


def with_addresses(text: str, entities: Sequence[MessageEntity]) -> str:
    """The text with every address that stands hidden behind words shown after them, in brackets."""
    units = text.encode("utf-16-le", "surrogatepass")
    hidden = (entity for entity in entities if entity.type == MessageEntity.TEXT_LINK and entity.url)
    pieces, at = [], 0
    for link in sorted(hidden, key=_end):
        end = min(max(_end(link), at), len(units))
        shown = units[link.offset * UNIT_BYTES : end].decode("utf-16-le", "ignore")
        if link.url and not _is_shown(link.url, shown):
            pieces += [units[at:end], f" ({link.url})".encode("utf-16-le", "surrogatepass")]
            at = end
    return b"".join([*pieces, units[at:]]).decode("utf-16-le", "surrogatepass")


def _end(entity: MessageEntity) -> int:
    return (entity.offset + entity.length) * UNIT_BYTES


def _is_shown(url: str, shown: str) -> bool:
    """Whether the words are their own address, as when somebody links an address to itself."""
    return _bare(url) == _bare(shown)


def _bare(address: str) -> str:
    return address.strip().removeprefix("https://").removeprefix("http://").rstrip("/")
