"""A clock of one program that can be set from outside while it runs: libfaketime, told by a file.

Only the clock on the wall is set; the one that counts goes on, as on a real computer. Owns how it is set.
"""

import os
from pathlib import Path

HEEDED_SECONDS = 1.1  # so long it may believe what it has read before
LIBRARIES = (
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/local/lib/faketime/libfaketimeMT.so.1",
)
MISSING = "libfaketime is not installed (apt-get install faketime): no clock was set wrong"


def library() -> str | None:
    """Where libfaketime is, if it is installed."""
    return next((path for path in LIBRARIES if Path(path).exists()), None)


class WrongClock:
    """The wall clock of whatever runs with `env`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self.set("+0")

    @property
    def env(self) -> dict[str, str]:
        """What the program needs in its environment."""
        return {
            "LD_PRELOAD": library() or "", "FAKETIME_TIMESTAMP_FILE": str(self._file), "FAKETIME_CACHE_DURATION": "1",
            "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # a repair for an old libc, under which Python's threads hardly run
        }  # fmt: skip

    def set(self, off: str) -> None:
        """Within a second it shows the right time, off by so much: "+400d", "-1h", "+0"."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{off}\n")
        os.replace(fresh, self._file)  # whoever reads it finds the old or the new, never half of one
