"""The web's inbox: the rows a newcomer's page shows, and what has been shown.

On the web the outbox row is the message; nothing is sent. It must not render: `bot/telling/render.py` does.
"""

from sqlalchemy import Row, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases import relay_states
from bot.engine import bells
from bot.engine.work import Work
from models.conversation import Author, Message
from models.outbox import Notice, Outbox, RowState
from models.people import Address

_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]
_MESSAGES: Table = Message.__table__  # type: ignore[attr-defined]
SHUT = ("blocked", "deactivated", "shut")  # why nothing gets through a person's door, as their rows' failure
_NOT_THROUGH = (RowState.DUE, RowState.FAILED)
NEVER_SHOWN = (RowState.CANCELLED, RowState.FAILED)


async def notices_after(db: AsyncConnection, address_id: int, seq: int) -> list[Row]:
    """What was said to this newcomer after the cursor, in order."""
    rows = select(_ROWS).where(_ROWS.c.address_id == address_id, _ROWS.c.seq > seq, _ROWS.c.state.not_in(NEVER_SHOWN))
    return list((await db.execute(rows.order_by(_ROWS.c.seq))).all())


async def own_words_after(db: AsyncConnection, conversation_id: int, seq: int) -> list[Row]:
    """What the newcomer wrote after the cursor, every version, in order."""
    rows = select(_MESSAGES).where(
        _MESSAGES.c.conversation_id == conversation_id, _MESSAGES.c.seq > seq, _MESSAGES.c.author == Author.NEWCOMER
    )
    return list((await db.execute(rows.order_by(_MESSAGES.c.seq))).all())


async def is_unshown(db: AsyncConnection, address_id: int, up_to: int) -> bool:
    """Whether anything up to this place has not been shown by the newcomer's page yet."""
    due = select(_ROWS.c.id).where(_ROWS.c.address_id == address_id, _ROWS.c.seq <= up_to)
    return (await db.execute(select(due.where(_ROWS.c.state == RowState.DUE).exists()))).scalar_one()


async def shown(work: Work, address_id: int, up_to: int) -> None:
    """The newcomer's page has shown everything up to this place."""
    rows = update(Outbox).where(Outbox.address_id == address_id, Outbox.seq <= up_to, Outbox.state == RowState.DUE)
    seen = await work.db.execute(
        rows.values(state=RowState.SHOWN, ended_at=work.now).returning(Outbox.kind, Outbox.message_id)
    )
    for row in seen.all():
        if row.kind == Notice.REPLY:
            await relay_states.tell_relay_state(work, row.message_id)
            work.ring(bells.DESK)


async def why_shut(db: AsyncConnection, address_id: int) -> str:
    """Why nothing gets through this person's door: what the channel said to the newest row that stood before it."""
    refused = _ROWS.c.address_id == address_id, _ROWS.c.failure.in_(SHUT), _ROWS.c.state.in_(_NOT_THROUGH)
    said = select(_ROWS.c.failure).where(*refused).order_by(_ROWS.c.id.desc()).limit(1)
    return (await db.execute(said)).scalar_one_or_none() or SHUT[0]


async def staff_notices(db: AsyncConnection, person_id: int) -> list[Row]:
    """What was said to a staff member who reads at the desk, and has not been put away, newest first."""
    rows = (
        select(_ROWS)
        .join(Address, Address.id == _ROWS.c.address_id)
        .where(Address.person_id == person_id, Address.channel == "web", _ROWS.c.state == RowState.DUE)
    )
    return list((await db.execute(rows.order_by(_ROWS.c.id.desc()))).all())


async def put_away(work: Work, person_id: int, row_id: int) -> None:
    """The staff member has read this notice at the desk."""
    mine = select(Address.id).where(Address.person_id == person_id)
    row = update(Outbox).where(Outbox.id == row_id, Outbox.address_id.in_(mine), Outbox.state == RowState.DUE)
    await work.db.execute(row.values(state=RowState.SHOWN, ended_at=work.now))
