"""The sockets that make pages live: new rows for a newcomer's chat, "something changed" for the desk.

A socket only says what is in the tables, after a bell, which the round of `lookout.py` rings too: while there is
nothing to say it asks nothing. Its login is looked at each time, so one that has ended hears nothing more. What it
costs is not for its browser to say: it reads in its turn as every request does, and however many frames come, it marks
once a second. It must not act for anybody beyond marking rows as shown.
"""

import asyncio
import json
from bisect import bisect_right
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import monotonic

from aiohttp import WSCloseCode, WSMsgType, web

from bot.engine import bells
from bot.engine.actors import Visitor
from bot.engine.bells import Bell
from bot.engine.errors import LoginEnded, Unavailable
from bot.people import people
from handlers.web.chat.conversation import Bubble, bubbles_after
from handlers.web.chat.page import mark_shown, numbers_to_keep, where_numbers_stand
from handlers.web.doors.lookout import LOOKOUT, NEVER_READ
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.middlewares import has_our_origin
from handlers.web.frame.sockets import SOCKETS, Place
from handlers.web.frame.turns import leave_turn, turn_of, who_asks
from handlers.web.frame.view import PAGES, words_for

HEARTBEAT_SECONDS = 30.0
CLOSING_SECONDS = 1.0
LARGEST_FRAME = 1024  # a browser only says how far it has read
LARGEST_PLACE = 2**63 - 1  # more is none in any database
LOGIN_ENDED, CROWDED = 4401, 4429
MARKS_AGAIN_SECONDS = 1.0
DESK_LOOKS_AGAIN_SECONDS = 30.0  # a ring may be lost, and waiting times grow


async def chat(request: web.Request) -> web.StreamResponse:
    """Sends each new row of the conversation once; the browser says which it has shown."""
    store, login = request.app[SERVICE].store, identity.asking(request)
    async with store.look() as db:
        visitor = await people.visitor_of(db, login.person_id)
    if visitor is None:
        raise LoginEnded("session_gone")
    with store.bells.listen(bells.chat(visitor.conversation_id), bells.LOGINS) as bell:
        async with _opened(request, bell, reads=visitor.conversation_id) as place:
            await _Chat(request, place, visitor).run()
    return place.socket


async def desk(request: web.Request) -> web.StreamResponse:
    """Says that something changed, so that the page looks again."""
    with request.app[SERVICE].store.bells.listen(bells.DESK, bells.LOGINS) as bell:
        async with _opened(request, bell) as place:
            await _Desk(request, place).run()
    return place.socket


async def close_all(app: web.Application) -> None:
    """The program stops: browsers are told to come again, and nobody waits for them."""
    sockets = app[SOCKETS]
    goodbyes = (socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart") for socket in tuple(sockets))
    await asyncio.gather(*goodbyes, return_exceptions=True)


@asynccontextmanager
async def _opened(request: web.Request, bell: Bell, *, reads: int | None = None) -> AsyncIterator[Place]:
    """The socket, open; another site's page does not get that far, since browsers always send its origin."""
    if not has_our_origin(request):
        raise web.HTTPForbidden
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_SECONDS, compress=False, max_msg_size=LARGEST_FRAME, timeout=CLOSING_SECONDS
    )
    if not socket.can_prepare(request).ok:
        raise web.HTTPBadRequest
    await socket.prepare(request)
    leave_turn(request)
    place = Place(socket, *who_asks(request), bell, identity.asking(request).id, reads)
    request.app[SOCKETS].add(place)
    try:
        yield place
    finally:
        request.app[SOCKETS].discard(place)


class _Talk:
    """One open socket: it speaks and hears until its browser leaves, its login ends, others need the room, or the
    program stops. `_beside`: what it does while it listens."""

    __slots__ = ("_beside", "_lookout", "_place", "_request", "_service")

    def __init__(self, request: web.Request, place: Place) -> None:
        self._request, self._place, self._beside = request, place, asyncio.TaskGroup()
        self._service, self._lookout = request.app[SERVICE], request.app[LOOKOUT]

    async def run(self) -> None:
        """It has been had."""
        async with self._beside:
            speaking = self._beside.create_task(self._speak_and_leave())
            async for message in self._place.socket:
                if message.type == WSMsgType.TEXT:
                    self._hear(message.data)
            speaking.cancel()
            self._leave()

    async def _speak_and_leave(self) -> None:
        with suppress(ConnectionError):  # the browser has left while we spoke; the listening side notices
            await self._speak()
        await self._place.socket.close(code=CROWDED if self._place.is_wanted_back else LOGIN_ENDED)

    async def _speak(self) -> None:
        """Whatever is to be said is said when it happens; returns when nothing may be said any more."""
        raise NotImplementedError

    def _hear(self, frame: str) -> None:
        """What the browser says."""

    def _leave(self) -> None:
        """The browser has left."""


class _Chat(_Talk):
    """A newcomer's. It knows how far the browser has been sent, and how far that says it has shown it. In most of them
    nothing happens most of the time: what is not needed then is not there."""

    __slots__ = ("_device", "_is_ahead", "_marking", "_sent", "_shown", "_unshown", "_visitor")

    def __init__(self, request: web.Request, place: Place, visitor: Visitor) -> None:
        super().__init__(request, place)
        self._visitor, self._device = visitor, identity.asking(request).device
        self._sent: int | None = None  # until it has said how far it is, which is the first thing it says
        self._unshown: list[int] = []  # rows that have been sent, in order; the first is where it said it was
        self._shown = 0
        self._is_ahead = False  # what it has shown has not been marked yet
        self._marking: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """As every talk; what the browser has shown is marked."""
        await super().run()
        if self._is_ahead:
            await self._mark()

    def _leave(self) -> None:
        if self._marking is not None:
            self._marking.cancel()

    def _hear(self, frame: str) -> None:
        if self._sent is None:
            self._note_sent([_number_in(frame, "after") or 0])
            self._place.read_to = NEVER_READ
            self._place.bell.ring()
        elif (number := _number_in(frame, "shown")) is not None:
            self._note_shown(number)

    def _note_sent(self, rows: list[int]) -> None:
        self._unshown += rows
        self._sent = rows[-1]

    def _note_shown(self, number: int) -> None:
        """It has shown everything up to there. That changes nothing if no row up to there was sent since."""
        seen = bisect_right(self._unshown, number)
        if seen:
            self._shown = max(self._shown, self._unshown[seen - 1])
            del self._unshown[:seen]
            self._is_ahead = True
            if self._marking is None:
                self._marking = self._beside.create_task(self._keep_marking())

    async def _keep_marking(self) -> None:
        """What has been shown is marked at once, and then once a while, as far as it is by then."""
        while self._is_ahead:
            await self._mark()
            await asyncio.sleep(MARKS_AGAIN_SECONDS)
        self._marking = None

    async def _mark(self) -> None:
        async with turn_of(self._request):
            await mark_shown(self._request, self._visitor, up_to := self._shown)
        if self._shown == up_to:
            self._is_ahead = False

    async def _speak(self) -> None:
        while await self._speak_rows():
            await self._place.bell.wait(None)

    async def _speak_rows(self) -> bool:
        """Whatever is new has been sent; False once the login has ended, or others need the room. Where the database
        did not answer, the round wakes it again."""
        if self._place.is_wanted_back:
            return False
        try:
            told = await self._news()
        except Unavailable:
            return True
        if told:
            await self._place.socket.send_json(told)
        return "ended" not in told

    async def _news(self) -> dict[str, object]:
        """What is to be said now, as if it were sent."""
        seen, told = await self._lookout.look(self._place), dict[str, object]()
        if seen.has_news_for(self._place) and seen.lives and self._sent is not None:
            async with turn_of(self._request):
                if self._place.bell.is_rung:  # while it waited for its turn: its login may have ended
                    seen = await self._lookout.look(self._place)
                if seen.lives:
                    told = await self._read(self._sent)
            self._place.read_to = seen.acts
        return told if seen.lives else {"ended": True}

    async def _read(self, after: int) -> dict[str, object]:
        words = words_for(self._request)
        async with self._service.store.look() as db:
            bubbles = await bubbles_after(db, self._service, words, self._visitor, after, device=self._device)
        if not bubbles:
            return {}
        told: dict[str, object] = {"rows": [_row(self._request, bubble) for bubble in bubbles]}
        if under := where_numbers_stand(bubbles):
            told |= {"numbers": await numbers_to_keep(self._request, identity.asking(self._request)), "after": under}
        self._note_sent(sorted(bubble.seq for bubble in bubbles))
        return told


class _Desk(_Talk):
    """A volunteer's. Its browser has nothing to say."""

    async def _speak(self) -> None:
        place = self._place
        while True:
            place.told_again_at = monotonic() + DESK_LOOKS_AGAIN_SECONDS
            await place.bell.wait(None)
            place.told_again_at = 0  # until they have been told, at each round
            while (ended := await self._why_ended()) is None:
                await place.bell.wait(None)
            if place.is_wanted_back:
                return
            await place.socket.send_json(ended or {"changed": True})
            if ended:
                return

    async def _why_ended(self) -> dict[str, bool] | None:
        """Empty if it has not; None if that cannot be seen now."""
        if self._place.is_wanted_back:
            return {}
        try:
            if (await self._lookout.look(self._place)).lives:
                return {}
            return {"ended": True} | ({"ran_out": True} if await identity.has_run_out(self._request) else {})
        except Unavailable:
            return None


def _row(request: web.Request, bubble: Bubble) -> dict[str, object]:
    words = words_for(request)
    html = request.app[PAGES].render("chat/_bubble.html", words, bubble=bubble) if bubble.body else ""
    row = {"seq": bubble.seq, "id": bubble.key, "html": html, "own": bubble.side == "own", "ends": bubble.ends}
    return row | ({"empties": True} if bubble.empties else {})


def _number_in(data: str, name: str) -> int | None:
    try:
        number = json.loads(data)[name]
    except (ValueError, KeyError, TypeError, RecursionError):  # a thousand brackets go deeper than the interpreter
        return None
    return number if type(number) is int and 0 <= number <= LARGEST_PLACE else None
