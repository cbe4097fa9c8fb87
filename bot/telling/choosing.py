"""Which waiting row this process leases next: the oldest that may leave, in whatever lane.

While many wait, one look at all lanes, which costs the more the more wait, says which are the next ones. That is a
hint: each of those lanes is asked again when its turn comes. Owns what is remembered of that look, in the memory of one
process. What may leave is said in `lanes.py`, how it is leased in `leases.py`. It must not send.
"""

from collections import deque
from collections.abc import Callable, Collection, Sequence
from time import monotonic
from typing import Any

from sqlalchemy import Select

from bot.engine.rows import every, only
from bot.engine.work import Work
from bot.telling import lanes, leases
from bot.telling.lanes import Waiting
from bot.telling.outbox import OutboxRow

MOST_CHOICES = 3  # in one turn: who was overtaken by another process three times comes again
MANY = 3  # rows leased one after the other; before that, a look at all lanes is for one row
KEPT_SECONDS = 1.0  # for so long, what comes due meanwhile may stand behind what was seen


class Choosing:
    """The choices of one process."""

    def __init__(self, *, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._next_lanes: deque[int] = deque()
        self._in_a_row, self._kept_until = 0, 0.0

    async def lease(self, work: Work, instance: int, not_now: Sequence[int] = ()) -> OutboxRow | None:
        """The oldest row that may leave, leased; None if there is none. `not_now`: lanes to which nothing may."""
        for _ in range(MOST_CHOICES):
            oldest = await self._oldest(work, not_now)
            self._in_a_row = 0 if oldest is None else self._in_a_row + 1
            if oldest is None:
                return None
            if oldest.kind in lanes.RELAYED:
                oldest = await _choose(work, lanes.BEFORE_RELAYED, lane=oldest.address_id) or oldest
            if leased := await leases.take(work, oldest.id, instance):
                return leased
        return None

    async def _oldest(self, work: Work, not_now: Sequence[int]) -> Waiting | None:
        if self._in_a_row >= MANY and not self._knows_more:
            asked = {**lanes.at(work.now), "not_now": list(not_now)}
            seen = every(Waiting, await work.db.execute(lanes.NEXT_ONES, asked))
            self._next_lanes = deque(dict.fromkeys(row.address_id for row in seen))
            self._kept_until = self._now() + KEPT_SECONDS
            if not seen:
                return None
        if (lane := self._next_lane(not_now)) is not None:
            if (oldest := await _choose(work, lanes.DUE_IN_LANE, lane=lane)) is not None:
                return oldest
            self._next_lanes.clear()  # another process has been there since
        return await _choose(work, lanes.DUE, not_now=list(not_now))

    @property
    def _knows_more(self) -> bool:
        return bool(self._next_lanes) and self._now() < self._kept_until

    def _next_lane(self, not_now: Collection[int]) -> int | None:
        while self._knows_more:
            if (lane := self._next_lanes.popleft()) not in not_now:
                return lane
        return None


async def _choose(work: Work, statement: Select[*tuple[Any, ...]], **values: object) -> Waiting | None:
    return only(Waiting, await work.db.execute(statement, {**lanes.at(work.now), **values}))
