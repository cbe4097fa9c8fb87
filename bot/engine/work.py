"""One act of one person: who acts, when, in which transaction; what it says, records and has looked at again.

Nothing leaves the process before COMMIT, which is the store's. It must not commit, nor know what an act means.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypedDict, Unpack
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, insert, update

from bot.engine import bells, clock, sealed_names
from bot.engine.actors import Actor, Visitor, require_coordinator, require_staff
from bot.engine.crowds import Crowds
from bot.engine.db import Columns, Db
from bot.engine.errors import NotFound
from bot.engine.inserts import insert_for_each, upsert
from bot.engine.rows import Shape, columns, every, only
from bot.engine.seal import Seal
from bot.engine.settings import Settings
from bot.engine.ways import LANES, NEAREST_OF_EACH, Lane, nearest
from models.base import new_id, table_of
from models.case import CaseEvent
from models.conversation import SEQ_BITS, Conversation
from models.outbox import TRACES, Meta, Outbox, RowState
from models.people import Person
from models.saying import Kept, Saying
from models.timer import Timer

_THREADS, _PEOPLE, _ROWS = table_of(Conversation), table_of(Person), table_of(Outbox)


class Locked(NamedTuple):
    """A conversation as it stood when this act locked it; what its columns mean: `models.conversation.Conversation`."""

    id: int
    version: int
    step: str
    draft: bytes | None
    drafted_at: datetime | None
    consent_at: datetime | None
    consent_version: int | None
    asked_row: int | None


_HOLD = update(_THREADS).where(_THREADS.c.id == bindparam("conversation")).values(version=_THREADS.c.version + 1)
_LOCK = _HOLD.returning(*columns(Locked, _THREADS))
# Without values: those come when it is executed, so that nothing is built or compiled.
_RECORD = insert(table_of(CaseEvent)).inline()
_REMIND = insert(table_of(Timer))
_SAY = insert(_ROWS).inline()  # nobody asks for the row's id
_MARK = upsert("sqlite", table_of(Meta), key=["name"], overwrites=["value"])
_SAY_AS_ROW = insert(_ROWS).returning(_ROWS.c.id)


class About(TypedDict, total=False):
    """What a row of the outbox is about, and when it leaves; what its columns mean: `models.outbox.Outbox`."""

    case_id: int | None
    message_id: int | None
    edits: int | None
    secret: bytes
    dedupe_key: str
    due_at: datetime


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
        self.crowds = crowds
        self.actor: Actor | None = None
        self.visitor: Visitor | None = None
        self._versions: dict[int, int] = {}
        self._placed: dict[int, int] = {}
        self._topics: dict[str, None] = {}
        self._noted: dict[type, tuple[object, ...]] = {}
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

    def kept(self, saying: Saying | Kept) -> dict[str, object]:
        """What is said, as a row of the outbox keeps it: whoever it names stands there sealed."""
        return sealed_names.sealed(self.seal, saying.to_row())

    async def leave_no_trace(self) -> None:
        """What this act deletes is in no file soon after COMMIT, on SQLite (`bot/privacy/wiping.py`)."""
        if self.db.dialect.name == "sqlite":
            await self.db.execute(_MARK, {"name": TRACES, "value": str(new_id())})
            self.ring(bells.TRACES)

    def note(self, row: tuple[object, ...]) -> None:
        """What was just read, for whoever asks for the same next: once, since an act may change it."""
        self._noted[type(row)] = row

    def noted(self, shape: type[Shape]) -> Shape | None:
        """The row of this shape that was noted, if one was; it is given once."""
        row = self._noted.pop(shape, None)
        return row if isinstance(row, shape) else None

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
        with self.crowds.before(conversation_id):
            locked = only(Locked, await self.db.execute(_LOCK, {"conversation": conversation_id}))
        self._has_locked(conversation_id, locked)

    async def lock_and_read(
        self, conversation_id: int, behind: Select[*Columns], asked: Mapping[str, object]
    ) -> Sequence[Columns]:
        """As `lock`, with the rows of what is asked behind it, whose first columns are those of `Locked` or nothing.

        Raises: as `lock`.
        """
        with self.crowds.before(conversation_id):
            if conversation_id not in self._versions:
                await self.db.execute_ahead(_HOLD, {"conversation": conversation_id})
            rows = [tuple(row) for row in await self.db.execute(behind, asked)]
        is_there = rows and rows[0][0] is not None
        self._has_locked(conversation_id, Locked(*rows[0][: len(Locked._fields)]) if is_there else None)
        return rows

    def has_locked(self, locked: Locked) -> None:
        """The act holds this conversation, read behind its lock."""
        self._has_locked(locked.id, locked)

    def _has_locked(self, conversation_id: int, locked: Locked | None) -> None:
        if conversation_id in self._versions:
            return
        if locked is not None:
            self.note(locked)
        self._versions[conversation_id] = 0 if locked is None else locked.version
        self._placed[conversation_id] = 0

    def version_of(self, conversation_id: int) -> int:
        """How many acts there have been in a conversation that this act has locked, itself counted."""
        return self._versions[conversation_id]

    def next_seq(self, conversation_id: int) -> int:
        """The next place in a conversation this act has locked. Order of places is order of commits."""
        place = self._placed[conversation_id]
        self._placed[conversation_id] = place + 1
        return self._versions[conversation_id] << SEQ_BITS | place

    async def record(self, case_id: int, kind: str, *, detail: str | None = None) -> None:
        """Write one line of the case's ledger."""
        row = {"case_id": case_id, "kind": kind, "at": self.now, "on_day": self.today, "detail": detail}
        await self.db.execute_ahead(_RECORD, row | {"actor_id": self.actor.id if self.actor else None})

    async def remind(self, kind: str, subject: int, due_at: datetime) -> None:
        """Have the rounds look at `subject` again at `due_at`."""
        await self.db.execute_ahead(_REMIND, {"id": new_id(), "kind": kind, "subject": subject, "due_at": due_at})
        self.ring(bells.TIMERS)

    async def tell(self, person_id: int | None, saying: Saying | Kept, **about: Unpack[About]) -> None:
        """Say it to a person on the address that reaches them best, if any does."""
        await self.tell_lane(await self.lane_of(person_id), saying, **about)

    async def tell_lane(self, lane: Lane | None, saying: Saying | Kept, **about: Unpack[About]) -> None:
        """Say it there, if there is any such way."""
        if lane is not None:
            await self.tell_address(lane.id, saying, conversation_id=lane.conversation_id, **about)

    async def tell_as_row(self, person_id: int | None, saying: Saying | Kept, **about: Unpack[About]) -> int | None:
        """As `tell`; returns the row's id, None if no address reaches them."""
        if (best := await self.lane_of(person_id)) is None:
            return None
        return await self.tell_address_as_row(best.id, saying, conversation_id=best.conversation_id, **about)

    async def lane_of(self, person_id: int | None) -> Lane | None:
        """The address that reaches this person best, if any does."""
        if person_id is None:
            return None
        return nearest(every(Lane, await self.db.execute(LANES, {"person": person_id})))

    async def tell_each(self, staff: Sequence[int], saying: Saying, **about: Unpack[About]) -> None:
        """Say it to each of these members of staff: one statement, however many they are."""
        if staff:
            said = self._row(saying, about)
            to_each = insert_for_each(_ROWS, "address_id", NEAREST_OF_EACH, tuple(said))
            await self.db.execute_ahead(to_each, {**said, "people": staff})
            self.ring(bells.OUTBOX)

    async def tell_places(
        self, staff: Sequence[tuple[int, int | None]], saying: Saying, **about: Unpack[About]
    ) -> None:
        """Say it at each of these addresses of staff, there in place of a row where one is named: one statement."""
        if staff:
            said = self._row(saying, about)
            rows = [{**said, "address_id": address, "edits": edits} for address, edits in staff]
            await self.db.execute_ahead(_SAY, rows)
            self.ring(bells.OUTBOX)

    async def tell_address(
        self, address_id: int, saying: Saying | Kept, *, conversation_id: int | None = None, **about: Unpack[About]
    ) -> None:
        """Say it on one address; `conversation_id` gives the row its place in a newcomer's conversation."""
        await self.db.execute_ahead(_SAY, await self._placed_row(address_id, saying, conversation_id, about))

    async def tell_address_as_row(
        self, address_id: int, saying: Saying | Kept, *, conversation_id: int | None = None, **about: Unpack[About]
    ) -> int:
        """As `tell_address`; returns the row's id."""
        row = await self._placed_row(address_id, saying, conversation_id, about)
        made: int = (await self.db.execute(_SAY_AS_ROW, row)).scalar_one()
        return made

    async def _placed_row(
        self, address_id: int, saying: Saying | Kept, conversation_id: int | None, about: About
    ) -> dict[str, object]:
        seq = 0
        if conversation_id is not None:
            await self.lock(conversation_id)
            seq = self.next_seq(conversation_id)
            self.ring(bells.chat(conversation_id))
        self.ring(bells.OUTBOX)
        return {**self._row(saying, about), "address_id": address_id, "seq": seq}

    def _row(self, saying: Saying | Kept, about: About) -> dict[str, object]:
        told: dict[str, object] = {"kind": saying.kind.value, "params": self.kept(saying), "state": RowState.DUE.value}
        return {**told, "created_at": self.now, "due_at": self.now, "timed_at": self.now, "seq": 0, **about}
