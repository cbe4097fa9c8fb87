"""Processes of the real program, forked from one that has loaded it: loading takes two seconds of a processor.

Each is a process of its own with its own settings, outputs and exit status, ended by whatever ends a process. The one
they are forked from has read no settings, opened nothing and runs no loop. Owns that one, for each language of the
command line. It must not know what the program does.
"""

import array
import asyncio
import atexit
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
LOOK_AGAIN_SECONDS = 0.005
BUG = 99
_SPEECH = ("LC_ALL", "LC_MESSAGES", "LANG")  # read when the program is loaded
_warm: dict[tuple[str | None, ...], socket.socket] = {}


class Process:
    """One of them. `returncode` as of a subprocess; None while it runs."""

    def __init__(self, warm: socket.socket, pid: int, told: int) -> None:
        self._warm, self.pid = warm, pid
        self._told = told
        self._status: int | None = None

    @property
    def returncode(self) -> int | None:
        if self._status is None:
            self._status = _ask(self._warm, {"ended": self.pid})
        return self._status

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    async def first_line(self, seconds: float) -> str:
        """The first line that it says, or what it has said when it ends."""
        reader = asyncio.StreamReader()
        pipe = os.fdopen(os.dup(self._told), "rb", buffering=0)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), pipe
        )
        try:
            return (await asyncio.wait_for(reader.readline(), seconds)).decode()
        finally:
            transport.close()

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        while self.returncode is None:  # noqa: ASYNC110 - it is not our child, so no event tells
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        if self._told >= 0:
            os.close(self._told)
            self._told = -1
        return self.returncode


def start(
    arguments: Sequence[str],
    env: Mapping[str, str],
    *,
    complains: Path,
    told: Path | None = None,
    typed: Path | None = None,
    folder: Path = ROOT,
) -> Process:
    """`python -m bot ARGUMENTS` in this environment and folder, with what is `typed` on its input. What it says goes to
    `told`, or can be read; what it complains of is written behind what `complains` holds."""
    warm = _warm_one(env)
    read, write = (-1, os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)) if told else os.pipe()
    complaints = os.open(complains, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    typing = os.open(typed or os.devnull, os.O_RDONLY)
    try:
        asked = {"arguments": list(arguments), "env": dict(env), "folder": str(folder)}
        pid = _ask(warm, asked, typing, write, complaints)
    finally:
        for number in (typing, write, complaints):
            os.close(number)
    assert pid is not None
    return Process(warm, pid, read)


def _warm_one(env: Mapping[str, str]) -> socket.socket:
    spoken = tuple(env.get(name) for name in _SPEECH)
    if spoken not in _warm:
        ours, theirs = socket.socketpair()
        own = {name: value for name, value in env.items() if not name.startswith("RADRUM_")}
        with theirs:
            number = theirs.fileno()
            command = (sys.executable, "-m", "tests.warm", str(number))
            loaded = subprocess.Popen(command, cwd=ROOT, env=own, pass_fds=(number,))
        _warm[spoken] = ours
        atexit.register(_end, ours, loaded)
    return _warm[spoken]


def _end(warm: socket.socket, loaded: subprocess.Popen) -> None:
    warm.close()
    loaded.wait()


def _ask(warm: socket.socket, told: dict[str, object], *files: int) -> int | None:
    body = json.dumps(told).encode()
    warm.sendall(len(body).to_bytes(4))
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", files))] if files else []
    sent = warm.sendmsg([body], rights)
    warm.sendall(body[sent:])
    answer = b""
    while not answer.endswith(b"\n"):
        more = warm.recv(64)
        assert more, "the loaded program has ended"
        answer += more
    return json.loads(answer)


def _serve(asks: socket.socket) -> None:
    from bot.__main__ import main  # what takes two seconds

    ended: dict[int, int] = {}
    while head := asks.recv(4, socket.MSG_WAITALL):
        told, files = _told(asks, int.from_bytes(head))
        if "ended" in told:
            pid = int(told["ended"])
            if pid not in ended:
                gone, status = os.waitpid(pid, os.WNOHANG)
                if gone:
                    ended[pid] = os.waitstatus_to_exitcode(status)
            answer = ended.get(pid)
        else:
            answer = os.fork()
            if answer == 0:
                asks.close()
                _become(told, files, main)
            for number in files:
                os.close(number)
        asks.sendall(json.dumps(answer).encode() + b"\n")


def _told(asks: socket.socket, length: int) -> tuple[dict, list[int]]:
    body, rights, _flags, _address = asks.recvmsg(length, socket.CMSG_SPACE(3 * array.array("i").itemsize))
    files = array.array("i")
    for _level, _kind, given in rights:
        files.frombytes(given)
    while len(body) < length:
        body += asks.recv(length - len(body))
    return json.loads(body), list(files)


def _become(told: dict, files: list[int], main: object) -> None:
    """This process is the program: it speaks and ends as one that was just started."""
    os.environ.clear()
    os.environ.update(told["env"])
    os.chdir(told["folder"])
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    status = BUG
    try:
        main(args=told["arguments"], prog_name="python -m bot")  # type: ignore[operator]
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
