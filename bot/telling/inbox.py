"""The web's inbox: the rows a newcomer's page shows, and what has been shown.

On the web the outbox row is the message; nothing is sent. It must not render: `bot/telling/render.py` does.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from bot.cases import relay_states
from bot.engine import bells
from bot.engine.db import Db
from bot.engine.rows import columns, every, in_portions
from bot.engine.work import Work
from bot.telling.outbox import ROW_COLUMNS, ROWS, OutboxRow
from bot.telling.table import is_known
from models.base import table_of
from models.conversation import Author, Conversation, Message
from models.notice import Notice
from models.outbox import RowState
from models.people import Address

_MESSAGES, _ADDRESSES, _THREADS = table_of(Message), table_of(Address), table_of(Conversation)
SHUT = ("blocked", "deactivated", "shut")  # why nothing gets through a person's door, as their rows' failure
_NOT_THROUGH = (RowState.DUE, RowState.FAILED)
NEVER_SHOWN = (RowState.CANCELLED, RowState.FAILED)


_LANE = ROWS.c.address_id == bindparam("lane")


class OwnWords(NamedTuple):
    """What a newcomer wrote, sealed; `version`: how often they had changed it by then."""

    id: int
    seq: int
    external_id: str
    version: int
    words: bytes
    said_at: datetime


class Acts(NamedTuple):
    """How many acts there have been in a conversation."""

    id: int
    version: int


class Seen(NamedTuple):
    """What has just been shown; `message_id`: whose words it relays, if it does."""

    kind: str
    message_id: int | None


_AFTER = (
    select(*ROW_COLUMNS)
    .where(_LANE, ROWS.c.seq > bindparam("after"), ROWS.c.state.not_in(NEVER_SHOWN))
    .order_by(ROWS.c.seq)
)
_OWN_AFTER = (
    select(*columns(OwnWords, _MESSAGES))
    .where(_MESSAGES.c.conversation_id == bindparam("conversation"), _MESSAGES.c.seq > bindparam("after"))
    .where(_MESSAGES.c.author == Author.NEWCOMER)
    .order_by(_MESSAGES.c.seq)
)
_UNSHOWN = _LANE, ROWS.c.seq <= bindparam("up_to"), ROWS.c.state == RowState.DUE
_IS_UNSHOWN = select(select(ROWS.c.id).where(*_UNSHOWN).exists())
_SHOWN = update(ROWS).where(*_UNSHOWN).returning(*columns(Seen, ROWS))
_STAFF_NOTICES = (
    select(*ROW_COLUMNS)
    .select_from(ROWS.join(_ADDRESSES, _ADDRESSES.c.id == ROWS.c.address_id))
    .where(_ADDRESSES.c.person_id == bindparam("person"), _ADDRESSES.c.channel == "web", ROWS.c.state == RowState.DUE)
    .order_by(ROWS.c.id.desc())
)


async def acts_in(db: Db, conversations: Collection[int]) -> dict[int, int]:
    """How many acts there have been in each of these conversations: as long as there are no more, nothing has been said
    in one that was not there when it was last read."""
    acts: dict[int, int] = {}
    for some in in_portions(conversations):
        counted = select(*columns(Acts, _THREADS)).where(_THREADS.c.id.in_(some))
        acts.update(every(Acts, await db.execute(counted)))
    return acts


async def notices_after(db: Db, address_id: int, seq: int) -> list[OutboxRow]:
    """What was said to this newcomer after the cursor, in order."""
    rows = every(OutboxRow, await db.execute(_AFTER, {"lane": address_id, "after": seq}))
    return [row for row in rows if is_known(row.kind, row.params)]


async def own_words_after(db: Db, conversation_id: int, seq: int) -> list[OwnWords]:
    """What the newcomer wrote after the cursor, every version, in order."""
    return every(OwnWords, await db.execute(_OWN_AFTER, {"conversation": conversation_id, "after": seq}))


async def is_unshown(db: Db, address_id: int, up_to: int) -> bool:
    """Whether anything up to this place has not been shown by the newcomer's page yet."""
    is_unshown: bool = (await db.execute(_IS_UNSHOWN, {"lane": address_id, "up_to": up_to})).scalar_one()
    return is_unshown


async def shown(work: Work, address_id: int, up_to: int) -> None:
    """The newcomer's page has shown everything up to this place."""
    seen = {"lane": address_id, "up_to": up_to, "state": RowState.SHOWN.value, "ended_at": work.now}
    for row in every(Seen, await work.db.execute(_SHOWN, seen)):
        if row.kind == Notice.REPLY and row.message_id is not None:
            await relay_states.tell_relay_state(work, row.message_id)
            work.ring(bells.DESK)


async def why_shut(db: Db, address_id: int) -> str:
    """Why nothing gets through this person's door: what the channel said to the newest row that stood before it."""
    refused = ROWS.c.address_id == address_id, ROWS.c.failure.in_(SHUT), ROWS.c.state.in_(_NOT_THROUGH)
    said = select(ROWS.c.failure).where(*refused).order_by(ROWS.c.id.desc()).limit(1)
    why: str | None = (await db.execute(said)).scalar_one_or_none()
    return why or SHUT[0]


async def staff_notices(db: Db, person_id: int) -> list[OutboxRow]:
    """What was said to a staff member who reads at the desk, and has not been put away, newest first."""
    return every(OutboxRow, await db.execute(_STAFF_NOTICES, {"person": person_id}))


async def put_away(work: Work, person_id: int, row_id: int) -> None:
    """The staff member has read this notice at the desk."""
    mine = select(_ADDRESSES.c.id).where(_ADDRESSES.c.person_id == person_id)
    row = update(ROWS).where(ROWS.c.id == row_id, ROWS.c.address_id.in_(mine), ROWS.c.state == RowState.DUE)
    await work.db.execute(row.values(state=RowState.SHOWN, ended_at=work.now))
