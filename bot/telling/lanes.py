"""Lanes: which waiting row may leave next, and when the one after it may.

A lane is an address; one row of it is on its way at a time. A row waits for `due_at` only where that was decided in the
past: otherwise the clock was wrong, and the row is due. One that need not wait at all waits for no process's clock.

Rows leave in the order in which they were said, except that nobody waits behind what another case's newcomer wrote:
relayed words of other cases are overtaken by everything that is none, and by relayed words too while they are held back
(`bot/cases/holding_back.py`).

Of several lanes the one whose row was said first comes first, but that an optional question stands behind what anybody
is told: where many wait, nobody's receipt or card waits for somebody else's statistics. Unless something waits behind
it in its own lane: nobody's answer waits for everybody else's receipts.

A choice costs what waits, not what has ever been said: it begins with the head of each lane, found in the index of
waiting rows, and looks behind a head only where that may be passed. While many wait, one look at all lanes says which
are the next ones, and only those are chosen in. Owns the statements that choose. It must not lease, send or mark:
`delivery.py` does.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, bindparam, case, exists, func, or_, select

from bot.engine import clock
from bot.engine.among import among
from bot.engine.db import Db
from bot.engine.rows import columns, spelt
from bot.people import in_chat
from bot.people.texts import Unsay
from bot.telling.outbox import ROWS, OutboxRow
from models.back_off import LONGEST_WAIT
from models.base import UtcDateTime, table_of
from models.notice import Notice
from models.outbox import UNKNOWN_KIND, RowState
from models.people import Address, Channel

RELAYED = (Notice.WORDS, Notice.NEW_WORDS)
_RELAYED = tuple(spelt(kind) for kind in RELAYED)  # said by the statement itself, so that it is prepared once
_OPTIONAL = (spelt(Notice.ASK_TAP),)
_ADDRESSES = table_of(Address)
_EARLIER = ROWS.alias("earlier")
_OTHER = ROWS.alias("other")
_SAID = ROWS.alias("said")
_FRONT = ROWS.alias("front")
_SENDING = (spelt(Channel.TELEGRAM),)
_NOW, _SOON = bindparam("now", type_=UtcDateTime), bindparam("soon", type_=UtcDateTime)
_LONG_AGO = bindparam("long_ago", type_=UtcDateTime)
MOST = 2**63 - 1  # no id is more
SEEN_AHEAD = 32  # rows that one look at all lanes finds, when many wait
WAITS_FOR_A_NEWER = timedelta(minutes=1)  # during an upgrade one is there; else nobody is to wait for it


class Waiting(NamedTuple):
    """A row that may leave, in front of its lane."""

    id: int
    address_id: int
    kind: str


def _waits(row: FromClause) -> ColumnElement[bool]:
    """Condition: the row waits. Every id is more than nothing, which is said for the index of waiting rows: it knows
    them by lane and id, so that SQLite takes none of the others, also where it has never counted its rows."""
    return and_(row.c.state == spelt(RowState.DUE), row.c.id > 0)


def _is_due(row: FromClause) -> ColumnElement[bool]:
    return (row.c.due_at <= _NOW) | (row.c.due_at <= row.c.timed_at) | (row.c.timed_at > _SOON)


def _is_overtaken() -> ColumnElement[bool]:
    """Whether this row may overtake the one in front. Never one whose message it changes, nor the rest of a text that
    has begun to arrive."""
    is_held = and_(~func.coalesce(_is_due(_EARLIER), False), _EARLIER.c.attempts == 0)
    has_begun = exists().where(
        _SAID.c.message_id == _EARLIER.c.message_id,
        _SAID.c.address_id + 0 == _EARLIER.c.address_id,  # not to be looked for by this: the lane has a long history
        _SAID.c.created_at == _EARLIER.c.created_at, _SAID.c.id < _EARLIER.c.id, _SAID.c.state == RowState.SENT,
    )  # fmt: skip
    return and_(
        _EARLIER.c.kind.in_(_RELAYED),
        _EARLIER.c.case_id.is_distinct_from(ROWS.c.case_id),
        ROWS.c.edits.is_distinct_from(_EARLIER.c.id),
        or_(ROWS.c.kind.not_in(_RELAYED), is_held),
        ~has_begun,
    )


def _is_left_behind(row: FromClause) -> ColumnElement[bool]:
    """Whether a newer version has written this row and none has come to say it: its lane goes past it."""
    return and_(func.coalesce(row.c.failure, "") == UNKNOWN_KIND, row.c.created_at <= _LONG_AGO)


def _may_be_passed() -> ColumnElement[bool]:
    """Whether the one at the head of its lane stays while another may leave. Only then need the rows behind it be
    looked at: where it may leave itself, it is the oldest that may."""
    stays = or_(~func.coalesce(_is_due(_FRONT), False), func.coalesce(_FRONT.c.failure, "") == UNKNOWN_KIND)
    return or_(and_(_FRONT.c.kind.in_(_RELAYED), stays), _is_left_behind(_FRONT))


_IN_FRONT = exists().where(
    _EARLIER.c.address_id == ROWS.c.address_id, _waits(_EARLIER), _EARLIER.c.id < ROWS.c.id,
    ~_is_overtaken(), ~_is_left_behind(_EARLIER),
)  # fmt: skip
ON_ITS_WAY = exists().where(
    _OTHER.c.address_id == ROWS.c.address_id, _waits(_OTHER), _OTHER.c.id != ROWS.c.id,
    _OTHER.c.lease_owner.is_not(None),
)  # fmt: skip
_BUSY = exists().where(  # as ON_ITS_WAY of any row that is not on its way itself, but asked once a lane
    _OTHER.c.address_id == _ADDRESSES.c.id, _waits(_OTHER), _OTHER.c.lease_owner.is_not(None)
)
_IS_OPEN = (_ADDRESSES.c.channel.in_(_SENDING), _ADDRESSES.c.parked_at.is_(None))
_MAY_LEAVE = (
    *_IS_OPEN,
    _waits(ROWS),
    ROWS.c.lease_owner.is_(None),
    ROWS.c.failure.is_distinct_from(UNKNOWN_KIND),
    ~_IN_FRONT,
)
_MOST = bindparam("most", type_=Integer)


def _from_heads(choice: Select[tuple[int, int, str]], *lanes: ColumnElement[bool]) -> Select[tuple[int, int, str]]:
    """The choice among the rows of these lanes, each from its head as far as it may be passed."""
    heads = (
        select(ROWS.c.address_id, func.min(ROWS.c.id).label("head"), func.max(ROWS.c.lease_owner).label("busy"))
        .where(_waits(ROWS), *lanes)
        .group_by(ROWS.c.address_id)
        .subquery("heads")
    )
    last = case((_may_be_passed(), MOST), else_=heads.c.head)
    return choice.select_from(
        heads.join(_ADDRESSES, _ADDRESSES.c.id == heads.c.address_id)
        .join(_FRONT, _FRONT.c.id == heads.c.head)
        .join(ROWS, (ROWS.c.address_id == heads.c.address_id) & ROWS.c.id.between(heads.c.head, last))
    ).where(heads.c.busy.is_(None))


_BEHIND = ROWS.alias("behind")
_HAS_MORE = exists().where(_BEHIND.c.address_id == ROWS.c.address_id, _waits(_BEHIND), _BEHIND.c.id > ROWS.c.id)
# One that answers a press stands in the place of the question before it: that is waited for. And what they are told
# next waits for it, in its lane.
_IS_UNASKED = and_(ROWS.c.kind.in_(_OPTIONAL), ROWS.c.edits.is_(None), ~_HAS_MORE)
_IN_ORDER: Select[tuple[int, int, str]] = (
    select(*columns(Waiting, ROWS)).where(*_MAY_LEAVE, _is_due(ROWS)).order_by(_IS_UNASKED, ROWS.c.id)
)
# Their lanes too, where others choose as well (PostgreSQL): two rows of one must not be chosen at once.
_OLDEST = _IN_ORDER.limit(_MOST).with_for_update(skip_locked=True, key_share=True, of=[ROWS, _ADDRESSES])
_NOT_NOW = among(_ADDRESSES.c.id, "not_now")
DUE = _from_heads(_OLDEST).where(~_NOT_NOW)
NEXT_ONES = _from_heads(_IN_ORDER.limit(SEEN_AHEAD)).where(~_NOT_NOW)  # nobody's yet
DUE_IN_LANES = _from_heads(_OLDEST, among(ROWS.c.address_id, "lanes"))
_OVERTAKES = (
    select(ROWS.c.id)
    .where(ROWS.c.address_id == _ADDRESSES.c.id, *_MAY_LEAVE, _is_due(ROWS), ROWS.c.kind.not_in(_RELAYED))
    .order_by(ROWS.c.id)
    .limit(1)
    .correlate(_ADDRESSES)
    .with_for_update(skip_locked=True, key_share=True, of=[ROWS])
    .scalar_subquery()
)
# In lanes that are this process's to choose in; a row that somebody holds overtakes nobody, else all wait for it.
BEFORE_RELAYED = select(_ADDRESSES.c.id, _OVERTAKES).where(among(_ADDRESSES.c.id, "lanes"), ~_BUSY)
_IN_LANE = ROWS.join(_ADDRESSES, _ADDRESSES.c.id == ROWS.c.address_id)
NEXT_DUE = select(func.min(ROWS.c.due_at)).select_from(_IN_LANE).where(*_IS_OPEN, _waits(ROWS), ROWS.c.due_at > _NOW)
REMOTE = select(ROWS.c.remote_id).where(ROWS.c.id == bindparam("row"))


async def unsaid(db: Db, row: OutboxRow, saying: Unsay, edits: int | None) -> tuple[int, ...]:
    """Which messages of the lane's chat this row deletes. `edits`: the number there of the last one that it is about; a
    letter that was stopped on its way may have filled several."""
    if saying.everything or saying.remotes:
        those = None if saying.everything else saying.remotes
        return await in_chat.deletable(db, row.address_id, clock.now(), those)
    ends = [one for one in (edits or saying.remote,) if one is not None]
    stopped = await in_chat.arrived_of_stopped(db, row.edits) if row.edits is not None else ()
    return tuple(dict.fromkeys((*stopped, *ends)))


def at(now: datetime) -> dict[str, datetime]:
    """What the statements above are asked with: a row timed later than `soon` was timed by a clock that was wrong, and
    one of a newer version's from `long_ago` is waited for no more."""
    return {"now": now, "soon": now + LONGEST_WAIT, "long_ago": now - WAITS_FOR_A_NEWER}
