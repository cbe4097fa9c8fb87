"""When a shift is looked at again: its reminders, and the alarms about its gaps. Armed once each, however often asked.

A shift that a version before this one added has none until the morning's round. It must not say what is told then.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, insert, select

from bot.engine import bells
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.roster.staffing import HELD, SHIFTS
from models.base import new_id, table_of
from models.reminding import ALARMS_BEFORE, DAY_BEFORE, SOON_BEFORE, told_at
from models.shift import ONLINE
from models.timer import Timer, TimerKind

_TIMERS = table_of(Timer)
KINDS = (TimerKind.SHIFT_DAY_BEFORE, TimerKind.SHIFT_SOON, TimerKind.SHIFT_GAP)
AHEAD = timedelta(days=5)  # beyond the first alarm, and what a night puts forward


class _Armed(NamedTuple):
    kind: str
    due_at: datetime


_ARMED = select(*columns(_Armed, _TIMERS)).where(_TIMERS.c.subject == bindparam("shift"), _TIMERS.c.kind.in_(KINDS))


class _Ahead(NamedTuple):
    id: int
    starts_at: datetime


def times(starts_at: datetime, zone: ZoneInfo) -> Iterator[tuple[TimerKind, datetime]]:
    """What is looked at when, of a shift that begins then."""
    yield TimerKind.SHIFT_DAY_BEFORE, told_at(starts_at - DAY_BEFORE, zone)
    yield TimerKind.SHIFT_SOON, told_at(starts_at - SOON_BEFORE, zone)
    for before in ALARMS_BEFORE:
        yield TimerKind.SHIFT_GAP, told_at(starts_at - before, zone)


async def arm(work: Work, shift_id: int, starts_at: datetime) -> None:
    """The shift will be looked at whenever that is still ahead."""
    armed = {(one.kind, one.due_at) for one in every(_Armed, await work.db.execute(_ARMED, {"shift": shift_id}))}
    for kind, at in times(starts_at, work.zone):
        if at > work.now and (kind.value, at) not in armed:
            await work.remind(kind, shift_id, at)


class Fresh(Protocol):
    """A shift that has just been made."""

    @property
    def place(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...


async def arm_fresh(work: Work, made: Sequence[tuple[int, Fresh]]) -> None:
    """As `arm`, of shifts of which nothing can have been armed yet; their start too, where that deals cards."""
    due = [
        (kind, shift_id, at)
        for shift_id, one in made
        for kind, at in (*times(one.starts_at, work.zone), *_start(one))
        if at > work.now
    ]
    rows = [{"id": new_id(), "kind": kind.value, "subject": shift, "due_at": at} for kind, shift, at in due]
    if rows:
        await work.db.execute(insert(_TIMERS), rows)
        work.ring(bells.TIMERS)


def _start(shift: Fresh) -> Iterator[tuple[TimerKind, datetime]]:
    if shift.place == ONLINE:
        yield TimerKind.SHIFT_STARTS, shift.starts_at


async def arm_all(work: Work) -> None:
    """So will every shift of the next days, whoever added it."""
    soon = select(*columns(_Ahead, SHIFTS)).where(
        HELD, SHIFTS.c.starts_at > work.now, SHIFTS.c.starts_at < work.now + AHEAD
    )
    for shift in every(_Ahead, await work.db.execute(soon)):
        await arm(work, shift.id, shift.starts_at)
