"""Faults made on purpose: answers that refuse, connections that drop, answers that are held back.

A fault decides what becomes of a call; it never touches chats or updates itself.
"""
# ruff: noqa: ASYNC109  (the deadline is part of what a caller says)

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.botapi.checks import Refused
from tests.botapi.waiting import PATIENCE_SECONDS, within

DESCRIPTIONS = {
    400: "Bad Request: chat not found",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    429: "Too Many Requests: retry after {retry_after}",
    500: "Internal Server Error",
}
HTML_ANSWER = 502  # answered by the proxy in front of the Bot API, in HTML and not in JSON
BAD_GATEWAY = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.18.0</center>\r\n</body>\r\n</html>\r\n"
)
CONNECTION_KINDS = ("drop", "drop_after", "hold", "hold_before")


class Dropped(Exception):
    """The connection is to be closed without an answer."""


class ProxyFailed(Exception):
    """The answer is the proxy's HTML page."""


@dataclass
class Fault:
    """What happens to the next `times` calls that match (None: to all of them until removed); of those, where there is
    a `when`, to the ones for which it says so."""

    kind: int | str
    method: str | None
    chat_id: int | None
    times: int | None
    description: str | None = None
    retry_after: int = 1
    hits: int = 0
    when: Callable[[], bool] | None = None
    _reached: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, method: str, chat_id: Any) -> bool:
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method is None:
            # A bot polls all the time; an "any method" fault would otherwise be used up by a poll nobody meant.
            return method != "getUpdates" and self._is_for(chat_id) and self._happens()
        return self.method.lower() == method.lower() and self._is_for(chat_id) and self._happens()

    def _happens(self) -> bool:
        return self.when is None or self.when()

    def _is_for(self, chat_id: Any) -> bool:
        return self.chat_id is None or self.chat_id == chat_id

    async def reached(self, timeout: float = PATIENCE_SECONDS) -> None:
        """A call has met this fault; with "hold" and "drop_after" it is accepted and recorded already."""
        await within(timeout, self._reached.wait(), otherwise=lambda: f"a call to meet {self.kind} of {self.method}")

    def release(self) -> None:
        """Held calls go on, and this fault holds no more."""
        self._released.set()

    async def before(self) -> None:
        """Called when the request is read and nothing is recorded."""
        if self.kind in ("drop", "hold_before"):
            self._reached.set()
        if self.kind == "drop":
            raise Dropped
        if self.kind == "hold_before":
            await self._released.wait()

    def refuse(self) -> None:
        """Called when the call is recorded and has changed nothing."""
        if self.kind in CONNECTION_KINDS:
            return
        self._reached.set()
        if self.kind == HTML_ANSWER:
            raise ProxyFailed
        description = self.description or DESCRIPTIONS.get(int(self.kind), "Error")
        parameters = {"retry_after": self.retry_after} if self.kind == 429 else {}
        raise Refused(int(self.kind), description.format(retry_after=self.retry_after), **parameters)

    async def after(self) -> None:
        """Called when the call has been accepted and is not answered."""
        if self.kind in ("drop_after", "hold"):
            self._reached.set()
        if self.kind == "drop_after":
            raise Dropped
        if self.kind == "hold":
            await self._released.wait()


class Faults:
    """The faults in force, oldest first, and the black hole."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.black_hole = False

    def add(self, fault: Fault) -> Fault:
        if not isinstance(fault.kind, int) and fault.kind not in CONNECTION_KINDS:
            raise ValueError(f"unknown kind of fault {fault.kind!r}")
        self._faults.append(fault)
        return fault

    def take(self, method: str, chat_id: Any) -> Fault | None:
        """The oldest fault that matches this call, used once more."""
        for fault in self._faults:
            if fault.matches(method, chat_id):
                fault.hits += 1
                return fault
        return None

    def release(self) -> None:
        for fault in self._faults:
            fault.release()

    def clear(self) -> None:
        """No fault is in force, and no call is held."""
        self.release()
        self._faults.clear()

    async def swallow(self) -> None:
        """Returns at once, or in a black hole never: what fell in does not come out when it closes."""
        if self.black_hole:
            await asyncio.Event().wait()
