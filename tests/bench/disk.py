"""A disk of which it is known how long it takes: floors, database servers and programs all write to it.

How long this computer's own disk takes changes by the minute, and by the computer; what a COMMIT for each message costs
depends on little else. Owns how the stand-in (`slow_disk.c`) is made and put before everybody. It must not measure.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

_SOURCE = Path(__file__).with_name("slow_disk.c")
_PRELOADED, _MILLISECONDS = "LD_PRELOAD", "BENCH_DISK_MS"
_READABLE = 0o755  # also by the account that a database server runs as


def stand_in(milliseconds: float) -> None:
    """This process and all that it starts have a disk on which whatever must be durable takes so long.

    The process begins anew with it, since nothing can be put before a library that is loaded.
    """
    if os.environ.get(_MILLISECONDS):
        return
    folder = Path(tempfile.mkdtemp(prefix="radrum-disk-"))
    folder.chmod(_READABLE)
    made = folder / "slow_disk.so"
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", "-o", str(made), str(_SOURCE)], check=True)
    os.environ |= {_PRELOADED: str(made), _MILLISECONDS: f"{milliseconds:g}"}
    os.execv(sys.executable, [sys.executable, "-m", "tests.bench", *sys.argv[1:]])
