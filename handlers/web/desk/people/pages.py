"""The coordinators' pages of volunteers: everybody, one of them, an invitation, an access that ends.

What is done here is done by the same actions as in the bot. A page with fresh links is shown once, as the answer to the
press that made them: only their hashes are kept. It must not decide who may.
"""

from typing import Any

from aiohttp import web

from bot.engine import clock
from bot.engine.errors import BadInput, NotFound
from bot.volunteers import invitations, leaving, onboarding, profiles, roles, told
from bot.volunteers.invitations import Doors
from bot.volunteers.phrases_people import languages_text, state_text, step_name, steps_lines
from bot.volunteers.texts_people import ended_lines, invitation_lines, left_lines, migrated_line
from handlers.web.desk.people import form
from handlers.web.desk.people.form import Typed
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import (
    Way,
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
from models.people import Role
from models.volunteer import OnboardingStep

LIST = "/desk/volunteers"
BACK = (Way(LIST, "desk_volunteers", is_main=True),)


async def show(request: web.Request) -> web.Response:
    """Everybody on the staff, and a form that invites somebody."""
    return await _list_page(request)


async def invite(request: web.Request) -> web.Response:
    """Somebody is invited, and here are the links to pass on, this once."""
    posted = await request.post()
    alias, speaks = str(posted.get("alias", "")).strip(), [str(one) for one in posted.getall("speaks", [])]
    try:
        async with identity.acts(request) as (work, _):
            if not alias:
                raise BadInput("invite_no_name")
            doors = await invitations.invite(work, alias=alias, speaks=speaks)
    except BadInput as refusal:
        return await _list_page(request, refusal=refusal, alias=alias, speaks=tuple(speaks))
    return _links_page(request, doors)


async def show_one(request: web.Request) -> web.Response:
    """Everything that is known of one of them and told to coordinators."""
    return await _one_page(request)


async def save(request: web.Request) -> web.Response:
    """What the form says holds from now on; the volunteer is told that it was changed."""
    typed = form.as_typed(await request.post())
    try:
        async with identity.acts(request) as (work, _):
            await onboarding.standing_with_access(work, _person(request))
            await profiles.save(work, _person(request), form.profile_of(typed))
    except BadInput as refusal:
        return await _one_page(request, refusal=refusal, typed=typed)
    return went_on(request, f"{LIST}/{_person(request)}?saved=1")


async def tick(request: web.Request) -> web.Response:
    """The steps that are ticked are taken, the others are not; and whether they learn beside somebody."""
    posted, person = await request.post(), _person(request)
    ticked = set(posted.getall("steps", []))
    try:
        async with identity.acts(request) as (work, _):
            stands = await onboarding.standing_with_access(work, person)
            taken = {one.step for one in stands.steps}
            for step in OnboardingStep if stands.taken_over_on is None else ():
                if step in ticked and step not in taken:
                    await onboarding.take_step(work, person, step)
                elif step in taken and step not in ticked:
                    await onboarding.take_step_back(work, person, step)
            await (onboarding.learns_beside if posted.get("trainee") == "1" else onboarding.has_learned)(work, person)
    except BadInput as refusal:
        return await _one_page(request, refusal=refusal)
    return went_on(request, f"{LIST}/{person}?saved=1")


async def new_links(request: web.Request) -> web.Response:
    """New links to pass on, this once; the old ones open nothing any more."""
    try:
        async with identity.acts(request) as (work, _):
            doors = await invitations.new_doors(work, _person(request))
    except BadInput as refusal:
        return await _one_page(request, refusal=refusal)
    return _links_page(request, doors, again=True)


async def ask_end(request: web.Request) -> web.Response:
    """Whether access is to end, for now or for good."""
    return await _ask_end_page(request)


async def end(request: web.Request) -> web.Response:
    """Access has ended, once the answer was yes; what was in hand goes on without them."""
    person, how, words = _person(request), request.match_info["how"], words_for(request)
    is_sure = (await request.post()).get("sure") == "1"
    verb = leaving.leave_for_good if how == "leave" else leaving.end_access
    try:
        async with identity.acts(request) as (work, _):
            alias = (await told.volunteer(work.db, work.seal, person)).alias
            ended = await verb(work, person) if is_sure else None
    except BadInput as refusal:
        return await _ask_end_page(request, refusal=refusal)
    if ended is None:
        return await _ask_end_page(request)
    told_of = left_lines if how == "leave" else ended_lines
    lines = "\n\n".join(told_of(words, alias, ended.freed, ended.given_up))
    return text_page(request, words("desk_volunteers"), paragraphs(lines), ways=BACK)


async def ask_role(request: web.Request) -> web.Response:
    """Whether somebody is to have this role."""
    return await _ask_role_page(request)


async def give_role(request: web.Request) -> web.Response:
    """The role is theirs, once the answer was yes, and they know."""
    person, role = _person(request), Role(request.match_info["role"])
    is_sure = (await request.post()).get("sure") == "1"
    try:
        async with identity.acts(request) as (work, login):
            if is_sure:
                await roles.change_role(work, person, role)
    except BadInput as refusal:
        return await _ask_role_page(request, refusal=refusal)
    if not is_sure:
        return await _ask_role_page(request)
    if login.person_id == person:  # the volunteers' pages are not theirs any more
        return went_on(request, "/desk")
    return went_on(request, f"{LIST}/{person}?saved=1")


async def let_in(request: web.Request) -> web.Response:
    """Access is there again, by links to pass on, this once."""
    try:
        async with identity.acts(request) as (work, _):
            await leaving.give_access(work, _person(request))
            doors = await invitations.new_doors(work, _person(request))
    except BadInput as refusal:
        return await _one_page(request, refusal=refusal)
    return _links_page(request, doors, again=True)


async def look(request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the volunteer's page."""
    return see_other(f"{LIST}/{request.match_info['person']}")


def _person(request: web.Request) -> int:
    return int(request.match_info["person"])


async def _list_page(
    request: web.Request, *, refusal: BadInput | None = None, alias: str = "", speaks: tuple[str, ...] = ()
) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    today = clock.office_day(clock.now(), service.store.zone)
    async with service.store.look() as db:
        them = await told.volunteers(db, service.store.seal)
        migrated = await told.how_many_migrated(db)
    listed = [
        {
            "id": one.person, "alias": one.alias, "state": inline(state_text(words, one, today)),
            "languages": inline(languages_text(words, one.speaks)),
        }
        for one in them
    ]  # fmt: skip
    return page(
        request, "desk/people/volunteers.html", them=listed, migrated=migrated_line(words, migrated), alias=alias,
        speaks=speaks, options=form.options(words, {}), **_refused(request, refusal),
    )  # fmt: skip


async def _one_page(
    request: web.Request, *, refusal: BadInput | None = None, typed: Typed | None = None
) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    today = clock.office_day(clock.now(), service.store.zone)
    try:
        async with service.store.look() as db:
            one = await told.volunteer(db, service.store.seal, _person(request))
            places = await told.places_known(db)
    except BadInput:
        raise NotFound from None
    taken = {step.step for step in one.steps}
    steps = [
        {"code": step.value, "name": inline(step_name(words, step)), "line": inline(line), "taken": step in taken}
        for step, line in zip(OnboardingStep, steps_lines(words, one), strict=False)
        if one.taken_over_on is None
    ]
    return page(
        request, "desk/people/volunteer.html", one=one, state=inline(state_text(words, one, today)), steps=steps,
        taken_over=inline(steps_lines(words, one)[0]) if one.taken_over_on else "", action=f"{LIST}/{one.person}",
        typed=typed or form.as_it_is(one), options=form.options(words, places),
        is_saved="saved" in request.query and refusal is None, **_refused(request, refusal),
    )  # fmt: skip


async def _ask_end_page(request: web.Request, *, refusal: BadInput | None = None) -> web.Response:
    service, how = request.app[SERVICE], request.match_info["how"]
    try:
        async with service.store.look() as db:
            one = await told.volunteer(db, service.store.seal, _person(request))
    except BadInput:
        raise NotFound from None
    return page(
        request, "desk/people/end.html", one=one, how=how, **_refused(request, refusal),
    )  # fmt: skip


async def _ask_role_page(request: web.Request, *, refusal: BadInput | None = None) -> web.Response:
    service, role = request.app[SERVICE], request.match_info["role"]
    try:
        async with service.store.look() as db:
            one = await told.volunteer(db, service.store.seal, _person(request))
    except BadInput:
        raise NotFound from None
    return page(request, "desk/people/role.html", one=one, role=role, **_refused(request, refusal))


def _refused(request: web.Request, refusal: BadInput | None) -> dict[str, Any]:
    """What a page says above its form: why it was refused. Our own script shows that itself.

    Raises:
        BadInput: the script asks.
    """
    if refusal is None:
        return {"error": "", "status": 200}
    if wants_json(request):
        raise refusal
    return {"error": refusal_text(request.app[SERVICE], words_for(request), refusal), "status": refusal.status}


def _links_page(request: web.Request, doors: Doors, *, again: bool = False) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    facts = service.facts(clock.now())
    until = words.day_and_time(doors.until, service.store.zone)
    return page(
        request, "desk/people/links.html", alias=doors.alias, person=doors.person_id, again=again,
        hours=invitations.HOURS, until=until,
        links=[inline(line) for line in invitation_lines(words, facts, doors.desk, doors.chat)],
    )  # fmt: skip
