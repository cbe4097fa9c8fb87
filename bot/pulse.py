"""The sign of life of this process: every few seconds one row is written, so that nothing has to guess whether the
database can be written to, and other processes can see that this one lives.

Owns the loop and the row. It must not decide what a missing sign means: delivery does for leases, /readyz for people.
"""

from datetime import datetime, timedelta
from time import monotonic

import structlog
from sqlalchemy import ColumnElement, Table, delete, func, insert, literal, update

from bot import wakeup
from bot.errors import Unavailable
from bot.service import Service
from bot.store import Work
from models.base import UtcDateTime
from models.pulse import Pulse

log = structlog.get_logger()
_PULSES: Table = Pulse.__table__  # type: ignore[attr-defined]
EVERY_SECONDS = 10.0
FORGOTTEN_AFTER = timedelta(days=1)


class Heart:
    """The loop that writes the row."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store

    async def run(self) -> None:
        """Beat until the service stops."""
        with self._store.bells.listen(wakeup.PULSE) as bell:
            while not self._service.health.stopping:
                await self.beat()
                await bell.wait(EVERY_SECONDS)

    async def beat(self) -> None:
        """The row says that this process lives now, by the database's clock; `health.wrote_at` is now. If nothing can
        be written, neither changes."""
        try:
            async with self._store.work() as work:
                await _write(work, self._store.instance)
        except Unavailable:
            log.warning("pulse_not_written")
        else:
            self._service.health.wrote_at = monotonic()


def database_clock(work: Work) -> ColumnElement[datetime]:
    """The instant by the database's own clock, the same for every process; SQLite has one process, and its clock."""
    return func.now(type_=UtcDateTime) if work.db.dialect.name == "postgresql" else literal(work.now, UtcDateTime)


async def _write(work: Work, instance: int) -> None:
    now = database_clock(work)
    mine = update(_PULSES).where(_PULSES.c.instance == instance).values(beat_at=now)
    if not (await work.db.execute(mine)).rowcount:
        await work.db.execute(insert(_PULSES).values(instance=instance, beat_at=now))
    await work.db.execute(delete(_PULSES).where(_PULSES.c.beat_at < work.now - FORGOTTEN_AFTER))
