"""A case that is offered to whoever looks, with its note: read, accepted, refused, at the desk.

The note counts as read once its page has been sent. It must not decide who may (`bot/cases/handing_over.py`).
"""

from aiohttp import web

from bot.cases import hand_over_ends, handing_over
from bot.cases.hand_over_ends import OpenHandOver
from bot.cases.texts_handing import HandOverOffered
from bot.cases.told import told_of
from bot.engine import clock
from bot.engine.errors import NotFound, NotPermitted, Refusal, Stale
from bot.people import access, names
from bot.people.logins import Login
from bot.service import Look
from handlers.web.desk.case import LONGEST_NUMBER
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import page, refusal_text, see_other, several_lines, wants_json, went_on, words_for


async def show(request: web.Request) -> web.StreamResponse:
    """The offer with its note, which counts as read now."""
    return await _page(request)


async def look(request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at its offer."""
    return see_other(f"/desk/hand-overs/{_number_of(request)}")


async def accept(request: web.Request) -> web.StreamResponse:
    """The case is the acting volunteer's."""
    try:
        async with identity.acts(request) as (work, _):
            case = await handing_over.accept(work, _number_of(request))
    except NotPermitted:
        raise
    except Refusal as refusal:
        return await _refused(request, refusal)
    return went_on(request, f"/desk/cases/{case.id}")


async def refuse(request: web.Request) -> web.StreamResponse:
    """The acting volunteer does not take it."""
    try:
        async with identity.acts(request) as (work, _):
            await handing_over.refuse(work, _number_of(request))
    except Stale as refusal:
        return await _refused(request, refusal)
    return went_on(request, "/desk")


async def _refused(request: web.Request, refusal: Refusal) -> web.StreamResponse:
    if wants_json(request) or isinstance(refusal, NotFound):
        raise refusal
    return await _page(request, refusal=refusal)


async def _page(request: web.Request, *, refusal: Refusal | None = None) -> web.StreamResponse:
    service, words, login = request.app[SERVICE], words_for(request), identity.asking(request)
    async with service.store.look() as db:
        row = await hand_over_ends.by_id(db, _number_of(request))
        if row is None or not await handing_over.may_receive(db, login.person_id, row):
            raise NotFound
        told = "" if row.ended_at is not None else await _told(request, db, row)
    error = refusal_text(service, words, refusal) if refusal else ""
    if row.ended_at is not None and not error:
        error = refusal_text(service, words, Stale())
    shown = page(
        request, "desk/offered.html", told=several_lines(told), number=row.id, error=error,
        is_open=row.ended_at is None, status=refusal.status if refusal else 200,
    )  # fmt: skip
    if row.ended_at is None and request.method != "HEAD":
        await _mark_read(request, login, row)
    return shown


async def _told(request: web.Request, db: Look, row: OpenHandOver) -> str:
    service, now = request.app[SERVICE], clock.now()
    case = await access.seen_case(db, row.case_id)
    giver = await names.name_of(db, service.store.seal, row.giver_id)
    offered = HandOverOffered(**told_of(case), hand_over=row.id, alias=giver, over_at=row.over_at, shown=True)
    note = handing_over.note_of(service.store.seal, row)
    return offered.said(words_for(request), service.facts(now, notes=note)).text


async def _mark_read(request: web.Request, login: Login, row: OpenHandOver) -> None:
    """If it has ended meanwhile, that is no matter."""
    try:
        async with identity.by_the_way(request, login) as work:
            await handing_over.note_shown(work, row.id)
    except (NotFound, Stale):
        return


def _number_of(request: web.Request) -> int:
    digits = request.match_info["hand_over"]
    if len(digits) > LONGEST_NUMBER:
        raise NotFound
    return int(digits)
