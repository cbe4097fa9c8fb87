"""How things stand, for coordinators and for probes: counts, times and aliases, never words.

It only reads. It must not decide who may see it: the routes' policies do.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select, text

from bot.engine.db import Db
from bot.engine.rows import spelt
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.roster.shifts import StaffedShift, shifts_ahead
from bot.roster.staffing import on_shift
from models.base import table_of
from models.case import CaseStatus
from models.outbox import Outbox, RowState
from models.people import Address, Channel, Person

SHIFTS_SHOWN = timedelta(days=7)
_PEOPLE, _OUTBOX, _ADDRESSES = table_of(Person), table_of(Outbox), table_of(Address)
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


async def overview(db: Db, now: datetime) -> Overview:
    """The coordinators' part of the desk."""
    counted = await figures(db)
    working = [volunteer.alias for volunteer in await on_shift(db, now)]
    ahead = await shifts_ahead(db, now, until=now + SHIFTS_SHOWN)
    return Overview(counted.waiting, counted.oldest, sorted(working), ahead, await claimed_cases(db))


async def claimed_cases(db: Db) -> list[ClaimedCase]:
    """Every claimed case with its holder's name, those that owe an answer longest first."""
    held = select(*CASE_COLUMNS, _PEOPLE.c.alias).select_from(
        CASES.outerjoin(_PEOPLE, _PEOPLE.c.id == CASES.c.volunteer_id)
    )
    claimed = held.where(CASES.c.status == CaseStatus.CLAIMED)
    order = claimed.order_by(CASES.c.waiting_since.is_(None), CASES.c.waiting_since, CASES.c.claimed_at)
    return [ClaimedCase(CaseRow(*case), alias or "") for *case, alias in await db.execute(order)]
