"""A computer on which the verbs of the command line are given, each as a real process."""

import asyncio
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LONGEST_VERB_SECONDS = 60.0


class CommandLine:
    """One environment."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("RADRUM_")} | env

    async def gives(self, *verb: str, **more: str) -> tuple[int, str, str]:
        """The verb's status, and what it said on both outputs. `more`: variables of this one process."""
        pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
        command = (sys.executable, "-m", "bot", *verb)
        child = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=self.env | more, **pipes)
        said, complained = await asyncio.wait_for(child.communicate(), LONGEST_VERB_SECONDS)
        return child.returncode or 0, said.decode(), complained.decode()
