"""What stands in the form for a new shift, right or wrong, and what is meant by it. Pure.

It must not load a row or say a sentence.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import time

from multidict import MultiMapping

from bot.engine.errors import BadInput
from bot.language.textshape import clean
from bot.shifts.typed import MOST_NEEDED, NewShift
from handlers.web.desk.hours.form import day_meant
from models.shift import NEEDED, ONLINE
from models.timetable import Span

Form = MultiMapping[object]
LONGEST = 60  # characters of what stands in a field
_TIME = re.compile(r"\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class TypedShift:
    """A new shift as its form holds it."""

    day: str = ""
    starts: str = ""
    ends: str = ""
    place: str = ONLINE
    needed: str = str(NEEDED)
    wants: tuple[str, ...] = ()


def typed_shift(form: Form) -> TypedShift:
    """What was filled in."""
    day, starts, ends, place, needed = (
        clean(str(form.get(name, "")))[:LONGEST] for name in ("day", "starts", "ends", "place", "needed")
    )
    return TypedShift(day, starts, ends, place, needed, tuple(str(code) for code in form.getall("wants", [])))


def shift_meant(typed: TypedShift, spoken: Collection[str]) -> NewShift:
    """The shift that the form says; of languages, those that anybody speaks.

    Raises:
        BadInput: something is missing or is no day, time, place or number.
    """
    if not typed.place:
        raise BadInput("desk_place_missing")
    day, span = day_meant(typed.day), span_meant(typed)
    needed, wants = needs_meant(typed, spoken)
    return NewShift(day, span, typed.place, needed, wants)


def needs_meant(typed: TypedShift, spoken: Collection[str]) -> tuple[int, tuple[str, ...]]:
    """How many are needed, and which languages are wanted.

    Raises:
        BadInput: that is no such number.
    """
    if not re.fullmatch(r"\d{1,3}", typed.needed) or not 1 <= int(typed.needed) <= MOST_NEEDED:
        raise BadInput("shift_needed_wrong", value=typed.needed, most=MOST_NEEDED)
    return int(typed.needed), tuple(code for code in spoken if code in typed.wants)


def span_meant(typed: TypedShift) -> Span:
    """From when to when.

    Raises:
        BadInput: one is missing or no time, or it ends when it begins.
    """
    if not typed.starts or not typed.ends:
        raise BadInput("desk_times_missing")
    starts, ends = _time(typed.starts), _time(typed.ends)
    if starts == ends:
        raise BadInput("shift_ends_before_start")
    return starts, ends


def _time(given: str) -> time:
    try:
        if not _TIME.fullmatch(given):
            raise ValueError
        return time.fromisoformat(given)
    except ValueError:
        raise BadInput("not_a_time", value=given) from None
