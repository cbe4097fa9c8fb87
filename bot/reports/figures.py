"""The figures of a period, counted anew each time from the ledger, the cases, the closings and what was refused.

Owns what each figure means; `forms.py` says it to people. No counter is kept anywhere, so no counter can drift.
It must not change a row, and no figure comes from who a person is: only from codes, days and minutes.
"""

import calendar
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.engine import clock
from bot.engine.errors import BadInput
from bot.engine.rows import every
from bot.hours import sessions_held as hours_sessions_held
from bot.hours.sessions_held import Session, State
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from models.case import MOVES, OPEN, CaseEvent, CaseEventKind
from models.closing import UNKNOWN, Category, Closing, Organisation, Outcome
from models.conversation import Refused
from models.intake import PREFER_NOT_SAY, QUESTIONS
from models.people import Channel, Language

NOT_CLOSED = "not_closed"
DAYS_A_YEAR = 365
UNANSWERED_CODES = frozenset({UNKNOWN, NOT_CLOSED})

# The level the municipality reads by. LKF is owned by the municipality, but is a company that people rent from.
GROUPS: Mapping[str, tuple[str, ...]] = {
    "municipality": ("municipality", "social_services", "school"),
    "state": (
        "migrationsverket", "forsakringskassan", "arbetsformedlingen", "skatteverket", "csn", "pensionsmyndigheten",
        "kronofogden", "police", "court", "servicekontor", "lansstyrelsen",
    ),
    "region": ("region_skane",),
    "companies": ("company", "bank", "lkf", "housing_company", "employer"),
    "civil_society": ("a_kassa", "trade_union", "association"),
    "nobody": ("nobody",),
    "other": ("embassy", "other"),
}  # fmt: skip

# The rows every report has, even at zero, so that two periods can be laid side by side; other codes found come after
# them. Region, occupation and how_found are not asked yet, so they have no list.
LISTED: Mapping[str, tuple[str, ...]] = {
    "channel": tuple(Channel),
    "language": tuple(Language),
    "category": tuple(Category),
    "organisation": tuple(Organisation),
    "organisation_group": tuple(GROUPS),
    "outcome": (*Outcome, NOT_CLOSED),
    **{question.column: question.options for question in QUESTIONS.values() if question.column != "category"},
    **dict.fromkeys(("region", "occupation", "how_found", "persons_in_case"), ()),
}
IN_THEIR_OWN_ORDER = frozenset({"first_visit", "age", "persons_in_case"})
COLUMNS = frozenset(LISTED) - {"category", "organisation", "organisation_group", "outcome"}


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a breakdown: a code and how often it was given."""

    code: str
    count: int


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A whole in its parts; "unknown" is always the last part, and the parts sum to `total`.

    `answered`: the cases with a known answer, the base of every percentage. `total` exceeds the number of cases
    only where one case may name several (organisations and their groups).
    """

    name: str
    parts: tuple[Part, ...]
    total: int
    answered: int

    def count(self, code: str) -> int:
        """How often `code` was given; 0 if never."""
        return next((part.count for part in self.parts if part.code == code), 0)

    def percent(self, code: str) -> int | None:
        """The share of those who answered, in whole percent; None for what is no answer or has no base."""
        if code in UNANSWERED_CODES or not self.answered:
            return None
        return round(100 * self.count(code) / self.answered)


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


class _Counted(NamedTuple):
    """A case that is counted, with its newest closing if it has any."""

    case: Row
    closing: Row | None


async def report(
    db: AsyncConnection, *, first: date, last: date, now: datetime, zone: ZoneInfo, sessions_a_year: int = 0
) -> Report:
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
        breakdowns=tuple(_breakdown(name, [_codes(one, name) for one in advice]) for name in LISTED),
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
        "sessions_place": _breakdown("sessions_place", [(one.place,) for one in done]),
        "sessions_reason": _breakdown("sessions_reason", [_known(one.reason or None) for one in cancelled]),
    }


def month(day: date) -> tuple[date, date]:
    """The first and last day of the month that `day` lies in."""
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def half_year(day: date) -> tuple[date, date]:
    """The first and last day of the half-year that `day` lies in: the period of the report to the steering group."""
    july = date(day.year, 7, 1)
    return (date(day.year, 1, 1), july - timedelta(days=1)) if day < july else (july, date(day.year, 12, 31))


def _happened(first: date, last: date, kinds: Collection[str]) -> Select:
    """The ids of the cases with a ledger line of these kinds on the office days of the period."""
    return select(CaseEvent.case_id).where(CaseEvent.kind.in_(kinds), CaseEvent.on_day.between(first, last))


async def _opened(db: AsyncConnection, first: date, last: date) -> list[CaseRow]:
    ids = _happened(first, last, [CaseEventKind.OPENED])
    return every(CaseRow, await db.execute(select(*CASE_COLUMNS).where(CASES.c.id.in_(ids))))


async def _describing_closings(db: AsyncConnection, first: date, last: date) -> dict[int, Row]:
    """The closing that describes each case the period counts: the newest with advice, or the newest if none had any.

    So a "thanks" that reopened a case and was closed as no advice does not take the advice out of the figures.
    """
    ids = _happened(first, last, [CaseEventKind.OPENED, CaseEventKind.NEWCOMER_WROTE])
    closings = select(Closing.__table__).where(Closing.case_id.in_(ids))  # type: ignore[attr-defined]
    oldest_first = await db.execute(closings.order_by(Closing.is_advice, Closing.closed_at, Closing.id))
    return {closing.case_id: closing for closing in oldest_first}


async def _visits(db: AsyncConnection, newest: Mapping[int, Row], *, first: date, last: date) -> tuple[int, int]:
    """How many visits, and how many in cases that were not advice."""
    wrote = select(CaseEvent.case_id, CaseEvent.on_day).distinct()
    wrote = wrote.where(CaseEvent.kind == CaseEventKind.NEWCOMER_WROTE, CaseEvent.on_day.between(first, last))
    visits = (await db.execute(wrote)).all()
    not_advice = sum(visit.case_id in newest and not newest[visit.case_id].is_advice for visit in visits)
    return len(visits) - not_advice, not_advice


async def _volunteer_minutes(db: AsyncConnection, first: date, last: date) -> tuple[int, int]:
    """The minutes of every closing in the period, and how many closings lack them although they were asked for."""
    in_period = Closing.on_day.between(first, last)
    asked = in_period & Closing.is_advice & (Closing.outcome != Outcome.WITHDRAWN)
    minutes = select(func.coalesce(func.sum(Closing.minutes), 0)).where(in_period)
    without = select(func.count()).select_from(Closing).where(asked, Closing.minutes.is_(None))
    return (await db.execute(minutes)).scalar_one(), (await db.execute(without)).scalar_one()


async def _open_at_the_end(db: AsyncConnection, first: date, last: date) -> set[int]:
    """The cases opened in the period that owed somebody an answer when its last day ended, as the ledger tells."""
    ids = _happened(first, last, [CaseEventKind.OPENED])
    moves = select(CaseEvent.case_id, CaseEvent.kind).where(CaseEvent.case_id.in_(ids), CaseEvent.on_day <= last)
    moves = moves.where(CaseEvent.kind.in_([CaseEventKind.OPENED, *MOVES])).order_by(CaseEvent.id)
    newest = {move.case_id: move.kind for move in await db.execute(moves)}
    return {case_id for case_id, kind in newest.items() if kind == CaseEventKind.OPENED or MOVES[kind][1] in OPEN}


async def _late(db: AsyncConnection, first: date, last: date) -> set[int]:
    ids = _happened(first, last, [CaseEventKind.OPENED])
    late = select(CaseEvent.case_id).where(CaseEvent.kind == CaseEventKind.LATE, CaseEvent.case_id.in_(ids))
    return set((await db.execute(late)).scalars())


async def _refused(db: AsyncConnection, first: date, last: date) -> Breakdown:
    kinds = await db.execute(select(Refused.kind).where(Refused.on_day.between(first, last)))
    return _breakdown("refused", [_known(kind) for kind in kinds.scalars()])


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
    if (measured := getattr(one.closing, stored, None)) is not None:
        return measured
    reached = getattr(one.case, instant)
    return None if reached is None else round((reached - one.case.opened_at).total_seconds() / 60)


def _codes(one: _Counted, name: str) -> tuple[str, ...]:
    """What the case says under this name; nothing if it is not known."""
    if name in COLUMNS:
        return _known(getattr(one.case, name))
    if name == "outcome":
        return _known(one.closing.outcome if one.closing else NOT_CLOSED)
    if name == "category":
        return _known(one.closing.category if one.closing else None) or _known(one.case.category)
    organisations = _known(*one.closing.organisations) if one.closing else ()
    return organisations if name == "organisation" else tuple({_group_of(code) for code in organisations})


def _known(*codes: str | int | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(code) for code in codes if code not in (None, UNKNOWN, PREFER_NOT_SAY)))


def _group_of(organisation: str) -> str:
    return next((group for group, members in GROUPS.items() if organisation in members), "other")


def _breakdown(name: str, given: Sequence[tuple[str, ...]]) -> Breakdown:
    """Counted parts of `given`, one tuple of codes for each case: the commonest first, or in their own order."""
    counts = Counter(code for codes in given for code in codes)
    unknown = sum(not codes for codes in given)
    rows = [Part(code, counts[code]) for code in _listed(name, counts)]
    if name not in IN_THEIR_OWN_ORDER:
        rows.sort(key=lambda part: -part.count)
    return Breakdown(
        name=name,
        parts=(*rows, Part(UNKNOWN, unknown)),
        total=sum(max(len(codes), 1) for codes in given),
        answered=sum(not UNANSWERED_CODES.issuperset(codes) for codes in given),
    )


def _listed(name: str, found: Collection[str]) -> list[str]:
    listed = list(LISTED.get(name, ()))
    beside = [code for code in found if code not in listed]
    return listed + sorted(beside, key=lambda code: (len(code), code))  # by length first, so that 10 comes after 9
