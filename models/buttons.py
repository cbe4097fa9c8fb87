"""Every button there is, except those about hours: its code on the wire, and what that says when it is pressed.

A code must not change: buttons stay in chats for weeks, and are still pressed after an upgrade. One that is no longer
sent stays here as long as it may still be pressed. What a press does is decided elsewhere.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple

from models.button import Button, Number, OneOf, OrNone, Word
from models.closing import SHOWN_OUTCOMES, UNKNOWN, Category, Organisation
from models.people import Language

MARK_LETTERS = 16
DONE = "done"
MINUTES_DIGITS = 3
STEP_LETTERS, ANSWER_LETTERS = 16, 16
Code = Annotated[str, Word(24)]  # of a question or an answer of `intake.QUESTIONS`
Page = Annotated[int, Number(2)]  # more pages than that has no list of ours


class Alone(NamedTuple):
    """A button that says nothing but what it is."""


# A newcomer's.


@dataclass(frozen=True, slots=True)
class Asked:
    """What a deletion was asked about: the conversation and its newest case, or 0, as `12:34`."""

    pattern: str = rf"{Number().pattern}:{Number().pattern}"

    def written(self, value: object) -> str:
        return str(value)

    def meant(self, text: str) -> str:
        return text


class ChosenLanguage(NamedTuple):
    language: Annotated[str, OneOf(tuple(Language))]


class Consent(NamedTuple):
    """ "own" and "shared" are a yes that says whose device it is, on the web."""

    answer: Literal["yes", "own", "shared", "no"]


class OfHeld(NamedTuple):
    answer: Literal["send", "drop"]


class Tap(NamedTuple):
    column: Code
    answer: Code


class TurnedPage(NamedTuple):
    step: Code
    page: Page


class OfStep(NamedTuple):
    step: Code


class DeletionAnswer(NamedTuple):
    answer: Literal["yes", "no"]
    about: Annotated[str, Asked()]


class StopAnswer(NamedTuple):
    answer: Literal["yes", "no"]
    case: int


class OfUnsent(NamedTuple):
    """`mark`: names the word that waits, as `intake.Draft.unsent_mark`."""

    mark: Annotated[str, Word(MARK_LETTERS)]


LANGUAGE = Button("lang:{language}", ChosenLanguage)  # staff's too
CONSENT = Button("consent:{answer}", Consent)
HELD = Button("held:{answer}", OfHeld)
TAP = Button("tap:{column}:{answer}", Tap)
MORE = Button("more:{step}:{page}", TurnedPage)
BACK = Button("back:{step}", OfStep)
STOP_ASKING = Button("stop_asking", Alone)
DELETE = Button("erase:ask", Alone)
DELETE_UNASKED = Button("erase:yes", Alone)  # stands under messages of before deletion asked
DELETE_ANSWER = Button("erase:{answer}:{about}", DeletionAnswer)
STOP_ANSWER = Button("stop:{answer}:{case}", StopAnswer)
UNSENT = Button("unsent:{mark}", OfUnsent)


# Staff's, about cases, words and themselves.


class OfCase(NamedTuple):
    case: int


class SeenCase(NamedTuple):
    """`seq`: the newest of the newcomer's words that were shown with the button."""

    case: int
    seq: int


class OfMessage(NamedTuple):
    message: int


class OfDoubt(NamedTuple):
    number: int


CLAIM = Button("claim:{case}", OfCase)
CLOSE = Button("close:{case}:{seq}", SeenCase)
RELEASE = Button("release:{case}:{seq}", SeenCase)
NOT_ADVICE_AT_ONCE = Button("noadvice:{case}:{seq}", SeenCase)  # stood beside "close" before it stood inside it
PICK = Button("pick:{case}", OfCase)
NO_SEND = Button("nosend", Alone)
REOPEN = Button("reopen:{case}", OfCase)
SEND_AGAIN = Button("resend:{message}", OfMessage)
TAKE_BACK = Button("unsend:{message}", OfMessage)
DESK = Button("desk:{case}", OfCase)
END_ALL = Button("endall", Alone)
CLOCK = Button("clock:{number}", OfDoubt)


# Staff's, while a case is closed.


class ClosingCategory(NamedTuple):
    case: int
    category: Annotated[str, OneOf((*Category, UNKNOWN))]


class NotAdviceAnswer(NamedTuple):
    case: int
    answer: Literal["yes", "back"]


class OrganisationsPage(NamedTuple):
    """`several`: whether more than one is being chosen."""

    case: int
    page: Page
    several: bool


class OneOfSeveral(NamedTuple):
    case: int
    page: Page
    organisation: Annotated[str, OneOf(tuple(Organisation))]


class ClosingOrganisation(NamedTuple):
    """DONE: those that have been chosen one by one."""

    case: int
    organisation: Annotated[str, OneOf((*Organisation, DONE, UNKNOWN))]


class ClosingOutcome(NamedTuple):
    case: int
    outcome: Annotated[str, OneOf((*SHOWN_OUTCOMES, UNKNOWN))]


class ClosingMinutes(NamedTuple):
    case: int
    minutes: Annotated[int | None, OrNone(Number(MINUTES_DIGITS), UNKNOWN)]


CLOSING_CATEGORY = Button("c:{case}:cat:{category}", ClosingCategory)
NOT_ADVICE = Button("c:{case}:not:ask", OfCase)
NOT_ADVICE_ANSWER = Button("c:{case}:not:{answer}", NotAdviceAnswer)
ORGANISATIONS_PAGE = Button("c:{case}:view:{page}.{several}", OrganisationsPage)
ADD_ORGANISATION = Button("c:{case}:add:{page}.{organisation}", OneOfSeveral)
DROP_ORGANISATION = Button("c:{case}:drop:{page}.{organisation}", OneOfSeveral)
CLOSING_ORGANISATION = Button("c:{case}:org:{organisation}", ClosingOrganisation)
CLOSING_OUTCOME = Button("c:{case}:out:{outcome}", ClosingOutcome)
CLOSING_MINUTES = Button("c:{case}:min:{minutes}", ClosingMinutes)


# Staff's, while something is put together by buttons: a row of `guided.GuidedDialogue`.


@dataclass(frozen=True, slots=True)
class AnswerCode:
    """What is answered, be it a code, a number, a day or a time; or one of the signs that stand for more than one."""

    pattern: str = rf"(?:[a-z0-9_-]{{1,{ANSWER_LETTERS}}}|[*+])"

    def written(self, value: object) -> str:
        return str(value)

    def meant(self, text: str) -> str:
        return text


Step = Annotated[str, Word(STEP_LETTERS)]


class GivenAnswer(NamedTuple):
    """`step`: the question that was asked when the button was shown."""

    dialogue: int
    step: Step
    answer: Annotated[str, AnswerCode()]


class TurnedTo(NamedTuple):
    dialogue: int
    step: Step
    page: Page


class OfDialogue(NamedTuple):
    dialogue: int


ANSWER = Button("ga:{dialogue}:{step}:{answer}", GivenAnswer)
MORE_ANSWERS = Button("gp:{dialogue}:{step}:{page}", TurnedTo)
LEAVE_DIALOGUE = Button("gl:{dialogue}", OfDialogue)
