"""What stands before every handler: its turn, and for a page the login that the route's policy asks for.

An act (POST) has its policy enforced inside its own Work, by `identity.acts`; a handler that forgot to ask is a bug
which is caught here.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.engine.errors import NotFound, NotPermitted
from bot.people.logins import Login
from handlers.web.frame import identity
from handlers.web.frame.keys import CHECKED, LOGIN
from handlers.web.frame.limits import LIMITS, OPENINGS
from handlers.web.frame.policy import OPEN, POLICY, Policy
from handlers.web.frame.turns import PROBE_TURNS, TURN, TURNS, turn_of, who_asks
from models.people import Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
READS = ("GET", "HEAD")
FIRST_REFUSAL = 400


def admit(policy: Policy, handler: Handler) -> Handler:
    """The handler, taken only by those whom the policy lets in, each in their turn."""

    async def in_turn(request: web.Request) -> web.StreamResponse:
        request[POLICY] = policy
        if policy == Policy.TELEGRAM:
            return await handler(request)  # there is one Telegram, and nobody else has the secret
        if _is_socket(request) and not request.app[LIMITS].allows_login(OPENINGS, "".join(who_asks(request))):
            return web.Response(status=web.HTTPTooManyRequests.status_code)  # its client shows no page
        async with turn_of(request, PROBE_TURNS if policy == Policy.PROBE else TURNS) as request[TURN]:
            if request.method in READS and request.transport is None:
                raise ConnectionResetError  # they have left meanwhile; what somebody has said counts all the same
            return await admitted(request)

    async def admitted(request: web.Request) -> web.StreamResponse:
        if policy in OPEN:
            return await handler(request)
        if request.method in READS:
            request[LOGIN] = await _login_for(request, policy)
            return await handler(request)
        response = await handler(request)
        if response.status < FIRST_REFUSAL and not request.get(CHECKED, False):
            raise RuntimeError("an act was taken in without a look at who acts")
        return response

    return in_turn


async def _login_for(request: web.Request, policy: Policy) -> Login:
    try:
        return await _permitted(request, policy)
    except NotPermitted as nobody:
        if _is_socket(request):
            raise web.HTTPForbidden from nobody  # a socket's client shows no page
        raise


def _is_socket(request: web.Request) -> bool:
    return "Upgrade" in request.headers


async def _permitted(request: web.Request, policy: Policy) -> Login:
    if policy == Policy.NEWCOMER:
        return await identity.require_newcomer(request)
    login = await identity.require_staff(request)
    if policy == Policy.COORDINATOR and login.role != Role.COORDINATOR:
        raise NotFound
    return login
