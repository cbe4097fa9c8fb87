"""The way in for Telegram's updates: checks the secret, hands the bytes on, answers what it is told to answer."""

import hmac

from aiohttp import web

from handlers.web.frame.keys import SERVICE, WEBHOOK

TYPE = "application/json"  # Telegram sends nothing else
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name: https://core.telegram.org/bots/api#setwebhook


async def receive(request: web.Request) -> web.Response:
    """The update has been taken in, committed, before this answers 200. Without the secret no body is read."""
    deliver, secret = request.app[WEBHOOK], request.app[SERVICE].settings.webhook_secret
    if deliver is None or secret is None:
        raise web.HTTPForbidden
    if not _knows(request, secret.get_secret_value()):
        request.app[SERVICE].health.wrong_secrets += 1
        raise web.HTTPForbidden
    if request.content_type != TYPE:
        raise web.HTTPForbidden
    return web.Response(status=await deliver(await request.read()))  # a 503 gets its Retry-After as any other does


def _knows(request: web.Request, secret: str) -> bool:
    given = request.headers.get(SECRET_HEADER, "")
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), secret.encode())
