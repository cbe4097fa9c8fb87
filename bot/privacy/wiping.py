"""What was deleted leaves the files of the database too, on SQLite: soon after the act, and tried again until it has.

An act that deletes leaves a mark in its own transaction (`Work.leave_no_trace`), so that whoever comes next finds it:
this loop, after a crash the next program, and for the command line the program beside. Owns the mark's end, the order
of the steps, and what is said while they cannot be done. How they are done to the files: `bot/engine/traces.py`.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import structlog
from sqlalchemy import delete, select

from bot.engine import bells, clock, sqlite, traces
from bot.engine.errors import Unavailable
from bot.engine.store import Store
from bot.engine.traces import Obstacle
from bot.service import Service, Traces
from models.base import table_of
from models.outbox import TRACES, Meta

log = structlog.get_logger()
REST_SECONDS = 0.5  # between two tries, and for what is deleted meanwhile to share one
AGAIN_SECONDS = 60.0  # after it could not be done for a reason that lasts
SHARE = 4  # of the time at least so much is the others', who cannot write while the database is rebuilt
PASSING = (Obstacle.READER, Obstacle.WRITER, Obstacle.OTHERS)
WORTH_SAYING_SECONDS = 60.0  # a report may read for half of it
TRIES_BESIDE = 4  # of a command; what is still in the way then, the program beside or the next start gets over
_META = table_of(Meta)
_MARK = select(_META.c.value).where(_META.c.name == TRACES)


class Steps:
    """From a mark to clean files: each step again until it is done, and none twice for the same mark."""

    def __init__(self, store: Store, file: Path) -> None:
        self._store, self._file = store, file
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="wiper")
        self._rebuilt_for: str | None = None
        self._rebuild_at = 0.0  # of the monotonic clock: not before

    async def wipe(self, *, even_unmarked: bool = False) -> Obstacle | None:
        """Nothing that was deleted before is in a file; or what is in the way.

        Raises:
            Unavailable: the database does not answer.
        """
        mark = await self._mark()
        if mark is None and not even_unmarked:
            return None
        not_rebuilt = await self._rebuild(mark or "")
        left = await self._cut_log() or not_rebuilt
        if left is None and mark is not None:
            await self._forget(mark)
        return left

    async def _mark(self) -> str | None:
        async with self._store.look() as db:
            return (await db.execute(_MARK)).scalar_one_or_none()

    async def _rebuild(self, mark: str) -> Obstacle | None:
        if self._rebuilt_for == mark:
            return None
        if monotonic() < self._rebuild_at:
            return Obstacle.OTHERS
        async with self._store.between_acts():
            begun = monotonic()
            obstacle = await self._in_thread(traces.rebuild)
            ended = monotonic()
        self._rebuild_at = ended + SHARE * (ended - begun)
        if obstacle is None:
            self._rebuilt_for = mark
        return obstacle

    async def _cut_log(self) -> Obstacle | None:
        """Nobody who writes waits for a reader that is in the way: only a log that nobody needs is cut."""
        in_the_way = await self._in_thread(traces.copy_log)
        if in_the_way is not None:
            return in_the_way
        async with self._store.between_acts():
            return await self._in_thread(traces.cut_log)

    async def _forget(self, mark: str) -> None:
        async with self._store.work() as work:  # one that was left meanwhile stays
            await work.db.execute(delete(_META).where(_META.c.name == TRACES, _META.c.value == mark))

    async def _in_thread(self, step: Callable[[Path], Obstacle | None]) -> Obstacle | None:
        return await sqlite.in_thread(self._thread, lambda: step(self._file))


class Wiper:
    """The loop. At its start it wipes without a mark too: nobody knows what the program before had still to do."""

    def __init__(self, service: Service, file: Path) -> None:
        self._service, self._store = service, service.store
        self._steps = Steps(service.store, file)
        self._is_first = True
        self._began_at = 0.0  # of the monotonic clock; 0 while nothing is in the way
        self._said_at = -WORTH_SAYING_SECONDS

    async def run(self) -> None:
        """Wipe until the service stops."""
        with self._store.bells.listen(bells.TRACES) as bell:
            while not self._service.health.stopping:
                obstacle = await self.try_once()
                await asyncio.sleep(REST_SECONDS)
                if obstacle not in PASSING:
                    await bell.wait(AGAIN_SECONDS if obstacle else self._service.settings.poll_seconds)

    async def try_once(self) -> Obstacle | None:
        """Nothing that was deleted before is in a file; or what is in the way."""
        try:
            obstacle = await self._steps.wipe(even_unmarked=self._is_first)
        except Unavailable:
            return Obstacle.WRITER  # the store has said why
        self._is_first = self._is_first and obstacle is not None
        self._note(obstacle)
        return obstacle

    def _note(self, obstacle: Obstacle | None) -> None:
        health, now = self._service.health, monotonic()
        if obstacle is None:
            if health.traces is not None:
                log.info("traces_gone", seconds=round(now - self._began_at))
            self._began_at, health.traces = 0.0, None
            return
        self._began_at = self._began_at or now
        if now - self._began_at < WORTH_SAYING_SECONDS and obstacle in PASSING:
            return
        health.traces = Traces(health.traces.since if health.traces else clock.now(), obstacle.value)
        if now - self._said_at >= WORTH_SAYING_SECONDS:
            self._said_at = now
            log.warning("traces_left", why=obstacle.value, seconds=round(now - self._began_at))


async def wipe_beside(store: Store) -> None:
    """A command that deleted leaves clean files, if nobody is in the way for long; else its mark is found by others."""
    if store.file is None:
        return
    steps, obstacle = Steps(store, store.file), None
    for _ in range(TRIES_BESIDE):
        try:
            obstacle = await steps.wipe()
        except Unavailable:
            obstacle = Obstacle.WRITER
        if obstacle is None:
            return
        await asyncio.sleep(REST_SECONDS)
    if obstacle is not None:
        log.warning("traces_left", why=obstacle.value)
