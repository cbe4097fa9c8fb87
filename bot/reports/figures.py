"""The figures of a period, counted anew each time from the ledger, the cases, the closings and what was refused.

Owns what each figure means; how codes are counted is in `breakdowns.py`, and `forms.py` says it all to people. No
counter is kept anywhere, so no counter can drift.
It must not change a row, and no figure comes from who a person is: only from codes, days and minutes.
"""

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select

from bot.engine import clock
from bot.engine.db import Db
from bot.engine.errors import BadInput
from bot.engine.rows import columns, every
from bot.hours import sessions_held as hours_sessions_held
from bot.hours.sessions_held import Session, State
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.reports.breakdowns import LISTED, NOT_CLOSED, Breakdown, breakdown, group_of, known
from models.base import table_of
from models.case import MOVES, OPEN, CaseEvent, CaseEventKind
from models.closing import UNKNOWN, Closing, Outcome
from models.conversation import Refused
from models.intake import PREFER_NOT_SAY

DAYS_A_YEAR = 365
COLUMNS = frozenset(LISTED) - {"category", "organisation", "organisation_group", "outcome"}  # the case's own
_EVENTS, _CLOSINGS, _REFUSED = table_of(CaseEvent), table_of(Closing), table_of(Refused)


@dataclass(frozen=True, slots=True)
class Median:
    """The middle of `cases` durations in minutes; between the two middle ones if they are even in number."""

    minutes: float | None
    cases: int


@dataclass(frozen=True, slots=True)
class Report:
    """A period's figures. Days are the office's, both included; what each figure means is printed with it.

    `cases` and everything taken from them leave out `not_advice`. `is_over`: the last day has passed.
    `closings_without_minutes`: closings where the time was asked for and not known. `sessions_`: physical ones, except
    `sessions_online`; `sessions_goal` is the agreement's, for this period's share of a year.
    """

    first: date
    last: date
    made_at: datetime
    zone: ZoneInfo
    is_over: bool
    cases: int
    visits: int
    not_advice: int
    not_advice_visits: int
    persons: int
    persons_unknown: int
    to_claim: Median
    to_answer: Median
    unanswered: int
    still_open: int
    late: int
    volunteer_minutes: int
    closings_without_minutes: int
    sessions_goal: int
    sessions_held: int
    sessions_beside: int
    sessions_unstaffed: int
    sessions_cancelled: int
    sessions_coming: int
    sessions_online: int
    breakdowns: tuple[Breakdown, ...]
    refused: Breakdown
    sessions_place: Breakdown
    sessions_reason: Breakdown

    def by(self, name: str) -> Breakdown:
        """The breakdown called `name`, a key of LISTED."""
        return next(breakdown for breakdown in self.breakdowns if breakdown.name == name)


class _ClosingRow(NamedTuple):
    case_id: int
    is_advice: bool
    category: str
    organisations: list[str]
    outcome: str
    minutes_to_claim: int | None
    minutes_to_answer: int | None


class _Visit(NamedTuple):
    """That a newcomer wrote in this case on this day."""

    case_id: int
    on_day: date


class _Move(NamedTuple):
    case_id: int
    kind: str


class _Counted(NamedTuple):
    """A case that is counted, with its newest closing if it has any."""

    case: CaseRow
    closing: _ClosingRow | None


async def report(db: Db, *, first: date, last: date, now: datetime, zone: ZoneInfo, sessions_a_year: int = 0) -> Report:
    """The figures of the office days from `first` to `last`, both included, as they are known at `now`.

    `sessions_a_year`: the goal of the agreement with the municipality; 0 if there is none.

    Raises:
        BadInput: the period ends before it begins.
    """
    if last < first:
        raise BadInput("period_backwards")
    newest = await _describing_closings(db, first, last)
    opened = [_Counted(case, newest.get(case.id)) for case in await _opened(db, first, last)]
    advice = [one for one in opened if one.closing is None or one.closing.is_advice]
    visits, not_advice_visits = await _visits(db, newest, first=first, last=last)
    minutes, without_minutes = await _volunteer_minutes(db, first, last)
    counted = {one.case.id for one in advice}
    return Report(
        first=first, last=last, made_at=now, zone=zone, is_over=clock.office_day(now, zone) > last,
        cases=len(advice), visits=visits, not_advice=len(opened) - len(advice), not_advice_visits=not_advice_visits,
        persons=_persons(advice, ("yes",)), persons_unknown=_persons(advice, (None, UNKNOWN, PREFER_NOT_SAY)),
        to_claim=_median(advice, "minutes_to_claim", "first_claimed_at"),
        to_answer=_median(advice, "minutes_to_answer", "first_answered_at"),
        unanswered=sum(_is_unanswered(one) for one in advice),
        still_open=len(await _open_at_the_end(db, first, last) & counted),
        late=len(await _late(db, first, last) & counted),
        volunteer_minutes=minutes, closings_without_minutes=without_minutes,
        breakdowns=tuple(breakdown(name, [_codes(one, name) for one in advice]) for name in LISTED),
        refused=await _refused(db, first, last),
        sessions_goal=round(sessions_a_year * ((last - first).days + 1) / DAYS_A_YEAR),
        **_session_figures(await hours_sessions_held.sessions(db, first=first, last=last, now=now, zone=zone)),
    )  # fmt: skip


def _session_figures(sessions: Sequence[Session]) -> dict[str, Any]:
    visits = [one for one in sessions if one.is_visit]
    in_state = {state: [one for one in visits if one.state == state] for state in State}
    done, cancelled = in_state[State.HELD], in_state[State.CANCELLED]
    return {
        "sessions_held": len(done),
        "sessions_beside": sum(one.beside_rules for one in done),
        "sessions_unstaffed": len(in_state[State.UNSTAFFED]),
        "sessions_cancelled": len(cancelled),
        "sessions_coming": len(in_state[State.COMING]),
        "sessions_online": sum(one.state == State.HELD for one in sessions if not one.is_visit),
        "sessions_place": breakdown("sessions_place", [(one.place,) for one in done]),
        "sessions_reason": breakdown("sessions_reason", [known(one.reason or None) for one in cancelled]),
    }


def month(day: date) -> tuple[date, date]:
    """The first and last day of the month that `day` lies in."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def half_year(day: date) -> tuple[date, date]:
    """The first and last day of the half-year that `day` lies in: the period of the report to the steering group."""
    july = date(day.year, 7, 1)
    return (date(day.year, 1, 1), july - timedelta(days=1)) if day < july else (july, date(day.year, 12, 31))


def _happened(first: date, last: date, kinds: Collection[str]) -> Select[int]:
    """The ids of the cases with a ledger line of these kinds on the office days of the period."""
    return select(_EVENTS.c.case_id).where(_EVENTS.c.kind.in_(kinds), _EVENTS.c.on_day.between(first, last))


async def _opened(db: Db, first: date, last: date) -> list[CaseRow]:
    ids = _happened(first, last, [CaseEventKind.OPENED])
    return every(CaseRow, await db.execute(select(*CASE_COLUMNS).where(CASES.c.id.in_(ids))))


async def _describing_closings(db: Db, first: date, last: date) -> dict[int, _ClosingRow]:
    """The closing that describes each case the period counts: the newest with advice, or the newest if none had any.

    So a "thanks" that reopened a case and was closed as no advice does not take the advice out of the figures.
    """
    ids = _happened(first, last, [CaseEventKind.OPENED, CaseEventKind.NEWCOMER_WROTE])
    closings = select(*columns(_ClosingRow, _CLOSINGS)).where(_CLOSINGS.c.case_id.in_(ids))
    oldest_first = closings.order_by(_CLOSINGS.c.is_advice, _CLOSINGS.c.closed_at, _CLOSINGS.c.id)
    return {closing.case_id: closing for closing in every(_ClosingRow, await db.execute(oldest_first))}


async def _visits(db: Db, newest: Mapping[int, _ClosingRow], *, first: date, last: date) -> tuple[int, int]:
    """How many visits, and how many in cases that were not advice."""
    wrote = select(*columns(_Visit, _EVENTS)).distinct()
    wrote = wrote.where(_EVENTS.c.kind == CaseEventKind.NEWCOMER_WROTE, _EVENTS.c.on_day.between(first, last))
    visits = every(_Visit, await db.execute(wrote))
    not_advice = sum(visit.case_id in newest and not newest[visit.case_id].is_advice for visit in visits)
    return len(visits) - not_advice, not_advice


async def _volunteer_minutes(db: Db, first: date, last: date) -> tuple[int, int]:
    """The minutes of every closing in the period, and how many closings lack them although they were asked for."""
    in_period = _CLOSINGS.c.on_day.between(first, last)
    asked = in_period & _CLOSINGS.c.is_advice & (_CLOSINGS.c.outcome != Outcome.WITHDRAWN)
    minutes = select(func.coalesce(func.sum(_CLOSINGS.c.minutes), 0)).where(in_period)
    without = select(func.count()).select_from(_CLOSINGS).where(asked, _CLOSINGS.c.minutes.is_(None))
    return (await db.execute(minutes)).scalar_one(), (await db.execute(without)).scalar_one()


async def _open_at_the_end(db: Db, first: date, last: date) -> set[int]:
    """The cases opened in the period that owed somebody an answer when its last day ended, as the ledger tells."""
    ids = _happened(first, last, [CaseEventKind.OPENED])
    moves = select(*columns(_Move, _EVENTS)).where(_EVENTS.c.case_id.in_(ids), _EVENTS.c.on_day <= last)
    moves = moves.where(_EVENTS.c.kind.in_([CaseEventKind.OPENED, *MOVES])).order_by(_EVENTS.c.id)
    newest = {move.case_id: CaseEventKind(move.kind) for move in every(_Move, await db.execute(moves))}
    return {case_id for case_id, kind in newest.items() if kind == CaseEventKind.OPENED or MOVES[kind][1] in OPEN}


async def _late(db: Db, first: date, last: date) -> set[int]:
    ids = _happened(first, last, [CaseEventKind.OPENED])
    late = select(_EVENTS.c.case_id).where(_EVENTS.c.kind == CaseEventKind.LATE, _EVENTS.c.case_id.in_(ids))
    return set((await db.execute(late)).scalars())


async def _refused(db: Db, first: date, last: date) -> Breakdown:
    kinds = await db.execute(select(_REFUSED.c.kind).where(_REFUSED.c.on_day.between(first, last)))
    return breakdown("refused", [known(kind) for kind in kinds.scalars()])


def _persons(cases: Iterable[_Counted], answers: Collection[str | None]) -> int:
    return sum(one.case.persons_in_case for one in cases if one.case.first_visit in answers)


def _is_unanswered(one: _Counted) -> bool:
    """Nobody has answered, and the newcomer has not said that no answer is needed."""
    ended = one.case.status not in OPEN
    withdrawn = ended and getattr(one.closing, "outcome", None) == Outcome.WITHDRAWN
    return one.case.first_answered_at is None and not withdrawn


def _median(cases: Iterable[_Counted], stored: str, instant: str) -> Median:
    """Of the time from opening to `instant`: as the newest closing has it `stored`, else from the case itself."""
    minutes = [_minutes(one, stored, instant) for one in cases]
    measured = [one for one in minutes if one is not None]
    return Median(median(measured) if measured else None, len(measured))


def _minutes(one: _Counted, stored: str, instant: str) -> int | None:
    measured: int | None = getattr(one.closing, stored, None)
    if measured is not None:
        return measured
    reached: datetime | None = getattr(one.case, instant)
    return None if reached is None else round((reached - one.case.opened_at).total_seconds() / 60)


def _codes(one: _Counted, name: str) -> tuple[str, ...]:
    """What the case says under this name; nothing if it is not known."""
    if name in COLUMNS:
        return known(getattr(one.case, name))
    if name == "outcome":
        return known(one.closing.outcome if one.closing else NOT_CLOSED)
    if name == "category":
        return known(one.closing.category if one.closing else None) or known(one.case.category)
    organisations = known(*one.closing.organisations) if one.closing else ()
    return organisations if name == "organisation" else tuple({group_of(code) for code in organisations})
