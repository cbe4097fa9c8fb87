"""The coordinators' week of shifts: how the coming days are covered, who is on each shift, and a form for a new one.

Reads, acts, answers. A form that is refused is shown again with everything in it.
"""

from datetime import date, timedelta

from aiohttp import web

from bot.engine.errors import BadInput, Refusal
from bot.people.people import LANGUAGES_SPOKEN
from bot.places import places
from bot.shifts import coverage, making
from bot.shifts.typed import MOST_NEEDED
from handlers.web.desk.hours.form import day_meant
from handlers.web.desk.shifts import acting, view
from handlers.web.desk.shifts.acting import REFUSED, acts_once, as_json, new_press, why_refused
from handlers.web.desk.shifts.form import TypedShift, shift_meant, typed_shift
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import page, several_lines, wants_json, went_on, words_for

WEEK = "/desk/shifts/week"


async def show(request: web.Request) -> web.Response:
    """The week of the day that is asked for, or this one."""
    try:
        day = day_meant(request.query["day"]) if request.query.get("day") else None
    except BadInput as refusal:
        return await _week_page(request, None, refusal=refusal)
    return await _week_page(request, day)


async def add(request: web.Request) -> web.Response:
    """The shift stands, with nobody on it yet; its own page is next."""
    typed = typed_shift(await request.post())
    made = 0
    try:
        async with acts_once(request, "shift") as (work, is_first):
            if is_first:
                made = (await making.new_shift(work, shift_meant(typed, LANGUAGES_SPOKEN))).id
    except REFUSED as refusal:
        await acting.require_staff(request, coordinator=True)
        if wants_json(request):
            return as_json(request, refusal)
        return await _week_page(request, _day_in(typed.day), typed=typed, refusal=refusal)
    return went_on(request, f"/desk/shifts/{made}?told=made" if made else f"{WEEK}?day={typed.day}")


def _day_in(typed: str) -> date | None:
    try:
        return day_meant(typed)
    except BadInput:
        return None


async def _week_page(
    request: web.Request, day: date | None, *, typed: TypedShift | None = None, refusal: Refusal | None = None
) -> web.Response:
    async with identity.looks(request) as work:
        today = work.today
        shown = day or today
        monday = shown - timedelta(days=shown.weekday())
        told = await coverage.week(work, monday)
        ahead = await coverage.coverage(work)
        askable = await coverage.askable(work, ahead.gaps)
        known = await places.places(work.db)
    service, words = request.app[SERVICE], words_for(request)
    return page(
        request, "desk/shifts/week.html", status=refusal.status if refusal else 200,
        error=several_lines(why_refused(request, refusal)) if refusal else "", press=new_press(),
        days=view.week_shown(service, words, monday, told.shifts, today), title=view.week_title(words, monday),
        before=(monday - timedelta(days=7)).isoformat(),
        after=(monday + timedelta(days=7)).isoformat(), is_this_week=monday <= today < monday + timedelta(days=7),
        monday=monday.isoformat(), coverage=view.coverage_shown(service, words, ahead, askable),
        typed=typed or TypedShift(),
        is_typed=typed is not None, today=today.isoformat(), places=view.place_choices(words, known),
        spoken=view.language_choices(words), numbers=range(1, MOST_NEEDED + 1),
    )  # fmt: skip
