"""The floors on SQLite, with plain sqlite3: a COMMIT for each message, and one for whoever waits.

One thread, since there is one writer. It must not know what the rows hold.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from sqlite3 import Connection

from tests.bench.database import connect_sqlite, for_sqlite, path_of
from tests.bench.floor import Floor, Said, Talk, said, statements
from tests.bench.kept import Ledger
from tests.bench.together import Together

EACH, TOGETHER = "floor", "group floor"


@asynccontextmanager
async def floors(url: str, talks: Sequence[Talk], ledger: Ledger) -> AsyncIterator[list[Floor]]:
    """Both, on the database that RADRUM_DATABASE_URL names."""
    db = connect_sqlite(path_of(url))
    with ThreadPoolExecutor(1) as thread:
        yield [_Each(EACH, talks, ledger, db, thread), _Together(TOGETHER, talks, ledger, db, thread)]
    db.close()


class _Each(Floor):
    def __init__(
        self, name: str, talks: Sequence[Talk], ledger: Ledger, db: Connection, thread: ThreadPoolExecutor
    ) -> None:
        super().__init__(name, talks, ledger)
        self._db, self._thread = db, thread

    async def take(self, person: int, number: int) -> None:
        """As `Way.take`."""
        one = said(self.talks[person], number)
        await self._written([one])
        self.note(one)

    async def _written(self, some: Sequence[Said]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, write, self._db, some)


class _Together(_Each):
    def __init__(
        self, name: str, talks: Sequence[Talk], ledger: Ledger, db: Connection, thread: ThreadPoolExecutor
    ) -> None:
        super().__init__(name, talks, ledger, db, thread)
        self._line = Together(self._written)

    async def take(self, person: int, number: int) -> None:
        """As `Way.take`."""
        one = said(self.talks[person], number)
        await self._line.commit(one)
        self.note(one)


def write(db: Connection, some: Sequence[Said]) -> None:
    """These are committed: a statement for all of them at a time, which costs the least."""
    db.execute("BEGIN IMMEDIATE")
    for same in zip(*(statements(one) for one in some), strict=True):
        db.executemany(same[0][0], [for_sqlite(values) for _, values in same])
    db.execute("COMMIT")
