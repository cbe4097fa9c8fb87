"""The write-ahead log of an SQLite file is copied into it while acts go on being written behind.

Left to itself, SQLite copies what a thousand pages hold within somebody's COMMIT, and everybody in line behind it waits
for the disk to have all of them. So they are copied beside, in a thread and over a connection of its own, which keeps
nobody from writing. What is written meanwhile stays in the log: should it never be idle, a COMMIT copies that little
itself once the log has grown to AT_LAST_PAGES, and the log begins anew. Owns when; how is in `traces.py`.
Source: https://www.sqlite.org/wal.html, "Avoiding Excessively Large WAL Files".
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.engine.traces import copy_log

EVERY_BYTES = 4 * 2**20  # about a thousand pages, as SQLite by itself
AT_LAST_PAGES = 8_000


class Log:
    """Of one file."""

    def __init__(self, file: Path) -> None:
        self._file, self._log = file, file.with_name(f"{file.name}-wal")
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-log")
        self._copying: asyncio.Future[object] | None = None
        self._copied_at = 0  # how many bytes the log had then

    def has_grown(self) -> None:
        """Something has been written to it: it is being copied, if that is worth while."""
        try:
            size = self._log.stat().st_size
        except OSError:  # the file was taken away
            return
        if size < self._copied_at:  # it has begun anew
            self._copied_at = 0
        if size - self._copied_at < EVERY_BYTES or (self._copying is not None and not self._copying.done()):
            return
        self._copied_at = size
        self._copying = asyncio.get_running_loop().run_in_executor(self._thread, copy_log, self._file)

    async def close(self) -> None:
        """Nothing of it is under way."""
        if self._copying is not None:
            await asyncio.wait({self._copying})
            self._copying = None
