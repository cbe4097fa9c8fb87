"""A computer on which verbs of the command line are given one after the other, without loading the program each time.

`python -m tests.warm_line` loads the program once and makes a process of its own for each verb, with its own input,
outputs and exit status, as a shell would. It must not know what a verb does. Loading takes a second, a verb a tenth.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROGRAM = "python -m bot"
LONGEST_VERB_SECONDS = 60.0
BUG = 99


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb came to: its exit status, and what it said on both outputs."""

    status: int
    said: str
    complained: str


class Line:
    """The command line of one installation in one language."""

    def __init__(self, folder: Path, helper: asyncio.subprocess.Process) -> None:
        self._folder, self._helper = folder, helper

    async def gives(self, *verb: str, typed: str = "") -> Answer:
        """The verb is done; `typed`: what is typed on its input. It runs in the installation's folder."""
        paths = {name: self._folder / f"line.{name}" for name in ("in", "out", "err")}
        paths["in"].write_text(typed)
        asked = {"verb": verb, "folder": str(self._folder)} | {name: str(path) for name, path in paths.items()}
        assert self._helper.stdin is not None and self._helper.stdout is not None
        self._helper.stdin.write(json.dumps(asked).encode() + b"\n")
        status = await asyncio.wait_for(self._helper.stdout.readline(), LONGEST_VERB_SECONDS)
        return Answer(int(status), paths["out"].read_text("utf-8"), paths["err"].read_text("utf-8"))


@asynccontextmanager
async def warm_line(folder: Path, env: dict[str, str]) -> AsyncIterator[Line]:
    """A line on which verbs are given with these settings, until the block ends."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("RADRUM_", "LC_", "LANG"))}
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    command = (sys.executable, "-m", "tests.warm_line")
    helper = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=own | env, **pipes)
    try:
        yield Line(folder, helper)
    finally:
        helper.stdin.close()  # type: ignore[union-attr]
        await asyncio.wait_for(helper.wait(), LONGEST_VERB_SECONDS)


def _serve() -> None:
    from bot.__main__ import main  # what takes the second

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _become(asked, main)
        _, ended = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(ended)}\n")
        sys.stdout.flush()


def _become(asked: dict[str, object], main: object) -> None:
    """This process is the verb: it reads, speaks and ends as one that was just started."""
    os.chdir(str(asked["folder"]))
    for number, name, how in ((0, "in", os.O_RDONLY), (1, "out", os.O_WRONLY), (2, "err", os.O_WRONLY)):
        os.dup2(os.open(str(asked[name]), how | (os.O_CREAT | os.O_TRUNC if number else 0), 0o600), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - the old one has read on in the commands
    status = BUG
    try:
        _verb(main, asked["verb"])  # type: ignore[arg-type]
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _verb(main: object, verb: Sequence[str]) -> None:
    main(args=list(verb), prog_name=PROGRAM)  # type: ignore[operator]


if __name__ == "__main__":
    _serve()
