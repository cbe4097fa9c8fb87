"""The database: how it is opened, and the two ways to touch it.

`work()` is one act of one person: one transaction, durable before anything leaves the process. `look()` only reads.
The only place that commits. It must not know what an act means.
"""

import asyncio
import copy
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from time import monotonic
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, event, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.sql import Insert

from bot.engine import bells, clock, pools, sqlite
from bot.engine.causes import Cause, cause_of
from bot.engine.condition import Condition
from bot.engine.connections import Connections
from bot.engine.crowds import Crowds
from bot.engine.errors import Busy, Refusal, Unavailable
from bot.engine.seal import Seal
from bot.engine.settings import Settings
from models.base import new_id
from models.case import CaseEvent
from models.conversation import SEQ_BITS, Conversation
from models.outbox import Notice, Outbox, RowState, Timer
from models.people import Address, Channel, Person, Role

READERS = 4
BUSY_MILLISECONDS = 5_000
INSTANCE_LOCK_CLASS = 7_246  # names our advisory locks among others' on the same server

_LOCK = (
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(version=Conversation.version + 1)
    .returning(Conversation.version)
)
_ADDRESSES = (
    select(Address.id, Address.channel, Address.parked_at, Conversation.id.label("conversation_id"))
    .outerjoin(Conversation, Conversation.newcomer_id == Address.person_id)
    .where(Address.person_id == bindparam("person"), Address.farewell.is_(False))
)
# Over tables, not classes, and without values: those come when it is executed, so that nothing is built or compiled.
_RECORD = insert(CaseEvent.__table__)  # type: ignore[attr-defined]
_REMIND = insert(Timer.__table__)  # type: ignore[attr-defined]
_SAY = insert(Outbox.__table__).returning(Outbox.__table__.c.id)  # type: ignore[attr-defined]
_NOTIFY = text("SELECT pg_notify(:channel, topic) FROM unnest(CAST(:topics AS text[])) AS topic")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a snapshot of the person at the start of the act."""

    id: int
    role: str
    alias: str | None
    language: str | None
    enabled: bool
    address_id: int | None = None

    @property
    def is_staff(self) -> bool:
        return self.role != Role.NEWCOMER


class Work:
    """One act in one transaction. Everything said goes through `tell`; nothing leaves the process before COMMIT."""

    def __init__(self, db: AsyncConnection, store: "Store", now: datetime) -> None:
        self.db = db
        self.now = now
        self.seal: Seal = store.seal
        self.zone: ZoneInfo = store.zone
        self.settings: Settings = store.settings
        self._crowds = store.crowds
        self.actor: Actor | None = None
        self._versions: dict[int, int] = {}
        self._placed: dict[int, int] = {}
        self._topics: dict[str, None] = {}
        self._afterwards: list[Callable[[], object]] = []

    @property
    def today(self) -> date:
        """The office's day."""
        return clock.office_day(self.now, self.zone)

    def ring(self, topic: str) -> None:
        """Hint, once the act is committed, that something changed under `topic`."""
        self._topics[topic] = None

    def hide(self, secret: str) -> tuple[int, bytes]:
        """A secret to be shown once, as an outbox row keeps it: `sealed_as` for its params, and the sealed bytes."""
        sealed_as = new_id()
        return sealed_as, self.seal.seal(secret, table="outbox", column="secret", row_id=sealed_as)

    def after_commit(self, call: Callable[[], object]) -> None:
        """Have `call` made once the act is durable, and never if it is not."""
        self._afterwards.append(call)

    async def lock(self, conversation_id: int) -> None:
        """Hold the conversation until COMMIT. The first statement of every act on it or its case.

        Raises:
            Busy: somebody else has held it for too long.
        """
        if conversation_id in self._versions:
            return
        with self._crowds.before(conversation_id):
            version = (await self.db.execute(_LOCK, {"conversation": conversation_id})).scalar_one_or_none()
        self._versions[conversation_id] = version or 0
        self._placed[conversation_id] = 0

    def next_seq(self, conversation_id: int) -> int:
        """The next place in a conversation this act has locked. Order of places is order of commits."""
        place = self._placed[conversation_id]
        self._placed[conversation_id] = place + 1
        return self._versions[conversation_id] << SEQ_BITS | place

    async def record(self, case_id: int, kind: str, *, detail: str | None = None) -> None:
        """Write one line of the case's ledger."""
        row = {"case_id": case_id, "kind": kind, "at": self.now, "on_day": self.today, "detail": detail}
        await self.db.execute(_RECORD, row | {"actor_id": self.actor.id if self.actor else None})

    async def remind(self, kind: str, subject: int, due_at: datetime) -> None:
        """Have the rounds look at `subject` again at `due_at`."""
        await self.db.execute(_REMIND, {"id": new_id(), "kind": kind, "subject": subject, "due_at": due_at})
        self.ring(bells.TIMERS)

    async def tell(self, person_id: int | None, kind: Notice, **row: Any) -> int | None:
        """Say `kind` to a person on the address that reaches them best; returns the row's id, None if none does."""
        if person_id is None:
            return None
        lanes = (await self.db.execute(_ADDRESSES, {"person": person_id})).all()
        if not lanes:
            return None
        best = min(lanes, key=lambda lane: (lane.parked_at is not None, lane.channel != Channel.TELEGRAM))
        return await self.tell_address(best.id, kind, conversation_id=best.conversation_id, **row)

    async def tell_address(
        self,
        address_id: int,
        kind: Notice,
        *,
        conversation_id: int | None = None,
        params: dict | None = None,
        **row: Any,
    ) -> int:
        """Say `kind` on one address; `conversation_id` gives the row its place in a newcomer's conversation."""
        seq = 0
        if conversation_id is not None:
            await self.lock(conversation_id)
            seq = self.next_seq(conversation_id)
            self.ring(bells.chat(conversation_id))
        values = {"address_id": address_id, "kind": kind.value, "params": params or {}, "seq": seq}
        values |= {"created_at": self.now, "due_at": self.now, "timed_at": self.now, "state": RowState.DUE.value} | row
        made = await self.db.execute(_SAY, values)
        self.ring(bells.OUTBOX)
        return made.scalar_one()


def insert_or_skip(work: Work, table: Any) -> Insert:
    """An INSERT that quietly does nothing where a unique row is already there."""
    dialect = postgresql if work.db.dialect.name == "postgresql" else sqlite_dialect
    return dialect.insert(table).on_conflict_do_nothing()


class Store:
    """One database, open."""

    def __init__(self, settings: Settings, seal: Seal) -> None:
        self.settings = settings
        self.seal = seal
        self.zone = ZoneInfo(settings.office_zone)
        self.instance = secrets.randbelow(2**31 - 1) + 1
        self.condition = Condition()
        self.crowds = Crowds()
        self.act_seconds: float | None = None  # instead of WORK_SECONDS
        self.is_postgres = settings.database_url.startswith("postgresql")
        if self.is_postgres:
            self._open_postgres(settings)
        else:
            self._open_sqlite(settings)
        self._opened_by = self  # also for what `apart` and `unhurried` return
        self._connections = Connections(self._engines)

    def _open_postgres(self, settings: Settings) -> None:
        self.writer, self.reader = pools.acting(settings), pools.reading(settings)
        self._own, self._slow = pools.own_work(settings), pools.unhurried(settings)
        self._engines = (self.writer, self.reader, self._own, self._slow)
        self.bells: bells.Bells = bells.PostgresBells(settings.postgres_dsn, self.instance, INSTANCE_LOCK_CLASS)
        self._turn = None

    def _open_sqlite(self, settings: Settings) -> None:
        # One writer: SQLite has one anyway, and waiting in our own line is fair and cannot say "locked".
        options: dict[str, Any] = {"connect_args": {"async_creator_fn": sqlite.connect}, "hide_parameters": True}
        self.writer = create_async_engine(settings.database_url, pool_size=1, max_overflow=0, **options)
        waits = {"max_overflow": READERS, "pool_timeout": settings.work_seconds}
        self.reader = create_async_engine(settings.database_url, pool_size=READERS, **waits, **options)
        self._engines = (self.writer, self.reader)
        _prepare_sqlite(self.writer, writes=True)
        _prepare_sqlite(self.reader, writes=False)
        self.bells = bells.Bells()
        self._turn = asyncio.Lock()

    def apart(self) -> Self:
        """The same database for the service's own work: on PostgreSQL, through connections that people's acts cannot
        take; on SQLite there is one writer, and everybody has a turn."""
        return self._through(self._own) if self.is_postgres else self

    def unhurried(self) -> Self:
        """The same database for an act or a look that somebody at the command line waits for."""
        slow = self._through(self._slow) if self.is_postgres else copy.copy(self)
        slow.act_seconds = pools.UNHURRIED_SECONDS
        return slow

    def _through(self, engine: AsyncEngine) -> Self:
        twin = copy.copy(self)
        twin.writer = twin.reader = engine
        return twin

    async def close(self) -> None:
        """No connection is open that nobody uses; the next act opens a new one."""
        await self._connections.close()

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """One act: committed when the block ends, rolled back when it raises or lasted too long.

        Raises:
            Unavailable: the database did not answer, is full or locked, or the act took longer than WORK_SECONDS.
        """
        with self._troubles_named():
            async with self._in_turn():
                started = monotonic()
                async with self._connections.lend(self.writer) as db:
                    work = Work(db, self, clock.now())
                    yield work
                    if monotonic() - started > (self.act_seconds or self._opened_by.settings.work_seconds):
                        raise Unavailable(Cause.TOO_SLOW)
                    await self._announce(work)
                    await db.commit()
        for topic in work._topics:
            self.bells.ring(topic)
        for call in work._afterwards:
            call()

    @asynccontextmanager
    async def look(self) -> AsyncIterator[AsyncConnection]:
        """A connection that only reads.

        Raises:
            Unavailable: the database did not answer.
        """
        with self._troubles_named(may_only_read=self.is_postgres):
            async with self._connections.lend(self.reader) as db:
                if self.is_postgres:
                    await db.execute(text("SET TRANSACTION READ ONLY"))
                yield db

    @asynccontextmanager
    async def _in_turn(self) -> AsyncIterator[None]:
        if self._turn is None:
            yield
            return
        try:
            async with asyncio.timeout(BUSY_MILLISECONDS / 1000):
                await self._turn.acquire()
        except TimeoutError as late:
            raise Unavailable(Cause.TOO_SLOW) from late
        try:
            yield
        finally:
            self._turn.release()

    @contextmanager
    def _troubles_named(self, *, may_only_read: bool = False) -> Iterator[None]:
        """Turns the drivers' ways of saying "the database does not do it" into one refusal that knows why."""
        try:
            yield
        except Busy:  # the database is well
            raise
        except Unavailable as refusal:
            self._note(Cause(refusal.cause))
            raise
        except Refusal:
            raise
        except Exception as trouble:
            cause = cause_of(trouble)
            if cause is None or (may_only_read and cause == Cause.READ_ONLY):  # else our own mistake would pass for it
                raise
            self._note(cause)
            raise Unavailable(cause) from trouble

    def _note(self, cause: Cause) -> None:
        if self.condition.failed(cause):
            self.bells.ring(bells.PULSE)  # what the next write finds decides whether it lasts

    async def _announce(self, work: Work) -> None:
        if self.is_postgres and work._topics:
            await work.db.execute(_NOTIFY, {"channel": bells.NOTIFY_CHANNEL, "topics": list(work._topics)})


def _prepare_sqlite(engine: AsyncEngine, *, writes: bool) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def _connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, see below
        cursor = connection.cursor()
        # Who only reads changes nothing, also not how the file is written: it may turn out not to be ours.
        for pragma in ("journal_mode = WAL" if writes else "query_only = ON", *_PRAGMAS):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begun(connection: Any) -> None:
        # A read that later writes would fail with "locked" at once; taking the write lock first waits instead.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


_PRAGMAS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    f"busy_timeout = {BUSY_MILLISECONDS}",
    "secure_delete = ON",
)


async def actor_of(db: AsyncConnection, person_id: int, address_id: int | None = None) -> Actor | None:
    """The person as somebody who acts, or None."""
    row = (
        await db.execute(
            select(Person.id, Person.role, Person.alias, Person.language, Person.enabled).where(Person.id == person_id)
        )
    ).one_or_none()
    return None if row is None else Actor(*row, address_id=address_id)
