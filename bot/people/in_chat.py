"""Which messages stand in somebody's private chat, theirs and ours, so that they can be deleted there for 48 hours.

Owns the rows of `chat_messages`: noted when a message comes or has been sent, forgotten when it is gone or too old, and
with the address. It must not delete anything in a chat: an `Unsay` in the outbox does.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Delete, Insert, Select, UpdateBase, bindparam, case, delete, func, select, update

from bot.engine import bells
from bot.engine.db import Db
from bot.engine.inserts import DIALECTS, insert_or_skip, insert_unless_there
from bot.engine.rows import columns, every, in_portions
from bot.engine.work import Work
from bot.people.texts import Menu, Unsay
from models.base import Id, UtcDateTime, table_of
from models.chat_message import DELETABLE_FOR, UNNOTED, ChatMessage
from models.notice import Notice
from models.outbox import OF_CASE_WORDS, Outbox, RowState
from models.people import Address, Channel

NOTED = table_of(ChatMessage)
RELAYED_KEPT = timedelta(days=4)  # ids of relayed words: longer than any letter is tried
_ADDRESSES, _ROWS = table_of(Address), table_of(Outbox)


class Leaving(NamedTuple):
    """A row of the outbox whose letter is on its way."""

    id: int
    address_id: int


class Stopping(NamedTuple):
    """Which rows of the outbox are to leave no more: how those go that wait, and what those become that are leaving."""

    waiting: Delete
    under_way: UpdateBase


_MESSAGE = bindparam("remote", type_=Id), bindparam("at", type_=UtcDateTime), bindparam("of_case", type_=Id)


def _noting(dialect: str, which: ColumnElement[bool]) -> Insert:
    """Notes a message in a chat that is still known. The address is held meanwhile: it may be going at this moment."""
    there: Select[tuple[object, ...]] = (
        select(_ADDRESSES.c.id, *_MESSAGE)
        .where(which, _ADDRESSES.c.channel == Channel.TELEGRAM)
        .with_for_update(read=True, key_share=True)
    )  # fmt: skip
    noted = insert_unless_there(dialect, NOTED)
    return noted.from_select(["address_id", "remote_id", "came_at", "case_id"], there).inline()


_AT_ADDRESS = {dialect: _noting(dialect, _ADDRESSES.c.id == bindparam("address")) for dialect in DIALECTS}
_AT_LOOKUP = {dialect: _noting(dialect, _ADDRESSES.c.lookup == bindparam("lookup")) for dialect in DIALECTS}


_UNNOTED = NOTED.alias("unnoted")
_RELAYED = case((_ROWS.c.kind.in_(OF_CASE_WORDS), _ROWS.c.case_id), else_=None)
_SENT_BESIDE = (
    select(_ROWS.c.address_id, _ROWS.c.remote_id, func.min(_ROWS.c.ended_at), func.max(_RELAYED))
    .join(_UNNOTED, (_UNNOTED.c.address_id == _ROWS.c.address_id) & (_UNNOTED.c.remote_id == UNNOTED))
    .where(_ROWS.c.state == RowState.SENT, _ROWS.c.remote_id.is_not(None), _ROWS.c.edits.is_(None))
    .where(_ROWS.c.ended_at > _UNNOTED.c.came_at, _ROWS.c.kind != Notice.HOURS_POST)
    .group_by(_ROWS.c.address_id, _ROWS.c.remote_id)
)


async def take_over(work: Work) -> None:
    """What a version before this one has sent since the database was made anew is noted too: it notes nothing."""
    noted = insert_or_skip(work.db, NOTED)
    columns_of = ["address_id", "remote_id", "came_at", "case_id"]
    await work.db.execute(noted.from_select(columns_of, _SENT_BESIDE))


async def note(work: Work, address_id: int, remote_ids: Sequence[int], *, case_id: int | None = None) -> None:
    """These messages of ours stand in the chat from now on. `case_id`: they repeat words of this case's newcomer."""
    for remote_id in remote_ids:
        told = {"address": address_id, "remote": remote_id, "at": work.now, "of_case": case_id}
        await work.db.execute_ahead(_AT_ADDRESS[work.db.dialect.name], told)


async def note_in(work: Work, chat_id: int, remote_ids: Sequence[int], *, at: datetime) -> None:
    """These messages stand in the chat since `at`, whoever wrote them; in a chat of nobody we know nothing is noted."""
    if at <= work.now - DELETABLE_FOR:
        return
    lookup = work.seal.blind(Channel.TELEGRAM, str(chat_id))
    for remote_id in remote_ids:
        told = {"lookup": lookup, "remote": remote_id, "at": min(at, work.now), "of_case": None}
        await work.db.execute_ahead(_AT_LOOKUP[work.db.dialect.name], told)


async def forget(work: Work, address_id: int, remote_ids: Sequence[int]) -> None:
    """These messages stand in the chat no more."""
    for some in in_portions(remote_ids):
        await work.db.execute(delete(NOTED).where(NOTED.c.address_id == address_id, NOTED.c.remote_id.in_(some)))


async def forget_old(work: Work) -> None:
    """What Telegram lets nobody delete any more is known no more."""
    older = NOTED.c.came_at <= work.now - DELETABLE_FOR
    is_over = NOTED.c.case_id.is_(None) | (NOTED.c.came_at <= work.now - RELAYED_KEPT)
    await work.db.execute(delete(NOTED).where(older, is_over))


async def deletable(db: Db, address_id: int, now: datetime, among: Sequence[int] | None = None) -> tuple[int, ...]:
    """What stands in the chat and Telegram may still delete, oldest first; `among` these, where only they are meant."""
    standing = select(NOTED.c.remote_id).where(
        NOTED.c.address_id == address_id, NOTED.c.remote_id != UNNOTED, NOTED.c.came_at > now - DELETABLE_FOR
    )
    found = (await db.execute(standing.order_by(NOTED.c.came_at, NOTED.c.remote_id))).scalars().all()
    meant = frozenset(found if among is None else among)
    return tuple(one for one in found if one in meant)


async def left(db: Db, address_id: int, *, asked_at: datetime) -> int:
    """How many messages stand in the chat that Telegram would have let us delete when all were to be, `asked_at`."""
    since = NOTED.c.came_at > asked_at - DELETABLE_FOR
    standing = select(func.count()).where(NOTED.c.address_id == address_id, NOTED.c.remote_id != UNNOTED, since)
    return (await db.execute(standing)).scalar_one()


async def left_of_case(db: Db, address_id: int, case_id: int) -> int:
    """How many messages stand in the chat that relay words of this case and were to be deleted."""
    of_case = NOTED.c.case_id == case_id, NOTED.c.unsaid_at.is_not(None)
    return (await db.execute(select(func.count()).where(NOTED.c.address_id == address_id, *of_case))).scalar_one()


async def holds_unnoted(db: Db, address_id: int) -> bool:
    """Whether messages of the last 48 hours may stand there that were never noted."""
    this = select(NOTED.c.remote_id).where(NOTED.c.address_id == address_id, NOTED.c.remote_id == UNNOTED)
    return (await db.execute(this)).scalar_one_or_none() is not None


def stopping(which: ColumnElement[bool]) -> Stopping:
    """How `stop_waiting` stops these rows of the outbox, as far as they still wait."""
    waits = which, _ROWS.c.state == RowState.DUE
    leaving = update(_ROWS).where(*waits, _ROWS.c.lease_owner.is_not(None), _ROWS.c.edits.is_(None))
    nothing = {"kind": Unsay.kind.value, "params": Unsay().to_row(), "message_id": None, "secret": None}
    changed = leaving.values(doubtful=True, **nothing)  # until it is known what comes of it
    waiting = delete(_ROWS).where(*waits, _ROWS.c.lease_owner.is_(None))
    return Stopping(waiting, changed.returning(*columns(Leaving, _ROWS)))


async def stop_waiting(work: Work, which: Stopping, **asked: object) -> list[Leaving]:
    """Of these rows of the outbox none leaves any more. One that is leaving at this moment may arrive: it says nothing
    further, whatever comes of it. Returns those."""
    await work.db.execute(which.waiting, asked)
    under_way = every(Leaving, await work.db.execute(which.under_way, asked))
    await work.db.execute(which.waiting, asked)  # once more: what came back meanwhile, not sent
    return under_way


async def arrived_of_stopped(db: Db, row_id: int) -> tuple[int, ...]:
    """What stands in the chat of the case whose words this row relayed when it was stopped on its way: all messages of
    its letter. What else of the case was there is on its way out already; nothing of it has come since."""
    of_case = (_ROWS.c.address_id == NOTED.c.address_id) & (_ROWS.c.case_id == NOTED.c.case_id)
    stopped = _ROWS.c.id == row_id, _ROWS.c.kind == Unsay.kind, NOTED.c.unsaid_at.is_(None)
    found = select(NOTED.c.remote_id).select_from(NOTED.join(_ROWS, of_case)).where(*stopped)
    return tuple((await db.execute(found.order_by(NOTED.c.remote_id))).scalars())


async def part_with(work: Work, address_id: int) -> None:
    """The chat is nobody's any more: nothing that waits is said there, what stands there from the last 48 hours is
    deleted, its menu is anybody's again, and then the address is gone too."""
    await stop_waiting(work, _IN_CHAT, lane=address_id)
    parted = update(_ADDRESSES).where(_ADDRESSES.c.id == address_id)
    await work.db.execute(parted.values(person_id=None, lookup=None, farewell=True, parked_at=None))
    await work.tell_address(address_id, Unsay(everything=True))
    await work.tell_address(address_id, Menu())
    work.ring(bells.OUTBOX)


_IN_CHAT = stopping(_ROWS.c.address_id == bindparam("lane"))
