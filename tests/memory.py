"""Temporary folders of a test run lie in memory where the computer has room for them: thousands of tests each wait for
a disk many times, and no test asks whether a disk keeps what it has said to keep after a power cut.

Owns which folder that is. A run that has been told another one (TMPDIR) stays there.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108  # Linux's; other systems go on with their disk
ROOM_BYTES = 3 * 1024**3  # a run leaves some hundred megabytes, and a database server has its own beside it
_MADE_BY = "TESTS_IN_MEMORY_OF"  # the process that made the folder, for those that it starts


def settle() -> None:
    """What is temporary from now on, also in processes that this one starts, lies in memory if there is room."""
    if "TMPDIR" in os.environ or not _has_room():
        return
    folder = tempfile.mkdtemp(prefix="radrum-tests-", dir=MEMORY)
    Path(folder).chmod(0o755)  # the database server may run as somebody else
    os.environ["TMPDIR"], os.environ[_MADE_BY] = folder, str(os.getpid())
    tempfile.tempdir = None
    atexit.register(_leave)  # early, so that it is done late: other libraries tidy up in it


def _leave() -> None:
    if os.environ.get(_MADE_BY) == str(os.getpid()):
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)


def _has_room() -> bool:
    return os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_BYTES
