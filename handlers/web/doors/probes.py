"""For monitoring: is it alive, is it ready, how is it doing. Says nothing of any person."""

import asyncio
import hmac
from contextlib import suppress
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bot.engine import clock
from bot.engine.errors import Unavailable
from bot.engine.metrics import REGISTRY
from bot.reports import overview
from bot.service import Service
from bot.telling import newer_rows
from bot.trouble.alarm import SILENT_SECONDS
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.sockets import SOCKETS

BEARER = "Bearer "
ANSWER_SECONDS = 3.0  # a probe that waits is taken for one that failed


async def healthz(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.Response(text="ok")


async def readyz(request: web.Request) -> web.Response:
    """Whether people can be served: their words can be read and kept. A channel that is missing is named, and hinders
    the others in nothing."""
    service = request.app[SERVICE]
    database = await _database_answers(request)
    storage = _storage(service)
    ready = database and storage["writes"] and not service.health.stopping
    told = {"ready": ready, "database": database, "storage": storage, "stopping": service.health.stopping}
    told |= {"clock": "in_doubt" if clock.doubt() else "believed"}
    told |= {"channels": service.health.channels, "channel_troubles": _channel_troubles(service)}
    told |= _traces(service)
    told |= {"left_for_a_newer_version": await _left_behind(request) if database else {}}
    return web.json_response(told, status=200 if ready else 503)


async def _left_behind(request: web.Request) -> dict[str, int]:
    """Kinds of notices that this version does not know and nobody has come to say, and how many rows of each."""
    with suppress(Unavailable, TimeoutError):
        async with asyncio.timeout(ANSWER_SECONDS), request.app[SERVICE].store.look() as db:
            return {one.kind: one.rows for one in await newer_rows.left_behind(db, clock.now())}
    return {}


def _storage(service: Service) -> dict[str, object]:
    """Whether things can be stored. Not if an act has failed for it, nor if there has been no sign of life for long."""
    condition, silent = service.store.condition, service.health.unwritten_seconds
    told: dict[str, object] = {"writes": condition.cause is None and silent <= SILENT_SECONDS}
    told["last_write_seconds"] = None if service.health.wrote_at is None else round(silent, 1)
    if condition.cause and condition.since:
        told |= {"cause": str(condition.cause), "since": condition.since.isoformat(timespec="seconds")}
        told |= {"failed_acts": condition.failed_acts}
    return told


def _traces(service: Service) -> dict[str, object]:
    """That what was deleted cannot be taken out of the files, while that lasts; it hinders nobody."""
    found = service.health.traces
    told = found and {"since": found.since.isoformat(timespec="seconds"), "why": found.why}
    return {"traces_of_deleted": told} if told else {}


def _channel_troubles(service: Service) -> dict[str, object]:
    return {
        channel: {
            "code": trouble.code,
            "since": trouble.since.isoformat(timespec="seconds"),
            "failed_at": trouble.failed_at and trouble.failed_at.isoformat(timespec="seconds"),
        }
        for channel, trouble in service.health.channel_troubles.items()
    }


async def metrics(request: web.Request) -> web.Response:
    """Figures for Prometheus, to whoever knows the token; without https, to loopback too. For anybody else there is no
    such page."""
    if not _may_read_metrics(request):
        raise web.HTTPNotFound
    text = generate_latest(REGISTRY) + generate_latest(await _present_figures(request))
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})


async def _database_answers(request: web.Request) -> bool:
    try:
        async with asyncio.timeout(ANSWER_SECONDS), request.app[SERVICE].store.look() as db:
            return await overview.answers(db)
    except (Unavailable, TimeoutError):
        return False


def _may_read_metrics(request: web.Request) -> bool:
    token = request.app[SERVICE].settings.metrics_token
    given = request.headers.get("Authorization", "")
    if token is not None and given.startswith(BEARER):
        known = token.get_secret_value().encode()
        return hmac.compare_digest(given.removeprefix(BEARER).encode("utf-8", "surrogateescape"), known)
    # Behind a proxy on this machine every visitor comes from loopback. Over https there is one, and it need not say so.
    is_proxied = identity.is_https(request) or "X-Forwarded-For" in request.headers
    return _is_loopback(request.remote) and not is_proxied


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


async def _present_figures(request: web.Request) -> CollectorRegistry:
    async with request.app[SERVICE].store.look(slow=True) as db:
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
