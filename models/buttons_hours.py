"""Every button about hours: newcomers' reminders and places, coordinators' changes, and the dialogue that makes one.

As in `buttons.py`, a code must not change; the dialogue's buttons of today stand there. What its answers mean is said
in `hours_dialogue.py`.
"""

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Annotated, Literal, NamedTuple

from models.button import Button, Day, OneOf, TimeOfDay, Word
from models.buttons import Alone

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
CLOSE_SESSION = Button("hcl:{place}:{day}", OfSession)


# The dialogue: what its answers may be, and its buttons of version 0.1.0, each of which held everything chosen so far.
# Those are no longer sent, and still pressed.


class Letter(StrEnum):
    """Which change is put together."""

    WEEKLY = "s"
    CLOSE = "c"
    TIMES = "t"
    EXTRA = "x"
    USUAL = "o"


EVERYWHERE, NOTHING, AND = "*", "-", "+"
MOST_ANSWERS = 4


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


def written(answer: str | int | date | time) -> str:
    """An answer as it stands in a button's code."""
    match answer:
        case date():
            return Day().written(answer)
        case time():
            return TimeOfDay().written(answer)
        case _:
            return str(answer)
