"""Being at work at the desk: here, for how long, and off duty. Reads, acts, answers.

It must not decide who is present (`bot/roster/presence.py`).
"""

from collections.abc import Mapping

from aiohttp import web

from bot.cases import on_duty, shift_ends
from bot.cases.texts_duty import HOURS
from bot.engine import clock
from bot.engine.db import Db
from bot.roster import presence
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import inline, went_on, words_for


async def come(request: web.Request) -> web.Response:
    """They are there, on their shift or for as many hours as they say.

    Raises:
        MayNotClaim: without a shift, and they are new, trainees or away.
    """
    hours = str((await request.post()).get("hours", ""))
    async with identity.acts(request) as (work, _):
        if not await on_duty.here(work) and hours in HOURS:
            await on_duty.here_for(work, int(hours))
    return went_on(request, "/desk")


async def go(request: web.Request) -> web.Response:
    """They are there no more, and are asked about what stays open."""
    async with identity.acts(request) as (work, login):
        if await on_duty.gone(work):
            await shift_ends.ask(work, login.person_id)
    return went_on(request, "/desk")


async def shown(request: web.Request, db: Db, person_id: int) -> Mapping[str, object]:
    """Until when somebody is there, and from when, if that is ahead; else whether a shift of theirs is near."""
    words, now, zone = words_for(request), clock.now(), request.app[SERVICE].store.zone
    stay = await presence.stay_of(db, person_id, now)
    if not stay:
        is_near = bool(await presence.near_of(db, person_id, now))
        return {"until": None, "is_near": is_near, "hours": HOURS}
    begins_at = stay[0].began_at
    ends = max(duty.ends_at for duty in stay)
    begins = inline(words.time(begins_at.astimezone(zone))) if begins_at > now else None
    return {"until": inline(words.until(ends, zone, begins=now, now=now)), "begins": begins}
