"""The HTTP server and the object that tests hold: reads calls, lets faults have their say, answers as Telegram does."""
# ruff: noqa: ASYNC109  (the deadline is part of what a caller says)

import asyncio
import json
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from aiohttp import web

from tests.botapi.chat import Chat, Shown, Wanted
from tests.botapi.checks import Refused
from tests.botapi.control import Control
from tests.botapi.delivery import Delivery
from tests.botapi.faults import BAD_GATEWAY, HTML_ANSWER, Dropped, Fault, Faults, ProxyFailed
from tests.botapi.methods import Methods, typed
from tests.botapi.people import Happened, People
from tests.botapi.waiting import PATIENCE_SECONDS, Arrivals, Watch, within

HOST = "127.0.0.1"
LARGEST_BODY = 256 * 1024 * 1024  # bytes; thousands of updates may be injected in one request
BACKLOG = 1024
STOP_SECONDS = 0.1  # for a request that is being read when the server stops
_BOT_PATH = re.compile(r"/bot[^/]+/(\w+)")


class Accepted(NamedTuple):
    """A sendMessage that was accepted, whether or not its answer arrived."""

    chat_id: int
    message_id: int
    text: str
    at: float


class Answered(NamedTuple):
    """What a person saw after a press; an empty text only stops the button's clock."""

    text: str
    alert: bool


@dataclass
class Call:
    """A call that was read. `ok` is None while it runs."""

    method: str
    params: dict[str, Any]
    at: float
    ok: bool | None = None
    error: str = ""


class FakeBotApi(People):
    """A Bot API server on 127.0.0.1, running inside `async with`."""

    def __init__(
        self,
        port: int = 0,
        *,
        retry_delay: float = 0.05,
        retry_after_factor: float = 0.01,
        webhook_timeout: float = 10.0,
        first_update_id: int | None = None,
    ) -> None:
        """`retry_delay` in seconds between webhook tries; a Retry-After is obeyed times `retry_after_factor`."""
        super().__init__(first_update_id)
        self.port = port
        self.faults = Faults()
        self.delivery = Delivery(
            retry_delay=retry_delay, retry_after_factor=retry_after_factor, webhook_timeout=webhook_timeout
        )
        self.methods = Methods(self)
        self.control = Control(self)
        self.calls: list[Call] = []
        self.accepted: list[Accepted] = []
        self.answers: dict[str, Answered] = {}
        self.profile: dict[tuple[str, str], Any] = {}
        self.menus: dict[int, dict[str, str]] = {}  # of single chats: commands with what each does
        self._begun = Watch()
        self._succeeded = Watch()
        self._answer_arrivals = Arrivals()
        self._running: set[asyncio.Task[Any]] = set()
        self._runner: web.ServerRunner | None = None
        self._socket: socket.socket | None = None

    # Start and stop.

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls base_url; the token follows."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.url}/file/bot"

    async def __aenter__(self) -> Self:
        self._reserve_port()
        await self.up()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """The server is stopped: no task, no socket, no held call is left."""
        await self.control.close()
        await self.down()
        self._socket.close()
        await self.delivery.close()

    async def down(self) -> None:
        """Connections are refused and open ones are cut; updates wait. A webhook is still called."""
        if self._runner is None:
            return
        for task in list(self._running):
            task.cancel()
        runner, self._runner = self._runner, None
        await runner.cleanup()
        self._reserve_port()

    async def up(self) -> None:
        """The server listens, on the same port as before."""
        if self._runner is not None:
            return
        server = web.Server(
            self._handle, handler_cancellation=True, access_log=None, request_factory=_request_of_any_size
        )
        self._runner = web.ServerRunner(server, shutdown_timeout=STOP_SECONDS)
        await self._runner.setup()
        await web.SockSite(self._runner, self._socket, backlog=BACKLOG).start()

    def _reserve_port(self) -> None:
        # A bound socket that does not listen refuses connections and keeps the port ours: otherwise another process, or
        # the client's own outgoing connection, could take it while the server is down.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((HOST, self.port))
        self._socket.setblocking(False)
        self.port = self._socket.getsockname()[1]

    # Faults.

    def fail(
        self,
        method: str | None = None,
        chat_id: int | None = None,
        *,
        kind: int | str,
        times: int | None = 1,
        description: str | None = None,
        retry_after: int = 1,
        when: Callable[[], bool] | None = None,
    ) -> Fault:
        """The next `times` calls (None: all) that match will fail.

        `kind`: an HTTP status (502 is answered in HTML), "drop" or "hold_before" (before anything is recorded),
        "drop_after" or "hold" (accepted, not answered). Without a method any but getUpdates matches.
        `when`: asked for each call that matches; only those happen.
        """
        return self.faults.add(Fault(kind, method, chat_id, times, description, retry_after, when=when))

    def release(self) -> None:
        """All held calls go on."""
        self.faults.release()

    def clear_faults(self) -> None:
        self.faults.clear()
        self.faults.black_hole = False

    def black_hole(self, on: bool = True) -> None:
        """Connections are accepted; calls that come until it is turned off are never recorded and never answered."""
        self.faults.black_hole = on

    # What tests wait for.

    async def wait_for(
        self, chat_id: int, wanted: Wanted, *, after: int = 0, timeout: float = PATIENCE_SECONDS
    ) -> Shown:
        """See Chat.wait_for."""
        return await self.chat(chat_id).wait_for(wanted, after=after, timeout=timeout)

    async def wait_answer(self, callback_id: str | Happened, timeout: float = PATIENCE_SECONDS) -> Answered:
        """What the person saw after the press, as soon as the bot answered it."""
        key = callback_id if isinstance(callback_id, str) else callback_id.callback_id
        if key not in self.answers:
            await within(timeout, self._answer_arrivals.of(key), otherwise=lambda: f"press {key} to be answered")
        return self.answers[key]

    async def wait_call(
        self, method: str, matches: Callable[[Call], bool] = lambda _call: True, *, timeout: float = PATIENCE_SECONDS
    ) -> Call:
        """The first call of the method that succeeded and matches, past or to come."""

        def is_it(call: Call) -> bool:
            return call.method == method and bool(call.ok) and matches(call)

        for call in self.calls:
            if is_it(call):
                return call
        return await within(timeout, self._succeeded.first(is_it), otherwise=lambda: f"a call of {method}")

    async def wait_begun(self, method: str, *, timeout: float = PATIENCE_SECONDS) -> Call:
        """A call of the method that is not answered yet, such as a long poll, now or to come."""
        for call in reversed(self.calls):
            if call.method == method and call.ok is None:
                return call
        begun = self._begun.first(lambda call: call.method == method)
        return await within(timeout, begun, otherwise=lambda: f"a call of {method} to begin")

    def calls_of(self, method: str) -> list[Call]:
        return [call for call in self.calls if call.method == method]

    async def delivered(self, update: int | Happened, timeout: float = PATIENCE_SECONDS) -> None:
        """The bot acknowledged the update: offset moved past it, or the webhook answered 2xx."""
        await self.delivery.delivered(update if isinstance(update, int) else update.update_id, timeout)

    async def tried(self, update: int | Happened, timeout: float = PATIENCE_SECONDS) -> None:
        """The webhook was called with the update at least once, whatever came of it."""
        await self.delivery.tried(update if isinstance(update, int) else update.update_id, timeout)

    async def drained(self, timeout: float = PATIENCE_SECONDS) -> None:
        """The bot acknowledged every update."""
        await self.delivery.drained(timeout)

    # What the methods record.

    def accept(self, chat: Chat, message: Shown) -> None:
        self.accepted.append(Accepted(chat.chat_id, message.message_id, message.text, message.at))

    def answered(self, callback_id: str, text: str, alert: bool) -> None:
        self.answers[callback_id] = Answered(text, alert)
        self._answer_arrivals.show(callback_id)

    # HTTP.

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/control/"):
            return await self.control.handle(request)
        path = _BOT_PATH.fullmatch(request.path)
        if path is None:
            return _json(404, {"ok": False, "error_code": 404, "description": "Not Found"})
        task = asyncio.current_task()
        self._running.add(task)
        try:
            return await self._answer(request, path[1])
        except Dropped:
            if request.transport:
                request.transport.close()
            return web.Response()  # never written: the connection is closed
        finally:
            self._running.discard(task)

    async def _answer(self, request: web.BaseRequest, method: str) -> web.Response:
        try:
            params = typed(await _read(request))
            result = await self._play(method, params)
        except Refused as refused:
            told = {"ok": False, "error_code": refused.status, "description": refused.description}
            if refused.parameters:
                told["parameters"] = refused.parameters
            return _json(refused.status, told)
        except ProxyFailed:
            return web.Response(status=HTML_ANSWER, text=BAD_GATEWAY, content_type="text/html")
        return _json(200, {"ok": True, "result": result})

    async def _play(self, method: str, params: dict[str, Any]) -> Any:
        """The method's result, after the faults that match had their say before, at and after it."""
        await self.faults.swallow()
        fault = self.faults.take(method, params.get("chat_id"))
        if fault:
            await fault.before()
        result = await self._record(method, params, fault)
        if fault:
            await fault.after()
        await self.faults.swallow()  # a long poll that began before the black hole is swallowed too
        return result

    async def _record(self, method: str, params: dict[str, Any], fault: Fault | None) -> Any:
        call = Call(method, params, time.time())
        self.calls.append(call)
        self._begun.show(call)
        try:
            if fault:
                fault.refuse()
            result = await self.methods.call(method, params)
        except (Refused, ProxyFailed) as refused:
            call.ok, call.error = False, str(refused) or str(HTML_ANSWER)
            raise
        call.ok = True
        self._succeeded.show(call)
        return result


def _request_of_any_size(message: Any, payload: Any, protocol: Any, *rest: Any) -> web.BaseRequest:
    writer, task = rest
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY)


async def _read(request: web.BaseRequest) -> dict[str, Any]:
    told: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        return told | (json.loads(body) if body else {})
    # Files are known by their names only: nothing here looks inside one.
    form = await request.post()
    return told | {key: value if isinstance(value, str) else value.filename for key, value in form.items()}


def _json(status: int, told: dict[str, Any]) -> web.Response:
    return web.Response(status=status, body=json.dumps(told).encode(), content_type="application/json")
