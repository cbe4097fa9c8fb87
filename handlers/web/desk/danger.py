"""Somebody in a case may be in danger, as a volunteer says it at the desk: the steps, and the numbers passed on.

What they have typed and not sent is kept, whatever comes of it. It must not decide who is told:
`bot/cases/safeguarding.py` does.
"""

from contextlib import suppress

from aiohttp import web

from bot.cases import drafts, safeguarding
from bot.cases.texts_danger import numbers, protocol
from bot.engine import clock
from bot.engine.errors import BadInput, NotFound
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import inline, page, see_other, went_on, with_telephone_links, words_for
from models.case import spoken_code
from models.people import AUTONYMS, Language


async def show(request: web.Request) -> web.Response:
    """What to do now, and the numbers, in the five languages too."""
    service, words = request.app[SERVICE], words_for(request)
    async with identity.looks(request) as work:
        told = await safeguarding.protocol_of(work, case_id=_case_id(request))
    title, *steps = protocol(words, service.facts(clock.now()), told).split("\n")
    heading, *lines = numbers(words)
    return page(
        request, "desk/danger.html", code=spoken_code(told.code), case_id=told.case, title=inline(title),
        steps=[with_telephone_links(inline(step)) for step in steps], heading=heading, may_send=told.may_send,
        numbers=[with_telephone_links(inline(line)) for line in lines], sent=request.query.get("sent") == "1",
        languages=[(str(one), AUTONYMS[one]) for one in Language],
    )  # fmt: skip


async def look(request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, reads the steps."""
    return see_other(_page(request))


async def flag(request: web.Request) -> web.Response:
    """Coordinators have been told; what was half written is kept."""
    case_id, text = _case_id(request), str((await request.post()).get("text", ""))
    async with identity.acts(request) as (work, _):
        await safeguarding.flag(work, case_id=case_id)
    if text.strip():
        with suppress(NotFound, BadInput):  # too long to be kept, or not theirs any more: the alarm stands
            async with identity.acts(request) as (work, _):
                await drafts.keep(work, case_id=case_id, text=text)
    return went_on(request, _page(request))


async def send_numbers(request: web.Request) -> web.Response:
    """The newcomer has the numbers before them, in their language."""
    async with identity.acts(request) as (work, _):
        await safeguarding.send_numbers(work, case_id=_case_id(request))
    return went_on(request, f"{_page(request)}?sent=1")


def _case_id(request: web.Request) -> int:
    return int(request.match_info["case"])


def _page(request: web.Request) -> str:
    return f"/desk/cases/{_case_id(request)}/danger"
