"""How long who writes waits for the acknowledgement when there is no hurry: at half of what the product can take in.

Floors and product are sent the same pace. Owns the pace and the table. It must not know how words are sent.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.bench import contestants
from tests.bench.contestants import BY_WEBHOOK, Contestant, talking
from tests.bench.figures import quotients, short, spread
from tests.bench.floors_sqlite import TOGETHER
from tests.bench.ground import Ground, Version
from tests.bench.intake import WARM_SECONDS
from tests.bench.load import Driver, Turn
from tests.bench.options import PRODUCT, Options
from tests.bench.table import Table

SHARE = 0.5
FASTEST_SENDERS = 50  # of whom the product's own rate is taken
COLUMNS = ("database", "a second", "who", "p50 ms", "of group floor", "p99 ms", "of group floor", "driver's share")
NOTE = "The older version is not here: it could not keep the pace."


async def measure(ground: Ground, kind: str, versions: Sequence[Version], options: Options) -> Table:
    """All rounds on one kind of database, over the webhook: there every message is acknowledged by itself."""
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(ground.template(kind, talking))
        floors = await stack.enter_async_context(contestants.floors(ground, template))
        product = next(version for version in versions if version.name == PRODUCT)
        there = contestants.of_version(ground, template, product, [BY_WEBHOOK])
        [ours] = await stack.enter_async_context(there)
        driver = Driver()
        await _fastest(driver, ours, WARM_SECONDS)
        a_second = SHARE * (await _fastest(driver, ours, options.seconds)).a_second
        turns: dict[str, list[Turn]] = {}
        for _ in range(options.rounds):
            for one in (*floors, ours):
                made = await _at_pace(driver, one, a_second, options.seconds)
                turns.setdefault(one.who, []).append(made)
    rows = [(kind, short(a_second), who, *_figures(mine, turns[TOGETHER])) for who, mine in turns.items()]
    return Table("Waiting for the acknowledgement, at half of the product's own rate", COLUMNS, rows, NOTE)


async def _fastest(driver: Driver, one: Contestant, seconds: float) -> Turn:
    return await one.turn(lambda: driver.as_fast_as(one.way, senders=FASTEST_SENDERS, seconds=seconds, cpu=one.cpu))


async def _at_pace(driver: Driver, one: Contestant, a_second: float, seconds: float) -> Turn:
    return await one.turn(lambda: driver.at_pace(one.way, a_second=a_second, seconds=seconds, cpu=one.cpu))


def _figures(mine: list[Turn], floor: list[Turn]) -> tuple[str, ...]:
    middle, last = [turn.p50 for turn in mine], [turn.p99 for turn in mine]
    is_floor = mine is floor
    return (
        str(spread(middle)), "" if is_floor else str(quotients(middle, [turn.p50 for turn in floor])),
        str(spread(last)), "" if is_floor else str(quotients(last, [turn.p99 for turn in floor])),
        str(spread([turn.driver for turn in mine])),
    )  # fmt: skip
