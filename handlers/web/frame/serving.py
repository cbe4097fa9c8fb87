"""How the application is served: what never reaches it, such as broken HTTP, is answered as carefully as the rest."""

import asyncio
import socket
from http import HTTPStatus

from aiohttp import web

from handlers.web.frame.connections import Connection, Crowd
from handlers.web.frame.limits import LIMITS
from handlers.web.frame.middlewares import ALWAYS
from handlers.web.frame.room import ROOM

BACKLOG = 1024  # a connection that finds no place in the line is tried again after one second, then three
LET_IN_AT_ONCE = 16  # asyncio takes in as many as wait before it does anything else; six hundred are half a second
SHUTDOWN_SECONDS = 3.0  # requests that are going on may end (an act lasts 2 s); sockets are closed before


class _Careful(Connection):
    """Answers what aiohttp could not read without its version, its words or a trace."""

    __slots__ = ()

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        super().handle_error(request, status, exc, message)
        headers = ALWAYS | {"Cache-Control": "no-store", "Server": ""}
        response = web.Response(status=status, text=HTTPStatus(status).phrase, headers=headers)
        response.force_close()
        return response


class _Server(web.Server):
    """Another server's application, behind connections of ours: aiohttp lets nobody choose their class."""

    def __init__(self, of: web.Server, crowd: Crowd) -> None:
        super().__init__(of.request_handler, request_factory=of.request_factory)
        self._crowd = crowd

    def __call__(self) -> Connection:
        return _Careful(self, crowd=self._crowd)


class _Runner(web.AppRunner):
    """Puts our server before the one it has made, which then has no connection of its own to end."""

    __slots__ = ("_careful", "_crowd")

    def __init__(self, app: web.Application, crowd: Crowd) -> None:
        super().__init__(app, shutdown_timeout=SHUTDOWN_SECONDS)
        self._crowd = crowd
        self._careful: _Server | None = None

    @property
    def server(self) -> web.Server | None:
        return self._careful if super().server is not None else None

    async def setup(self) -> None:
        await super().setup()
        made = super().server
        assert made is not None
        self._careful = _Server(made, self._crowd)

    async def shutdown(self) -> None:
        assert self._careful is not None
        self._careful.pre_shutdown()
        await super().shutdown()
        await self._careful.shutdown(SHUTDOWN_SECONDS)


def make_runner(app: web.Application, crowd: Crowd | None = None) -> web.AppRunner:
    """The runner to serve the application with, to as many as `crowd` lets in."""
    room = app[ROOM]
    crowd = crowd or Crowd(app[LIMITS].peer, of_address=room.connections_of_address, in_all=room.connections)
    return _Runner(app, crowd)


async def listen(runner: web.AppRunner, host: str, port: int) -> None:
    """The address is served. A crowd that comes at once stands in the kernel's line and is let in a few at a time, so
    that whoever is in already does not wait for all of it.

    Raises:
        OSError: something else listens there, or the address is not this computer's.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    for family, address in dict.fromkeys((family, address[:2]) for family, *_, address in found):
        door = socket.create_server(address, family=family, backlog=BACKLOG)
        await web.SockSite(runner, door, backlog=LET_IN_AT_ONCE).start()
        door.listen(BACKLOG)  # for asyncio the length of the line and how many it lets in are one number
