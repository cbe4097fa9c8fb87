"""The typed names under which the application and a request carry what is not the web's own: service, session, webhook.

A key of the web's own stands beside its type. It must not import a module of the web.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.people.logins import Session
from bot.service import Service

Webhook = Callable[[bytes], Awaitable[int]]

SERVICE: web.AppKey[Service] = web.AppKey("service")
WEBHOOK: web.AppKey[Webhook | None] = web.AppKey("webhook")

SESSION: web.RequestKey[Session | None] = web.RequestKey("session")
CHECKED: web.RequestKey[bool] = web.RequestKey("checked")
TYPED: web.RequestKey[str] = web.RequestKey("typed")
