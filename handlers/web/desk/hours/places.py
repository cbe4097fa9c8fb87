"""The coordinators' pages for the places: one is made known, and described in each language.

It must not decide when a place is open.
"""

from aiohttp import web

from bot.engine.errors import BadInput, NotFound, Refusal, Unavailable
from bot.places import places
from bot.places.places import PlaceRow
from handlers.web.desk.hours import view
from handlers.web.desk.hours.form import TypedPlace, described, place_as_typed, typed_new_place, typed_place
from handlers.web.desk.hours.pages import refused, require_coordinator
from handlers.web.frame import identity
from handlers.web.frame.keys import SERVICE
from handlers.web.frame.view import page, refusal_text, wants_json, went_on, words_for
from models.hours import Door
from models.people import Language


async def show(request: web.Request) -> web.Response:
    """The place as newcomers read of it, and the form that says so."""
    place = await _place(request)
    return _place_page(request, place, place_as_typed(place))


async def save(request: web.Request) -> web.Response:
    """The place is described as the form says."""
    typed = typed_place(await request.post())
    try:
        async with identity.acts(request) as (work, _):
            place = _named(request, await places.places(work.db))
            told = described(typed, has_own_name=not place.name_key)
            await places.describe_place(
                work, place.code, address=told.address, details=told.details, coordinates=told.coordinates,
                last_entry=told.last_entry,
            )  # fmt: skip
    except (BadInput, Unavailable) as refusal:
        if wants_json(request):
            raise
        await require_coordinator(request)
        return _place_page(request, await _place(request), typed, refusal=refusal)
    return went_on(request, f"/desk/places/{place.code}?saved")


async def add(request: web.Request) -> web.Response:
    """The place is known, under a code made from its name; its page is next."""
    new = typed_new_place(await request.post())
    try:
        async with identity.acts(request) as (work, _):
            if not new.name:
                raise BadInput("desk_name_missing")
            code = places.free_code(new.name, {place.code for place in await places.places(work.db)})
            names = {Language.SV.value: new.name}
            await places.add_place(work, code=code, address=new.address, door=Door(new.door), names=names)
    except (BadInput, Unavailable) as refusal:
        return await refused(request, refusal, new_place=new)
    return went_on(request, f"/desk/places/{code}")


def _place_page(
    request: web.Request, place: PlaceRow, typed: TypedPlace, *, refusal: Refusal | None = None
) -> web.Response:
    service, words = request.app[SERVICE], words_for(request)
    return page(
        request, "desk/hours/place.html", status=refusal.status if refusal else 200,
        error=refusal_text(service, words, refusal) if refusal else "", code=place.code,
        is_saved="saved" in request.query, name=view.name_of(words, place), has_own_name=not place.name_key,
        typed=typed, languages=view.languages_shown(), readings=view.place_readings(service, place),
    )  # fmt: skip


async def _place(request: web.Request) -> PlaceRow:
    async with request.app[SERVICE].store.look() as db:
        return _named(request, await places.places(db))


def _named(request: web.Request, known: list[PlaceRow]) -> PlaceRow:
    """The place in the address.

    Raises:
        NotFound: there is none by that code.
    """
    code = request.match_info["place"]
    found = next((place for place in known if place.code == code), None)
    if found is None:
        raise NotFound
    return found
