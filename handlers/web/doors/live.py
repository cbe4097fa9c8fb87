"""The sockets that make pages live: new rows for a newcomer's chat, "something changed" for the desk.

A socket only says what is in the tables, after a bell or after a while. Its session is looked at each time, so one
that has ended hears nothing more. What it costs is not for its browser to say: it takes its turn as every request
does, and however many frames come, it marks once a second. It must not act for anybody beyond marking rows as shown.
"""

import asyncio
import json
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from time import monotonic

from aiohttp import WSCloseCode, WSMsgType, web

from bot.engine import bells
from bot.engine.bells import Bell
from bot.engine.errors import SessionEnded, Unavailable
from bot.engine.work import Visitor
from bot.people import logins, people
from handlers.web.chat.conversation import Bubble, bubbles_after
from handlers.web.chat.page import mark_shown, numbers_to_keep, where_numbers_stand
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE, SESSION
from handlers.web.frame.middlewares import has_our_origin
from handlers.web.frame.sockets import SOCKETS, Place
from handlers.web.frame.turns import leave_turn, turn_of, who_asks
from handlers.web.frame.view import PAGES, words_for

HEARTBEAT_SECONDS = 30.0
CLOSING_SECONDS = 1.0
LARGEST_FRAME = 1024  # a browser only says how far it has read
LARGEST_PLACE = 2**63 - 1  # more is none in any database
SESSION_DEAD, CROWDED = 4401, 4429
MARKS_AGAIN_SECONDS = 1.0
DESK_LOOKS_AGAIN_SECONDS = 30.0  # a ring may be lost, and waiting times grow


async def chat(request: web.Request) -> web.StreamResponse:
    """Sends each new row of the conversation once; the browser says which it has shown."""
    service, session = request.app[SERVICE], identity.asking(request)
    async with service.store.look() as db:
        visitor = await people.visitor_of(db, session.person_id)
    if visitor is None:
        raise SessionEnded("session_gone")
    topics = bells.chat(visitor.conversation_id), bells.SESSIONS
    with service.store.bells.listen(*topics) as bell:
        async with _opened(request, bell) as place:
            cursor = _Cursor()

            async def speak() -> None:
                while await _speak_rows(request, place, visitor, cursor):
                    await bell.wait(service.settings.poll_seconds)

            def heard(words: str) -> None:
                if cursor.sent is None:
                    cursor.sends([_number_in(words, "after") or 0])
                    bell.ring()
                elif (number := _number_in(words, "shown")) is not None:
                    cursor.saw(number)

            async def mark() -> None:
                async with turn_of(request):
                    await mark_shown(request, visitor, up_to := cursor.shown)
                if cursor.shown == up_to:
                    cursor.is_ahead.clear()

            await _talk(place, speak, heard, lambda: _keep_marking(cursor, mark))
            if cursor.is_ahead.is_set():
                await mark()
    return place.socket


async def desk(request: web.Request) -> web.StreamResponse:
    """Says that something changed, so that the page looks again."""
    with request.app[SERVICE].store.bells.listen(bells.DESK, bells.SESSIONS) as bell:
        async with _opened(request, bell) as place:
            await _talk(place, lambda: _speak_changes(request, place), lambda _words: None)
    return place.socket


async def close_all(app: web.Application) -> None:
    """The program stops: browsers are told to come again, and nobody waits for them."""
    sockets = app[SOCKETS]
    goodbyes = (socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart") for socket in tuple(sockets))
    await asyncio.gather(*goodbyes, return_exceptions=True)


class _Cursor:
    """How far the browser has been sent; None until it has said how far it is, which is the first thing it says.

    `shown`: how far it says it has shown that; `is_ahead`: that this has not been marked yet.
    """

    def __init__(self) -> None:
        self.sent: int | None = None
        self.shown = 0
        self.is_ahead = asyncio.Event()
        self._rows: list[int] = []

    def sends(self, rows: list[int]) -> None:
        """These have been sent, in order; the first is where the browser said it was."""
        self._rows += rows
        self.sent = rows[-1]

    def saw(self, number: int) -> None:
        """It has shown everything up to there. That changes nothing if no row up to there was sent since."""
        seen = bisect_right(self._rows, number)
        if seen:
            self.shown = max(self.shown, self._rows[seen - 1])
            del self._rows[:seen]
            self.is_ahead.set()


@asynccontextmanager
async def _opened(request: web.Request, bell: Bell) -> AsyncIterator[Place]:
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
    place = Place(socket, *who_asks(request), bell)
    request.app[SOCKETS].add(place)
    try:
        yield place
    finally:
        request.app[SOCKETS].discard(place)


async def _talk(
    place: Place,
    speak: Callable[[], Awaitable[None]],
    heard: Callable[[str], None],
    meanwhile: Callable[[], Coroutine[object, object, None]] | None = None,
) -> None:
    """Speak and listen until the browser leaves, its session ends, others need the room, or the program stops."""
    async with asyncio.TaskGroup() as all_of_it:
        doing = [all_of_it.create_task(_quietly(speak, place))]
        if meanwhile is not None:
            doing.append(all_of_it.create_task(meanwhile()))
        async for message in place.socket:
            if message.type == WSMsgType.TEXT:
                heard(message.data)
        for one in doing:
            one.cancel()


async def _quietly(speak: Callable[[], Awaitable[None]], place: Place) -> None:
    with suppress(ConnectionError):  # the browser has left while we spoke; the listening side notices
        await speak()
    await place.socket.close(code=CROWDED if place.is_wanted_back else SESSION_DEAD)


async def _keep_marking(cursor: _Cursor, mark: Callable[[], Awaitable[None]]) -> None:
    """What has been shown is marked at once, and then once a while, as far as it is by then."""
    while True:
        await cursor.is_ahead.wait()
        await mark()
        await asyncio.sleep(MARKS_AGAIN_SECONDS)


async def _speak_rows(request: web.Request, place: Place, visitor: Visitor, cursor: _Cursor) -> bool:
    """Whatever is new has been sent; False once the session has ended, or others need the room."""
    if place.is_wanted_back:
        return False
    try:
        async with turn_of(request):
            told = await _news(request, visitor, cursor)
    except Unavailable:
        return True
    if told:
        await place.socket.send_json(told)
    return "ended" not in told


async def _news(request: web.Request, visitor: Visitor, cursor: _Cursor) -> dict[str, object]:
    """What is to be said now; the cursor is behind it."""
    service = request.app[SERVICE]
    if not await _is_alive(request, identity.newcomer_session):
        return {"ended": True}
    if cursor.sent is None:
        return {}
    async with service.store.look() as db:
        bubbles = await bubbles_after(db, service, words_for(request), visitor, cursor.sent)
    told: dict[str, object] = {"rows": [_row(request, bubble) for bubble in bubbles]}
    if after := where_numbers_stand(bubbles):
        told |= {"numbers": await numbers_to_keep(request, identity.asking(request)), "after": after}
    if not bubbles:
        return {}
    cursor.sends(sorted(bubble.seq for bubble in bubbles))
    return told


def _row(request: web.Request, bubble: Bubble) -> dict[str, object]:
    words = words_for(request)
    html = request.app[PAGES].render("chat/_bubble.html", words, bubble=bubble) if bubble.body else ""
    return {"seq": bubble.seq, "id": bubble.key, "html": html, "own": bubble.side == "own", "ends": bubble.ends}


async def _speak_changes(request: web.Request, place: Place) -> None:
    poll = request.app[SERVICE].settings.poll_seconds
    spoke_at, is_owed = monotonic(), False
    while True:
        is_owed = await place.bell.wait(poll) or is_owed
        if place.is_wanted_back:
            return
        try:
            async with turn_of(request):
                ended = await _why_desk_ended(request)
        except Unavailable:
            continue
        if ended:
            await place.socket.send_json(ended)
            return
        if is_owed or monotonic() - spoke_at >= DESK_LOOKS_AGAIN_SECONDS:
            spoke_at, is_owed = monotonic(), False
            await place.socket.send_json({"changed": True})


async def _why_desk_ended(request: web.Request) -> dict[str, bool]:
    if await _is_alive(request, identity.staff_session):
        return {}
    return {"ended": True} | ({"ran_out": True} if await identity.has_run_out(request) else {})


async def _is_alive(request: web.Request, look: Callable[[web.Request], Awaitable[logins.Session | None]]) -> bool:
    before, now = request[SESSION], await look(request)
    return now is not None and before is not None and now.id == before.id


def _number_in(data: str, name: str) -> int | None:
    try:
        number = json.loads(data)[name]
    except (ValueError, KeyError, TypeError, RecursionError):  # a thousand brackets go deeper than the interpreter
        return None
    return number if type(number) is int and 0 <= number <= LARGEST_PLACE else None
