"""A volunteer's shifts ahead, and those they could take, as sayings. Reads only."""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from bot.engine import clock
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people import standing
from bot.roster import shifts, signing, who
from bot.roster.shifts import ShiftRow
from bot.roster.signing import CannotStaff
from bot.roster.staffing import HELD, SHIFTS
from bot.roster.told import ShiftSeen, WhyTold
from bot.shifts import asks, seen
from bot.shifts.seen import Staffed
from bot.shifts.texts import MOST_SHOWN, CantDone, FreeShifts, MyShifts
from models.base import table_of
from models.shift import Assignment, StandIn
from models.staffing import WhyNot, hindrance_by_room, hindrance_of

_SIGNED_UP, _STAND_INS = table_of(Assignment), table_of(StandIn)
FREE_AHEAD = timedelta(days=42)  # whoever plans further has standing sign-ups


class _OpenPlace(NamedTuple):
    id: int
    shift_id: int


async def mine(work: Work, *, asks: bool = False, most: int = MOST_SHOWN) -> MyShifts:
    """The acting volunteer's shifts ahead, at most so many of them."""
    me = work.staff.id
    ahead = (await signing.shifts_of(work, [me], since=work.now)).get(me, [])
    rows = [await shifts.shift_of(work.db, one.shift) for one in ahead[:most]]
    coming = select(_SIGNED_UP.c.shift_id).where(_SIGNED_UP.c.person_id == me, _SIGNED_UP.c.coming_at.is_not(None))
    come = set((await work.db.execute(coming)).scalars())
    shown = await seen.seen(work, await seen.staffed(work, rows), but=me, coming=come)
    return MyShifts(shifts=shown, asks=asks, more=len(ahead) - len(rows))


async def open_places(work: Work) -> list[CantDone]:
    """The places that the acting volunteer could not keep and that nobody has taken, soonest first."""
    theirs = (
        select(*columns(_OpenPlace, _STAND_INS))
        .join(SHIFTS, SHIFTS.c.id == _STAND_INS.c.shift_id)
        .where(_STAND_INS.c.person_id == work.staff.id, _STAND_INS.c.taken_at.is_(None))
        .where(HELD, SHIFTS.c.starts_at > work.now)
    )
    found = every(_OpenPlace, await work.db.execute(theirs.order_by(SHIFTS.c.starts_at, _STAND_INS.c.id)))
    return [await _open_place(work, one) for one in found]


async def _open_place(work: Work, place: _OpenPlace) -> CantDone:
    shift = await shifts.shift_of(work.db, place.shift_id)
    fit, asked = await asks.may_be_asked(work, shift, but=[work.staff.id]), await asks.asked_so_far(work, shift.id)
    [named] = await seen.named(work, shift)
    return CantDone(shift=named, open_place=place.id, fitting=len(fit), asked=asked if asked and not fit else None)


async def free(work: Work, page: int = 0) -> FreeShifts:
    """The shifts that the acting volunteer could take; none, and why, before they have been introduced."""
    if not (await standing.standing_of(work.db, [work.staff.id]))[work.staff.id].is_introduced:
        return FreeShifts(why=WhyTold(why=WhyNot.NOT_INTRODUCED))
    fit = await _fitting(work)
    pages = -(-len(fit) // MOST_SHOWN) or 1
    shown = page % pages
    those = fit[shown * MOST_SHOWN : (shown + 1) * MOST_SHOWN]
    following = (shown + 1) % pages if pages > 1 else None
    return FreeShifts(shifts=await _shown(work, those), next_page=following)


async def free_after(
    work: Work, *, done: ShiftRow | None = None, left: ShiftRow | None = None, refused: CannotStaff | None = None
) -> FreeShifts:
    """As `free`, under what came of a press: the acting volunteer is on a shift, on one no more, or was refused."""
    now_free = await free(work)
    named = await seen.named(work, *(one for one in (done, left, refused and refused.shift) if one))
    why = await seen.why_told(work, refused, reader=work.staff.id) if refused else None
    about = named[0] if named else None
    return FreeShifts(
        done=about if done else None, left=about if left else None, about=about if refused else None, why=why,
        shifts=now_free.shifts, next_page=now_free.next_page,
    )  # fmt: skip


async def _fitting(work: Work) -> list[Staffed]:
    me = work.staff.id
    stand = (await standing.standing_of(work.db, [me]))[me]
    others = (await signing.shifts_of(work, [me], since=work.now)).get(me, [])
    ahead = [
        row
        for row in await shifts.held_between(work.db, work.now, work.now + FREE_AHEAD)
        if row.starts_at > work.now and row.id not in {one.shift for one in others}
    ]
    travel, found = signing.travel_of(work), []
    for each in await seen.staffed(work, ahead):
        as_then = who.as_on(stand, clock.office_day(each.shift.starts_at, work.zone))
        if hindrance_of(signing.stretch(each.shift), as_then, others, travel) is None and (
            hindrance_by_room(signing.needs(each.shift), each.on_it, as_then) is None
        ):
            found.append(each)
    return found


async def _shown(work: Work, those: list[Staffed]) -> tuple[ShiftSeen, ...]:
    return await seen.seen(work, those, with_cover=True)
