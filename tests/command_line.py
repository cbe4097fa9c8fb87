"""A computer on which the verbs of the command line are given, each as a real process."""

import asyncio
import os
import tempfile
from pathlib import Path

from tests import warm

ROOT = Path(__file__).parent.parent
LONGEST_VERB_SECONDS = 60.0


class CommandLine:
    """One environment."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("RADRUM_")} | env

    async def gives(self, *verb: str, **more: str) -> tuple[int, str, str]:
        """The verb's status, and what it said on both outputs. `more`: variables of this one process."""
        with tempfile.TemporaryDirectory() as folder:
            said, complained = Path(folder, "said"), Path(folder, "complained")
            process = warm.start(verb, self.env | more, told=said, complains=complained)
            status = await asyncio.wait_for(process.wait(), LONGEST_VERB_SECONDS)
            return status, *(_read(path) for path in (said, complained))


def _read(path: Path) -> str:
    return path.read_text("utf-8")
