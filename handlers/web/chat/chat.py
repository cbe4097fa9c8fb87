"""The newcomer's chat as plain pages: consent, the conversation, and everything she can do in it.

Works without JavaScript; `static/chat/chat.js` makes the same pages live. What an act does is decided in
`bot/intake/converse.py`; the secret number has a page of its own, `secret.py`.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from secrets import token_urlsafe

from aiohttp import web

from bot.engine import clock, once
from bot.engine.errors import Refusal, SessionEnded, TooMany, Unavailable
from bot.engine.metrics import ACTS
from bot.engine.work import Visitor, Work
from bot.hours import questions
from bot.intake import converse, ending, texts
from bot.intake.turns import Door
from bot.language import parts
from bot.language.commands import KNOWN
from bot.people import keeping, logins, people
from bot.people.logins import Session
from handlers.web.chat.page import conversation_page, sent_as, still_written, unwritten_numbers
from handlers.web.chat.secret import new_secret
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE, SESSION
from handlers.web.frame.limits import LIMITS, MESSAGES, NEW_CHATS, NEW_CHATS_IN_ALL, SIGNS
from handlers.web.frame.view import (
    FAR_AWAY,
    Way,
    inline,
    page,
    paragraphs,
    see_other,
    text_page,
    wants_json,
    went_on,
    with_telephone_links,
    words_for,
)
from models.dialogue import Act, Answer, Commanded, Incoming, Pressed, Said
from models.outbox import Notice
from models.people import Channel, Device

ACTS_ALONE = ("say", "press", "command", "consent", "close", "leave", "here", "written")  # their addresses are no pages
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
        raise await identity.ended(request)
    if session is None:
        return _consent_page(request)
    language = request.match_info["language"]
    if session.language and session.language != language:
        return see_other(f"/{session.language}/chat")
    await identity.stay_awake(request, session)
    said = request.query.get("said", "")
    return await conversation_page(request, session, said=said if said in SAID else "")


async def consent(request: web.Request) -> web.Response:
    """Yes: the newcomer is known by a number from now on. No: nothing has been stored, and nothing is."""
    answer = (await request.post()).get("answer")
    if await identity.newcomer_session(request) is not None:
        return went_on(request, f"/{request.match_info['language']}/chat")  # pressed twice: one newcomer, not two
    if answer not in ("own", "shared"):
        return went_on(request, f"/{request.match_info['language']}/chat/no")
    device = Device.OWN if answer == "own" else Device.SHARED
    held = not _is_one_of_few(request)
    secret, secret_hash = await new_secret(request)
    door = Door(held=held, secret_hash=secret_hash)
    language = request.match_info["language"]
    async with request.app[SERVICE].store.work() as work:
        visitor = await people.new_newcomer_on_web(work, language)
        agreed = Incoming(key=token_urlsafe(), act=Pressed(f"consent:{answer}"))
        await converse.receive(work, visitor, agreed, door)
        token = await logins.open_session(work, visitor.person_id, device, held=held)
        await keeping.keep_secret(work, token, secret)
    ACTS.labels(Channel.WEB).inc()
    response = went_on(request, f"/{language}/chat")
    identity.remember(request, response, identity.NEWCOMER, token, device=device)
    return response


async def no_consent(request: web.Request) -> web.Response:
    """She said no: nothing was stored, and there is help all the same."""
    service, words = request.app[SERVICE], words_for(request)
    now = clock.now()
    async with service.store.look() as db:
        ways = await questions.hours_params(db, now, service.store.zone)
    told = texts.prompt(Notice.NO_CONSENT, ways, words, service.facts(now))
    language = words.language
    links = (Way(f"/{language}/help", "web_menu_help", is_main=True), Way(f"/{language}/chat", "web_back_to_chat"))
    return text_page(request, words("web_title"), paragraphs(told.text), ways=links)


async def say(request: web.Request) -> web.StreamResponse:
    """Her words are kept, or the page tells why not and still holds them."""
    text = str((await request.post()).get("text", ""))
    return await _done_or_told(request, Said(text), client_msg_id=await sent_as(request) or token_urlsafe())


async def press(request: web.Request) -> web.StreamResponse:
    """A button of the conversation has had its effect."""
    code = str((await request.post()).get("code", ""))[:LONGEST_CODE]
    return await _done_or_told(request, Pressed(code))


async def command(request: web.Request) -> web.StreamResponse:
    """A command from the menu has had its effect."""
    name = str((await request.post()).get("name", ""))
    if name not in KNOWN or name == "delete":
        raise web.HTTPNotFound
    return await _done_or_told(request, Commanded(name))


async def here(request: web.Request) -> web.Response:
    """She is still typing, so her session is not idle. What she types is not told."""
    _only_so_often(request)
    async with identity.acts(request) as (work, session):
        await logins.stays(work, session)
    return web.json_response({"ok": True})


async def draft(request: web.Request) -> web.Response:
    """What she had typed when she left the page; as a page, the chat, whose box holds it."""
    session = request[SESSION]
    if session is None or not wants_json(request):
        return see_other(f"/{request.match_info['language']}/chat")
    service = request.app[SERVICE]
    async with service.store.look() as db:
        kept = await keeping.kept_for(db, service.store.seal, session.id, now=clock.now())
    return web.json_response({"ok": True, "text": kept.unsent})


async def keep_draft(request: web.Request) -> web.Response:
    """What she has typed is there when she comes back to the page, unless it has arrived as a message meanwhile."""
    _only_so_often(request)
    text, client_msg_id = str((await request.post()).get("text", "")), await sent_as(request)
    async with identity.acts(request) as (work, session):
        await keeping.keep_unsent(work, session, text)
        # Looked at last: the same words may be on their way as a message at this very moment.
        if client_msg_id and await once.is_done(work, Channel.WEB, f"{session.person_id}:{client_msg_id}"):
            await keeping.forget_unsent(work, session)
    return web.json_response({"ok": True})


async def written(request: web.Request) -> web.StreamResponse:
    """She has the secret number on paper: it is shown no more."""
    try:
        async with identity.acts(request) as (work, session):
            await keeping.written_down(work, session)
            await _keep_what_stands_beside(work, request, session)
    except SessionEnded:
        raise
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await still_written(request, refusal)
    if wants_json(request):
        return web.json_response({"ok": True})
    return see_other(f"/{request.match_info['language']}/chat#new")


async def back_to_chat(request: web.Request) -> web.Response:
    """Somebody opens the address of an act: there is nothing to see, and the chat is what they mean."""
    return see_other(f"/{request.match_info['language']}/chat")


async def confirm_delete(request: web.Request) -> web.Response:
    """Asks before everything is deleted, and says what that is."""
    return await _sure_page(request)


async def delete(request: web.Request) -> web.Response:
    """Everything she wrote is gone, if it is what she was asked about; else she is asked again."""
    about = str((await request.post()).get("about", ""))[:LONGEST_CODE]
    outcome = await _act(request, Pressed(f"erase:yes:{about}"))
    if outcome.visitor is not None and wants_json(request):
        return went_on(request, f"/{request.match_info['language']}/chat/delete")
    if outcome.visitor is not None:
        return await _sure_page(request, status=409)
    return _afterwards(request, outcome)


async def _sure_page(request: web.Request, *, status: int = 200) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    session = await identity.newcomer_session(request)
    async with service.store.look() as db:
        visitor = await people.visitor_of(db, session.person_id) if session else None
        if visitor is None:
            raise await identity.ended(request)
        about = await ending.deletion_params(db, visitor)
    told = texts.delete_text(words, about, service.facts(clock.now()))
    return page(request, "chat/confirm.html", status=status, told=paragraphs(told), about=about["about"])


async def ask_close(request: web.Request) -> web.Response:
    """Asks before the chat is closed whose numbers she may not have written down, and shows them once more."""
    session = request[SESSION]
    told = await unwritten_numbers(request, session) if session is not None else ""
    if not told:
        return see_other(f"/{request.match_info['language']}/chat")
    return page(request, "chat/closing.html", told=told)


async def close(request: web.Request) -> web.Response:
    """The chat is closed on this device; code and secret open it again. Without them on paper nothing would, so that
    is asked first. The quick exit asks nothing."""
    session = await identity.newcomer_session(request)
    is_sure = (await request.post()).get("sure") == "1"
    if session is not None and not is_sure and await unwritten_numbers(request, session):
        return went_on(request, f"/{request.match_info['language']}/chat/closing")
    await _end_session(request)
    return _gone(request, f"/{request.match_info['language']}/closed")


async def leave(request: web.Request) -> web.Response:
    """She had to go quickly: the session has ended and the browser shows the weather."""
    with suppress(Unavailable):  # the cookie goes in any case
        await _end_session(request)
    return _gone(request, FAR_AWAY)


def _is_one_of_few(request: web.Request) -> bool:
    """Whether a new chat stands in the queue where it came; one of too many stands behind those, and is taken too."""
    limits = request.app[LIMITS]
    return limits.allows_address(NEW_CHATS, request) and limits.allows_in_all(NEW_CHATS_IN_ALL)


def _only_so_often(request: web.Request) -> None:
    if not request.app[LIMITS].allows_session(SIGNS, identity.token_of(request, identity.NEWCOMER) or ""):
        raise TooMany("slow_down")


async def _done_or_told(request: web.Request, act: Act, client_msg_id: str | None = None) -> web.StreamResponse:
    """The act is done; or the page is as it was, with what she has typed and the reason."""
    try:
        return _afterwards(request, await _act(request, act, client_msg_id))
    except (SessionEnded, TooMany):
        # Her words are on the page that says so. After the one there is no conversation to show; and what is refused
        # for being too much is to cost next to nothing.
        raise
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await still_written(request, refusal)


async def _act(request: web.Request, act: Act, client_msg_id: str | None = None) -> Outcome:
    if not request.app[LIMITS].allows_session(MESSAGES, identity.token_of(request, identity.NEWCOMER) or ""):
        raise TooMany("slow_down")
    async with identity.acts(request) as (work, session):
        visitor = work.newcomer
        key = f"{session.person_id}:{client_msg_id or token_urlsafe()}"
        if client_msg_id and not await once.first_time(work, Channel.WEB, key):
            return Outcome(Answer(""), visitor)
        incoming = Incoming(key=key, act=act, external_id=client_msg_id)
        answer = await converse.receive(work, visitor, incoming, Door(held=session.held))
        after = await people.newcomer_on_web(work, visitor.person_id)
        if after is not None:
            await _keep_what_stands_beside(work, request, session)
    ACTS.labels(Channel.WEB).inc()
    return Outcome(answer, after)


async def _keep_what_stands_beside(work: Work, request: web.Request, session: Session) -> None:
    """Words sent are not unsent any more; a button that was pressed beside half a sentence sends that along."""
    form = await request.post()
    if request.path.endswith("/say"):
        await keeping.forget_unsent(work, session)
    elif "text" in form:
        await keeping.keep_unsent(work, session, str(form["text"]))


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
    statement = parts.statement(words, facts, channel=Channel.WEB)
    return page(
        request, "chat/consent.html", statement=[with_telephone_links(inline(x)) for x in statement.split("\n")]
    )
