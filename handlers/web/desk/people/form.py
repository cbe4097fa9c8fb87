"""What a form about a volunteer holds: languages, subjects, places, the days away; read, and shown again as it was.

It must not decide whether it can be: `bot/volunteers/profiles.py` does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.engine.errors import BadInput
from bot.language.i18n import Words
from bot.language.parts import answer_label
from bot.people.people import LANGUAGES_SPOKEN
from bot.places.told import PlaceTold
from bot.volunteers.phrases_people import places_text, spoken_name
from bot.volunteers.profiles import Profile
from bot.volunteers.told import VolunteerTold
from handlers.web.frame.view import inline
from models.closing import Category


@dataclass(frozen=True, slots=True)
class Typed:
    """The form as somebody has filled it in, or as it stands before that."""

    speaks: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    first: str = ""
    last: str = ""
    asked: bool = False


def as_it_is(told: VolunteerTold) -> Typed:
    """The form with what is known."""
    return Typed(
        told.speaks, told.topics, tuple(place.code for place in told.places), _shown(told.paused_from),
        _shown(told.paused_until), told.may_be_asked,
    )  # fmt: skip


def as_typed(posted: Any) -> Typed:
    """The form as it was sent."""
    speaks, topics, places = (tuple(map(str, posted.getall(name, []))) for name in ("speaks", "topics", "places"))
    first, last = (str(posted.get(name, "")).strip() for name in ("first", "last"))
    return Typed(speaks, topics, places, first, last, asked=posted.get("asked") == "1")


def profile_of(typed: Typed) -> Profile:
    """What the form says.

    Raises:
        BadInput: a day that is none.
    """
    days = _day(typed.first), _day(typed.last)
    return Profile(typed.speaks, typed.topics, typed.places, *days, typed.asked)


def options(words: Words, places: Mapping[str, PlaceTold]) -> dict[str, list[tuple[str, object]]]:
    """What can be chosen, each a code and its label."""
    return {
        "speaks": [(code, inline(spoken_name(words, code))) for code in LANGUAGES_SPOKEN],
        "topics": [(code, inline(answer_label(words, "category", code))) for code in Category],
        "places": [(code, inline(places_text(words, [place]))) for code, place in places.items()],
    }


def _shown(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _day(typed: str) -> date | None:
    if not typed:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        raise BadInput("not_a_day", value=typed) from None
