"""A day and a note as a volunteer types them: "12 mars, efter beslutet". Pure.

Owns where the day ends and the note begins. It must not know cases.
"""

from datetime import date

from bot.engine.errors import BadInput
from bot.hours.typed.days import Calendar, take_days
from bot.language.typed import Line

MOST_WORDS_OF_A_DAY = 6
_BETWEEN = " ,;:.–-"


def read(line: str, *, today: date) -> tuple[date, str]:
    """The day that the line begins with, the next such one from today on, and what follows it.

    Raises:
        BadInput: it begins with no day, or with one that is in no calendar.
    """
    words = line.split()
    for count in range(min(MOST_WORDS_OF_A_DAY, len(words)), 0, -1):
        begins = Line(" ".join(words[:count]))
        day, last = take_days(begins, Calendar(today))
        if day is not None and last is None and not begins.rest:
            return day, " ".join(words[count:]).strip(_BETWEEN)
    raise BadInput("follow_up_no_day")
