"""Shifts that somebody takes every time: begun with one of theirs, and ended, on everybody's own page.

Reads, acts, answers. What came of it, clashes included, is said on the page that answers, this once.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.shifts import standing_signups
from bot.shifts.texts import EVERY
from bot.shifts.texts_term import Standing
from handlers.web.desk.shifts import view
from handlers.web.desk.shifts.acting import REFUSED, acts_once
from handlers.web.desk.shifts.own import own_page, refused_page


async def begin(request: web.Request) -> web.Response:
    """The acting volunteer takes such a shift every week, or every other one."""
    shift_id, weeks = int(request.match_info["shift"]), str((await request.post()).get("weeks", ""))

    async def begun(work: Work) -> Standing:
        if weeks not in EVERY:
            raise BadInput("desk_every_missing")
        try:
            return await standing_signups.begin(work, shift_id, int(weeks))
        except Stale:
            raise Stale("desk_shift_not_yours") from None

    return await _did(request, f"every:{shift_id}:{weeks}", begun)


async def end(request: web.Request) -> web.Response:
    """They take it no more by itself; the shifts they are on stay theirs."""
    standing = int(request.match_info["standing"])

    async def ended(work: Work) -> Standing:
        try:
            return await standing_signups.end(work, standing)
        except Stale:
            raise Stale("desk_standing_over") from None

    return await _did(request, f"every-end:{standing}", ended)


async def _did(request: web.Request, key: str, verb: Callable[[Work], Awaitable[Standing]]) -> web.Response:
    told = None
    try:
        async with acts_once(request, key) as (work, is_first):
            if is_first:
                told = await verb(work)
    except REFUSED as refusal:
        return await refused_page(request, refusal)
    return await own_page(request, told=view.said(request, told) if told else "")
