"""What a coordinator is asked while a shift is put together by buttons.

It must not load rows, nor decide what is asked: `models/shift_dialogue.py` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, ClassVar

from bot.hours.phrases import place_name, short_name
from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of
from bot.language.textshape import LONGEST_BUTTON
from bot.places.told import PlaceTold
from models.buttons import ANSWER, LEAVE_DIALOGUE, MORE_ANSWERS
from models.buttons_hours import written
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.saying import Clock, Like
from models.shift_dialogue import Step

DAYS_IN_A_ROW, TIMES_IN_A_ROW = 2, 4
Rows = tuple[tuple[Choice, ...], ...]


@dataclass(frozen=True, kw_only=True)
class ShiftAsk(ToStaff):
    """The next question about a new shift, under what has been chosen so far. `choices`, `days`, `times`, `numbers`:
    what may be answered; `next_page`: of further answers."""

    kind: ClassVar = Notice.SHIFT_ASK
    dialogue: int
    step: Step
    at: tuple[PlaceTold, ...] = ()
    day: date | None = None
    starts: Clock | None = None
    ends: Clock | None = None
    choices: tuple[PlaceTold, ...] = ()
    days: tuple[date, ...] = ()
    times: tuple[Clock, ...] = ()
    numbers: tuple[Annotated[int, Like((2,))], ...] = ()
    next_page: int | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = lines(words("shift_new"), _so_far(words, self), words(f"shift_which_{self.step}"))
        more = [] if self.next_page is None else [self._more(words)]
        leave = Choice(LEAVE_DIALOGUE.code(self.dialogue), words("hours_leave"))
        return Prompt(text, (*_choices(words, self), (*more, leave)))

    def _more(self, words: Words) -> Choice:
        label = words("hours_more_days" if self.step == Step.DAY else "more_choices")
        return Choice(MORE_ANSWERS.code(self.dialogue, self.step, self.next_page or 0), label)

    def answer(self, answer: str | int | date | time, label: str) -> Choice:
        """The button that gives this answer."""
        return Choice(ANSWER.code(self.dialogue, self.step, written(answer)), label)


@dataclass(frozen=True, kw_only=True)
class ShiftNotMade(OneSentence, ToStaff):
    """The dialogue was left, and no shift was made."""

    kind: ClassVar = Notice.SHIFT_NOT_MADE
    sentence: ClassVar = "shift_not_made"


def _so_far(words: Words, asked: ShiftAsk) -> str:
    places = [place_name(words, one) for one in asked.at]
    day = [words.day(asked.day)] if asked.day else []
    times: list[Plain] = []
    if asked.starts and asked.ends:
        times = [words.time_range(asked.starts, asked.ends)]
    elif asked.starts:
        times = [words("hours_from_time", time=words.time(asked.starts))]
    return " · ".join((*places, *day, *times))


def _choices(words: Words, asked: ShiftAsk) -> Rows:
    match asked.step:
        case Step.PLACE:
            return rows_of(*(asked.answer(one.code, short_name(words, one, LONGEST_BUTTON)) for one in asked.choices))
        case Step.DAY:
            return _in_rows([asked.answer(day, words.short_day(day)) for day in asked.days], DAYS_IN_A_ROW)
        case Step.NEEDED:
            return _in_rows([asked.answer(n, words("shift_people", n=n)) for n in asked.numbers], DAYS_IN_A_ROW)
        case _:
            return _in_rows([asked.answer(one, words.time(one)) for one in asked.times], TIMES_IN_A_ROW)


def _in_rows(choices: Sequence[Choice], width: int) -> Rows:
    return tuple(tuple(choices[at : at + width]) for at in range(0, len(choices), width))
