"""The typed names under which the application and a request carry what is not the web's own: service, login, webhook.

A key of the web's own stands beside its type. It must not import a module of the web.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.people.logins import Login
from bot.service import Service

Webhook = Callable[[bytes], Awaitable[int]]

SERVICE: web.AppKey[Service] = web.AppKey("service")
WEBHOOK: web.AppKey[Webhook | None] = web.AppKey("webhook")

LOGIN: web.RequestKey[Login | None] = web.RequestKey("login")
CHECKED: web.RequestKey[bool] = web.RequestKey("checked")
TYPED: web.RequestKey[str] = web.RequestKey("typed")
