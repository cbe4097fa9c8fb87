"""A computer on which the verbs of the command line are given, each as a real process."""

import asyncio
import os
import tempfile
from pathlib import Path
from typing import NamedTuple

from tests import warm

ROOT = Path(__file__).parent.parent
LONGEST_VERB_SECONDS = 60.0
NOT_OURS = ("RADRUM_", "LC_", "LANG")  # of the environment that the tests themselves run in


class Answer(NamedTuple):
    """What a verb came to: its exit status, and what it said on both outputs."""

    status: int
    said: str
    complained: str


class CommandLine:
    """One environment, in a folder."""

    def __init__(self, env: dict[str, str], folder: Path = ROOT) -> None:
        self.env = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)} | env
        self._folder = folder

    async def gives(self, *verb: str, typed: str = "", **more: str) -> Answer:
        """The verb is done. `typed`: what is typed on its input. `more`: variables of this one process."""
        with tempfile.TemporaryDirectory() as folder:
            typing, said, complained = (Path(folder, name) for name in ("typed", "said", "complained"))
            _write(typing, typed)
            process = warm.start(
                verb, self.env | more, typed=typing, told=said, complains=complained, folder=self._folder
            )
            status = await asyncio.wait_for(process.wait(), LONGEST_VERB_SECONDS)
            return Answer(status, _read(said), _read(complained))


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _read(path: Path) -> str:
    return path.read_text("utf-8")
