"""What a coordinator is asked while a shift, a line of the usual week or a term is put together by buttons.

It must not load rows, nor decide what is asked: `models/shift_dialogue.py` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Annotated, ClassVar

from bot.hours.phrases import place_name, short_name
from bot.hours.told import Weekday
from bot.language import dates
from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, OneSentence, ToStaff, lines, rows_of
from bot.language.textshape import LONGEST_BUTTON
from bot.places.told import PlaceTold
from models.buttons import ANSWER, LEAVE_DIALOGUE, MORE_ANSWERS
from models.buttons_hours import written
from models.dialogue import Choice, Prompt
from models.outbox import Notice
from models.saying import Clock, Like
from models.shift_dialogue import Plan, Step, last_day

DAYS_IN_A_ROW, TIMES_IN_A_ROW = 2, 4
Rows = tuple[tuple[Choice, ...], ...]
_TITLES = {Plan.SHIFT: "shift_new", Plan.LINE: "week_line_new", Plan.TERM: "term_new"}


@dataclass(frozen=True, kw_only=True)
class ShiftAsk(ToStaff):
    """The next question about what is `plan`ned, under what has been chosen so far. `choices`, `days`, `times`,
    `numbers`: what may be answered; `next_page`: of further answers."""

    kind: ClassVar = Notice.SHIFT_ASK
    dialogue: int
    step: Step
    at: tuple[PlaceTold, ...] = ()
    plan: Plan = Plan.SHIFT
    day: date | None = None
    weekday: Weekday | None = None
    starts: Clock | None = None
    ends: Clock | None = None
    choices: tuple[PlaceTold, ...] = ()
    days: tuple[date, ...] = ()
    times: tuple[Clock, ...] = ()
    numbers: tuple[Annotated[int, Like((2,))], ...] = ()
    next_page: int | None = None

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = lines(words(_TITLES[self.plan]), _so_far(words, self), words(f"shift_which_{self.step}"))
        more = [] if self.next_page is None else [self._more(words)]
        leave = Choice(LEAVE_DIALOGUE.code(self.dialogue), words("hours_leave"))
        return Prompt(text, (*_choices(words, self), (*more, leave)))

    def _more(self, words: Words) -> Choice:
        label = words("hours_more_days" if self.step in (Step.DAY, Step.FIRST) else "more_choices")
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
    weekday = [] if asked.weekday is None else [Plain(dates.weekday(asked.weekday, words.language))]
    times: list[Plain] = []
    if asked.starts and asked.ends:
        times = [words.time_range(asked.starts, asked.ends)]
    elif asked.starts:
        times = [words("hours_from_time", time=words.time(asked.starts))]
    return " · ".join((*places, *day, *weekday, *times))


def _choices(words: Words, asked: ShiftAsk) -> Rows:
    match asked.step:
        case Step.PLACE:
            return rows_of(*(asked.answer(one.code, short_name(words, one, LONGEST_BUTTON)) for one in asked.choices))
        case Step.WEEKDAY:
            return rows_of(*(asked.answer(n, Plain(dates.weekday(n, words.language))) for n in asked.numbers))
        case Step.WEEKS:
            return _in_rows([_weeks(words, asked, n) for n in asked.numbers], DAYS_IN_A_ROW)
        case Step.DAY | Step.FIRST:
            return _in_rows([asked.answer(day, words.short_day(day)) for day in asked.days], DAYS_IN_A_ROW)
        case Step.NEEDED:
            return _in_rows([asked.answer(n, words("shift_people", n=n)) for n in asked.numbers], DAYS_IN_A_ROW)
        case _:
            return _in_rows([asked.answer(one, words.time(one)) for one in asked.times], TIMES_IN_A_ROW)


def _weeks(words: Words, asked: ShiftAsk, n: int) -> Choice:
    assert asked.day is not None
    return asked.answer(n, words("term_weeks", n=n, last=words.short_day(last_day(asked.day, n))))


def _in_rows(choices: Sequence[Choice], width: int) -> Rows:
    return tuple(tuple(choices[at : at + width]) for at in range(0, len(choices), width))
