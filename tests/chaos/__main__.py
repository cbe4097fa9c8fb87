"""`python -m tests.chaos`: what may happen to the running program, done to it. Exit status 1 if anything is wrong.

Owns the registry of scenarios and the command line. What is done, and what must not come of it, each scenario says.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

os.environ.setdefault("PTB_TIMEDELTA", "1")

from bot.engine import logs
from tests import postgres
from tests.chaos.ground import BOTH, POSTGRESQL, SQLITE, Ground
from tests.chaos.scenarios import clocks, cost, kills, lanes, limits, programs, trouble
from tests.crash import program
from tests.crash.place import POLLING, WEBHOOK

# One line a subject, in the order in which they are run.
SCENARIOS: dict[str, Callable[[Ground], Awaitable[list[str]]]] = {
    "kills": kills.run,
    "lanes": lanes.run,
    "cost": cost.run,
    "trouble": trouble.run,
    "limits": limits.run,
    "clock": clocks.run,
    "programs": programs.run,
}


def main() -> None:
    told = _command_line()
    program.is_warm = told.warm  # what is imported for one scenario says that it is
    logs.configure("ERROR")
    print(f"seed {told.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="radrum-chaos-") as folder, postgres.server() as postgres_root:
        found = asyncio.run(_run(told, Path(folder), postgres_root))
    print("\n".join(found) or "nothing was found that must not be")
    sys.exit(1 if found else 0)


def _command_line() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=tuple(SCENARIOS), default=tuple(SCENARIOS))
    parser.add_argument(
        "--messages", type=int, help=f"while it is killed; {kills.MESSAGES_A_KILL} for each kill if not said"
    )
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL, BOTH), default=BOTH)
    parser.add_argument("--receive", choices=(POLLING, WEBHOOK, BOTH), default=BOTH)
    parser.add_argument("--lost-answers-seconds", type=float, default=60)
    parser.add_argument("--gone-seconds", type=float, default=45)
    parser.add_argument("--held-seconds", type=float, default=15)
    parser.add_argument(
        "--warm", action="store_true",
        help="programs have their libraries loaded when they start: more kills in the same time, less said of starting",
    )  # fmt: skip
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--acts", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    return parser.parse_args()


async def _run(told: argparse.Namespace, folder: Path, postgres_root: str) -> list[str]:
    found: list[str] = []
    for name in told.only:
        started = perf_counter()
        mine = folder / name
        mine.mkdir()
        print(f"-- {name}", flush=True)
        try:
            found += [f"{name}: {what}" for what in await SCENARIOS[name](Ground(told, mine, postgres_root))]
        except Exception as trouble:  # the others are tried all the same
            traceback.print_exception(trouble)
            found.append(f"{name}: came to no end: {trouble}")
        print(f"-- {name}: {perf_counter() - started:.0f} s", flush=True)
    return found


if __name__ == "__main__":
    main()
