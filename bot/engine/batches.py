"""One COMMIT for all acts that stood in line: waiting for the disk is what an act costs on SQLite, and it is shared.

Acts run one after the other on the one connection that writes, each in a savepoint of its own. Who finishes while
others wait leaves the COMMIT to them; it is made when nobody waits, or when MOST acts share it. Nobody is answered
before it, nor behind everybody who comes while it is open: a batch takes in who stood in line when it began, or a FEW.
An act that nobody waits for is patient: while people come, it leaves the COMMIT to whoever does within a moment, who
would stand behind it otherwise. Owns the line and the batch. It must not know what an act means, and no act may notice
in which batch it is.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from math import inf
from time import monotonic

from bot.engine.causes import Cause, cause_of
from bot.engine.errors import Unavailable
from bot.engine.sqlite import BUSY_MILLISECONDS, Connection

MOST = 256
FEW = 8  # acts may share a COMMIT whenever they come
PATIENT_SECONDS = 0.005  # about two COMMITs on a disk; a letter is on its way to Telegram for twenty times as long
BUSY_SECONDS = 0.01  # after whoever came last: only then is somebody likely to come within that moment
_ACT = "act"  # the savepoint


class Batch:
    """Acts that become durable together, or not at all."""

    def __init__(self, db: Connection, lent: AbstractAsyncContextManager[Connection], most: int) -> None:
        self.db, self._lent, self._most = db, lent, most
        self.acts = 0
        self.trouble: BaseException | None = None  # what has ended the transaction under all of them
        self._seen: BaseException | None = None  # what one act met; it may be that only new connections get over it
        self._ended = asyncio.Event()

    @property
    def must_end(self) -> bool:
        """Whether nobody more may have a part in it."""
        return self.acts >= self._most or self.trouble is not None

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[Connection]:
        """One act's part: what it did stays, or nothing of it, as if it had been alone."""
        try:
            self.db.say(f"SAVEPOINT {_ACT}")
            yield self.db
            self.db.say(f"RELEASE {_ACT}")
        except BaseException as trouble:
            self._undo(trouble)
            raise
        self.acts += 1

    def _undo(self, trouble: BaseException) -> None:
        """Only this act is undone; if the error has ended the transaction, everybody's part is gone with it."""
        self._seen = trouble
        try:
            if self.db.in_transaction:
                self.db.say(f"ROLLBACK TO {_ACT}")
                self.db.say(f"RELEASE {_ACT}")
                return
        except Exception as worse:
            trouble = worse
        self.trouble = trouble

    async def end(self) -> None:
        """It is durable, or `trouble` says why not; the connection is given back.

        Raises:
            CancelledError: whoever ends it was cancelled meanwhile; it has ended all the same.
        """
        gone = None
        try:
            if self.trouble is None and self.acts:
                await self.db.commit()
        except asyncio.CancelledError as cancelled:  # the COMMIT has been made by now, or has failed
            gone, self.trouble = cancelled, None if self.db.is_committed else Unavailable()
        except Exception as trouble:
            self.trouble = trouble
        try:
            await self._give_back()
        finally:
            self._ended.set()
        if gone is not None:
            raise gone

    async def _give_back(self) -> None:
        told = self.trouble or self._seen
        try:
            await self._lent.__aexit__(type(told) if told else None, told, None)
        except Exception as trouble:
            self.trouble = self.trouble or trouble

    async def until_ended(self, at_most: float) -> None:
        """Somebody has ended it, or so many seconds have passed."""
        with suppress(TimeoutError):
            async with asyncio.timeout(at_most):
                await self._ended.wait()

    async def durable(self) -> None:
        """Nothing, once it is.

        Raises:
            Unavailable: it will never be.
        """
        await self._ended.wait()
        if self.trouble is not None:
            raise Unavailable(cause_of(self.trouble) or Cause.UNKNOWN) from self.trouble


async def _begun(lent: AbstractAsyncContextManager[Connection], in_line: int) -> Batch:
    return Batch(await lent.__aenter__(), lent, min(max(in_line, FEW), MOST))


class Batches:
    """The line of acts on one file."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()  # first come, first served
        self._waiting = 0
        self._open: Batch | None = None
        self._came_at = -inf  # when the last act came that somebody waits for

    @asynccontextmanager
    async def act(
        self, lend: Callable[[], AbstractAsyncContextManager[Connection]], *, slow: bool = False, patient: bool = False
    ) -> AsyncIterator[Connection]:
        """One act: when the block has ended without an error, what it did is durable.

        `lend`: gives the connection that writes, if no batch is open. `slow`: its statements run in a thread.
        `patient`: it waits a moment for somebody to share a COMMIT with, if others have just been there.

        Raises:
            Unavailable: its turn did not come for too long, or the transaction it was in has ended.
        """
        if not patient:
            self._came_at = monotonic()
        await self._take_turn()
        stays_open = False
        try:
            batch = self._open = self._open or await _begun(lend(), 1 + self._waiting)
            batch.db.is_slow = slow
            async with batch.savepoint() as db:
                yield db
            stays_open = patient and monotonic() < self._came_at + BUSY_SECONDS
        finally:
            await self._leave(stays_open=stays_open)
        if stays_open:
            await self._end_in_a_moment(batch)
        await batch.durable()

    @asynccontextmanager
    async def between(self) -> AsyncIterator[None]:
        """As long as the block lasts no act is under way here, and what was done before it is durable.

        Raises:
            Unavailable: the turn did not come for too long.
        """
        await self._take_turn()
        try:
            if self._open is not None:
                await self._end(self._open)
            yield
        finally:
            self._turn.release()

    async def _take_turn(self) -> None:
        if not (self._waiting or self._turn.locked()):
            await self._turn.acquire()  # at once
            return
        self._waiting += 1
        try:
            async with asyncio.timeout(BUSY_MILLISECONDS / 1000):
                await self._turn.acquire()
        except BaseException as gone:
            self._waiting -= 1
            await self._end_what_was_left()
            if isinstance(gone, TimeoutError):
                raise Unavailable(Cause.TOO_SLOW) from gone
            raise
        self._waiting -= 1

    async def _leave(self, *, stays_open: bool) -> None:
        """Who stood behind goes on; without anybody, or with as many as may share one, the batch ends first."""
        try:
            batch = self._open
            if batch is not None and (batch.must_end or not (self._waiting or stays_open)):
                await self._end(batch)
        finally:
            self._turn.release()

    async def _end_in_a_moment(self, batch: Batch) -> None:
        """Whoever comes until then ends it; else the patient act does."""
        try:
            await batch.until_ended(PATIENT_SECONDS)
        finally:
            await self._end_what_was_left()

    async def _end_what_was_left(self) -> None:
        """Whoever stood in front left the COMMIT to somebody who went away instead, or did not come."""
        if self._waiting or self._turn.locked() or self._open is None:
            return
        async with self._turn:
            if self._open is not None and not self._waiting:
                await self._end(self._open)

    async def _end(self, batch: Batch) -> None:
        self._open = None
        await batch.end()
