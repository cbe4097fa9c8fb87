"""What loops have in common: going on until something answers, and resting until something is due.

Owns no loop. It must not know what is done in one.
"""

import asyncio
from asyncio import Future
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol, TypeVar

from bot.engine import clock
from bot.engine.errors import Unavailable

REST_SECONDS = 1.0  # between two tries
SHORTEST_REST_SECONDS = 0.01
R = TypeVar("R")
Trouble = TypeVar("Trouble", bound=Exception)


class Stopping(Protocol):
    """Whoever knows whether the program is about to stop."""

    stopping: bool


async def until_it_answers(
    act: Callable[[], Awaitable[None]],
    whose: type[Trouble],
    rest_after: Callable[[Trouble], float],
    *,
    unless: Stopping | None = None,
) -> None:
    """`act` has been done: tried until it raises nothing, with a rest after each trouble of its kind. Where `unless` is
    given, it may not have been: a program that stops tries no more."""
    while unless is None or not unless.stopping:
        try:
            return await act()
        except whose as trouble:
            await asyncio.sleep(rest_after(trouble))


async def until_stored(act: Callable[[], Awaitable[None]], *, unless: Stopping | None = None) -> None:
    """As `until_it_answers`, of the store."""
    await until_it_answers(act, Unavailable, lambda _trouble: REST_SECONDS, unless=unless)


def rest_seconds(next_due: datetime | None, *, at_most: float) -> float:
    """Until then, if anything is due then: never longer than `at_most`, nor so short that a loop spins."""
    until_due = at_most if next_due is None else (next_due - clock.now()).total_seconds()
    return max(min(until_due, at_most), SHORTEST_REST_SECONDS)


async def to_its_end(running: Future[R]) -> R:
    """What came of it. Whoever stops waiting leaves only when it is done: what it has in hand is not free before."""
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError as gone:
        while not running.done():
            with suppress(asyncio.CancelledError):  # asked to hurry once more
                await asyncio.wait({running})
        raise gone from None
