"""`python -m tests.botapi --port N [--state FILE]`: the fake Bot API as a process, until SIGTERM or SIGINT.

Its first line on standard output is its URL. With --state it remembers what it knew when it was last stopped.
"""

import argparse
import asyncio
import signal
from pathlib import Path

from tests.botapi import state
from tests.botapi.server import FakeBotApi


async def run(port: int, state_file: Path | None, remembered: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    api = FakeBotApi(port)
    api.control.state_file = state_file
    if remembered:
        await state.load(api, remembered)
    async with api:
        print(api.url, flush=True)
        await stop.wait()
        if state_file:
            state.save(api, state_file)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.botapi", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--state", type=Path, default=None, help="file to remember everything in")
    told = parser.parse_args()
    remembered = told.state.read_text() if told.state and told.state.exists() else ""
    asyncio.run(run(told.port, told.state, remembered))


if __name__ == "__main__":
    main()
