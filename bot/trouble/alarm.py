"""Trouble with the database is told to the coordinators past the outbox, which lies in that database.

Owns the loop that watches the store's condition, and the coordinators' chats: read while the database answers, kept in
memory as they are in the table, sealed, and opened only to be written to. No address may be logged.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from time import monotonic
from typing import NamedTuple, Protocol

from sqlalchemy import select

from bot.engine import bells, clock
from bot.engine.causes import Cause
from bot.engine.db import Db
from bot.engine.errors import Unavailable
from bot.engine.rows import columns, every
from bot.people import people
from bot.service import Service
from bot.trouble.texts import CanStoreAgain, cannot_store
from models.base import table_of
from models.people import Address, Person, Role

LOOKS_EVERY_SECONDS = 5.0
KNOWN_FOR_SECONDS = 60.0  # how old what we know of the coordinators' chats may be
SILENT_SECONDS = 30.0  # three signs of life that did not come
LASTS_SECONDS = 30.0  # shorter trouble is over before anybody could do something about it
AGAIN_SECONDS = 600.0  # as often as a newcomer gets the card of helplines
_PEOPLE, _ADDRESSES = table_of(Person), table_of(Address)


class CoordinatorLane(NamedTuple):
    """Where a coordinator is reached; `chat` is sealed."""

    id: int
    channel: str
    chat: bytes
    language: str | None


class Caller(Protocol):
    """A channel that can say something without the database."""

    async def say_from_memory(self, chat_id: int, text: str) -> object:
        """Try once. Never raises."""


class Alarm:
    """The loop. `callers`: channel → how it is spoken on."""

    def __init__(self, service: Service, callers: Mapping[str, Caller]) -> None:
        self._service = service
        self._store = service.store
        self._callers = callers
        self._lanes: Sequence[CoordinatorLane] = ()
        self._learned_at = self._told_at = float("-inf")
        self._lasting_since: datetime | None = None

    async def run(self) -> None:
        """Watch until the service stops."""
        with self._store.bells.listen(bells.PULSE) as bell:
            while not self._service.health.stopping:
                await self.look()
                await bell.wait(LOOKS_EVERY_SECONDS)

    async def look(self) -> None:
        """Trouble that lasts has been told, at most once in ten minutes, and its end once."""
        if monotonic() - self._learned_at >= KNOWN_FOR_SECONDS:
            await self._learn()
        condition = self._store.condition
        if self._service.health.unwritten_seconds > SILENT_SECONDS:
            condition.failed(Cause.TOO_SLOW)  # an act that hangs is refused by nobody
        if condition.cause is None:
            await self._tell_end()
        elif condition.lasted_seconds >= LASTS_SECONDS:
            self._lasting_since = condition.since
            if monotonic() - self._told_at >= AGAIN_SECONDS:
                self._told_at = monotonic()
                await self._tell()

    async def _learn(self) -> None:
        try:
            async with self._store.look() as db:
                self._lanes = await coordinators_lanes(db, tuple(self._callers))
        except Unavailable:
            return  # those of the last minute will do
        self._learned_at = monotonic()

    async def _tell(self) -> None:
        cause, since = self._store.condition.cause, self._store.condition.since
        assert cause is not None and since is not None
        now, zone = clock.now(), self._store.zone
        for lane in self._lanes:
            chat = self._store.seal.open(lane.chat, table="addresses", column="chat", row_id=lane.id)
            text = cannot_store(self._service.desk(lane.language), cause=cause, since=since, now=now, zone=zone)
            await self._callers[lane.channel].say_from_memory(int(chat), text)

    async def _tell_end(self) -> None:
        """Said through the outbox: now it can be, and then it arrives for certain, at the desk too."""
        if self._lasting_since is None:
            return
        try:
            async with self._store.work() as work:
                await people.tell_coordinators(work, CanStoreAgain(since=self._lasting_since, until=work.now))
        except Unavailable:
            return
        self._lasting_since = None


async def coordinators_lanes(db: Db, channels: Sequence[str]) -> list[CoordinatorLane]:
    """Where every enabled coordinator is reached on these channels."""
    lanes = (
        select(*columns(CoordinatorLane, _ADDRESSES, language=_PEOPLE.c.language))
        .select_from(_ADDRESSES.join(_PEOPLE, _PEOPLE.c.id == _ADDRESSES.c.person_id))
        .where(_PEOPLE.c.role == Role.COORDINATOR, _PEOPLE.c.enabled)
        .where(_ADDRESSES.c.channel.in_(channels), _ADDRESSES.c.chat.is_not(None))
        .order_by(_ADDRESSES.c.id)
    )
    return every(CoordinatorLane, await db.execute(lanes))
