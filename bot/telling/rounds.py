"""Timers that are rows: promises that were missed, answers that are owed, shifts and sessions, the daily purge.

A timer is marked done in the transaction of what it does, so that a crash repeats it and nothing does it twice. While
the clock is in doubt none is done: most of what they do cannot be undone, and a wrong clock makes all of them due.
"""

import asyncio
from datetime import datetime, time, timedelta
from time import monotonic
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import bindparam, exists, func, select, update

from bot.cases import (
    follow_ups,
    handing_over,
    held_lines,
    late,
    old_words,
    shift_ends,
    shift_starts,
    stalls,
    waiting,
)
from bot.engine import bells, clock, loops
from bot.engine.errors import Busy, Unavailable
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.hours import channel_post, reminders, warnings
from bot.people import in_chat, keeping
from bot.privacy import last_day, purge
from bot.reports import overview
from bot.roster import timers
from bot.service import Service
from bot.shifts import absent, asks, coverage, standing_signups
from bot.shifts import reminders as shift_reminders
from models.base import UtcDateTime, table_of
from models.case import CaseEvent
from models.timer import Timer, TimerKind

log = structlog.get_logger()
PURGE_AT = time(3, 30)  # office wall-clock: nobody is on shift
MORNING = time(9)
DIGEST = time(8)
AFTER_TROUBLE = timedelta(minutes=5)
AFTER_BUSY = timedelta(seconds=10)
LOOKS_EVERY_SECONDS = (
    0.1  # a crowd of acts, each of which has set a timer for later, costs one look instead of one each
)
_TIMERS, _LEDGER = table_of(Timer), table_of(CaseEvent)
_WAITS = _TIMERS.c.done_at.is_(None)


class DueTimer(NamedTuple):
    """A timer whose time has come: what to do, for whom."""

    id: int
    kind: str
    subject: int
    due_at: datetime


class Armed(NamedTuple):
    """When what comes every day is to be done next."""

    kind: str
    due_at: datetime


_TAKE = update(_TIMERS).where(_TIMERS.c.id == bindparam("timer"), _WAITS)
_LONGEST_DUE = (
    select(*columns(DueTimer, _TIMERS))
    .where(_WAITS, _TIMERS.c.due_at <= bindparam("now", type_=UtcDateTime))
    .order_by(_TIMERS.c.due_at)
    .limit(1)
)
_ARMED = select(*columns(Armed, _TIMERS)).where(_TIMERS.c.kind.in_(bindparam("kinds", expanding=True)), _WAITS)
_SOONEST = select(func.min(_TIMERS.c.due_at)).where(_WAITS)


class Rounds:
    """The loop over the timers."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._store = service.store.apart()

    async def run(self) -> None:
        """Do what is due until the service stops."""
        refreshed = False
        with self._store.bells.listen(bells.TIMERS) as bell:
            while not self._service.health.stopping:
                looked_at = monotonic()
                try:
                    refreshed = refreshed or await self._refresh_post()
                    await self._arm_regular()
                    if not await self.do_one():
                        await bell.wait(await self._rest_seconds())
                        await asyncio.sleep(max(looked_at + LOOKS_EVERY_SECONDS - monotonic(), 0))
                except Unavailable:
                    await bell.wait(self._service.settings.poll_seconds)

    async def do_one(self) -> bool:
        """Do the timer that is longest due, if one is. Returns whether there was one."""
        if clock.doubt() is not None:
            return False
        async with self._store.look() as db:
            timer = only(DueTimer, await db.execute(_LONGEST_DUE, {"now": clock.now()}))
        if timer is None:
            return False
        try:
            async with self._store.work(slow=timer.kind == TimerKind.DAILY) as work:
                if await _take(work, timer):
                    await _DOES[TimerKind(timer.kind)](work, timer.subject)
        except Busy:
            await self._postpone(timer, AFTER_BUSY)  # somebody holds on to its case; the other timers need not wait
        except Unavailable:
            raise
        except Exception:
            log.exception("timer_failed", kind=timer.kind, subject=timer.subject)
            await self._postpone(timer, AFTER_TROUBLE)
        return True

    async def _postpone(self, timer: DueTimer, by: timedelta) -> None:
        async with self._store.work() as work:
            later = update(_TIMERS).where(_TIMERS.c.id == timer.id).values(due_at=work.now + by)
            await work.db.execute(later)

    async def _refresh_post(self) -> bool:
        async with self._store.work() as work:
            await channel_post.refresh(work)  # the channel may have been named since the last start
        return True

    async def _arm_regular(self) -> None:
        """What comes every day waits for its next time: not for one that a wrong clock has put far ahead."""
        if clock.doubt() is not None:
            return
        now, zone = clock.now(), self._store.zone
        regular = {
            TimerKind.DAILY: next_purge(now, zone),
            TimerKind.MORNING: next_morning(now, zone),
            TimerKind.DIGEST: next_digest(now, zone),
            TimerKind.CHATS: now + old_words.LOOKED_AFTER_EVERY,
        }
        async with self._store.look() as db:
            asked = await db.execute(_ARMED, {"kinds": list(regular)})
            armed = {timer.kind: timer.due_at for timer in every(Armed, asked)}
        for kind, due_at in regular.items():
            if kind not in armed or armed[kind] > due_at:
                async with self._store.work() as work:
                    early = _TIMERS.c.kind == kind, _TIMERS.c.done_at.is_(None), _TIMERS.c.due_at > due_at
                    await work.db.execute(update(_TIMERS).where(*early).values(due_at=due_at))
                    await _again(work, kind, due_at)

    async def _rest_seconds(self) -> float:
        if clock.doubt() is not None:
            return self._service.settings.poll_seconds
        async with self._store.look() as db:
            due_at: datetime | None = (await db.execute(_SOONEST)).scalar_one_or_none()
        return loops.rest_seconds(due_at, at_most=self._service.settings.poll_seconds)


def next_purge(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 03:30 on the wall in `zone` after `now`."""
    return _next(PURGE_AT, now, zone)


def next_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 09:00 on the wall in `zone` after `now`."""
    return _next(MORNING, now, zone)


def next_digest(now: datetime, zone: ZoneInfo) -> datetime:
    """The next 08:00 on the wall in `zone` after `now`."""
    return _next(DIGEST, now, zone)


def _next(shown: time, now: datetime, zone: ZoneInfo) -> datetime:
    today = clock.wall(clock.office_day(now, zone), shown, zone)
    if today > now:
        return today
    return clock.wall(clock.office_day(now, zone) + timedelta(days=1), shown, zone)


async def _take(work: Work, timer: DueTimer) -> bool:
    return bool((await work.db.execute(_TAKE, {"timer": timer.id, "done_at": work.now})).rowcount)


async def _daily(work: Work, _subject: int) -> None:
    purged = await purge.purge(work)
    work.after_commit(lambda: log.info("purged", cases=purged.cases, more=purged.more))
    if purged.more:
        next_at = work.now
    elif purged.held:  # somebody acted in them: what was promised for today is tried again today
        next_at = work.now + AFTER_BUSY
    else:
        next_at = next_purge(work.now, work.zone)
    await _again(work, TimerKind.DAILY, next_at)


async def _again(work: Work, kind: TimerKind, due_at: datetime) -> None:
    """It is done again then; of two that two processes armed at the same moment, only one is."""
    waits = exists().where(_TIMERS.c.kind == kind, _TIMERS.c.done_at.is_(None))
    if not (await work.db.execute(select(waits))).scalar_one():
        await work.remind(kind, 0, due_at)


async def _chats(work: Work, _subject: int) -> None:
    """What may not stay longer leaves people's chats, and nobody knows any more what else stands there so long."""
    more = await old_words.leave(work)
    await in_chat.forget_old(work)
    await _again(work, TimerKind.CHATS, work.now if more else work.now + old_words.LOOKED_AFTER_EVERY)


async def _morning(work: Work, _subject: int) -> None:
    """What coordinators ought to know is said; the channel's post drops what is past."""
    await timers.arm_all(work)
    await warnings.tell(work)
    await last_day.tell(work)
    await follow_ups.arm(work)
    await channel_post.refresh(work)
    await _again(work, TimerKind.MORNING, next_morning(work.now, work.zone))


async def _digest(work: Work, _subject: int) -> None:
    """What is not well is said to coordinators before their day begins; nothing if all is well."""
    await overview.tell_digest(work)
    await _again(work, TimerKind.DIGEST, next_digest(work.now, work.zone))


_DOES = {
    TimerKind.PROMISE: late.promise_missed,
    TimerKind.TIME_KNOWN: late.time_known,
    TimerKind.ANSWER: late.answer_owed,
    TimerKind.STALL: stalls.look,
    TimerKind.HAND_OVER: handing_over.look,
    TimerKind.SHIFT_STARTS: shift_starts.start_shift,
    TimerKind.DRAFT_EXPIRES: purge.expire_draft,
    TimerKind.HELD_EXPIRES: held_lines.expire_held,
    TimerKind.KEPT_EXPIRES: keeping.expire,
    TimerKind.SESSION_EVENING: reminders.remind,
    TimerKind.SHIFT_DAY_BEFORE: shift_reminders.day_before,
    TimerKind.SHIFT_SOON: shift_reminders.soon,
    TimerKind.SHIFT_GAP: coverage.alarm,
    TimerKind.SHIFT_ASKS: asks.put_questions,
    TimerKind.STANDING: standing_signups.keep_up,
    TimerKind.PROMISE_MOVED: shift_starts.promise_moved,
    TimerKind.PRESENCE: absent.look,
    TimerKind.DUTY_ENDS: shift_ends.duty_ends,
    TimerKind.DUTY_OVER: shift_ends.duty_over,
    TimerKind.CASE_WAITS: waiting.waits,
    TimerKind.CHATS: _chats,
    TimerKind.MORNING: _morning,
    TimerKind.DIGEST: _digest,
    TimerKind.FOLLOW_UP: follow_ups.come_back,
    TimerKind.DAILY: _daily,
}
