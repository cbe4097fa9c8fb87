"""The files of an SQLite database: nobody but their owner reads or writes them, whatever the umask.

Owns their modes and nothing else. SQLite gives a `-wal` and a `-shm` that it makes the mode of the database itself
(sqlite.org, os_unix.c: findCreateFileMode), so it is enough that this one is private before SQLite sees it.
"""

import os
import stat
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.engine.errors import Refusal

OWN = 0o600
OTHERS = stat.S_IRWXG | stat.S_IRWXO
BESIDE = ("-wal", "-shm", "-journal")


class FilesOpen(Refusal):
    """Others have rights to a file of the database, and they cannot be taken away. Carries `path`."""

    code = "database_file_open"


def database_file(url: str) -> Path | None:
    """Where the database lies, if it is SQLite's."""
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


def make_private(path: Path) -> None:
    """There is a database, perhaps an empty one, that only its owner reads or writes.

    Raises:
        FilesOpen: others have rights that cannot be taken away.
        OSError: it cannot be made there.
    """
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, OWN))
    keep_private(path)


def keep_private(path: Path) -> None:
    """The database and what lies beside it are their owner's only, as far as they are there.

    Raises:
        FilesOpen: others have rights that cannot be taken away.
    """
    for file in (path, *(path.with_name(path.name + end) for end in BESIDE)):
        _tighten(file)


def _tighten(file: Path) -> None:
    try:
        if stat.S_IMODE(file.stat().st_mode) & OTHERS:
            file.chmod(OWN)
        is_open = bool(stat.S_IMODE(file.stat().st_mode) & OTHERS)  # some file systems forget a mode without a word
    except FileNotFoundError:
        return  # what is beside a database comes and goes
    except PermissionError:
        is_open = True
    if is_open:
        raise FilesOpen(path=str(file))
