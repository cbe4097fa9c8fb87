"""The door of code and secret: a newcomer comes back to her case from any device.

Every failure has one answer and takes the same steps, so that nothing is learnt by trying.
"""

from aiohttp import web

from bot.engine import clock
from bot.engine.errors import NotFound, Refusal, TooMany
from bot.engine.seal import hash_secret, secret_matches
from bot.language import parts
from bot.language.i18n import Ltr, Plain
from bot.language.textshape import to_latin_digits
from bot.people import secret_door
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.limits import COME_BACKS, LIMITS
from handlers.web.frame.slow_hashes import slowly
from handlers.web.frame.view import inline, page, refusal_text, wants_json, went_on, words_for
from models.people import Device

LONGEST_TYPED = 40
WAIT_MINUTES = 1
# Compared with where there is no case, so that this takes as long as a wrong secret.
NOBODYS = hash_secret("nobody's")


async def show(request: web.Request) -> web.Response:
    """Asks for the case number, the secret number, and whose device this is."""
    return _page(request)


async def come_back(request: web.Request) -> web.Response:
    """The chat goes on here and nowhere else; or one and the same answer, whatever was wrong."""
    form = await request.post()
    code, secret = digits(form.get("code")), digits(form.get("secret"))
    device = Device.OWN if form.get("device") == "own" else Device.SHARED
    try:
        if not request.app[LIMITS].allows_address(COME_BACKS, request):
            raise TooMany("too_many_guesses", n=WAIT_MINUTES)
        language, token = await _come_back(request, code, secret, device)
    except (TooMany, NotFound) as refusal:
        return _refused(request, refusal, code)
    response = went_on(request, f"/{language or request.match_info['language']}/chat")
    identity.remember(request, response, identity.NEWCOMER, token, device=device)
    return response


async def _come_back(request: web.Request, code: str, secret: str, device: Device) -> tuple[str | None, str]:
    store, guesses, place = request.app[SERVICE].store, request.app[LIMITS].guesses, _place(request)
    await _count(request, code)
    async with store.look() as db:
        found = await secret_door.secret_for_code(db, store.seal, code, clock.now())
    matches = await slowly(request, "back", secret_matches, secret, found[1] if found else NOBODYS)
    if found is None or not matches:
        raise NotFound("wrong_code_or_secret")
    async with store.work() as work:
        visitor, token = await secret_door.come_back(work, found[0], device)
        await secret_door.uncount_guess(work, code)
        await identity.end_login(work, request, identity.NEWCOMER)
    guesses.opened(place, code)
    return visitor.language, token


async def _count(request: web.Request, code: str) -> None:
    """The try counts here and for the code. Where the case was opened lately nobody else's tries shut the door, nor
    one's own; how often an address may try at all is limited before.

    Raises:
        TooMany: from this place, or from all together.
    """
    guesses, place = request.app[LIMITS].guesses, _place(request)
    is_known = guesses.knows(place, code)
    if not is_known:
        guesses.count(place, code)
    try:
        async with request.app[SERVICE].store.work() as work:
            await secret_door.count_guess(work, code, is_known=is_known)
    except Refusal:
        if not is_known:
            guesses.uncount(place, code)
        raise


def _place(request: web.Request) -> str:
    return request.app[LIMITS].network_of(request)


def _refused(request: web.Request, refusal: Refusal, code: str) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    told = refusal_text(service, words, refusal)
    if isinstance(refusal, NotFound):  # whatever was wrong: nobody learns whether there ever was such a case
        told = Plain(f"{told} {parts.codes_end(words, service.facts(clock.now()))}")
    status = refusal.status if isinstance(refusal, TooMany) else web.HTTPUnprocessableEntity.status_code
    if wants_json(request):
        return web.json_response({"ok": False, "error": refusal.code, "text": told}, status=status)
    return _page(request, error=told, code=code, status=status)


def _page(request: web.Request, *, error: str = "", code: str = "", status: int = 200) -> web.Response:
    """Who has lost the secret number, or never got one, reads here what can be done all the same."""
    words, facts = words_for(request), request.app[SERVICE].facts(clock.now())
    contact = inline(words("contact_line", contact=Ltr(facts.contact))) if facts.contact else ""
    return page(request, "chat/back.html", error=error, code=code, contact=contact, status=status)


def digits(typed: object) -> str:
    """The digits of what was typed, in whichever script, without the spaces people put between them."""
    return "".join(filter(str.isdigit, to_latin_digits(str(typed or ""))[:LONGEST_TYPED]))
