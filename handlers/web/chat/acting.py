"""One act of a newcomer in the dialogue, from her browser and back: her words, a press, a command.

Owns how often she may act, that the same words arrive once, and where her browser goes then. What the act does is
decided in `bot/intake/converse.py`. It must not read a form's act: `chat.py` and `endings.py` do.
"""

from dataclasses import dataclass
from secrets import token_urlsafe

from aiohttp import web

from bot.engine import once
from bot.engine.actors import Visitor
from bot.engine.errors import LoginEnded, Refusal, TooMany
from bot.engine.metrics import ACTS
from bot.engine.work import Work
from bot.intake import converse
from bot.intake.turns import Arrival
from bot.people import keeping, people
from bot.people.logins import Login
from handlers.web.chat.page import still_written
from handlers.web.frame import identity
from handlers.web.frame.limits import LIMITS, MESSAGES
from handlers.web.frame.view import see_other, wants_json, words_for
from models.dialogue import Act, Answer, Incoming
from models.people import Channel

# What a press may be answered with on the next page.
SAID = ("answer_saved", "no_longer_valid", "ask_done", "language_changed", "in_the_chat")
NOTHING_STAYS = {"Clear-Site-Data": '"storage"'}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an act led to. `visitor` is None once the newcomer has been erased."""

    answer: Answer
    visitor: Visitor | None


async def done_or_told(request: web.Request, act: Act, client_msg_id: str | None = None) -> web.StreamResponse:
    """The act is done; or the page is as it was, with what she has typed and the reason."""
    try:
        return afterwards(request, await acted(request, act, client_msg_id))
    except (LoginEnded, TooMany):
        # Her words are on the page that says so. After the one there is no conversation to show; and what is refused
        # for being too much is to cost next to nothing.
        raise
    except Refusal as refusal:
        if wants_json(request):
            raise
        return await still_written(request, refusal)


async def acted(request: web.Request, act: Act, client_msg_id: str | None = None) -> Outcome:
    """The act has had its effect, once, however often the same words are sent.

    Raises:
        TooMany: more than anybody writes.
        LoginEnded: there is no newcomer here any more.
    """
    if not request.app[LIMITS].allows_login(MESSAGES, identity.token_of(request, identity.NEWCOMER) or ""):
        raise TooMany("slow_down")
    async with identity.acts(request) as (work, login):
        visitor = work.newcomer
        key = f"{login.person_id}:{client_msg_id or token_urlsafe()}"
        if client_msg_id and not await once.first_time(work, Channel.WEB, key):
            return Outcome(Answer(""), visitor)
        incoming = Incoming(key=key, act=act, external_id=client_msg_id)
        answer = await converse.receive(work, visitor, incoming, Arrival(throttled=login.throttled))
        after = await people.newcomer_on_web(work, visitor.person_id)
        if after is not None:
            await keep_what_stands_beside(work, request, login)
    ACTS.labels(Channel.WEB).inc()
    return Outcome(answer, after)


async def keep_what_stands_beside(work: Work, request: web.Request, login: Login) -> None:
    """Words sent are not unsent any more; a button that was pressed beside half a sentence sends that along."""
    form = await request.post()
    if request.path.endswith("/say"):
        await keeping.forget_unsent(work, login)
    elif "text" in form:
        await keeping.keep_unsent(work, login, str(form["text"]))


def afterwards(request: web.Request, outcome: Outcome) -> web.Response:
    """Her browser goes where what came of the act is to be seen."""
    language = request.match_info["language"]
    if outcome.visitor is None:
        return gone(request, f"/{language}/deleted")
    spoken = outcome.visitor.language or language
    said = outcome.answer.key if outcome.answer.key in SAID else ""
    if wants_json(request):
        moved = {"to": f"/{spoken}/chat"} if spoken != language else {}
        return web.json_response({"ok": True, "said": words_for(request)(said) if said else ""} | moved)
    return see_other(f"/{spoken}/chat{'?said=' + said if said else ''}#new")


def gone(request: web.Request, url: str) -> web.Response:
    """Nobody is here any more: the browser forgets the login and goes on to `url`."""
    response = web.json_response({"ok": True, "to": url, "gone": True}) if wants_json(request) else see_other(url)
    response.headers.update(NOTHING_STAYS)
    identity.forget(request, response, identity.NEWCOMER)
    return response
