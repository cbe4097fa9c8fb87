"""The connections: how long one may stand still, how many there may be, and how much one may say once it is a socket.

Below HTTP, so that what is sent by halves costs little and not for long. Nobody is refused: where there are too many,
the one that has stood still the longest is closed, and one from which much of a letter has come only after those. It
must not read a request, nor know what one is about.
"""

import asyncio
import socket
from collections import defaultdict
from collections.abc import Callable, Iterable

from aiohttp import StreamReader, web
from aiohttp.http import WebSocketReader
from aiohttp.web_protocol import RequestHandler

from bot.engine.metrics import CLOSED

STANDSTILL_SECONDS = 20.0  # without a byte either way while one is due. Not in all: a long letter takes minutes
LOOKS_PER_STANDSTILL = 4
KEEP_ALIVE_SECONDS = 130.0  # proxies let go of an idle connection first: Caddy after 120 s, nginx after 60
HALF_A_LETTER = 16 * 1024
UNSENT_BYTES = 64 * 1024  # the kernel keeps no more of an answer for a slow reader, so that we see them read
# What a browser says in a socket are some 40 bytes now and then. Who says more is heard at this pace.
HEARD_AT_ONCE, HEARD_A_SECOND, HEARS_AGAIN_SECONDS = 4096, 1024, 1.0


class Crowd:
    """Who is connected, and is no socket: of those `sockets.py` has a count of its own.

    `peer`: a name for the other end's address, or None for one behind which is everybody.
    """

    def __init__(
        self,
        peer: Callable[[str | None], str | None],
        *,
        of_address: int,
        in_all: int,
        standstill_seconds: float = STANDSTILL_SECONDS,
    ) -> None:
        self.standstill_seconds = standstill_seconds
        self._peer, self._of_address, self._in_all = peer, of_address, in_all
        # Whoever moved last stands last.
        self._all: dict[Connection, str | None] = {}
        self._of: defaultdict[str | None, dict[Connection, None]] = defaultdict(dict)

    def enters(self, connection: "Connection", remote: str | None) -> None:
        """It is there; if that is one too many, one that stands still is not any more."""
        address = self._peer(remote)
        if address is not None and len(self._of[address]) >= self._of_address:
            _close_one_of(self._of[address])
        elif len(self._all) >= self._in_all:
            _close_one_of(self._all)
        self._all[connection] = address
        self._of[address][connection] = None

    def moves(self, connection: "Connection") -> None:
        """A byte has come from it."""
        if connection in self._all:
            here = self._of[self._all[connection]]
            self._all[connection] = self._all.pop(connection)
            here[connection] = here.pop(connection)

    def leaves(self, connection: "Connection") -> None:
        """It is not there any more; leaving twice is leaving once."""
        if connection in self._all:
            address = self._all.pop(connection)
            del self._of[address][connection]
            if not self._of[address]:
                del self._of[address]


def _close_one_of(connections: Iterable["Connection"]) -> None:
    letter = None
    for one in connections:
        if one.is_at_rest and not one.is_letter:
            return one.drop("crowded")
        letter = letter or (one if one.is_at_rest else None)
    return letter.drop("crowded") if letter else None


class Connection(RequestHandler):
    """One connection of aiohttp's, watched. It keeps no access log, which would name who comes."""

    __slots__ = (
        "_allowance", "_allowed_at", "_arriving", "_asked_bytes", "_crowd", "_due_at", "_is_half", "_listening",
        "_looking", "_moved_at", "_unheard", "_unread", "_wire",
    )  # fmt: skip

    _wire: asyncio.Transport  # from when the connection is made

    def __init__(self, server: web.Server, *, crowd: Crowd) -> None:
        loop = asyncio.get_running_loop()
        super().__init__(
            server, loop=loop, keepalive_timeout=KEEP_ALIVE_SECONDS,
            access_log=None,  # type: ignore[arg-type]  # aiohttp takes it for none, and declares it for its runners only
        )  # fmt: skip
        self._crowd = crowd
        self._looking: asyncio.TimerHandle | None = None
        self._moved_at = self._due_at = self._allowed_at = loop.time()
        self._is_half = False  # a head has begun and not ended
        self._arriving: StreamReader | None = None  # the newest body
        self._asked_bytes = 0  # of the newest request
        self._unread = 0
        self._unheard, self._allowance = b"", float(HEARD_AT_ONCE)
        self._listening: asyncio.TimerHandle | None = None

    @property
    def is_at_rest(self) -> bool:
        """Whether nothing is done here but waiting for the other end: for its next request, the rest of one, or for it
        to read. A socket is never at rest."""
        is_idle = self._waiter is not None and not self._waiter.done()
        return self._payload_parser is None and (is_idle or self._is_due())

    @property
    def is_letter(self) -> bool:
        """Whether much has come of something long."""
        return self._asked_bytes >= HALF_A_LETTER and self._is_body_arriving()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        assert self.transport is not None
        self._wire = self.transport
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT_BYTES)
        self._crowd.enters(self, (transport.get_extra_info("peername") or (None,))[0])
        self._look_again()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._crowd.leaves(self)
        for timer in (self._looking, self._listening):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)

    def drop(self, why: str) -> None:
        """It is closed now, whatever was under way. Whoever waits for the rest of it hears that it was lost."""
        CLOSED.labels(why).inc()
        self._crowd.leaves(self)
        self._wire.abort()

    def data_received(self, data: bytes) -> None:
        if data:
            self._moved_at = self._loop.time()
            self._crowd.moves(self)
        if self._payload_parser is not None:
            self._unheard += data
            self._hear()
            return
        asked = self._request_count
        super().data_received(data)
        if self._request_count > asked and self._messages:
            self._is_half, self._arriving, self._asked_bytes = False, self._messages[-1][1], 0
        elif data and not self._is_body_arriving():
            self._is_half = True
        self._asked_bytes += len(data)

    def set_parser(self, parser: WebSocketReader, data_received_cb: Callable[[], None] | None = None) -> None:
        self._crowd.leaves(self)
        self._unheard, self._message_tail = self._message_tail, b""
        super().set_parser(parser, data_received_cb)
        self._hear()

    def _hear(self) -> None:
        """As much of what a socket said as it may say by now; the rest later, and until then nothing more is read."""
        if self._listening is not None:
            self._wire.pause_reading()
            return
        now = self._loop.time()
        self._allowance = min(HEARD_AT_ONCE, self._allowance + (now - self._allowed_at) * HEARD_A_SECOND)
        self._allowed_at = now
        heard, self._unheard = self._unheard[: int(self._allowance)], self._unheard[int(self._allowance) :]
        self._allowance -= len(heard)
        if heard:
            super().data_received(heard)
        if self._unheard:
            self._wire.pause_reading()
            self._listening = self._loop.call_later(HEARS_AGAIN_SECONDS, self._hear_again)

    def _hear_again(self) -> None:
        self._listening = None
        self._hear()
        if self._listening is None and not self._reading_paused and not self._buffer_paused:
            self._wire.resume_reading()

    def _look_again(self) -> None:
        wait = self._crowd.standstill_seconds / LOOKS_PER_STANDSTILL
        self._looking = self._loop.call_later(wait, self.look)

    def look(self) -> None:
        """Closes the connection if a byte of the other end's has been due for too long."""
        now, unread = self._loop.time(), self._wire.get_write_buffer_size()
        if unread != self._unread:
            self._unread, self._moved_at = unread, now
        if not self._is_due():
            self._due_at = now
        if now - max(self._moved_at, self._due_at) >= self._crowd.standstill_seconds:
            self.drop("still")
        else:
            self._look_again()

    def _is_due(self) -> bool:
        """Whether the other end is to do something now: to read what it asked for, or to go on with what it began."""
        if self._wire.get_write_buffer_size():
            return True
        if self._payload_parser is not None or self._reading_paused or self._buffer_paused:
            return False  # a socket has its heartbeat; and it is not their fault when it is we who do not read
        return self._is_half or self._is_body_arriving() or not self._request_count

    def _is_body_arriving(self) -> bool:
        return self._arriving is not None and not self._arriving.is_eof()
