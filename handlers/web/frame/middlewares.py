"""What every request and response passes: headers that keep browsers safe, the check of where an act comes from,
and the one place where refusals and bugs become answers.

It must not know what any route does.
"""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from markupsafe import Markup

from bot.cases.messages import MOST_CHARACTERS
from bot.engine.errors import LoginEnded, NotPermitted, Refusal, Unavailable
from bot.engine.metrics import INCIDENTS, REFUSALS
from handlers.web.frame import identity
from handlers.web.frame.admission import READS, Handler
from handlers.web.frame.keys import SERVICE, TYPED
from handlers.web.frame.view import FAR_AWAY, Way, inline, is_desk, refusal_text, text_page, wants_json, words_for

log = structlog.get_logger()

LARGEST_BODY = 512 * 1024  # a text three times too long still gets a kind answer, and not much more is read
WEBHOOK_PATH = "/telegram/webhook"
FORM_TYPES = ("application/x-www-form-urlencoded", "application/json")
CHARSET = "utf-8"
INCIDENT_BYTES = 4
NOT_FOUND, TOO_LARGE, TOO_MANY, UNAVAILABLE = 404, 413, 429, 503
RETRY_AFTER_SECONDS = {TOO_MANY: "60", UNAVAILABLE: "5"}
CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "font-src 'self'", "connect-src 'self'",
    "img-src 'self' data:",  # Pico draws the arrows of its fields as data
    f"form-action 'self' {FAR_AWAY}",  # without JavaScript the quick exit is a form that is sent on there
    "base-uri 'none'", "frame-ancestors 'none'",
))  # fmt: skip
ALWAYS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Other sites learn nothing of where their visitor was. To ourselves browsers must be able to say it: under
    # no-referrer a form says that it comes from "null", and one too old for Sec-Fetch-Site could send none.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What a handler may lift of the above, for what is public and the same whoever asks.
FOR_SCRIPTS_OF_OTHERS = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
IN_PAGES_OF_OTHERS = {
    "Content-Security-Policy": "; ".join((
        "default-src 'none'", "style-src 'self'", "font-src 'self'", "img-src 'self'",
        "form-action 'none'", "base-uri 'none'", "frame-ancestors *",
    )),
}  # fmt: skip
LIFTED: web.ResponseKey[Mapping[str, str]] = web.ResponseKey("lifted")
_ENDED = ("session_ended", "session_ended_unasked", "session_gone", "session_none", "session_over")
TWO_YEARS_OF_HTTPS = "max-age=63072000; includeSubDomains"


async def add_safe_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Every response, whatever made it, carries these; only what says so itself may be kept."""
    response.headers.update(ALWAYS | response.get(LIFTED, {}))
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status in RETRY_AFTER_SECONDS:
        response.headers["Retry-After"] = RETRY_AFTER_SECONDS[response.status]
    if identity.is_https(request):
        response.headers["Strict-Transport-Security"] = TWO_YEARS_OF_HTTPS
    response.headers.pop("Server", None)


@web.middleware
async def refusals_are_told(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A refusal becomes a page in the reader's language, or JSON for our script; a bug an incident number."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return tell_refusal(request, refusal)
    except web.HTTPException as answer:
        return _tell_status(request, answer)
    except ConnectionResetError:
        return web.Response(status=400)  # the reader has left; there is nobody to tell, and nothing went wrong
    except Exception:
        incident = token_hex(INCIDENT_BYTES)
        INCIDENTS.inc()
        log.exception("incident", incident=incident, path_pattern=_pattern(request), method=request.method)
        return _tell(request, 500, words_for(request)("error_generic"), code="error_generic", more=incident)


@web.middleware
async def acts_come_from_our_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """An act that another site's page sent is refused before anything is read."""
    if request.method in READS or request.path == WEBHOOK_PATH:
        return await handler(request)
    if not comes_from_us(request):
        raise web.HTTPForbidden
    if "Content-Encoding" in request.headers or (request.can_read_body and not _is_form_of_ours(request)):
        raise web.HTTPForbidden
    if request.transport is None:
        raise ConnectionResetError  # they left as soon as they had begun; aiohttp would call that a bug
    try:
        form = await request.post()  # kept for the handler
        request[TYPED] = str(form.get("text", ""))  # kept for whoever has to say no
    except (LookupError, UnicodeError):  # a form that cannot be read is its sender's mistake, not a bug
        raise web.HTTPBadRequest from None
    return await handler(request)


def _is_form_of_ours(request: web.Request) -> bool:
    """Whether the body is of a kind our pages send, in the one character set they use. Others are not even decoded:
    some take time by the square of what is sent."""
    return request.content_type in FORM_TYPES and (request.charset or CHARSET).lower() == CHARSET


def comes_from_us(request: web.Request) -> bool:
    """Whether the browser says that one of our own pages made this request."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    return has_our_origin(request)


def has_our_origin(request: web.Request) -> bool:
    """Whether `Origin` is where this service lives; on a loopback trial, any name of loopback it was opened under."""
    origin = request.headers.get("Origin", "")
    public = request.app[SERVICE].settings.public_url
    if origin == "{0.scheme}://{0.netloc}".format(urlsplit(public)):
        return True
    return _is_loopback_name(urlsplit(public).hostname) and _is_loopback_origin(origin, request.host)


def tell_refusal(request: web.Request, refusal: Refusal) -> web.Response:
    """The refusal as a page or JSON. A login that has ended is forgotten by the browser too.

    One that ran out is not: a page that is still open asks how it ended, since what was typed in it may stay.
    """
    REFUSALS.labels(refusal.code).inc()
    log.info("refused", code=refusal.code, path_pattern=_pattern(request))
    text = refusal_text(request.app[SERVICE], words_for(request), refusal)
    says = refusal.says if isinstance(refusal, LoginEnded) else refusal.code
    is_lost = isinstance(refusal, LoginEnded) and says != "session_none" and not request.get(TYPED)
    words = words_for(request)
    also = [words("web_unsent_gone")] if is_lost else []
    if says == LoginEnded.code:
        also.append(words("lost_secret"))  # without the number there is another way than back
    response = _tell(request, refusal.status, text, code=refusal.code, also=also, ways=_ways(request, says))
    # Our script only looks whether it has to leave: the page that it then opens says why.
    is_over = isinstance(refusal, NotPermitted) and refusal.code != identity.RAN_OUT
    if is_over and identity.LOOKS_BY_ITSELF not in request.headers:
        identity.forget(request, response, identity.STAFF if is_desk(request) else identity.NEWCOMER)
    return response


def _tell_status(request: web.Request, answer: web.HTTPException) -> web.Response:
    if answer.status < 400:
        raise answer
    REFUSALS.labels(str(answer.status)).inc()
    words = words_for(request)
    if answer.status == TOO_LARGE:
        response = _tell(request, TOO_LARGE, words("too_long", most=MOST_CHARACTERS), code="too_long")
    else:
        code = "page_not_found" if answer.status == NOT_FOUND else "error_generic"
        response = _tell(request, answer.status, words(code), code=code)
    if "Allow" in answer.headers:
        response.headers["Allow"] = answer.headers["Allow"]
    return response


def _tell(
    request: web.Request, status: int, text: str, *, code: str, also: Sequence[str] = (), more: str = "",
    ways: tuple[Way, ...] | None = None,
) -> web.Response:  # fmt: skip
    if wants_json(request):
        response = web.json_response({"ok": False, "error": code, "text": text}, status=status)
    else:
        body = Markup("").join(Markup("<p>{}</p>").format(inline(line)) for line in (text, *also))
        if more:
            body += Markup("<p><code>{}</code></p>").format(more)
        title = words_for(request)("service_name")
        ways = _ways(request, code) if ways is None else ways
        response = text_page(request, title, body, status=status, ways=ways)
    return response


def _ways(request: web.Request, code: str) -> tuple[Way, ...]:
    if is_desk(request):
        return (Way("/desk", "desk_title"),) if code not in (NotPermitted.code, identity.RAN_OUT) else ()
    language = words_for(request).language
    if code in _ENDED:
        has_numbers = code == LoginEnded.code
        back = Way(f"/{language}/back", "web_come_back", is_main=has_numbers)
        ask = Way(f"/{language}/chat", "ask_question", is_main=not has_numbers)
        return (back, ask) if has_numbers else (ask, back)
    if code == Unavailable.code:
        return (Way(f"/{language}/help", "web_menu_help", is_main=True),)
    return Way(f"/{language}/chat", "web_back_to_chat", is_main=True), Way(f"/{language}/help", "web_menu_help")


def _pattern(request: web.Request) -> str:
    """The route's pattern: a path itself may hold a token or a case's number."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unknown"


def _is_loopback_name(host: str | None) -> bool:
    return host in ("localhost", "127.0.0.1", "::1")


def _is_loopback_origin(origin: str, host: str) -> bool:
    return origin == f"http://{host}" and _is_loopback_name(urlsplit(origin).hostname)
