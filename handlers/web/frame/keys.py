"""The typed names under which the application and a request carry what handlers need.

It must not import the modules whose objects it names, except to name their types.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from bot.people.logins import Session
    from bot.service import Service
    from handlers.web.frame.limits import Limits
    from handlers.web.frame.policy import Policy
    from handlers.web.frame.room import Room
    from handlers.web.frame.slow_hashes import SlowHashes
    from handlers.web.frame.sockets import Sockets
    from handlers.web.frame.static import Assets
    from handlers.web.frame.turns import Turn, Turns
    from handlers.web.frame.view import Pages

Webhook = Callable[[bytes], Awaitable[int]]

SERVICE: web.AppKey["Service"] = web.AppKey("service")
PAGES: web.AppKey["Pages"] = web.AppKey("pages")
ASSETS: web.AppKey["Assets"] = web.AppKey("assets")
LIMITS: web.AppKey["Limits"] = web.AppKey("limits")
ROOM: web.AppKey["Room"] = web.AppKey("room")
SOCKETS: web.AppKey["Sockets"] = web.AppKey("sockets")
WEBHOOK: web.AppKey[Webhook | None] = web.AppKey("webhook")
SLOW_HASHES: web.AppKey["SlowHashes"] = web.AppKey("slow_hashes")
TURNS: web.AppKey["Turns"] = web.AppKey("turns")
PROBE_TURNS: web.AppKey["Turns"] = web.AppKey("probe_turns")  # of their own: they are asked when the others hang

POLICY: web.RequestKey["Policy"] = web.RequestKey("policy")
SESSION: web.RequestKey["Session | None"] = web.RequestKey("session")
CHECKED: web.RequestKey[bool] = web.RequestKey("checked")
TURN: web.RequestKey["Turn"] = web.RequestKey("turn")
TYPED: web.RequestKey[str] = web.RequestKey("typed")
