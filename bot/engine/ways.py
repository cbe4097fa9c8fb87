"""The addresses that somebody can be reached at, and which of them reaches them best.

Owns the statements and the choice. It must not say anything: `work.py` does.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from bot.engine.rows import columns
from models.base import table_of
from models.conversation import Conversation
from models.people import Address, Channel

_THREADS, _ADDRESSES = table_of(Conversation), table_of(Address)


class Lane(NamedTuple):
    """A way to reach a person; `conversation_id`: the thread a newcomer reads there."""

    id: int
    channel: str
    parked_at: datetime | None
    conversation_id: int | None


LANES = (
    select(*columns(Lane, _ADDRESSES, conversation_id=_THREADS.c.id))
    .select_from(_ADDRESSES.outerjoin(_THREADS, _THREADS.c.newcomer_id == _ADDRESSES.c.person_id))
    .where(_ADDRESSES.c.person_id == bindparam("person"), _ADDRESSES.c.farewell.is_(False))
)
_THEIRS = _ADDRESSES.alias("theirs")
_NEAREST = (  # as `nearest` chooses
    select(_THEIRS.c.id)
    .where(_THEIRS.c.person_id == _ADDRESSES.c.person_id, _THEIRS.c.farewell.is_(False))
    .order_by(_THEIRS.c.parked_at.is_not(None), _THEIRS.c.channel != Channel.TELEGRAM, _THEIRS.c.id)
    .limit(1)
)
NEAREST_OF_EACH = select(_ADDRESSES.c.id).where(
    _ADDRESSES.c.person_id.in_(bindparam("people", expanding=True)), _ADDRESSES.c.id == _NEAREST.scalar_subquery()
)


def nearest(ways: Sequence[Lane]) -> Lane | None:
    """One that lets something in, and rather Telegram, which is in a pocket. None if there is none at all."""
    return min(ways, key=lambda way: (way.parked_at is not None, way.channel != Channel.TELEGRAM), default=None)
