"""The sockets that make pages live: new rows for a newcomer's chat, "something changed" for the desk.

A socket only says what is in the tables, after a bell or after a while. Its session is looked at each time, so one
that has ended hears nothing more. It must not act for anybody beyond marking rows as shown.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from time import monotonic

from aiohttp import WSCloseCode, WSMsgType, web

from bot import wakeup
from bot.actions import people, sessions
from bot.actions.people import Visitor
from bot.errors import SessionEnded, Unavailable
from bot.wakeup import Bell
from handlers.web import identity
from handlers.web.chat_page import mark_shown, numbers_to_keep, where_numbers_stand
from handlers.web.conversation import Bubble, bubbles_after
from handlers.web.keys import PAGES, SERVICE, SESSION, SOCKETS
from handlers.web.middlewares import has_our_origin
from handlers.web.view import words_for

HEARTBEAT_SECONDS = 30.0
CLOSING_SECONDS = 1.0
LARGEST_FRAME = 1024  # a browser only says how far it has read
LARGEST_PLACE = 2**63 - 1  # more is none in any database
SESSION_DEAD = 4401
DESK_LOOKS_AGAIN_SECONDS = 30.0  # a ring may be lost, and waiting times grow


async def chat(request: web.Request) -> web.StreamResponse:
    """Sends each new row of the conversation once; the browser says which it has shown."""
    service, session = request.app[SERVICE], request[SESSION]
    async with service.store.look() as db:
        visitor = await people.visitor_of(db, session.person_id)  # type: ignore[union-attr]
    if visitor is None:
        raise SessionEnded("session_gone")
    topics = wakeup.chat(visitor.conversation_id), wakeup.SESSIONS
    async with _opened(request) as socket:
        cursor = _Cursor()
        with service.store.bells.listen(*topics) as bell:

            async def speak() -> None:
                while await _speak_rows(request, socket, visitor, cursor):
                    await bell.wait(service.settings.poll_seconds)

            async def heard(words: str) -> None:
                if cursor.sent is None:
                    cursor.sent = _number_in(words, "after") or 0
                    bell.ring()
                elif (number := _number_in(words, "shown")) is not None:
                    await mark_shown(request, visitor, min(number, cursor.sent))

            await _talk(socket, speak, heard)
    return socket


async def desk(request: web.Request) -> web.StreamResponse:
    """Says that something changed, so that the page looks again."""
    bells = request.app[SERVICE].store.bells
    async with _opened(request) as socket:
        with bells.listen(wakeup.DESK, wakeup.SESSIONS) as bell:
            await _talk(socket, lambda: _speak_changes(request, socket, bell), _nothing)
    return socket


async def close_all(app: web.Application) -> None:
    """The program stops: browsers are told to come again, and nobody waits for them."""
    goodbyes = (socket.close(code=WSCloseCode.GOING_AWAY, message=b"restart") for socket in tuple(app[SOCKETS]))
    await asyncio.gather(*goodbyes, return_exceptions=True)


class _Cursor:
    """How far the browser has been sent; None until it has said how far it is, which is the first thing it says."""

    sent: int | None = None


@asynccontextmanager
async def _opened(request: web.Request) -> AsyncIterator[web.WebSocketResponse]:
    """The socket, open; another site's page does not get that far, since browsers always send its origin."""
    if not has_our_origin(request):
        raise web.HTTPForbidden
    socket = web.WebSocketResponse(
        heartbeat=HEARTBEAT_SECONDS, compress=False, max_msg_size=LARGEST_FRAME, timeout=CLOSING_SECONDS
    )
    if not socket.can_prepare(request).ok:
        raise web.HTTPBadRequest
    await socket.prepare(request)
    request.app[SOCKETS].add(socket)
    try:
        yield socket
    finally:
        request.app[SOCKETS].discard(socket)


async def _talk(
    socket: web.WebSocketResponse, speak: Callable[[], Awaitable[None]], heard: Callable[[str], Awaitable[None]]
) -> None:
    """Speak and listen until the browser leaves, its session ends, or the program stops."""
    async with asyncio.TaskGroup() as both:
        speaking = both.create_task(_quietly(speak, socket))
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                await heard(message.data)
        speaking.cancel()


async def _quietly(speak: Callable[[], Awaitable[None]], socket: web.WebSocketResponse) -> None:
    with suppress(ConnectionError):  # the browser has left while we spoke; the listening side notices
        await speak()
    await socket.close(code=SESSION_DEAD)


async def _speak_rows(request: web.Request, socket: web.WebSocketResponse, visitor: Visitor, cursor: _Cursor) -> bool:
    """Whatever is new has been sent; False once the session has ended."""
    service, words = request.app[SERVICE], words_for(request)
    try:
        if not await _is_alive(request, identity.newcomer_session):
            await socket.send_json({"ended": True})
            return False
        if cursor.sent is None:
            return True
        async with service.store.look() as db:
            bubbles = await bubbles_after(db, service, words, visitor, cursor.sent)
        told: dict[str, object] = {"rows": [_row(request, bubble) for bubble in bubbles]}
        if after := where_numbers_stand(bubbles):
            told |= {"numbers": await numbers_to_keep(request, request[SESSION]), "after": after}  # type: ignore[arg-type]
    except Unavailable:
        return True
    if bubbles:
        cursor.sent = max(bubble.seq for bubble in bubbles)
        await socket.send_json(told)
    return True


def _row(request: web.Request, bubble: Bubble) -> dict[str, object]:
    words = words_for(request)
    html = request.app[PAGES].render("_bubble.html", words, bubble=bubble) if bubble.body else ""
    return {"seq": bubble.seq, "id": bubble.key, "html": html, "own": bubble.side == "own", "ends": bubble.ends}


async def _speak_changes(request: web.Request, socket: web.WebSocketResponse, bell: Bell) -> None:
    poll = request.app[SERVICE].settings.poll_seconds
    spoke_at, is_owed = monotonic(), False
    while True:
        is_owed = await bell.wait(poll) or is_owed
        try:
            if not await _is_alive(request, identity.staff_session):
                why = {"ran_out": True} if await identity.has_run_out(request) else {}
                await socket.send_json({"ended": True} | why)
                return
        except Unavailable:
            continue
        if is_owed or monotonic() - spoke_at >= DESK_LOOKS_AGAIN_SECONDS:
            spoke_at, is_owed = monotonic(), False
            await socket.send_json({"changed": True})


async def _is_alive(request: web.Request, look: Callable[[web.Request], Awaitable[sessions.Session | None]]) -> bool:
    before, now = request[SESSION], await look(request)
    return now is not None and before is not None and now.id == before.id


async def _nothing(_words: str) -> None:
    return None


def _number_in(data: str, name: str) -> int | None:
    try:
        number = json.loads(data)[name]
    except (ValueError, KeyError, TypeError, RecursionError):  # a thousand brackets go deeper than the interpreter
        return None
    return number if type(number) is int and 0 <= number <= LARGEST_PLACE else None
