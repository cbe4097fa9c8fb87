"""What the acts of the pages about shifts have in common: the same press twice is one, and a refusal says why.

It must not know what an act does, nor which page follows.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.engine import clock, once
from bot.engine.errors import BadInput, NotFound, Refusal, Stale, Unavailable
from bot.engine.work import Work
from bot.language.parts import ToStaff
from bot.roster.signing import CannotStaff
from bot.shifts import seen
from bot.shifts.texts_coordinator import ShiftRefused
from handlers.web.frame import identity
from handlers.web.frame.keys import LOGIN, SERVICE
from handlers.web.frame.view import refusal_text, words_for
from models.base import new_id
from models.people import Role

_PRESS = re.compile(r"\d{1,19}")


class Refused(Refusal):
    """As CannotStaff, with all that its reader is told of it."""

    code, status = CannotStaff.code, CannotStaff.status

    def __init__(self, told: ToStaff) -> None:
        super().__init__()
        self.told = told


REFUSED = (Refused, BadInput, Stale, Unavailable)


def new_press() -> int:
    """What the forms of one page, as it is shown once, say of themselves."""
    return new_id()


def number(given: str) -> int:
    """An id as it stands in an address or a field; 0 for what is none."""
    return int(given) if given.isdecimal() and given.isascii() and len(given) < len(str(2**63)) else 0


@asynccontextmanager
async def acts_once(request: web.Request, act: str) -> AsyncIterator[tuple[Work, bool]]:
    """One act of whoever the policy lets in, and whether it is to be done: the same press twice is one.

    What cannot be done changes nothing, and may be pressed again.

    Raises:
        Refused: somebody cannot be put on a shift or taken off it.
    """
    press = str((await request.post()).get("press", ""))
    async with identity.acts(request) as (work, login):
        key = f"{act}:{login.person_id}:{press}"
        is_first = not _PRESS.fullmatch(press) or await once.first_time(work, "desk", key)
        try:
            yield work, is_first
        except CannotStaff as refused:
            raise Refused(await refusal_told(work, refused)) from refused


async def refusal_told(work: Work, refused: CannotStaff) -> ToStaff:
    """Why it was refused, and what was done before, for whoever acts."""
    why = await seen.why_told(work, refused, reader=work.staff.id)
    return ShiftRefused(shift=(await seen.named(work, refused.shift))[0], why=why)


def why_refused(request: web.Request, refusal: Refusal) -> str:
    """The refusal as its reader sees it, one thought per line."""
    service, words = request.app[SERVICE], words_for(request)
    if isinstance(refusal, Refused):
        return refusal.told.said(words, service.facts(clock.now())).text
    return refusal_text(service, words, refusal)


def as_json(request: web.Request, refusal: Refusal) -> web.Response:
    """The refusal for our script, which shows it beside the button."""
    told = {"ok": False, "error": refusal.code, "text": why_refused(request, refusal)}
    return web.json_response(told, status=refusal.status)


async def require_staff(request: web.Request, *, coordinator: bool = False) -> None:
    """For a page that answers a refused act: the refusal may have come before anybody looked who acts.

    Raises:
        NotFound: the browser is not one of theirs.
    """
    login = await identity.require_staff(request)
    request[LOGIN] = login
    if coordinator and login.role != Role.COORDINATOR:
        raise NotFound
