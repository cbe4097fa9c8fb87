"""The real program as a process, killed or stopped from outside and started again with the same command.

Owns the process and nothing else. It has no way into the program: there is no hook in the product. In tests it is
forked from one that has loaded the program; where a start is measured it is started as anybody would.
"""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tests import warm

ROOT = Path(__file__).parents[2]
ARGUMENTS = ("-m", "bot", "run")
START_SECONDS = 60.0  # a busy computer may be slow; an idle one takes less than two
LOOK_AGAIN_SECONDS = 0.01
_ADDRESS = re.compile(r"http://[\d.]+:\d+")
is_warm = False  # `tests/given.py` says otherwise


class Program:
    """`python -m bot run` in one environment."""

    def __init__(self, env: dict[str, str], log: Path, arguments: Sequence[str] = ARGUMENTS) -> None:
        """`log`: where what it says on standard error is kept, over restarts."""
        self.env = env
        self.address = ""
        self._log, self._arguments = log, arguments
        self._process: asyncio.subprocess.Process | warm.Process | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """It listens."""
        own = {name: value for name, value in os.environ.items() if not name.startswith("RADRUM_")} | self.env
        if is_warm and self._arguments == ARGUMENTS:
            self._process = warm.start(ARGUMENTS[2:], own, complains=self._log)
            line = await self._process.first_line(START_SECONDS)
        else:
            self._process = await self._cold(own)
            line = (await asyncio.wait_for(self._process.stdout.readline(), START_SECONDS)).decode()  # type: ignore[union-attr]
        found = _ADDRESS.search(line)
        assert found, f"it did not start: {line!r}\n{self.last_words()}"
        self.address = found.group()

    async def _cold(self, env: dict[str, str]) -> asyncio.subprocess.Process:
        with self._log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, cwd=ROOT, env=env, stdout=asyncio.subprocess.PIPE, stderr=log
            )

    async def kill(self) -> None:
        """It is gone, at whatever it was doing."""
        if self.is_running:
            self._process.send_signal(signal.SIGKILL)  # type: ignore[union-attr]
            await _over(self._process)

    def ask_to_stop(self) -> None:
        self._process.send_signal(signal.SIGTERM)  # type: ignore[union-attr]

    async def ended(self, seconds: float) -> int:
        """Its exit status, at most after `seconds`."""
        await asyncio.wait_for(_over(self._process), seconds)
        return self._process.returncode  # type: ignore[union-attr,return-value]

    def last_words(self, lines: int = 30) -> str:
        """The end of its log, for the message of a failed test."""
        return "\n".join(self._log.read_text().splitlines()[-lines:]) if self._log.exists() else ""


async def _over(process: asyncio.subprocess.Process | warm.Process | None) -> None:
    if isinstance(process, warm.Process):
        await process.wait()
    elif process is not None:
        await process.communicate()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def until(look: Callable[[], object], *, otherwise: str, seconds: float = 20.0) -> None:
    """`look()` is true, or true when awaited. What another process does has no event to wait for, so it is looked
    at again and again; an AssertionError that tells `otherwise` ends it."""
    try:
        async with asyncio.timeout(seconds):
            while not await _seen(look):  # noqa: ASYNC110 - no event crosses a process
                await asyncio.sleep(LOOK_AGAIN_SECONDS)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s for {otherwise}") from None


async def _seen(look: Callable[[], object]) -> bool:
    found = look()
    return bool(await found if asyncio.iscoroutine(found) else found)
