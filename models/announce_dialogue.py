"""What a coordinator is asked before they say something to many: to whom. A pure state machine.

Where a dialogue stands is a row of `dialogues`. Owns Step, Draft and `advance`. What is said is words, and so no answer
here: the last step waits for them. No database, clock, language or channel.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from models.button import NotAButton, Number, read_as
from models.drafted import Drafted

EVERYBODY, ONE_SHIFT = "all", "shift"
SHIFTS_ON_A_SCREEN = 8


class Step(StrEnum):
    """What is asked. WORDS: nothing more; the reader writes."""

    TO = "to"
    LANGUAGE = "language"
    SHIFT = "shift"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Draft(Drafted):
    """To whom: those on this shift (its id), those who speak this language (a code), or everybody."""

    shift: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """Whom there is to choose: shifts that somebody is on, soonest first, and languages that somebody speaks."""

    shifts: tuple[int, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """What a press leads to. `stale`: nothing has changed, since nobody was offered that."""

    step: Step
    draft: Draft
    stale: bool = False


def begin() -> Turn:
    """A dialogue in which nothing has been chosen yet."""
    return Turn(Step.TO, Draft())


def advance(step: Step, draft: Draft, answer: str, around: Around) -> Turn:
    """The turn that the press with this answer leads to. Never raises: what was not offered is `stale`."""
    match step, answer:
        case Step.TO, "all":
            return Turn(Step.LANGUAGE, draft)
        case Step.TO, "shift" if around.shifts:
            return Turn(Step.SHIFT, draft)
        case Step.LANGUAGE, "all":
            return Turn(Step.WORDS, draft)
        case Step.LANGUAGE, code if code in around.languages:
            return Turn(Step.WORDS, replace(draft, language=code))
        case Step.SHIFT, number if (shift := _number(number)) in around.shifts:
            return Turn(Step.WORDS, replace(draft, shift=shift))
    return Turn(step, draft, stale=True)


def shifts_shown(around: Around, page: int) -> tuple[tuple[int, ...], int | None]:
    """The shifts on this page, and the number of the next page, if there is one."""
    pages = -(-len(around.shifts) // SHIFTS_ON_A_SCREEN) or 1
    shown = page % pages
    those = around.shifts[shown * SHIFTS_ON_A_SCREEN : (shown + 1) * SHIFTS_ON_A_SCREEN]
    return those, (shown + 1) % pages if pages > 1 else None


def _number(answer: str) -> int:
    try:
        return read_as(Number(16), answer)
    except NotAButton:
        return 0
