"""What was chosen on the command line.

Owns the options and what they are where nothing is chosen. It must not measure.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from tests.bench import before
from tests.bench.contestants import BY_POLLING, BY_WEBHOOK, WAYS
from tests.bench.ground import POSTGRESQL, SQLITE

BEFORE, PRODUCT = "before", "product"
KINDS = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
INTAKE = "intake"
PARTS = (INTAKE, "paced", "questions", "idle", "two", "start")
TELEGRAM_WAYS = (BY_WEBHOOK, BY_POLLING)
SENDERS = (1, 50, 500)
ROUNDS, FULL_ROUNDS = 3, 5
SECONDS, FULL_SECONDS = 3.0, 5.0
REPORT = Path("docs/bench.md")


@dataclass(frozen=True, slots=True)
class Options:
    """`kinds`: of database. `commit`: the earlier version, if any. `report`: where the tables are written. `disk_ms`:
    how long a disk takes that stands in for the one that is here, if one does."""

    kinds: tuple[str, ...]
    parts: tuple[str, ...]
    ways: tuple[str, ...]
    senders: tuple[int, ...]
    rounds: int
    seconds: float
    commit: str | None
    report: Path | None
    disk_ms: float | None


def read(words: list[str] | None = None) -> Options:
    """The options that these words choose."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every part and every way, and the report")
    only = (*KINDS, *PARTS, *WAYS)
    parser.add_argument("--only", nargs="+", choices=only, default=[], metavar="WHAT", help=", ".join(only))
    parser.add_argument("--senders", nargs="+", type=int, default=list(SENDERS))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of a turn")
    parser.add_argument("--before", default=before.COMMIT, help="the commit of the earlier version")
    parser.add_argument("--alone", action="store_true", help="without the earlier version")
    parser.add_argument("--report", type=Path, help=f"where the tables are written; with --full {REPORT}")
    parser.add_argument("--disk-ms", type=float, help="how long a disk takes that stands in for the one that is here")
    told = parser.parse_args(words)
    parts = tuple(name for name in PARTS if name in told.only)
    ways = tuple(way for way in WAYS if way in told.only)
    return Options(
        kinds=tuple(kind for name, kind in KINDS.items() if name in told.only) or tuple(KINDS.values()),
        parts=parts or (PARTS if told.full and not ways else (INTAKE,)),
        ways=ways or (WAYS if told.full else TELEGRAM_WAYS),
        senders=tuple(told.senders),
        rounds=told.rounds or (FULL_ROUNDS if told.full else ROUNDS),
        seconds=told.seconds or (FULL_SECONDS if told.full else SECONDS),
        commit=None if told.alone else told.before,
        report=told.report or (REPORT if told.full else None),
        disk_ms=told.disk_ms,
    )
