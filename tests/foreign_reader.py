"""Another program that reads the SQLite database, in a transaction that it keeps open; and the bytes of the files.

A process of its own: who opens and closes a database's file inside ours takes the locks of our connections away
(sqlite.org/howtocorrupt.html, 2.2), so the files are read outside too.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_READS = """
import sqlite3, sys
db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, isolation_level=None)
db.execute("BEGIN")
db.execute("SELECT count(*) FROM people").fetchone()
print("reading", flush=True)
sys.stdin.readline()
db.execute("ROLLBACK")
"""
_SHOWS = "import pathlib, sys; sys.stdout.buffer.write(pathlib.Path(sys.argv[1]).read_bytes())"


@asynccontextmanager
async def reading(file: Path) -> AsyncIterator[None]:
    """Somebody reads in a transaction as long as the block lasts."""
    pipe = asyncio.subprocess.PIPE
    reader = await asyncio.create_subprocess_exec(sys.executable, "-c", _READS, str(file), stdin=pipe, stdout=pipe)
    assert reader.stdout is not None
    assert (await reader.stdout.readline()) == b"reading\n"
    try:
        yield
    finally:
        await reader.communicate(b"enough\n")


async def files_in(folder: Path) -> dict[str, bytes]:
    """What every file there holds, by name."""
    return {file.name: await _bytes_of(file) for file in _files(folder)}


def _files(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


async def _bytes_of(file: Path) -> bytes:
    shown = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _SHOWS, str(file), stdout=asyncio.subprocess.PIPE
    )
    return (await shown.communicate())[0]
