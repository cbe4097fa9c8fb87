"""The page of a newcomer's conversation: what was said, the numbers to write down, and what stands in the box.

It reads and renders, and marks what has been sent as shown. It must not act for the newcomer.
"""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_urlsafe

from aiohttp import web
from markupsafe import Markup

from bot.engine import clock
from bot.engine.actors import Visitor
from bot.engine.errors import LoginEnded, Refusal, Unavailable
from bot.language import parts
from bot.people import keeping, logins, people, secret_door
from bot.people.keeping import NOTHING_KEPT, Kept
from bot.people.logins import Login
from bot.service import Look
from bot.telling import inbox
from handlers.web.chat.conversation import Bubble, bubbles_after
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE, TYPED
from handlers.web.frame.limits import LIMITS, SIGNS
from handlers.web.frame.turns import leave_turn
from handlers.web.frame.view import PAGES, page, paragraphs, refusal_text, with_numbers_marked, words_for
from models.buttons import LANGUAGE
from models.people import Device

CLIENT_MSG_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the page of a conversation shows. Empty as long as the store does not answer."""

    visitor: Visitor | None = None
    bubbles: tuple[Bubble, ...] = ()
    kept: Kept = NOTHING_KEPT
    code: str = ""


async def still_written(request: web.Request, refusal: Refusal) -> web.StreamResponse:
    """The page as it was, with the refusal on top and her words still in the box; even if the store does not answer.

    Asked for anew, by its address, the page still holds them.
    """
    login = None
    with suppress(Unavailable):
        login = await identity.newcomer_login(request)
    await _keep_refused(request)
    return await conversation_page(request, login, refusal=refusal)


async def _keep_refused(request: web.Request) -> None:
    token, typed = identity.token_of(request, identity.NEWCOMER) or "", request.get(TYPED, "")
    if typed and request.app[LIMITS].allows_login(SIGNS, token):
        with suppress(Refusal):
            async with identity.acts(request) as (work, login):
                await keeping.keep_unsent(work, login, typed)


async def numbers_to_keep(request: web.Request, login: Login) -> str:
    """The numbers to write down, as a piece of the page; empty when there are none, or no more."""
    async with request.app[SERVICE].store.look() as db:
        kept, code = await _kept_in(db, request, login)
    return _numbers(request, login, kept, code)


async def unwritten_numbers(request: web.Request, login: Login) -> Markup:
    """The numbers that she has not said she has written down; empty when there are none, or no more."""
    async with request.app[SERVICE].store.look() as db:
        kept, code = await _kept_in(db, request, login)
    return _numbers_told(request, kept, code) if kept.secret and code else Markup("")


async def conversation_page(
    request: web.Request, login: Login | None, *, said: str = "", refusal: Refusal | None = None
) -> web.StreamResponse:
    reading = await _read(request, login)
    last = max((bubble.seq for bubble in reading.bubbles), default=0)
    is_own = login is not None and login.device == Device.OWN
    response = page(
        request, "chat/chat.html", status=200 if refusal is None else refusal.status,
        bubbles=reading.bubbles, last=last,
        first_new=next((bubble.key for bubble in reading.bubbles if bubble.is_new), ""), said=said,
        error="" if refusal is None else refusal_text(request.app[SERVICE], words_for(request), refusal),
        typed=request.get(TYPED) or reading.kept.unsent, client_msg_id=await _id_of_next(request),
        is_own_device=is_own, code_of=LANGUAGE.code, numbers_after=where_numbers_stand(reading.bubbles),
        numbers=Markup(_numbers(request, login, reading.kept, reading.code)),
        ends_in=int(logins.ends_in(login, clock.now()).total_seconds()) if login is not None else 0,
    )  # fmt: skip
    if is_own:
        token = identity.token_of(request, identity.NEWCOMER) or ""
        identity.remember(request, response, identity.NEWCOMER, token, device=Device.OWN)
    leave_turn(request)  # a slow reader holds up nobody
    await response.prepare(request)
    await response.write_eof()
    if reading.visitor is not None and last and request.method == "GET":
        await mark_shown(request, reading.visitor, last)
    return response


def where_numbers_stand(bubbles: Sequence[Bubble]) -> str:
    """Right under what brought them, where they are read before anything else is asked."""
    return next((bubble.key for bubble in reversed(bubbles) if bubble.brings_numbers), "")


async def _id_of_next(request: web.Request) -> str:
    """What the words in the box will be sent as: what was refused keeps its name, so that it arrives once."""
    return (await sent_as(request) if request.method == "POST" else "") or token_urlsafe(16)


async def _read(request: web.Request, login: Login | None) -> Reading:
    service = request.app[SERVICE]
    if login is None:
        return Reading()
    async with service.store.look() as db:
        visitor = await people.visitor_of(db, login.person_id)
        if visitor is None:
            raise LoginEnded("session_gone")
        bubbles = await bubbles_after(db, service, words_for(request), visitor, 0, device=login.device)
        kept, code = await _kept_in(db, request, login)
    return Reading(visitor, tuple(bubbles), kept, code)


async def _kept_in(db: Look, request: web.Request, login: Login) -> tuple[Kept, str]:
    seal = request.app[SERVICE].store.seal
    kept = await keeping.kept_for(db, seal, login.id, now=clock.now())
    numbers = await secret_door.numbers_of(db, seal, login.person_id) if kept.secret else None
    return kept, numbers[0] if numbers else ""


def _numbers(request: web.Request, login: Login | None, kept: Kept, code: str) -> str:
    if login is None or not kept.secret or not code:
        return ""
    return request.app[PAGES].render(
        "frame/_numbers.html", words_for(request), told=_numbers_told(request, kept, code),
        is_own_device=login.device == Device.OWN,
    )  # fmt: skip


def _numbers_told(request: web.Request, kept: Kept, code: str) -> Markup:
    return with_numbers_marked(paragraphs(parts.secret_text(words_for(request), code, kept.secret)))


async def mark_shown(request: web.Request, visitor: Visitor, last: int) -> None:
    """What the browser has been sent counts as shown; a store that does not answer now will hear it again later.

    What has been shown already is not written again, however often it is said.
    """
    with suppress(Unavailable):
        async with request.app[SERVICE].store.look() as db:
            if not await inbox.is_unshown(db, visitor.address_id, last):
                return
        async with request.app[SERVICE].store.work() as work:
            await inbox.shown(work, visitor.address_id, last)


async def sent_as(request: web.Request) -> str:
    """What the words in the form are called, so that they arrive once; empty if it is no such name."""
    given = str((await request.post()).get("client_msg_id", ""))
    return given if CLIENT_MSG_ID.fullmatch(given) else ""
