"""The newcomer's chat as plain pages: consent, the conversation, and everything she can do in it.

Works without JavaScript; `static/chat.js` makes the same pages live. What an act does is decided in
`bot/actions/converse.py`.
"""

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from secrets import randbelow, token_urlsafe

from aiohttp import web

from bot import clock, phrases, texts
from bot.actions import converse, ending, hours_asked, inbound, inbox, people, sessions
from bot.actions.people import Visitor
from bot.actions.sessions import Session
from bot.commands import KNOWN
from bot.errors import BadInput, NotPermitted, Refusal, TooMany, Unavailable
from bot.metrics import ACTS
from bot.seal import hash_secret
from handlers.web import identity
from handlers.web.conversation import Bubble, bubbles_after
from handlers.web.keys import LIMITS, SERVICE, SLOW_HASHES
from handlers.web.limits import MESSAGES, NEW_CHATS
from handlers.web.view import (
    FAR_AWAY,
    Way,
    inline,
    page,
    paragraphs,
    refusal_text,
    see_other,
    text_page,
    wants_json,
    with_telephone_links,
    words_for,
)
from models.dialogue import Act, Answer, Commanded, Incoming, Pressed, Said
from models.outbox import Notice
from models.people import Channel, Device

SECRET_DIGITS = 8
CLIENT_MSG_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
LONGEST_CODE = 64
# What a press may be answered with on the next page.
SAID = ("answer_saved", "no_longer_valid", "ask_done", "language_changed", "in_the_chat")
NOTHING_STAYS = {"Clear-Site-Data": '"storage"'}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act led to. `visitor` is None once the newcomer has been erased."""

    answer: Answer
    visitor: Visitor | None


async def show(request: web.Request) -> web.StreamResponse:
    """The conversation; without a session the statement and the question of consent, for which nothing is stored."""
    session = await identity.newcomer_session(request)
    if session is None and identity.has_cookie(request, identity.NEWCOMER):
        raise NotPermitted("session_ended")
    if session is None:
        return _consent_page(request)
    language = request.match_info["language"]
    if session.language and session.language != language:
        return see_other(f"/{session.language}/chat")
    await identity.stay_awake(request, session)
    said = request.query.get("said", "")
    return await _conversation_page(request, session, said=said if said in SAID else "")


async def consent(request: web.Request) -> web.Response:
    """Yes: the newcomer is known by a number from now on. No: nothing has been stored, and nothing is."""
    answer = (await request.post()).get("answer")
    if await identity.newcomer_session(request) is not None:
        return see_other(f"/{request.match_info['language']}/chat")  # pressed twice: one newcomer, not two
    if answer not in ("own", "shared"):
        return await _no_consent_page(request)
    device = Device.OWN if answer == "own" else Device.SHARED
    held = not request.app[LIMITS].allows_address(NEW_CHATS, request)
    secret = f"{randbelow(10**SECRET_DIGITS):0{SECRET_DIGITS}d}"
    async with request.app[SLOW_HASHES]:
        secret_hash = await asyncio.to_thread(hash_secret, secret)
    door = converse.Door(held=held, secret=secret, secret_hash=secret_hash)
    language = request.match_info["language"]
    async with request.app[SERVICE].store.work() as work:
        visitor = await people.new_newcomer_on_web(work, language)
        agreed = Incoming(key=token_urlsafe(), act=Pressed(f"consent:{answer}"))
        await converse.receive(work, visitor, agreed, door)
        token = await sessions.open_session(work, visitor.person_id, device, held=held)
    ACTS.labels(Channel.WEB).inc()
    response = see_other(f"/{language}/chat")
    identity.remember(request, response, identity.NEWCOMER, token, device=device)
    return response


async def say(request: web.Request) -> web.StreamResponse:
    """Her words are kept, or the page tells why not and still holds them."""
    form = await request.post()
    text, sent_as = str(form.get("text", "")), str(form.get("client_msg_id", ""))
    client_msg_id = sent_as if CLIENT_MSG_ID.fullmatch(sent_as) else token_urlsafe()
    try:
        outcome = await _act(request, Said(text), client_msg_id)
    except (BadInput, TooMany, Unavailable) as refusal:
        if wants_json(request):
            raise
        return await _still_written(request, refusal, text, client_msg_id)
    return _afterwards(request, outcome)


async def press(request: web.Request) -> web.Response:
    """A button of the conversation has had its effect."""
    code = str((await request.post()).get("code", ""))[:LONGEST_CODE]
    return _afterwards(request, await _act(request, Pressed(code)))


async def command(request: web.Request) -> web.Response:
    """A command from the menu has had its effect."""
    name = str((await request.post()).get("name", ""))
    if name not in KNOWN or name == "delete":
        raise web.HTTPNotFound
    return _afterwards(request, await _act(request, Commanded(name)))


async def confirm_delete(request: web.Request) -> web.Response:
    """Asks before everything is deleted, and says what that is."""
    return await _sure_page(request)


async def delete(request: web.Request) -> web.Response:
    """Everything she wrote is gone, if it is what she was asked about; else she is asked again."""
    about = str((await request.post()).get("about", ""))[:LONGEST_CODE]
    outcome = await _act(request, Pressed(f"erase:yes:{about}"))
    if outcome.visitor is not None:
        return await _sure_page(request, status=409)
    return _afterwards(request, outcome)


async def _sure_page(request: web.Request, *, status: int = 200) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    session = await identity.newcomer_session(request)
    async with service.store.look() as db:
        visitor = await people.visitor_of(db, session.person_id) if session else None
        if visitor is None:
            raise NotPermitted("session_ended")
        about = await ending.deletion_params(db, visitor)
    told = texts.delete_text(words, about, service.facts(clock.now()))
    return page(request, "confirm.html", status=status, told=paragraphs(told), about=about["about"])


async def close(request: web.Request) -> web.Response:
    """The chat is closed on this device; code and secret open it again."""
    await _end_session(request)
    return _gone(request, f"/{request.match_info['language']}/closed")


async def leave(request: web.Request) -> web.Response:
    """She had to go quickly: the session has ended and the browser shows the weather."""
    with suppress(Unavailable):  # the cookie goes in any case
        await _end_session(request)
    return _gone(request, FAR_AWAY)


async def _act(request: web.Request, act: Act, client_msg_id: str | None = None) -> Outcome:
    if not request.app[LIMITS].allows_session(MESSAGES, identity.token_of(request, identity.NEWCOMER) or ""):
        raise TooMany("slow_down")
    async with identity.newcomer_acts(request) as (work, visitor, session):
        key = f"{session.person_id}:{client_msg_id or token_urlsafe()}"
        if client_msg_id and not await inbound.first_time(work, Channel.WEB, key):
            return Outcome(Answer(""), visitor)
        incoming = Incoming(key=key, act=act, external_id=client_msg_id)
        answer = await converse.receive(work, visitor, incoming, converse.Door(held=session.held))
        after = await people.newcomer_on_web(work, visitor.person_id)
    ACTS.labels(Channel.WEB).inc()
    return Outcome(answer, after)


def _afterwards(request: web.Request, outcome: Outcome) -> web.Response:
    language = request.match_info["language"]
    if outcome.visitor is None:
        return _gone(request, f"/{language}/deleted")
    spoken = outcome.visitor.language or language
    said = outcome.answer.key if outcome.answer.key in SAID else ""
    if wants_json(request):
        moved = {"to": f"/{spoken}/chat"} if spoken != language else {}
        return web.json_response({"ok": True, "said": words_for(request)(said) if said else ""} | moved)
    return see_other(f"/{spoken}/chat{'?said=' + said if said else ''}#new")


def _gone(request: web.Request, url: str) -> web.Response:
    """Nobody is here any more: the browser forgets the session and goes on to `url`."""
    response = web.json_response({"ok": True, "to": url, "gone": True}) if wants_json(request) else see_other(url)
    response.headers.update(NOTHING_STAYS)
    identity.forget(request, response, identity.NEWCOMER)
    return response


async def _end_session(request: web.Request) -> None:
    if identity.token_of(request, identity.NEWCOMER):
        async with request.app[SERVICE].store.work() as work:
            await identity.end_session(work, request, identity.NEWCOMER)


def _consent_page(request: web.Request) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    facts = replace(service.facts(clock.now()), is_trial=False)  # the banner above every page says that already
    statement = phrases.statement(words, facts, channel=Channel.WEB)
    return page(request, "consent.html", statement=[with_telephone_links(inline(x)) for x in statement.split("\n")])


async def _no_consent_page(request: web.Request) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    now = clock.now()
    async with service.store.look() as db:
        ways = await hours_asked.hours_params(db, now, service.store.zone)
    told = texts.prompt(Notice.NO_CONSENT, ways, words, service.facts(now))
    language = words.language
    links = (Way(f"/{language}/help", "web_menu_help", is_main=True), Way(f"/{language}/chat", "web_back_to_chat"))
    return text_page(request, words("web_title"), paragraphs(told.text), ways=links)


async def _still_written(request: web.Request, refusal: Refusal, text: str, client_msg_id: str) -> web.StreamResponse:
    """The page as it was, with the refusal on top and her words still in the box; even if the store does not answer."""
    session = None
    with suppress(Unavailable):
        session = await identity.newcomer_session(request)
    told = refusal_text(request.app[SERVICE], words_for(request), refusal)
    return await _conversation_page(
        request, session, status=refusal.status, error=told, typed=text, client_msg_id=client_msg_id
    )


async def _conversation_page(
    request: web.Request, session: Session | None, *, status: int = 200, said: str = "", error: str = "",
    typed: str = "", client_msg_id: str = "",
) -> web.StreamResponse:  # fmt: skip
    visitor, bubbles = await _read(request, session)
    is_own = session is not None and session.device == Device.OWN
    last = max((bubble.seq for bubble in bubbles), default=0)
    first_new = next((bubble.key for bubble in bubbles if bubble.is_new), "")
    response = page(
        request, "chat.html", status=status, bubbles=bubbles, last=last, first_new=first_new, said=said, error=error,
        typed=typed, client_msg_id=client_msg_id or token_urlsafe(16), is_own_device=is_own,
    )  # fmt: skip
    if is_own:
        token = identity.token_of(request, identity.NEWCOMER) or ""
        identity.remember(request, response, identity.NEWCOMER, token, device=Device.OWN)
    await response.prepare(request)
    await response.write_eof()
    if visitor is not None and last and request.method == "GET":
        await mark_shown(request, visitor, last)
    return response


async def _read(request: web.Request, session: Session | None) -> tuple[Visitor | None, list[Bubble]]:
    service = request.app[SERVICE]
    if session is None:
        return None, []
    async with service.store.look() as db:
        visitor = await people.visitor_of(db, session.person_id)
        if visitor is None:
            raise NotPermitted("session_ended")
        return visitor, await bubbles_after(db, service, words_for(request), visitor, 0)


async def mark_shown(request: web.Request, visitor: Visitor, last: int) -> None:
    """What the browser has been sent counts as shown; a store that does not answer now will hear it again later."""
    with suppress(Unavailable):
        async with request.app[SERVICE].store.work() as work:
            await inbox.shown(work, visitor.address_id, last)
