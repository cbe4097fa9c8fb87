"""More words of a newcomer whose case waits: they have arrived, and when a person answers as it stands now.

Owns how often that is said: who writes line by line is not answered line by line. It must not keep the words
(`relay.py`), nor decide what can be promised (`queue.py`).
"""

from datetime import timedelta

from sqlalchemy import bindparam, update

from bot.cases import promising
from bot.cases.said_lately import is_said_lately
from bot.cases.texts_newcomer import WordsKept
from bot.engine.actors import Visitor
from bot.engine.work import Work
from bot.people.access import CASES, CaseRow
from models.base import UtcDateTime, table_of
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Channel
from models.saying import fields_of

TOLD_FOR = timedelta(minutes=10)
OF_WHO_WAITS = (Notice.WORDS_KEPT, Notice.TIME_KNOWN, Notice.LATE)
_ROWS = table_of(Outbox)
_WAIT_NO_MORE = (
    update(_ROWS)
    .where(_ROWS.c.case_id == bindparam("case"), _ROWS.c.kind.in_(OF_WHO_WAITS), _ROWS.c.state == RowState.DUE)
    .where(_ROWS.c.lease_owner.is_(None), ~_ROWS.c.doubtful)
    .values(state=RowState.CANCELLED, ended_at=bindparam("now", type_=UtcDateTime))
    .returning(_ROWS.c.kind)
)


async def tell(work: Work, visitor: Visitor, case: CaseRow) -> None:
    """The newcomer of this queued case reads, without a sound and once in a while, that their words have joined it."""
    if await is_said_lately(work, case, Notice.WORDS_KEPT, within=TOLD_FOR):
        return
    promised = await promising.told_now(work, case)
    kept = WordsKept(channel=Channel(visitor.channel), late=promising.is_overdue(work, case), **fields_of(promised))
    await work.tell_lane(visitor.lane or await work.lane_of(case.newcomer_id), kept, case_id=case.id)


async def wait_no_more(work: Work, case: CaseRow) -> None:
    """What has not left yet of when somebody will take this case is not said any more: somebody has taken it."""
    kinds = (await work.db.execute(_WAIT_NO_MORE, {"case": case.id, "now": work.now})).scalars().all()
    if Notice.LATE in kinds:  # they have not read it: if it is late again, they will
        await work.db.execute(update(CASES).where(CASES.c.id == case.id).values(late_told_at=None))
