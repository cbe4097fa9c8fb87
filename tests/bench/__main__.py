"""`make bench`: measures the program beside the floors and the earlier version, and prints tables. FULL=1: everything.

Owns the order of the parts. It must not measure anything itself.
"""

import asyncio
import os
import resource
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

os.environ.setdefault("PTB_TIMEDELTA", "1")


from tests.bench import before, disk, idle, intake, paced, questions, report, server, starting, two
from tests.bench.ground import Ground, Version
from tests.bench.options import BEFORE, INTAKE, PRODUCT, Options, read
from tests.bench.table import Table, as_text, joined

OnOne = Callable[[Ground, str, Sequence[Version], Options], Awaitable[Table]]
MOST_FILES = 16_384  # the driver is at the other end of every socket


async def run(options: Options, ground: Ground, versions: list[Version]) -> list[Table]:
    """Everything that was chosen, one after the other: nothing is measured beside anything else."""
    tables = []
    for part in options.parts:
        table = await _measured(part, options, ground, versions)
        print(as_text(table), flush=True)
        tables.append(table)
    return tables


async def _on_each(measure: OnOne, options: Options, ground: Ground, versions: list[Version]) -> Table:
    return joined([await measure(ground, kind, versions, options) for kind in options.kinds])


async def _measured(part: str, options: Options, ground: Ground, versions: list[Version]) -> Table:
    match part:
        case "idle":
            return await idle.measure(ground, versions)
        case "two":
            return await two.measure(ground, versions, options)
        case "start":
            return await starting.measure(ground, versions, options)
        case _:
            return await _on_each(_ON_ONE[part], options, ground, versions)


_ON_ONE: dict[str, OnOne] = {INTAKE: intake.measure, "paced": paced.measure, "questions": questions.measure}


def main() -> None:
    """Exit status 1, with a traceback, if anything was lost, doubled or out of order."""
    options = read()
    if options.disk_ms is not None:
        disk.stand_in(options.disk_ms)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(MOST_FILES, most), most))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="radrum-bench-")))
        versions = [Version(PRODUCT, before.ROOT)]
        if options.commit is not None:
            versions.insert(0, Version(BEFORE, stack.enter_context(before.checked_out(options.commit, folder))))
        ground = Ground(folder, stack.enter_context(server.server()), oldest=versions[0])
        tables = asyncio.run(run(options, ground, versions))
    if options.report is not None:
        report.write(options.report, options, tables)


if __name__ == "__main__":
    main()
