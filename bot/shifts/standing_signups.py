"""A shift that a volunteer takes every week, or every other one: made of one they have, kept up as shifts are added.

Each of its shifts is taken as any other is: what clashes is not, and is said. It must not add shifts.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select

from bot.engine import clock
from bot.engine.errors import Stale
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.roster import shifts, signing
from bot.roster.shifts import ShiftRow
from bot.roster.signing import CannotStaff
from bot.roster.told import ShiftNamed
from bot.shifts import seen, taking
from bot.shifts.texts_term import Clash, Standing
from models.base import new_id, table_of
from models.shift_plan import StandingSignup
from models.staffing import ShiftVerb, WhyNot
from models.term import LONGEST_TERM, repeats_on

_STANDING = table_of(StandingSignup)
MOST_CLASHES = 6


class StandingRow(NamedTuple):
    """A standing sign-up as it lies in the database."""

    id: int
    person_id: int
    place: str
    weekday: int
    starts: time
    every_weeks: int
    first_on: date
    until: date | None


async def begin(work: Work, shift_id: int, every_weeks: int) -> Standing:
    """The acting volunteer takes such a shift every so many weeks from this one on, and is on those there are.

    Raises:
        NotFound: no such shift.
        Stale: they are not on it, or it is over.
    """
    me = work.staff.id
    ahead = (await signing.shifts_of(work, [me], since=work.now)).get(me, [])
    if shift_id not in {one.shift for one in ahead}:
        raise Stale
    shift = await shifts.shift_of(work.db, shift_id)
    begins = shift.starts_at.astimezone(work.zone)
    same = (
        _STANDING.c.person_id == me, _STANDING.c.place == shift.place, _STANDING.c.weekday == begins.weekday(),
        _STANDING.c.starts == begins.time(),
    )  # fmt: skip
    await work.db.execute(delete(_STANDING).where(*same))
    row = StandingRow(
        new_id(), me, shift.place, begins.weekday(), begins.time(), every_weeks, begins.date(), None
    )  # fmt: skip
    await work.db.execute(insert(_STANDING).values(**row._asdict()))
    return await _kept_up(work, row, (await seen.named(work, shift))[0])


async def end(work: Work, standing: int) -> Standing:
    """The acting volunteer takes it no more by itself; the shifts they are on stay theirs.

    Raises:
        Stale: it has ended already, or is somebody else's.
    """
    mine = _STANDING.c.id == standing, _STANDING.c.person_id == work.staff.id
    row = only(StandingRow, await work.db.execute(select(*columns(StandingRow, _STANDING)).where(*mine)))
    if row is None:
        raise Stale
    await work.db.execute(delete(_STANDING).where(*mine))
    return Standing(standing=standing, line=await _line(work, row), every_weeks=row.every_weeks, ended=True)


async def end_all(work: Work, person_id: int) -> None:
    """Nothing is taken by itself for this person any more."""
    await work.db.execute(delete(_STANDING).where(_STANDING.c.person_id == person_id))


async def mine(work: Work) -> list[Standing]:
    """What the acting volunteer takes by itself, the oldest first."""
    theirs = select(*columns(StandingRow, _STANDING)).where(_STANDING.c.person_id == work.staff.id)
    rows = every(StandingRow, await work.db.execute(theirs.order_by(_STANDING.c.first_on, _STANDING.c.id)))
    return [Standing(standing=one.id, line=await _line(work, one), every_weeks=one.every_weeks) for one in rows]


async def all_ids(work: Work) -> Sequence[int]:
    """Every standing sign-up there is, the oldest first."""
    all_of_them = select(_STANDING.c.id).order_by(_STANDING.c.first_on, _STANDING.c.id)
    return (await work.db.execute(all_of_them)).scalars().all()


async def keep_up(work: Work, standing: int) -> None:
    """Its volunteer is on the shifts that have been added, and reads which ones they could not have."""
    row = only(
        StandingRow, await work.db.execute(select(*columns(StandingRow, _STANDING)).where(_STANDING.c.id == standing))
    )
    if row is not None:
        told = await _kept_up(work, row, await _line(work, row))
        if told.signed or told.clashes:
            await work.tell(row.person_id, told)


async def _kept_up(work: Work, row: StandingRow, line: ShiftNamed) -> Standing:
    signed, clashes = 0, []
    for shift in await _meant(work, row):
        try:
            await taking.put(work, shift.id, row.person_id, ShiftVerb.SIGNED_UP)
            signed += 1
        except CannotStaff as refused:
            if refused.hindrance.why != WhyNot.ALREADY:
                why = await seen.why_told(work, refused, reader=row.person_id)
                clashes.append(Clash(shift=(await seen.named(work, shift))[0], why=why))
    return Standing(
        standing=row.id, line=line, every_weeks=row.every_weeks, signed=signed, clashes=tuple(clashes[:MOST_CLASHES]),
        more=max(0, len(clashes) - MOST_CLASHES),
    )  # fmt: skip


async def _meant(work: Work, row: StandingRow) -> list[ShiftRow]:
    """The shifts ahead that it means, on which its volunteer is not yet."""
    ahead = await shifts.held_between(work.db, work.now, work.now + LONGEST_TERM)
    return [one for one in ahead if one.starts_at > work.now and _means(work, row, one)]


def _means(work: Work, row: StandingRow, shift: ShiftRow) -> bool:
    begins = shift.starts_at.astimezone(work.zone)
    same = shift.place == row.place and begins.time() == row.starts
    return same and repeats_on(begins.date(), row.first_on, row.every_weeks, row.until)


async def _line(work: Work, row: StandingRow) -> ShiftNamed:
    """Some shift that it means, which says when and where it is."""
    meant = await _meant(work, row)
    if meant:
        return (await seen.named(work, meant[0]))[0]
    starts_at: datetime = clock.wall(row.first_on, row.starts, work.zone)
    return ShiftNamed(code=row.place, shift=0, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1))
