"""Who acts: a member of staff, or a newcomer on the channel they came by; and who may.

A snapshot, made at the start of the act. It must not know what an act does.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select

from bot.engine.db import Db
from bot.engine.errors import NotFound
from bot.engine.rows import columns, only
from bot.engine.ways import Lane
from models.base import table_of
from models.people import Channel, Person, Role

_PEOPLE = table_of(Person)


class Known(NamedTuple):
    """A person, as far as it matters to what they do."""

    id: int
    role: str
    language: str | None
    enabled: bool


_KNOWN = select(*columns(Known, _PEOPLE)).where(_PEOPLE.c.id == bindparam("person"))


class Barred(NamedTuple):
    """That a newcomer is blocked, since when and until when; without `until`, until a coordinator lifts it."""

    made_at: datetime
    until: datetime | None

    def holds_at(self, now: datetime) -> bool:
        """Whether it has not had its time."""
        return self.until is None or self.until > now


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a snapshot of the person at the start of the act."""

    id: int
    role: str
    language: str | None
    enabled: bool
    address_id: int | None = None

    @property
    def is_staff(self) -> bool:
        return self.role != Role.NEWCOMER


@dataclass(frozen=True, slots=True)
class Visitor:
    """A newcomer on the channel they came by. `language` is None until they have chosen one.

    `is_parked`: they had blocked the bot, so that this is a sign of life. `barred`: they are blocked, as far as was
    known at this `version` of their conversation.
    """

    person_id: int
    address_id: int
    conversation_id: int
    channel: str
    language: str | None
    is_parked: bool = False
    barred: Barred | None = None
    version: int = 0

    @property
    def lane(self) -> Lane | None:
        """What reaches them best, if that is known: the chat that they have just written in. Who has come by the web
        may have a chat as well."""
        if self.channel != Channel.TELEGRAM:
            return None
        return Lane(self.address_id, self.channel, None, self.conversation_id)


def require_staff(actor: Actor | None) -> Actor:
    """The volunteer or coordinator who acts.

    Raises:
        NotFound: nobody, a newcomer, or somebody whose access has ended.
    """
    if actor is None or not actor.is_staff or not actor.enabled:
        raise NotFound
    return actor


def require_coordinator(actor: Actor | None) -> Actor:
    """The coordinator who acts.

    Raises:
        NotFound: anybody else.
    """
    if require_staff(actor).role != Role.COORDINATOR:
        raise NotFound
    return require_staff(actor)


async def actor_of(db: Db, person_id: int, address_id: int | None = None) -> Actor | None:
    """The person as somebody who acts, or None."""
    known = only(Known, await db.execute(_KNOWN, {"person": person_id}))
    return None if known is None else Actor(*known, address_id)
