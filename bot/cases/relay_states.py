"""What a volunteer is told of where their words are: one silent line a case, changed in place, and trouble aloud.

It must not send or render anything: the line is a row like any other.
"""

from sqlalchemy import ColumnElement, Select, Text, cast, exists, literal, select, update

from bot.cases import replacing
from bot.engine.work import Work
from bot.people import access
from models.base import table_of
from models.conversation import Message
from models.outbox import Notice, Outbox, RowState
from models.people import Address

_ROWS, _MESSAGES = table_of(Outbox), table_of(Message)


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
