"""The coordinators' page of any one case: who has it, who could, and what she does with it. Never its words.

Reads, acts, answers. It must not decide who may: `bot/cases/reassigning.py` and `bot/cases/blocking.py` do.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from aiohttp import web
from markupsafe import Markup

from bot.cases import blocking, reassigning
from bot.engine import clock
from bot.engine.errors import BadInput, NotOpen, Refusal, Stale
from bot.engine.work import Work
from bot.language.i18n import Words
from bot.reports import any_case
from bot.reports.texts_overview import ANOTHER, case_seen_line, who_label, whys_of
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import inline, page, refusal_text, see_other, wants_json, went_on, words_for
from models.block import BlockReason, BlockSpan
from models.case import OPEN, CaseStatus, spoken_code
from models.reasons import WhyBack, WhyClosed

ONE = "/desk/overview/cases/{}"
DONE = ("given", "released", "closed", "blocked")
REFUSED = (BadInput, NotOpen, Stale)
Why = TypeVar("Why", WhyBack, WhyClosed)
Verb = Callable[[Work, int], Awaitable[object]]


async def show(request: web.Request) -> web.Response:
    """The case, and what can be done with it."""
    return await _page(request)


async def look(request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the case."""
    return see_other(ONE.format(request.match_info["case"]))


async def give(request: web.Request) -> web.Response:
    """The case is somebody's, and they know."""
    chosen = str((await request.post()).get("person", ""))

    async def given(work: Work, case_id: int) -> None:
        if not chosen.isdigit() or len(chosen) > len(str(2**62)):
            raise BadInput("desk_person_missing")
        await reassigning.reassign(work, case_id=case_id, person_id=int(chosen))

    return await _did(request, "given", given)


async def release(request: web.Request) -> web.Response:
    """The case waits in the queue again."""
    why = str((await request.post()).get("why", ANOTHER))

    async def released(work: Work, case_id: int) -> None:
        await reassigning.release(work, case_id=case_id, why=_why(why, WhyBack))

    return await _did(request, "released", released)


async def close(request: web.Request) -> web.Response:
    """The case is closed."""
    why = str((await request.post()).get("why", ANOTHER))

    async def closed(work: Work, case_id: int) -> None:
        await reassigning.close(work, case_id=case_id, why=_why(why, WhyClosed))

    return await _did(request, "closed", closed)


async def block(request: web.Request) -> web.Response:
    """The newcomer of the case is blocked."""
    form = await request.post()
    span, reason = str(form.get("span", "")), str(form.get("reason", ""))

    async def blocked(work: Work, case_id: int) -> None:
        if span not in tuple(BlockSpan) or reason not in tuple(BlockReason):
            raise BadInput("block_choose")
        await blocking.block(work, case_id=case_id, span=BlockSpan(span), reason=BlockReason(reason))

    return await _did(request, "blocked", blocked)


def _why(chosen: str, them: type[Why]) -> Why | None:
    if chosen == ANOTHER:
        return None
    if chosen not in tuple(them):
        raise BadInput("no_longer_valid")
    return them(chosen)


async def _did(request: web.Request, told: str, verb: Verb) -> web.Response:
    case_id = int(request.match_info["case"])
    try:
        async with identity.acts(request) as (work, _):
            await verb(work, case_id)
    except REFUSED as refusal:
        if wants_json(request):
            raise
        return await _page(request, refusal=refusal)
    return went_on(request, f"{ONE.format(case_id)}?told={told}")


async def _page(request: web.Request, *, refusal: Refusal | None = None) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    async with identity.looks(request) as work:
        told = (await any_case.shown(work, int(request.match_info["case"]))).told
        them = await any_case.who_may(work, told.case)
    done = request.query.get("told", "") if refusal is None else ""
    return page(
        request, "desk/overview/case.html", status=refusal.status if refusal else 200, case=told,
        code=spoken_code(told.code), line=inline(case_seen_line(words, told, service.facts(clock.now()))),
        is_open=told.status in OPEN, is_claimed=told.status == CaseStatus.CLAIMED, action=ONE.format(told.case),
        people=[(one.person, inline(who_label(words, one))) for one in them],
        spans=[(span, inline(words(f"block_span_{span}"))) for span in BlockSpan],
        reasons=[(reason, inline(words(f"block_reason_{reason}"))) for reason in BlockReason],
        whys_back=_labels(words, WhyBack), whys_closed=_labels(words, WhyClosed),
        told=words(f"desk_case_{done}") if done in DONE else "",
        error=refusal_text(service, words, refusal) if refusal else "",
    )  # fmt: skip


def _labels(words: Words, them: type[WhyBack] | type[WhyClosed]) -> list[tuple[str, Markup]]:
    return [(why, inline(label)) for why, label in whys_of(words, them)]
