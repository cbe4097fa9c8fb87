"""The intake dialogue: a pure state machine, whose place in each conversation is stored in the database.

Owns IntakeStep, Question, QUESTIONS, Draft and `advance`. No database, clock, language or channel: a new question
is one entry in QUESTIONS and its texts.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from hashlib import sha256

from models.button import NotAButton, Presses, follow, on
from models.buttons import (
    BACK,
    CONSENT,
    HELD,
    LANGUAGE,
    MARK_LETTERS,
    MORE,
    STOP_ASKING,
    TAP,
    Alone,
    ChosenLanguage,
    Consent,
    OfHeld,
    OfStep,
    Tap,
    TurnedPage,
)
from models.closing import Category
from models.dialogue import Act, Pressed, Said
from models.people import Language

PREFER_NOT_SAY = "prefer_not_say"
CONSENT_VERSION = 2  # goes up when what the newcomer agrees to changes its meaning: who agreed before is asked anew
WAITING_LIMIT = 12_000  # characters typed before consent: as many as a message may have after it


class IntakeStep(StrEnum):
    """Where a newcomer is in the dialogue. RESTING: nothing is asked."""

    LANGUAGE = "language"
    CONSENT = "consent"
    QUESTION = "question"
    CATEGORY = "category"
    FIRST_VISIT = "first_visit"
    GENDER = "gender"
    AGE = "age"
    SITUATION = "situation"
    RESTING = "resting"


@dataclass(frozen=True, slots=True)
class Question:
    """One optional tap: which column of the case it fills, its codes, and the step after it."""

    column: str
    options: tuple[str, ...]
    then: IntakeStep


# At most five taps, after the question has been sent; none asks what may not be asked (grounds, religion, health …).
# "Without a permit" is on purpose no button.
QUESTIONS: Mapping[IntakeStep, Question] = {
    IntakeStep.CATEGORY: Question("category", tuple(Category), IntakeStep.FIRST_VISIT),
    IntakeStep.FIRST_VISIT: Question("first_visit", ("yes", "no"), IntakeStep.GENDER),
    IntakeStep.GENDER: Question("gender", ("woman", "man", "other"), IntakeStep.AGE),
    IntakeStep.AGE: Question("age", ("under_18", "18_29", "30_64", "65_plus"), IntakeStep.SITUATION),
    IntakeStep.SITUATION: Question(
        "situation",
        (
            "asylum_seeker",
            "permit",
            "temporary_protection",
            "family_reunification",
            "quota_refugee",
            "study_work_permit",
            "eu_citizen",
            "swedish_citizen",
            "other",
        ),
        IntakeStep.RESTING,
    ),
}


@dataclass(frozen=True, slots=True)
class Draft:
    """What waits for a decision.

    `waiting_words`: typed before consent; `marks`: how they came, as `Message.marks`. `unsent`: one word with a slash
    that is no command, until its writer says that it is to be sent; `unsent_as`: the external id of the message it was.
    """

    waiting_words: str = ""
    marks: tuple[str, ...] = ()
    unsent: str = ""
    unsent_as: str = ""

    @property
    def waits(self) -> bool:
        """Whether it holds a person's words, which are not kept for long."""
        return bool(self.waiting_words or self.unsent)

    @property
    def unsent_mark(self) -> str:
        """Names the unsent word in a button, which may not hold it; empty without one."""
        return sha256(self.unsent_as.encode("utf-8", "surrogatepass")).hexdigest()[:MARK_LETTERS] if self.unsent else ""

    def to_json(self) -> str:
        kept = {_KEPT_AS.get(name, name): value for name, value in asdict(self).items()}
        return json.dumps(kept, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | None) -> "Draft":
        """As it was kept, by this version or an older one, whose drafts had more in them."""
        told = json.loads(text) if text else {}
        kept_as = {name: _KEPT_AS.get(name, name) for name in cls.__dataclass_fields__}
        known = {name: told[key] for name, key in kept_as.items() if key in told}
        return cls(**known | {"marks": tuple(told.get("marks", ()))})


_KEPT_AS = {"waiting_words": "held"}  # by this name an older version, which may run beside this one, reads it too


class Ask(StrEnum):
    """What to put to the newcomer next, beside the questions of QUESTIONS."""

    LANGUAGE = "ask_language"
    CONSENT = "ask_consent"
    CONSENT_FIRST = "ask_consent_first"
    CONSENT_ANEW = "ask_consent_anew"
    OFFER_HELD = "ask_offer_held"
    QUESTION = "ask_question"
    TAP = "ask_tap"
    DONE = "ask_done"
    LANGUAGE_CHANGED = "language_changed"


@dataclass(frozen=True, slots=True)
class Turn:
    """What one act leads to. Only what changed is set.

    `page`: of a long list of answers, the one to be shown. `submit`: words that become the question, and `marks`, how
    they came. `answer`: a column of the case and its code. `agreed`: consent given (True) or refused (False).
    `stale`: the button belongs to something that has passed.
    """

    step: IntakeStep
    draft: Draft
    ask: Ask | None = None
    page: int | None = None
    submit: str | None = None
    marks: tuple[str, ...] = ()
    answer: tuple[str, str] | None = None
    agreed: bool | None = None
    language: Language | None = None
    stale: bool = False


def advance(step: IntakeStep, draft: Draft, act: Act) -> Turn:
    """The turn that `act` leads to from `step`. Never raises: words that fit nowhere show the current question again,
    a press that does is `stale` and asks nothing."""
    here = Turn(step, draft)
    match act:
        case Said() as said:
            return _said(here, said)
        case Pressed(code=code):
            return _pressed(here, code)
        case _:
            return ask_again(here)


def ask_again(turn: Turn) -> Turn:
    """The same place, with its question put once more."""
    match turn.step:
        case IntakeStep.LANGUAGE:
            return replace(turn, ask=Ask.LANGUAGE)
        case IntakeStep.CONSENT:
            return replace(turn, ask=Ask.CONSENT)
        case IntakeStep.QUESTION:
            return replace(turn, ask=Ask.OFFER_HELD if turn.draft.waiting_words else Ask.QUESTION)
        case IntakeStep.RESTING:
            return turn
        case _:
            return replace(turn, ask=Ask.TAP)


def wait_for_consent(step: IntakeStep, draft: Draft, said: Said) -> Turn:
    """The turn of a new question whose writer agreed to an older statement: it waits until they agree to today's."""
    asked = Ask.CONSENT_FIRST if step == IntakeStep.CONSENT else Ask.CONSENT_ANEW
    return Turn(IntakeStep.CONSENT, _with(draft, said), ask=asked)


def keep_waiting(draft: Draft) -> Turn:
    """As `wait_for_consent`, of words that wait already."""
    return Turn(IntakeStep.CONSENT, draft, ask=Ask.CONSENT_ANEW)


def _said(here: Turn, said: Said) -> Turn:
    if here.step == IntakeStep.LANGUAGE:
        return replace(here, draft=_with(here.draft, said), ask=Ask.LANGUAGE)
    if here.step == IntakeStep.CONSENT:
        return replace(here, draft=_with(here.draft, said), ask=Ask.CONSENT_FIRST)
    return _submitted(here, said.text, said.marks)


def _submitted(here: Turn, text: str, marks: tuple[str, ...]) -> Turn:
    first = IntakeStep.CATEGORY
    return replace(here, step=first, submit=text, marks=marks, ask=Ask.TAP)


def _with(draft: Draft, said: Said) -> Draft:
    joined = f"{draft.waiting_words}\n{said.text}" if draft.waiting_words else said.text
    new = tuple(mark for mark in said.marks if mark not in draft.marks)
    return replace(draft, waiting_words=joined[:WAITING_LIMIT], marks=draft.marks + new)


def _pressed(here: Turn, code: str) -> Turn:
    try:
        return follow(_PRESSES, here, code)
    except NotAButton:
        return _passed(here)


def _passed(here: Turn) -> Turn:
    return replace(here, stale=True)


def _chose_language(here: Turn, chosen: ChosenLanguage) -> Turn:
    language = Language(chosen.language)
    if here.step == IntakeStep.LANGUAGE:
        return replace(here, step=IntakeStep.CONSENT, language=language, ask=Ask.CONSENT)
    again = ask_again(here)
    return replace(again, language=language, ask=again.ask or Ask.LANGUAGE_CHANGED)


def _answered_consent(here: Turn, consent: Consent) -> Turn:
    if here.step != IntakeStep.CONSENT:
        return _passed(here)
    if consent.answer == "no":
        return replace(here, draft=Draft(), agreed=False)
    ask = Ask.OFFER_HELD if here.draft.waiting_words else Ask.QUESTION
    return replace(here, step=IntakeStep.QUESTION, agreed=True, ask=ask)


def _answered_waiting(here: Turn, waiting: OfHeld) -> Turn:
    words, marks = here.draft.waiting_words, here.draft.marks
    if not words or here.step in (IntakeStep.LANGUAGE, IntakeStep.CONSENT):
        return _passed(here)
    emptied = replace(here, draft=replace(here.draft, waiting_words="", marks=()))
    if waiting.answer == "send":
        return _submitted(emptied, words, marks)
    return ask_again(emptied)


def _tapped(here: Turn, tap: Tap) -> Turn:
    question = QUESTIONS.get(here.step)
    if question is None or tap.column != question.column or tap.answer not in (*question.options, PREFER_NOT_SAY):
        return _passed(here)  # pressed twice, or too late: the message asks something else by now
    moved = replace(here, step=question.then, answer=(tap.column, tap.answer))
    return replace(moved, ask=Ask.DONE) if question.then == IntakeStep.RESTING else ask_again(moved)


def _paged(here: Turn, turned: TurnedPage) -> Turn:
    if turned.step != here.step or here.step not in QUESTIONS:
        return _passed(here)
    return replace(here, ask=Ask.TAP, page=turned.page)


def _went_back(here: Turn, left: OfStep) -> Turn:
    earlier = next((one for one, question in QUESTIONS.items() if question.then == here.step), None)
    if left.step != here.step or earlier is None:
        return _passed(here)
    return ask_again(replace(here, step=earlier))


def _stopped_asking(here: Turn, _: Alone) -> Turn:
    if here.step not in QUESTIONS:
        return _passed(here)
    return replace(here, step=IntakeStep.RESTING, ask=Ask.DONE)


_PRESSES: Presses[Turn, Turn] = dict(
    (
        on(LANGUAGE, _chose_language),
        on(CONSENT, _answered_consent),
        on(HELD, _answered_waiting),
        on(TAP, _tapped),
        on(MORE, _paged),
        on(BACK, _went_back),
        on(STOP_ASKING, _stopped_asking),
    )
)
