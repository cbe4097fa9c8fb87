"""The newcomer's chat as plain pages: consent, the conversation, and what she says and presses in it.

Works without JavaScript; `static/chat/chat.js` makes the same pages live. What an act does is decided in
`bot/intake/converse.py`. The ways out are in `endings.py`, what is kept while she types in `presence.py`, and the
secret number has a page of its own, `secret.py`.
"""

from dataclasses import replace
from secrets import token_urlsafe

from aiohttp import web

from bot.engine import clock
from bot.engine.metrics import ACTS
from bot.hours import questions
from bot.intake import converse
from bot.intake.texts import NoConsent
from bot.intake.turns import Arrival
from bot.language import parts
from bot.language.commands import KNOWN
from bot.people import keeping, logins, people
from handlers.web.chat.acting import SAID, done_or_told
from handlers.web.chat.page import conversation_page, sent_as
from handlers.web.chat.secret import new_secret
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.limits import LIMITS, NEW_CHATS, NEW_CHATS_IN_ALL
from handlers.web.frame.view import (
    Way,
    inline,
    page,
    paragraphs,
    see_other,
    text_page,
    went_on,
    with_telephone_links,
    words_for,
)
from models.buttons import CONSENT
from models.dialogue import Commanded, Incoming, Pressed, Said
from models.people import Channel, Device

ACTS_ALONE = ("say", "press", "command", "consent", "close", "leave", "here", "written")  # their addresses are no pages


async def show(request: web.Request) -> web.StreamResponse:
    """The conversation; without a login the statement and the question of consent, for which nothing is stored."""
    login = await identity.newcomer_login(request)
    if login is None and identity.has_cookie(request, identity.NEWCOMER):
        raise await identity.ended(request)
    if login is None:
        return _consent_page(request)
    language = request.match_info["language"]
    if login.language and login.language != language:
        return see_other(f"/{login.language}/chat")
    await identity.stay_awake(request, login)
    said = request.query.get("said", "")
    return await conversation_page(request, login, said=said if said in SAID else "")


async def consent(request: web.Request) -> web.Response:
    """Yes: the newcomer is known by a number from now on. No: nothing has been stored, and nothing is."""
    answer = (await request.post()).get("answer")
    if await identity.newcomer_login(request) is not None:
        return went_on(request, f"/{request.match_info['language']}/chat")  # pressed twice: one newcomer, not two
    if answer not in ("own", "shared"):
        return went_on(request, f"/{request.match_info['language']}/chat/no")
    device = Device.OWN if answer == "own" else Device.SHARED
    throttled = not _is_one_of_few(request)
    secret, secret_hash = await new_secret(request)
    arrival = Arrival(throttled=throttled, secret_hash=secret_hash)
    language = request.match_info["language"]
    async with request.app[SERVICE].store.work() as work:
        visitor = await people.new_newcomer_on_web(work, language)
        agreed = Incoming(key=token_urlsafe(), act=Pressed(CONSENT.code("own" if device == Device.OWN else "shared")))
        await converse.receive(work, visitor, agreed, arrival)
        token = await logins.open_login(work, visitor.person_id, device, throttled=throttled)
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
        ways = await questions.hours_told(db, now, service.store.zone, NoConsent)
    told = ways.said(words, service.facts(now))
    language = words.language
    links = (Way(f"/{language}/help", "web_menu_help", is_main=True), Way(f"/{language}/chat", "web_back_to_chat"))
    return text_page(request, words("web_title"), paragraphs(told.text), ways=links)


async def say(request: web.Request) -> web.StreamResponse:
    """Her words are kept, or the page tells why not and still holds them."""
    text = str((await request.post()).get("text", ""))
    return await done_or_told(request, Said(text), client_msg_id=await sent_as(request) or token_urlsafe())


async def press(request: web.Request) -> web.StreamResponse:
    """A button of the conversation has had its effect."""
    code = str((await request.post()).get("code", ""))
    return await done_or_told(request, Pressed(code))


async def command(request: web.Request) -> web.StreamResponse:
    """A command from the menu has had its effect."""
    name = str((await request.post()).get("name", ""))
    if name not in KNOWN or name == "delete":
        raise web.HTTPNotFound
    return await done_or_told(request, Commanded(name))


async def back_to_chat(request: web.Request) -> web.Response:
    """Somebody opens the address of an act: there is nothing to see, and the chat is what they mean."""
    return see_other(f"/{request.match_info['language']}/chat")


def _is_one_of_few(request: web.Request) -> bool:
    """Whether a new chat stands in the queue where it came; one of too many stands behind those, and is taken too."""
    limits = request.app[LIMITS]
    return limits.allows_address(NEW_CHATS, request) and limits.allows_in_all(NEW_CHATS_IN_ALL)


def _consent_page(request: web.Request) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    facts = replace(service.facts(clock.now()), is_trial=False)  # the banner above every page says that already
    statement = parts.statement(words, facts, channel=Channel.WEB)
    told = parts.consent_told(words, facts)
    return page(
        request, "chat/consent.html", statement=[with_telephone_links(inline(x)) for x in statement.split("\n")],
        consent=[inline(line) for line in told.split("\n")],
    )  # fmt: skip
