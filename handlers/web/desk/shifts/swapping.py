"""Everybody's own page on which one of their shifts is offered for another's.

Reads, acts, answers. It must not decide who fits.
"""

from aiohttp import web

from bot.engine.errors import BadInput, Refusal, Stale
from bot.shifts import swaps
from handlers.web.desk.shifts import acting, own_view
from handlers.web.desk.shifts.acting import REFUSED, acts_once, as_json, new_press, number, why_refused
from handlers.web.desk.shifts.own import OWN, own_page
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import page, see_other, several_lines, wants_json, went_on, words_for


async def show(request: web.Request) -> web.Response:
    """For whose shift? One that is not theirs, or over, leads to those that are."""
    try:
        return await _swap_page(request)
    except Stale:
        return see_other(OWN)


async def propose(request: web.Request) -> web.Response:
    """The other has the question."""
    shift_id, form = int(request.match_info["shift"]), await request.post()
    other, _, person = str(form.get("for", "")).partition(":")
    chosen = number(other), number(person)
    try:
        async with acts_once(request, f"swap:{shift_id}:{other}:{person}") as (work, is_first):
            if not all(chosen):
                raise BadInput("desk_swap_missing")
            if is_first:
                try:
                    await swaps.propose(work, shift_id, *chosen)
                except Stale:
                    raise Stale("desk_swap_over") from None
            swap = await swaps.newest(work, shift_id, *chosen)
    except REFUSED as refusal:
        return await _refused(request, refusal)
    return went_on(request, f"{OWN}?swap={swap}")


async def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    await acting.require_staff(request)
    if wants_json(request):
        return as_json(request, refusal)
    try:
        return await _swap_page(request, refusal=refusal)
    except Stale:  # the shift is not theirs any more
        return await own_page(request, refusal=refusal)


async def _swap_page(request: web.Request, *, refusal: Refusal | None = None) -> web.Response:
    async with identity.looks(request) as work:
        offers = await swaps.offers(work, int(request.match_info["shift"]))
    return page(
        request, "desk/shifts/swap.html", status=refusal.status if refusal else 200, press=new_press(),
        error=several_lines(why_refused(request, refusal)) if refusal else "",
        swap=own_view.offers_shown(request.app[SERVICE], words_for(request), offers),
    )  # fmt: skip
