"""How python-telegram-bot's calls travel: over aiohttp's client, which keeps up with many sends at once.

Owns the HTTP client of the channel. It must not know what a call means.
"""

from types import SimpleNamespace
from typing import Any, NamedTuple
from urllib.parse import urlencode

import aiohttp
from aiohttp.helpers import get_env_proxy_for_url
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.engine.settings import CONNECT_SECONDS
from handlers.telegram.witness import Witness, instant_of

MOST_CONNECTIONS = 64
_A_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FIRST_REFUSAL = 300  # the statuses from here on say that it has not been done


class NotConnected(NetworkError):
    """The call never left: nothing can have arrived."""


class Unanswered(NetworkError):
    """The call has left, and no status came: it may have had its effect."""


class Wire(BaseRequest):
    """One pool of connections to the Bot API server."""

    def __init__(self, *, timeout_seconds: float, witness: Witness | None = None) -> None:
        """`witness`: told the server's time with every answer."""
        self._witness = witness
        self._timeout_seconds = timeout_seconds
        self._client: aiohttp.ClientSession | None = None
        self._way: _Way | None = None  # a wire leads to one server

    @property
    def read_timeout(self) -> float:
        return self._timeout_seconds

    async def initialize(self) -> None:
        """The pool is open. Calling it again changes nothing."""
        if self._client is None or self._client.closed:
            connector = aiohttp.TCPConnector(limit=MOST_CONNECTIONS)
            self._client = aiohttp.ClientSession(connector=connector, trace_configs=[_leaving()])

    async def shutdown(self) -> None:
        """The pool is closed."""
        if self._client is not None:
            await self._client.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the library's signature
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the library's signature
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the library's signature
    ) -> tuple[int, bytes]:
        """The answer's status and bytes.

        Raises:
            NotConnected: nothing was written: the server was not reached, or no connection was free.
            Unanswered: no answer in time, or the connection broke.
            NetworkError: it was refused, and the rest of the answer was lost.
        """
        await self.initialize()
        assert self._client is not None
        patience = read_timeout if isinstance(read_timeout, int | float) else self._timeout_seconds
        timeout = aiohttp.ClientTimeout(total=patience + CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
        # As the client's own form would spell it, at a third of the cost.
        fields = urlencode(request_data.json_parameters).encode() if request_data else None
        call, way = _Call(), self._way_to(url)
        # The URL holds the token, so no error may carry it: they are raised anew, without their cause.
        try:
            async with self._client.request(
                method,
                url,
                data=fields,
                headers=_A_FORM,
                timeout=timeout,
                trace_request_ctx=call,
                proxy=way.proxy,
                proxy_auth=way.auth,
            ) as response:
                call.status = response.status
                self._note_time(response)
                return response.status, await response.read()
        except (TimeoutError, aiohttp.ClientError) as trouble:
            what = type(trouble).__name__
        if not call.has_left:
            raise NotConnected(what)
        if call.status >= FIRST_REFUSAL:
            raise NetworkError(what)
        raise Unanswered(what)

    def _way_to(self, url: str) -> "_Way":
        """Left to itself, the client asks the environment in two threads before each call."""
        if self._way is None:
            self._way = _way_out(URL(url))
        return self._way

    def _note_time(self, response: aiohttp.ClientResponse) -> None:
        at = instant_of(response.headers) if self._witness is not None else None
        if self._witness is not None and at is not None:
            self._witness(at)


class _Way(NamedTuple):
    """Through which proxy, if any, and as whom."""

    proxy: URL | None = None
    auth: aiohttp.BasicAuth | None = None


def _way_out(url: URL) -> _Way:
    """As the environment says it (HTTPS_PROXY, NO_PROXY, ...)."""
    try:
        return _Way(*get_env_proxy_for_url(url))
    except LookupError:  # none
        return _Way()


class _Call:
    """How far a call has come. `status` is 0 before there is an answer."""

    has_left = False
    status = 0


def _leaving() -> aiohttp.TraceConfig:
    """What notes that a call is being written: before that, nothing of it can have arrived."""

    async def leaves(_client: object, context: SimpleNamespace, _headers: object) -> None:
        context.trace_request_ctx.has_left = True

    config = aiohttp.TraceConfig()
    config.on_request_headers_sent.append(leaves)
    return config
