"""A case between two people at the desk: keeping it, its notes, handing it over. Reads, acts, answers.

Each is an act of the case's page, whose one form travels with it (`case.py`). It must not decide who may.
"""

from aiohttp import web

from bot.cases import drafts, keeping_cases, notes
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.people.logins import Login
from handlers.web.desk.case import case_id_of, done, typed_in
from models.button import NotAButton
from models.buttons_cases import KEEP


async def keep(request: web.Request) -> web.StreamResponse:
    """The volunteer keeps the case for as long as they chose; what was half written beside it is kept too."""
    form = await request.post()
    typed, case_id = typed_in(form), case_id_of(request)

    async def act(work: Work, _: Login) -> None:
        await keeping_cases.keep_as_pressed(work, case_id=case_id, code=_kept_for(case_id, form.get("until")))
        if typed.text.strip():
            await drafts.keep(work, case_id=case_id, text=typed.text)

    return await done(request, typed, act, f"/desk/cases/{case_id}")


async def note(request: web.Request) -> web.StreamResponse:
    """What stands in the box for notes is a note in the case; what was half written beside it is kept as a draft."""
    typed, case_id = typed_in(await request.post()), case_id_of(request)

    async def act(work: Work, _: Login) -> None:
        notes.checked(typed.note)  # kept already, as with every act of the page
        if typed.text.strip():
            await drafts.keep(work, case_id=case_id, text=typed.text)

    return await done(request, typed, act, f"/desk/cases/{case_id}#notes")


def _kept_for(case_id: int, given: object) -> str:
    try:
        return KEEP.read(f"{KEEP.verb}:{case_id}:{given}").until
    except NotAButton:
        raise BadInput("no_longer_valid") from None
