"""One COMMIT for whoever waits: what comes while one is under way shares the next.

Owns the line. It must not know how something is written.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from tests.bench.floor import Said

MOST_TOGETHER = 256


class Together:
    """`write`: has all of these committed."""

    def __init__(self, write: Callable[[Sequence[Said]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: deque[tuple[Said, asyncio.Future[None]]] = deque()
        self._is_writing = False

    async def commit(self, one: Said) -> None:
        """It is committed."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((one, done))
        if not self._is_writing:
            await self._write_all()
        await done

    async def _write_all(self) -> None:
        """Whoever finds nobody writing writes for everybody, until nobody waits."""
        self._is_writing = True
        try:
            await asyncio.sleep(0)  # who was woken in the same instant comes along
            while self._waiting:
                some = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
                await self._write([one for one, _ in some])
                for _, done in some:
                    done.set_result(None)
                await asyncio.sleep(0)
        finally:
            self._is_writing = False
