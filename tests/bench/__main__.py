"""`python -m tests.bench [--rounds 3] [--only intake|questions|sockets]`: measures, and prints a table with ratios."""

import argparse
import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")

from bot.engine import logs
from bot.engine.schema import migrate
from tests import postgres
from tests.bench import intake, questions, report, sockets
from tests.crash.place import POLLING, WEBHOOK, Place, opened

AS_SHIPPED = {"poll_seconds": 5, "work_seconds": 10}  # tests wake up oftener; a slow computer may take its time
PARTS = ("intake", "questions", "sockets")


async def run(rounds: int, parts: list[str], folder: Path, postgres_root: str) -> None:
    template = await postgres.make_migrated(postgres_root)
    if "intake" in parts:
        async with _places(folder / "intake", postgres_root, template, receive=WEBHOOK) as places:
            measured = [await intake.measure(place.name, place, rounds) for place in places]
        report.print_intake([one for several in measured for one in several])
    if "questions" in parts:
        async with _places(folder / "questions", postgres_root, template, receive=POLLING) as places:
            report.print_questions([await questions.measure(place, folder, rounds) for place in places])
    if "sockets" in parts:
        async with _places(folder / "sockets", postgres_root, template, receive=WEBHOOK) as places:
            report.print_memory(await sockets.measure(places[0], folder))


@asynccontextmanager
async def _places(folder: Path, postgres_root: str, template: str, *, receive: str) -> AsyncIterator[list[Place]]:
    path = folder / "sqlite" / "data" / "radrum.db"
    path.parent.mkdir(parents=True)
    await migrate(f"sqlite+aiosqlite:///{path}")
    async with (
        postgres.copy_of(postgres_root, template) as url,
        opened("SQLite", f"sqlite:///{path}", folder / "sqlite", receive=receive, **AS_SHIPPED) as sqlite,
        opened("PostgreSQL", url, folder / "postgresql", receive=receive, **AS_SHIPPED) as postgresql,
    ):
        yield [sqlite, postgresql]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, action="append")
    told = parser.parse_args()
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory(prefix="radrum-bench-") as folder, postgres.server() as postgres_root:
        asyncio.run(run(told.rounds, told.only or list(PARTS), Path(folder), postgres_root))


if __name__ == "__main__":
    main()
