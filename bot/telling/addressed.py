"""Where a row of the outbox goes, who reads it there, and whose words it repeats: read together, with the lease.

Owns that statement. It must not open what is sealed, nor render: `delivery.py` and `render.py` do.
"""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select

from bot.engine.among import among
from bot.engine.db import Columns, Db
from bot.engine.rows import columns
from bot.telling.outbox import ROWS, OutboxRow
from models.base import Id, table_of
from models.conversation import Message
from models.people import Address, Person

_MESSAGES, _PEOPLE, _ADDRESSES = table_of(Message), table_of(Person), table_of(Address)


class Lane(NamedTuple):
    """Where a letter goes: a chat, sealed, on a channel."""

    chat: bytes
    channel: str


class Reader(NamedTuple):
    """Who reads at an address; nobody's role and language once they were erased. `hint`: what their app is set to."""

    role: str | None
    language: str | None
    enabled: bool | None
    hint: str | None


class Relayed(NamedTuple):
    """A message's words, sealed, and how they came."""

    id: int
    words: bytes
    marks: list[str]


class Addressed(NamedTuple):
    """All of it. `relayed`: if the row repeats a message that is still there."""

    lane: Lane
    reader: Reader
    relayed: Relayed | None


_LANE, _READER, _RELAYED = (
    columns(Lane, _ADDRESSES), columns(Reader, _PEOPLE, hint=_ADDRESSES.c.language), columns(Relayed, _MESSAGES),
)  # fmt: skip
_READ_THERE = _PEOPLE.c.id == _ADDRESSES.c.person_id
_ADDRESSED = (
    select(*_LANE, *_READER, *_RELAYED)
    .select_from(
        _ADDRESSES.outerjoin(_PEOPLE, _READ_THERE).outerjoin(
            _MESSAGES, _MESSAGES.c.id == bindparam("message", type_=Id)
        )
    )
    .where(_ADDRESSES.c.id == bindparam("address"))
)
_ALL_ADDRESSED = (
    select(ROWS.c.id, *_LANE, *_READER, *_RELAYED)
    .select_from(
        ROWS.join(_ADDRESSES, _ADDRESSES.c.id == ROWS.c.address_id)
        .outerjoin(_PEOPLE, _READ_THERE)
        .outerjoin(_MESSAGES, _MESSAGES.c.id == ROWS.c.message_id)
    )
    .where(among(ROWS.c.id, "rows"))
)


async def addressed(db: Db, row: OutboxRow) -> Addressed:
    """As it is now.

    Raises:
        NoResultFound: the address is no more.
    """
    asked = {"address": row.address_id, "message": row.message_id}
    return _read((await db.execute(_ADDRESSED, asked)).one())


async def all_addressed(db: Db, rows: Sequence[OutboxRow]) -> dict[int, Addressed]:
    """As `addressed`, of all these rows whose address is still there, by their ids."""
    found = (await db.execute(_ALL_ADDRESSED, {"rows": [row.id for row in rows]})).all()
    return {one[0]: _read(one[1:]) for one in found}


def _read(found: Columns) -> Addressed:
    reads, repeats = len(_LANE), len(_LANE) + len(_READER)
    relayed = None if found[repeats] is None else Relayed(*found[repeats:])
    return Addressed(Lane(*found[:reads]), Reader(*found[reads:repeats]), relayed)
