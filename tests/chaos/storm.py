"""One combination of database and way of receiving: people write while the program is killed and started again."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from time import perf_counter

import aiohttp

from tests.chaos.ledger import Kill, Said, Verdict, judge
from tests.crash.place import Pair, Place, talking_pairs
from tests.crash.program import until

PAIRS = 10
# After the words were written: in this time the program takes them in and sends them on, so a kill hits something.
LONGEST_LIFE_SECONDS = 0.3
READY_SECONDS = 30.0
SETTLE_SECONDS = 60.0
LEAVE_IN_A_SECOND = 15  # at least, of the letters to Telegram: half the pace that it allows


class Storm:
    """The run on one place."""

    def __init__(self, place: Place, name: str, *, messages: int, kills: int, chance: random.Random) -> None:
        self._place, self._name, self._chance = place, name, chance
        self._messages, self._rounds = messages, kills
        self._said: list[Said] = []
        self._kills: list[Kill] = []

    async def run(self) -> Verdict:
        """Everything has been written, killed, delivered and compared."""
        pairs = await talking_pairs(self._place.store, PAIRS)
        await self._ready()
        for burst in self._bursts():
            await self._write(pairs, burst)
            await asyncio.sleep(self._chance.uniform(0, LONGEST_LIFE_SECONDS))
            await self._kill()
            self._kills[-1].ready_seconds = await self._ready()
        await self._place.api.drained(SETTLE_SECONDS)
        await self._place.everything_said(SETTLE_SECONDS + self._messages / LEAVE_IN_A_SECOND)
        return await judge(self._place, self._name, self._said, self._kills)

    def _bursts(self) -> Iterator[int]:
        for n in range(self._rounds):
            yield self._messages * (n + 1) // self._rounds - self._messages * n // self._rounds

    async def _write(self, pairs: list[Pair], count: int) -> None:
        for _ in range(count):
            pair = self._chance.choice(pairs)
            author, reader = self._chance.sample((pair.newcomer, pair.volunteer), 2)
            words = f"words number {len(self._said):05} end"
            happened = await self._place.api.says(author, words, language_code="sv")
            self._said.append(Said(words, author, reader, happened.update_id))

    async def _kill(self) -> None:
        """Whether it hits work is asked of the fake Bot API and of the database, once the program is dead."""
        api = self._place.api
        await self._place.program.kill()
        unacknowledged = bool(api.delivery.waiting())
        hit = unacknowledged or not await self._place.nothing_due()
        self._kills.append(Kill(len(api.accepted), hit))

    async def _ready(self) -> float:
        """It runs, and says itself that it is ready, Telegram included; returns the seconds that took."""
        started = perf_counter()
        await self._place.program.start()
        async with aiohttp.ClientSession(base_url=self._place.program.address) as http:

            async def is_ready() -> bool:
                with suppress(aiohttp.ClientError):
                    async with http.get("/readyz") as answer:
                        told = await answer.json()
                        return told["ready"] and all(told["channels"].values()) and bool(told["channels"])
                return False

            await until(is_ready, otherwise="the program to be ready", seconds=READY_SECONDS)
        return perf_counter() - started
