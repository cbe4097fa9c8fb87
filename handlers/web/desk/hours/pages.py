"""The coordinators' pages for the opening hours: what holds, a change shown before it is published, the history.

Nothing is published from a form at once: it becomes a draft, which is read in five languages first. A form that is
refused is shown again with everything in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from aiohttp import web

from bot.engine import clock, once
from bot.engine.errors import BadInput, NotFound, Refusal, Stale, Unavailable
from bot.hours import changes, changes_made, standing, warnings
from bot.hours.told import PastTold
from bot.hours.warnings import Undecided
from bot.places import places
from bot.places.places import PlaceRow
from handlers.web.desk.hours import view
from handlers.web.desk.hours.form import NEW_PLACE, NewPlace, Typed, as_typed, change_meant, day_meant, typed_change
from handlers.web.frame import identity
from handlers.web.frame.keys import LOGIN, SERVICE
from handlers.web.frame.view import page, refusal_text, see_other, wants_json, went_on, words_for
from models.people import Role
from models.timetable import Timetable

HOURS = "/desk/hours"
HISTORY_SHOWN = 50
TOLD = {"published": "desk_hours_published", "undone": "desk_hours_undone"}  # what just happened, said on the next page
OVERTAKEN = "hours_changed_meanwhile"
REFUSED = (BadInput, Stale, Unavailable)


async def show(request: web.Request) -> web.Response:
    """What holds now, and a form for each kind of change."""
    return await hours_page(request)


async def propose(request: web.Request) -> web.Response:
    """The change as it will be read. It is a draft; nothing holds that did not before."""
    typed = typed_change(await request.post())
    try:
        async with identity.acts(request) as (work, _):
            known = {place.code for place in await places.places(work.db)}
            proposal = await changes.propose(work, change_meant(typed, known))
    except REFUSED as refusal:
        return await refused(request, refusal, typed=typed)
    return went_on(request, f"{HOURS}/drafts/{proposal.draft}")


async def look(_request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the opening hours."""
    return see_other(HOURS)


async def look_at_draft(request: web.Request) -> web.Response:
    """As `look`, of an act on a draft."""
    return see_other(f"{HOURS}/drafts/{request.match_info['draft']}")


async def show_draft(request: web.Request) -> web.Response:
    """The change as it will be read; one that is published, dropped or too old is not there to be shown."""
    service, words, now = request.app[SERVICE], words_for(request), clock.now()
    try:
        async with identity.acts(request) as (work, _):
            proposal = await changes.proposed(work, int(request.match_info["draft"]))
    except (Stale, BadInput):
        return see_other(HOURS)
    return page(request, "desk/hours/preview.html", change=view.preview(service, words, proposal, now))


async def publish(request: web.Request) -> web.Response:
    """The draft holds from now on. The same press twice is one."""
    draft, typed = int(request.match_info["draft"]), Typed()
    cancel_shifts = (await request.post()).get("cancel_shifts") == "1"
    try:
        async with identity.acts(request) as (work, login):
            change = await changes.draft_change(work.db, draft, login.person_id)
            typed = as_typed(change) if change else typed
            if await once.first_time(work, "desk", f"publish:{draft}"):
                await changes.publish(work, draft, cancel_shifts=cancel_shifts)
    except REFUSED as refusal:
        return await refused(request, refusal, typed=typed)
    return _done(request, "published")


async def drop(request: web.Request) -> web.Response:
    """The draft is gone, and its form is there again, filled in as it was."""
    draft = int(request.match_info["draft"])
    async with identity.acts(request) as (work, login):
        change = await changes.draft_change(work.db, draft, login.person_id)
        await changes.drop_draft(work, draft)
    return see_other(HOURS) if change is None else await hours_page(request, typed=as_typed(change))


async def undo(request: web.Request) -> web.Response:
    """The newest change is taken back, once it has been shown and the answer was yes. The same press twice is one."""
    number = int(request.match_info["number"])
    is_sure = (await request.post()).get("sure") == "1"
    try:
        async with identity.acts(request) as (work, _):
            if not is_sure:
                await changes_made.undoable(work.db, work.seal, number)
            elif await once.first_time(work, "desk", f"undo:{number}"):
                await changes.undo(work, number)
    except REFUSED as refusal:
        return await refused(request, refusal)
    if not is_sure:
        return went_on(request, f"{HOURS}/changes/{number}/undo")
    return _done(request, "undone")


async def ask_undo(request: web.Request) -> web.Response:
    """The newest change, before it is taken back; one that cannot be any more leads to what holds."""
    service = request.app[SERVICE]
    try:
        async with service.store.look() as db:
            change = await changes_made.undoable(db, service.store.seal, int(request.match_info["number"]))
    except Stale:
        return see_other(HOURS)
    shown = view.past_shown(service, words_for(request), change, clock.now())
    return page(request, "desk/hours/undo.html", change=shown)


async def history(request: web.Request) -> web.Response:
    """Every change, newest first; and what held on a day, if one is asked for."""
    service, words, now = request.app[SERVICE], words_for(request), clock.now()
    day, refusal = _day_asked(request.query.get("day", ""))
    async with service.store.look() as db:
        lines = await changes_made.history(db, service.store.seal, HISTORY_SHOWN)
        newest = await changes_made.newest_standing(db)
        held = await standing.openings_on(db, day) if day else []
    return page(
        request, "desk/hours/history.html", day=request.query.get("day", ""), newest=newest,
        said_day=words.day(day) if day else "", held=view.held_on(words, held),
        lines=[view.past_shown(service, words, one, now) for one in lines],
        error=refusal_text(service, words, refusal) if refusal else "", status=refusal.status if refusal else 200,
    )  # fmt: skip


async def refused(
    request: web.Request, refusal: Refusal, *, typed: Typed | None = None, new_place: NewPlace | None = None
) -> web.Response:
    """The page once more, the refusal on top, with everything filled in as it was; our script has it still."""
    if wants_json(request):
        raise refusal
    await require_coordinator(request)
    return await hours_page(request, typed=typed, new_place=new_place, refusal=refusal)


async def require_coordinator(request: web.Request) -> None:
    """For a page that answers a refused act: the refusal may have come before anybody looked who acts.

    Raises:
        NotFound: the browser is no coordinator's.
    """
    login = await identity.require_staff(request)
    request[LOGIN] = login
    if login.role != Role.COORDINATOR:
        raise NotFound


@dataclass(frozen=True, slots=True)
class Seen:
    """One reading of the tables."""

    places: list[PlaceRow]
    table: Timetable
    newest: PastTold | None
    undoable: int | None
    red_days: list[Undecided]


async def hours_page(
    request: web.Request, *, typed: Typed | None = None, new_place: NewPlace | None = None,
    refusal: Refusal | None = None,
) -> web.Response:  # fmt: skip
    """What holds now, with the forms, one of them filled in if it was typed in or refused."""
    service, words, now = request.app[SERVICE], words_for(request), clock.now()
    today, shown = clock.office_day(now, service.store.zone), typed or Typed()
    seen = await _look(request, today)
    newest = view.past_shown(service, words, seen.newest, now) if seen.newest else None
    told = TOLD.get(request.query.get("told", ""))
    return page(
        request, "desk/hours/hours.html", status=refusal.status if refusal else 200,
        error=refusal_text(service, words, refusal) if refusal else "", told=words(told) if told else "",
        newest=newest, undoable=seen.undoable, is_overtaken=refusal is not None and refusal.code == OVERTAKEN,
        today=today.isoformat(), red_days=[view.red_day_shown(words, red) for red in seen.red_days],
        places_now=[view.place_now(words, place, seen.table, today) for place in view.visits_first(seen.places)],
        verb=shown.verb, order=view.forms_in_order(shown), forms=view.forms_shown(shown, today), new_place=new_place,
        blank_place=new_place or NewPlace(), NEW_PLACE=NEW_PLACE, choices=_choices(request, seen.places),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choices:
    """What the lists of the forms offer: pairs of a code and its label."""

    places: list[tuple[str, str]]
    weekdays: list[tuple[str, str]]
    reasons: list[tuple[str, str]]
    doors: list[tuple[str, str]]
    languages: list[Mapping[str, str]] = field(default_factory=view.languages_shown)


def _choices(request: web.Request, known: list[PlaceRow]) -> Choices:
    words = words_for(request)
    return Choices(
        view.place_choices(words, known), view.weekday_choices(words), view.reason_choices(words),
        view.door_choices(words),
    )  # fmt: skip


async def _look(request: web.Request, today: date) -> Seen:
    async with request.app[SERVICE].store.look() as db:
        past = await changes_made.history(db, request.app[SERVICE].store.seal, 1)
        return Seen(
            await places.places(db), await standing.timetable(db, since=today), past[0] if past else None,
            await changes_made.newest_standing(db), await warnings.undecided(db, today),
        )  # fmt: skip


def _day_asked(given: str) -> tuple[date | None, BadInput | None]:
    try:
        return (day_meant(given) if given else None), None
    except BadInput as refusal:
        return None, refusal


def _done(request: web.Request, told: str) -> web.Response:
    return went_on(request, f"{HOURS}?told={told}")
