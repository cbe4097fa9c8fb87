"""Who is present: the one place where that condition is written, and where it begins and ends.

Present is who has an open duty: on an online shift they are signed up for, or without one. Whoever is signed up becomes
present by any act from a quarter of an hour before the start. It must not say anything, nor know what waits.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Exists,
    FromClause,
    and_,
    bindparam,
    case,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.engine.db import Db, Id, Instant
from bot.engine.inserts import insert_or_skip
from bot.engine.rows import columns, every, first
from bot.engine.work import Work
from models.base import UtcDateTime, new_id, table_of
from models.duty import Duty
from models.shift import ONLINE, Assignment, Shift
from models.timer import TimerKind

DUTIES, SHIFTS, SIGNED_UP = table_of(Duty), table_of(Shift), table_of(Assignment)
HELD = SHIFTS.c.cancelled_at.is_(None)
# Under names of their own: a condition in a statement over shifts must not be taken for one about its rows alone.
_HERE, _THEIRS, _PLANNED = DUTIES.alias("here"), SIGNED_UP.alias("theirs"), SHIFTS.alias("planned")
BEFORE_START = timedelta(minutes=15)  # from then on an act is a sign that somebody is there
MOST_IN_A_ROW = 8  # shifts back to back: more than anybody works


class Near(NamedTuple):
    """An online shift of somebody's that runs, or begins soon."""

    id: int
    starts_at: datetime
    ends_at: datetime


class Came(NamedTuple):
    """A duty: somebody is present from `began_at` on; `shift_id`: the shift, None without one."""

    id: int
    person_id: int
    shift_id: int | None
    began_at: datetime
    ends_at: datetime


def is_present(person: Id, now: Instant) -> Exists:
    """That this person is present at `now`; as a condition of a statement."""
    return exists().where(_HERE.c.person_id == person, is_open(_HERE, now))


def is_expected(person: Id, now: Instant, since: Instant) -> Exists:
    """That this person is on an online shift at `now` that began, or that they were put on, after `since`, and has not
    gone off duty; as a condition of a statement."""
    fresh = or_(_PLANNED.c.starts_at > since, _THEIRS.c.signed_up_at > since)
    on_it = _THEIRS.c.shift_id == _PLANNED.c.id, _THEIRS.c.person_id == person
    return exists().where(*on_it, *_runs(now), fresh, ~has_gone(_PLANNED.c.id, _THEIRS.c.person_id))


def _runs(now: Instant) -> tuple[ColumnElement[bool], ...]:
    held = _PLANNED.c.place == ONLINE, _PLANNED.c.cancelled_at.is_(None)
    return *held, _PLANNED.c.starts_at <= now, _PLANNED.c.ends_at > now


def is_open(duty: FromClause, now: Instant) -> ColumnElement[bool]:
    """That this duty is open at `now`: one on a shift lasts no longer than the shift is held and theirs."""
    on_it = _THEIRS.c.shift_id == _PLANNED.c.id, _THEIRS.c.person_id == duty.c.person_id
    is_theirs = exists().where(*on_it, _PLANNED.c.id == duty.c.shift_id, _PLANNED.c.cancelled_at.is_(None))
    lasts = duty.c.began_at <= now, duty.c.ends_at > now
    return and_(duty.c.ended_at.is_(None), *lasts, or_(duty.c.shift_id.is_(None), is_theirs))


def has_gone(shift: Id, person: Id) -> Exists:
    """That this person has gone off duty on this shift; as a condition of a statement."""
    return exists().where(_HERE.c.shift_id == shift, _HERE.c.person_id == person, _HERE.c.ended_at.is_not(None))


_PERSON: BindParameter[int] = bindparam("person")
_NOW, _SOON = bindparam("now", type_=UtcDateTime), bindparam("soon", type_=UtcDateTime)
GAVE_A_SIGN = exists().where(DUTIES.c.shift_id == SIGNED_UP.c.shift_id, DUTIES.c.person_id == SIGNED_UP.c.person_id)
_KNOWN = exists().where(DUTIES.c.shift_id == SHIFTS.c.id, DUTIES.c.person_id == SIGNED_UP.c.person_id)
_OF_PERSON = (
    select(*columns(Near, SHIFTS))
    .select_from(SHIFTS.join(SIGNED_UP, SIGNED_UP.c.shift_id == SHIFTS.c.id))
    .where(SIGNED_UP.c.person_id == _PERSON, SHIFTS.c.place == ONLINE, HELD)
    .order_by(SHIFTS.c.starts_at, SHIFTS.c.id)
)
_FORGET_ENDED = delete(DUTIES).where(
    DUTIES.c.shift_id == bindparam("shift"), DUTIES.c.person_id == _PERSON, DUTIES.c.ended_at.is_not(None)
)
_NEAR = _OF_PERSON.where(SHIFTS.c.starts_at <= _SOON, SHIFTS.c.ends_at > _NOW)
_NEAR_UNKNOWN = _NEAR.where(~_KNOWN)
_NEXT_IN_A_ROW = _OF_PERSON.where(SHIFTS.c.starts_at == bindparam("at", type_=UtcDateTime), ~_KNOWN).limit(1)


async def acted(work: Work) -> list[Came]:
    """Whoever of the staff acts is present on their shift that runs or begins soon, and on those that follow it without
    a break. Returns what they were not before: nothing, in one statement, as long as nothing is near.

    Who has gone off duty stays so.
    """
    actor = work.actor
    if actor is None or not actor.is_staff or not actor.enabled:
        return []
    near = every(Near, await work.db.execute(_NEAR_UNKNOWN, _near(work, actor.id)))
    return await _begin(work, actor.id, near)


async def come(work: Work, person_id: int) -> list[Came]:
    """They say that they are there: present on their shift that runs or begins soon, also if they had gone off duty.
    Nothing, if there is none."""
    near = await near_of(work.db, person_id, work.now)
    for shift in near:
        await work.db.execute(_FORGET_ENDED, {"shift": shift.id, "person": person_id})
    return await _begin(work, person_id, near)


async def come_until(work: Work, person_id: int, ends_at: datetime) -> Came:
    """They are present without a shift until then; longer or shorter than they had said before."""
    await work.db.execute(delete(DUTIES).where(*_without_shift(person_id, work.now)))
    came = Came(new_id(), person_id, None, work.now, ends_at)
    await work.db.execute(insert(DUTIES).values(**came._asdict()))
    await work.remind(TimerKind.DUTY_ENDS, came.id, ends_at)
    return came


async def go(work: Work, person_id: int) -> bool:
    """They are not present any more, and no act but their word makes them so on the shifts that run or begin soon.
    Returns whether there was anything to leave."""
    left = await end_all(work, person_id)
    near = every(Near, await work.db.execute(_NEAR_UNKNOWN, _near(work, person_id)))
    for shift in near:
        began = max(work.now, shift.starts_at)
        row = Came(new_id(), person_id, shift.id, began, shift.ends_at)
        await work.db.execute(insert_or_skip(work.db, DUTIES), row._asdict() | {"ended_at": began})
    return left or bool(near)


async def end_all(work: Work, person_id: int) -> bool:
    """They are not present any more. Returns whether they were, or would soon have been. What follows without a break
    begins anew: there an act is a sign again."""
    theirs = DUTIES.c.person_id == person_id, DUTIES.c.ended_at.is_(None), DUTIES.c.ends_at > work.now
    later = DUTIES.c.began_at > work.now + BEFORE_START
    await work.db.execute(delete(DUTIES).where(*theirs, later))
    ended_at = case((DUTIES.c.began_at > work.now, DUTIES.c.began_at), else_=literal(work.now, UtcDateTime))
    gone = await work.db.execute(update(DUTIES).where(*theirs).values(ended_at=ended_at))
    return bool(gone.rowcount)


async def shift_is_left(work: Work, shift_id: int, person_id: int | None = None) -> None:
    """This person, or else everybody, is on the shift no more though it runs: whoever was present on it is looked at
    now, as at its end."""
    there = DUTIES.c.shift_id == shift_id, DUTIES.c.ended_at.is_(None), DUTIES.c.ends_at > work.now
    mine = select(DUTIES.c.id).where(*there, DUTIES.c.began_at <= work.now).order_by(DUTIES.c.id)
    mine = mine if person_id is None else mine.where(DUTIES.c.person_id == person_id)
    for duty_id in (await work.db.execute(mine)).scalars().all():
        await work.remind(TimerKind.DUTY_ENDS, duty_id, work.now)


async def carry_over(work: Work, shift: Near) -> None:
    """Whoever is present until this shift begins, and is on it, is present on it too."""
    until_now = and_(_HERE.c.person_id == SIGNED_UP.c.person_id, _HERE.c.ended_at.is_(None))
    until_now = and_(until_now, _HERE.c.ends_at == shift.starts_at, _HERE.c.began_at < shift.starts_at)
    known = exists().where(DUTIES.c.shift_id == shift.id, DUTIES.c.person_id == SIGNED_UP.c.person_id)
    them = select(SIGNED_UP.c.person_id).where(SIGNED_UP.c.shift_id == shift.id, exists().where(until_now), ~known)
    for person_id in (await work.db.execute(them)).scalars().all():
        await _begin(work, person_id, [shift])


async def near_of(db: Db, person_id: int, now: datetime) -> list[Near]:
    """Their shifts that run or begin soon."""
    return every(Near, await db.execute(_NEAR, {"person": person_id, "now": now, "soon": now + BEFORE_START}))


async def stay_of(db: Db, person_id: int, now: datetime) -> list[Came]:
    """The duties in which they are present, or soon will be, without a break; empty if there are none."""
    theirs = DUTIES.c.person_id == person_id, DUTIES.c.ended_at.is_(None), DUTIES.c.ends_at > now
    ahead = select(*columns(Came, DUTIES)).where(*theirs).order_by(DUTIES.c.began_at, DUTIES.c.ends_at)
    stay: list[Came] = []
    for duty in every(Came, await db.execute(ahead)):
        if duty.began_at <= (stay[-1].ends_at if stay else now + BEFORE_START):
            stay.append(duty)
    return stay


async def are_absent(db: Db, shift_ids: Collection[int]) -> set[tuple[int, int]]:
    """Who has been found missing on which of these shifts and has given no sign since, as (shift, person)."""
    missing = SIGNED_UP.c.shift_id.in_(list(shift_ids)), SIGNED_UP.c.absent_at.is_not(None), ~GAVE_A_SIGN
    found = await db.execute(select(SIGNED_UP.c.shift_id, SIGNED_UP.c.person_id).where(*missing))
    return {(shift, person) for shift, person in found}


async def duty_of(work: Work, duty_id: int) -> Came | None:
    """The duty, unless it is gone or they went off duty before its end."""
    lasted = DUTIES.c.id == duty_id, DUTIES.c.ended_at.is_(None)
    return first(Came, await work.db.execute(select(*columns(Came, DUTIES)).where(*lasted)))


async def stays_on(work: Work, duty: Came) -> bool:
    """Whether they are there still now that this duty is over: on the shift that follows it, or without one."""
    following = {"person": duty.person_id, "at": duty.ends_at}
    await _begin(work, duty.person_id, every(Near, await work.db.execute(_NEXT_IN_A_ROW, following)))
    return await is_there(work, duty.person_id)


async def is_there(work: Work, person_id: int) -> bool:
    """Whether they are present now."""
    there: bool = (await work.db.execute(select(is_present(person_id, work.now)))).scalar_one()
    return there


def _near(work: Work, person_id: int) -> dict[str, object]:
    return {"person": person_id, "now": work.now, "soon": work.now + BEFORE_START}


def _without_shift(person_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        DUTIES.c.person_id == person_id,
        DUTIES.c.shift_id.is_(None),
        DUTIES.c.ended_at.is_(None),
        DUTIES.c.ends_at > now,
    )


async def _begin(work: Work, person_id: int, near: Sequence[Near]) -> list[Came]:
    came: list[Came] = []
    waiting, row = list(near), 0
    while waiting and row < MOST_IN_A_ROW:
        shift, row = waiting.pop(0), row + 1
        duty = Came(new_id(), person_id, shift.id, max(work.now, shift.starts_at), shift.ends_at)
        if duty.began_at < duty.ends_at:  # else that is over too, where nothing could be looked at for a while
            if not (await work.db.execute(insert_or_skip(work.db, DUTIES), duty._asdict())).rowcount:
                continue  # at this very moment, by another act of theirs
            await work.remind(TimerKind.DUTY_ENDS, duty.id, duty.ends_at)
            came.append(duty)
        asked = {"person": person_id, "at": shift.ends_at}
        waiting += every(Near, await work.db.execute(_NEXT_IN_A_ROW, asked))
    return came
