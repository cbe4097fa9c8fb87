"""From sentences, prompts and refusals to HTML: everything is escaped first, then isolates become elements.

Owns Pages, the one way to render a template. It must not read a table or decide what is shown to whom.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from bot.engine import clock
from bot.engine.errors import LoginEnded, Refusal
from bot.language import parts
from bot.language.helplines import EMERGENCY, HELPLINES
from bot.language.i18n import Plain, Value, Words, suggest_language
from bot.language.textshape import html_isolates, with_numbers_isolated
from bot.people.logins import seen_now
from bot.service import Service
from bot.trouble.texts import cannot_store
from handlers.web.frame.keys import LOGIN, SERVICE, TYPED
from handlers.web.frame.static import Assets
from models.people import AUTONYMS, STAFF_LANGUAGES, Language, Role

TEMPLATES = Path(__file__).parent.parent / "templates"
FAR_AWAY = "https://www.smhi.se"  # where the quick exit leads: the weather, which everybody may be looking at

NO_BREAK = "\u00a0"
_NAME_IN_BRACKETS = re.compile(r"\([A-Za-zÅÄÖåäöé]+(?: [A-Za-zÅÄÖåäöé]+){1,3}\)")
_NUMBERS = "|".join(re.escape(line.number.what) for line in (EMERGENCY, *HELPLINES))
_NUMBERS_TO_KEEP = re.compile(r"\b(?:\d{3} \d{3} \d|\d{4} \d{4})\b")  # a case's number, its secret number
_MAPS = re.compile(r'(?:<bdi dir="ltr">)?(https://www\.openstreetmap\.org/[^<"\s]+)(?:</bdi>)?')
_TELEPHONES = re.compile(rf'(?:<bdi dir="ltr">)?\b({_NUMBERS})\b(?:</bdi>)?')

Say = Callable[..., Markup]


class Pages:
    """The templates, compiled once."""

    def __init__(self, service: Service, assets: Assets) -> None:
        self._service = service
        self._assets = assets
        self._templates = _templates()

    def render(self, template: str, words: Words, **context: object) -> str:
        """The page as text, in the language of `words`."""
        return self._templates.get_template(template).render(
            words=say(words), lang=words.language, dir="rtl" if words.is_right_to_left else "ltr",
            asset=self._assets.url, autonyms=AUTONYMS, staff_languages=STAFF_LANGUAGES,
            is_trial=self._service.is_trial, **context,
        )  # fmt: skip


PAGES: web.AppKey[Pages] = web.AppKey("pages")


@cache
def _templates() -> Environment:
    """They know nothing of a service, so that one compilation serves all that a process opens."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip


def inline(text: str) -> Markup:
    """Text on one line, or within one, as HTML. The name on the sign, in brackets, is not broken over two lines:
    among Arabic words its halves would change places."""
    whole = _NAME_IN_BRACKETS.sub(lambda name: name[0].replace(" ", NO_BREAK), text)
    return Markup(html_isolates(str(escape(whole))))


def several_lines(text: str) -> Markup:
    """Text as HTML with its line breaks kept."""
    return Markup("<br>").join(inline(line) for line in text.split("\n"))


def spoken(text: str) -> Markup:
    """A person's own words as HTML, with their numbers in their own direction."""
    return several_lines(with_numbers_isolated(text))


def paragraphs(text: str) -> Markup:
    """Text as HTML paragraphs; an empty line begins a new one."""
    blocks = (block.strip("\n") for block in text.split("\n\n"))
    return Markup("").join(Markup("<p>{}</p>").format(several_lines(block)) for block in blocks if block)


def say(words: Words) -> Say:
    """The sentences of a language, as HTML. One with a value in it belongs in an element, not in an attribute."""

    def said(key: str, n: int | None = None, **values: Value) -> Markup:
        return inline(words(key, n=n, **values))

    return said


def with_telephone_links(card: Markup) -> Markup:
    """The card of helplines, each number one to press. It holds our own sentences only."""
    return Markup(_TELEPHONES.sub(_telephone_link, str(card)))


def with_map_links(told: Markup) -> Markup:
    """How to get to a place, its map one to open. No other address is made a link."""
    link = r'<a href="\1" target="_blank" rel="noopener noreferrer" dir="ltr">openstreetmap.org</a>'
    return Markup(_MAPS.sub(link, str(told)))


def with_numbers_marked(receipt: Markup) -> Markup:
    """The receipt with the two numbers to write down standing out."""
    return Markup(_NUMBERS_TO_KEEP.sub(r"<strong>\g<0></strong>", str(receipt)))


def _telephone_link(found: re.Match[str]) -> str:
    digits = "".join(filter(str.isdigit, found[1]))
    return f'<a href="tel:{digits}"><bdi dir="ltr">{found[1]}</bdi></a>'


def words_for(request: web.Request) -> Words:
    """The sentences of the page asked for: its address says the language; else the browser's, else English."""
    service = request.app[SERVICE]
    first = request.path.split("/", 2)[1]
    login = request.get(LOGIN)
    if first == "desk" and login is not None:
        return service.desk(login.language)
    if first == "desk":
        return service.desk(preferred_language(request, tuple(STAFF_LANGUAGES)))
    if first in tuple(Language):
        return service.words(first)
    return service.words(preferred_language(request, tuple(Language)))


def preferred_language(request: web.Request, known: tuple[str, ...]) -> str | None:
    """The first of the browser's languages that is one of ours. A hint: nobody is kept from choosing another."""
    for part in request.headers.get("Accept-Language", "").split(",")[:10]:
        suggested = suggest_language(part.partition(";")[0])
        if suggested in known:
            return suggested
    return None


def wants_json(request: web.Request) -> bool:
    """Whether our script asks, which shows the answer itself."""
    return "application/json" in request.headers.get("Accept", "")


def page(
    request: web.Request, template: str, *, words: Words | None = None, status: int = 200, **context: object
) -> web.Response:
    """A rendered page as a response. Not compressed: it holds a person's words beside what others may put there."""
    words = words or words_for(request)
    html = request.app[PAGES].render(
        template, words, path=request.path, same_page=_same_page(request, words), far_away=FAR_AWAY,
        **{"ends_in": _ends_in(request), "trouble": _trouble(request, words)} | context,
    )  # fmt: skip
    return web.Response(text=html, content_type="text/html", status=status)


def _same_page(request: web.Request, words: Words) -> str:
    """Where this page is in any language, without the language; the chat where it was an act that led here."""
    prefix = f"/{words.language}"
    path = request.path
    if request.method not in ("GET", "HEAD") or not (path == prefix or path.startswith(prefix + "/")):
        return "/chat"
    return path.removeprefix(prefix)


def _ends_in(request: web.Request) -> int | None:
    """In how many seconds a staff login ends if nobody acts in it from now on; None on every other page."""
    login, now = request.get(LOGIN), clock.now()
    return seen_now(login, now).seconds_left(now) if login is not None and login.is_staff else None


def _trouble(request: web.Request, words: Words) -> Markup:
    """What a coordinator reads on top of every page of the desk while nothing can be stored."""
    login, store = request.get(LOGIN), request.app[SERVICE].store
    cause, since = store.condition.cause, store.condition.since
    if cause is None or since is None or login is None or login.role != Role.COORDINATOR or not is_desk(request):
        return Markup("")
    return paragraphs(cannot_store(words, cause=cause, since=since, now=clock.now(), zone=store.zone))


def went_on(request: web.Request, url: str) -> web.Response:
    """The act is done and `url` is next: the browser goes there, or our script is told of it."""
    return web.json_response({"ok": True, "to": url}) if wants_json(request) else see_other(url)


def see_other(url: str) -> web.Response:
    """The browser goes on to `url` with a GET."""
    return web.Response(status=303, headers={"Location": url})


def refusal_text(service: Service, words: Words, refusal: Refusal) -> Plain:
    """A refusal as its reader sees it; a code without a sentence is told in general words."""
    code = refusal.says if isinstance(refusal, LoginEnded) else refusal.code
    code = code if code in words else Refusal.code
    return parts.refusal_text(words, code, refusal.values, service.store.zone)


@dataclass(frozen=True, slots=True)
class Way:
    """A link at the end of a page: where to, and the key of what it says."""

    url: str
    key: str
    is_main: bool = False


def text_page(
    request: web.Request, title: str, text: Markup, *, status: int = 200, words: Words | None = None,
    ways: tuple[Way, ...] = (),
) -> web.Response:  # fmt: skip
    """A page that only says something; one that refuses what was typed shows that as well."""
    typed = request.get(TYPED, "") if status >= web.HTTPBadRequest.status_code else ""
    return page(
        request, "desk/text.html" if is_desk(request) else "frame/text.html",
        words=words, status=status, title=title, body=text, ways=ways, typed=typed,
    )  # fmt: skip


def is_desk(request: web.Request) -> bool:
    return request.path == "/desk" or request.path.startswith("/desk/")


def clock_time(words: Words, at: datetime, service: Service, now: datetime) -> Mapping[str, object]:
    """An instant for a <time> element: machine-readable, and as it is said."""
    said = words.day_and_time(at, service.store.zone, now=now)
    return {"iso": at.isoformat(timespec="seconds"), "said": inline(said)}
