"""The coordinators' page of how everything stands, each in its colour and in words; the way to any one case, and who is
blocked.

Reads, acts, answers. It must not decide what is well: `bot/reports/lights.py` does.
"""

from aiohttp import web

from bot.cases import blocking, naming
from bot.cases.texts_blocking import BlockedTold, blocked_line
from bot.engine import clock
from bot.engine.errors import BadInput, Refusal, Stale
from bot.reports import lights
from bot.reports.texts_overview import case_seen_line, light_text
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import inline, page, refusal_text, see_other, wants_json, went_on, words_for
from models.block import BlockReason

PAGE = "/desk/overview"


async def show(request: web.Request) -> web.Response:
    """How everything stands."""
    return await _page(request)


async def look(_request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the overview."""
    return see_other(PAGE)


async def find(request: web.Request) -> web.Response:
    """The case whose number was typed."""
    typed = str((await request.post()).get("code", ""))
    try:
        async with identity.acts(request) as (work, _):
            case, _rest = await naming.case_named(work, typed or "?")
    except BadInput as refusal:
        if wants_json(request):
            raise
        return await _page(request, refusal=refusal, typed=typed)
    return went_on(request, f"{PAGE}/cases/{case.id}")


async def lift(request: web.Request) -> web.Response:
    """The newcomer may write again."""
    try:
        async with identity.acts(request) as (work, _):
            await blocking.lift(work, newcomer_id=int(request.match_info["newcomer"]))
    except Stale as refusal:
        if wants_json(request):
            raise
        return await _page(request, refusal=refusal)
    return went_on(request, f"{PAGE}?told=lifted")


async def _page(request: web.Request, *, refusal: Refusal | None = None, typed: str = "") -> web.Response:
    service, words, now = request.app[SERVICE], words_for(request), clock.now()
    facts = service.facts(now)
    async with identity.looks(request) as work:
        work.require_publisher()
        shown = await lights.lights(work.db, work.seal, now, work.zone, work.settings)
        barred = await blocking.blocked_now(work.db, now)
    is_lifted = request.query.get("told") == "lifted" and refusal is None
    return page(
        request, "desk/overview/overview.html", status=refusal.status if refusal else 200, typed=typed,
        lights=[
            (one.grade, words(f"light_{one.grade}"), inline(light_text(words, one, facts))) for one in shown.lights
        ],
        is_all_green=shown.is_all_green,
        cases=[(one.case, inline(case_seen_line(words, one, facts))) for one in shown.cases],
        blocked=[
            (one.newcomer, inline(blocked_line(words, BlockedTold(
                newcomer=one.newcomer, code=one.code, since=one.made_at, until=one.until, reason=BlockReason(one.reason)
            ), facts)))
            for one in barred
        ],
        told=words("desk_unblocked") if is_lifted else "",
        error=refusal_text(service, words, refusal) if refusal else "",
    )  # fmt: skip
