"""Everybody's own page about the address under which a calendar program follows their shifts. It is shown once.

Reads, acts, answers. It must not keep an address.
"""

from aiohttp import web

from bot.engine.errors import Refusal
from bot.shifts import feeds
from handlers.web.desk.shifts import acting
from handlers.web.desk.shifts.acting import REFUSED, as_json, why_refused
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import page, see_other, wants_json, went_on, words_for

CALENDAR = "/desk/shifts/calendar"


async def show(request: web.Request) -> web.Response:
    """Whether there is an address."""
    return await _calendar_page(request)


async def look(_request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the calendar's page."""
    return see_other(CALENDAR)


async def make(request: web.Request) -> web.Response:
    """The reader's shifts stand under a new address, which is shown this once, and under no other any more."""
    try:
        async with identity.acts(request) as (work, _):
            token = await feeds.new_feed(work)
    except REFUSED as refusal:
        return await _refused(request, refusal)
    public = request.app[SERVICE].settings.public_url
    return await _calendar_page(request, address=f"{public}/shifts/{token}.ics")


async def end(request: web.Request) -> web.Response:
    """No address shows the reader's shifts any more."""
    try:
        async with identity.acts(request) as (work, login):
            await feeds.end_feed(work, login.person_id)
    except REFUSED as refusal:
        return await _refused(request, refusal)
    return went_on(request, f"{CALENDAR}?told=ended")


async def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    await acting.require_staff(request)
    return as_json(request, refusal) if wants_json(request) else await _calendar_page(request, refusal=refusal)


async def _calendar_page(request: web.Request, *, address: str = "", refusal: Refusal | None = None) -> web.Response:
    async with identity.looks(request) as work:
        has_feed = await feeds.has_feed(work.db, work.staff.id)
    told = words_for(request)("shift_feed_ended") if request.query.get("told") == "ended" and not has_feed else ""
    return page(
        request, "desk/shifts/calendar.html", status=refusal.status if refusal else 200,
        error=why_refused(request, refusal) if refusal else "", has_feed=has_feed, address=address, told=told,
    )  # fmt: skip
