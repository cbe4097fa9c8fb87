"""`python -m tests.chaos.crowd KIND ADDRESS`: one program that asks far too much of the service, until it is killed.

A process of its own, so that what it costs to attack is not taken for what it costs to be attacked. It prints a line
when it is under way.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import count
from urllib.parse import urlsplit

import aiohttp

SOCKETS, CONSENTS, HALVES, READERS = 200, 60, 600, 200
GIVES_WAY = 10  # an attacker has a computer of their own; here it must not take ours
COMES_AGAIN_SECONDS = 0.25
AGREED = {"answer": "own"}
BEGUN = (
    "POST /sv/chat/say HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: 400000\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\ntext=Hej"
)
TROUBLES = (aiohttp.ClientError, ConnectionError, TimeoutError)


class Crowd:
    """Everybody of one attack. `started`: the first of them has begun."""

    def __init__(self, address: str, http: aiohttp.ClientSession) -> None:
        self._address, self._http = address, http
        self.started = asyncio.Event()

    async def sockets(self) -> None:
        """Two hundred sockets of one login say as fast as they can that they have shown more."""
        await self._agrees()
        await asyncio.gather(*(self._for_ever(self._one_socket) for _ in range(SOCKETS)))

    async def consents(self) -> None:
        """Sixty people at once agree, all the time."""
        await asyncio.gather(*(self._for_ever(self._agrees) for _ in range(CONSENTS)))

    async def halves(self) -> None:
        """Six hundred requests that are begun and never ended."""
        await asyncio.gather(*(self._for_ever(self._one_half) for _ in range(HALVES)))

    async def readers(self) -> None:
        """Two hundred connections of one login ask for its page again and again."""
        await self._agrees()
        await asyncio.gather(*(self._for_ever(self._one_page) for _ in range(READERS)))

    async def writers(self) -> None:
        """Two hundred connections of one login send words again and again, and get pages that refuse them."""
        await self._agrees()
        await asyncio.gather(*(self._for_ever(self._one_message) for _ in range(READERS)))

    async def _for_ever(self, once: Callable[[], Awaitable[None]]) -> None:
        self.started.set()
        while True:
            with suppress(*TROUBLES):
                await once()
            await asyncio.sleep(COMES_AGAIN_SECONDS)

    async def _agrees(self) -> None:
        async with self._http.post("/sv/chat/consent", data=AGREED, allow_redirects=False) as answer:
            await answer.read()

    async def _one_socket(self) -> None:
        async with self._http.ws_connect("/sv/chat/live") as socket:
            await socket.send_json({"after": 0})
            for number in count(1):
                await socket.send_json({"shown": number << 16})
                if socket.closed or not number % 50:
                    await asyncio.sleep(0)

    async def _one_half(self) -> None:
        split = urlsplit(self._address)
        reader, writer = await asyncio.open_connection(split.hostname, split.port)
        try:
            writer.write(BEGUN.format(host=split.netloc).encode())
            await reader.read()
        finally:
            writer.close()

    async def _one_page(self) -> None:
        async with self._http.get("/sv/chat") as answer:
            await answer.read()

    async def _one_message(self) -> None:
        async with self._http.post("/sv/chat/say", data={"text": "Hej"}) as answer:
            await answer.read()


KINDS = ("sockets", "consents", "halves", "readers", "writers")


async def main(kind: str, address: str) -> None:
    os.nice(GIVES_WAY)
    connector = aiohttp.TCPConnector(limit=0)
    jar = aiohttp.DummyCookieJar() if kind == "consents" else aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(
        base_url=address, headers={"Origin": address}, connector=connector, cookie_jar=jar
    ) as http:
        crowd = Crowd(address, http)
        attack = asyncio.create_task(getattr(crowd, kind)())
        await crowd.started.wait()
        print("under way", flush=True)
        await attack


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
