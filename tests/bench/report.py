"""The page with the tables of a whole run. Owns what stands around them. It must not compute."""

import os
import platform
from collections.abc import Sequence
from pathlib import Path

from tests.bench.options import Options
from tests.bench.table import Table, as_markdown

PREFACE = """# What it costs

Written by `make bench FULL=1`; do not edit. Median of {rounds} rounds, and in brackets from the lowest to the highest;
{processors} processors, Python {python}, {disk}. "Before" is {commit}. Read the ratios, each made within one round, not
the figures: those depend on the computer.

- **floor**: the rows of one message, written by hand with the bare driver and a COMMIT for each message.
- **group floor**: the same rows, with one COMMIT for whoever waits, at most 256.
- **before**, **product**: `python -m bot run` as it is shipped, delivery included, over HTTP.
- **senders**: how many messages are on their way at any time. Telegram opens 40 connections to a webhook and hands out
  100 updates a poll; what is more waits in line there, and that waiting is in p50 and p99.
- **its CPU**: the program's processor time, without the database server's. **driver's share**: of one processor, what
  driving (for a floor: the floor too) took; near 1 it is the driver that was measured.
- **said again**: how often the program said "not now" (503, 429) and was told once more.

Everything sent was counted in the database after each turn: kept once, and in order for each person.
"""


def write(path: Path, options: Options, tables: Sequence[Table]) -> None:
    """The page is in `path`."""
    preface = PREFACE.format(
        rounds=options.rounds, processors=os.cpu_count(), python=platform.python_version(),
        disk="its own disk" if options.disk_ms is None else f"a disk on which an fsync takes {options.disk_ms:g} ms",
        commit=f"commit {options.commit[:7]}" if options.commit else "not measured",
    )  # fmt: skip
    path.write_text("\n\n".join([preface.rstrip(), *map(as_markdown, tables)]) + "\n", encoding="utf-8")
    print(f"\nwritten to {path}")
