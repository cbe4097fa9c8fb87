"""Somebody else holds on to what an act needs, on PostgreSQL: another process, or a program of the operator's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from bot.service import Service
from tests.builders import Newcomer


@asynccontextmanager
async def holding(service: Service, asker: Newcomer) -> AsyncIterator[None]:
    """The newcomer's conversation is held for as long as the block lasts."""
    other = await asyncpg.connect(service.settings.postgres_dsn)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM conversations WHERE newcomer_id = $1 FOR UPDATE", asker.id)
            yield
    finally:
        await other.close()
