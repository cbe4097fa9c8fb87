"""Lanes: which waiting row may leave next, and when the one after it may.

A lane is an address; one row of it is on its way at a time. A row waits for `due_at` only where that was decided in the
past: otherwise the clock was wrong, and the row is due. One that need not wait at all waits for no process's clock.
Owns the statements that choose. It must not lease, send or mark: `delivery.py` does.
"""

from datetime import datetime

from sqlalchemy import Table, bindparam, exists, func, select

from models.outbox import LONGEST_WAIT, Outbox, RowState
from models.people import Address, Channel

_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]
_EARLIER = _ROWS.alias("earlier")
_SENDING = (Channel.TELEGRAM.value,)
_IN_FRONT = exists().where(
    _EARLIER.c.address_id == _ROWS.c.address_id, _EARLIER.c.state == RowState.DUE, _EARLIER.c.id < _ROWS.c.id
)
_LANES_OPEN = (
    Address.channel.in_(_SENDING),
    Address.parked_at.is_(None),
    _ROWS.c.state == RowState.DUE,
    _ROWS.c.lease_owner.is_(None),
    ~_IN_FRONT,
)
_IS_DUE = (
    (_ROWS.c.due_at <= bindparam("now")) | (_ROWS.c.due_at <= _ROWS.c.timed_at) | (_ROWS.c.timed_at > bindparam("soon"))
)
DUE = (
    select(_ROWS.c.id)
    .join(Address, Address.id == _ROWS.c.address_id)
    .where(*_LANES_OPEN, _IS_DUE)
    .order_by(_ROWS.c.id)
    .limit(1)
)
NEXT_DUE = (
    select(func.min(_ROWS.c.due_at))
    .join(Address, Address.id == _ROWS.c.address_id)
    .where(*_LANES_OPEN, _ROWS.c.due_at > bindparam("now"))
)
LANE = select(Address.chat, Address.channel).where(Address.id == bindparam("address"))
REMOTE = select(_ROWS.c.remote_id).where(_ROWS.c.id == bindparam("row"))


def at(now: datetime) -> dict[str, datetime]:
    """What the statements above are asked with: a row timed later than `soon` was timed by a clock that was wrong."""
    return {"now": now, "soon": now + LONGEST_WAIT}
