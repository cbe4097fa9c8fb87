"""Where the service is met: places made known, described in each language, and looked up as they are spoken of.

It must not decide when they are open: `hours/standing.py` reads that, `hours/changes.py` changes it.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from sqlalchemy import insert, select, update

from bot.engine.db import Db
from bot.engine.errors import BadInput
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.language.textshape import clean, fold
from bot.places.told import PlaceFacts, PlaceTold
from models.base import table_of
from models.buttons_hours import LONGEST_PLACE
from models.hours import Door, Place
from models.people import Language
from models.shift import ONLINE

CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_TEXT = 300
DETAILS = ("name", "floor", "finding", "access")
Facts = TypeVar("Facts", bound=PlaceFacts)
_PLACES = table_of(Place)


class PlaceRow(NamedTuple):
    """A place as it lies in the database; what its columns mean: `models.hours.Place`."""

    code: str
    name_key: str
    door: str
    address: str
    details: dict[str, dict[str, str]]
    latitude: float | None
    longitude: float | None
    last_entry: int | None


_BY_CODE = select(*columns(PlaceRow, _PLACES)).order_by(_PLACES.c.code)
_CODES = select(_PLACES.c.code).order_by(_PLACES.c.code)


async def places(db: Db) -> list[PlaceRow]:
    """Every place, the online one included, in the order of their codes."""
    return every(PlaceRow, await db.execute(_BY_CODE))


async def places_by_code(db: Db) -> dict[str, PlaceRow]:
    """As `places`, each under its code."""
    return {place.code: place for place in await places(db)}


async def physical_places(db: Db) -> list[PlaceRow]:
    """The places one can walk into."""
    return [place for place in await places(db) if place.door == Door.VISIT]


def place_told(place: PlaceRow) -> PlaceTold:
    """A place as notices carry it."""
    names = place.details.get("name", {})
    return PlaceTold(code=place.code, place=place.name_key, names=names, address=place.address)


def place_facts(place: PlaceRow, like: type[Facts]) -> Facts:
    """Everything there is to tell of a place, as the notice or the shape that is to carry it."""
    return like(
        code=place.code, place=place.name_key, names=place.details.get("name", {}), address=place.address,
        door=Door(place.door), details=place.details, latitude=place.latitude, longitude=place.longitude,
        last_entry=place.last_entry,
    )  # fmt: skip


async def add_place(
    work: Work, *, code: str, name_key: str = "", address: str = "", door: Door = Door.VISIT,
    names: Mapping[str, str] | None = None, latitude: float | None = None, longitude: float | None = None,
) -> None:  # fmt: skip
    """The place is known. One already there is kept as it is.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: a code that cannot stand in a button or an address.
    """
    work.require_publisher()
    if not CODE.fullmatch(code) or len(code) > LONGEST_PLACE:
        raise BadInput("bad_place_code", value=code, most=LONGEST_PLACE)
    if (await work.db.execute(select(_PLACES.c.code).where(_PLACES.c.code == code))).scalar_one_or_none() is not None:
        return
    kept = {"name": _texts(names)} if names else {}
    row = {"code": code, "name_key": name_key, "address": _line(address), "door": door.value, "details": kept}
    await work.db.execute(insert(_PLACES).values(**row, latitude=latitude, longitude=longitude))


async def describe_place(
    work: Work, code: str, *, address: str | None = None, details: Mapping[str, Mapping[str, str]] | None = None,
    coordinates: tuple[float, float] | tuple[()] | None = None, last_entry: int | None = None,
) -> None:  # fmt: skip
    """What is given is how the place is described from now on; the rest stays. What is given empty is taken away.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: unknown place, coordinates that are not on the globe, or a last entry longer than a day.
    """
    work.require_publisher()
    place = await require_place(work.db, code)
    values: dict[str, object] = {}
    if address is not None:
        values["address"] = _line(address)
    if details is not None:
        kept = {field: _texts(place.details.get(field, {}) | dict(texts)) for field, texts in details.items()}
        values["details"] = {field: texts for field, texts in (place.details | kept).items() if texts}
    if coordinates:
        if not (-90 <= coordinates[0] <= 90 and -180 <= coordinates[1] <= 180):
            raise BadInput("bad_coordinates")
        values["latitude"], values["longitude"] = coordinates
    elif coordinates is not None:
        values |= {"latitude": None, "longitude": None}
    if last_entry is not None:
        if not 0 <= last_entry < 600:
            raise BadInput("bad_last_entry")
        values["last_entry"] = last_entry or None
    if values:
        await work.db.execute(update(_PLACES).where(_PLACES.c.code == code).values(**values))


async def require_place(db: Db, code: str) -> PlaceRow:
    """The place with this code.

    Raises:
        BadInput: there is none; says which there are.
    """
    known = await places(db)
    found = next((place for place in known if place.code == code), None)
    if found is None:
        raise BadInput("unknown_place", place=code, places=", ".join(place.code for place in known))
    return found


async def hold_places(work: Work) -> None:
    """No change of the hours is published until this act is committed: what is read of them now still holds then."""
    await work.db.execute(_CODES.with_for_update(read=True, key_share=True))


def free_code(name: str, taken: set[str]) -> str:
    """A code for a place of this name that is not taken: "IK Eos, lokalen" becomes ik-eos-lokalen."""
    letters = fold(name).translate(str.maketrans("åäöéü", "aaoeu"))
    base = "-".join(re.findall(r"[a-z0-9]+", letters))[: LONGEST_PLACE - 3].strip("-") or "popup"
    tries = (base if n == 1 else f"{base}-{n}" for n in range(1, 100))
    return next(code for code in tries if code not in taken and code != ONLINE)


def _texts(given: Mapping[str, str] | None) -> dict[str, str]:
    shown = {language: _line(text) for language, text in (given or {}).items() if language in tuple(Language)}
    return {language: text for language, text in shown.items() if text}


def _line(text: str) -> str:
    return " ".join(clean(text).split())[:LONGEST_TEXT]
