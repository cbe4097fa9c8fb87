"""How something is measured: many senders at once, how many a second, and how long one of a hundred waits."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter

HUNDREDTH = 0.99

# What one sender does for one message; returns when it is acknowledged.
Take = Callable[[int, int], Awaitable[None]]


@dataclass
class Measured:
    """What came out of the rounds so far."""

    rates: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return median(self.rates)

    @property
    def slowest_milliseconds(self) -> float:
        """What all but one of a hundred waited at most."""
        waits = sorted(self.waits)
        return 1000 * waits[min(int(len(waits) * HUNDREDTH), len(waits) - 1)]

    async def add_round(self, take: Take, *, senders: int, first: int, messages: int) -> None:
        """`messages` in all, spread over the senders; each waits for its own acknowledgement before it goes on."""
        numbers = range(first, first + messages)
        started = perf_counter()
        waits = await asyncio.gather(*(_send(take, sender, numbers[sender::senders]) for sender in range(senders)))
        self.rates.append(messages / (perf_counter() - started))
        self.waits += [wait for mine in waits for wait in mine]


async def _send(take: Take, sender: int, numbers: Sequence[int]) -> list[float]:
    waits = []
    for number in numbers:
        started = perf_counter()
        await take(sender, number)
        waits.append(perf_counter() - started)
    return waits
