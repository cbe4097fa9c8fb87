"""Who changed what of the shifts, and when: one line a change, and the newest of them for whoever came too late.

It must not change a shift.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, insert, select

from bot.engine.db import Db
from bot.engine.rows import columns, every, first
from bot.engine.work import Work
from models.base import table_of
from models.shift import ShiftChange
from models.staffing import ShiftVerb

CHANGES = table_of(ShiftChange)
_RECORD = insert(CHANGES)


class Changed(NamedTuple):
    """One line of the ledger. `made_by` is None from the command line."""

    number: int
    made_at: datetime
    made_by: int | None
    what: dict[str, object]

    @property
    def verb(self) -> ShiftVerb:
        return ShiftVerb(str(self.what["verb"]))


async def record(work: Work, shift_id: int, verb: ShiftVerb, *, person_id: int | None = None, **before: object) -> None:
    """The change has its line. `before`: codes and instants of what was."""
    what = {"verb": verb.value, **({"person": person_id} if person_id else {}), **before}
    made_by = work.actor.id if work.actor else None
    await work.db.execute(_RECORD, {"shift_id": shift_id, "made_at": work.now, "made_by": made_by, "what": what})


async def record_made(work: Work, shift_ids: Sequence[int]) -> None:
    """Each of these shifts has been made."""
    made = {"made_at": work.now, "made_by": work.actor.id if work.actor else None}
    what = {"verb": ShiftVerb.MADE.value, "term": 1}  # one of many that were made at once
    await work.db.execute(insert(CHANGES), [{"shift_id": one, "what": what, **made} for one in shift_ids])


async def record_cancelled(work: Work, shift_ids: Sequence[int], noted: Mapping[str, object]) -> None:
    """Each of these shifts has been cancelled."""
    made = {"made_at": work.now, "made_by": work.actor.id if work.actor else None}
    what = {"verb": ShiftVerb.CANCELLED.value, **noted}
    await work.db.execute(insert(CHANGES), [{"shift_id": one, "what": what, **made} for one in shift_ids])


async def newest_of(db: Db, shift_id: int) -> Changed | None:
    """The last thing that was done to the shift."""
    lines = select(*columns(Changed, CHANGES)).where(CHANGES.c.shift_id == shift_id)
    return first(Changed, await db.execute(lines.order_by(CHANGES.c.number.desc()).limit(1)))


async def lines_of(db: Db, shift_id: int) -> list[Changed]:
    """Everything that was done to the shift, newest first."""
    lines = select(*columns(Changed, CHANGES)).where(CHANGES.c.shift_id == shift_id)
    return every(Changed, await db.execute(lines.order_by(CHANGES.c.number.desc())))


async def newest_number(db: Db) -> int:
    """The number of the newest change of any shift; 0 before there is one."""
    newest: int = (await db.execute(select(func.coalesce(func.max(CHANGES.c.number), 0)))).scalar_one()
    return newest
