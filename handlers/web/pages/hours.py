"""The opening hours for anybody: the page, a small page for other sites' frames, how to use it, and the feeds.

Owns how long each may be kept and by whom; all are the same whoever asks and set no cookie. It must not make a format
(`bot/hours/formats/`) nor decide what the page says (`hours_view.py`).
"""

import json
from dataclasses import dataclass
from hashlib import sha256

from aiohttp import hdrs, web
from aiohttp.helpers import ETAG_ANY
from markupsafe import Markup

from bot.engine import clock
from bot.hours import published as hours_published
from bot.hours.formats import as_json, ical, osm, schema_org
from bot.hours.formats.shape import Published
from bot.hours.phrases import place_name
from bot.language.i18n import Ltr, Words
from bot.language.textshape import without_bidi_controls
from bot.roster.staffing import present
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.middlewares import FOR_SCRIPTS_OF_OTHERS, IN_PAGES_OF_OTHERS, LIFTED
from handlers.web.frame.view import inline, page, words_for
from handlers.web.pages.hours_view import as_of, hours_shown
from models.people import Language

CALENDAR = "text/calendar"
ASKED_EACH_TIME, FOR_FIVE_MINUTES = "no-cache", "public, max-age=300"
FRAME = (
    '<iframe src="{}" title="{}" width="100%" height="480" loading="lazy" style="border:1px solid #ccc"></iframe>'
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shared:
    """What another site needs to show the hours, of all places or of one."""

    code: str
    title: Markup
    embed: str
    snippet: str
    calendar: str
    feed: str = ""
    osm: str = ""


async def show(request: web.Request) -> web.Response:
    """When and where: now, the next sessions, days that differ, every place's week."""
    words, in_chat = words_for(request), identity.has_cookie(request, identity.NEWCOMER)
    published, answering = await _published(request)
    told = as_of(words, published)
    script = Markup(schema_org.to_script(schema_org.json_ld(published, words)))
    response = page(
        request, "pages/hours.html", hours=hours_shown(words, published, answering=answering), in_chat=in_chat,
        json_ld=script, public_url=published.public_url, changed=told.changed, this_page=told.this_page,
    )  # fmt: skip
    if in_chat:
        return response  # it says that somebody has a chat here: nothing a shared device should keep
    return _kept(request, response, ASKED_EACH_TIME, varies=hdrs.COOKIE)


async def embed(request: web.Request) -> web.Response:
    """The same in small, for a frame in anybody's page: no scripts, no menus, and no cookie is looked at."""
    words, place = words_for(request), request.query.get("place") or None
    published, answering = await _published(request)
    known = place is None or place in published.places
    hours = hours_shown(words, published, answering=answering, place=place) if known else None
    response = page(request, "pages/hours_embed.html", status=200 if known else 404, hours=hours)
    response[LIFTED] = IN_PAGES_OF_OTHERS
    return _kept(request, response, ASKED_EACH_TIME) if known else response


async def share(request: web.Request) -> web.Response:
    """How another website shows our hours: code to paste, calendars, feeds."""
    words = words_for(request)
    published, _ = await _published(request)
    everything = _shared(words, published)
    places = [_shared(words, published, code) for code in published.shown]
    response = page(
        request, "pages/hours_share.html", everything=everything, places=places, openstreetmap=Ltr("OpenStreetMap")
    )
    return _kept(request, response, ASKED_EACH_TIME)


async def calendar(request: web.Request) -> web.Response:
    """The hours as a calendar to subscribe to, of every place or of the one in the address."""
    place, service = request.match_info.get("place"), request.app[SERVICE]
    published, _ = await _published(request)
    if place is not None and place not in published.places:
        raise web.HTTPNotFound
    asked = request.query.get("lang")
    words = service.words(asked if asked in tuple(Language) else Language.SV)
    body = ical.calendar(published, words, place)
    return _feed(request, web.Response(body=body, content_type=CALENDAR, charset="utf-8"))


async def feed(request: web.Request) -> web.Response:
    """The hours as JSON, for programs."""
    published, _ = await _published(request)
    words = {str(language): request.app[SERVICE].words(language) for language in Language}
    text = json.dumps(as_json.hours(published, words), ensure_ascii=False, indent=1)
    return _feed(request, web.Response(text=text, content_type="application/json"))


async def _published(request: web.Request) -> tuple[Published, bool]:
    """The hours as of now, and whether somebody is on an online shift."""
    service, now = request.app[SERVICE], clock.now()
    async with service.store.look() as db:
        published = await hours_published.published(db, now, service.store.zone, service.settings.public_url)
        return published, bool(await present(db, now, service.store.zone))


def _shared(words: Words, published: Published, code: str = "") -> Shared:
    path, root = f"/{words.language}/hours/embed", published.public_url
    title, place = f"{words('service_name')}: {words('web_menu_hours')}", published.places.get(code)
    if place is not None:
        name = without_bidi_controls(place_name(words, place))
        path, title = f"{path}?place={code}", f"{words('service_name')}: {name}"
    return Shared(
        code=code,
        title=inline(words("share_place", place=place_name(words, place))) if place else Markup(),
        embed=path,
        snippet=str(Markup(FRAME).format(f"{root}{path}", title)),
        calendar=f"{root}/hours{f'/{code}' if code else ''}.ics?lang={words.language}",
        feed=f"{root}/hours.json",
        osm=osm.opening_hours(published, code) if code else "",
    )


def _feed(request: web.Request, response: web.Response) -> web.Response:
    response[LIFTED] = FOR_SCRIPTS_OF_OTHERS
    return _kept(request, response, FOR_FIVE_MINUTES)


def _kept(request: web.Request, response: web.Response, cache_control: str, varies: str = "") -> web.Response:
    """The response, or that nothing has changed since the reader got it. Compressed: there is no secret in it."""
    assert isinstance(response.body, bytes)
    tag = sha256(response.body).hexdigest()[:16]
    if any(has.value in (tag, ETAG_ANY) for has in request.if_none_match or ()):
        full, response = response, web.Response(status=304)
        response[LIFTED] = full.get(LIFTED, {})
    else:
        response.enable_compression()
    response.headers[hdrs.VARY] = ", ".join(filter(None, (hdrs.ACCEPT_ENCODING, varies)))
    response.headers[hdrs.CACHE_CONTROL] = cache_control
    response.headers[hdrs.ETAG] = f'W/"{tag}"'
    return response
