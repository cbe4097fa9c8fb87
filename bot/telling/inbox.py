"""The web's inbox: the rows a newcomer's page shows, and what has been shown.

On the web the outbox row is the message; nothing is sent. It must not render: `bot/telling/render.py` does.
"""

from sqlalchemy import ColumnElement, Row, Select, Table, Text, cast, exists, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases import replacing
from bot.engine import bells
from bot.engine.store import Work
from bot.people import access
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
            await tell_relay_state(work, row.message_id)
            work.ring(bells.DESK)


async def tell_relay_state(work: Work, message_id: int, *, is_trouble: bool = False) -> None:
    """The volunteer's one line about this case says the present state of this message, if it speaks of it.

    `is_trouble`: it cannot arrive, which is also said aloud: a line that changes is easily not seen.
    """
    author = select(Message.author_id).where(Message.id == message_id).scalar_subquery()
    line = (await work.db.execute(_line().where(Address.person_id == author, _speaks_of(message_id)))).one_or_none()
    # One not leased yet will say the new state by itself; one under way may have said the old one.
    if line is not None and (line.state == RowState.SENT or line.lease_owner is not None):
        changes = {"edits": line.id, "case_id": line.case_id, "params": line.params}
        await replacing.change_to_newest(work, line.address_id, Notice.RELAY_STATE, **changes)
    if is_trouble:
        await _tell_trouble(work, message_id, {"reply_to": line.params["reply_to"]} if line is not None else {})


async def _tell_trouble(work: Work, message_id: int, params: dict[str, object]) -> None:
    said_by = select(Message.author_id, Message.case_id).where(Message.id == message_id)
    row = (await work.db.execute(said_by)).one_or_none()
    if row is None:
        return  # erased while it was under way
    params |= {"message": message_id, "code": await access.code_of(work.db, row.case_id)}
    key = f"trouble:{message_id}"
    said = select(exists().where(Outbox.dedupe_key == key))
    if not (await work.db.execute(said)).scalar_one():
        await work.tell(row.author_id, Notice.RELAY_TROUBLE, case_id=row.case_id, params=params, dedupe_key=key)


async def former_line_goes(work: Work, person_id: int, case_id: int) -> None:
    """The line about an earlier message of the case is deleted, or never sent: one a case is enough."""
    mine = _line().where(Address.person_id == person_id, _ROWS.c.case_id == case_id)
    for line in (await work.db.execute(mine)).all():
        waiting = (_ROWS.c.state == RowState.DUE, _ROWS.c.lease_owner.is_(None))
        about = (_ROWS.c.id == line.id) | (_ROWS.c.edits == line.id)
        gone = (
            update(_ROWS)
            .where(_ROWS.c.case_id == case_id, about, *waiting)
            .values(state=RowState.CANCELLED, ended_at=work.now)
        )
        await work.db.execute(gone)
        if line.state == RowState.SENT or line.lease_owner is not None:
            await work.tell_address(line.address_id, Notice.UNSAY, case_id=case_id, edits=line.id)


def _line() -> Select:
    """The lines about what became of a volunteer's words that stand in a chat, or are about to."""
    later = _ROWS.alias("later")
    of_case = later.c.case_id == _ROWS.c.case_id  # an index leads there, and none to what is edited
    gone = select(later.c.id).where(of_case, later.c.edits == _ROWS.c.id, later.c.kind == Notice.UNSAY).exists()
    return (
        select(_ROWS)
        .join(Address, Address.id == _ROWS.c.address_id)
        .where(_ROWS.c.kind == Notice.RELAY_STATE, _ROWS.c.edits.is_(None), ~gone)
        .where(_ROWS.c.state.in_((RowState.DUE, RowState.SENT)))
    )


def _speaks_of(message_id: int) -> ColumnElement[bool]:
    """Whether a line is about this message, in whatever version of it."""
    this, first = _MESSAGES.alias("this"), _MESSAGES.alias("first")
    same = (this.c.conversation_id == first.c.conversation_id) & (this.c.external_id == first.c.external_id)
    keys = select(literal("state:") + cast(first.c.id, Text)).join(this, same).where(this.c.id == message_id)
    return _ROWS.c.dedupe_key.in_(keys)


async def row_of_remote(db: AsyncConnection, address_id: int, remote_id: int) -> int | None:
    """The outbox row behind a message in a chat that a button sits on: the one that first said it."""
    row = select(func.coalesce(_ROWS.c.edits, _ROWS.c.id)).where(
        _ROWS.c.address_id == address_id, _ROWS.c.remote_id == remote_id
    )
    return (await db.execute(row.limit(1))).scalar_one_or_none()


async def case_of_remote(db: AsyncConnection, address_id: int, remote_id: int) -> int | None:
    """The case that a message of ours in a chat is about, as it reads now; None if it is about none."""
    about = select(_ROWS.c.case_id).where(_ROWS.c.address_id == address_id, _ROWS.c.remote_id == remote_id)
    newest = about.where(_ROWS.c.case_id.is_not(None)).order_by(_ROWS.c.id.desc()).limit(1)
    return (await db.execute(newest)).scalar_one_or_none()


async def case_of_own(db: AsyncConnection, external_id: str) -> int | None:
    """The case into which a volunteer's own message with this name went."""
    sent = select(_MESSAGES.c.case_id).where(
        _MESSAGES.c.external_id == external_id, _MESSAGES.c.author == Author.VOLUNTEER
    )
    return (await db.execute(sent.limit(1))).scalar_one_or_none()


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
