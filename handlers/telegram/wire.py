"""How python-telegram-bot's calls travel: over aiohttp's client, which keeps up with many sends at once.

Owns the HTTP client of the channel. It must not know what a call means.
"""

from typing import Any

import aiohttp
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

from bot.settings import CONNECT_SECONDS
from handlers.telegram.witness import Witness, instant_of

MOST_CONNECTIONS = 64


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

    @property
    def read_timeout(self) -> float:
        return self._timeout_seconds

    async def initialize(self) -> None:
        """The pool is open. Calling it again changes nothing."""
        if self._client is None or self._client.closed:
            connector = aiohttp.TCPConnector(limit=MOST_CONNECTIONS)
            self._client = aiohttp.ClientSession(connector=connector, trust_env=True)

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
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The answer's status and bytes.

        Raises:
            NotConnected: the server was not reached.
            Unanswered: no answer in time, or the connection broke.
        """
        await self.initialize()
        assert self._client is not None
        patience = read_timeout if isinstance(read_timeout, int | float) else self._timeout_seconds
        timeout = aiohttp.ClientTimeout(total=patience + CONNECT_SECONDS, sock_connect=CONNECT_SECONDS)
        fields = request_data.json_parameters if request_data else None
        # The URL holds the token, so no error may carry it: they are raised anew, without their cause.
        try:
            async with self._client.request(method, url, data=fields, timeout=timeout) as response:
                self._note_time(response)
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotConnected("the Bot API server was not reached") from None
        except TimeoutError:
            raise Unanswered("no answer in time") from None
        except aiohttp.ClientError as broken:
            raise Unanswered(type(broken).__name__) from None

    def _note_time(self, response: aiohttp.ClientResponse) -> None:
        at = instant_of(response.headers) if self._witness is not None else None
        if self._witness is not None and at is not None:
            self._witness(at)
