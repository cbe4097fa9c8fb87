"""Whether a newcomer has just been told the same of a case: what is said once in a while is read from what was said, so
that a restart changes nothing.

It must not say anything, nor decide how long a while is.
"""

from datetime import timedelta

from sqlalchemy import bindparam, exists, select

from bot.engine.work import Work
from bot.people.access import CaseRow
from models.base import UtcDateTime, table_of
from models.notice import Notice
from models.outbox import Outbox

_ROWS = table_of(Outbox)
_SAID = select(
    exists().where(
        _ROWS.c.case_id == bindparam("case"),
        _ROWS.c.kind == bindparam("kind"),
        _ROWS.c.created_at > bindparam("since", type_=UtcDateTime),
    )
)


async def is_said_lately(work: Work, case: CaseRow, kind: Notice, *, within: timedelta) -> bool:
    """Whether a row of this kind was written about the case within this time."""
    asked = {"case": case.id, "kind": kind.value, "since": work.now - within}
    return bool((await work.db.execute(_SAID, asked)).scalar_one())
