"""A program as a process: started from a version's root, watched from outside, stopped.

Owns the process and what Linux says of it. It must not know what the program is for.
"""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

START_SECONDS, STOP_SECONDS = 60.0, 40.0
RUN = ("-m", "bot", "run")
_ADDRESS = re.compile(r"http://[\d.]+:\d+")
_TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """`python ARGUMENTS` in `root`. `log`: where what it says on standard error is kept."""

    def __init__(self, root: Path, env: Mapping[str, str], log: Path, arguments: Sequence[str] = RUN) -> None:
        self._root, self._env, self._log, self._arguments = root, env, log, arguments
        self._process: asyncio.subprocess.Process | None = None
        self.address = ""

    async def start(self) -> float:
        """It listens; returns the seconds that took."""
        started = perf_counter()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._arguments, cwd=self._root, env=clean(self._env),
                stdout=asyncio.subprocess.PIPE, stderr=log,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = (await asyncio.wait_for(self._process.stdout.readline(), START_SECONDS)).decode()
        found = _ADDRESS.search(line)
        assert found, f"it did not start: {line!r}\n{self.last_words()}"
        self.address = found.group()
        return perf_counter() - started

    async def stop(self) -> None:
        """It has ended as it does when it is told to; killed if it does not."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.communicate(), STOP_SECONDS)
        except TimeoutError:
            self._process.kill()
            await self._process.communicate()

    @property
    def cpu_seconds(self) -> float:
        """The processor time it has taken so far, in all its threads."""
        behind_its_name = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(behind_its_name[11]) + int(behind_its_name[12])) / _TICKS

    @property
    def resident_kibibytes(self) -> int:
        """What it has in memory."""
        lines = Path(f"/proc/{self._pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS")).split()[1])

    @property
    def _pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def last_words(self, lines: int = 20) -> str:
        """The end of its log, for when something has gone wrong."""
        return "\n".join(self._log.read_text().splitlines()[-lines:]) if self._log.exists() else ""


async def command(root: Path, env: Mapping[str, str], *arguments: str) -> None:
    """`python ARGUMENTS` has run to its end in `root`."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=root, env=clean(env), stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    assert process.returncode == 0, f"{' '.join(arguments)}: {said.decode()}"


def clean(env: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without what is meant for our own programs, and with `env`."""
    ours = ("RADRUM_", "PYTHONPATH")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | dict(env)
