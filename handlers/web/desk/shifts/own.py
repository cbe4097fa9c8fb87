"""Everybody's own page about shifts: those they have, places they could not keep, and free shifts that fit them.

Reads, acts, answers. It must not decide who may take a shift.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web
from markupsafe import Markup

from bot.engine.errors import NotFound, Refusal, Stale
from bot.engine.work import Work
from bot.roster import shifts
from bot.roster.signing import CannotStaff
from bot.roster.told import ShiftNamed
from bot.shifts import finding, lists, questions, seen, standing_signups, swaps, taking
from bot.shifts.texts import CantSure
from handlers.web.desk.shifts import acting, own_view, view
from handlers.web.desk.shifts.acting import REFUSED, Refused, acts_once, as_json, new_press, number, why_refused
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import page, see_other, several_lines, wants_json, went_on, words_for
from models.people import Role

OWN = "/desk/shifts"
MOST_MINE = 60
MOST_PAGES = 99


async def show(request: web.Request) -> web.Response:
    """My shifts, and those I could take."""
    return await own_page(request)


async def look(_request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at their shifts."""
    return see_other(OWN)


async def sign_up(request: web.Request) -> web.Response:
    """The acting volunteer is on the shift; refused, they read why and what is free instead."""

    async def signed_up(work: Work, shift_id: int) -> None:
        try:
            await taking.sign_up(work, shift_id)
        except CannotStaff as refused:
            raise Refused(await lists.free_after(work, refused=refused)) from refused

    return await _did(request, "signed_up", signed_up)


async def leave(request: web.Request) -> web.Response:
    """The acting volunteer is on the shift no more."""
    return await _did(request, "left", taking.leave)


async def come(request: web.Request) -> web.Response:
    """The acting volunteer has said that they come."""
    return await _did(request, "come", taking.comes)


async def ask_cant(request: web.Request) -> web.Response:
    """Is it meant? A shift that is not theirs, or over, leads to those that are."""
    try:
        async with identity.looks(request) as work:
            row = await finding.mine(work, int(request.match_info["shift"]))
            [named] = await seen.named(work, row)
    except Stale:
        return see_other(OWN)
    asked = view.said(request, CantSure(shift=named))
    return page(request, "desk/shifts/cant.html", shift=named.shift, asked=asked, press=new_press(), error="")


async def cant(request: web.Request) -> web.Response:
    """The acting volunteer cannot come: their place is open, and they are asked whether others are to be asked."""
    return await _did(request, "cant", taking.cannot_come)


async def ask_stand_in(request: web.Request) -> web.Response:
    """Whoever fits and may be asked has the question."""
    place = int(request.match_info["gap"])
    try:
        async with acts_once(request, f"stand-in:{place}") as (work, is_first):
            if is_first:
                await taking.ask_stand_in(work, place)
    except REFUSED as refusal:
        return await refused_page(request, refusal)
    return went_on(request, OWN)


async def _did(request: web.Request, told: str, verb: Callable[[Work, int], Awaitable[object]]) -> web.Response:
    shift_id = int(request.match_info["shift"])
    try:
        async with acts_once(request, f"{told}:{shift_id}") as (work, is_first):
            if is_first:
                await verb(work, shift_id)
    except REFUSED as refusal:
        return await refused_page(request, refusal)
    return went_on(request, f"{OWN}?told={told}&shift={shift_id}")


async def refused_page(request: web.Request, refusal: Refusal) -> web.Response:
    """The page once more, the refusal on top; our script has its page still."""
    await acting.require_staff(request)
    return as_json(request, refusal) if wants_json(request) else await own_page(request, refusal=refusal)


async def own_page(request: web.Request, *, refusal: Refusal | None = None, told: Markup | str = "") -> web.Response:
    """My shifts and the free ones, and what I am asked, under what came of the last press (`told`)."""
    shown = request.query.get("page", "")
    async with identity.looks(request) as work:
        mine = await lists.mine(work, most=MOST_MINE)
        gone = await lists.open_places(work)
        free = await lists.free(work, int(shown) if shown.isdigit() and len(shown) < len(str(MOST_PAGES)) + 1 else 0)
        asked = await questions.open_ones(work)
        standing = await standing_signups.mine(work)
        told = told or ("" if refusal else await _told(request, work))
        is_coordinator = work.staff.role == Role.COORDINATOR
    service, words = request.app[SERVICE], words_for(request)
    return page(
        request, "desk/shifts/own.html", status=refusal.status if refusal else 200,
        error=several_lines(why_refused(request, refusal)) if refusal else "",
        told=told, press=new_press(), is_coordinator=is_coordinator,
        questions=own_view.questions_shown(service, words, asked),
        standing=own_view.standing_shown(service, words, standing), every=own_view.every_choices(words),
        mine=view.mine_shown(service, words, mine), gone=view.gone_shown(service, words, gone),
        free=view.free_shown(service, words, free),
    )  # fmt: skip


async def _told(request: web.Request, work: Work) -> str:
    """What has just been done, in words; nothing, if the address says nothing of the kind."""
    told, service, words = request.query.get("told", ""), request.app[SERVICE], words_for(request)
    if told == "come":
        return words("shift_thanks")
    if swap := number(request.query.get("swap", "")):
        return own_view.came_of(service, words, await swaps.came_of(work, swap))
    named = await _named(work, number(request.query.get("shift", "")))
    return view.done_told(service, words, told, named) if named else ""


async def _named(work: Work, shift_id: int) -> ShiftNamed | None:
    try:
        row = await shifts.shift_of(work.db, shift_id)
    except NotFound:
        return None
    return (await seen.named(work, row))[0]
