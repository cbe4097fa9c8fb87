"""The coordinators' page for words to many: to whom, what, how many that is, and only then are they sent.

Reads, acts, answers. It must not decide who is meant.
"""

import re

from aiohttp import web

from bot.engine.errors import BadInput, Refusal, Stale
from bot.engine.work import Work
from bot.language.textshape import clean
from bot.people.people import LANGUAGES_SPOKEN
from bot.roster import shifts
from bot.shifts import announcing, coverage, seen
from bot.shifts.announcing import LONGEST_ANNOUNCED, To
from bot.shifts.texts_announce import AnnounceSent, AnnounceSure
from handlers.web.desk.shifts import acting, view
from handlers.web.desk.shifts.acting import REFUSED, acts_once, as_json, new_press, why_refused
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import page, see_other, several_lines, wants_json, went_on, words_for

ANNOUNCE, ALL = "/desk/announce", "all"
_SHIFT = re.compile(r"shift-(\d{1,18})")
_NUMBER = re.compile(r"\d{1,19}")


async def show(request: web.Request) -> web.Response:
    """To whom, and the words."""
    return await _form_page(request, request.query.get("to", ""), "")


async def look(_request: web.Request) -> web.Response:
    """Who asks for the address of an act, as a reload does, is at the form."""
    return see_other(ANNOUNCE)


async def check(request: web.Request) -> web.Response:
    """The words as they will be read, and to how many they go. Nothing has been sent."""
    to, said = await _typed(request)
    try:
        async with identity.acts(request) as (work, _):
            sure = await _sure(work, to, said)
    except REFUSED as refusal:
        return await _refused(request, refusal, to, said)
    shown = view.announce_shown(request.app[SERVICE], words_for(request), sure)
    return page(request, "desk/shifts/announce_sure.html", sure=shown, to=to, text=said, press=new_press(), error="")


async def send(request: web.Request) -> web.Response:
    """The words are on their way, once, however often that is pressed."""
    to, said = await _typed(request)
    press = str((await request.post()).get("press", ""))
    told: AnnounceSent | None = None
    try:
        async with acts_once(request, "announce") as (work, is_first):
            if not _NUMBER.fullmatch(press):
                raise Stale
            if is_first:
                sure = await _sure(work, to, said)
                told = await announcing.send(work, sure, card=int(press))
    except REFUSED as refusal:
        return await _refused(request, refusal, to, said)
    return went_on(request, f"{ANNOUNCE}?sent={told.count if told else ''}")


async def _typed(request: web.Request) -> tuple[str, str]:
    form = await request.post()
    return str(form.get("to", "")), clean(str(form.get("text", ""))).strip()


async def _sure(work: Work, to: str, said: str) -> AnnounceSure:
    if not said:
        raise BadInput("desk_announce_nothing")
    return await announcing.sure(work, lambda: _to(work, to), said)


async def _to(work: Work, chosen: str) -> To:
    """Who is meant by what was chosen.

    Raises:
        BadInput: nobody was.
        Stale: a shift that is over, or not held.
    """
    if chosen == ALL:
        return To()
    if chosen in LANGUAGES_SPOKEN:
        return To(language=chosen)
    found = _SHIFT.fullmatch(chosen)
    if found is None:
        raise BadInput("desk_announce_to_missing")
    shift = await shifts.shift_to_hold(work.db, int(found[1]), work.now)
    if shift is None:
        raise Stale
    return To(shift)


async def _refused(request: web.Request, refusal: Refusal, to: str, said: str) -> web.Response:
    await acting.require_staff(request, coordinator=True)
    return as_json(request, refusal) if wants_json(request) else await _form_page(request, to, said, refusal=refusal)


async def _form_page(request: web.Request, to: str, said: str, *, refusal: Refusal | None = None) -> web.Response:
    service, words, sent = request.app[SERVICE], words_for(request), request.query.get("sent", "")
    async with identity.looks(request) as work:
        ahead = await coverage.ahead(work)
        named = await seen.named(work, *ahead)
    is_sent = "sent" in request.query and refusal is None
    return page(
        request, "desk/shifts/announce.html", status=refusal.status if refusal else 200,
        error=several_lines(why_refused(request, refusal)) if refusal else "", to=to, text=said, ALL=ALL,
        told=words("announce_sent_all", n=int(sent)) if is_sent and sent.isdigit() and len(sent) < 5 else "",
        languages=view.to_choices(words), shifts=view.shift_choices(service, words, named), most=LONGEST_ANNOUNCED,
    )  # fmt: skip
