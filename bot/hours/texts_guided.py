"""What a coordinator is asked while a change of the hours is put together by buttons.

Same shape as `texts_staff.py`, which takes its table in. It must not load rows, nor decide what is asked:
`typed/buttons.py` does.
"""

from collections.abc import Mapping, Sequence
from datetime import date, time

from bot.hours.phrases import Told, place_name, times_text
from bot.hours.typed.buttons import OFFERED_REASONS
from bot.language import dates
from bot.language.i18n import Ltr, Plain, Words
from bot.language.parts import Facts, Teller, lines, rows_of
from models.buttons_hours import EVERYWHERE, LEAVE, NOTHING, answered
from models.dialogue import Choice, Prompt
from models.hours import Reason
from models.hours_change import Verb
from models.outbox import Notice

DAYS_IN_A_ROW, TIMES_IN_A_ROW = 2, 4
Rows = tuple[tuple[Choice, ...], ...]

_TITLES = {
    Verb.WEEKLY: "hours_do_weekly", Verb.CLOSE: "hours_do_close", Verb.TIMES: "hours_do_times",
    Verb.EXTRA: "hours_do_extra", Verb.USUAL: "hours_do_usual",
}  # fmt: skip
_QUESTIONS = {
    "place": "hours_which_place", "weekday": "hours_which_weekday", "day": "hours_which_day",
    "opens": "hours_opens_when", "closes": "hours_closes_when", "reason": "hours_which_reason",
    "since": "hours_since_when",
}  # fmt: skip
_REASONS = {
    Reason.HOLIDAY: "reason_holiday", Reason.ILLNESS: "reason_illness",
    Reason.LIBRARY_CLOSED: "reason_library_closed", Reason.MOVED: "reason_moved",
}  # fmt: skip
_SINCE = ("hours_from_today", "hours_from_next_week", "hours_from_next_month")


def _ask(words: Words, params: Told, _facts: Facts) -> Prompt:
    step = str(params["step"])
    text = lines(words(_TITLES[Verb(str(params["verb"]))]), _so_far(words, params), words(_QUESTIONS[step]))
    more = str(params.get("more") or "")
    turn = (Choice(more, words("hours_more_days" if step == "day" else "more_choices")),) if more else ()
    again = str(params.get("again") or "")
    rows = (*_choices(words, step, params), *rows_of(*([Choice(again, words("hours_another_span"))] if again else [])))
    return Prompt(text, (*rows, (*turn, Choice(LEAVE.code(), words("hours_leave")))))


def _so_far(words: Words, params: Told) -> str:
    places = [words("hours_all_places")] if params["all_places"] else [place_name(words, one) for one in params["at"]]
    weekday = [dates.weekday(params["weekday"], words.language)] if params["weekday"] is not None else []
    day = [words.day(date.fromisoformat(params["day"]))] if params["day"] else []
    times = [times_text(words, params["spans"])] if params["spans"] or params["is_closed"] else []
    opens = [words("hours_from_time", time=Ltr(params["opens"]))] if params["opens"] else []
    return " · ".join((*places, *weekday, *day, *times, *opens))


def _choices(words: Words, step: str, params: Told) -> Rows:
    code = str(params["code"])
    match step:
        case "place":
            named = [Choice(answered(code, one["code"]), place_name(words, one)) for one in params["choices"]]
            everywhere = [Choice(answered(code, EVERYWHERE), words("hours_all_places"))] if params["everywhere"] else []
            return rows_of(*named, *everywhere)
        case "weekday":
            return rows_of(*(Choice(answered(code, n), Plain(dates.weekday(n, words.language))) for n in range(7)))
        case "day":
            days = [date.fromisoformat(day) for day in params["days"]]
            return _in_rows([Choice(answered(code, day), _short_day(words, day)) for day in days], DAYS_IN_A_ROW)
        case "reason":
            named = [Choice(answered(code, reason), words(_REASONS[reason])) for reason in OFFERED_REASONS]
            return rows_of(*named, Choice(answered(code, NOTHING), words("hours_no_reason")))
        case "since":
            days = [date.fromisoformat(day) for day in params["days"]]
            labels = (words(key, day=_short_day(words, day)) for key, day in zip(_SINCE, days, strict=True))
            return rows_of(*(Choice(answered(code, day), label) for day, label in zip(days, labels, strict=True)))
        case _:
            times = [Choice(answered(code, time.fromisoformat(one)), Ltr(one)) for one in params["times"]]
            closed = (
                [Choice(answered(code, NOTHING), words("hours_closed_that_day"))] if params.get("may_close") else []
            )
            return (*_in_rows(times, TIMES_IN_A_ROW), *rows_of(*closed))


def _short_day(words: Words, day: date) -> Plain:
    """A day on a button: "ons 23/12"."""
    return Plain(f"{dates.weekday(day.weekday(), words.language)[:3]} {day.day}/{day.month}")


def _in_rows(choices: Sequence[Choice], width: int) -> Rows:
    return tuple(tuple(choices[at : at + width]) for at in range(0, len(choices), width))


TELLERS: Mapping[Notice, Teller] = {Notice.HOURS_ASK: _ask}
