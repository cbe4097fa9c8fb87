"""What a coordinator is asked while a change of the hours is put together by buttons: a pure state machine.

Where a dialogue stands is a row of `dialogues`. Owns Step, Draft, Question and `advance`: a new kind of change is one
entry in ORDER, a new question one in Step, its answer and its texts. No database, clock, language or channel.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from enum import StrEnum

from models.button import Day, NotAButton, OneOf, TimeOfDay, read_as
from models.buttons_hours import AND, EVERYWHERE, NOTHING, Guided, Letter
from models.drafted import Drafted
from models.hours import Reason
from models.hours_change import Change, Verb
from models.saying import Clock, Span


class Step(StrEnum):
    """What is asked. AGAIN: of a second stretch of time, which nobody is asked about who has not asked for one."""

    PLACE = "place"
    WEEKDAY = "weekday"
    DAY = "day"
    OPENS = "opens"
    CLOSES = "closes"
    OPENS_AGAIN = "opens_again"
    CLOSES_AGAIN = "closes_again"
    REASON = "reason"
    SINCE = "since"


ORDER: Mapping[Verb, tuple[Step, ...]] = {
    Verb.WEEKLY: (Step.PLACE, Step.WEEKDAY, Step.OPENS, Step.CLOSES, Step.SINCE),
    Verb.CLOSE: (Step.PLACE, Step.DAY, Step.REASON),
    Verb.TIMES: (Step.PLACE, Step.DAY, Step.OPENS, Step.CLOSES, Step.REASON),
    Verb.EXTRA: (Step.PLACE, Step.DAY, Step.OPENS, Step.CLOSES),
    Verb.USUAL: (Step.PLACE, Step.DAY),
}
OFFERED_REASONS = (Reason.HOLIDAY, Reason.ILLNESS, Reason.LIBRARY_CLOSED, Reason.MOVED)
PLACES_ON_A_SCREEN, DAYS_ON_A_SCREEN, SCREENS_OF_DAYS = 6, 14, 9
HALF_HOURS = tuple(time(8 + n // 2, n % 2 * 30) for n in range(25))  # 08:00 to 20:00
_FIRST_LETTERS = {
    Letter.WEEKLY: Verb.WEEKLY, Letter.CLOSE: Verb.CLOSE, Letter.TIMES: Verb.TIMES, Letter.EXTRA: Verb.EXTRA,
    Letter.USUAL: Verb.USUAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Draft(Drafted):
    """What has been chosen. `place`: a code, or EVERYWHERE. `opens`: of a stretch whose end has not been chosen.

    `is_closed`: chosen instead of any `spans`. `weekday`: Monday = 0.
    """

    verb: Verb
    place: str = ""
    weekday: int | None = None
    day: date | None = None
    spans: tuple[Span, ...] = ()
    opens: Clock | None = None
    is_closed: bool = False
    reason: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Around:
    """What there is to choose from: the codes of all places, of those one can walk into, and the office's day."""

    places: tuple[str, ...]
    visits: tuple[str, ...]
    today: date


@dataclass(frozen=True, slots=True)
class Question:
    """What may be answered. `next_page`: of a list that does not fit on a screen. `may_add`: a second stretch."""

    places: tuple[str, ...] = ()
    everywhere: bool = False
    days: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    may_close: bool = False
    may_add: bool = False
    next_page: int | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a press leads to. `step`: what is asked next; None once everything has been chosen.

    `stale`: the button belongs to something that has passed, and nothing has changed.
    """

    step: Step | None
    draft: Draft
    stale: bool = False


class _Passed(Exception):
    """Nobody is offered this answer."""


def begin(verb: Verb) -> Turn:
    """A dialogue in which nothing has been chosen yet."""
    return Turn(ORDER[verb][0], Draft(verb))


def advance(step: Step, draft: Draft, answer: str, around: Around) -> Turn:
    """The turn that the press with this answer leads to. Never raises: what was not offered is `stale`."""
    try:
        _require_place(draft, around)
        if answer == AND:
            return _adds(step, draft)
        chosen = _ANSWERS[step](draft, answer, around)
        return Turn(_following(step, chosen), chosen)
    except (_Passed, NotAButton):
        return Turn(step, draft, stale=True)


def question(step: Step, draft: Draft, around: Around, page: int = 0) -> Question:
    """What may be answered at this step, on this page of it."""
    match step:
        case Step.PLACE:
            return _which_place(draft, around, page)
        case Step.DAY:
            shown = page % SCREENS_OF_DAYS
            first = around.today + timedelta(days=shown * DAYS_ON_A_SCREEN)
            days = tuple(first + timedelta(days=n) for n in range(DAYS_ON_A_SCREEN))
            return Question(days=days, next_page=(shown + 1) % SCREENS_OF_DAYS)
        case Step.OPENS | Step.CLOSES | Step.OPENS_AGAIN | Step.CLOSES_AGAIN:
            may_close = step == Step.OPENS and draft.verb == Verb.WEEKLY
            return Question(times=_times_offered(step, draft), may_close=may_close)
        case Step.SINCE:
            return Question(days=_starts(around.today), may_add=_has_room(draft))
        case _:
            return Question(may_add=_has_room(draft))


def places_of(draft: Draft, around: Around) -> tuple[str, ...]:
    """The places that have been chosen."""
    if draft.place == EVERYWHERE:
        return around.visits
    return (draft.place,) if draft.place else ()


def change_of(draft: Draft, around: Around) -> Change:
    """The change, once everything has been chosen."""
    first = draft.since or draft.day or around.today
    return Change(
        draft.verb, places_of(draft, around), first, weekday=draft.weekday, spans=draft.spans, reason=draft.reason
    )


def replayed(pressed: Guided, around: Around) -> Turn:
    """Where a button of version 0.1.0 leads, which held every answer in its code; such still stand in chats."""
    turn = begin(_FIRST_LETTERS[Letter(pressed.letter)])
    for answer in pressed.answers:
        # Times stood together there: 13001530+1600.
        for one in re.findall("[0-9]{4}|.", answer) if turn.step == Step.OPENS else [answer]:
            if turn.stale or turn.step is None:
                return replace(turn, stale=True)
            turn = advance(turn.step, turn.draft, one, around)
    return turn


# From an answer to what has been chosen with it.


def _place(draft: Draft, answer: str, around: Around) -> Draft:
    if answer == EVERYWHERE:
        _require(draft.verb != Verb.WEEKLY)
    chosen = replace(draft, place=answer)
    _require_place(chosen, around)
    return chosen


def _require_place(draft: Draft, around: Around) -> None:
    _require(bool(around.visits) if draft.place == EVERYWHERE else draft.place in ("", *around.places))


def _weekday(draft: Draft, answer: str, _around: Around) -> Draft:
    return replace(draft, weekday=int(read_as(OneOf(tuple("0123456")), answer)))


def _day(draft: Draft, answer: str, around: Around) -> Draft:
    return replace(draft, day=_ahead(answer, around))


def _since(draft: Draft, answer: str, around: Around) -> Draft:
    return replace(draft, since=_ahead(answer, around))


def _ahead(answer: str, around: Around) -> date:
    day = read_as(Day(), answer)
    _require(around.today <= day <= around.today + timedelta(days=DAYS_ON_A_SCREEN * SCREENS_OF_DAYS))
    return day


def _opens(draft: Draft, answer: str, _around: Around) -> Draft:
    if answer == NOTHING:
        _require(draft.verb == Verb.WEEKLY and not draft.spans)
        return replace(draft, is_closed=True)
    return replace(draft, opens=_time(answer, Step.OPENS_AGAIN if draft.spans else Step.OPENS, draft))


def _closes(draft: Draft, answer: str, _around: Around) -> Draft:
    closes = _time(answer, Step.CLOSES, draft)
    assert draft.opens is not None
    return replace(draft, spans=(*draft.spans, (draft.opens, closes)), opens=None)


def _time(answer: str, step: Step, draft: Draft) -> time:
    shown = read_as(TimeOfDay(), answer)
    _require(shown in _times_offered(step, draft))
    return shown


def _reason(draft: Draft, answer: str, _around: Around) -> Draft:
    reason = read_as(OneOf((NOTHING, *OFFERED_REASONS)), answer)
    return replace(draft, reason="" if reason == NOTHING else reason)


_ANSWERS: Mapping[Step, Callable[[Draft, str, Around], Draft]] = {
    Step.PLACE: _place, Step.WEEKDAY: _weekday, Step.DAY: _day, Step.OPENS: _opens, Step.CLOSES: _closes,
    Step.OPENS_AGAIN: _opens, Step.CLOSES_AGAIN: _closes, Step.REASON: _reason, Step.SINCE: _since,
}  # fmt: skip


def _require(is_offered: bool) -> None:
    if not is_offered:
        raise _Passed


# What is asked next, and what may be answered.


def _adds(step: Step, draft: Draft) -> Turn:
    _require(step in (Step.REASON, Step.SINCE) and _has_room(draft))
    return Turn(Step.OPENS_AGAIN, draft)


def _following(step: Step, draft: Draft) -> Step | None:
    if step == Step.OPENS_AGAIN:
        return Step.CLOSES_AGAIN
    order = ORDER[draft.verb]
    done = Step.CLOSES if step == Step.CLOSES_AGAIN or (draft.is_closed and step == Step.OPENS) else step
    _require(done in order)
    left = order[order.index(done) + 1 :]
    return left[0] if left else None


def _which_place(draft: Draft, around: Around, page: int) -> Question:
    pages = -(-len(around.places) // PLACES_ON_A_SCREEN) or 1
    shown = page % pages
    at = shown * PLACES_ON_A_SCREEN
    return Question(
        places=around.places[at : at + PLACES_ON_A_SCREEN], everywhere=draft.verb != Verb.WEEKLY,
        next_page=(shown + 1) % pages if pages > 1 else None,
    )  # fmt: skip


def _times_offered(step: Step, draft: Draft) -> tuple[time, ...]:
    match step:
        case Step.OPENS:
            return HALF_HOURS[:-1]
        case Step.OPENS_AGAIN:
            return tuple(one for one in HALF_HOURS[:-1] if one > draft.spans[-1][1])
        case _:
            return tuple(one for one in HALF_HOURS if draft.opens is not None and one > draft.opens)


def _has_room(draft: Draft) -> bool:
    """Whether a second stretch of time fits behind the first."""
    return len(draft.spans) == 1 and draft.spans[0][1] < HALF_HOURS[-2]


def _starts(today: date) -> tuple[date, ...]:
    """From when weekly hours may hold: today, the next week, the next month."""
    monday = today + timedelta(days=7 - today.weekday())
    return today, monday, (today.replace(day=1) + timedelta(days=32)).replace(day=1)
