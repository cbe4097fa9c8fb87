"""What stands in the forms for the usual week and a term, right or wrong, and what is meant by it. Pure.

It must not load a row or say a sentence.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from bot.engine.errors import BadInput
from bot.language.textshape import clean
from bot.shifts.texts_term import WeekLineTold
from bot.shifts.typed import NewLine, Term
from handlers.web.desk.hours.form import day_meant
from handlers.web.desk.shifts.form import LONGEST, Form, TypedShift, needs_meant, span_meant, typed_shift
from models.term import LONGEST_TERM

WEEKDAYS = tuple(str(day) for day in range(7))


@dataclass(frozen=True, slots=True)
class TypedTerm:
    """A term as its form holds it."""

    first: str = ""
    last: str = ""


def typed_line(form: Form) -> TypedShift:
    """What was filled in; the day is one of the week."""
    return typed_shift(form)


def as_typed(line: WeekLineTold) -> TypedShift:
    """A line of the week as its form holds it."""
    return TypedShift(
        str(int(line.weekday)), f"{line.starts:%H:%M}", f"{line.ends:%H:%M}", line.code, str(line.needed), line.wants
    )


def line_meant(typed: TypedShift, spoken: Collection[str]) -> NewLine:
    """The line that the form says.

    Raises:
        BadInput: something is missing or is no day of the week, time, place or number.
    """
    if not typed.place:
        raise BadInput("desk_place_missing")
    if typed.day not in WEEKDAYS:
        raise BadInput("desk_weekday_missing")
    span = span_meant(typed)
    needed, wants = needs_meant(typed, spoken)
    return NewLine(int(typed.day), span, typed.place, needed, wants)


def typed_term(form: Form) -> TypedTerm:
    """What was filled in."""
    first, last = (clean(str(form.get(name, "")))[:LONGEST] for name in ("first", "last"))
    return TypedTerm(first, last)


def term_meant(typed: TypedTerm, today: date) -> Term:
    """The days that the form says, the first and the last.

    Raises:
        BadInput: one is missing or no day, the term has begun, ends before it begins, or is too long.
    """
    if not typed.first or not typed.last:
        raise BadInput("desk_term_days_missing")
    first, last = day_meant(typed.first), day_meant(typed.last)
    if last < first:
        raise BadInput("term_ends_before", first=first.isoformat(), last=last.isoformat())
    if first < today:
        raise BadInput("shift_day_passed", value=first.isoformat())
    if last - first > LONGEST_TERM:
        raise BadInput("term_too_long", most=LONGEST_TERM.days)
    return first, last
