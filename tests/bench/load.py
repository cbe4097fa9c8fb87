"""How words are sent: as fast as they are acknowledged by so many senders, or at a pace whatever happens.

Owns the pace, the clock and what a turn came to. It must not know who takes the words.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle
from time import perf_counter, process_time

from tests.bench.figures import quantile
from tests.bench.ways import Way

WARM_SECONDS = 0.5  # at the beginning of each turn, not counted: connections, caches, the pipe filling up
HALF, HUNDREDTH = 0.5, 0.99
ACKNOWLEDGED_SECONDS = 180.0  # at the end of a turn, for what is on its way


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn.

    `waits`: seconds, of what was acknowledged in the time that counts.
    `cpu`: milliseconds of the program's processor time for each message, 0 for a floor.
    `driver`: the share of one processor that driving took.
    `again`: how often something had to be said once more.
    """

    a_second: float
    waits: list[float]
    cpu: float
    driver: float
    again: int

    @property
    def p50(self) -> float:
        """Milliseconds."""
        return 1000 * quantile(self.waits, HALF)

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return 1000 * quantile(self.waits, HUNDREDTH)


class Driver:
    """Sends in turns. A person's next message is never sent before their last one is acknowledged.

    `numbers`: so that no two messages of a run have the same.
    """

    def __init__(self) -> None:
        self.numbers: Iterator[int] = count(1)

    async def as_fast_as(self, way: Way, *, senders: int, seconds: float, cpu: Callable[[], float]) -> Turn:
        """So many messages are on their way at any time; each sender speaks for several people, one after the other, so
        that the limits on what one person may write are not what is measured."""
        began = perf_counter()
        ends = began + WARM_SECONDS + seconds
        done: list[tuple[float, float]] = []

        async def one(sender: int) -> None:
            for person in cycle(range(sender, way.people, senders)):
                sent = perf_counter()
                if sent >= ends:
                    return
                await way.take(person, next(self.numbers))
                done.append((perf_counter(), perf_counter() - sent))

        everybody = asyncio.gather(*(one(sender) for sender in range(min(senders, way.people))))
        return await _measured(everybody, way, done, counted=(began + WARM_SECONDS, ends), cpu=cpu)

    async def at_pace(self, way: Way, *, a_second: float, seconds: float, cpu: Callable[[], float]) -> Turn:
        """So many messages a second, each at its instant; waiting counts from that instant, also behind others."""
        began = perf_counter()
        ends = began + WARM_SECONDS + seconds
        done: list[tuple[float, float]] = []
        alone = [asyncio.Lock() for _ in range(way.people)]

        async def one(place: int, at: float) -> None:
            async with alone[place % way.people]:
                await way.take(place % way.people, next(self.numbers))
            done.append((perf_counter(), perf_counter() - at))

        async def everybody() -> None:
            async with asyncio.TaskGroup() as sending:
                for place in count():
                    at = began + place / a_second
                    if at >= ends:
                        return
                    await asyncio.sleep(max(at - perf_counter(), 0))
                    sending.create_task(one(place, at))

        return await _measured(everybody(), way, done, counted=(began + WARM_SECONDS, ends), cpu=cpu)


async def _measured(
    sending: object, way: Way, done: list[tuple[float, float]], *, counted: tuple[float, float],
    cpu: Callable[[], float],
) -> Turn:  # fmt: skip
    """What was acknowledged in the time that counts. All of it is waited for: the next turn is somebody else's."""
    began, taken, driven, again = perf_counter(), cpu(), process_time(), way.again
    async with asyncio.timeout(counted[1] - began + ACKNOWLEDGED_SECONDS):
        await sending  # type: ignore[misc]
    driver = (process_time() - driven) / (perf_counter() - began)
    waits = [wait for at, wait in done if counted[0] <= at < counted[1]]
    a_second = len(waits) / (counted[1] - counted[0])
    each = 1000 * (cpu() - taken) / len(done)
    return Turn(a_second, waits, each, driver, way.again - again)
