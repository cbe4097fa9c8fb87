"""Two processes of one installation on PostgreSQL, beside one: what the second adds, and that nothing is doubled.

Owns the rounds and the table. It must not know how words are sent.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.bench import contestants
from tests.bench.contestants import BY_WEBHOOK, talking
from tests.bench.figures import quotients, spread
from tests.bench.floors_sqlite import TOGETHER
from tests.bench.ground import POSTGRESQL, Ground, Version
from tests.bench.intake import WARM_SECONDS, WARM_SENDERS
from tests.bench.load import Driver, Turn
from tests.bench.options import Options
from tests.bench.table import Table

COLUMNS = ("senders", "who", "a second", "of one process", "of group floor", "p50 ms", "p99 ms", "driver's share")
NOTE = "A person's messages go to either process in turn, the next one after the last is acknowledged."


async def measure(ground: Ground, versions: Sequence[Version], options: Options) -> Table:
    """All rounds; one sender keeps only one process busy, so there is none."""
    turns: dict[tuple[int, str, int], list[Turn]] = {}
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(ground.template(POSTGRESQL, talking))
        of_floors = await stack.enter_async_context(contestants.floors(ground, template))
        all_of_them = [(floor, 0) for floor in of_floors if floor.who == TOGETHER]
        for version in versions:
            for processes in (1, 2):
                there = contestants.of_version(ground, template, version, [BY_WEBHOOK], processes=processes)
                [one] = await stack.enter_async_context(there)
                all_of_them.append((one, processes))
        driver = Driver()
        for round_of in (WARM_SECONDS, *[options.seconds] * options.rounds):
            for senders in [senders for senders in options.senders if senders > 1] or [WARM_SENDERS]:
                for one, processes in all_of_them:
                    made = await one.turn(
                        lambda one=one, senders=senders, seconds=round_of: driver.as_fast_as(
                            one.way, senders=senders, seconds=seconds, cpu=one.cpu
                        )
                    )
                    turns.setdefault((senders, one.who, processes), []).append(made)
    counted = {key: made[1:] for key, made in turns.items()}  # the first was to warm up
    return Table("Two processes on PostgreSQL, words over the webhook", COLUMNS, _rows(counted), NOTE)


def _rows(turns: dict[tuple[int, str, int], list[Turn]]) -> list[tuple[str, ...]]:
    rows = []
    for (senders, who, processes), mine in sorted(turns.items(), key=lambda of: of[0][0]):
        rates = [turn.a_second for turn in mine]
        alone = [turn.a_second for turn in turns.get((senders, who, 1), [])]
        floor = [turn.a_second for turn in turns[senders, TOGETHER, 0]]
        rows.append((
            str(senders), who if not processes else f"{who}, {processes}", str(spread(rates)),
            str(quotients(rates, alone)) if processes > 1 else "", str(quotients(rates, floor)) if processes else "",
            str(spread([turn.p50 for turn in mine])), str(spread([turn.p99 for turn in mine])),
            str(spread([turn.driver for turn in mine])),
        ))  # fmt: skip
    return rows
