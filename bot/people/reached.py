"""A person where they are reached: who is behind an address, in what thread, and whether they are blocked.

Owns that statement. It must not decide what they may do.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from bot.engine.rows import columns
from bot.people.blocks import BLOCKS
from models.base import table_of
from models.conversation import Conversation
from models.people import Address, Person

_PEOPLE, _ADDRESSES, _THREADS = table_of(Person), table_of(Address), table_of(Conversation)


class Reached(NamedTuple):
    """A person where they are reached; `conversation_id`: a newcomer's thread and its `version`. `barred_at`: since
    when they are blocked."""

    address_id: int
    channel: str
    person_id: int
    role: str
    language: str | None
    enabled: bool
    parked_at: datetime | None
    conversation_id: int | None
    version: int | None
    barred_at: datetime | None
    barred_until: datetime | None


REACHED = columns(
    Reached, _ADDRESSES, _PEOPLE, address_id=_ADDRESSES.c.id, conversation_id=_THREADS.c.id,
    language=_PEOPLE.c.language, version=_THREADS.c.version, barred_at=BLOCKS.c.made_at, barred_until=BLOCKS.c.until,
)  # fmt: skip
WHO_IS_REACHED = (
    _ADDRESSES.join(_PEOPLE, _PEOPLE.c.id == _ADDRESSES.c.person_id)
    .outerjoin(_THREADS, _THREADS.c.newcomer_id == _PEOPLE.c.id)
    .outerjoin(BLOCKS, BLOCKS.c.person_id == _PEOPLE.c.id)
)
IS_LOOKED_UP = (_ADDRESSES.c.channel == bindparam("on")) & (_ADDRESSES.c.lookup == bindparam("lookup"))
_LANES = select(*REACHED).select_from(WHO_IS_REACHED)
BY_ID = _LANES.where(_ADDRESSES.c.person_id == bindparam("person"))
BY_LOOKUP = _LANES.where(IS_LOOKED_UP)
