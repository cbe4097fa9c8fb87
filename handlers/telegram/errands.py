"""What is said past the outbox: a button's answer, a line from memory, a goodbye to a group. Nobody waits for it.

Owns these calls: how many run at once, how fast, and that none is left behind at a stop. None of them is owed after a
crash. It must not decide what is said.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass

import structlog

from bot.engine import bells
from bot.service import Service
from bot.telling.pace import Bucket

log = structlog.get_logger()
Call = Callable[[], Awaitable[None]]
MOST_AT_ONCE = 16
MOST_WAITING = 1_000
LONGEST_SECONDS = 5.0  # nobody looks at a button's answer that comes later; and a stop waits for these calls
MESSAGES_A_SECOND = 3.0  # beside what delivery may send: RADRUM_SENDS_A_SECOND


@dataclass(frozen=True, slots=True)
class _Errand:
    call: Call
    key: Hashable
    is_message: bool


class Errands:
    """Calls that wait to be made, in the order in which they were asked for."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._bells = service.store.bells
        self._waiting: deque[_Errand] = deque()
        self._keys: set[Hashable] = set()
        self._free = asyncio.Semaphore(MOST_AT_ONCE)
        self._pace = Bucket(a_second=MESSAGES_A_SECOND, burst=1)

    def answer(self, call: Call) -> None:
        """`call` is made soon; it says nothing in a chat."""
        self._add(_Errand(call, None, is_message=False))

    def say(self, call: Call, *, once: Hashable = None) -> None:
        """`call` is made as soon as the pace allows. Not if one with the same `once` waits or is under way."""
        if once is None or once not in self._keys:
            self._add(_Errand(call, once, is_message=True))

    def _add(self, errand: _Errand) -> None:
        if len(self._waiting) >= MOST_WAITING:
            log.warning("errand_dropped")  # Telegram has not answered for long, and the oldest go first
            return
        self._waiting.append(errand)
        self._keys.add(errand.key)
        self._bells.ring(bells.ERRANDS)

    async def run(self) -> None:
        """Make the calls until the service stops; those under way and those that wait are made first."""
        health = self._service.health
        with self._bells.listen(bells.ERRANDS) as bell:
            async with asyncio.TaskGroup() as under_way:
                while True:
                    await self._begin_all(under_way)
                    if health.stopping:
                        return
                    await bell.wait(self._service.settings.poll_seconds)

    async def do_all(self) -> None:
        """Every call that waits has been made."""
        async with asyncio.TaskGroup() as under_way:
            await self._begin_all(under_way)

    async def _begin_all(self, under_way: asyncio.TaskGroup) -> None:
        while self._waiting:
            await self._free.acquire()
            under_way.create_task(self._do(self._waiting.popleft()))

    async def _do(self, errand: _Errand) -> None:
        try:
            if errand.is_message:
                await self._keep_pace()
            async with asyncio.timeout(LONGEST_SECONDS):
                await errand.call()
        except TimeoutError:
            log.info("errand_hung")
        except Exception as bug:
            log.error("errand_failed", trouble=type(bug).__name__)
        finally:
            self._keys.discard(errand.key)
            self._free.release()

    async def _keep_pace(self) -> None:
        wait_seconds = self._pace.wait_seconds()
        self._pace.take()
        await asyncio.sleep(wait_seconds)
