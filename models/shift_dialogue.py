"""What a coordinator is asked while a shift, a line of the usual week or a term is put together by buttons: a pure
state machine.

Where a dialogue stands is a row of `dialogues`. Owns Plan, Step, Draft and `advance`; a new question is one entry in
ORDER, its answers and its text. No database, clock, language or channel.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum

from models.button import Day, NotAButton, Number, TimeOfDay, read_as
from models.drafted import Drafted
from models.hours_dialogue import DAYS_ON_A_SCREEN, PLACES_ON_A_SCREEN, SCREENS_OF_DAYS
from models.saying import Clock


class Plan(StrEnum):
    """What is put together."""

    SHIFT = "shift"
    LINE = "line"
    TERM = "term"


class Step(StrEnum):
    """What is asked: of a shift five presses, and the command before them."""

    PLACE = "place"
    DAY = "day"
    WEEKDAY = "weekday"
    STARTS = "starts"
    ENDS = "ends"
    NEEDED = "needed"
    FIRST = "first"
    WEEKS = "weeks"


ORDER: Mapping[Plan, tuple[Step, ...]] = {
    Plan.SHIFT: (Step.PLACE, Step.DAY, Step.STARTS, Step.ENDS, Step.NEEDED),
    Plan.LINE: (Step.PLACE, Step.WEEKDAY, Step.STARTS, Step.ENDS, Step.NEEDED),
    Plan.TERM: (Step.FIRST, Step.WEEKS),
}
STARTS = tuple(time(8 + n // 2, n % 2 * 30) for n in range(25))  # 08:00 to 20:00; the night is typed
ENDS = (*STARTS, time(20, 30), time(21), time(21, 30), time(22))
MOST_OFFERED = 4  # of a shift's places
WEEKS = (2, 4, 8, 10, 12, 16, 18, 20, 22, 24)  # of a term; the longest stays below `LONGEST_TERM`
MONDAYS_ON_A_SCREEN, SCREENS_OF_MONDAYS = 8, 4
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Draft(Drafted):
    """What has been chosen. `place`: a code. `day`: a shift's, or the first of a term. `weekday`: Monday = 0."""

    plan: Plan = Plan.SHIFT
    place: str = ""
    day: date | None = None
    weekday: int | None = None
    starts: Clock | None = None
    ends: Clock | None = None
    needed: int = 0
    weeks: int = 0

    @property
    def last(self) -> date:
        """The last day of the term."""
        assert self.day is not None
        return last_day(self.day, self.weeks)


@dataclass(frozen=True, slots=True)
class Question:
    """What may be answered. `next_page`: of a list that does not fit on a screen."""

    places: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    numbers: tuple[int, ...] = ()
    next_page: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a press leads to. `step`: what is asked next; None once everything has been chosen. `stale`: nothing has
    changed, since nobody was offered that."""

    step: Step | None
    draft: Draft
    stale: bool = False


class _Passed(Exception):
    """Nobody is offered this answer."""


def begin(plan: Plan = Plan.SHIFT) -> Turn:
    """A dialogue in which nothing has been chosen yet."""
    return Turn(ORDER[plan][0], Draft(plan))


def last_day(first: date, weeks: int) -> date:
    """The last day of so many weeks."""
    return first + weeks * A_WEEK - timedelta(days=1)


def advance(step: Step, draft: Draft, answer: str, places: tuple[str, ...], today: date) -> Turn:
    """The turn that the press with this answer leads to. Never raises: what was not offered is `stale`."""
    order = ORDER[draft.plan]
    try:
        chosen = _ANSWERS[step](draft, answer, places, today)
    except (_Passed, NotAButton):
        return Turn(step, draft, stale=True)
    following = order.index(step) + 1
    return Turn(order[following] if following < len(order) else None, chosen)


def question(step: Step, draft: Draft, places: tuple[str, ...], today: date, page: int = 0) -> Question:
    """What may be answered at this step, on this page of it."""
    match step:
        case Step.PLACE:
            pages = -(-len(places) // PLACES_ON_A_SCREEN) or 1
            at = page % pages * PLACES_ON_A_SCREEN
            following = (page + 1) % pages if pages > 1 else None
            return Question(places=places[at : at + PLACES_ON_A_SCREEN], next_page=following)
        case Step.DAY:
            shown = page % SCREENS_OF_DAYS
            first = today + timedelta(days=shown * DAYS_ON_A_SCREEN)
            days = tuple(first + timedelta(days=n) for n in range(DAYS_ON_A_SCREEN))
            return Question(days=days, next_page=(shown + 1) % SCREENS_OF_DAYS)
        case Step.WEEKDAY:
            return Question(numbers=tuple(range(7)))
        case Step.FIRST:
            shown = page % SCREENS_OF_MONDAYS
            first = _monday(today) + shown * MONDAYS_ON_A_SCREEN * A_WEEK
            days = tuple(first + n * A_WEEK for n in range(MONDAYS_ON_A_SCREEN))
            return Question(days=days, next_page=(shown + 1) % SCREENS_OF_MONDAYS)
        case Step.WEEKS:
            return Question(numbers=WEEKS)
        case Step.STARTS:
            return Question(times=STARTS)
        case Step.ENDS:
            return Question(times=_ends(draft))
        case Step.NEEDED:
            return Question(numbers=tuple(range(1, MOST_OFFERED + 1)))


def _place(draft: Draft, answer: str, places: tuple[str, ...], _today: date) -> Draft:
    _require(answer in places)
    return replace(draft, place=answer)


def _day(draft: Draft, answer: str, _places: tuple[str, ...], today: date) -> Draft:
    day = read_as(Day(), answer)
    _require(today <= day <= today + timedelta(days=DAYS_ON_A_SCREEN * SCREENS_OF_DAYS))
    return replace(draft, day=day)


def _weekday(draft: Draft, answer: str, _places: tuple[str, ...], _today: date) -> Draft:
    weekday = read_as(Number(1), answer)
    _require(weekday in range(7))
    return replace(draft, weekday=weekday)


def _first(draft: Draft, answer: str, _places: tuple[str, ...], today: date) -> Draft:
    day = read_as(Day(), answer)
    _require(today <= day < _monday(today) + SCREENS_OF_MONDAYS * MONDAYS_ON_A_SCREEN * A_WEEK and not day.weekday())
    return replace(draft, day=day)


def _weeks(draft: Draft, answer: str, _places: tuple[str, ...], _today: date) -> Draft:
    weeks = read_as(Number(2), answer)
    _require(weeks in WEEKS)
    return replace(draft, weeks=weeks)


def _monday(today: date) -> date:
    """The next Monday, which may be today."""
    return today + timedelta(days=-today.weekday() % 7)


def _starts(draft: Draft, answer: str, _places: tuple[str, ...], _today: date) -> Draft:
    starts = read_as(TimeOfDay(), answer)
    _require(starts in STARTS)
    return replace(draft, starts=starts)


def _ends_at(draft: Draft, answer: str, _places: tuple[str, ...], _today: date) -> Draft:
    ends = read_as(TimeOfDay(), answer)
    _require(ends in _ends(draft))
    return replace(draft, ends=ends)


def _needed(draft: Draft, answer: str, _places: tuple[str, ...], _today: date) -> Draft:
    needed = read_as(Number(1), answer)
    _require(1 <= needed <= MOST_OFFERED)
    return replace(draft, needed=needed)


_ANSWERS: Mapping[Step, Callable[[Draft, str, tuple[str, ...], date], Draft]] = {
    Step.PLACE: _place, Step.DAY: _day, Step.STARTS: _starts, Step.ENDS: _ends_at, Step.NEEDED: _needed,
    Step.WEEKDAY: _weekday, Step.FIRST: _first, Step.WEEKS: _weeks,
}  # fmt: skip


def _ends(draft: Draft) -> tuple[time, ...]:
    return tuple(one for one in ENDS if draft.starts is not None and one > draft.starts)


def _require(is_offered: bool) -> None:
    if not is_offered:
        raise _Passed
