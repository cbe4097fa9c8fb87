"""That she is still there, and what stands in her box: kept as she types, and found again when she comes back.

Nothing here is an act of the dialogue. It must not send her words: `acting.py` does.
"""

from aiohttp import web

from bot.engine import clock, once
from bot.engine.errors import LoginEnded, Refusal, TooMany
from bot.people import keeping, logins
from handlers.web.chat.acting import keep_what_stands_beside
from handlers.web.chat.page import sent_as, still_written
from handlers.web.frame import identity
from handlers.web.frame.keys import LOGIN, SERVICE
from handlers.web.frame.limits import LIMITS, SIGNS
from handlers.web.frame.view import see_other, wants_json
from models.people import Channel


async def here(request: web.Request) -> web.Response:
    """She is still typing, so her login is not idle. What she types is not told."""
    _only_so_often(request)
    async with identity.signs(request) as (work, login):
        await logins.stays(work, login)
    return web.json_response({"ok": True})


async def draft(request: web.Request) -> web.Response:
    """What she had typed when she left the page; as a page, the chat, whose box holds it."""
    login = request[LOGIN]
    if login is None or not wants_json(request):
        return see_other(f"/{request.match_info['language']}/chat")
    service = request.app[SERVICE]
    async with service.store.look() as db:
        kept = await keeping.kept_for(db, service.store.seal, login.id, now=clock.now())
    return web.json_response({"ok": True, "text": kept.unsent})


async def keep_draft(request: web.Request) -> web.Response:
    """What she has typed is there when she comes back to the page, unless it has arrived as a message meanwhile."""
    _only_so_often(request)
    text, client_msg_id = str((await request.post()).get("text", "")), await sent_as(request)
    async with identity.signs(request) as (work, login):
        await keeping.keep_unsent(work, login, text)
        # Looked at last: the same words may be on their way as a message at this very moment.
        if client_msg_id and await once.is_done(work, Channel.WEB, f"{login.person_id}:{client_msg_id}"):
            await keeping.forget_unsent(work, login)
    return web.json_response({"ok": True})


async def written(request: web.Request) -> web.StreamResponse:
    """She has the secret number on paper: it is shown no more."""
    try:
        async with identity.acts(request) as (work, login):
            await keeping.written_down(work, login)
            await keep_what_stands_beside(work, request, login)
    except LoginEnded:
        raise
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await still_written(request, refusal)
    if wants_json(request):
        return web.json_response({"ok": True})
    return see_other(f"/{request.match_info['language']}/chat#new")


def _only_so_often(request: web.Request) -> None:
    if not request.app[LIMITS].allows_login(SIGNS, identity.token_of(request, identity.NEWCOMER) or ""):
        raise TooMany("slow_down")
