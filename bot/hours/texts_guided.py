"""What a coordinator is asked while a change of the hours is put together by buttons.

It must not load rows, nor decide what is asked: `typed/buttons.py` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from bot.hours.phrases import place_name, times_text
from bot.hours.told import Weekday
from bot.language import dates
from bot.language.i18n import Plain, Words
from bot.language.parts import Facts, ToStaff, lines, rows_of
from bot.places.told import PlaceTold
from models.buttons_hours import EVERYWHERE, LEAVE, NOTHING, answered
from models.dialogue import Choice, Prompt
from models.hours import Reason
from models.hours_change import Verb
from models.outbox import Notice
from models.saying import Clock, Span

Step = Literal["place", "weekday", "day", "opens", "closes", "reason", "since"]
DAYS_IN_A_ROW, TIMES_IN_A_ROW = 2, 4
Rows = tuple[tuple[Choice, ...], ...]

_TITLES: Mapping[Verb, str] = {
    Verb.WEEKLY: "hours_do_weekly", Verb.CLOSE: "hours_do_close", Verb.TIMES: "hours_do_times",
    Verb.EXTRA: "hours_do_extra", Verb.USUAL: "hours_do_usual",
}  # fmt: skip
_QUESTIONS: Mapping[Step, str] = {
    "place": "hours_which_place", "weekday": "hours_which_weekday", "day": "hours_which_day",
    "opens": "hours_opens_when", "closes": "hours_closes_when", "reason": "hours_which_reason",
    "since": "hours_since_when",
}  # fmt: skip
OFFERED_REASONS: Mapping[Reason, str] = {
    Reason.HOLIDAY: "reason_holiday", Reason.ILLNESS: "reason_illness",
    Reason.LIBRARY_CLOSED: "reason_library_closed", Reason.MOVED: "reason_moved",
}  # fmt: skip
_SINCE = ("hours_from_today", "hours_from_next_week", "hours_from_next_month")


@dataclass(frozen=True, kw_only=True)
class HoursAsk(ToStaff):
    """The next question about a change, under what has been chosen so far.

    `code`: what an answer's own code is put after. `all_places`: chosen instead of those in `at`; `is_closed`: instead
    of `spans`. `choices`, `everywhere`, `days`, `times`, `may_close`: what may be answered. `more`, `again`: the codes
    of further choices and of one more stretch of time; empty where there is none.
    """

    kind: ClassVar = Notice.HOURS_ASK
    verb: Verb
    step: Step
    code: str
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
    more: str = ""
    again: str = ""

    @classmethod
    def from_first(cls, row: Mapping[str, object]) -> Mapping[str, object]:
        """What had not been chosen was an empty text there."""
        return {name: value for name, value in row.items() if value != ""}

    def said(self, words: Words, _facts: Facts) -> Prompt:
        text = lines(words(_TITLES[self.verb]), _so_far(words, self), words(_QUESTIONS[self.step]))
        further = words("hours_more_days" if self.step == "day" else "more_choices")
        turn = (Choice(self.more, further),) if self.more else ()
        again = rows_of(Choice(self.again, words("hours_another_span"))) if self.again else ()
        return Prompt(text, (*_choices(words, self), *again, (*turn, Choice(LEAVE.code(), words("hours_leave")))))


def _so_far(words: Words, asked: HoursAsk) -> str:
    places = [words("hours_all_places")] if asked.all_places else [place_name(words, one) for one in asked.at]
    weekday = [] if asked.weekday is None else [dates.weekday(asked.weekday, words.language)]
    day = [words.day(asked.day)] if asked.day else []
    times = [times_text(words, asked.spans)] if asked.spans or asked.is_closed else []
    opens = [words("hours_from_time", time=words.time(asked.opens))] if asked.opens else []
    return " · ".join((*places, *weekday, *day, *times, *opens))


def _choices(words: Words, asked: HoursAsk) -> Rows:
    code = asked.code
    match asked.step:
        case "place":
            named = [Choice(answered(code, one.code), place_name(words, one)) for one in asked.choices]
            everywhere = [Choice(answered(code, EVERYWHERE), words("hours_all_places"))] if asked.everywhere else []
            return rows_of(*named, *everywhere)
        case "weekday":
            return rows_of(*(Choice(answered(code, n), Plain(dates.weekday(n, words.language))) for n in range(7)))
        case "day":
            days = [Choice(answered(code, day), _short_day(words, day)) for day in asked.days]
            return _in_rows(days, DAYS_IN_A_ROW)
        case "reason":
            named = [Choice(answered(code, reason), words(key)) for reason, key in OFFERED_REASONS.items()]
            return rows_of(*named, Choice(answered(code, NOTHING), words("hours_no_reason")))
        case "since":
            labels = (words(key, day=_short_day(words, day)) for key, day in zip(_SINCE, asked.days, strict=True))
            return rows_of(*(Choice(answered(code, day), label) for day, label in zip(asked.days, labels, strict=True)))
        case _:
            times = [Choice(answered(code, one), words.time(one)) for one in asked.times]
            closed = [Choice(answered(code, NOTHING), words("hours_closed_that_day"))] if asked.may_close else []
            return (*_in_rows(times, TIMES_IN_A_ROW), *rows_of(*closed))


def _short_day(words: Words, day: date) -> Plain:
    """A day on a button: "ons 23/12"."""
    return Plain(f"{dates.weekday(day.weekday(), words.language)[:3]} {day.day}/{day.month}")


def _in_rows(choices: Sequence[Choice], width: int) -> Rows:
    return tuple(tuple(choices[at : at + width]) for at in range(0, len(choices), width))
