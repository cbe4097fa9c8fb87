"""Secret numbers hashed and compared: slow on purpose, so one at a time, in a thread that gives way to everything else.

Owns that thread and the line before it, in which addresses take turns and nobody is refused. It must not know whose
secret it is nor what follows from it.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from aiohttp import web

from handlers.web.frame.limits import LIMITS
from handlers.web.frame.turns import Turns, leave_turn

Result = TypeVar("Result")
GIVES_WAY = 15  # of 19 steps: on a busy processor everything else gets some thirty times as much of it


class SlowHashes:
    """The thread, and the line before it."""

    def __init__(self) -> None:
        self.turns = Turns(at_once=1, of_address=1, of_person=1)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="slow-hashes", initializer=_give_way)

    async def run(self, call: Callable[..., Result], *given: object) -> Result:
        """What `call` returned."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, call, *given)

    async def close(self, _app: web.Application) -> None:
        """The thread ends with what it is at."""
        self._thread.shutdown(wait=False, cancel_futures=True)


SLOW_HASHES: web.AppKey[SlowHashes] = web.AppKey("slow_hashes")


async def slowly(request: web.Request, errand: str, call: Callable[..., Result], *given: object) -> Result:
    """What `call` returned, in the turn of the address that asks; there, one `errand` takes turns with the others.

    Raises:
        ConnectionResetError: whoever asked has left before their turn came, and nothing was done.
    """
    leave_turn(request)
    hashes = request.app[SLOW_HASHES]
    async with hashes.turns.of(request.app[LIMITS].address_of(request), errand):
        if request.transport is None:
            raise ConnectionResetError
        return await hashes.run(call, *given)


def _give_way() -> None:
    # Only Linux lets one thread be slower than the rest of its process: setpriority(2), "C library/kernel differences".
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GIVES_WAY)
