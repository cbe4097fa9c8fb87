"""What is looked up for every message of a newcomer's: their thread, whether the message is kept, their newest case,
how their words reach who has it, and which version the opening hours have.

It always comes together, so it is asked together, behind the lock on the conversation; of a message on Telegram with
who wrote it and whether it is new. It must not change anything else.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, select, update

from bot.cases import holding_back, messages
from bot.cases.holding_back import Way, Ways
from bot.cases.messages import MESSAGES
from bot.engine import once
from bot.engine.actors import Visitor
from bot.engine.db import Columns
from bot.engine.rows import columns
from bot.engine.work import Locked, Work
from bot.hours.remembered import VERSION, Seen
from bot.people import access
from bot.people.access import CASE_COLUMNS, CaseRow
from bot.people.reached import IS_LOOKED_UP, REACHED, WHO_IS_REACHED, Reached
from models.base import table_of
from models.conversation import Conversation
from models.people import Address, Channel

_THREADS, _ADDRESSES = table_of(Conversation), table_of(Address)
_IS_KEPT = exists().where(
    MESSAGES.c.conversation_id == _THREADS.c.id, MESSAGES.c.external_id == bindparam("external_id")
)
_AT_HAND: Sequence[ColumnElement[Any]] = (
    *columns(Locked, _THREADS), _IS_KEPT.label("is_kept"), VERSION.label("hours"), *CASE_COLUMNS,
    *holding_back.ways_on(access.CASE_ID),
)  # fmt: skip
_KEPT_AT = len(Locked._fields)
_HOURS_AT = _KEPT_AT + 1
_CASE_AT = _HOURS_AT + 1
_WAY_AT = _CASE_AT + len(CaseRow._fields)
_REACHED = len(Reached._fields)
_OF_LOOKED_UP = select(_ADDRESSES.c.person_id).where(IS_LOOKED_UP).scalar_subquery()
_HOLD_LOOKED_UP = update(_THREADS).where(_THREADS.c.newcomer_id == _OF_LOOKED_UP).values(version=_THREADS.c.version + 1)
_BESIDE_WHO_IS_REACHED, _BESIDE_THREAD = (
    holding_back.beside_ways(access.beside_newest_case(source, _THREADS), access.CASE_VOLUNTEER)
    for source in (WHO_IS_REACHED, _THREADS)
)
_WITH_WHO_WROTE = once.Reading((*REACHED, *_AT_HAND), _BESIDE_WHO_IS_REACHED, IS_LOOKED_UP)
_BEHIND_THE_LOCK = select(*_AT_HAND).select_from(_BESIDE_THREAD).where(_THREADS.c.id == bindparam("conversation"))


class AtHand(NamedTuple):
    """Whether the message of this name is kept, and the newcomer's newest case, open or closed, if any."""

    conversation_id: int
    external_id: str
    is_kept: bool
    newest: CaseRow | None


async def first_time_on_telegram(work: Work, key: str, chat_id: int, external_id: str) -> bool:
    """As `once.first_time`, of a message of this name in this chat. Who is behind it is noted, for whoever asks that
    next; if that is a newcomer, the conversation is this act's, and what the message needs has been looked up.

    Raises: as `Work.lock`.
    """
    lookup = work.seal.blind(Channel.TELEGRAM, str(chat_id))
    who = {"on": Channel.TELEGRAM.value, "lookup": lookup}
    asked = {"external_id": external_id, **who, **holding_back.asked_at(work.now)}
    with work.crowds.before(lookup):
        await work.db.execute_ahead(_HOLD_LOOKED_UP, who)
        rows = await once.first_time_reading(work, Channel.TELEGRAM, key, _WITH_WHO_WROTE, asked)
    if rows is None:
        return False
    if rows[0][0] is not None:
        work.note(Reached(*rows[0][:_REACHED]))
        _note(work, [row[_REACHED:] for row in rows], external_id)
    return True


async def lock(work: Work, visitor: Visitor, external_id: str) -> None:
    """The conversation is this act's until COMMIT, and what its message needs has been looked up: see `found`.

    Raises: as `Work.lock`.
    """
    noted = work.noted(AtHand)
    if noted is not None and (noted.conversation_id, noted.external_id) == (visitor.conversation_id, external_id):
        work.note(noted)
        return
    asked = {"conversation": visitor.conversation_id, "external_id": external_id, **holding_back.asked_at(work.now)}
    _note(work, await work.lock_and_read(visitor.conversation_id, _BEHIND_THE_LOCK, asked), external_id)


def _note(work: Work, rows: Sequence[Columns], external_id: str) -> None:
    """The rows are those of one conversation, which is locked: one for each way to who has the newest case."""
    if not rows or rows[0][0] is None:
        return
    locked = Locked(*rows[0][:_KEPT_AT])
    work.has_locked(locked)
    work.note(Seen(rows[0][_HOURS_AT]))
    newest = None if rows[0][_CASE_AT] is None else CaseRow(*rows[0][_CASE_AT:_WAY_AT])
    work.note(AtHand(locked.id, external_id, rows[0][_KEPT_AT], newest))
    if newest is not None:
        ways = tuple(Way(*row[_WAY_AT:]) for row in rows if row[_WAY_AT] is not None)
        work.note(Ways(newest.id, newest.volunteer_id, ways))


async def found(work: Work, visitor: Visitor, external_id: str) -> AtHand:
    """Of the message of this name, as it stands in this act."""
    noted = work.noted(AtHand)
    if noted is not None and (noted.conversation_id, noted.external_id) == (visitor.conversation_id, external_id):
        return noted
    is_kept = await messages.is_kept(work, visitor.conversation_id, external_id=external_id)
    newest = await access.newest_case_of(work.db, visitor.person_id)
    return AtHand(visitor.conversation_id, external_id, is_kept, newest)
