"""The web's inbox: the rows a newcomer's page shows, and what has been shown.

On the web the outbox row is the message; nothing is sent. It must not render: `bot/render.py` does.
"""

from sqlalchemy import Row, Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import wakeup
from bot.store import Work
from models.conversation import Author, Message
from models.outbox import Notice, Outbox, RowState
from models.people import Address

_ROWS: Table = Outbox.__table__  # type: ignore[attr-defined]
_MESSAGES: Table = Message.__table__  # type: ignore[attr-defined]
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


async def shown(work: Work, address_id: int, up_to: int) -> None:
    """The newcomer's page has shown everything up to this place."""
    rows = update(Outbox).where(Outbox.address_id == address_id, Outbox.seq <= up_to, Outbox.state == RowState.DUE)
    seen = await work.db.execute(
        rows.values(state=RowState.SHOWN, ended_at=work.now).returning(Outbox.kind, Outbox.message_id)
    )
    for row in seen.all():
        if row.kind == Notice.REPLY:
            await tell_relay_state(work, row.message_id)
            work.ring(wakeup.DESK)


async def tell_relay_state(work: Work, message_id: int) -> None:
    """The volunteer's line under this message says its present state, if it said an earlier one."""
    author = select(Message.author_id).where(Message.id == message_id).scalar_subquery()
    lines = (
        select(Outbox.id, Outbox.address_id, Outbox.case_id, Outbox.params)
        .join(Address, Address.id == Outbox.address_id)
        .where(
            Address.person_id == author,
            Outbox.kind == Notice.RELAY_STATE,
            Outbox.edits.is_(None),
            # one not leased yet will say the new state by itself; one under way may have said the old one
            (Outbox.state == RowState.SENT) | (Outbox.lease_owner.is_not(None)),
            Outbox.dedupe_key == f"state:{message_id}",
        )
    )
    line = (await work.db.execute(lines)).one_or_none()
    if line is not None:
        await work.tell_address(
            line.address_id, Notice.RELAY_STATE, case_id=line.case_id, edits=line.id, params=line.params
        )


async def row_of_remote(db: AsyncConnection, address_id: int, remote_id: int) -> int | None:
    """The outbox row behind a message in a chat: the card a button sits on, the words a reply answers to."""
    row = select(_ROWS.c.id).where(_ROWS.c.address_id == address_id, _ROWS.c.remote_id == remote_id)
    return (await db.execute(row.limit(1))).scalar_one_or_none()


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
