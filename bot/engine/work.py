"""One act of one person: who acts, when, in which transaction; what it says, records and has looked at again.

Nothing leaves the process before COMMIT, which is the store's. It must not commit, nor know what an act means.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, TypedDict, Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, select, update

from bot.engine import bells, clock
from bot.engine.crowds import Crowds
from bot.engine.db import Db
from bot.engine.errors import NotFound
from bot.engine.rows import columns, every, only
from bot.engine.seal import Seal
from bot.engine.settings import Settings
from models.base import new_id, table_of
from models.case import CaseEvent
from models.conversation import SEQ_BITS, Conversation
from models.outbox import Outbox, RowState, Timer
from models.people import Address, Channel, Person, Role
from models.saying import Kept, Saying

_THREADS, _ADDRESSES, _PEOPLE, _ROWS = table_of(Conversation), table_of(Address), table_of(Person), table_of(Outbox)


class Lane(NamedTuple):
    """A way to reach a person; `conversation_id`: the thread a newcomer reads there."""

    id: int
    channel: str
    parked_at: datetime | None
    conversation_id: int | None


class Known(NamedTuple):
    """A person, as far as it matters to what they do."""

    id: int
    role: str
    alias: str | None
    language: str | None
    enabled: bool


_LOCK = (
    update(_THREADS)
    .where(_THREADS.c.id == bindparam("conversation"))
    .values(version=_THREADS.c.version + 1)
    .returning(_THREADS.c.version)
)
_LANES = (
    select(*columns(Lane, _ADDRESSES, conversation_id=_THREADS.c.id))
    .select_from(_ADDRESSES.outerjoin(_THREADS, _THREADS.c.newcomer_id == _ADDRESSES.c.person_id))
    .where(_ADDRESSES.c.person_id == bindparam("person"), _ADDRESSES.c.farewell.is_(False))
)
_KNOWN = select(*columns(Known, _PEOPLE)).where(_PEOPLE.c.id == bindparam("person"))
# Without values: those come when it is executed, so that nothing is built or compiled.
_RECORD = insert(table_of(CaseEvent))
_REMIND = insert(table_of(Timer))
_SAY = insert(_ROWS).returning(_ROWS.c.id)


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


@dataclass(frozen=True, slots=True)
class Visitor:
    """A newcomer on the channel they came by. `language` is None until they have chosen one.

    `is_parked`: they had blocked the bot, so that this is a sign of life.
    """

    person_id: int
    address_id: int
    conversation_id: int
    channel: str
    language: str | None
    is_parked: bool = False


class About(TypedDict, total=False):
    """What a row of the outbox is about, and when it leaves; what its columns mean: `models.outbox.Outbox`."""

    case_id: int | None
    message_id: int | None
    edits: int | None
    secret: bytes
    dedupe_key: str
    due_at: datetime


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


class Work:
    """One act in one transaction. Everything said goes through `tell`; nothing leaves the process before COMMIT."""

    def __init__(
        self, db: Db, now: datetime, *, seal: Seal, zone: ZoneInfo, settings: Settings, crowds: Crowds
    ) -> None:
        self.db = db
        self.now = now
        self.seal = seal
        self.zone = zone
        self.settings = settings
        self._crowds = crowds
        self.actor: Actor | None = None
        self.visitor: Visitor | None = None
        self._versions: dict[int, int] = {}
        self._placed: dict[int, int] = {}
        self._topics: dict[str, None] = {}
        self._afterwards: list[Callable[[], object]] = []

    @property
    def today(self) -> date:
        """The office's day."""
        return clock.office_day(self.now, self.zone)

    @property
    def staff(self) -> Actor:
        """The acting volunteer or coordinator.

        Raises:
            NotFound: nobody, a newcomer, or somebody whose access has ended.
        """
        return require_staff(self.actor)

    @property
    def coordinator(self) -> Actor:
        """The acting coordinator.

        Raises:
            NotFound: anybody else.
        """
        return require_coordinator(self.actor)

    def require_publisher(self) -> None:
        """Whoever acts may say what is published: a coordinator, or the command line, where nobody of ours acts.

        Raises:
            NotFound: a newcomer or a volunteer acts.
        """
        if self.actor is not None or self.visitor is not None:
            require_coordinator(self.actor)

    @property
    def newcomer(self) -> Visitor:
        """The acting newcomer.

        Raises:
            NotFound: nobody, or somebody else.
        """
        if self.visitor is None:
            raise NotFound
        return self.visitor

    @property
    def topics(self) -> list[str]:
        """What is to be rung once the act is committed."""
        return list(self._topics)

    def committed(self) -> None:
        """The act is committed: what was to be called then is called."""
        for call in self._afterwards:
            call()

    def ring(self, topic: str) -> None:
        """Hint, once the act is committed, that something changed under `topic`."""
        self._topics[topic] = None

    def hide(self, secret: str) -> tuple[int, bytes]:
        """A secret to be shown once, as an outbox row keeps it: `sealed_as` for its saying, and the sealed bytes."""
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

    async def tell(self, person_id: int | None, saying: Saying | Kept, **about: Unpack[About]) -> int | None:
        """Say it to a person on the address that reaches them best; returns the row's id, None if none does."""
        if person_id is None:
            return None
        lanes = every(Lane, await self.db.execute(_LANES, {"person": person_id}))
        if not lanes:
            return None
        best = min(lanes, key=lambda lane: (lane.parked_at is not None, lane.channel != Channel.TELEGRAM))
        return await self.tell_address(best.id, saying, conversation_id=best.conversation_id, **about)

    async def tell_address(
        self,
        address_id: int,
        saying: Saying | Kept,
        *,
        conversation_id: int | None = None,
        **about: Unpack[About],
    ) -> int:
        """Say it on one address; `conversation_id` gives the row its place in a newcomer's conversation."""
        seq = 0
        if conversation_id is not None:
            await self.lock(conversation_id)
            seq = self.next_seq(conversation_id)
            self.ring(bells.chat(conversation_id))
        values: dict[str, object] = {"address_id": address_id, "kind": saying.kind.value, "params": saying.to_row()}
        values |= {"created_at": self.now, "due_at": self.now, "timed_at": self.now, "state": RowState.DUE.value}
        made: int = (await self.db.execute(_SAY, {**values, "seq": seq, **about})).scalar_one()
        self.ring(bells.OUTBOX)
        return made


async def actor_of(db: Db, person_id: int, address_id: int | None = None) -> Actor | None:
    """The person as somebody who acts, or None."""
    known = only(Known, await db.execute(_KNOWN, {"person": person_id}))
    return None if known is None else Actor(*known, address_id)
