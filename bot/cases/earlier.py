"""The same person again: which contacts there were before, by day and subject, and who had them. Never an old word.

It must not offer a case (`queue.py`).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from bot.cases import room
from bot.cases.told import EarlierTold
from bot.engine import clock
from bot.engine.db import Db
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people.access import CASES, CaseRow
from bot.roster.staffing import OnShift, present_of
from models.base import table_of
from models.case import CaseEvent, CaseEventKind
from models.closing import UNKNOWN, Closing
from models.follow_up import FollowUp

SHOWN = 3  # on a card; a page shows more
_LEDGER, _CLOSINGS, _FOLLOW_UPS = table_of(CaseEvent), table_of(Closing), table_of(FollowUp)
_TAKEN = (CaseEventKind.CLAIMED, CaseEventKind.HANDED_OVER, CaseEventKind.TAKEN_UP)


class _Contact(NamedTuple):
    opened_at: datetime
    category: str | None
    said: str | None
    follow_up_at: datetime | None


_SAID = (
    select(_CLOSINGS.c.category)
    .where(_CLOSINGS.c.case_id == CASES.c.id)
    .order_by(_CLOSINGS.c.closed_at.desc(), _CLOSINGS.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_FOLLOWED = (
    select(_FOLLOW_UPS.c.due_at)
    .where(_FOLLOW_UPS.c.case_id == CASES.c.id, _FOLLOW_UPS.c.ended_at.is_(None))
    .scalar_subquery()
)
_EARLIER = (
    select(*columns(_Contact, CASES, said=_SAID, follow_up_at=_FOLLOWED))
    .where(CASES.c.newcomer_id == bindparam("newcomer"), CASES.c.id != bindparam("case"))
    .order_by(CASES.c.opened_at.desc(), CASES.c.id.desc())
    .limit(bindparam("most"))
)
_HAD_THEM = (
    select(_LEDGER.c.actor_id)
    .select_from(_LEDGER.join(CASES, CASES.c.id == _LEDGER.c.case_id))
    .where(CASES.c.newcomer_id == bindparam("newcomer"), _LEDGER.c.kind.in_(_TAKEN), _LEDGER.c.actor_id.is_not(None))
    .order_by(_LEDGER.c.id.desc())
    .limit(1)
)


async def contacts(db: Db, case: CaseRow, zone: ZoneInfo, *, most: int = SHOWN) -> tuple[EarlierTold, ...]:
    """The other cases of this case's newcomer, newest first."""
    if case.newcomer_id is None:
        return ()
    asked = {"newcomer": case.newcomer_id, "case": case.id, "most": most}
    return tuple(_told(row, zone) for row in every(_Contact, await db.execute(_EARLIER, asked)))


def _told(row: _Contact, zone: ZoneInfo) -> EarlierTold:
    said = row.said if row.said and row.said != UNKNOWN else row.category
    follow_up_on = row.follow_up_at and clock.office_day(row.follow_up_at, zone)
    return EarlierTold(on_day=clock.office_day(row.opened_at, zone), category=said, follow_up_on=follow_up_on)


async def who_had_them(
    work: Work, case: CaseRow, known: Sequence[EarlierTold], on_shift: Sequence[OnShift]
) -> int | None:
    """Who had this newcomer last, if they are present, have room and speak the language; else None. `known`: their
    contacts; `on_shift`: who has cards now."""
    if not known and not case.has_returned:
        return None
    last: int | None = (await work.db.execute(_HAD_THEM, {"newcomer": case.newcomer_id})).scalar_one_or_none()
    there = [one for one in present_of(on_shift) if one.id == last]
    if not there or case.language not in there[0].speaks:
        return None
    theirs = await room.codes_that_count(work.db, there[0].id, work.now)
    return last if len(theirs) < work.settings.cases_at_once else None
