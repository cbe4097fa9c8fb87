"""What was deleted is in no file of an SQLite database any more: how that is done to the files, and what is in the way.

`secure_delete` empties what a row has left, but copies of it may stay in two places: in the write-ahead log until that
is cut, and in pages whose rows were moved to others (sqlite.org/pragma.html#pragma_secure_delete says nothing of those;
a test finds some). So the database is rebuilt, the log copied into it, and the log cut. Blocking, and without a clock:
`bot/privacy/wiping.py` decides when, and what is said. It must not know what was deleted, nor hold a connection open.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path

from bot.engine.causes import Cause, cause_of

LARGEST_REBUILT = 128 * 2**20  # bytes: half a second, on a slow disk three, while nobody else writes; as much memory
ROOM = 2  # times the size of the database: it is written to the log, and may then be in both files
OTHERS_MILLISECONDS = 1_000  # for how long another program that writes is waited for
READERS_MILLISECONDS = 20  # for how long those are that read at this moment; nobody writes meanwhile


class Obstacle(StrEnum):
    """Why traces may be left. The value is what the log and /readyz say."""

    READER = "reader"  # somebody reads since before
    WRITER = "writer"  # another program writes
    OTHERS = "others"  # those who write have their turn first: it has only just been rebuilt
    NO_ROOM = "no_room"
    TOO_LARGE = "too_large"
    FAILED = "failed"


def rebuild(file: Path) -> Obstacle | None:
    """No page of the database as it is from now on holds anything that was deleted. No act may be under way."""
    try:
        size, free = file.stat().st_size, shutil.disk_usage(file.parent).free
    except OSError:
        return Obstacle.FAILED
    if size > LARGEST_REBUILT:
        return Obstacle.TOO_LARGE
    if free < ROOM * size:
        return Obstacle.NO_ROOM
    return _tried(file, "VACUUM", OTHERS_MILLISECONDS)


def copy_log(file: Path) -> Obstacle | None:
    """What the log holds is in the database as well. Nobody has to wait for it."""
    return _tried(file, "PRAGMA wal_checkpoint(PASSIVE)", 0)


def cut_log(file: Path) -> Obstacle | None:
    """The log is empty. No act may be under way: nobody can write meanwhile."""
    return _tried(file, "PRAGMA wal_checkpoint(TRUNCATE)", READERS_MILLISECONDS)


def _tried(file: Path, words: str, patience_milliseconds: int) -> Obstacle | None:
    try:
        with _opened(file, patience_milliseconds) as db:
            answer = db.execute(words).fetchone()
    except sqlite3.Error as trouble:
        return Obstacle.WRITER if cause_of(trouble) == Cause.LOCKED else Obstacle.FAILED
    return _in_the_way(answer)


def _in_the_way(answer: tuple[int, int, int] | None) -> Obstacle | None:
    """VACUUM answers nothing; a checkpoint whether it was kept from it, and how many pages of how many it copied."""
    if answer is None:
        return None
    was_kept, in_log, copied = answer
    return Obstacle.READER if was_kept or in_log != copied else None


@contextmanager
def _opened(file: Path, patience_milliseconds: int) -> Iterator[sqlite3.Connection]:
    """A connection that is gone afterwards: one that stays would keep the others as it found the file."""
    with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None)) as db:
        for pragma in ("secure_delete = ON", "temp_store = MEMORY", f"busy_timeout = {patience_milliseconds}"):
            db.execute(f"PRAGMA {pragma}")
        yield db
