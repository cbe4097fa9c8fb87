"""What somebody on the staff is asked about shifts, answered at the desk: to stand in, a swap that is proposed.

Reads, acts, answers. That they come to a shift is answered in `own.py`. It must not decide what is asked.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

from aiohttp import web

from bot.engine.errors import Stale
from bot.engine.work import Work
from bot.roster.signing import CannotStaff
from bot.shifts import asks, questions, swaps, taking
from bot.shifts.texts_swap import SwapOver
from handlers.web.desk.shifts import acting, own_view
from handlers.web.desk.shifts.acting import REFUSED, Refused, acts_once
from handlers.web.desk.shifts.own import OWN, refused_page
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import went_on, words_for
from models.staffing import WhyNot


async def shown(request: web.Request) -> Mapping[str, object]:
    """What whoever asks is asked, for the desk's first page."""
    async with identity.looks(request) as work:
        return own_view.questions_shown(request.app[SERVICE], words_for(request), await questions.open_ones(work))


async def take(request: web.Request) -> web.Response:
    """The acting volunteer stands in; refused, they read why, and the question is over all the same."""
    shift_id, refused = int(request.match_info["shift"]), None
    try:
        async with identity.acts(request) as (work, _):
            try:
                await taking.stand_in(work, shift_id)
            except CannotStaff as why:
                if why.hindrance.why != WhyNot.ALREADY:  # else it is the same press once more
                    refused = Refused(await acting.refusal_told(work, why))
    except REFUSED as refusal:
        return await refused_page(request, refusal)
    if refused is not None:
        return await refused_page(request, refused)
    return went_on(request, f"{OWN}?told=signed_up&shift={shift_id}")


async def decline(request: web.Request) -> web.Response:
    """The question is over for the acting volunteer, who says no."""
    shift_id = int(request.match_info["shift"])
    try:
        async with acts_once(request, f"declined:{shift_id}") as (work, is_first):
            if is_first:
                with _asked_still():
                    await asks.decline(work, shift_id)
    except REFUSED as refusal:
        return await refused_page(request, refusal)
    return went_on(request, f"{OWN}?told=declined&shift={shift_id}")


async def swap_yes(request: web.Request) -> web.Response:
    """Each has the other's shift; or, where that cannot be any more, they read why."""
    return await _answered_swap(request, "swap-yes", swaps.accept)


async def swap_no(request: web.Request) -> web.Response:
    """Each keeps their own."""
    return await _answered_swap(request, "swap-no", swaps.decline)


async def _answered_swap(
    request: web.Request, key: str, verb: Callable[[Work, int], Awaitable[SwapOver]]
) -> web.Response:
    swap, over = int(request.match_info["swap"]), None
    try:
        async with acts_once(request, f"{key}:{swap}") as (work, is_first):
            if is_first:
                with _asked_still():
                    over = await verb(work, swap)
                if (card := await swaps.card_of(work, swap)) is not None:
                    await work.tell(work.staff.id, over, edits=card)
    except REFUSED as refusal:
        return await refused_page(request, refusal)
    if over is not None and over.outcome == "refused":
        return await refused_page(request, Refused(over))
    return went_on(request, f"{OWN}?swap={swap}")


@contextmanager
def _asked_still() -> Iterator[None]:
    try:
        yield
    except Stale:
        raise Stale("desk_question_over") from None
