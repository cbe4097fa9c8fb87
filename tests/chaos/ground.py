"""What a scenario stands on: a folder, an empty migrated database of either kind, and what the command line chose.

Owns how a scenario gets a database. It must not know what is tried on it.
"""

import argparse
import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.engine.schema import migrate
from tests import postgres

SQLITE, POSTGRESQL, BOTH = "sqlite", "postgresql", "both"
_migrating = asyncio.Lock()  # Alembic does one migration at a time in a process


@dataclass(frozen=True, slots=True)
class Ground:
    """`told`: the command line. `folder`: empty, gone afterwards. `postgres_root`: a server to make databases on."""

    told: argparse.Namespace
    folder: Path
    postgres_root: str

    @property
    def databases(self) -> tuple[str, ...]:
        """The kinds of database that were chosen."""
        return (SQLITE, POSTGRESQL) if self.told.database == BOTH else (self.told.database,)

    @property
    def chance(self) -> random.Random:
        """The same row of accidents for every scenario of a run; `--seed` repeats it."""
        return random.Random(self.told.seed)

    @asynccontextmanager
    async def database(self, kind: str, folder: Path) -> AsyncIterator[str]:
        """The address of an empty, migrated database of one's own, as RADRUM_DATABASE_URL takes it. `folder` is the
        installation's; SQLite's file lies in it."""
        if kind == SQLITE:
            folder.joinpath("data").mkdir(parents=True)
            path = folder / "data" / "radrum.db"
            async with _migrating:
                await migrate(f"sqlite+aiosqlite:///{path}")
            yield f"sqlite:///{path}"
            return
        folder.joinpath("data").mkdir(parents=True)
        async with AsyncExitStack() as stack:
            async with _migrating:
                template = await postgres.make_migrated(self.postgres_root)
                url = await stack.enter_async_context(postgres.copy_of(self.postgres_root, template))
            yield url
