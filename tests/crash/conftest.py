"""Every kill is tried on both databases, with both ways of receiving, side by side: a start takes a while."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.crash.place import POLLING, WEBHOOK, Place, opened, side_by_side

Everywhere = Callable[[Callable[[Place], Awaitable[None]]], Awaitable[None]]


@pytest.fixture
async def everywhere(sqlite_url: str, postgres_url: str, tmp_path: Path) -> AsyncIterator[Everywhere]:
    """Runs a scenario on SQLite with polling and on PostgreSQL with a webhook, at the same time."""
    async with AsyncExitStack() as stack:
        polls = await stack.enter_async_context(
            opened("SQLite, polling", sqlite_url, tmp_path / "polls", receive=POLLING)
        )
        called = await stack.enter_async_context(
            opened("PostgreSQL, webhook", postgres_url, tmp_path / "called", receive=WEBHOOK)
        )

        async def run(scenario: Callable[[Place], Awaitable[None]]) -> None:
            await side_by_side(scenario(polls), scenario(called))

        yield run
