"""The coordinators' page of the usual week: its lines made, changed and taken away, and the term to make of it.

Reads, acts, answers. A form that is refused is shown again with everything in it.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.engine.errors import Refusal
from bot.engine.work import Work
from bot.people.people import LANGUAGES_SPOKEN
from bot.places import places
from bot.shifts import term
from bot.shifts.typed import MOST_NEEDED
from handlers.web.desk.hours.view import weekday_choices
from handlers.web.desk.shifts import acting, term_view, view
from handlers.web.desk.shifts.acting import REFUSED, acts_once, as_json, new_press, number, why_refused
from handlers.web.desk.shifts.form import TypedShift
from handlers.web.desk.shifts.term_form import TypedTerm, as_typed, line_meant, term_meant, typed_line, typed_term
from handlers.web.frame import identity
from handlers.web.frame.view import page, see_other, several_lines, wants_json, went_on, words_for

TEMPLATE, DRAFT = "/desk/shifts/template", "/desk/shifts/terms/{}"


async def show(request: web.Request) -> web.Response:
    """The usual week."""
    return await week_page(request)


async def look(_request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the usual week."""
    return see_other(TEMPLATE)


async def add(request: web.Request) -> web.Response:
    """The line is one of the week's."""
    typed = typed_line(await request.post())

    async def added(work: Work) -> str:
        return f"?added={await term.add_line(work, line_meant(typed, LANGUAGES_SPOKEN))}"

    return await _did(request, "line", added, typed=typed)


async def change(request: web.Request) -> web.Response:
    """Another line is in the place of this one; shifts that were made of it stay."""
    typed, line = typed_line(await request.post()), _line(request)

    async def changed(work: Work) -> str:
        return f"?added={await term.change_line(work, line, line_meant(typed, LANGUAGES_SPOKEN))}"

    return await _did(request, f"line:{line}", changed, typed=typed, line=line)


async def end(request: web.Request) -> web.Response:
    """The line is not one of the week's any more."""
    line = _line(request)

    async def ended(work: Work) -> str:
        await term.end_line(work, line)
        return f"?removed={line}"

    return await _did(request, f"line-end:{line}", ended)


async def put_back(request: web.Request) -> web.Response:
    """It is one again."""
    line = _line(request)

    async def back(work: Work) -> str:
        await term.turn_line(work, line, stays=True)
        return f"?added={line}"

    return await _did(request, f"line-back:{line}", back)


async def propose(request: web.Request) -> web.Response:
    """The term as it would be published. It is a draft; no shift has been added."""
    typed = typed_term(await request.post())
    try:
        async with identity.acts(request) as (work, _):
            draft = (await term.propose(work, *term_meant(typed, work.today))).draft
    except REFUSED as refusal:
        return await _refused(request, refusal, typed_term=typed)
    return went_on(request, DRAFT.format(draft))


def _line(request: web.Request) -> int:
    return int(request.match_info["line"])


async def _did(
    request: web.Request, key: str, verb: Callable[[Work], Awaitable[str]], *, typed: TypedShift | None = None,
    line: int = 0,
) -> web.Response:  # fmt: skip
    told = ""
    try:
        async with acts_once(request, key) as (work, is_first):
            if is_first:
                told = await verb(work)
    except REFUSED as refusal:
        return await _refused(request, refusal, typed=typed, line=line)
    return went_on(request, TEMPLATE + told)


async def _refused(
    request: web.Request, refusal: Refusal, *, typed: TypedShift | None = None, line: int = 0,
    typed_term: TypedTerm | None = None,
) -> web.Response:  # fmt: skip
    await acting.require_staff(request, coordinator=True)
    if wants_json(request):
        return as_json(request, refusal)
    return await week_page(request, typed=typed, line=line, typed_term=typed_term, refusal=refusal)


async def week_page(
    request: web.Request, *, typed: TypedShift | None = None, line: int = 0, typed_term: TypedTerm | None = None,
    refusal: Refusal | None = None,
) -> web.Response:  # fmt: skip
    """The week, with its forms. `typed`: of the line that is changed, or of a new one, if `line` is 0."""
    asked = {} if refusal else request.query
    async with identity.looks(request) as work:
        week = await term.shown(
            work, added=number(asked.get("added", "")), removed=number(asked.get("removed", ""))
        )  # fmt: skip
        known, today = await places.places(work.db), work.today
    words = words_for(request)
    forms = {one.line: typed if typed and one.line == line else as_typed(one) for one in week.week}
    return page(
        request, "desk/shifts/template.html", status=refusal.status if refusal else 200,
        error=several_lines(why_refused(request, refusal)) if refusal else "",
        told=term_view.week_told(words, week) or term_view.term_told(words, asked), press=new_press(),
        back=term_view.put_back(words, week.removed), lines=term_view.week_lines(words, week), forms=forms,
        terms=term_view.terms_ahead(words, week),
        open_line=line, typed=typed if line not in forms else None, blank=TypedShift(),
        term=typed_term or TypedTerm(), is_term=typed_term is not None, today=today.isoformat(),
        places=view.place_choices(words, known), weekdays=weekday_choices(words),
        spoken=view.language_choices(words), numbers=range(1, MOST_NEEDED + 1),
    )  # fmt: skip
