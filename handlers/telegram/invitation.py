"""A volunteer's link on its way in: found in whatever the account sends, before anything of it is kept.

What becomes of the account is decided in `bot/volunteers/linking.py`.
"""

import re

from telegram import Message

from bot.engine.seal import tokens_in
from bot.engine.work import Work
from bot.volunteers import linking
from handlers.telegram.reading import take_apart

# "/start" or an address of Telegram's with something as long as a token: a link on a poster carries a word of its own.
_ASKED = re.compile(r"(?:/start(?:@\w+)?\s+|[?&]start=)([A-Za-z0-9_-]{40,64})(?![A-Za-z0-9_-])", re.IGNORECASE)


async def opened(work: Work, message: Message) -> bool:
    """Whether the message held a link of ours, which has had its effect; then nothing else of it counts.

    Raises:
        LinkSpent, BadInput: as `linking.took_link`.
    """
    text = take_apart(message).words
    asked = _ASKED.findall(text)
    tokens = [*asked, *tokens_in(text)]
    if not tokens:
        return False
    return await linking.took_link(work, message.chat_id, tokens, is_asked=bool(asked))
