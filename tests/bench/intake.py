"""Taking in words as fast as they come: floors, earlier version and product take turns, by how many senders there are.

Owns the rounds and the table of them. It must not know how words are sent.
"""

from collections.abc import Sequence
from contextlib import AsyncExitStack

from tests.bench import contestants
from tests.bench.contestants import Contestant, talking
from tests.bench.figures import quotients, spread
from tests.bench.floors_sqlite import EACH, TOGETHER
from tests.bench.ground import Ground, Version
from tests.bench.load import Driver, Turn
from tests.bench.options import BEFORE, PRODUCT, Options
from tests.bench.table import Table

WARM_SENDERS, WARM_SECONDS = 50, 1.0
FLOOR_SHORTER = 2  # its turns: it makes as many messages in a fraction of the time
COLUMNS = (
    "database", "senders", "who", "a second", "of floor", "of group floor", "of before", "p50 ms", "p99 ms",
    "its CPU ms each", "driver's share", "said again",
)  # fmt: skip
Turns = dict[tuple[int, str, str], list[Turn]]


async def measure(ground: Ground, kind: str, versions: Sequence[Version], options: Options) -> Table:
    """All rounds on one kind of database."""
    turns: Turns = {}
    async with AsyncExitStack() as stack:
        template = await stack.enter_async_context(ground.template(kind, talking))
        all_of_them = [*await stack.enter_async_context(contestants.floors(ground, template))]
        for version in versions:
            there = contestants.of_version(ground, template, version, options.ways)
            all_of_them += await stack.enter_async_context(there)
        driver = Driver()
        for one in all_of_them:
            await _turn(driver, one, WARM_SENDERS, WARM_SECONDS)
        for number in range(options.rounds):
            in_order = all_of_them if number % 2 == 0 else all_of_them[::-1]
            for senders in options.senders:
                for one in in_order:
                    seconds = options.seconds if one.installation else options.seconds / FLOOR_SHORTER
                    made = await _turn(driver, one, senders, seconds)
                    turns.setdefault((senders, one.who, one.way.name), []).append(made)
                print(_line(kind, number, senders, turns), flush=True)
    return Table("Words into an open case, until committed and acknowledged", COLUMNS, _rows(kind, turns))


async def _turn(driver: Driver, one: Contestant, senders: int, seconds: float) -> Turn:
    return await one.turn(lambda: driver.as_fast_as(one.way, senders=senders, seconds=seconds, cpu=one.cpu))


def _line(kind: str, number: int, senders: int, turns: Turns) -> str:
    """A round as it was, for whoever waits."""
    mine = (f"{_name(who, way)} {made[-1].a_second:.0f}" for (of, who, way), made in turns.items() if of == senders)
    return f"{kind}, round {number + 1}, {senders} senders, a second: {', '.join(mine)}"


def _rows(kind: str, turns: Turns) -> list[tuple[str, ...]]:
    return [
        (kind, str(senders), _name(who, way), *_figures(turns, senders, who, way))
        for senders, who, way in sorted(turns, key=lambda key: key[0])
    ]


def _figures(turns: Turns, senders: int, who: str, way: str) -> tuple[str, ...]:
    mine = turns[senders, who, way]
    rates = [turn.a_second for turn in mine]
    others = [(EACH, EACH), (TOGETHER, TOGETHER), (BEFORE, way)]
    ratios = [_ratio(mine, turns.get((senders, *other), mine)) for other in others]
    cpu = str(spread([turn.cpu for turn in mine])) if who in (BEFORE, PRODUCT) else ""
    return (
        str(spread(rates)), *ratios, str(spread([turn.p50 for turn in mine])), str(spread([turn.p99 for turn in mine])),
        cpu, str(spread([turn.driver for turn in mine])), str(sum(turn.again for turn in mine)),
    )  # fmt: skip


def _ratio(mine: list[Turn], theirs: list[Turn]) -> str:
    """Ours by theirs in each round; nothing where there is nobody else."""
    if mine is theirs:
        return ""
    return str(quotients([turn.a_second for turn in mine], [turn.a_second for turn in theirs]))


def _name(who: str, way: str) -> str:
    return who if who == way else f"{who}, {way}"
