"""The image's recipe, replayed in an empty folder: what it copies is enough to start, and it answers /readyz.

There is no container engine here, so the system's part (base image, the account, installing libraries) is not
replayed; the libraries are those of this run, from the same lock file.
"""

import asyncio
import os
import re
import shlex
import shutil
import sys
from pathlib import Path

import aiohttp
import pytest

ROOT = Path(__file__).parent.parent
PATIENCE_SECONDS = 30


def recipe() -> list[tuple[str, str]]:
    """The instructions of the last stage: (verb, rest)."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    last = max(number for number, line in enumerate(lines) if line.startswith("FROM"))
    steps = [line.split(None, 1) for line in lines[last + 1 :] if line.strip() and not line.startswith("#")]
    return [(verb, rest) for verb, rest in steps]


def environment(folder: Path) -> dict[str, str]:
    """The image's ENV, with its absolute folders moved below `folder`."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("RADRUM_")}
    for verb, rest in recipe():
        if verb == "ENV":
            for pair in shlex.split(rest):
                name, _, value = pair.partition("=")
                env[name] = os.environ["PATH"] if name == "PATH" else value
    for name in ("RADRUM_DATA_DIR", "RADRUM_KEY_FILE"):
        env[name] = f"{folder}{env[name]}"
    return env | {"RADRUM_HOST": "127.0.0.1", "RADRUM_PORT": "0", "RADRUM_CONTROLLER": "IM", "RADRUM_CONTACT": "x"}


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder that holds only what the image's COPY lines put in its working directory, and what Python has compiled
    of that, which is not loaded without it."""
    app = tmp_path / "app"
    app.mkdir()
    for verb, rest in recipe():
        if verb == "COPY" and not rest.startswith("--from"):
            source, target = rest.split()
            shutil.copytree(ROOT / source, app / target)
    return app


async def test_what_the_image_holds_is_enough_to_serve(image: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    command = next(rest for verb, rest in recipe() if verb == "CMD")
    words = [word.strip(' "') for word in command.strip("[]").split(",")]
    assert words[0] == "python"

    init = await asyncio.create_subprocess_exec(sys.executable, "-m", "bot", "init", "Robin", cwd=image, env=env)
    assert await init.wait() == 0
    program = await asyncio.create_subprocess_exec(
        sys.executable, *words[1:], cwd=image, env=env, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = (await program.stdout.readline()).decode()
            address = re.search(r"http://[0-9.]+:[0-9]+", line).group()
            async with aiohttp.ClientSession() as client, client.get(f"{address}/readyz") as ready:
                answer = await ready.json()
    finally:
        program.terminate()
        ended = await program.wait()

    assert ready.status == 200, answer
    assert ended == 0


def test_the_image_runs_as_nobody_in_particular_and_checks_its_health() -> None:
    verbs = dict(recipe())

    assert verbs["USER"] not in ("root", "0")
    assert "/healthz" in verbs["HEALTHCHECK"]
