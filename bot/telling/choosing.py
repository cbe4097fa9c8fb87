"""Which waiting rows this process leases next: the oldest that may leave, one in each lane.

While many wait, one look at all lanes, which costs the more the more wait, says which are the next ones. That is a
hint: those lanes are asked again when their turn comes. Owns what is remembered of that look, in the memory of one
process. What may leave is said in `lanes.py`, how it is leased in `leases.py`. It must not send.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from time import monotonic
from typing import Any

from sqlalchemy import Select

from bot.engine.db import Db
from bot.engine.rows import every
from bot.engine.work import Work
from bot.telling import lanes, leases
from bot.telling.lanes import Waiting
from bot.telling.outbox import OutboxRow

MOST_CHOICES = 3  # in one turn: who was overtaken by another process three times comes again
MANY = 3  # rows leased one after the other; before that, a look at all lanes is for one row
SLOW = 0  # no lane's id
KEPT_SECONDS = 1.0  # for so long, what comes due meanwhile may stand behind what was seen


class Choosing:
    """The choices of one process."""

    def __init__(self, *, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._next_lanes: deque[int] = deque()
        self._in_a_row, self._kept_until = 0, 0.0

    async def lease(
        self, work: Work, instance: int, not_now: Collection[int] = (), *, most: int, slow: Collection[int] = ()
    ) -> list[OutboxRow]:
        """The oldest rows that may leave, in their order, leased: at most so many, and one in each lane. `not_now`:
        lanes to which nothing may. `slow`: lanes of all of which at most one row may."""
        for _ in range(MOST_CHOICES):
            oldest = await self._oldest(work, not_now, most)
            self._in_a_row = self._in_a_row + len(oldest) if oldest else 0
            if not oldest:
                return []
            rows = await _overtaken(work, _first_of_each(oldest, slow))
            if leased := await leases.take(work, rows, instance):
                return leased
        return []

    @property
    def wants_to_look(self) -> bool:
        """Whether the next choice would begin with a look at all lanes. Who looks before the act keeps nobody waiting
        behind it."""
        return self._in_a_row >= MANY and not self._knows_more

    async def look(self, db: Db, now: datetime, not_now: Collection[int] = ()) -> bool:
        """The next lanes are known, if any; whether there are any."""
        asked = {**lanes.at(now), "not_now": list(not_now)}
        seen = every(Waiting, await db.execute(lanes.NEXT_ONES, asked))
        self._next_lanes = deque(dict.fromkeys(row.address_id for row in seen))
        self._kept_until = self._now() + KEPT_SECONDS
        if not seen:
            self._in_a_row = 0
        return bool(seen)

    async def _oldest(self, work: Work, not_now: Collection[int], most: int) -> list[Waiting]:
        if self.wants_to_look and not await self.look(work.db, work.now, not_now):
            return []
        if next_lanes := self._next(not_now, most):
            if oldest := await _choose(work, lanes.DUE_IN_LANES, lanes=next_lanes, most=most):
                return oldest
            self._next_lanes.clear()  # another process has been there since
        return await _choose(work, lanes.DUE, not_now=list(not_now), most=most)

    @property
    def _knows_more(self) -> bool:
        return bool(self._next_lanes) and self._now() < self._kept_until

    def _next(self, not_now: Collection[int], most: int) -> list[int]:
        these: list[int] = []
        while self._knows_more and len(these) < most:
            if (lane := self._next_lanes.popleft()) not in not_now:
                these.append(lane)
        return these


def _first_of_each(oldest: Sequence[Waiting], slow: Collection[int]) -> list[Waiting]:
    lanes_of = [SLOW if row.address_id in slow else row.address_id for row in oldest]
    first = {lane: row for lane, row in zip(reversed(lanes_of), reversed(oldest), strict=True)}
    return sorted(first.values(), key=oldest.index)


async def _overtaken(work: Work, oldest: Sequence[Waiting]) -> list[int]:
    """These rows; in place of relayed words what overtakes them in their lane, if anything does."""
    relayed = [row.address_id for row in oldest if row.kind in lanes.RELAYED]
    if not relayed:
        return [row.id for row in oldest]
    found = (await work.db.execute(lanes.BEFORE_RELAYED, {**lanes.at(work.now), "lanes": relayed})).all()
    overtaking: dict[int, int] = {lane: row for lane, row in found if row is not None}
    return [overtaking.get(row.address_id, row.id) for row in oldest]


async def _choose(work: Work, statement: Select[*tuple[Any, ...]], **values: object) -> list[Waiting]:
    return every(Waiting, await work.db.execute(statement, {**lanes.at(work.now), **values}))
