"""The sign of life of this process: every few seconds one row is written, so that nothing has to guess whether the
database can be written to, and other processes can see that this one lives. At each beat the clock is held against
what the database knows.

Owns the loop and the row. It must not decide what a missing sign means (delivery does for leases, /readyz for people),
nor how far a clock is believed (`bot/engine/belief.py`).
"""

from datetime import timedelta
from time import monotonic

from sqlalchemy import delete, insert, update

from bot.engine import bells
from bot.engine.errors import Unavailable
from bot.engine.living import PULSES, database_clock
from bot.engine.work import Work
from bot.service import Service
from bot.trouble import clock_doubt, times_to_come
from models.pulse import LEVEL

EVERY_SECONDS = 10.0
IN_TROUBLE_EVERY_SECONDS = 2.0  # so that its end is seen soon
FORGOTTEN_AFTER = timedelta(days=1)


class Heart:
    """The loop that writes the row."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store.apart()
        self._may_lie_ahead = False  # what a clock that was ahead has written, until it is brought back

    async def run(self) -> None:
        """Beat until the service stops."""
        with self._store.bells.listen(bells.PULSE) as bell:
            while not self._service.health.stopping:
                await self.beat()
                await bell.wait(IN_TROUBLE_EVERY_SECONDS if self._store.condition.cause else EVERY_SECONDS)

    async def beat(self) -> None:
        """The row says that this process lives now, by the database's clock; `health.wrote_at` is now. If nothing can
        be written, neither changes."""
        try:
            async with self._store.work() as work:
                await _write(work, self._store.instance)
                self._may_lie_ahead |= await clock_doubt.heed(work, self._store.instance)
            if self._may_lie_ahead:
                await times_to_come.bring_back(self._store)
                self._may_lie_ahead = False
        except Unavailable:
            return  # the store has said why
        self._service.health.wrote_at = monotonic()
        self._store.condition.wrote()


async def _write(work: Work, instance: int) -> None:
    now = database_clock(work)
    mine = update(PULSES).where(PULSES.c.instance == instance).values(beat_at=now, level=LEVEL)
    if not (await work.db.execute(mine)).rowcount:
        await work.db.execute(insert(PULSES).values(instance=instance, beat_at=now, level=LEVEL))
    await work.db.execute(delete(PULSES).where(PULSES.c.beat_at < database_clock(work, ago=FORGOTTEN_AFTER)))
