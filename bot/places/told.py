"""A place, as sayings and pages carry it: codes, names and coordinates, never a sentence.

It must not load rows (`places.py` does) nor say anything (`bot/hours/phrases.py` does).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from models.hours import Door
from models.saying import Carried, Like

PlaceCode = Annotated[str, Like(("linero",))]
Address = Annotated[str, Like(("Testgatan 2",))]


@dataclass(frozen=True, kw_only=True)
class PlaceTold(Carried):
    """A place by its code, and the catalogue key of its name (`place`) or its names by language.

    Sessions were once told without the code: nothing can be asked about those.
    """

    code: PlaceCode = ""
    place: Annotated[str, Like(("linero_library",))] = ""
    names: Mapping[str, str] = field(default_factory=dict)
    address: Address = ""


@dataclass(frozen=True, kw_only=True)
class PlaceFacts(PlaceTold):
    """Everything there is to tell of a place. `details`: texts by language, by what they are about; `last_entry`:
    minutes before it closes."""

    door: Door | None = None
    details: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    latitude: float | None = None
    longitude: float | None = None
    last_entry: int | None = None
