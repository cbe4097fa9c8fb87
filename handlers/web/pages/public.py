"""Pages for anybody: the choice of language, what this is, helplines, how data is handled. The hours: `hours.py`."""

from aiohttp import web
from markupsafe import Markup

from bot.engine import clock
from bot.language import parts
from bot.language.often_asked import often_asked
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import (
    Way,
    inline,
    page,
    paragraphs,
    preferred_language,
    text_page,
    with_telephone_links,
    words_for,
)
from models.people import AUTONYMS, Channel, Language


async def picker(request: web.Request) -> web.Response:
    """The five languages by their own names, the browser's on top. Nobody is sent anywhere unasked."""
    service = request.app[SERVICE]
    first = preferred_language(request, tuple(Language))
    order = sorted(AUTONYMS, key=lambda language: language != first)
    asked = [(language, service.words(language)("choose_language")) for language in order]
    return page(request, "pages/picker.html", asked=asked)


async def home(request: web.Request) -> web.Response:
    """What RådRum is, in one screen, with the way into the chat."""
    return page(request, "pages/home.html", in_chat=identity.has_cookie(request, identity.NEWCOMER))


async def helplines(request: web.Request) -> web.Response:
    """The card of helplines. It needs no database: it is there when nothing else is."""
    words = words_for(request)
    card = with_telephone_links(paragraphs(parts.help_text(words).replace("\n", "\n\n")))
    return text_page(request, words("web_menu_help"), card, ways=_ways(request))


async def privacy(request: web.Request) -> web.Response:
    """How data is handled, in full."""
    service, words = request.app[SERVICE], words_for(request)
    told = parts.privacy_text(words, service.facts(clock.now()), channel=Channel.WEB)
    return text_page(request, words("web_menu_privacy"), paragraphs(told.replace("\n", "\n\n")), ways=_ways(request))


async def questions(request: web.Request) -> web.Response:
    """What newcomers often ask of the service itself, and the answers."""
    service, words = request.app[SERVICE], words_for(request)
    told = often_asked(words, service.facts(clock.now()), channel=Channel.WEB)
    body = Markup("").join(Markup("<h2>{}</h2>{}").format(inline(asked), paragraphs(answer)) for asked, answer in told)
    return text_page(request, words("web_menu_questions"), body, ways=_ways(request))


async def deleted(request: web.Request) -> web.Response:
    """The receipt after everything was deleted."""
    words = words_for(request)
    told = parts.lines(words("data_deleted"), words("erased_kept"))
    return text_page(request, words("web_menu_delete"), paragraphs(told))


async def closed(request: web.Request) -> web.Response:
    """The chat was closed on this device."""
    words = words_for(request)
    ask, back = Way(f"/{words.language}/chat", "ask_question"), Way(f"/{words.language}/back", "web_come_back")
    return text_page(request, words("web_title"), paragraphs(words("web_logged_out")), ways=(back, ask))


def _ways(request: web.Request) -> tuple[Way, ...]:
    language = request.match_info["language"]
    if identity.has_cookie(request, identity.NEWCOMER):
        return (Way(f"/{language}/chat", "web_back_to_chat", is_main=True),)
    return (Way(f"/{language}/chat", "ask_question", is_main=True),)
