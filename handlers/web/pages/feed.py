"""A volunteer's shifts for their calendar program: whoever knows the address reads them, as calendar programs log in
nowhere.

Reads and renders. It must not decide whose address it is (`bot/shifts/feeds.py`), nor keep that it was asked for.
"""

from aiohttp import web

from bot.engine import clock
from bot.shifts import calendar, feeds
from handlers.web.frame.keys import SERVICE

CALENDAR = "text/calendar"


async def shifts(request: web.Request) -> web.Response:
    """The shifts under this address. One that has ended, or never was, is no page of ours."""
    service, now = request.app[SERVICE], clock.now()
    async with service.store.look() as db:
        feed = await feeds.feed_of(db, service.store.seal, request.match_info["token"], now)
    if feed is None:
        raise web.HTTPNotFound
    words, zone = service.desk(feed.language), service.store.zone
    body = calendar.calendar(feed, words, zone, service.settings.public_url, year=now.year)
    return web.Response(body=body, content_type=CALENDAR, charset="utf-8")
