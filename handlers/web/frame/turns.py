"""Whose request is next: address after address, and at one address person after person, so that whoever asks a hundred
times at once waits behind whoever asks once.

One goes in with each round of the event loop: what a turn does may come to its end without ever waiting, and two
hundred such turns in one round would be one long one, in which nobody else is heard.

Owns the lines. Nobody is ever refused in one, and a line's order is nobody's decision but the line's. It must not know
what is done in a turn.
"""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TypeVar

from aiohttp import web

from handlers.web.frame import identity
from handlers.web.frame.limits import LIMITS
from handlers.web.frame.view import is_desk

# What one event loop does at once without making anybody slow. People wait for milliseconds here, not for seconds.
AT_ONCE, OF_ADDRESS, OF_PERSON = 48, 6, 2
Line = TypeVar("Line", bound=Collection[object])


class Turn:
    """Being in. It ends with the request, or sooner, when what is left to do is only waiting."""

    def __init__(self, turns: "Turns", address: str, person: str) -> None:
        self._turns, self._of = turns, (address, person)
        self._is_over = False

    def end(self) -> None:
        """The next one is in. Ending twice is ending once."""
        if not self._is_over:
            self._is_over = True
            self._turns.leave(*self._of)


class Turns:
    """Who is in, and who waits. `of_person`, `of_address`, `at_once`: how many may be in."""

    def __init__(self, *, at_once: int = AT_ONCE, of_address: int = OF_ADDRESS, of_person: int = OF_PERSON) -> None:
        self._most = at_once, of_address, of_person
        self._inside: Counter[tuple[str, ...]] = Counter()
        self._lines: dict[str, dict[str, deque[asyncio.Future[None]]]] = {}
        self._is_calling = False

    @asynccontextmanager
    async def of(self, address: str, person: str) -> AsyncIterator[Turn]:
        """One turn of this person at this address, when it comes."""
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(address, {}).setdefault(person, deque()).append(called)
        self._call()
        try:
            await called
        except asyncio.CancelledError:
            if not called.cancelled():  # it had just been called
                self.leave(address, person)
            raise
        turn = Turn(self, address, person)
        try:
            yield turn
        finally:
            turn.end()

    def leave(self, address: str, person: str) -> None:
        """One of theirs is out again."""
        for of in _counted(address, person):
            self._inside[of] -= 1
            if not self._inside[of]:
                del self._inside[of]
        self._call()

    def _call(self) -> None:
        """Whoever may go in will be called, in the lines' order."""
        if self._lines and not self._is_calling:
            self._is_calling = True
            asyncio.get_running_loop().call_soon(self._call_one)

    def _call_one(self) -> None:
        self._is_calling = False
        if next_one := self._next():
            for of in _counted(*next_one):
                self._inside[of] += 1
            self._call()

    def _next(self) -> tuple[str, str] | None:
        """Takes the first out of its line who may go in; both its lines go to the end of theirs."""
        for address, people in tuple(self._lines.items()):
            for person in tuple(people):
                if not self._has_room(address, person):
                    continue
                called = people[person].popleft()
                _to_the_end(people, person)
                _to_the_end(self._lines, address)
                if not called.done():
                    called.set_result(None)
                    return address, person
        return None

    def _has_room(self, address: str, person: str) -> bool:
        counted = zip(_counted(address, person), self._most, strict=True)
        return all(self._inside[of] < most for of, most in counted)


TURNS: web.AppKey[Turns] = web.AppKey("turns")
PROBE_TURNS: web.AppKey[Turns] = web.AppKey("probe_turns")  # of their own: they are asked when the others hang
TURN: web.RequestKey[Turn] = web.RequestKey("turn")


@asynccontextmanager
async def turn_of(request: web.Request, turns: web.AppKey[Turns] = TURNS) -> AsyncIterator[Turn]:
    """A turn of whoever asks."""
    async with request.app[turns].of(*who_asks(request)) as turn:
        yield turn


def who_asks(request: web.Request) -> tuple[str, str]:
    """An address and a person there: a browser is one by its cookie, and all without one are one."""
    person = identity.token_of(request, identity.STAFF if is_desk(request) else identity.NEWCOMER) or ""
    return request.app[LIMITS].address_of(request), person


def leave_turn(request: web.Request) -> None:
    """What this request still does is waiting, or has a line of its own: others may go in meanwhile."""
    if (turn := request.get(TURN)) is not None:
        turn.end()


def _counted(address: str, person: str) -> tuple[tuple[str, ...], ...]:
    return (), (address,), (address, person)


def _to_the_end(lines: dict[str, Line], name: str) -> None:
    line = lines.pop(name)
    if line:
        lines[name] = line
