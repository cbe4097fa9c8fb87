"""So much at once that others would wait: a newcomer's words are all kept at once, and passed on more slowly.

In the volunteer's lane, what is held back is overtaken by other cases (`bot/telling/lanes.py`). Owns the limit and the
line that says so. It must not refuse anything.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from bot.cases.said_lately import is_said_lately
from bot.cases.texts_newcomer import PassedOnSlowly
from bot.engine.rows import spelt
from bot.engine.ways import LANES, Lane, nearest
from bot.engine.work import Work
from bot.people.access import CaseRow
from models.base import UtcDateTime, table_of
from models.outbox import Notice, Outbox

MOST_AT_ONCE = 20  # within a minute; who writes line by line is not held back
WITHIN = timedelta(minutes=1)
EVERY = timedelta(seconds=2)  # half of what may be sent to one chat: the other half is for the other cases
TOLD_FOR = timedelta(minutes=10)
_ROWS = table_of(Outbox)
_TOLD_LATELY = (
    select(_ROWS.c.due_at)
    .where(_ROWS.c.case_id == bindparam("case"), _ROWS.c.kind == spelt(Notice.WORDS))
    .where(_ROWS.c.created_at > bindparam("since", type_=UtcDateTime))
    .order_by(_ROWS.c.id.desc())
    .limit(1)
)
_NEWEST, _LAST_AT_ONCE = _TOLD_LATELY.scalar_subquery(), _TOLD_LATELY.offset(MOST_AT_ONCE - 1).scalar_subquery()
_WAYS = LANES.add_columns(_NEWEST.label("newest"), _LAST_AT_ONCE.label("last_at_once"))


async def way_on(work: Work, case: CaseRow) -> tuple[Lane | None, datetime]:
    """How the next words of this case reach its volunteer, if they do, and when they may leave: now, unless there have
    been very many."""
    asked = {"person": case.volunteer_id, "case": case.id, "since": work.now - WITHIN}
    ways = (await work.db.execute(_WAYS, asked)).all()
    leaves_at = work.now
    for *_, newest, last_at_once in ways[:1]:
        if last_at_once is not None:
            leaves_at = max(newest, work.now) + EVERY
    return nearest([Lane(*way[: len(Lane._fields)]) for way in ways]), leaves_at


async def tell(work: Work, case: CaseRow) -> None:
    """The newcomer reads, once in a while, that all has arrived here and goes on more slowly."""
    if not await is_said_lately(work, case, Notice.PASSED_ON_SLOWLY, within=TOLD_FOR):
        await work.tell(case.newcomer_id, PassedOnSlowly(), case_id=case.id)
