"""More words of a newcomer whose case waits: they have arrived, and when a person answers as it stands now.

Owns how often that is said: who writes line by line is not answered line by line. It must not keep the words
(`relay.py`), nor make a promise: it tells one.
"""

from datetime import timedelta

from bot.cases import queue
from bot.cases.said_lately import is_said_lately
from bot.cases.texts_newcomer import WordsKept
from bot.engine.work import Work
from bot.people.access import CaseRow
from models.outbox import Notice
from models.people import Channel
from models.saying import fields_of

TOLD_FOR = timedelta(minutes=10)


async def tell(work: Work, case: CaseRow, channel: Channel) -> None:
    """The newcomer of this queued case reads, without a sound and once in a while, that their words have joined it."""
    if await is_said_lately(work, case, Notice.WORDS_KEPT, within=TOLD_FOR):
        return
    promised = (await queue.promise_for(work, case)).told
    await work.tell(case.newcomer_id, WordsKept(channel=channel, **fields_of(promised)), case_id=case.id)
