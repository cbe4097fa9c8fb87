"""A coordinator adds a shift, puts somebody on it, takes somebody off it, or cancels it; whom it concerns is told.

Of two coordinators at once one is first, and the other is refused with what the first has done. It must not show
anything: `texts_coordinator.py` does.
"""

from dataclasses import replace

from bot.cases import shift_starts
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.people import names
from bot.places import places
from bot.roster import shifts, signing
from bot.roster.locks import lock_plan
from bot.roster.shifts import ShiftRow
from bot.roster.signing import CannotStaff
from bot.shifts import asks, seen, taking
from bot.shifts.texts import News, ShiftNews, reason_of
from bot.shifts.typed import NewShift, instants
from models.shift import ONLINE, overlap
from models.staffing import Hindrance, ShiftVerb, WhyNot, hindrance_by_time


async def new_shift(work: Work, new: NewShift) -> ShiftRow:
    """The shift stands, with nobody on it yet.

    Raises:
        NotFound: the actor is no coordinator.
        BadInput: it is over already, too long, or at a time that there is not.
        CannotStaff: there is one at that place and time, and who has made it.
    """
    actor = work.coordinator
    starts_at, ends_at = instants(new.day, new.span, work.zone)
    if starts_at <= work.now:
        raise BadInput("shift_time_passed", value=f"{new.day} {new.span[0]:%H:%M}")
    await lock_plan(work)
    if new.place != ONLINE:
        await places.require_place(work.db, new.place)
    for other in await shifts.held_between(work.db, starts_at, ends_at):
        if other.place == new.place and overlap((starts_at, ends_at), (other.starts_at, other.ends_at)):
            raise CannotStaff(other, actor.id, Hindrance(WhyNot.THERE_ALREADY))
    shift_id = await shift_starts.add_shift(
        work,
        starts_at=starts_at,
        ends_at=ends_at,
        person_ids=[],
        place=new.place,
        needed=new.needed,
        experienced=new.experienced,
        wants=new.wants,
        note=new.note,
    )
    return await shifts.shift_of(work.db, shift_id)


async def assign(work: Work, shift_id: int, person_id: int) -> ShiftRow:
    """This person is on the shift, and knows by whom.

    Raises:
        NotFound: the actor is no coordinator, or there is no such shift.
        CannotStaff: why not.
    """
    actor = work.coordinator
    shift = await taking.put(work, shift_id, person_id, ShiftVerb.ASSIGNED, may_have_begun=True)
    await _tell(work, person_id, News.ASSIGNED, shift, by=actor.id)
    return shift


async def unassign(work: Work, shift_id: int, person_id: int) -> ShiftRow:
    """This person is on the shift no more, and knows by whom.

    Raises:
        NotFound: as `assign`.
        CannotStaff: they are not on it, or it is over or cancelled.
    """
    actor = work.coordinator
    taken = await signing.take_off(work, shift_id, person_id, ShiftVerb.UNASSIGNED)
    await _tell(work, person_id, News.UNASSIGNED, taken.shift, by=actor.id)
    await taking.taken_off(work, taken)
    return taken.shift


async def cancel(work: Work, shift_id: int, reason: str = "") -> ShiftRow:
    """The shift is not held: whoever is on it or was asked for it knows, and why; newcomers who were promised it will.

    Raises:
        NotFound: a newcomer or a volunteer acts, or there is no such shift.
        CannotStaff: it is over, or cancelled already.
    """
    work.require_publisher()
    shift = await signing.lock_shift(work, shift_id)
    why = hindrance_by_time(signing.stretch(shift), work.now, cancelled=shift.is_cancelled, may_have_begun=True)
    if why is not None:
        raise CannotStaff(shift, work.actor.id if work.actor else 0, why)
    on_it = await signing.people_on(work, shift)
    await shifts.cancel_shift(work, shift_id, reason)
    by = work.actor.id if work.actor else None
    code, in_words = reason_of(reason)
    for one in on_it:
        told = await _news(work, News.CANCELLED, shift, by=by, reader=one.id)
        await work.tell(one.id, replace(told, reason=code, in_words=in_words))
    await asks.cancelled(work, shift)
    await shift_starts.unstaffed(work, shift.place)
    return shift


async def _tell(work: Work, person_id: int, news: News, shift: ShiftRow, *, by: int | None) -> None:
    if person_id != by:
        await work.tell(person_id, await _news(work, news, shift, by=by, reader=person_id))


async def _news(work: Work, news: News, shift: ShiftRow, *, by: int | None, reader: int) -> ShiftNews:
    alias = await names.name_of(work.db, work.seal, by)
    return ShiftNews(news=news, shift=await seen.seen_one(work, shift, but=reader), alias=alias)
