"""What a coordinator is asked before somebody is invited: which languages they speak. A pure state machine.

Where a dialogue stands is a row of `dialogues`. Owns Step, Draft and `advance`. The name is a word, and so no answer
here: the last step waits for it. No database, clock, language or channel.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from models.drafted import Drafted

DONE, DROPS = "done", "-"  # stands before a language that is taken away again: a press told twice does nothing twice


class Step(StrEnum):
    """What is asked. NAME: nothing more; the reader writes it."""

    SPEAKS = "speaks"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Draft(Drafted):
    """The languages that have been chosen, as codes."""

    speaks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """What a press leads to. `stale`: nothing has changed, since nobody was offered that."""

    step: Step
    draft: Draft
    stale: bool = False


def begin() -> Turn:
    """A dialogue in which nothing has been chosen yet."""
    return Turn(Step.SPEAKS, Draft())


def advance(step: Step, draft: Draft, answer: str, spoken: tuple[str, ...]) -> Turn:
    """The turn that the press with this answer leads to. Never raises: what was not offered is `stale`."""
    if step == Step.SPEAKS:
        if answer == DONE and draft.speaks:
            return Turn(Step.NAME, draft)
        if answer in spoken and answer not in draft.speaks:
            chosen = {*draft.speaks, answer}
            return Turn(step, replace(draft, speaks=tuple(code for code in spoken if code in chosen)))
        dropped = answer.removeprefix(DROPS)
        if answer != dropped and dropped in draft.speaks:
            return Turn(step, replace(draft, speaks=tuple(code for code in draft.speaks if code != dropped)))
    return Turn(step, draft, stale=True)
