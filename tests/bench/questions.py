"""A question over Telegram, end to end: from the update to the receipt that has been sent, beside a bare echo bot.

Both are processes of their own that poll the same fake server. The echo bot sends one message for one; the product
opens a case durably and sends three: receipt, first tap, and a volunteer's card.
"""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import perf_counter

from bot.intake import converse
from bot.people import people
from models.dialogue import Incoming, Pressed
from tests.botapi import FakeBotApi
from tests.crash.place import TOKEN, Place, forget_what_waits, talking_pairs
from tests.crash.program import ROOT, Program

QUESTIONS, WARM = 60, 5  # a round; the first few pay for connections and compiled statements
ASKERS, STRANGERS = 1_000_000, 2_000_000  # chat ids of those who ask the product, and of those who ask the echo bot
PATIENCE_SECONDS = 60.0
RECEIPT = "Tack! Vi har fått din fråga."
ECHO = ("-m", "tests.bench.echo")


@dataclass
class Answered:
    """Answers a second, of each round."""

    name: str
    echo: list[float] = field(default_factory=list)
    product: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return median(self.product) / median(self.echo)


async def measure(place: Place, folder: Path, rounds: int) -> Answered:
    """Echo bot and product take turns on the same fake server, each with fresh newcomers."""
    chats = await _newcomers_about_to_ask(place, rounds * (QUESTIONS + WARM))
    strangers = itertools.count(STRANGERS)
    answered = Answered(place.name)
    echo = Program({"PYTHONPATH": str(ROOT)}, folder / f"echo-{place.name}.log", arguments=_echo(place.api.url))
    for _ in range(rounds):
        answered.echo.append(await _one_round(place.api, echo, strangers, "brev"))
        answered.product.append(await _one_round(place.api, place.program, chats, RECEIPT))
    return answered


async def _one_round(api: FakeBotApi, program: Program, chats: Iterator[int], answer: str) -> float:
    """Answers a second."""
    await program.start()
    try:
        await _ask_all(api, list(itertools.islice(chats, WARM)), answer)
        asking = list(itertools.islice(chats, QUESTIONS))
        started = perf_counter()
        await _ask_all(api, asking, answer)
        return QUESTIONS / (perf_counter() - started)
    finally:
        program.ask_to_stop()
        await program.ended(PATIENCE_SECONDS)


async def _ask_all(api: FakeBotApi, chats: list[int], answer: str) -> None:
    for chat_id in chats:
        await api.says(chat_id, "Jag har fått ett brev från Migrationsverket.", language_code="sv")
    await asyncio.gather(*(api.wait_for(chat_id, answer, timeout=PATIENCE_SECONDS) for chat_id in chats))


async def _newcomers_about_to_ask(place: Place, count: int) -> Iterator[int]:
    """Chats of newcomers who have agreed and are asked for their question; a volunteer is on shift."""
    await talking_pairs(place.store, 1)
    chats = range(ASKERS, ASKERS + count)
    for chat_id in chats:
        async with place.store.work() as work:
            for code in ("lang:sv", "consent:yes"):
                visitor = await people.newcomer_on_telegram(work, chat_id, hint="sv")
                await converse.receive(work, visitor, Incoming(f"{chat_id}-{code}", Pressed(code)))
    await forget_what_waits(place.store)
    return iter(chats)


def _echo(url: str) -> tuple[str, ...]:
    return (*ECHO, url, TOKEN)
