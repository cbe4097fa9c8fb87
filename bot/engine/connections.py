"""The connections of a store: lent one by one, and all closed at once when what they remember is no longer so.

A connection that was opened while nothing could be written stays like that, and on SQLite it keeps every other one of
the process so, since they share memory: a mended database is found only when none is left. It must not know what is
said on a connection.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Protocol, TypeVar

import sqlalchemy
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from bot.engine.causes import ENDED_BY_REOPENING, cause_of

GIVEN_BACK_SECONDS = 1.0  # an act that lasts longer, or that another is part of, is not waited for


C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)


class Engine(Protocol[C_co]):
    """Where connections come from."""

    @property
    def sync_engine(self) -> sqlalchemy.Engine: ...
    def connect(self) -> AbstractAsyncContextManager[C_co]: ...
    async def dispose(self) -> None: ...


class Connections:
    """Of these engines."""

    def __init__(self, engines: "Sequence[Engine[Any]]") -> None:
        self._engines = engines
        self._in_use = self._generation = 0
        self._all_back, self._may_open = asyncio.Event(), asyncio.Event()
        self._may_open.set()
        for engine in engines:
            self._tell_generations_apart(engine)

    @asynccontextmanager
    async def lend(self, engine: "Engine[C]") -> AsyncIterator[C]:
        """A connection as long as the block lasts. After an error that only new ones get over, all are closed."""
        await self._may_open.wait()
        self._in_use += 1
        self._all_back.clear()
        is_stale = False
        try:
            async with engine.connect() as db:
                yield db
        except Exception as trouble:
            is_stale = cause_of(trouble) in ENDED_BY_REOPENING
            raise
        finally:
            self._in_use -= 1
            if not self._in_use:
                self._all_back.set()
            if is_stale and self._may_open.is_set():  # else somebody is at it
                await self._close_all()

    async def close(self) -> None:
        """No connection is open that nobody uses."""
        for engine in self._engines:
            await engine.dispose()

    async def _close_all(self) -> None:
        self._may_open.clear()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(GIVEN_BACK_SECONDS):
                    await self._all_back.wait()
            self._generation += 1  # whatever is still in use is closed when it is given back
            await self.close()
        finally:
            self._may_open.set()

    def _tell_generations_apart(self, engine: "Engine[Any]") -> None:
        @event.listens_for(engine.sync_engine, "connect")
        def _opened(_connection: object, record: ConnectionPoolEntry) -> None:
            record.info["generation"] = self._generation

        @event.listens_for(engine.sync_engine, "checkin")
        def _given_back(connection: object, record: ConnectionPoolEntry) -> None:
            if connection is not None and record.info.get("generation") != self._generation:
                record.invalidate()
