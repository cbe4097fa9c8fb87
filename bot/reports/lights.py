"""How things stand, each in green, amber or red: what waits, what was missed, who is there, how the weeks are covered.

For coordinators: counts, times, names of volunteers and numbers of cases, never words. Owns what counts as well. It
only reads.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from bot.engine import clock
from bot.engine.db import Db
from bot.engine.rows import every
from bot.engine.seal import Seal
from bot.engine.settings import Settings
from bot.people import blocks, names
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.reports.texts_overview import CaseSeen, LightTold, OverviewShown, What
from bot.roster import shifts, signing, who
from bot.roster.staffing import names_absent, names_on_shift
from models.base import table_of
from models.case import OPEN, CaseEvent, CaseEventKind, CaseStatus
from models.closing import UNKNOWN, Closing
from models.shift import ONLINE
from models.staffing import Grade, cover

FAR_TOO_LONG = timedelta(hours=1)
COVERED_FOR, NEAR = timedelta(days=14), timedelta(days=3)
RECORDED_FOR = timedelta(days=14)
MAY_BE_UNKNOWN = 5  # of the closings looked at: "unknown" is an answer, and a few are no trouble
CASES_SHOWN = 10
_EVENTS, _CLOSINGS = table_of(CaseEvent), table_of(Closing)
_QUEUED, _CLAIMED = CASES.c.status == CaseStatus.QUEUED, CASES.c.status == CaseStatus.CLAIMED


async def lights(
    db: Db, seal: Seal, now: datetime, zone: ZoneInfo, settings: Settings, *, with_the_well: bool = True
) -> OverviewShown:
    """Everything at a glance, and the open cases, the gravest first. `with_the_well`: also those that are as they ought
    to be."""
    there = await names_on_shift(db, seal, now)
    waiting = await _cases(db, _QUEUED)
    owed_since = now - timedelta(hours=settings.answer_hours)
    unclaimed_since = now - timedelta(minutes=settings.coordinator_minutes)
    late = await _cases(db, _is_late(now, owed_since))
    stalled = await _cases(db, _has_stalled(now, now - timedelta(minutes=settings.stall_warn_minutes)))
    danger = await _cases(db, and_(CASES.c.status.in_(OPEN), CASES.c.flagged_at.is_not(None)))
    unclaimed = [case for case in waiting if there and _since(case) <= unclaimed_since]
    told = (
        _of_cases(What.DANGER, danger, Grade.RED),
        _of_cases(What.OVERDUE, late, Grade.RED),
        _of_cases(What.UNCLAIMED, unclaimed, _how_bad(unclaimed, now)),
        _of_cases(What.STALLED, stalled, Grade.AMBER),
        _of_cases(What.WAITING, waiting, Grade.AMBER if _unpromised(waiting) else Grade.GREEN),
        await _presence(db, now, there, await names_absent(db, seal, now)),
        await _coverage(db, now, zone),
        await _unrecorded(db, clock.office_day(now - RECORDED_FOR, zone)),
        LightTold(what=What.BLOCKED, grade=Grade.GREEN, n=len(await blocks.standing_ones(db, now))),
    )
    well = await _cases(db, CASES.c.status.in_(OPEN)) if with_the_well else []
    return OverviewShown(lights=told, cases=await _seen(db, seal, (danger, late, unclaimed, stalled, waiting, well)))


def _is_late(now: datetime, owed_since: datetime) -> ColumnElement[bool]:
    """What was promised has passed, or somebody has been owed an answer for longer than was said."""
    told = exists().where(
        _EVENTS.c.case_id == CASES.c.id, _EVENTS.c.kind == CaseEventKind.LATE, _EVENTS.c.at >= CASES.c.waiting_since
    )
    missed = and_(_QUEUED, or_(CASES.c.promised_by <= now, CASES.c.late_told_at.is_not(None), told))
    owed = and_(_CLAIMED, CASES.c.waiting_since <= owed_since, CASES.c.claimed_at <= owed_since)
    return or_(missed, owed)


def _has_stalled(now: datetime, claimed_until: datetime) -> ColumnElement[bool]:
    """Claimed for a while, and its volunteer has not answered since they have it."""
    answered = exists().where(
        _EVENTS.c.case_id == CASES.c.id, _EVENTS.c.kind == CaseEventKind.ANSWERED, _EVENTS.c.at >= CASES.c.claimed_at
    )
    kept = or_(CASES.c.kept_until.is_(None), CASES.c.kept_until <= now)
    owes = CASES.c.waiting_since.is_not(None)
    return and_(_CLAIMED, owes, CASES.c.claimed_at <= claimed_until, kept, ~answered)


async def _cases(db: Db, which: ColumnElement[bool]) -> list[CaseRow]:
    those = select(*CASE_COLUMNS).where(which).order_by(CASES.c.waiting_since, CASES.c.id)
    return every(CaseRow, await db.execute(those))


def _since(case: CaseRow) -> datetime:
    return case.queued_at or case.waiting_since or case.opened_at


def _of_cases(what: What, cases: list[CaseRow], grade: Grade) -> LightTold:
    oldest = min((case.waiting_since or case.opened_at for case in cases), default=None)
    return LightTold(what=what, grade=grade if cases else Grade.GREEN, n=len(cases), since=oldest)


def _how_bad(unclaimed: list[CaseRow], now: datetime) -> Grade:
    return Grade.RED if any(_since(case) <= now - FAR_TOO_LONG for case in unclaimed) else Grade.AMBER


def _unpromised(waiting: list[CaseRow]) -> bool:
    return any(case.promised_by is None for case in waiting)


async def _presence(db: Db, now: datetime, there: list[str], absent: list[str]) -> LightTold:
    """Who is there, and who has a shift and is not; red where a shift is held now and nobody is there."""
    held = [one for one in await shifts.held_between(db, now, now + timedelta(seconds=1)) if one.place == ONLINE]
    grade = Grade.RED if held and not there else Grade.AMBER if absent else Grade.GREEN
    return LightTold(what=What.PRESENT, grade=grade, n=len(there), names=tuple(there), absent=tuple(absent))


async def _coverage(db: Db, now: datetime, zone: ZoneInfo) -> LightTold:
    """The shifts of the next two weeks that lack something; red where one of the next days has nobody experienced."""
    held = [one for one in await shifts.held_between(db, now, now + COVERED_FOR) if one.starts_at > now]
    on_it = await who.on_shifts(db, {one.id: clock.office_day(one.starts_at, zone) for one in held})
    graded = [(one, cover(signing.needs(one), on_it.get(one.id, [])).grade) for one in held]
    gaps = [(one, grade) for one, grade in graded if grade != Grade.GREEN]
    is_near = any(grade == Grade.RED and one.starts_at <= now + NEAR for one, grade in gaps)
    grade = Grade.RED if is_near else Grade.AMBER if gaps else Grade.GREEN
    first = min((one.starts_at for one, _ in gaps), default=None)
    return LightTold(what=What.COVERAGE, grade=grade, n=len(gaps), since=first)


async def _unrecorded(db: Db, first: object) -> LightTold:
    """The cases closed lately of which nothing is known, so that the report is poorer by them."""
    unknown = _CLOSINGS.c.is_advice, _CLOSINGS.c.category == UNKNOWN, _CLOSINGS.c.on_day >= first
    n: int = (await db.execute(select(func.count()).select_from(_CLOSINGS).where(*unknown))).scalar_one()
    return LightTold(what=What.UNRECORDED, grade=Grade.AMBER if n > MAY_BE_UNKNOWN else Grade.GREEN, n=n)


async def _seen(db: Db, seal: Seal, kinds: Iterable[list[CaseRow]]) -> tuple[CaseSeen, ...]:
    rows = {case.id: case for cases in kinds for case in cases}
    shown = list(rows.values())[:CASES_SHOWN]
    called = await names.names_of(db, seal, {case.volunteer_id for case in shown})
    return tuple(CaseSeen.of(case, called.get(case.volunteer_id)) for case in shown)
