"""How things stand, for coordinators and for probes: counts, times and aliases, never words.

It only reads. It must not decide who may see it: the routes' policies do.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, text

from bot.cases import queue
from bot.engine.db import Db
from bot.engine.rows import every, spelt
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.people import names, people
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.reports import lights
from bot.roster.shifts import StaffedShift, shifts_ahead
from bot.roster.staffing import names_on_shift
from models.base import table_of
from models.case import CaseStatus
from models.outbox import Outbox, RowState
from models.people import Address, Channel

SHIFTS_SHOWN = timedelta(days=7)
_OUTBOX, _ADDRESSES = table_of(Outbox), table_of(Address)
_WAITING = (  # by lane first: else each lane's whole history may be read for what waits in it
    select(_OUTBOX.c.address_id, func.count().label("rows"))
    .where(_OUTBOX.c.state == spelt(RowState.DUE))
    .group_by(_OUTBOX.c.address_id)
    .subquery("waiting")
)
_LEAVING = (
    select(func.coalesce(func.sum(_WAITING.c.rows), 0))
    .select_from(_WAITING.join(_ADDRESSES, _ADDRESSES.c.id == _WAITING.c.address_id))
    .where(_ADDRESSES.c.channel == Channel.TELEGRAM)
)


class ClaimedCase(NamedTuple):
    """A case and the name of who has it."""

    case: CaseRow
    alias: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What a coordinator sees at a glance. `ahead`: shifts and who staffs them; `claimed`: cases with `alias`."""

    waiting: int
    oldest: datetime | None
    on_shift: list[str]
    ahead: list[StaffedShift]
    claimed: list[ClaimedCase]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a probe may know. `due`: rows that wait to leave for Telegram."""

    waiting: int
    oldest: datetime | None
    due: int


async def answers(db: Db) -> bool:
    """Whether the database answers with what lies in it; it raises if it does not."""
    return (await db.execute(text("SELECT version_num FROM alembic_version"))).first() is not None


async def figures(db: Db) -> Figures:
    """The numbers of /metrics."""
    queued = select(func.count(), func.min(CASES.c.waiting_since)).where(CASES.c.status == CaseStatus.QUEUED)
    waiting, oldest = (await db.execute(queued)).one()
    return Figures(waiting, oldest, (await db.execute(_LEAVING)).scalar_one())


async def overview(db: Db, seal: Seal, now: datetime) -> Overview:
    """The coordinators' part of the desk."""
    counted = await figures(db)
    ahead = await shifts_ahead(db, seal, now, until=now + SHIFTS_SHOWN)
    working, claimed = await names_on_shift(db, seal, now), await claimed_cases(db, seal)
    return Overview(counted.waiting, counted.oldest, working, ahead, claimed)


async def tell_digest(work: Work) -> None:
    """Coordinators read what is not well, if anything is."""
    shown = await lights.lights(work.db, work.seal, work.now, work.zone, work.settings, with_the_well=False)
    if not shown.is_all_green:
        await people.tell_coordinators(work, replace(shown, digest=True))


async def open_cases(db: Db) -> list[CaseRow]:
    """Every open case: those that wait for somebody, and then those that somebody has, the oldest first."""
    claimed = select(*CASE_COLUMNS).where(CASES.c.status == CaseStatus.CLAIMED).order_by(CASES.c.claimed_at)
    return [*await queue.waiting(db), *every(CaseRow, await db.execute(claimed))]


async def claimed_cases(db: Db, seal: Seal) -> list[ClaimedCase]:
    """Every claimed case with its holder's name, those that owe an answer longest first."""
    claimed = select(*CASE_COLUMNS).where(CASES.c.status == CaseStatus.CLAIMED)
    order = claimed.order_by(CASES.c.waiting_since.is_(None), CASES.c.waiting_since, CASES.c.claimed_at)
    cases = every(CaseRow, await db.execute(order))
    called = await names.names_of(db, seal, {case.volunteer_id for case in cases})
    return [ClaimedCase(case, called.get(case.volunteer_id, "")) for case in cases]
