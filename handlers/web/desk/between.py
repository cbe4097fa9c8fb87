"""A case between two people at the desk: keeping it, its notes, handing it over. Reads, acts, answers.

Each is an act of the case's page, whose one form travels with it (`case.py`), and leads to its own place there: a page
with a script is loaded anew, for what is filled in is not exchanged on it. It must not decide who may.
"""

from aiohttp import web

from bot.cases import drafts, hand_over_ends, handing_over, keeping_cases, notes
from bot.engine import once
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.people import access
from bot.people.logins import Login
from bot.people.people import LANGUAGES_SPOKEN
from handlers.web.desk.case import LONGEST_NUMBER, case_id_of, done, typed_in
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

    return await done(request, typed, act, f"/desk/cases/{case_id}#kept-until")


async def note(request: web.Request) -> web.StreamResponse:
    """What stands in the box for notes is a note in the case; what was half written beside it is kept as a draft."""
    typed, case_id = typed_in(await request.post()), case_id_of(request)

    async def act(work: Work, _: Login) -> None:
        notes.checked(typed.note)  # kept already, as with every act of the page
        if typed.text.strip():
            await drafts.keep(work, case_id=case_id, text=typed.text)

    return await done(request, typed, act, f"/desk/cases/{case_id}#notes")


async def hand_over(request: web.Request) -> web.StreamResponse:
    """The case is offered with its note; what was half written beside it is kept as a draft."""
    typed, case_id = typed_in(await request.post()), case_id_of(request)

    async def act(work: Work, login: Login) -> None:
        await access.my_case(work, case_id)
        if not await once.first_time(work, "desk", f"{login.person_id}:{typed.client_msg_id}:hand-over"):
            return
        person_id, language = _receiver(typed.hand_to)
        await handing_over.offer(work, case_id=case_id, note=typed.hand_note, person_id=person_id, language=language)
        if typed.text.strip():
            await drafts.keep(work, case_id=case_id, text=typed.text)

    return await done(request, typed, act, f"/desk/cases/{case_id}#hand-over")


async def hand_back(request: web.Request) -> web.StreamResponse:
    """The volunteer goes on with the case themself."""
    form = await request.post()
    typed, case_id = typed_in(form), case_id_of(request)

    async def act(work: Work, _: Login) -> None:
        case = await access.my_case(work, case_id)
        row = await hand_over_ends.open_of(work.db, case.id)
        if row is None or str(row.id) != form.get("hand_over"):
            raise Stale
        await handing_over.take_back(work, row.id)
        if typed.text.strip():
            await drafts.keep(work, case_id=case_id, text=typed.text)

    return await done(request, typed, act, f"/desk/cases/{case_id}#hand-over")


def _receiver(chosen: str) -> tuple[int | None, str | None]:
    kind, value = chosen[:1], chosen[1:]
    if kind == "p" and value.isascii() and value.isdigit() and len(value) <= LONGEST_NUMBER:
        return int(value), None
    if kind == "l" and value in LANGUAGES_SPOKEN:
        return None, value
    raise BadInput("hand_over_nobody")


def _kept_for(case_id: int, given: object) -> str:
    try:
        return KEEP.read(f"{KEEP.verb}:{case_id}:{given}").until
    except NotAButton:
        raise BadInput("no_longer_valid") from None
