"""What was left behind: leases that nobody holds any more are freed, and what waits too long behind a shut door ends.

Owns the loop that looks for them. Which leases those are is said in `leases.py`, what becomes of a row in `marking.py`.
It must not send.
"""

from collections.abc import Collection
from datetime import timedelta

import structlog
from sqlalchemy import ColumnElement, select, update

from bot.engine import bells, clock
from bot.engine.errors import Unavailable
from bot.engine.rows import every, spelt
from bot.engine.store import Store
from bot.engine.work import Work
from bot.service import Service
from bot.telling import inbox, leases, marking, newer_rows
from bot.telling.outbox import ROW_COLUMNS, ROWS, OutboxRow
from models.base import table_of
from models.notice import Notice
from models.outbox import REMINDERS, RowState
from models.people import Address

log = structlog.get_logger()
_ADDRESSES = table_of(Address)


class Sweep:
    """The loop. `in_hand`: the rows that this process has leased and not yet marked, as they are at any moment."""

    def __init__(self, service: Service, store: Store, in_hand: Collection[int]) -> None:
        self._service = service
        self._store = store
        self._settings = service.settings
        self._in_hand = in_hand

    async def run(self) -> None:
        """Now and then, until the service stops: leases of the dead are free, and what has waited too long behind a
        closed door is given up."""
        while not self._service.health.stopping:
            try:
                if self._store.is_postgres:
                    await self.free_dead_leases()
                await self.free_forgotten_leases()
                await self.give_up_parked()
                await newer_rows.look_after(self._store)
            except Unavailable:
                log.warning("sweep_postponed")
            with self._store.bells.listen(bells.SWEEP) as bell:
                await bell.wait(self._settings.poll_seconds)

    async def free_leases_at_start(self) -> None:
        """On SQLite there is one process, so a lease found at start belongs to a dead one."""
        if self._store.is_postgres:
            await self.free_dead_leases()
            return
        async with self._store.work() as work:
            await _free(work, ROWS.c.lease_owner.is_not(None))

    async def free_dead_leases(self) -> None:
        """On PostgreSQL: what another process had in hand when it died is free."""
        async with self._store.work() as work:
            await _free(work, leases.of_the_dead(work, self._store.instance))

    async def free_forgotten_leases(self) -> None:
        """What this process has leased and knows nothing of is free."""
        older_than, instance = timedelta(seconds=self._settings.lease_seconds), self._store.instance
        async with self._store.looking(slow=True) as seen:  # there is hardly ever any, and nobody waits for a look
            mine = leases.forgotten(seen, instance, tuple(self._in_hand), older_than=older_than)
            of_them = select(ROWS.c.id).where(ROWS.c.state == spelt(RowState.DUE), mine).limit(1)
            if not (await seen.db.execute(of_them)).all():
                return
        async with self._store.work() as work:
            await _free(work, leases.forgotten(work, instance, tuple(self._in_hand), older_than=older_than))

    async def give_up_parked(self) -> None:
        """What has waited too long behind a door that is shut is given up."""
        if clock.doubt() is not None:
            return
        cutoff = clock.now() - timedelta(hours=self._settings.retry_hours)
        behind = (
            select(*ROW_COLUMNS)
            .select_from(ROWS.join(_ADDRESSES, _ADDRESSES.c.id == ROWS.c.address_id))
            .where(_ADDRESSES.c.parked_at.is_not(None), ROWS.c.state == spelt(RowState.DUE), ROWS.c.created_at < cutoff)
            .limit(100)
        )
        async with self._store.look(slow=True) as db:
            rows = every(OutboxRow, await db.execute(behind))
        for row in rows:
            async with self._store.work() as work:
                reason = await inbox.why_shut(work.db, row.address_id)
                await marking.end(work, row, state=RowState.FAILED, failure=reason)


async def _free(work: Work, whose: ColumnElement[bool]) -> None:
    """Leases that nobody holds any more: their rows may have been sent. Reminders are not risked twice, and nothing
    a third time: a row whose last try had begun has ended."""
    due = (ROWS.c.state == spelt(RowState.DUE), whose)
    is_new = ROWS.c.edits.is_(None) & (ROWS.c.kind != Notice.UNSAY)  # a change, a deletion is repeated until done
    reminders = update(ROWS).where(*due, ROWS.c.kind.in_(REMINDERS), is_new)
    ended = reminders.values(state=RowState.SENT, doubtful=True, lease_owner=None, ended_at=work.now)
    for row in every(OutboxRow, await work.db.execute(ended.returning(*ROW_COLUMNS))):
        await marking.say_doubt(work, row)
    twice = select(*ROW_COLUMNS).where(*due, ROWS.c.doubtful, ROWS.c.last_try_at.is_not(None), is_new)
    for row in every(OutboxRow, await work.db.execute(twice)):
        await marking.end(work, row, state=RowState.FAILED, failure=marking.DOUBTFUL)
    await work.db.execute(update(ROWS).where(*due).values(lease_owner=None, doubtful=is_new | ROWS.c.doubtful))
    work.ring(bells.OUTBOX)
