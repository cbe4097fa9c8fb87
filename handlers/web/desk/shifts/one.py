"""The coordinators' page of one shift: who is on it, who else could be, what was done to it and by whom.

Reads, acts, answers. Of two coordinators at once the second reads what the first has done.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.engine.errors import BadInput, Refusal
from bot.engine.work import Work
from bot.language.i18n import Foreign
from bot.language.textshape import clean
from bot.shifts import coverage, finding, making, whole
from bot.shifts.typed import LONGEST_REASON
from handlers.web.desk.shifts import acting, view
from handlers.web.desk.shifts.acting import REFUSED, acts_once, as_json, new_press, why_refused
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import inline, page, see_other, several_lines, wants_json, went_on, words_for
from models.buttons_shifts import REASONS

ONE = "/desk/shifts/{}"
TOLD = ("made", "cancelled")


async def show(request: web.Request) -> web.Response:
    """The shift, and what can be done with it."""
    return await _shift_page(request)


async def look(request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the shift."""
    return see_other(ONE.format(request.match_info["shift"]))


async def assign(request: web.Request) -> web.Response:
    """Somebody is on the shift, and knows by whom."""
    person = await _person(request)

    async def assigned(work: Work, shift_id: int) -> None:
        await making.assign(work, shift_id, _chosen(person))

    return await _did(request, f"assigned:{person}", assigned)


async def unassign(request: web.Request) -> web.Response:
    """Somebody is on the shift no more, and knows by whom."""
    person = await _person(request)

    async def unassigned(work: Work, shift_id: int) -> None:
        await making.unassign(work, shift_id, _chosen(person))

    return await _did(request, f"unassigned:{person}", unassigned)


async def cancel(request: web.Request) -> web.Response:
    """The shift is not held; whom it concerns knows, and why."""
    form = await request.post()
    chosen, own = str(form.get("reason", "")), " ".join(clean(str(form.get("own", ""))).split())

    async def cancelled(work: Work, shift_id: int) -> None:
        if len(own) > LONGEST_REASON:
            raise BadInput("too_long", most=LONGEST_REASON)
        await making.cancel(work, shift_id, own or (chosen if chosen in tuple(REASONS) else ""))

    return await _did(request, "cancelled", cancelled)


async def ask(request: web.Request) -> web.Response:
    """Whoever could fill the gap and may be asked has the question."""
    return await _did(request, "", coverage.ask_them)


async def _person(request: web.Request) -> int:
    given = str((await request.post()).get("person", ""))
    return int(given) if given.isdigit() and len(given) < len(str(2**63)) else 0


def _chosen(person: int) -> int:
    if not person:
        raise BadInput("desk_person_missing")
    return person


async def _did(request: web.Request, told: str, verb: Callable[[Work, int], Awaitable[object]]) -> web.Response:
    shift_id = int(request.match_info["shift"])
    try:
        async with acts_once(request, f"{told or 'asked'}:{shift_id}") as (work, is_first):
            if is_first:
                await verb(work, shift_id)
    except REFUSED as refusal:
        await acting.require_staff(request, coordinator=True)
        return as_json(request, refusal) if wants_json(request) else await _shift_page(request, refusal=refusal)
    did, _, person = told.partition(":")
    named = f"&person={person}" if person else ""
    return went_on(request, ONE.format(shift_id) + (f"?told={did}{named}" if did else ""))


async def _shift_page(request: web.Request, *, refusal: Refusal | None = None) -> web.Response:
    async with identity.looks(request) as work:
        told = await whole.whole(work, int(request.match_info["shift"]))
        did = "" if refusal else await _told(request, work)
    service, words = request.app[SERVICE], words_for(request)
    return page(
        request, "desk/shifts/shift.html", status=refusal.status if refusal else 200,
        error=several_lines(why_refused(request, refusal)) if refusal else "", told=did, press=new_press(),
        shift=view.whole_shown(service, words, told), reasons=view.reason_choices(words), longest=LONGEST_REASON,
    )  # fmt: skip


async def _told(request: web.Request, work: Work) -> str:
    """What has just been done, in words; nothing, if the address says nothing of the kind."""
    words, did, person = words_for(request), request.query.get("told", ""), request.query.get("person", "")
    if did in TOLD:
        return words(f"shift_done_{did}")
    if did in ("assigned", "unassigned") and person.isdigit() and len(person) < len(str(2**63)):
        return inline(words(f"shift_done_{did}", name=Foreign(await finding.alias(work, int(person)))))
    return ""
