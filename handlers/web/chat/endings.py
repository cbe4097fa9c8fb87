"""The ways out of the chat: everything deleted, the chat closed on this device, the quick exit.

Owns what is asked before each, and that the quick exit asks nothing. It must not decide what a deletion takes with it.
"""

from contextlib import suppress

from aiohttp import web

from bot.engine import clock
from bot.engine.errors import Unavailable
from bot.intake import ending
from bot.people import people
from handlers.web.chat.acting import acted, afterwards, gone
from handlers.web.chat.page import unwritten_numbers
from handlers.web.frame import identity
from handlers.web.frame.keys import LOGIN, SERVICE
from handlers.web.frame.view import FAR_AWAY, page, paragraphs, see_other, wants_json, went_on, words_for
from models.buttons import DELETE_ANSWER
from models.dialogue import Pressed


async def confirm_delete(request: web.Request) -> web.Response:
    """Asks before everything is deleted, and says what that is."""
    return await _sure_page(request)


async def delete(request: web.Request) -> web.Response:
    """Everything she wrote is gone, if it is what she was asked about; else she is asked again."""
    about = str((await request.post()).get("about", ""))
    outcome = await acted(request, Pressed(DELETE_ANSWER.code("yes", about)))
    if outcome.visitor is not None and wants_json(request):
        return went_on(request, f"/{request.match_info['language']}/chat/delete")
    if outcome.visitor is not None:
        return await _sure_page(request, status=409)
    return afterwards(request, outcome)


async def _sure_page(request: web.Request, *, status: int = 200) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    login = await identity.newcomer_login(request)
    async with service.store.look() as db:
        visitor = await people.visitor_of(db, login.person_id) if login else None
        if visitor is None:
            raise await identity.ended(request)
        asks = await ending.deletion(db, visitor)
    told = asks.text(words, service.facts(clock.now()))
    return page(request, "chat/confirm.html", status=status, told=paragraphs(told), about=asks.about)


async def ask_close(request: web.Request) -> web.Response:
    """Asks before the chat is closed whose numbers she may not have written down, and shows them once more."""
    login = request[LOGIN]
    told = await unwritten_numbers(request, login) if login is not None else ""
    if not told:
        return see_other(f"/{request.match_info['language']}/chat")
    return page(request, "chat/closing.html", told=told)


async def close(request: web.Request) -> web.Response:
    """The chat is closed on this device; code and secret open it again. Without them on paper nothing would, so that
    is asked first. The quick exit asks nothing."""
    login = await identity.newcomer_login(request)
    is_sure = (await request.post()).get("sure") == "1"
    if login is not None and not is_sure and await unwritten_numbers(request, login):
        return went_on(request, f"/{request.match_info['language']}/chat/closing")
    await _end_login(request)
    return gone(request, f"/{request.match_info['language']}/closed")


async def leave(request: web.Request) -> web.Response:
    """She had to go quickly: the login has ended and the browser shows the weather."""
    with suppress(Unavailable):  # the cookie goes in any case
        await _end_login(request)
    return gone(request, FAR_AWAY)


async def _end_login(request: web.Request) -> None:
    if identity.token_of(request, identity.NEWCOMER):
        async with request.app[SERVICE].store.work() as work:
            await identity.end_login(work, request, identity.NEWCOMER)
