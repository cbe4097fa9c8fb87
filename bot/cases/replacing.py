"""A line that still waits and has been overtaken by what it tells is replaced in its place, not followed by another.

So nobody's lane grows with how often somebody else acts. It must not decide what a line says.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, select, update

from bot.engine import bells
from bot.engine.rows import columns, only
from bot.engine.work import Work
from models.base import table_of
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address
from models.saying import Saying

_ROWS, _ADDRESSES = table_of(Outbox), table_of(Address)
_UNTRIED = (_ROWS.c.state == RowState.DUE, _ROWS.c.lease_owner.is_(None))


class WaitingLine(NamedTuple):
    """A line of the outbox that nobody has been shown yet."""

    id: int
    params: dict[str, object]


async def tell_newest(work: Work, person_id: int | None, saying: Saying, *, case_id: int) -> None:
    """Say it about a case; if such a line waits for this person and has not been tried, it says this instead."""
    line = await waiting(work, person_id, saying.kind, case_id=case_id)
    if line is None or not await _replaced(work, saying, _ROWS.c.id == line.id):
        await work.tell(person_id, saying, case_id=case_id)


async def change_to_newest(work: Work, address_id: int, saying: Saying, *, edits: int, case_id: int) -> None:
    """Have a message that was sent say this; a change of it to the same kind that still waits is replaced."""
    if not await _replaced(work, saying, _ROWS.c.edits == edits, _ROWS.c.kind == saying.kind):
        await work.tell_address(address_id, saying, case_id=case_id, edits=edits)


async def change_each_to_newest(
    work: Work, messages: Sequence[tuple[int, int]], saying: Saying, *, case_id: int
) -> None:
    """As `change_to_newest`, of messages at these addresses, each with the row that made it: as many statements however
    many they are."""
    if messages:
        waits = _ROWS.c.edits.in_([edits for _, edits in messages]), _ROWS.c.kind == saying.kind, *_UNTRIED
        changed = update(_ROWS).where(*waits).values(params=work.kept(saying)).returning(_ROWS.c.edits)
        replaced = set((await work.db.execute(changed)).scalars())
        await work.tell_places([one for one in messages if one[1] not in replaced], saying, case_id=case_id)


async def waiting(work: Work, person_id: int | None, kind: Notice, *, case_id: int) -> WaitingLine | None:
    """The line of this kind about a case that waits for this person, and cannot have been seen."""
    theirs = select(_ADDRESSES.c.id).where(_ADDRESSES.c.person_id == person_id)
    about = _ROWS.c.case_id == case_id, _ROWS.c.kind == kind, _ROWS.c.address_id.in_(theirs), _ROWS.c.edits.is_(None)
    lines = select(*columns(WaitingLine, _ROWS)).where(*about, *_UNTRIED, ~_ROWS.c.doubtful)
    return only(WaitingLine, await work.db.execute(lines.order_by(_ROWS.c.id.desc()).limit(1)))


async def _replaced(work: Work, saying: Saying, *which: ColumnElement[bool]) -> bool:
    """Whether one was still there: it may be leaving at this moment."""
    changed = await work.db.execute(update(_ROWS).where(*which, *_UNTRIED).values(params=work.kept(saying)))
    work.ring(bells.DESK)
    return changed.rowcount > 0
