"""The way out: due outbox rows in the order of their lanes, sent outside any transaction, then marked.

One act marks what has been sent and leases what leaves next, for all letters that are under way: what came back while
the one before was being committed goes into the next. Serves channels that send (Telegram); on the web the row itself
is the inbox. Which rows are next is said in `choosing.py`, what a row says in `composing.py`, what an outcome means for
it in `marking.py`, what was left behind is looked for in `sweeping.py`. It must not know a channel's protocol.
"""

import asyncio
from collections.abc import Mapping
from functools import partial
from time import monotonic

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import NoResultFound

from bot.engine import bells, clock, loops
from bot.engine.errors import Busy, Refusal, Unavailable
from bot.engine.seal import SealError
from bot.engine.work import Work
from bot.service import Service
from bot.telling import composing, lanes, leases, marking
from bot.telling.addressed import Addressed, all_addressed
from bot.telling.choosing import Choosing
from bot.telling.letters import Outcome, Sender, TryAgain, Unknown, Unreachable
from bot.telling.outbox import ROWS, OutboxRow
from bot.telling.sweeping import Sweep
from bot.telling.table import is_known
from bot.telling.traffic import Traffic

log = structlog.get_logger()
SLOW_SECONDS = 2.0  # Telegram answers in a tenth of that; what takes longer is waited for beside, by nobody
MARKED_SECONDS = 0.1  # a mark that takes longer waits for somebody who has its row, and nobody for it
LOOKS_EVERY_SECONDS = 0.02  # where the last look found nothing
UNDER_WAY_SECONDS = 0.5  # until then something comes back, or is looked for again
MOST_BESIDE = 16  # letters; each is one more that may be said twice after a kill
Told = tuple[OutboxRow, Outcome]


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
        self._bell = bells.Bell()
        self._came_back: list[Told] = []  # and is to be marked
        self._beside: set[int] = set()  # rows whose letter has been under way for long, or that are marked alone
        self._slow_row: int | None = None  # on its way to a lane from which nothing came back
        self._sending: dict[int, leases.Taken] = {}  # rows this process has leased and not yet marked
        self._addressed: dict[int, Addressed] = {}  # of those, what was read with the lease, until it is used
        self._nothing_at = 0.0  # when the last look found nothing
        self.sweep = Sweep(service, self._store, self._sending)

    async def run(self) -> None:
        """Deliver until the service stops; a send under way is finished and marked first."""
        await loops.until_stored(self.sweep.free_leases_at_start, unless=self._service.health)
        with self._store.bells.listen(bells.OUTBOX) as self._bell:
            async with self._sends:
                self._sends.create_task(self.sweep.run())
                await self._deliver()

    async def _deliver(self) -> None:
        while self._sending or not self._service.health.stopping:
            told, self._came_back = self._came_back, []
            try:
                for row in await self._turn(told):
                    self._sends.create_task(self._carry(row))
                told = []
                if not self._came_back and (self._sending or not self._service.health.stopping):
                    await self._until_there_is_more()
            except Unavailable as trouble:
                self._mark_later(told)  # it may be one of them alone that cannot be: the others need not wait for that
                if not isinstance(trouble, Busy):
                    await asyncio.sleep(loops.REST_SECONDS)

    async def _turn(self, told: list[Told]) -> list[OutboxRow]:
        """Mark what came back and lease what leaves next, in one transaction: one commit for many messages."""
        leased: list[OutboxRow] = []
        known: dict[int, Addressed] = {}
        left: list[Told] = []
        may_leave, taken = self._turns_taken(told), leases.Taken.now()
        leaving = 0
        if not (told or may_leave):
            return []
        try:
            if may_leave:
                await self._look_ahead()
            async with self._store.work(patient=True) as work:
                if told:
                    left = await marking.mark_sent(work, told)
                if may_leave and self._may_lease:  # still: it may have waited for its connection
                    leased = await self._lease(work, may_leave)
                    known = await all_addressed(work.db, leased) if leased else {}
            leaving = len(leased)
        finally:
            for _ in range(may_leave - leaving):
                self._traffic.gives_turn_back()
        if may_leave and not leased:
            self._nothing_at = monotonic()
        for row, _ in told:
            self._sending.pop(row.id, None)
        self._mark_later(left, of=taken)
        for row in leased:
            self._leaves(row, known.get(row.id), taken)
        return leased

    def _turns_taken(self, told: list[Told]) -> int:
        """How many letters may leave now; their turns are taken."""
        if not self._may_lease:
            return 0
        under_way = len(self._sending) - len(self._beside) - len(told)
        may_leave = 0
        while under_way + may_leave < self._settings.sends_in_parallel and self._traffic.takes_turn():
            may_leave += 1
        return may_leave

    @property
    def _may_lease(self) -> bool:
        # What a process leases before others see that it lives, they would take for a dead one's and send too.
        return not self._service.health.stopping and self._store.bells.can_be_heard

    async def _look_ahead(self) -> None:
        """A look at all lanes is no part of the act, else everybody would stand behind it. It says what is next, never
        that nothing is: the lanes whose letters are about to be marked are not free yet when it is made."""
        if self._choosing.wants_to_look:
            async with self._store.look(slow=True) as db:
                await self._choosing.look(db, clock.now(), self._not_now())

    async def _lease(self, work: Work, most: int = 1) -> list[OutboxRow]:
        slow = self._traffic.slow_lanes
        return await self._choosing.lease(work, self._store.instance, self._not_now(), most=most, slow=slow)

    def _not_now(self) -> list[int]:
        """Of the lanes from which nothing came back one at a time is served."""
        return self._traffic.not_now(nor_slow=self._slow_row is not None)

    def _leaves(self, row: OutboxRow, known: Addressed | None, taken: leases.Taken) -> None:
        self._has_in_hand(row, known, taken)
        self._traffic.leaves(row.address_id)
        if row.address_id in self._traffic.slow_lanes:
            self._slow_row = row.id
            self._bell.ring()  # it may have been chosen in the place of one of another lane

    def _has_in_hand(self, row: OutboxRow, known: Addressed | None, taken: leases.Taken) -> None:
        self._sending[row.id] = taken
        if known is not None:
            self._addressed[row.id] = known

    async def _until_there_is_more(self) -> None:
        """A ring for every act there is in a crowd: after a look that found nothing they are looked after together."""
        await self._bell.wait(self._short_rest_seconds() if self._sending else await self._rest_seconds())
        if not self._came_back:
            await asyncio.sleep(max(self._nothing_at + LOOKS_EVERY_SECONDS - monotonic(), 0))

    async def deliver_one(self) -> bool:
        """Deliver one due row, if there is one, whatever the traffic. Returns whether there was."""
        taken = leases.Taken.now()
        async with self._store.work() as work:
            leased = await self._choosing.lease(work, self._store.instance, most=1)
            known = await all_addressed(work.db, leased) if leased else {}
        for row in leased:
            self._has_in_hand(row, known.get(row.id), taken)
            await self._mark(row, await self._send(row))
        return bool(leased)

    async def _carry(self, row: OutboxRow) -> None:
        """The letter has been sent, and what came of it is about to be marked. While it takes long, others leave in
        its place."""
        waits = asyncio.get_running_loop().call_later(SLOW_SECONDS, self._takes_long, row)
        try:
            outcome = await self._send(row)
        finally:
            waits.cancel()
            self._beside.discard(row.id)
            if self._slow_row == row.id:
                self._slow_row = None
        self._traffic.came_back(row.address_id, outcome)
        if marking.is_plain(row, outcome):
            self._came_back.append((row, outcome))
        else:
            self._mark_later([(row, outcome)])
        self._bell.ring()

    def _takes_long(self, row: OutboxRow) -> None:
        if row.id not in self._sending or len(self._beside) >= MOST_BESIDE:
            return
        self._traffic.hangs(row.address_id)
        if self._slow_row == row.id:
            self._slow_row = None
        self._stands_beside(row)

    def _mark_later(self, told: list[Told], of: leases.Taken | None = None) -> None:
        """Each by itself: it may have to wait for somebody. If it does, others leave in its place."""
        for row, outcome in told:
            self._sending.setdefault(row.id, of or leases.Taken.now())
            self._sends.create_task(self._until_marked(row, outcome))

    async def _until_marked(self, row: OutboxRow, outcome: Outcome) -> None:
        waits = asyncio.get_running_loop().call_later(MARKED_SECONDS, self._stands_beside, row)
        try:
            await loops.until_stored(partial(self._mark, row, outcome))
        finally:
            waits.cancel()
            self._beside.discard(row.id)
            self._bell.ring()

    def _stands_beside(self, row: OutboxRow) -> None:
        if row.id in self._sending and len(self._beside) < MOST_BESIDE:
            self._beside.add(row.id)
            self._bell.ring()

    async def _mark(self, row: OutboxRow, outcome: Outcome) -> None:
        async with self._store.work() as work:
            await marking.mark(work, row, outcome)
        self._sending.pop(row.id, None)

    async def _send(self, row: OutboxRow) -> Outcome:
        known = self._addressed.pop(row.id, None)
        if not is_known(row.kind, row.params):
            return Unknown()
        try:
            async with self._store.look_later() as db:
                letter, channel = await composing.letter_of(db, self._service, row, known)
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

    def _short_rest_seconds(self) -> float:
        road_clears = self._traffic.rest_seconds()
        return UNDER_WAY_SECONDS if road_clears is None else min(road_clears, UNDER_WAY_SECONDS)

    async def _rest_seconds(self) -> float:
        """Until the next row is due, at most the wake-up poll."""
        road_clears = self._traffic.rest_seconds()
        if self._traffic.is_closed and road_clears is not None:  # whatever is due then
            return min(road_clears, self._settings.poll_seconds)
        async with self._store.look(slow=True) as db:
            next_due = (await db.execute(lanes.NEXT_DUE, lanes.at(clock.now()))).scalar_one_or_none()
        longest = self._settings.poll_seconds if road_clears is None else min(road_clears, self._settings.poll_seconds)
        return loops.rest_seconds(next_due, at_most=longest)
