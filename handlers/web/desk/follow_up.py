"""The day on which a case comes back by itself, as its volunteer sets it at the desk, on a page of its own.

What was half written in the case is kept before. It must not decide what happens on the day:
`bot/cases/follow_ups.py` does.
"""

from contextlib import suppress
from datetime import date

from aiohttp import web
from multidict import MultiMapping

from bot.cases import drafts, follow_ups
from bot.engine import clock
from bot.engine.errors import BadInput, NotFound, Refusal
from bot.people import access
from handlers.web.frame import identity
from handlers.web.frame.keys import LOGIN, SERVICE
from handlers.web.frame.view import inline, page, refusal_text, see_other, wants_json, went_on, words_for
from models.case import spoken_code


async def show(request: web.Request) -> web.Response:
    """The day that is set, if one is, and a form for another."""
    return await _page(request, {})


async def begin(request: web.Request) -> web.Response:
    """From the case's page: what was half written is kept, and the form is next."""
    text, case_id = str((await request.post()).get("text", "")), _case_id(request)
    async with identity.acts(request) as (work, _):
        await access.my_case(work, case_id)
        if text.strip():
            with suppress(BadInput):  # more than anybody types: the browser has it still
                await drafts.keep(work, case_id=case_id, text=text)
    return went_on(request, _address(request))


async def save(request: web.Request) -> web.Response:
    """The case comes back on that day; its newcomer is asked whether they may be, if that is wanted."""
    form, case_id = await request.post(), _case_id(request)
    try:
        async with identity.acts(request) as (work, _):
            await access.my_case(work, case_id)
            note = str(form.get("note", "")).strip()
            row = await follow_ups.set_day(work, case_id=case_id, day=_day(form), note=note)
            if form.get("may") == "1":
                await follow_ups.ask_newcomer(work, follow_up_id=row.id)
    except BadInput as refusal:
        return await _refused(request, refusal, {name: str(form.get(name, "")) for name in ("day", "note", "may")})
    return went_on(request, _address(request))


async def drop(request: web.Request) -> web.Response:
    """The case does not come back by itself."""
    case_id = _case_id(request)
    async with identity.acts(request) as (work, _):
        await access.my_case(work, case_id)
        row = await follow_ups.of_case(work.db, case_id)
        if row is not None:
            await follow_ups.drop(work, follow_up_id=row.id)
    return went_on(request, _address(request))


async def look(request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the form."""
    return see_other(_address(request))


async def _refused(request: web.Request, refusal: Refusal, typed: dict[str, str]) -> web.Response:
    if wants_json(request):
        raise refusal
    request[LOGIN] = await identity.require_staff(request)
    return await _page(request, typed, refusal=refusal)


async def _page(request: web.Request, typed: dict[str, str], *, refusal: Refusal | None = None) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    async with identity.looks(request) as work:
        case = await access.case_to_read(work.db, work.actor, _case_id(request))
        row, latest = await follow_ups.of_case(work.db, case.id), follow_ups.latest_day(work, case)
        note = await follow_ups.note_of(work, row.id) if row is not None else ""
    day = clock.office_day(row.due_at, service.store.zone) if row is not None else None
    known = {"day": day.isoformat() if day else "", "note": note, "may": ""}
    return page(
        request, "desk/follow_up.html", status=refusal.status if refusal else 200, code=spoken_code(case.code),
        action=f"/desk/cases/{case.id}", latest=latest.isoformat(), latest_said=inline(words.day(latest)),
        is_set=inline(words.day(day)) if day else "", agreed=row is not None and row.agreed_at is not None,
        asked=row is not None and row.asks_newcomer, typed=typed or known,
        longest=follow_ups.LONGEST_NOTE, error=refusal_text(service, words, refusal) if refusal else "",
    )  # fmt: skip


def _case_id(request: web.Request) -> int:
    """The case's number in the address.

    Raises:
        NotFound: longer than any number of a case.
    """
    digits = request.match_info["case"]
    if len(digits) > len(str(2**62)):
        raise NotFound
    return int(digits)


def _address(request: web.Request) -> str:
    return f"/desk/cases/{_case_id(request)}/follow-up"


def _day(form: MultiMapping[object]) -> date:
    try:
        return date.fromisoformat(str(form.get("day", "")))
    except ValueError:
        raise BadInput("desk_day_missing") from None
