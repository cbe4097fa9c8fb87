"""The secret number: made at consent, and made anew when a newcomer asks for another.

On a shared device the old number has to be given first: whoever finds the chat open must not be able to take it over.
It must not show a number; the chat's own page does, as long as the login keeps it.
"""

from secrets import randbelow

from aiohttp import web

from bot.engine.errors import BadInput, LoginEnded, Refusal, TooMany
from bot.engine.seal import hash_secret, secret_matches
from bot.people import keeping, secret_door
from bot.people.keeping import NewSecret
from bot.people.logins import Login
from handlers.web.chat.back import digits
from handlers.web.frame import identity
from handlers.web.frame.keys import LOGIN, SERVICE
from handlers.web.frame.limits import LIMITS, NEW_SECRETS
from handlers.web.frame.slow_hashes import slowly
from handlers.web.frame.view import page, refusal_text, wants_json, went_on, words_for
from models.people import Device

SECRET_DIGITS = 8


async def new_secret(request: web.Request) -> tuple[str, str]:
    """A secret number nobody knows yet, and its hash."""
    secret = f"{randbelow(10**SECRET_DIGITS):0{SECRET_DIGITS}d}"
    return secret, await slowly(request, "new", hash_secret, secret)


async def ask(request: web.Request) -> web.Response:
    """Asks before another number is made, on a shared device for the old one."""
    return _page(request, request[LOGIN])


async def make(request: web.Request) -> web.Response:
    """The chat shows a new number, and the old one opens nothing; or the same page says why not."""
    login = await identity.newcomer_login(request)
    if login is None:
        raise await identity.ended(request)
    try:
        await _make(request, login)
    except LoginEnded:
        raise
    except Refusal as refusal:
        if wants_json(request):
            raise
        return _page(request, login, refusal)
    return went_on(request, f"/{request.match_info['language']}/chat#numbers")


async def _make(request: web.Request, login: Login) -> None:
    if not request.app[LIMITS].allows_login(NEW_SECRETS, identity.token_of(request, identity.NEWCOMER) or ""):
        raise TooMany("slow_down")
    store = request.app[SERVICE].store
    async with store.look() as db:
        numbers = await secret_door.numbers_of(db, store.seal, login.person_id)
    if numbers is None:
        raise BadInput("no_secret_yet")
    code, old_hash = numbers
    if login.device == Device.SHARED:
        await _prove(request, code, old_hash)
    secret, secret_hash = await new_secret(request)
    async with identity.acts(request) as (work, current):
        await keeping.renew_secret(work, work.newcomer, current, new=NewSecret(secret, secret_hash, replaces=old_hash))
        await secret_door.forgive_guesses(work, code)
    request.app[LIMITS].guesses.opened(request.app[LIMITS].network_of(request), code)


async def _prove(request: web.Request, code: str, old_hash: str) -> None:
    """Tries are counted against this login: whoever finds the chat open cannot shut the door for its owner, and who
    tries at the door hinders nobody whose chat is open."""
    given = digits((await request.post()).get("secret"))
    guesses, place = request.app[LIMITS].guesses, f"login {identity.token_of(request, identity.NEWCOMER)}"
    guesses.count(place, code)
    if not await slowly(request, "old", secret_matches, given, old_hash):
        raise BadInput("wrong_secret")
    guesses.opened(place, code)


def _page(request: web.Request, login: Login | None, refusal: Refusal | None = None) -> web.Response:
    told = "" if refusal is None else refusal_text(request.app[SERVICE], words_for(request), refusal)
    needs_old = login is not None and login.device == Device.SHARED
    return page(
        request, "chat/secret.html", status=200 if refusal is None else refusal.status, error=told, needs_old=needs_old
    )
