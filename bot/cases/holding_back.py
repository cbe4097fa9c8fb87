"""So much at once that others would wait: a newcomer's words are all kept at once, and passed on more slowly.

In the volunteer's lane, what is held back is overtaken by other cases (`bot/telling/lanes.py`). Owns the limit and the
line that says so. It must not refuse anything.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from bot.cases.said_lately import is_said_lately
from bot.cases.texts_newcomer import PassedOnSlowly
from bot.engine.work import Work
from bot.people.access import CaseRow
from models.base import UtcDateTime, table_of
from models.notice import Notice
from models.outbox import Outbox

MOST_AT_ONCE = 20  # within a minute; who writes line by line is not held back
WITHIN = timedelta(minutes=1)
EVERY = timedelta(seconds=2)  # half of what may be sent to one chat: the other half is for the other cases
TOLD_FOR = timedelta(minutes=10)
_ROWS = table_of(Outbox)
_TOLD_LATELY = (
    select(_ROWS.c.due_at)
    .where(_ROWS.c.case_id == bindparam("case"), _ROWS.c.kind == Notice.WORDS)
    .where(_ROWS.c.created_at > bindparam("since", type_=UtcDateTime))
    .order_by(_ROWS.c.id.desc())
    .limit(MOST_AT_ONCE)
)


async def leaves_at(work: Work, case: CaseRow) -> datetime:
    """When the next words of this case may go on to its volunteer; now, unless there have been very many."""
    told = {"case": case.id, "since": work.now - WITHIN}
    due_ats = (await work.db.execute(_TOLD_LATELY, told)).scalars().all()
    return work.now if len(due_ats) < MOST_AT_ONCE else max(due_ats[0], work.now) + EVERY


async def tell(work: Work, case: CaseRow) -> None:
    """The newcomer reads, once in a while, that all has arrived here and goes on more slowly."""
    if not await is_said_lately(work, case, Notice.PASSED_ON_SLOWLY, within=TOLD_FOR):
        await work.tell(case.newcomer_id, PassedOnSlowly(), case_id=case.id)
