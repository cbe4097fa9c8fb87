"""Waiting without polling: futures that the server resolves when the awaited thing happens."""
# ruff: noqa: ASYNC109  (the deadline is part of what a caller says: a test may fail late, never hang)

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 5.0


async def within(timeout: float, awaited: Awaitable[T], *, otherwise: Callable[[], str]) -> T:
    """What was awaited, or an AssertionError that tells `otherwise()` after `timeout` seconds."""
    try:
        return await asyncio.wait_for(awaited, timeout)
    except TimeoutError:
        raise AssertionError(f"waited {timeout} s for {otherwise()}") from None


class Watch:
    """Futures waiting for the first of a stream of things that matches.

    Each new thing is shown once to each waiter, so that a stream of n things costs n, not n².
    """

    def __init__(self) -> None:
        self._waiters: list[tuple[Callable[[Any], bool], asyncio.Future[Any]]] = []

    def show(self, thing: Any) -> None:
        """Every waiter whose predicate accepts `thing` has been woken with it."""
        for matches, future in list(self._waiters):
            if future.done():
                continue
            try:
                if matches(thing):
                    future.set_result(thing)
            except Exception as exc:  # a mistake in a test's predicate belongs to that test, not to the bot's request
                future.set_exception(exc)

    def first(self, matches: Callable[[Any], bool]) -> Awaitable[Any]:
        """Waits from this call on, not from the first await: what happens between the two is not missed."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        waiter = (matches, future)
        self._waiters.append(waiter)
        future.add_done_callback(lambda _: self._waiters.remove(waiter))
        return future


class Arrivals:
    """Futures waiting for one key each: waking one costs the same however many others wait."""

    def __init__(self) -> None:
        self._waiters: dict[Any, list[asyncio.Future[None]]] = {}

    def show(self, key: Any) -> None:
        """Everyone who waited for `key` has been woken."""
        for future in self._waiters.pop(key, []):
            if not future.done():
                future.set_result(None)

    def of(self, key: Any) -> Awaitable[None]:
        """Waits from this call on, not from the first await."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(key, []).append(future)
        return future
