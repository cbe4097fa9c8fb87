"""Lanes: which waiting row may leave next, and when the one after it may.

A lane is an address; one row of it is on its way at a time. A row waits for `due_at` only where that was decided in the
past: otherwise the clock was wrong, and the row is due. One that need not wait at all waits for no process's clock.

Rows leave in the order in which they were said, except that nobody waits behind what another case's newcomer wrote:
relayed words of other cases are overtaken by everything that is none, and by relayed words too while they are held back
(`bot/cases/holding_back.py`). Owns the statements that choose. It must not lease, send or mark: `delivery.py` does.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, exists, func, or_, select

from bot.engine.rows import columns
from bot.telling.outbox import ROWS
from models.base import Id, UtcDateTime, table_of
from models.outbox import LONGEST_WAIT, UNKNOWN_KIND, Notice, RowState
from models.people import Address, Channel

RELAYED = (Notice.WORDS, Notice.NEW_WORDS)
LANES_AT_ONCE = 8  # in one statement; its text changes with how many are named, and the database prepares each anew
_ADDRESSES = table_of(Address)
_EARLIER = ROWS.alias("earlier")
_OTHER = ROWS.alias("other")
_SAID = ROWS.alias("said")
_SENDING = (Channel.TELEGRAM.value,)
_NOW, _SOON = bindparam("now", type_=UtcDateTime), bindparam("soon", type_=UtcDateTime)
_LONG_AGO = bindparam("long_ago", type_=UtcDateTime)
WAITS_FOR_A_NEWER = timedelta(minutes=1)  # during an upgrade one is there; else nobody is to wait for it


class Waiting(NamedTuple):
    """A row that may leave, in front of its lane."""

    id: int
    address_id: int
    kind: str


class Lane(NamedTuple):
    """Where a letter goes: a chat, sealed, on a channel."""

    chat: bytes
    channel: str


def _is_due(row: FromClause) -> ColumnElement[bool]:
    return (row.c.due_at <= _NOW) | (row.c.due_at <= row.c.timed_at) | (row.c.timed_at > _SOON)


def _is_overtaken() -> ColumnElement[bool]:
    """Whether this row may overtake the one in front. Never one whose message it changes, nor the rest of a text that
    has begun to arrive."""
    is_held = and_(~func.coalesce(_is_due(_EARLIER), False), _EARLIER.c.attempts == 0)
    has_begun = exists().where(
        _SAID.c.message_id == _EARLIER.c.message_id, _SAID.c.address_id == _EARLIER.c.address_id,
        _SAID.c.created_at == _EARLIER.c.created_at, _SAID.c.id < _EARLIER.c.id, _SAID.c.state == RowState.SENT,
    )  # fmt: skip
    return and_(
        _EARLIER.c.kind.in_(RELAYED),
        _EARLIER.c.case_id.is_distinct_from(ROWS.c.case_id),
        ROWS.c.edits.is_distinct_from(_EARLIER.c.id),
        or_(ROWS.c.kind.not_in(RELAYED), is_held),
        ~has_begun,
    )


def _is_left_behind() -> ColumnElement[bool]:
    """Whether a newer version has written the row in front and none has come to say it: its lane goes past it."""
    return and_(func.coalesce(_EARLIER.c.failure, "") == UNKNOWN_KIND, _EARLIER.c.created_at <= _LONG_AGO)


_IN_FRONT = exists().where(
    _EARLIER.c.address_id == ROWS.c.address_id, _EARLIER.c.state == RowState.DUE, _EARLIER.c.id < ROWS.c.id,
    ~_is_overtaken(), ~_is_left_behind(),
)  # fmt: skip
ON_ITS_WAY = exists().where(
    _OTHER.c.address_id == ROWS.c.address_id, _OTHER.c.state == RowState.DUE, _OTHER.c.id != ROWS.c.id,
    _OTHER.c.lease_owner.is_not(None),
)  # fmt: skip
_LANES_OPEN = (
    _ADDRESSES.c.channel.in_(_SENDING),
    _ADDRESSES.c.parked_at.is_(None),
    ROWS.c.state == RowState.DUE,
    ROWS.c.lease_owner.is_(None),
    ROWS.c.failure.is_distinct_from(UNKNOWN_KIND),
    ~_IN_FRONT,
    ~ON_ITS_WAY,
)
_IN_LANE = ROWS.join(_ADDRESSES, _ADDRESSES.c.id == ROWS.c.address_id)
_OLDEST = (
    select(*columns(Waiting, ROWS))
    .select_from(_IN_LANE)
    .where(*_LANES_OPEN, _is_due(ROWS))
    .order_by(ROWS.c.id)
    .limit(1)
)
DUE = _OLDEST.where(ROWS.c.address_id.not_in(bindparam("not_now", type_=Id(), expanding=True)))
BEFORE_RELAYED = _OLDEST.where(ROWS.c.address_id == bindparam("lane", type_=Id()), ROWS.c.kind.not_in(RELAYED))
NEXT_DUE = select(func.min(ROWS.c.due_at)).select_from(_IN_LANE).where(*_LANES_OPEN, ROWS.c.due_at > _NOW)
LANE = select(*columns(Lane, _ADDRESSES)).where(_ADDRESSES.c.id == bindparam("address"))
REMOTE = select(ROWS.c.remote_id).where(ROWS.c.id == bindparam("row"))


def filled_up(lanes: Sequence[int]) -> list[int]:
    """The same lanes, one of them named again and again, so that few statements differ in how many they name."""
    return [*lanes, *list(lanes[:1]) * (-len(lanes) % LANES_AT_ONCE)]


def at(now: datetime) -> dict[str, datetime]:
    """What the statements above are asked with: a row timed later than `soon` was timed by a clock that was wrong, and
    one of a newer version's from `long_ago` is waited for no more."""
    return {"now": now, "soon": now + LONGEST_WAIT, "long_ago": now - WAITS_FOR_A_NEWER}
