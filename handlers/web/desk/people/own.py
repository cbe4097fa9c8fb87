"""What somebody on the staff says of themself at the desk: the same as `/me` in the bot.

It must not touch anybody else, nor decide what can be said (`bot/volunteers/profiles.py`).
"""

from aiohttp import web

from bot.cases import cases
from bot.engine import clock
from bot.engine.errors import BadInput
from bot.volunteers import leaving, profiles, told
from bot.volunteers.phrases_people import state_text, steps_lines
from bot.volunteers.texts_own import leave_lines, pause_lines
from handlers.web.desk.people import form
from handlers.web.desk.people.form import Typed
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import (
    inline,
    page,
    paragraphs,
    refusal_text,
    see_other,
    text_page,
    wants_json,
    went_on,
    words_for,
)

ME = "/desk/me"
LONGEST_COUNT = 4  # digits of an address


async def show(request: web.Request) -> web.Response:
    """What is known of whoever looks."""
    return await _own_page(request)


async def save(request: web.Request) -> web.Response:
    """What the form says holds from now on; a name is shown to newcomers only if it says so."""
    posted = await request.post()
    typed, shows_name = form.as_typed(posted), posted.get("shown") == "name"
    try:
        async with identity.acts(request) as (work, login):
            given_up = await profiles.save(work, login.person_id, form.profile_of(typed))
            await (profiles.show_name if shows_name else profiles.hide_name)(work)
    except BadInput as refusal:
        if wants_json(request):
            raise
        return await _own_page(request, refusal=refusal, typed=typed, shows_name=shows_name)
    return went_on(request, f"{ME}?saved=1" + (f"&given_up={given_up}" if given_up else ""))


async def say_moved(request: web.Request) -> web.Response:
    """Whether they have migrated, as they say it themself; or nothing of it is kept any more."""
    answer = (await request.post()).get("answer")
    async with identity.acts(request) as (work, _):
        if answer == "back":
            await profiles.take_migrated_back(work)
        elif answer in ("yes", "no"):
            await profiles.say_migrated(work, answer == "yes")
    return went_on(request, f"{ME}?saved=1")


async def look(_request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the page."""
    return see_other(ME)


async def _own_page(
    request: web.Request, *, refusal: BadInput | None = None, typed: Typed | None = None, shows_name: bool | None = None
) -> web.Response:
    service, words, person = request.app[SERVICE], words_for(request), identity.asking(request).person_id
    today = clock.office_day(clock.now(), service.store.zone)
    async with service.store.look() as db:
        one = await told.volunteer(db, service.store.seal, person)
        own, places = await told.own_secrets(db, person), await told.places_known(db)
        in_hand = len(await cases.cases_of(db, person))
    given_up = request.query.get("given_up", "")
    gave_up = int(given_up) if given_up.isascii() and given_up.isdigit() and len(given_up) < LONGEST_COUNT else 0
    return page(
        request, "desk/people/me.html", one=one, state=inline(state_text(words, one, today)), action=ME,
        steps=[] if one.is_introduced else [inline(line) for line in steps_lines(words, one)],
        typed=typed or form.as_it_is(one), options=form.options(words, places), has_migrated=own.has_migrated,
        shows_name=own.shows_alias if shows_name is None else shows_name,
        is_saved="saved" in request.query and refusal is None,
        begun=[inline(line) for line in pause_lines(words, gave_up, in_hand)] if one.paused_from else [],
        error=refusal_text(service, words, refusal) if refusal else "", status=refusal.status if refusal else 200,
    )  # fmt: skip


async def ask_leave(request: web.Request) -> web.Response:
    """What would happen if they left."""
    return await _leave_page(request)


async def leave(request: web.Request) -> web.Response:
    """They have left, once the answer was yes; this browser acts for nobody any more."""
    is_sure, words = (await request.post()).get("sure") == "1", words_for(request)
    try:
        async with identity.acts(request) as (work, _):
            if is_sure:
                await leaving.leave_by_oneself(work)
    except BadInput as refusal:
        return await _leave_page(request, refusal=refusal)
    if not is_sure:
        return await _leave_page(request)
    response = text_page(request, words("desk_me"), paragraphs(words("leave_done")), words=words)
    identity.forget(request, response, identity.STAFF)
    return response


async def _leave_page(request: web.Request, *, refusal: BadInput | None = None) -> web.Response:
    """`refusal`: why they have not left, if they said yes; our own script shows that itself."""
    if refusal is not None and wants_json(request):
        raise refusal
    words, lines, why_not = words_for(request), [], refusal
    try:
        async with identity.looks(request) as work:
            asked = await leaving.ask_oneself(work)
        lines = [inline(line) for line in leave_lines(words, asked.cases, asked.shifts)[1:]]
    except BadInput as alone:
        why_not = alone
    error = refusal_text(request.app[SERVICE], words, why_not) if why_not else ""
    return page(
        request, "desk/people/leave.html", lines=lines, error=error, status=refusal.status if refusal else 200
    )  # fmt: skip
