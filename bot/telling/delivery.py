"""The way out: one due outbox row at a time, in the order of its lane, sent outside any transaction, then marked.

Serves channels that send (Telegram); on the web the row itself is the inbox. Which row is next is said in
`choosing.py`, what an outcome means for it in `marking.py`, what was left behind is looked for in `sweeping.py`. It
must not render words itself nor know a channel's protocol.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from time import monotonic

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound

from bot.engine import bells, clock, loops
from bot.engine.errors import Busy, Refusal, Unavailable
from bot.engine.seal import SealError
from bot.engine.work import Work
from bot.hours import channel_post
from bot.hours.reminders import is_over
from bot.hours.texts import SessionEvening
from bot.people.texts import Menu, Unsay
from bot.service import Service
from bot.telling import lanes, leases, marking
from bot.telling.addressed import Addressed, addressed
from bot.telling.choosing import Choosing
from bot.telling.letters import Letter, Outcome, Sender, TryAgain, Unknown, Unreachable
from bot.telling.outbox import ROWS, OutboxRow
from bot.telling.render import is_taken_back, menu_for, prompt_of
from bot.telling.sweeping import Sweep
from bot.telling.table import is_known, saying_of
from bot.telling.traffic import Traffic
from models.base import table_of
from models.dialogue import Prompt
from models.notice import Notice
from models.outbox import SILENT
from models.people import Address

log = structlog.get_logger()
_ADDRESSES = table_of(Address)
SLOW_SECONDS = 2.0  # Telegram answers in a tenth of that; what takes longer is waited for beside, by nobody
LOOKS_EVERY_SECONDS = 0.02  # where the last look found nothing
CHOOSING = 0  # no row's id
MOST_BESIDE = 16  # letters; each is one more that may be said twice after a kill


class Delivery:
    """The loop over the outbox."""

    def __init__(self, service: Service, senders: Mapping[str, Sender]) -> None:
        self._service = service
        self._store = service.store.apart()
        self._settings = service.settings
        self._senders = senders
        self._traffic = Traffic(service.settings)
        self._choosing = Choosing()
        self._sends = asyncio.TaskGroup()
        self._beside = 0
        self._waits = asyncio.Lock()  # whoever has it looks for all that have nothing to do
        self._slow_row: int | None = None  # on its way to a lane from which nothing came back
        self._sending: dict[int, leases.Taken] = {}  # rows this process has leased and not yet marked
        self._addressed: dict[int, Addressed] = {}  # of those, what was read with the lease, until it is used
        self.sweep = Sweep(service, self._store, self._sending)

    async def run(self) -> None:
        """Deliver until the service stops; a send under way is finished and marked first."""
        await loops.until_stored(self.sweep.free_leases_at_start, unless=self._service.health)
        with self._store.bells.listen(bells.OUTBOX) as self._bell:
            await self._run_workers()

    async def _run_workers(self) -> None:
        async with self._sends:
            self._sends.create_task(self.sweep.run())
            for _ in range(self._settings.sends_in_parallel):
                self._sends.create_task(self._worker())

    async def _worker(self) -> None:
        done: tuple[OutboxRow, Outcome] | None = None
        has_looked = False
        while done is not None or not self._service.health.stopping:
            try:
                leased = await self._turn(done) if done is not None else await self._found(has_looked=has_looked)
                has_looked = leased is None
                done = None if leased is None else await self._sent(leased)
            except Busy:  # somebody holds on to the case of what was sent: the others need not wait for that
                if done is not None:
                    self._sends.create_task(self._until_marked(*done))
                done = None
            except Unavailable:
                await asyncio.sleep(loops.REST_SECONDS)

    async def _found(self, *, has_looked: bool) -> OutboxRow | None:
        """The next row, once there is one. One worker waits for it for all, so that a ring costs one look; when it has
        found something, the next one looks whether there is more. `has_looked`: just now, and there was none."""
        if self._waits.locked():
            has_looked = False
            self._bell.ring()  # whoever waits does not know what this worker has learned of lanes that must rest
        async with self._waits:
            while not self._service.health.stopping:
                if not has_looked and (leased := await self._turn(None)) is not None:
                    return leased
                looked_at = monotonic()
                await self._bell.wait(await self._rest_seconds())
                # In a crowd there is a ring for every act: they are looked after together.
                await asyncio.sleep(max(looked_at + LOOKS_EVERY_SECONDS - monotonic(), 0))
                has_looked = False
        return None

    async def deliver_one(self) -> bool:
        """Deliver one due row, if there is one, whatever the traffic. Returns whether there was."""
        taken = leases.Taken.now()
        async with self._store.work() as work:
            leased = await self._lease(work)
            known = None if leased is None else await addressed(work.db, leased)
        if leased is None:
            return False
        self._has_in_hand(leased, known, taken)
        await self._mark(leased, await self._send(leased))
        return True

    async def _turn(self, done: tuple[OutboxRow, Outcome] | None) -> OutboxRow | None:
        """Mark what was sent and lease the next row, in one transaction: one commit a message instead of two."""
        leased, known, may_leave, taken = None, None, self._traffic.takes_turn(), leases.Taken.now()
        if done is None and not may_leave:
            return None
        may_be_slow = self._slow_row is None  # one worker at a time serves the lanes from which nothing came back
        self._slow_row = CHOOSING if may_be_slow else self._slow_row
        try:
            async with self._store.work() as work:
                if done is not None:
                    await marking.mark(work, *done)
                # What a process leases before others see that it lives, they would take for a dead one's and send too.
                if may_leave and not self._service.health.stopping and self._store.bells.can_be_heard:
                    leased = await self._lease(work, self._traffic.not_now(nor_slow=not may_be_slow))
                    known = None if leased is None else await addressed(work.db, leased)
        finally:
            if may_leave and leased is None:
                self._traffic.gives_turn_back()
            if may_be_slow:
                is_slow = leased is not None and self._traffic.is_slow(leased.address_id)
                self._slow_row = leased.id if is_slow and leased is not None else None
        if done is not None:
            self._sending.pop(done[0].id, None)
        if leased is not None:
            self._has_in_hand(leased, known, taken)
            self._traffic.leaves(leased.address_id)
        return leased

    def _has_in_hand(self, row: OutboxRow, known: Addressed | None, taken: leases.Taken) -> None:
        self._sending[row.id] = taken
        if known is not None:
            self._addressed[row.id] = known

    async def _lease(self, work: Work, not_now: Sequence[int] = ()) -> OutboxRow | None:
        return await self._choosing.lease(work, self._store.instance, not_now)

    async def _sent(self, row: OutboxRow) -> tuple[OutboxRow, Outcome] | None:
        """The letter and what came of it; None if it takes long: then it is waited for beside."""
        sending = self._sends.create_task(self._send(row))
        await asyncio.wait({sending}, timeout=SLOW_SECONDS if self._beside < MOST_BESIDE else None)
        if self._slow_row == row.id:
            self._slow_row = None
        if sending.done():
            self._traffic.came_back(row.address_id, sending.result())
            return row, sending.result()
        self._traffic.hangs(row.address_id)
        self._sends.create_task(self._wait_for(row, sending))
        return None

    async def _wait_for(self, row: OutboxRow, sending: asyncio.Task[Outcome]) -> None:
        self._beside += 1
        try:
            outcome = await sending
            self._traffic.came_back(row.address_id, outcome)
            await self._until_marked(row, outcome)
        finally:
            self._beside -= 1
        self._store.bells.ring(bells.OUTBOX)

    async def _until_marked(self, row: OutboxRow, outcome: Outcome) -> None:
        await loops.until_stored(partial(self._mark, row, outcome))

    async def _mark(self, row: OutboxRow, outcome: Outcome) -> None:
        async with self._store.work() as work:
            await marking.mark(work, row, outcome)
        self._sending.pop(row.id, None)

    async def _send(self, row: OutboxRow) -> Outcome:
        known = self._addressed.pop(row.id, None)
        if not is_known(row.kind, row.params):
            return Unknown()
        try:
            letter, channel = await self._letter(row, known)
        except Unavailable:
            return TryAgain()
        except NoResultFound:  # the reader was erased, or lost this address, between the lease and now
            return Unreachable("nothing_to_edit")
        except (Refusal, SealError, LookupError, ValueError) as bug:
            log.error("row_cannot_be_rendered", row=row.id, kind=row.kind, trouble=type(bug).__name__)
            return Unreachable("unrenderable")
        if letter is None:
            return Unreachable("nothing_to_edit")
        try:
            if await self._has_lost(row):
                log.warning("lease_lost", row=row.id)
                return marking.LOST
        except Unavailable:
            return TryAgain()
        if row.doubtful and (not_now := await self._begin_last_try(row, self._senders[channel])) is not None:
            return not_now
        return await self._senders[channel].send(letter)

    async def _begin_last_try(self, row: OutboxRow, sender: Sender) -> Outcome | None:
        """What may have arrived is tried once more, only where the channel is seen to answer. That the try has begun is
        kept before it leaves: a process that dies earlier has not used it up, so a third copy cannot come of it, and
        one that dies at every start does not give up word after word that it never sent."""
        if (not_now := await sender.answers()) is not None:
            return not_now
        if self._service.health.stopping:
            return TryAgain()
        try:
            async with self._store.work() as work:
                begun = update(ROWS).where(leases.still(row)).values(last_try_at=work.now)
                return None if (await work.db.execute(begun)).rowcount else marking.LOST
        except Unavailable:
            return TryAgain()

    async def _has_lost(self, row: OutboxRow) -> bool:
        """Whether this process stood still so long that another has taken the row over."""
        taken = self._sending.get(row.id)
        if taken is None or not taken.is_long_ago:
            return False
        async with self._store.look() as db:
            mine = select(ROWS.c.id).where(leases.still(row))
            return (await db.execute(mine)).scalar_one_or_none() is None

    async def _letter(self, row: OutboxRow, known: Addressed | None) -> tuple[Letter | None, str]:
        async with self._store.look() as db:
            known = known or await addressed(db, row)
            lane = known.lane
            seal = self._store.seal
            chat = seal.open(lane.chat, table="addresses", column="chat", row_id=row.address_id)
            saying = saying_of(row.kind, row.params)
            if isinstance(saying, SessionEvening) and self._is_over(saying):
                return None, lane.channel  # behind a door that was shut; "you asked to be reminded" would be absurd now
            edits = await channel_post.message(db) if row.kind == Notice.HOURS_POST else None
            if row.edits is not None:
                edits = (await db.execute(lanes.REMOTE, {"row": row.edits})).scalar_one_or_none()
                if edits is None and not isinstance(saying, Unsay):
                    return None, lane.channel
            if isinstance(saying, Unsay):
                unsays = await lanes.unsaid(db, row, saying, edits)
                return (Letter(chat, Prompt(""), unsays=unsays) if unsays else None), lane.channel
            if isinstance(saying, Menu):
                return Letter(chat, Prompt(""), menu=menu_for(known.reader, self._service)), lane.channel
            if row.kind == Notice.REPLY and row.message_id and await is_taken_back(db, row.message_id):
                return None, lane.channel
            prompt = await prompt_of(db, self._service, row, known)
        letter = Letter(
            chat, prompt, edits=edits, reply_to=saying.reply_to, is_silent=row.kind in SILENT, parts_sent=row.parts_sent
        )
        return letter, lane.channel

    def _is_over(self, reminder: SessionEvening) -> bool:
        return clock.doubt() is None and is_over(reminder, clock.now(), self._store.zone)

    async def _rest_seconds(self) -> float:
        """Until the next row is due, at most the wake-up poll."""
        road_clears = self._traffic.rest_seconds()
        if self._traffic.is_closed and road_clears is not None:  # whatever is due then
            return min(road_clears, self._settings.poll_seconds)
        async with self._store.look() as db:
            next_due = (await db.execute(lanes.NEXT_DUE, lanes.at(clock.now()))).scalar_one_or_none()
        longest = self._settings.poll_seconds if road_clears is None else min(road_clears, self._settings.poll_seconds)
        return loops.rest_seconds(next_due, at_most=longest)
