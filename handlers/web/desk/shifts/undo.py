"""The coordinators' page on which they take back the newest thing that they did themselves: named, asked, then done.

Reads, acts, answers. A change of the hours is taken back on the hours' own page. It must not decide what can be.
"""

from aiohttp import web
from markupsafe import Markup

from bot.engine.errors import Refusal, Stale
from bot.shifts import newest_own, undoing
from bot.shifts.texts_undo import ShiftUndoAsk
from handlers.web.desk.shifts import acting, view
from handlers.web.desk.shifts.acting import REFUSED, acts_once, as_json, number, why_refused
from handlers.web.frame import identity
from handlers.web.frame.view import page, see_other, several_lines, wants_json, went_on, words_for

UNDO, OF_HOURS = "/desk/undo", "/desk/hours/changes/{}/undo"


async def show(request: web.Request) -> web.Response:
    """What would be taken back; or what has just been."""
    if done := number(request.query.get("done", "")):
        return await _done_page(request, done)
    async with identity.looks(request) as work:
        newest = await newest_own.newest(work)
        asked = await undoing.ask(work, newest.done) if newest.done else None
    if newest.change is not None:
        return see_other(OF_HOURS.format(newest.change))
    return _undo_page(request, asked)


async def undo(request: web.Request) -> web.Response:
    """It is as it was before, and whoever was told of it knows. The same press twice is one."""
    line = number(str((await request.post()).get("line", "")))
    try:
        async with acts_once(request, f"undone:{line}") as (work, is_first):
            if is_first:
                await undoing.undo(work, line)
    except REFUSED as refusal:
        return await _refused(request, refusal)
    return went_on(request, f"{UNDO}?done={line}")


async def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    """Why not, and what else there is to take back."""
    await acting.require_staff(request, coordinator=True)
    if wants_json(request):
        return as_json(request, refusal)
    async with identity.looks(request) as work:
        newest = await undoing.newest(work)
        asked = await undoing.ask(work, newest) if newest else None
    return _undo_page(request, asked, refusal=refusal)


async def _done_page(request: web.Request, line: int) -> web.Response:
    try:
        async with identity.looks(request) as work:
            told = await undoing.undone(work, line)
    except Stale:
        return see_other(UNDO)
    return _undo_page(request, None, told=view.said(request, told))


def _undo_page(
    request: web.Request, asked: ShiftUndoAsk | None, *, told: Markup | str = "", refusal: Refusal | None = None
) -> web.Response:
    nothing = "" if asked or told else words_for(request)("shift_undo_nothing")
    return page(
        request, "desk/shifts/undo.html", status=refusal.status if refusal else 200,
        error=several_lines(why_refused(request, refusal)) if refusal else "", told=told,
        nothing="" if refusal else nothing, asked=view.said(request, asked) if asked else "",
        line=asked.number if asked else 0,
    )  # fmt: skip
