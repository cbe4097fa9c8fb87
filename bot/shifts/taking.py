"""A volunteer takes a shift, leaves one, cannot come, or stands in; whoever it concerns is told.

Each is done by the room `roster`, which decides; here it is said. It must not show lists: `lists.py` does.
"""

from typing import NamedTuple

from sqlalchemy import select, update

from bot.cases import queue, shift_starts
from bot.engine.errors import Stale
from bot.engine.rows import columns, only
from bot.engine.work import Work
from bot.people import names, people
from bot.roster import shifts, signing
from bot.roster.shifts import ShiftRow
from bot.roster.signing import CannotStaff, Put, Taken
from bot.shifts import asks, seen
from bot.shifts.texts import CantDone, News, ShiftNews
from models.base import table_of
from models.shift import ONLINE, Assignment, StandIn
from models.staffing import ShiftVerb
from models.timer import TimerKind

_SIGNED_UP, _STAND_INS = table_of(Assignment), table_of(StandIn)


class OpenPlace(NamedTuple):
    """A place on a shift that somebody could not keep."""

    id: int
    shift_id: int
    person_id: int


async def sign_up(work: Work, shift_id: int) -> ShiftRow:
    """The acting volunteer is on the shift.

    Raises:
        NotFound: no such shift, or nobody of the staff acts.
        CannotStaff: why not.
    """
    return await put(work, shift_id, work.staff.id, ShiftVerb.SIGNED_UP)


async def stand_in(work: Work, shift_id: int) -> None:
    """As `sign_up`, in answer to a question; refused, that question is over all the same."""
    try:
        await sign_up(work, shift_id)
    except CannotStaff:
        await asks.close_own(work, shift_id)
        raise


async def put(work: Work, shift_id: int, person_id: int, verb: ShiftVerb, *, may_have_begun: bool = False) -> ShiftRow:
    """This person is on the shift, and whoever waited for that is told.

    Raises: as `signing.put_on`.
    """
    made = await signing.put_on(work, shift_id, person_id, verb=verb, may_have_begun=may_have_begun)
    await _told_of(work, made, person_id)
    return made.shift


async def leave(work: Work, shift_id: int) -> ShiftRow:
    """The acting volunteer is on the shift no more, in good time: nobody else need hear of it.

    Raises:
        NotFound: as `sign_up`.
        CannotStaff: they are not on it, or it is too late to leave without a word.
    """
    taken = await signing.take_off(work, shift_id, work.staff.id, ShiftVerb.LEFT)
    await taken_off(work, taken)
    return taken.shift


async def cannot_come(work: Work, shift_id: int) -> CantDone:
    """The acting volunteer is on the shift no more, their place is open, and the coordinators know.

    Raises: as `leave`, except that it is never too late.
    """
    actor = work.staff
    taken, place = await signing.cannot_come(work, shift_id, actor.id)
    await taken_off(work, taken)
    shift = taken.shift
    alias = await names.name_of(work.db, work.seal, actor.id)
    told = ShiftNews(news=News.CANNOT, shift=await seen.seen_one(work, shift, with_cover=True), alias=alias)
    await people.tell_coordinators(work, told)
    fit = len(await asks.may_be_asked(work, shift, but=[actor.id]))
    return CantDone(shift=(await seen.named(work, shift))[0], open_place=place, fitting=fit)


async def ask_stand_in(work: Work, open_place: int) -> CantDone:
    """Everybody who fits and may be asked has the question.

    Raises:
        Stale: the place is somebody else's, has been taken, or the shift is over or not held.
    """
    theirs = select(*columns(OpenPlace, _STAND_INS)).where(
        _STAND_INS.c.id == open_place, _STAND_INS.c.person_id == work.staff.id, _STAND_INS.c.taken_at.is_(None)
    )
    place = only(OpenPlace, await work.db.execute(theirs))
    if place is None:
        raise Stale
    shift = await signing.lock_shift(work, place.shift_id)
    if shift.is_cancelled or shift.starts_at <= work.now:
        raise Stale
    asked = await asks.ask(work, shift, but=[work.staff.id])
    return CantDone(shift=(await seen.named(work, shift))[0], open_place=open_place, asked=asked)


async def comes(work: Work, shift_id: int) -> ShiftRow:
    """The acting volunteer has said that they come.

    Raises:
        Stale: they are not on the shift any more, or it is over or not held.
    """
    shift = await shifts.shift_to_hold(work.db, shift_id, work.now)
    mine = _SIGNED_UP.c.shift_id == shift_id, _SIGNED_UP.c.person_id == work.staff.id
    said = update(_SIGNED_UP).where(*mine).values(coming_at=work.now)
    if shift is None or not (await work.db.execute(said)).rowcount:
        raise Stale
    return shift


async def taken_off(work: Work, taken: Taken) -> None:
    """Trainees who cannot stay alone are told, and newcomers who were promised this shift will be."""
    shift = taken.shift
    for trainee in taken.alone:
        told = ShiftNews(news=News.ALONE, shift=await seen.seen_one(work, shift, but=trainee))
        await work.tell(trainee, told)
    await shift_starts.unstaffed(work, shift.place)


async def _told_of(work: Work, made: Put, person_id: int) -> None:
    shift = made.shift
    await asks.taken(work, shift, person_id, is_full=made.is_full)
    await shift_starts.staffed(work, shift.place)
    if shift.place == ONLINE and shift.starts_at <= work.now < shift.ends_at:
        await shift_starts.joined_running(work, person_id)
        await work.remind(TimerKind.PRESENCE, shift.id, work.now + queue.grace(work))
    if made.instead_of is None:
        return
    alias = await names.name_of(work.db, work.seal, person_id)
    found = ShiftNews(news=News.FOUND, shift=await seen.seen_one(work, shift, but=made.instead_of), alias=alias)
    await work.tell(made.instead_of, found)
    shown = await seen.seen_one(work, shift, with_cover=True)
    await people.tell_coordinators(work, ShiftNews(news=News.TAKEN, shift=shown, alias=alias))
