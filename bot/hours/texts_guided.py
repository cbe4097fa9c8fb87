"""What a coordinator is asked while a change of the hours is put together by buttons.

It must not load rows, nor decide what is asked: `models/hours_dialogue.py` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import ClassVar

from bot.hours.phrases import place_name, short_name, times_text
from bot.hours.told import Weekday
from bot.language import dates
from bot.language.i18n import Foreign, Plain, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of
from bot.language.textshape import LONGEST_BUTTON
from bot.places.told import PlaceTold
from models.buttons import ANSWER, LEAVE_DIALOGUE, MORE_ANSWERS
from models.buttons_hours import AND, EVERYWHERE, LEAVE, NOTHING, written
from models.dialogue import Choice, Prompt
from models.hours_change import Verb
from models.hours_dialogue import OFFERED_REASONS, Step
from models.notice import Notice
from models.saying import Clock, Span

DAYS_IN_A_ROW, TIMES_IN_A_ROW = 2, 4
Rows = tuple[tuple[Choice, ...], ...]

_TITLES: Mapping[Verb, str] = {
    Verb.WEEKLY: "hours_do_weekly", Verb.CLOSE: "hours_do_close", Verb.TIMES: "hours_do_times",
    Verb.EXTRA: "hours_do_extra", Verb.USUAL: "hours_do_usual",
}  # fmt: skip
_QUESTIONS: Mapping[Step, str] = {
    Step.PLACE: "hours_which_place", Step.WEEKDAY: "hours_which_weekday", Step.DAY: "hours_which_day",
    Step.OPENS: "hours_opens_when", Step.CLOSES: "hours_closes_when", Step.OPENS_AGAIN: "hours_opens_when",
    Step.CLOSES_AGAIN: "hours_closes_when", Step.REASON: "hours_which_reason", Step.SINCE: "hours_since_when",
}  # fmt: skip
_SINCE = ("hours_from_today", "hours_from_next_week", "hours_from_next_month")


@dataclass(frozen=True, kw_only=True)
class HoursAsk(ToStaff):
    """The next question about a change, under what has been chosen so far.

    `all_places`: chosen instead of those in `at`; `is_closed`: instead of `spans`. `choices`, `everywhere`, `days`,
    `times`, `may_close`: what may be answered. `may_add`: one more stretch of time. `next_page`: of further answers.
    `code`, `more`, `again`: of rows of version 0.1.0, whose buttons held everything that had been chosen: what an
    answer's own code is put after, and the codes of further answers and of one more stretch.
    """

    kind: ClassVar = Notice.HOURS_ASK
    verb: Verb
    step: Step
    dialogue: int = 0
    at: tuple[PlaceTold, ...] = ()
    all_places: bool = False
    weekday: Weekday | None = None
    day: date | None = None
    spans: tuple[Span, ...] = ()
    is_closed: bool = False
    opens: Clock | None = None
    choices: tuple[PlaceTold, ...] = ()
    everywhere: bool = False
    days: tuple[date, ...] = ()
    times: tuple[Clock, ...] = ()
    may_close: bool = False
    may_add: bool = False
    next_page: int | None = None
    code: str = ""
    more: str = ""
    again: str = ""

    @classmethod
    def from_first(cls, row: Mapping[str, object]) -> Mapping[str, object]:
        """What had not been chosen was an empty text there."""
        return {name: value for name, value in row.items() if value != ""}

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = lines(words(_TITLES[self.verb]), _so_far(words, self), words(_QUESTIONS[self.step]))
        further = words("hours_more_days" if self.step == Step.DAY else "more_choices")
        turn = [Choice(code, further) for code in self._codes_of_more()]
        again = [Choice(code, words("hours_another_span")) for code in self._codes_of_again()]
        leave = LEAVE.code() if self.code else LEAVE_DIALOGUE.code(self.dialogue)
        rows = (*_choices(words, self), *rows_of(*again), (*turn, Choice(leave, words("hours_leave"))))
        return Prompt(text, rows)

    def answer(self, answer: str | int | date | time, label: str) -> Choice:
        """The button that gives this answer."""
        if self.code:
            return Choice(f"{self.code}{written(answer)}", label)
        return Choice(ANSWER.code(self.dialogue, self.step, written(answer)), label)

    def _codes_of_more(self) -> list[str]:
        if self.next_page is None:
            return [self.more] if self.more else []
        return [MORE_ANSWERS.code(self.dialogue, self.step, self.next_page)]

    def _codes_of_again(self) -> list[str]:
        if not self.may_add:
            return [self.again] if self.again else []
        return [ANSWER.code(self.dialogue, self.step, AND)]


def _so_far(words: Words, asked: HoursAsk) -> str:
    places = [words("hours_all_places")] if asked.all_places else [place_name(words, one) for one in asked.at]
    weekday = [] if asked.weekday is None else [dates.weekday(asked.weekday, words.language)]
    day = [words.day(asked.day)] if asked.day else []
    times = [times_text(words, asked.spans)] if asked.spans or asked.is_closed else []
    opens = [words("hours_from_time", time=words.time(asked.opens))] if asked.opens else []
    return " · ".join((*places, *weekday, *day, *times, *opens))


def _choices(words: Words, asked: HoursAsk) -> Rows:
    match asked.step:
        case Step.PLACE:
            named = [asked.answer(one.code, _on_a_button(words, one)) for one in asked.choices]
            return rows_of(*named, *([asked.answer(EVERYWHERE, words("hours_all_places"))] if asked.everywhere else []))
        case Step.WEEKDAY:
            return rows_of(*(asked.answer(n, Plain(dates.weekday(n, words.language))) for n in range(7)))
        case Step.DAY:
            return _in_rows([asked.answer(day, words.short_day(day)) for day in asked.days], DAYS_IN_A_ROW)
        case Step.REASON:
            named = [asked.answer(reason, words(f"reason_{reason}")) for reason in OFFERED_REASONS]
            return rows_of(*named, asked.answer(NOTHING, words("hours_no_reason")))
        case Step.SINCE:
            labels = (words(key, day=words.short_day(day)) for key, day in zip(_SINCE, asked.days, strict=True))
            return rows_of(*(asked.answer(day, label) for day, label in zip(asked.days, labels, strict=True)))
        case _:
            times = [asked.answer(one, words.time(one)) for one in asked.times]
            closed = [asked.answer(NOTHING, words("hours_closed_that_day"))] if asked.may_close else []
            return (*_in_rows(times, TIMES_IN_A_ROW), *rows_of(*closed))


def _on_a_button(words: Words, place: PlaceTold) -> Plain | Foreign:
    name = place_name(words, place)
    return name if len(name) <= LONGEST_BUTTON else short_name(words, place, LONGEST_BUTTON)


def _in_rows(choices: Sequence[Choice], width: int) -> Rows:
    return tuple(tuple(choices[at : at + width]) for at in range(0, len(choices), width))
