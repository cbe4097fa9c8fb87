"""The coordinators' page on which what is left of a published term is cancelled together: asked, then done.

Reads, acts, answers. It must not decide which shifts those are.
"""

from aiohttp import web

from bot.engine.errors import BadInput, Refusal, Stale
from bot.language.textshape import clean
from bot.shifts import term_off
from bot.shifts.texts_term_off import TermOffAsk
from bot.shifts.typed import LONGEST_REASON
from handlers.web.desk.shifts import acting, template, view
from handlers.web.desk.shifts.acting import REFUSED, acts_once, as_json, new_press, number, why_refused
from handlers.web.desk.shifts.template import TEMPLATE
from handlers.web.frame import identity
from handlers.web.frame.view import page, see_other, several_lines, wants_json, went_on, words_for
from models.buttons_shifts import REASONS


async def show(request: web.Request) -> web.Response:
    """Are they meant? A term of which nothing is ahead leads to the usual week."""
    try:
        return await _ask_page(request)
    except Stale:
        return see_other(TEMPLATE)


async def cancel(request: web.Request) -> web.Response:
    """None of them is held; whom it concerns knows, once, and why. The same press twice is one."""
    form, term = await request.post(), int(request.match_info["term"])
    chosen, own = str(form.get("reason", "")), " ".join(clean(str(form.get("own", ""))).split())
    count = number(str(form.get("count", "")))
    try:
        async with acts_once(request, f"term-off:{term}") as (work, is_first):
            if len(own) > LONGEST_REASON:
                raise BadInput("too_long", most=LONGEST_REASON)
            if is_first:
                reason = own or (chosen if chosen in tuple(REASONS) else "")
                count = (await term_off.cancel(work, term, reason)).shifts
    except REFUSED as refusal:
        return await _refused(request, refusal)
    return went_on(request, f"{TEMPLATE}?cancelled={count}")


async def _refused(request: web.Request, refusal: Refusal) -> web.Response:
    await acting.require_staff(request, coordinator=True)
    if wants_json(request):
        return as_json(request, refusal)
    try:
        return await _ask_page(request, refusal=refusal)
    except Stale:  # there is nothing left to ask about
        return await template.week_page(request, refusal=refusal)


async def _ask_page(request: web.Request, *, refusal: Refusal | None = None) -> web.Response:
    async with identity.looks(request) as work:
        term = await term_off.term_ahead(work, int(request.match_info["term"]))
    words = words_for(request)
    return page(
        request, "desk/shifts/term_off.html", status=refusal.status if refusal else 200, press=new_press(),
        error=several_lines(why_refused(request, refusal)) if refusal else "", term=term.number, count=term.shifts,
        asked=several_lines(TermOffAsk(term=term).question(words)), yes=words("term_off_yes", n=term.shifts),
        reasons=view.reason_choices(words), longest=LONGEST_REASON,
    )  # fmt: skip
