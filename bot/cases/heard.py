"""What a newcomer said that has had its effect without being kept as a message: a command, a question about the hours,
words that wait for consent. Telegram says "edited" of a first reaction to any of them, which is not saying it again.

Holds keyed hashes, never words. It must not decide what is kept: `converse.py` does.
"""

from datetime import timedelta

from bot.engine import once
from bot.engine.actors import Visitor
from bot.engine.work import Work
from bot.language.textshape import clean
from bot.people import people
from models.dialogue import Edited, Incoming

MAY_BE_EDITED = timedelta(hours=48)  # by whoever wrote it; a later "edited" is a reaction or a preview
CLOCKS_DIFFER = timedelta(minutes=1)


async def note(work: Work, visitor: Visitor, incoming: Incoming, words: str) -> None:
    """These words of this message are not to have their effect again as an edit."""
    await once.first_time(work, visitor.channel, _key(work, visitor, incoming, words))


async def is_noted(work: Work, visitor: Visitor, incoming: Incoming, words: str) -> bool:
    """Whether this message has had its effect with these very words."""
    return await once.is_done(work, visitor.channel, _key(work, visitor, incoming, words))


async def is_long_past(work: Work, visitor: Visitor, act: Edited) -> bool:
    """Whether a changed message that we do not keep cannot be on its way any more: it is too old, or older than what
    we know of this person, who has been erased since."""
    if act.said_at is None:
        return False
    known_since = await people.known_since(work, visitor.person_id)
    return act.said_at < max(work.now - MAY_BE_EDITED, known_since - CLOCKS_DIFFER)


def _key(work: Work, visitor: Visitor, incoming: Incoming, words: str) -> str:
    words = clean(words).strip()
    name, _, rest = words.partition(" ")
    if name.startswith("/"):  # as the channel makes a command of it
        words = f"{name.partition('@')[0].lower()} {rest.strip()}".strip()
    return work.seal.blind("heard", f"{visitor.conversation_id}:{incoming.external_id or incoming.key}:{words}")
