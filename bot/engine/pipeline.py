"""One connection to PostgreSQL: its prepared statements, and what goes ahead of the next of them in the same packet.

Waiting for the server is most of what a statement costs, for both. BEGIN, and whatever nobody waits for an answer to,
is therefore sent together with the next statement that somebody does wait for; the server does them in that order, and
what goes wrong with one is raised by the statement behind it. Owns the few messages that takes, and how a value is
spelt in them. It must not know what is asked, nor when a transaction ends.
Source: https://www.postgresql.org/docs/current/protocol-flow.html, "Pipelining": without a Sync between them.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import cache

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

MOST_PREPARED = 1_000  # on one connection: far more than are asked again and again
COMMITTED = "COMMIT"  # asked for, and answered
_NULL = (-1).to_bytes(4, signed=True)
_NONE_OF_THEM = bytes(2)  # codes of formats: all is text


class Line:
    """The connection. One act or look at a time speaks on it."""

    def __init__(self, driver: asyncpg.Connection) -> None:
        self.driver = driver
        self._prepared: dict[str, PreparedStatement] = {}
        self._begins = ""  # how a transaction begins, until that is said
        self._ahead: list[bytes] = []
        self._rides = False  # with what is written next
        self.is_open = False  # a transaction, as far as we have said; what the driver knows is what it has heard back
        # Nothing public reaches it: tests/engine/test_pipeline.py fails with a clear sentence when it moves.
        transport = driver._transport  # noqa: SLF001
        self._write, transport.write = transport.write, self._written

    def begin(self, words: str) -> None:
        """These words, which need no values, go ahead of the first statement."""
        self._begins = words

    async def put_ahead(self, sql: str, values: Sequence[object]) -> None:
        """The statement goes ahead of the next one. It must return no rows.

        Raises:
            TypeError: a value is of a type that is not known here; nothing was put.
        """
        spelt = [_spelt(value) for value in values]
        self._ahead.append(_bound((await self._known(sql)).get_name(), spelt))

    async def ask(self, sql: str, values: Sequence[object]) -> tuple[list[Sequence[object]], str]:
        """Its rows, and what PostgreSQL says that it did."""
        known = await self._known(sql)
        self._rides = True
        try:
            rows = await known.fetch(*values)
        except asyncpg.InvalidCachedStatementError:  # a migration has changed what it is about
            del self._prepared[sql]
            raise
        finally:
            self._rides = False
        return rows, known.get_statusmsg()

    async def flush(self) -> None:
        """What was put ahead has been done."""
        if self._begins or self._ahead:
            await self.ask("SELECT", ())

    async def keep(self) -> str:
        """What PostgreSQL says it has done, if there was anything to do."""
        if not (self._ahead or self.is_open):
            self._begins = ""
            return COMMITTED
        _, said = await self.ask(COMMITTED, ())
        self.is_open = False
        return said

    async def roll_back(self) -> None:
        """What was put ahead is never sent, and what was sent and not committed is undone."""
        self._begins = ""
        self._ahead.clear()
        if self.is_open:
            await self.driver.execute("ROLLBACK")
            self.is_open = False

    async def _known(self, sql: str) -> PreparedStatement:
        if sql not in self._prepared:
            if self._begins:  # preparing looks at the database already, so that no moment could be chosen behind it
                words, self._begins, self.is_open = self._begins, "", True
                await self.driver.execute(words)
            if len(self._prepared) >= MOST_PREPARED and not self._ahead:  # what waits names some of them
                self._prepared.clear()
            self._prepared[sql] = await self.driver.prepare(sql)
        return self._prepared[sql]

    def _written(self, packet: bytes | bytearray | memoryview) -> None:
        if self._rides and (self._begins or self._ahead):
            packet = b"".join((_words(self._begins), *self._ahead, packet))
            self._ahead.clear()
            self._begins, self.is_open = "", True
        self._write(packet)


def _message(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return kind + (len(body) + 4).to_bytes(4) + body


_EXECUTE = _message(b"E", b"\0", bytes(4))  # all rows


def _bound(name: str, spelt: Sequence[bytes | None]) -> bytes:
    """The prepared statement of this name is done with these values."""
    values = [_NULL if value is None else len(value).to_bytes(4) + value for value in spelt]
    head = b"\0", name.encode(), b"\0", _NONE_OF_THEM, len(spelt).to_bytes(2)
    return _message(b"B", *head, *values, _NONE_OF_THEM) + _EXECUTE


@cache
def _words(words: str) -> bytes:
    """These words, if they are any, which need no values, are done."""
    return _message(b"P", b"\0", words.encode(), b"\0", _NONE_OF_THEM) + _bound("", ()) if words else b""


def _spelt(value: object) -> bytes | None:
    """The value as PostgreSQL reads it, whatever is set."""
    match value:
        case None:
            return None
        case bool():
            return b"t" if value else b"f"
        case int():
            return b"%d" % value
        case float():
            return repr(value).encode()
        case str():
            return value.encode()
        case bytes():
            return b"\\x" + value.hex().encode()
        case datetime() | date() | time():
            return value.isoformat().encode()
    raise TypeError(type(value).__name__)
