"""What stays of a case whose words are gone: codes, days and numbers, by which the report counts as it counted before.

Owns the cut: the case's own number goes, and is given to nobody for two years; instants become the beginning of their
day at the office; what was told of the case goes. It must not decide when a case is cut: `purge.py` does.
"""

from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Text, delete, exists, func, null, or_, select, type_coerce, update
from sqlalchemy import case as when

from bot.cases.opening import freed_hash
from bot.engine import clock
from bot.engine.inserts import insert_or_skip
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people.access import CASES, CaseRow
from bot.privacy.outlived import IS_BEING_CHANGED
from models.base import table_of
from models.case import CaseEvent, CaseEventKind, Focus, FreedCode
from models.closing import Closing
from models.notice import Notice
from models.outbox import Outbox, RowState
from models.people import Address, Channel
from models.timer import Timer, TimerKind

_EVENTS, _CLOSINGS, _FOCUSES = table_of(CaseEvent), table_of(Closing), table_of(Focus)
_FREED, _ROWS, _TIMERS, _ADDRESSES = table_of(FreedCode), table_of(Outbox), table_of(Timer), table_of(Address)
OF_A_MESSAGE = (CaseEventKind.NEWCOMER_WROTE, CaseEventKind.ANSWERED)
OF_A_CASE = (
    TimerKind.PROMISE, TimerKind.TIME_KNOWN, TimerKind.ANSWER, TimerKind.STALL, TimerKind.HAND_OVER,
    TimerKind.CASE_WAITS, TimerKind.FOLLOW_UP,
)  # fmt: skip
_IN_A_CHAT = exists().where(_ADDRESSES.c.id == _ROWS.c.address_id, _ADDRESSES.c.channel == Channel.TELEGRAM)
_CHANGES = _ROWS.c.edits.is_not(None) | (_ROWS.c.kind == Notice.UNSAY)
_CHANGES_A_CHAT = (_ROWS.c.state == RowState.DUE) & _CHANGES & _IN_A_CHAT
AS_DAYS = ("opened_at", "first_claimed_at", "first_answered_at", "closed_at", "stats_consent_at", "flagged_at")


class _Ended(NamedTuple):
    """A closing, as far as its place among the others of its case."""

    id: int
    on_day: date


async def keep_places(work: Work, case: CaseRow) -> None:
    """The words of the case may go: where they stand in a chat, and are yet to be deleted there, stays known."""
    relayed = _ROWS.c.case_id == case.id, _ROWS.c.message_id.is_not(None), _ROWS.c.remote_id.is_not(None)
    await work.db.execute(update(_ROWS).where(*relayed, IS_BEING_CHANGED).values(message_id=None))


async def cut(work: Work, case: CaseRow) -> None:
    """The closed case has no number, no hour and no message any more; nothing that the report counts has changed."""
    await _keep_minutes(work, case)
    await _cut_closings(work, case)
    await _cut_ledger(work, case)
    await _forget_told(work, case)
    if case.code:
        freed = insert_or_skip(work.db, _FREED).values(code_hash=freed_hash(work, case.code), freed_on=work.today)
        await work.db.execute(freed)
    days = {name: _day(work, getattr(case, name)) for name in AS_DAYS}
    gone = dict.fromkeys(("code", "conversation_id", "last_message_at", "last_day_told_at", "claimed_at"))
    over = dict.fromkeys(("waiting_since", "promised_by", "queued_at", "late_told_at", "kept_until"))
    cut_to = update(CASES).where(CASES.c.id == case.id)
    await work.db.execute(cut_to.values(read_seq=0, reminded=0, **days, **gone, **over))


def _day(work: Work, at: datetime | None) -> datetime | None:
    return None if at is None else clock.start_of_day(clock.office_day(at, work.zone), work.zone)


async def _keep_minutes(work: Work, case: CaseRow) -> None:
    """The waiting times that the report would work out from the case's instants stand on its closings as numbers."""
    measured = {"minutes_to_claim": case.first_claimed_at, "minutes_to_answer": case.first_answered_at}
    for name, reached in measured.items():
        if reached is not None:
            minutes = round((reached - case.opened_at).total_seconds() / 60)
            unknown = _CLOSINGS.c.case_id == case.id, _CLOSINGS.c[name].is_(None)
            await work.db.execute(update(_CLOSINGS).where(*unknown).values({name: minutes}))


async def _cut_closings(work: Work, case: CaseRow) -> None:
    """Which of two closings of a day was the newer one decides what describes the case: they stay in their order, a
    millionth of a second apart."""
    theirs = select(*columns(_Ended, _CLOSINGS)).where(_CLOSINGS.c.case_id == case.id)
    in_order = theirs.order_by(_CLOSINGS.c.closed_at, _CLOSINGS.c.id)
    for place, closing in enumerate(every(_Ended, await work.db.execute(in_order))):
        at = clock.start_of_day(closing.on_day, work.zone) + timedelta(microseconds=place)
        await work.db.execute(update(_CLOSINGS).where(_CLOSINGS.c.id == closing.id).values(closed_at=at))


async def _cut_ledger(work: Work, case: CaseRow) -> None:
    """Of what was written and answered on a day one line each is left: that it was that day."""
    mine = _EVENTS.c.case_id == case.id
    of_messages = mine & _EVENTS.c.kind.in_(OF_A_MESSAGE)
    first_of_day = select(func.min(_EVENTS.c.id)).where(of_messages).group_by(_EVENTS.c.kind, _EVENTS.c.on_day)
    await work.db.execute(delete(_EVENTS).where(of_messages, _EVENTS.c.id.not_in(first_of_day)))
    days = select(_EVENTS.c.on_day).where(mine).distinct()
    for on_day in (await work.db.execute(days)).scalars().all():
        begins = clock.start_of_day(on_day, work.zone)
        await work.db.execute(update(_EVENTS).where(mine, _EVENTS.c.on_day == on_day).values(at=begins))


async def _forget_told(work: Work, case: CaseRow) -> None:
    """What was said of the case, and what was to be looked at again, is gone. What this act itself says of its end
    leaves first, and so does whatever changes or deletes what stands in a chat."""
    before = _ROWS.c.created_at < work.now, _ROWS.c.lease_owner.is_(None), ~IS_BEING_CHANGED, ~_CHANGES_A_CHAT
    await work.db.execute(delete(_ROWS).where(_ROWS.c.case_id == case.id, *before))
    if case.code and case.newcomer_id is not None:  # how the case stood, for instance, was an answer of no case
        lanes = select(_ADDRESSES.c.id).where(_ADDRESSES.c.person_id == case.newcomer_id)
        names_it = type_coerce(_ROWS.c.params, Text).contains(f'"{case.code}"')
        await work.db.execute(delete(_ROWS).where(_ROWS.c.address_id.in_(lanes), names_it, *before))
    await work.db.execute(delete(_TIMERS).where(_TIMERS.c.subject == case.id, _TIMERS.c.kind.in_(OF_A_CASE)))
    in_focus = {name: _FOCUSES.c[name] == case.id for name in ("case_id", "spoke_case_id", "asked_case")}
    left = {name: when((is_it, null()), else_=_FOCUSES.c[name]) for name, is_it in in_focus.items()}
    await work.db.execute(update(_FOCUSES).where(or_(*in_focus.values())).values(left))
