"""HTTP by hand: one request at a time on each connection, at a tenth of what a client library costs the driver.

Owns connections. It must not know what is asked.
"""

import asyncio
import re
from typing import NamedTuple
from urllib.parse import urlsplit

END_OF_HEAD = b"\r\n\r\n"
STATUS = slice(9, 12)  # of "HTTP/1.1 200 OK"
ANSWER_SECONDS = 60.0
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Answer(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class Line(asyncio.Protocol):
    """One connection that is kept."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._got = b""
        self._waits: asyncio.Future[Answer] | None = None

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """The answer; ConnectionError if the other end hangs up before it is whole."""
        assert self._transport is not None and self._waits is None
        self._waits = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waits

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        answer = read(self._got)
        if answer is not None and self._waits is not None:
            waits, self._waits, self._got = self._waits, None, b""
            if not waits.done():
                waits.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waits is not None and not self._waits.done():
            self._waits.set_exception(ConnectionError("the other end hung up"))
        self._waits = None


def read(got: bytes) -> Answer | None:
    """The answer, if it is whole."""
    head, end, body = got.partition(END_OF_HEAD)
    if not end:
        return None
    length = _LENGTH.search(head)
    assert length, f"an answer without its length: {head.decode()}"
    return Answer(int(head[STATUS]), body) if len(body) >= int(length[1]) else None


class Lines:
    """Connections to one address, opened as they are needed, at most `most` of them."""

    def __init__(self, address: str, most: int) -> None:
        split = urlsplit(address)
        self.host = split.netloc
        self._address, self._port = split.hostname, split.port
        self._free: list[Line] = []
        self._room = asyncio.Semaphore(most)

    async def ask(self, request: bytes) -> Answer:
        """The answer, on whatever connection is free first.

        Raises:
            ConnectionError: the other end hung up, or was not there.
        """
        async with self._room:
            line = self._free.pop() if self._free else await self._open()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    answer = await line.ask(request)
            except BaseException:
                line.close()
                raise
            if line.is_open:
                self._free.append(line)
            return answer

    async def _open(self) -> Line:
        _, line = await asyncio.get_running_loop().create_connection(Line, self._address, self._port)
        return line

    def close(self) -> None:
        for line in self._free:
            line.close()
