"""For monitoring: is it alive, is it ready, how is it doing. Says nothing of any person."""

import hmac
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bot import clock
from bot.actions import overview
from bot.errors import Unavailable
from bot.metrics import REGISTRY
from handlers.web.keys import SERVICE, SOCKETS

BEARER = "Bearer "


async def healthz(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.Response(text="ok")


async def readyz(request: web.Request) -> web.Response:
    """Whether people can be served. A channel that is missing is named, and hinders the others in nothing."""
    service = request.app[SERVICE]
    database = await _database_answers(request)
    ready = database and not service.health.stopping
    told = {"ready": ready, "database": database, "stopping": service.health.stopping}
    told["clock"] = "in_doubt" if clock.doubt() else "believed"
    return web.json_response(told | {"channels": service.health.channels}, status=200 if ready else 503)


async def metrics(request: web.Request) -> web.Response:
    """Figures for Prometheus, to loopback or to whoever knows the token; for anybody else there is no such page."""
    if not _may_read_metrics(request):
        raise web.HTTPNotFound
    text = generate_latest(REGISTRY) + generate_latest(await _present_figures(request))
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def _database_answers(request: web.Request) -> bool:
    try:
        async with request.app[SERVICE].store.look() as db:
            return await overview.answers(db)
    except Unavailable:
        return False


def _may_read_metrics(request: web.Request) -> bool:
    token = request.app[SERVICE].settings.metrics_token
    given = request.headers.get("Authorization", "")
    if token is not None and given.startswith(BEARER):
        known = token.get_secret_value().encode()
        return hmac.compare_digest(given.removeprefix(BEARER).encode("utf-8", "surrogateescape"), known)
    # Behind a proxy on this machine every visitor comes from loopback; the proxy says so.
    return _is_loopback(request.remote) and not request.headers.getall("X-Forwarded-For", [])


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


async def _present_figures(request: web.Request) -> CollectorRegistry:
    async with request.app[SERVICE].store.look() as db:
        figures = await overview.figures(db)
    waited = (clock.now() - figures.oldest).total_seconds() if figures.oldest else 0
    registry = CollectorRegistry()
    for name, what, value in (
        ("radrum_queue_cases", "Cases that wait for a volunteer.", figures.waiting),
        ("radrum_queue_oldest_seconds", "How long the oldest of them has waited.", waited),
        ("radrum_outbox_due_rows", "Rows that wait to leave for Telegram.", figures.due),
        ("radrum_sockets", "Open WebSockets.", len(request.app[SOCKETS])),
    ):
        Gauge(name, what, registry=registry).set(value)
    return registry
