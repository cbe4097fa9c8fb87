"""Who may take a route: one policy per route, named in the table of routes and enforced here.

A page (GET) finds its session before the handler runs. An act (POST) has it checked inside its own Work, by
`identity.newcomer_acts` or `identity.staff_acts`; a handler that forgot to is a bug which is caught here.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum

from aiohttp import web

from bot.errors import NotFound, NotPermitted
from handlers.web import identity
from handlers.web.keys import CHECKED, POLICY, SESSION
from models.people import Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
READS = ("GET", "HEAD")
FIRST_REFUSAL = 400


class Policy(StrEnum):
    """public: anybody · newcomer: a newcomer's session · staff: a volunteer's or coordinator's session ·
    claimer: staff, and only the case they have claimed · coordinator: a coordinator's session ·
    probe: monitoring · telegram: the webhook's secret."""

    PUBLIC = "public"
    NEWCOMER = "newcomer"
    STAFF = "staff"
    CLAIMER = "claimer"
    COORDINATOR = "coordinator"
    PROBE = "probe"
    TELEGRAM = "telegram"


OPEN = (Policy.PUBLIC, Policy.PROBE, Policy.TELEGRAM)


def admit(policy: Policy, handler: Handler) -> Handler:
    """The handler, taken only by those whom the policy lets in."""

    async def admitted(request: web.Request) -> web.StreamResponse:
        request[POLICY] = policy
        if policy in OPEN:
            return await handler(request)
        if request.method in READS:
            request[SESSION] = await _session_for(request, policy)
            return await handler(request)
        response = await handler(request)
        if response.status < FIRST_REFUSAL and not request.get(CHECKED, False):
            raise RuntimeError("an act was taken in without a look at who acts")
        return response

    return admitted


async def _session_for(request: web.Request, policy: Policy) -> identity.Session:
    try:
        return await _permitted(request, policy)
    except NotPermitted as nobody:
        if request.headers.get("Upgrade"):
            raise web.HTTPForbidden from nobody  # a socket's client shows no page
        raise


async def _permitted(request: web.Request, policy: Policy) -> identity.Session:
    if policy == Policy.NEWCOMER:
        return await identity.require_newcomer(request)
    session = await identity.require_staff(request)
    if policy == Policy.COORDINATOR and session.role != Role.COORDINATOR:
        raise NotFound
    return session
