"""How the application is served: what never reaches it, such as broken HTTP, is answered as carefully as the rest."""

from http import HTTPStatus

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from handlers.web.frame.connections import KEEP_ALIVE_SECONDS, Connection, Crowd
from handlers.web.frame.limits import LIMITS
from handlers.web.frame.middlewares import ALWAYS
from handlers.web.frame.room import ROOM

BACKLOG = 1024  # a connection that finds no place in the line is tried again after one second, then three
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
    def __call__(self) -> RequestHandler:
        return _Careful(self, loop=self._loop, **self._kwargs)


class _Runner(web.AppRunner):
    __slots__ = ()

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server  # aiohttp lets nobody choose the class, and knows none of its options
        return server


def make_runner(app: web.Application, crowd: Crowd | None = None) -> web.AppRunner:
    """The runner to serve the application with, to as many as `crowd` lets in. No access log: it would name them."""
    room = app[ROOM]
    crowd = crowd or Crowd(app[LIMITS].peer, of_address=room.connections_of_address, in_all=room.connections)
    return _Runner(
        app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS, keepalive_timeout=KEEP_ALIVE_SECONDS, crowd=crowd
    )
