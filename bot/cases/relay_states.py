"""What a volunteer is told of where their words are: one silent line a case, changed in place, and trouble aloud.

It must not send or render anything: the line is a row like any other.
"""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, Text, bindparam, cast, exists, literal, select, update

from bot.cases import replacing
from bot.cases.messages import MESSAGES
from bot.cases.texts_relayed import RelayState, RelayTrouble
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.people import access
from bot.people.texts import Unsay
from models.base import Id, table_of
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address

_ROWS, _ADDRESSES = table_of(Outbox), table_of(Address)
_LINES = _ROWS.join(_ADDRESSES, _ADDRESSES.c.id == _ROWS.c.address_id)


class _Line(NamedTuple):
    """A line about what became of a volunteer's words; it is always about a case."""

    id: int
    address_id: int
    case_id: int
    state: str
    lease_owner: int | None
    params: dict[str, object]

    @property
    def may_be_seen(self) -> bool:
        """Whether it stands in the chat, or is on its way there."""
        return self.state == RowState.SENT or self.lease_owner is not None


class _Said(NamedTuple):
    """Whose words a message holds, and in which case."""

    author_id: int | None
    case_id: int


def _lines() -> Select[tuple[object, ...]]:
    """The lines about what became of a volunteer's words that stand in a chat, or are about to."""
    later = _ROWS.alias("later")
    of_case = later.c.case_id == _ROWS.c.case_id  # an index leads there, and none to what is edited
    gone = select(later.c.id).where(of_case, later.c.edits == _ROWS.c.id, later.c.kind == Notice.UNSAY).exists()
    return (
        select(*columns(_Line, _ROWS))
        .select_from(_LINES)
        .where(_ROWS.c.kind == Notice.RELAY_STATE, _ROWS.c.edits.is_(None), ~gone)
        .where(_ROWS.c.state.in_((RowState.DUE, RowState.SENT)))
    )


def _speaks_of_message() -> ColumnElement[bool]:
    """Whether a line is about this message, in whatever version of it."""
    this, first = MESSAGES.alias("this"), MESSAGES.alias("first")
    same = (this.c.conversation_id == first.c.conversation_id) & (this.c.external_id == first.c.external_id)
    keys = select(literal("state:") + cast(first.c.id, Text)).join(this, same).where(this.c.id == _MESSAGE)
    return _ROWS.c.dedupe_key.in_(keys)


_MESSAGE = bindparam("message", type_=Id())
_ITS_AUTHOR = select(MESSAGES.c.author_id).where(MESSAGES.c.id == _MESSAGE).scalar_subquery()
_OF_MESSAGE = _lines().where(_ADDRESSES.c.person_id == _ITS_AUTHOR, _speaks_of_message())
_OF_CASE = _lines().where(_ADDRESSES.c.person_id == bindparam("person"), _ROWS.c.case_id == bindparam("case"))


async def tell_relay_state(work: Work, message_id: int, *, is_trouble: bool = False) -> None:
    """The volunteer's one line about this case says the present state of this message, if it speaks of it.

    `is_trouble`: it cannot arrive, which is also said aloud: a line that changes is easily not seen.
    """
    line = only(_Line, await work.db.execute(_OF_MESSAGE, {"message": message_id}))
    told = None if line is None else RelayState.understood(line.params)
    # One not leased yet will say the new state by itself; one under way may have said the old one.
    if line is not None and told is not None and line.may_be_seen:
        await replacing.change_to_newest(work, line.address_id, told, edits=line.id, case_id=line.case_id)
    if is_trouble:
        await _tell_trouble(work, message_id, None if told is None else told.reply_to)


async def _tell_trouble(work: Work, message_id: int, reply_to: int | None) -> None:
    row = only(_Said, await work.db.execute(select(*columns(_Said, MESSAGES)).where(MESSAGES.c.id == message_id)))
    if row is None:
        return  # erased while it was under way
    code = await access.code_of(work.db, row.case_id)
    key = f"trouble:{message_id}"
    said = select(exists().where(_ROWS.c.dedupe_key == key))
    if not (await work.db.execute(said)).scalar_one():
        trouble = RelayTrouble(code=code, message=message_id, reply_to=reply_to)
        await work.tell(row.author_id, trouble, case_id=row.case_id, dedupe_key=key)


async def former_line_goes(work: Work, person_id: int, case_id: int) -> None:
    """The line about an earlier message of the case is deleted, or never sent: one a case is enough."""
    for line in every(_Line, await work.db.execute(_OF_CASE, {"person": person_id, "case": case_id})):
        waiting = (_ROWS.c.state == RowState.DUE, _ROWS.c.lease_owner.is_(None))
        about = (_ROWS.c.id == line.id) | (_ROWS.c.edits == line.id)
        gone = (
            update(_ROWS)
            .where(_ROWS.c.case_id == case_id, about, *waiting)
            .values(state=RowState.CANCELLED, ended_at=work.now)
        )
        await work.db.execute(gone)
        if line.may_be_seen:
            await work.tell_address(line.address_id, Unsay(), case_id=case_id, edits=line.id)
