"""The coordinators' page of a term that is not published yet: its shifts, what it leaves out and why, and what then.

Reads, acts, answers. What has changed since the draft was shown is said before it can be published.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from aiohttp import web
from markupsafe import Markup

from bot.engine.errors import Refusal, Stale
from bot.engine.work import Work
from bot.shifts import term
from handlers.web.desk.shifts import acting, template, term_view
from handlers.web.desk.shifts.acting import REFUSED, acts_once, as_json, new_press, why_refused
from handlers.web.desk.shifts.template import DRAFT, TEMPLATE
from handlers.web.frame import identity
from handlers.web.frame.view import page, see_other, several_lines, wants_json, went_on, words_for

CHANGED, LONGEST_PART = "shifts_changed_meanwhile", 10


async def show(request: web.Request) -> web.Response:
    """The term; one that is published, thrown away or too old is not there to be shown."""
    try:
        return await _draft_page(request)
    except Stale:
        return see_other(TEMPLATE)


async def look(request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the draft."""
    return see_other(DRAFT.format(request.match_info["draft"]))


async def holidays(request: web.Request) -> web.Response:
    """The same term with shifts on holidays, or without."""
    included = (await request.post()).get("included") == "1"

    async def turned(work: Work, draft: int) -> None:
        await term.with_holidays(work, draft, included=included)

    return await _did(request, f"holidays-{int(included)}", turned, DRAFT)


async def publish(request: web.Request) -> web.Response:
    """The shifts are there, and everybody knows. The same press twice is one."""
    form = await request.post()
    told = "..".join(str(form.get(name, ""))[:LONGEST_PART] for name in ("first", "last", "count"))
    return await _did(request, "published", term.publish, f"{TEMPLATE}?{urlencode({'published': told})}")


async def drop(request: web.Request) -> web.Response:
    """The draft is gone; no shift was added."""
    return await _did(request, "dropped", term.drop, f"{TEMPLATE}?dropped=1")


async def _did(
    request: web.Request, key: str, verb: Callable[[Work, int], Awaitable[object]], then: str
) -> web.Response:
    draft = int(request.match_info["draft"])
    try:
        async with acts_once(request, f"{key}:{draft}") as (work, is_first):
            if is_first:
                await verb(work, draft)
    except REFUSED as refusal:
        return await _refused(request, refusal, draft)
    return went_on(request, then.format(draft))


async def _refused(request: web.Request, refusal: Refusal, draft: int) -> web.Response:
    """The draft as it is now, under what has changed; where there is none any more, the usual week says so."""
    await acting.require_staff(request, coordinator=True)
    error = await _what_changed(request, draft) if refusal.code == CHANGED else ""
    if isinstance(refusal, Stale) and not error:
        refusal = Stale("term_draft_gone")
        return as_json(request, refusal) if wants_json(request) else await template.week_page(request, refusal=refusal)
    if wants_json(request):
        return as_json(request, refusal)
    return await _draft_page(request, refusal=refusal, error=error or several_lines(why_refused(request, refusal)))


async def _what_changed(request: web.Request, draft: int) -> Markup | str:
    """What is otherwise than it was shown; nothing, if the draft has gone too."""
    try:
        async with identity.acts(request) as (work, _):
            differs = await term.differs(work, draft)
    except Stale:
        return ""
    return several_lines(differs.said(words_for(request)))


async def _draft_page(
    request: web.Request, *, refusal: Refusal | None = None, error: Markup | str = ""
) -> web.Response:
    async with identity.looks(request) as work:
        shown, shifts = await term.proposed(work, int(request.match_info["draft"]))
    return page(
        request, "desk/shifts/term.html", status=refusal.status if refusal else 200, error=error, press=new_press(),
        term=term_view.term_shown(words_for(request), shown, shifts),
    )  # fmt: skip
