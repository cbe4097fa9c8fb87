"""More words of a newcomer whose case waits: they have arrived, and when a person answers as it stands now.

Owns how often that is said, which is read from what has been said, so that a restart changes nothing. Who writes line
by line is not answered line by line. It must not keep the words (`relay.py`), nor make a promise: it tells one.
"""

from datetime import timedelta

from sqlalchemy import bindparam, exists, select

from bot.cases import queue
from bot.cases.texts_newcomer import WordsKept
from bot.engine.work import Work
from bot.people.access import CaseRow
from models.base import UtcDateTime, table_of
from models.outbox import Notice, Outbox
from models.people import Channel
from models.saying import fields_of

TOLD_FOR = timedelta(minutes=10)
_ROWS = table_of(Outbox)
_SAID_LATELY = select(
    exists().where(
        _ROWS.c.case_id == bindparam("case"),
        _ROWS.c.kind == Notice.WORDS_KEPT,
        _ROWS.c.created_at > bindparam("since", type_=UtcDateTime),
    )
)


async def tell(work: Work, case: CaseRow, channel: Channel) -> None:
    """The newcomer of this queued case reads, without a sound and once in a while, that their words have joined it."""
    asked = {"case": case.id, "since": work.now - TOLD_FOR}
    if (await work.db.execute(_SAID_LATELY, asked)).scalar_one():
        return
    promised = (await queue.promise_for(work, case)).told
    await work.tell(case.newcomer_id, WordsKept(channel=channel, **fields_of(promised)), case_id=case.id)
