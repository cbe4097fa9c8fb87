"""What stands in the forms about opening hours and places, right or wrong, and what is meant by it. Pure.

Owns Typed and TypedPlace: what was filled in is still there on the next page. It must not load a row or say a sentence.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time

from multidict import MultiMapping

from bot.engine.errors import BadInput, Stale
from bot.language.textshape import clean
from bot.places.places import DETAILS, LONGEST_TEXT, PlaceRow, free_code
from models.hours import Door, Reason
from models.hours_change import Change, Verb
from models.people import Language
from models.timetable import Span

Form = MultiMapping[object]

NEW_PLACE = "+"  # no code of a place looks like this
MOST_SPANS = 2
DOORS = (Door.VISIT, Door.PHONE, Door.VIDEO)
_TIME = re.compile(r"\d\d:\d\d")
_DAY = re.compile(r"20\d\d-\d\d-\d\d")
_DEGREES = r"[-+\u2212]?\d{1,3}(?:[.,]\d+)?"
_POINT = re.compile(rf"\s*({_DEGREES})(?:\s*[,;]\s*|\s+)({_DEGREES})\s*")
_NO_SPANS = (("", ""),) * MOST_SPANS


@dataclass(frozen=True, slots=True)
class Typed:
    """A change of the hours as its form holds it. `spans`: always two pairs; `is_closed`: not open on the weekday."""

    verb: str = ""
    places: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    weekday: str = ""
    spans: tuple[tuple[str, str], ...] = _NO_SPANS
    is_closed: bool = False
    reason: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    partner: str = ""
    name: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """A place to be made known."""

    name: str = ""
    address: str = ""
    door: str = Door.VISIT


@dataclass(frozen=True, slots=True)
class TypedPlace:
    """How a place is described, as its form holds it. `details`: {field: {language: text}}."""

    address: str = ""
    point: str = ""
    last_entry: str = ""
    details: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Description:
    """What a form says of a place, as it is meant. `coordinates`: none to have none."""

    address: str
    details: Mapping[str, Mapping[str, str]]
    coordinates: tuple[float, float] | tuple[()]
    last_entry: int


def typed_change(form: Form) -> Typed:
    """What was filled in."""
    given = zip(_all(form, "opens"), _all(form, "closes"), strict=False)
    return Typed(
        verb=_one(form, "verb"), places=tuple(dict.fromkeys(_all(form, "place"))),
        first=_one(form, "first"), last=_one(form, "last"), weekday=_one(form, "weekday"),
        spans=tuple([*given, *_NO_SPANS][:MOST_SPANS]), is_closed=_one(form, "closed") == "1",
        reason=_one(form, "reason"), texts=_per_language(form, "text"), partner=_line(form, "partner"),
        name=_line(form, "name"), address=_line(form, "address"),
    )  # fmt: skip


def as_typed(change: Change) -> Typed:
    """The change as its form would hold it."""
    spans = [(f"{opens:%H:%M}", f"{closes:%H:%M}") for opens, closes in change.spans]
    return Typed(
        verb=change.verb, places=(NEW_PLACE,) if change.name else change.places, first=change.first.isoformat(),
        last=change.last.isoformat() if change.last else "",
        weekday="" if change.weekday is None else str(change.weekday),
        spans=tuple([*spans, *_NO_SPANS][:MOST_SPANS]), is_closed=change.verb == Verb.WEEKLY and not change.spans,
        reason=change.reason, texts=change.texts, partner=change.partner, name=change.name, address=change.address,
    )  # fmt: skip


def change_meant(typed: Typed, known: set[str]) -> Change:
    """The change that the form says. `known`: the codes of the places there are.

    Raises:
        Stale: no form of ours says this.
        BadInput: something is missing or is no day or time.
    """
    if typed.verb not in tuple(Verb):
        raise Stale
    verb = Verb(typed.verb)
    places, name, address = _places_meant(typed, known)
    spans = _spans_meant(typed, verb)
    weekday = _weekday_meant(typed.weekday) if verb == Verb.WEEKLY else None
    first = day_meant(typed.first)
    last = day_meant(typed.last) if typed.last and verb in (Verb.WEEKLY, Verb.CLOSE) else None
    says_why = verb in (Verb.CLOSE, Verb.TIMES)
    reason = typed.reason if says_why else ""
    texts = {language: text for language, text in typed.texts.items() if text} if reason == Reason.OTHER else {}
    if reason == Reason.OTHER and not texts:
        raise BadInput("desk_reason_missing")
    partner = typed.partner if verb == Verb.POPUP else ""
    return Change(verb, places, first, last, weekday, spans, reason, texts, partner, name, address)


def day_meant(given: str) -> date:
    """The day in a day's field.

    Raises:
        BadInput: nothing, or no day.
    """
    if not given:
        raise BadInput("desk_day_missing")
    try:
        if not _DAY.fullmatch(given):
            raise ValueError
        return date.fromisoformat(given)
    except ValueError:
        raise BadInput("not_a_day", value=given[:LONGEST_TEXT]) from None


def typed_new_place(form: Form) -> NewPlace:
    """What was filled in about a place to be made known."""
    door = _one(form, "door")
    return NewPlace(_line(form, "name"), _line(form, "address"), door if door in DOORS else Door.VISIT)


def typed_place(form: Form) -> TypedPlace:
    """What was filled in about a place."""
    details = {name: _per_language(form, name) for name in DETAILS}
    return TypedPlace(_line(form, "address"), _line(form, "point"), _line(form, "last_entry"), details)


def place_as_typed(place: PlaceRow) -> TypedPlace:
    """A place as its form would hold it."""
    has_point = place.latitude is not None and place.longitude is not None
    point = f"{place.latitude}, {place.longitude}" if has_point else ""
    return TypedPlace(place.address, point, str(place.last_entry or ""), place.details)


def described(typed: TypedPlace, *, has_own_name: bool) -> Description:
    """What the form says of the place.

    Raises:
        BadInput: no Swedish name, or a point or a number of minutes that is none.
    """
    details = {name: texts for name, texts in typed.details.items() if has_own_name or name != "name"}
    if has_own_name and not details["name"].get(Language.SV):
        raise BadInput("desk_name_missing")
    if not re.fullmatch(r"[0-9]{0,3}", typed.last_entry):
        raise BadInput("bad_last_entry")
    return Description(typed.address, details, _point_meant(typed.point), int(typed.last_entry or 0))


def _places_meant(typed: Typed, known: set[str]) -> tuple[tuple[str, ...], str, str]:
    chosen = tuple(code for code in typed.places if code)
    if not chosen:
        raise BadInput("desk_place_missing")
    if chosen != (NEW_PLACE,) or typed.verb != Verb.POPUP:
        return chosen, "", ""
    if not typed.name:
        raise BadInput("desk_name_missing")
    return (free_code(typed.name, known),), typed.name, typed.address


def _spans_meant(typed: Typed, verb: Verb) -> tuple[Span, ...]:
    if verb in (Verb.CLOSE, Verb.USUAL) or (verb == Verb.WEEKLY and typed.is_closed):
        return ()
    spans = tuple((_time(opens), _time(closes)) for opens, closes in typed.spans if opens or closes)
    if not spans:
        raise BadInput("desk_times_missing")
    return spans


def _time(given: str) -> time:
    if not given:
        raise BadInput("desk_times_missing")
    try:
        if not _TIME.fullmatch(given):
            raise ValueError
        return time.fromisoformat(given)
    except ValueError:
        raise BadInput("not_a_time", value=given[:LONGEST_TEXT]) from None


def _weekday_meant(given: str) -> int:
    if given not in tuple("0123456"):
        raise BadInput("desk_weekday_missing")
    return int(given)


def _point_meant(given: str) -> tuple[float, float] | tuple[()]:
    if not given:
        return ()
    found = _POINT.fullmatch(given)
    if found is None:
        raise BadInput("bad_coordinates")
    latitude, longitude = (float(part.replace(",", ".").replace("\u2212", "-")) for part in found.groups())
    return latitude, longitude


def _per_language(form: Form, name: str) -> dict[str, str]:
    return {str(language): _line(form, f"{name}_{language}") for language in Language}


def _line(form: Form, name: str) -> str:
    """One line, without what could break the page it will stand on."""
    return " ".join(clean(_one(form, name)).split())[:LONGEST_TEXT]


def _one(form: Form, name: str) -> str:
    return str(form.get(name, ""))


def _all(form: Form, name: str) -> Iterable[str]:
    return [str(given) for given in form.getall(name, [])]
