"""Every button about hours: newcomers' reminders and places, coordinators' changes, and the dialogue that makes one.

As in `buttons.py`, a code must not change. The dialogue's code is its whole state, a letter and the answers so far;
what is asked next is decided in `bot/hours/typed/buttons.py`.
"""

import re
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from models.button import Button, Day, OneOf, Word
from models.buttons import Alone
from models.timetable import Span

LONGEST_PLACE = 16  # letters of a place's code: a change of its hours has to fit into a button
PlaceCode = Annotated[str, Word(LONGEST_PLACE)]


class OfPlace(NamedTuple):
    place: PlaceCode


class OfSession(NamedTuple):
    place: PlaceCode
    day: date


class OfDraft(NamedTuple):
    draft: int


class OfChange(NamedTuple):
    number: int


class UndoAnswer(NamedTuple):
    number: int
    answer: Literal["yes", "no"]


class HolidayDecision(NamedTuple):
    decision: Literal["close", "usual"]
    day: date


PLACE = Button("place:{place}", OfPlace)
REMIND = Button("remind:{place}:{day}", OfSession)
PUBLISH = Button("hp:{draft}", OfDraft)
PUBLISH_AND_CANCEL = Button("hpc:{draft}", OfDraft)
DROP = Button("hd:{draft}", OfDraft)
UNDO = Button("hu:{number}", OfChange)
UNDO_ANSWER = Button("hu:{number}:{answer}", UndoAnswer)
HOLIDAY = Button("hh:{decision}:{day}", HolidayDecision)


# The dialogue.


class Letter(StrEnum):
    """Which change is put together."""

    WEEKLY = "s"
    CLOSE = "c"
    TIMES = "t"
    EXTRA = "x"
    USUAL = "o"


EVERYWHERE, NOTHING, AND = "*", "-", "+"
MOST_ANSWERS = 4
_HOUR = "(?:[01][0-9]|2[0-3])[0-5][0-9]"
_SPAN = f"{_HOUR}{_HOUR}"


class Times(NamedTuple):
    """Stretches of time as far as they have been chosen. `more`: another has been begun, and opens at `opens`, if that
    is chosen too. None, and no more: closed."""

    spans: tuple[Span, ...]
    more: bool
    opens: time | None


@dataclass(frozen=True, slots=True)
class TimesKind:
    """At most two stretches, since a third would not fit: `-` · `1300` · `13001530` · `13001530+1600` …"""

    pattern: str = rf"(?:{NOTHING}|{_SPAN}(?:\+{_SPAN}|\+{_HOUR}|\+)?|{_HOUR})"

    def written(self, value: object) -> str:
        return str(value)

    def meant(self, text: str) -> Times:
        times = [time(int(digits[:2]), int(digits[2:])) for digits in re.findall("[0-9]{4}", text)]
        spans = tuple(zip(times[::2], times[1::2], strict=False))
        opens = times[-1] if len(times) % 2 else None
        return Times(spans, more=opens is not None or text.endswith(AND), opens=opens)


@dataclass(frozen=True, slots=True)
class AnswersKind:
    """What has been answered so far, in order; each is read by the kind that its question has."""

    pattern: str = rf"(?::[a-z0-9*-][a-z0-9_+-]{{0,{LONGEST_PLACE}}}){{0,{MOST_ANSWERS}}}"

    def written(self, value: object) -> str:
        assert isinstance(value, tuple)
        return "".join(f":{answer}" for answer in value)

    def meant(self, text: str) -> tuple[str, ...]:
        return tuple(text.split(":")[1:])


@dataclass(frozen=True, slots=True)
class PageKind:
    """Another page of what may be answered next, as `:+3`; nothing for the first one."""

    pattern: str = r"(?::\+(?:0|[1-9][0-9]?))?"

    def written(self, value: object) -> str:
        return "" if value is None else f":{AND}{value}"

    def meant(self, text: str) -> int | None:
        return int(text[1:]) if text else None


class Guided(NamedTuple):
    letter: Annotated[str, OneOf(tuple(Letter))]
    answers: Annotated[tuple[str, ...], AnswersKind()] = ()
    page: Annotated[int | None, PageKind()] = None


GUIDED = Button("h:{letter}{answers}{page}", Guided)
LEAVE = Button("h:leave", Alone)
WEEKDAY, TIMES = OneOf(tuple("0123456")), TimesKind()


def before_answer(code: str) -> str:
    """What the answers to the next question are put after."""
    return f"{code}:"


def answered(begun: str, answer: str | int | date | time) -> str:
    """The code of the button that gives this answer; `begun`: what stands before it."""
    match answer:
        case date():
            return begun + Day().written(answer)
        case time():
            return f"{begun}{answer:%H%M}"
        case _:
            return f"{begun}{answer}"
