"""The door of code and secret: a newcomer comes back to her case from any device.

Every failure has one answer and takes the same steps, so that nothing is learnt by trying.
"""

import asyncio

from aiohttp import web

from bot import clock
from bot.actions import sessions
from bot.errors import NotFound, Refusal, TooMany
from bot.seal import hash_secret, secret_matches
from bot.textshape import to_latin_digits
from handlers.web import identity
from handlers.web.keys import LIMITS, SERVICE, SLOW_HASHES
from handlers.web.limits import COME_BACKS
from handlers.web.view import page, refusal_text, wants_json, went_on, words_for
from models.people import Device

LONGEST_TYPED = 40
WAIT_MINUTES = 1
# Compared with where there is no case, so that this takes as long as a wrong secret.
NOBODYS = hash_secret("nobody's")


async def show(request: web.Request) -> web.Response:
    """Asks for the case number, the secret number, and whose device this is."""
    return page(request, "back.html", error="", code="")


async def come_back(request: web.Request) -> web.Response:
    """The chat goes on here and nowhere else; or one and the same answer, whatever was wrong."""
    form = await request.post()
    code, secret = digits(form.get("code")), digits(form.get("secret"))
    device = Device.OWN if form.get("device") == "own" else Device.SHARED
    try:
        if not request.app[LIMITS].allows_address(COME_BACKS, request):
            raise TooMany(minutes=WAIT_MINUTES)
        language, token = await _come_back(request, code, secret, device)
    except (TooMany, NotFound) as refusal:
        return _refused(request, refusal, code)
    response = went_on(request, f"/{language or request.match_info['language']}/chat")
    identity.remember(request, response, identity.NEWCOMER, token, device=device)
    return response


async def _come_back(request: web.Request, code: str, secret: str, device: Device) -> tuple[str | None, str]:
    store = request.app[SERVICE].store
    async with store.work() as work:
        await sessions.count_guess(work, code)
    async with store.look() as db:
        found = await sessions.secret_for_code(db, code, clock.now())
    async with request.app[SLOW_HASHES]:
        matches = await asyncio.to_thread(secret_matches, secret, found[1] if found else NOBODYS)
    if found is None or not matches:
        raise NotFound("wrong_code_or_secret")
    async with store.work() as work:
        visitor, token = await sessions.come_back(work, found[0], device)
        await sessions.forgive_guesses(work, code)
        await identity.end_session(work, request, identity.NEWCOMER)
    return visitor.language, token


def _refused(request: web.Request, refusal: Refusal, code: str) -> web.Response:
    told = refusal_text(request.app[SERVICE], words_for(request), refusal)
    status = refusal.status if isinstance(refusal, TooMany) else web.HTTPUnprocessableEntity.status_code
    if wants_json(request):
        return web.json_response({"ok": False, "error": refusal.code, "text": told}, status=status)
    return page(request, "back.html", error=told, code=code, status=status)


def digits(typed: object) -> str:
    """The digits of what was typed, in whichever script, without the spaces people put between them."""
    return "".join(filter(str.isdigit, to_latin_digits(str(typed or ""))[:LONGEST_TYPED]))
