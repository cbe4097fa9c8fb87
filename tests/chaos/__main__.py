"""`python -m tests.chaos`: random kills while people write. Exit status 1 if anything is lost or said too often."""

import argparse
import asyncio
import os
import random
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")

from bot import logs
from bot.schema import migrate
from tests import postgres
from tests.chaos.ledger import Verdict
from tests.chaos.storm import Storm
from tests.crash.place import POLLING, WEBHOOK, opened

SQLITE, POSTGRESQL, BOTH = "sqlite", "postgresql", "both"
FEWEST_HITS = 0.75  # of the kills: fewer, and the run has not tried what it says
LONGEST_READY_SECONDS = 5.0


async def run(told: argparse.Namespace, folder: Path, postgres_root: str) -> list[Verdict]:
    verdicts = []
    for database in (SQLITE, POSTGRESQL) if told.database == BOTH else (told.database,):
        for receive in (POLLING, WEBHOOK) if told.receive == BOTH else (told.receive,):
            place = folder / f"{database}-{receive}"
            if database == SQLITE:
                verdicts.append(await _on_sqlite(told, place, receive))
            else:
                verdicts.append(await _on_postgres(told, place, receive, postgres_root))
            _print_row(verdicts[-1])
    return verdicts


async def _on_sqlite(told: argparse.Namespace, folder: Path, receive: str) -> Verdict:
    path = folder / "data" / "radrum.db"
    path.parent.mkdir(parents=True)
    await migrate(f"sqlite+aiosqlite:///{path}")
    return await _storm(told, f"sqlite:///{path}", folder, receive)


async def _on_postgres(told: argparse.Namespace, folder: Path, receive: str, root: str) -> Verdict:
    async with postgres.copy_of(root, await postgres.make_migrated(root)) as url:
        return await _storm(told, url, folder, receive)


async def _storm(told: argparse.Namespace, url: str, folder: Path, receive: str) -> Verdict:
    async with opened(folder.name, url, folder, receive=receive, send_timeout_seconds=5) as place:
        chance = random.Random(told.seed)
        return await Storm(place, folder.name, messages=told.messages, kills=told.kills, chance=chance).run()


COLUMNS = (
    "messages",
    "kills",
    "hit work",
    "lost",
    "rows twice",
    "sent twice",
    "a kill",
    "kill+chat",
    "unflagged",
    "order",
)


def _print_head(seed: int) -> None:
    print(f"seed {seed}\n{'':22}" + "".join(f"{column:>11}" for column in COLUMNS) + f"{'ready p95 s':>13}", flush=True)


def _print_row(one: Verdict) -> None:
    values = (
        one.messages, len(one.kills), one.hits, len(one.lost), len(one.duplicate_rows), one.duplicate_sends,
        one.most_duplicates_a_kill, one.most_duplicates_a_kill_and_chat, len(one.unflagged), len(one.out_of_order),
    )  # fmt: skip
    print(f"{one.name:22}" + "".join(f"{value:>11}" for value in values) + f"{one.ready_p95:>13.1f}", flush=True)


def violations(one: Verdict) -> list[str]:
    """What must not be, in words."""
    found = [f"{one.name}: {what}" for what in one.lost]
    found += [f"{one.name}: kept twice: {words}" for words in one.duplicate_rows]
    found += [f"{one.name}: said twice without a flag: {words}" for words in one.unflagged]
    found += [f"{one.name}: out of order: {chat}" for chat in one.out_of_order]
    if one.most_duplicates_a_kill_and_chat > 1:
        found.append(f"{one.name}: one chat heard {one.most_duplicates_a_kill_and_chat} things twice after one kill")
    if one.most_duplicates_a_kill > one.sends_in_parallel:
        found.append(f"{one.name}: {one.most_duplicates_a_kill} things said twice after one kill")
    if one.hits < FEWEST_HITS * len(one.kills):
        found.append(f"{one.name}: only {one.hits} of {len(one.kills)} kills hit work, which is not a test")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--database", choices=(SQLITE, POSTGRESQL, BOTH), default=BOTH)
    parser.add_argument("--receive", choices=(POLLING, WEBHOOK, BOTH), default=BOTH)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    told = parser.parse_args()
    logs.configure("ERROR")
    _print_head(told.seed)
    with tempfile.TemporaryDirectory(prefix="radrum-chaos-") as folder, postgres.server() as postgres_root:
        verdicts = asyncio.run(run(told, Path(folder), postgres_root))
    found = [violation for one in verdicts for violation in violations(one)]
    print("\n".join(found) or "nothing lost, nothing kept twice, nothing said too often")
    for one in verdicts:
        if one.ready_p95 > LONGEST_READY_SECONDS:
            print(f"{one.name}: ready again after {one.ready_p95:.1f} s at the 95th percentile; 5 s is the aim")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
