"""The poster for the door: as a PDF, and as a page that a browser prints on one sheet.

It decides nothing but how large the page's type is; what the poster says is in `bot/hours/formats/poster.py`.
"""

import asyncio
import re
from dataclasses import dataclass
from math import ceil

from aiohttp import web
from markupsafe import Markup

from bot.engine import clock
from bot.hours.formats import poster
from bot.hours.published import published
from bot.language.textshape import without_bidi_controls
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import inline, page

PERCENTS = tuple(range(130, 35, -5))  # of the normal type; poster.css has a class for each
ACROSS = 3  # places beside each other, where they are many
# Of poster.css at 100 percent, in millimetres: what there is, and what each line and letter takes.
ROOM, WIDTH, NAMES_WIDTH = 200.0, 184.0, 76.0
BLOCK, HOURS_LINE, NAME_LINE, NOTE_LINE = 17.5, 5.9, 4.8, 4.5
HOURS_LETTER, NOTE_LETTER = 2.75, 1.95
_FROM_TO = re.compile(r"\d\d:\d\d–\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Setting:
    """How the page is set: how large its type is, and whether places stand below or beside each other."""

    percent: int
    is_across: bool


async def pdf(request: web.Request) -> web.Response:
    """The poster as a PDF. `?place=` asks for the poster of one place."""
    shown = await _shown(request)
    body = await asyncio.to_thread(poster.pdf, shown)
    place = request.query.get("place")
    name = f"radrum-{place}.pdf" if place else "radrum.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return web.Response(body=body, content_type="application/pdf", headers=headers)


async def print_page(request: web.Request) -> web.Response:
    """The poster as a page to print, with a line above it that is not printed."""
    shown = await _shown(request)
    return page(
        request, "pages/poster.html", poster=shown, qr=Markup(shown.qr), setting=setting_of(shown.blocks),
        inline=inline, hours=_hours, pdf_url=f"/poster.pdf?{request.query_string}".rstrip("?"),
    )  # fmt: skip


def setting_of(blocks: tuple[poster.Block, ...]) -> Setting:
    """The largest type that fits on the sheet, by an estimate on the safe side: a page cannot measure itself."""
    for percent in PERCENTS:
        for is_across in (False, True):
            if sum(_height(block, percent / 100, is_across) for block in blocks) <= ROOM:
                return Setting(percent, is_across)
    return Setting(PERCENTS[-1], True)


async def _shown(request: web.Request) -> poster.Poster:
    service, place = request.app[SERVICE], request.query.get("place")
    async with service.store.look() as db:
        hours = await published(db, clock.now(), service.store.zone, service.settings.public_url)
    if place is not None and place not in hours.places:
        raise web.HTTPNotFound
    return poster.poster(hours, service.catalogues, place)


def _height(block: poster.Block, size: float, is_across: bool) -> float:
    """What a language takes of the sheet's height at this size, in millimetres."""
    across = min(ACROSS, len(block.places)) or 1
    room = WIDTH / across if is_across else WIDTH - NAMES_WIDTH
    places = [sum(_broken(line, room, HOURS_LETTER * size) for line in place.lines) for place in block.places]
    notes = sum(_broken(note, WIDTH, NOTE_LETTER * size) for note in block.notes)
    if is_across:
        rows = [max(places[at : at + across]) for at in range(0, len(places), across)]
        week = sum(lines * HOURS_LINE + 2 * NAME_LINE for lines in rows)
    else:
        week = sum(places) * HOURS_LINE
    return (BLOCK + week + notes * NOTE_LINE) * size


def _broken(line: str, room: float, letter: float) -> int:
    """In how many lines of this width the text stands."""
    return ceil(len(without_bidi_controls(line)) * letter / room)


def _hours(line: str) -> Markup:
    """A line of hours, in which "from–to" is never broken in two."""
    return Markup(_FROM_TO.sub(r'<span class="whole">\g<0></span>', str(inline(line))))
