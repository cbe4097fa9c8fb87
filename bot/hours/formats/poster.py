"""The poster for the door: the opening hours in every language and a code to scan, on one sheet of A4. Pure.

Owns Poster, what the sheet says, and its PDF; how it looks is in `poster.typ` beside this and, for the page to print,
in the web's own template. Every text goes there as data, so that nothing a person wrote is read as markup.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from threading import Lock

import segno

from bot.hours.formats.shape import Published
from bot.hours.phrases import place_name, special_line, week_lines
from bot.language.i18n import Catalogues, Foreign, Ltr, Plain, Words
from bot.language.parts import danger_line
from bot.language.textshape import FSI, PDI, without_bidi_controls
from bot.places.told import PlaceFacts
from models.hours import Door
from models.people import AUTONYMS, Language
from models.timetable import SpecialDay, special_days, weekly

FOLDER = Path(__file__).parent
SPECIAL_WEEKS = 8  # longer than a poster hangs unread; further ahead the page tells
MOST_SPECIAL_DAYS = 4  # more of them in five languages would make everything else too small to read
KEPT_PDFS = 8

_setting = Lock()  # setting takes a processor: a crowd that asks for the same sheet waits for one


@dataclass(frozen=True, slots=True)
class Site:
    """Where a door is: the name on its sign, and the address."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class PlaceHours:
    """A place's usual week, in the words of one language."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """What the sheet says in one language."""

    language: str
    direction: str
    autonym: str
    service: str
    free: str
    welcome: tuple[str, ...]
    places: tuple[PlaceHours, ...]
    notes: tuple[str, ...]
    scan: str
    danger: str
    as_of: str


@dataclass(frozen=True, slots=True)
class Poster:
    """What the sheet says. `url`: what the code holds; `address`: the same, as people type it; `qr`: SVG."""

    name: str
    title: str
    url: str
    address: str
    qr: str
    sites: tuple[Site, ...]
    blocks: tuple[Block, ...]
    changed_at: datetime


def poster(published: Published, catalogues: Catalogues, place: str | None = None) -> Poster:
    """The poster of every place that opens, or of one place, in every language."""
    codes = published.shown if place is None else [place]
    url = f"{published.public_url.rstrip('/')}/"
    swedish = catalogues.words(Language.SV)
    name = swedish("service_name")
    return Poster(
        name=name, title=f"{name}: {swedish('web_menu_hours')}",
        url=url, address=_typed(url), qr=_qr(url),
        sites=tuple(_sites(published, codes, swedish)),
        blocks=tuple(_block(published, codes, catalogues.words(language), url) for language in Language),
        changed_at=published.changed_at,
    )  # fmt: skip


def pdf(shown: Poster) -> bytes:
    """The poster as one page of PDF, the same bytes for the same poster. It takes a processor for some 100 ms.

    The newest few are kept.
    """
    said = asdict(shown)
    changed_at = int(said.pop("changed_at").timestamp())
    with _setting:
        return _set(json.dumps(said, ensure_ascii=False), changed_at)


@lru_cache(maxsize=KEPT_PDFS)
def _set(said: str, changed_at: int) -> bytes:
    import typst  # 40 MB that only a poster needs

    return typst.compile(
        FOLDER / "poster.typ", root=FOLDER, font_paths=[FOLDER / "fonts"], ignore_system_fonts=True, format="pdf",
        sys_inputs={"poster": said}, timestamp=changed_at,
    )  # fmt: skip


def _sites(published: Published, codes: list[str], swedish: Words) -> Iterator[Site]:
    for code in codes:
        facts = published.places[code]
        if facts.door == Door.VISIT and facts.address:
            yield Site(_name(swedish, facts), without_bidi_controls(facts.address))


def _block(published: Published, codes: list[str], words: Words, url: str) -> Block:
    return Block(
        language=words.language,
        direction="rtl" if words.is_right_to_left else "ltr",
        autonym=AUTONYMS[Language(words.language)],
        service=words("service_name"),
        free=words("tagline"),
        welcome=(words("open_to_all"), words("drop_in")),
        places=tuple(_weeks(published, codes, words)),
        notes=tuple(_notes(published, codes, words, url)),
        scan=words("poster_scan"),
        danger=danger_line(words),
        as_of=words("hours_as_of", date=Ltr(published.first.isoformat())),
    )


def _weeks(published: Published, codes: list[str], words: Words) -> Iterator[PlaceHours]:
    first, last = published.first, published.last
    for code in codes:
        if stretches := weekly(published.timetable, code, first, last):
            lines = week_lines(words, stretches, first, last)
            yield PlaceHours(_name(words, published.places[code]), tuple(lines))


def _notes(published: Published, codes: list[str], words: Words, url: str) -> list[Plain]:
    """The days that are not as usual, under their heading; where to read of them, if they are many."""
    days = sorted(_special(published, codes), key=lambda found: (found[1].on_day, codes.index(found[0])))
    if len(days) > MOST_SPECIAL_DAYS:
        return [words("poster_other_days", address=Ltr(_typed(url)))]
    told = [special_line(words, published.places[code], day) for code, day in days]
    if told:
        return [words("days_not_as_usual"), *told]
    if not any(published.has_openings(code) for code in codes):
        return [words("no_sessions_planned")]
    return []


def _special(published: Published, codes: list[str]) -> Iterator[tuple[str, SpecialDay]]:
    last = published.first + timedelta(weeks=SPECIAL_WEEKS)
    for code in codes:
        for day in special_days(published.timetable, code, published.first, last):
            if day.spans != day.usual or (day.spans and (day.reason or day.partner)):  # closed when never open is usual
                yield code, day


def _name(words: Words, facts: PlaceFacts) -> str:
    name = place_name(words, facts)
    return FSI + without_bidi_controls(name) + PDI if isinstance(name, Foreign) else name


def _typed(url: str) -> str:
    """The address as a person types it: browsers add what is left out here."""
    return url.removeprefix("https://").rstrip("/")


def _qr(url: str) -> str:
    """The QR code as SVG, with a quarter of it to spare for rain and scratches."""
    drawn = BytesIO()
    segno.make_qr(url, error="q").save(
        drawn, kind="svg", border=4, xmldecl=False, nl=False, omitsize=True, svgclass=None, lineclass=None
    )
    return drawn.getvalue().decode()
