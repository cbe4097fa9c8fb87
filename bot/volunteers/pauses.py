"""When somebody says they are away, as they type it: "1/7-15/8", "från fredag", "slut". Pure.

Days are read by the one reader there is (`bot/hours/typed/days.py`).
"""

from datetime import date
from typing import NamedTuple

from bot.engine.errors import BadInput
from bot.hours.typed.days import Calendar, take_days
from bot.language.typed import Line

ENDS = frozenset({"slut", "avsluta", "tillbaka", "ingen", "end", "back", "none", "over"})


class Pause(NamedTuple):
    """The first and the last day away; without a last one until they are back."""

    first: date
    last: date | None


def read_pause(typed: str, *, today: date) -> Pause | None:
    """The pause that the line says; None: it is over. One day alone is one day; "from" one day has no end.

    Raises:
        BadInput: no such day, no day at all, or something else than days.
    """
    if typed.strip().casefold().rstrip(".!") in ENDS:
        return None
    line = Line(typed)
    first, last = take_days(line, Calendar(today))
    line.refuse_rest()
    if first is None and last is None:
        raise BadInput("pause_no_days")
    if first is None:
        return Pause(today, last)
    return Pause(first, last if last is not None else _end_of_one_day(typed, first))


def _end_of_one_day(typed: str, day: date) -> date | None:
    """ "From Friday" goes on; "Friday" is that day."""
    begins = typed.strip().casefold().startswith(("från", "fr.o.m", "from", "since", "starting", "fr o m"))
    return None if begins else day
