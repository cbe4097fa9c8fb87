"""Whether somebody can take a place on a shift: whom that is asked, and how the question ends for everybody asked.

Nobody is disturbed at night: the question waits until the morning. It must not put anybody on a shift (`taking.py`).
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import select, update

from bot.engine import clock
from bot.engine.errors import Stale
from bot.engine.inserts import insert_or_skip
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people import names
from bot.roster import signing, who
from bot.roster.shifts import ShiftRow
from bot.shifts import seen
from bot.shifts.texts import ShiftAsked, ShiftAskOver
from models.base import new_id, table_of
from models.reminding import asked_at, is_quiet
from models.shift import ShiftAsk
from models.staffing import Hindrance, Volunteer, best_first, hindrance_by_room, hindrance_of
from models.timer import TimerKind

_ASKS = table_of(ShiftAsk)


class _Asked(NamedTuple):
    id: int
    person_id: int
    row_id: int | None


class Judged(NamedTuple):
    """Somebody who is not on a shift, and why they cannot be, if they cannot."""

    who: Volunteer
    why: Hindrance | None


async def fitting(work: Work, shift: ShiftRow, *, but: Sequence[int] = ()) -> list[Volunteer]:
    """Who could take a place on the shift now, the best for what it lacks first; also who does not want to be asked."""
    return [one.who for one in await judged(work, shift, but=but) if one.why is None]


async def judged(work: Work, shift: ShiftRow, *, but: Sequence[int] = ()) -> list[Judged]:
    """Everybody who is not on the shift: who could take a place now, the best for what it lacks first, then the others
    by name, each with why not."""
    day = clock.office_day(shift.starts_at, work.zone)
    everybody = await who.staff_on(work.db, day)
    on_it = await signing.people_on(work, shift)
    taken = {one.id for one in on_it} | set(but)
    ahead = await signing.shifts_of(work, everybody, since=work.now)
    wish, travel, needs = signing.stretch(shift), signing.travel_of(work), signing.needs(shift)
    called = await names.names_of(work.db, work.seal, everybody)
    by_name = sorted(everybody.values(), key=lambda one: names.folded(called.get(one.id, "")))
    why = {
        one.id: hindrance_of(wish, one, ahead.get(one.id, ()), travel) or hindrance_by_room(needs, on_it, one)
        for one in by_name
    }
    there = [one for one in by_name if one.id not in taken]
    fit = [one for one in there if why[one.id] is None]
    best = best_first(needs, on_it, fit, {person: len(theirs) for person, theirs in ahead.items()})
    return [Judged(one, why[one.id]) for one in (*best, *(one for one in there if why[one.id] is not None))]


async def may_be_asked(work: Work, shift: ShiftRow, *, but: Sequence[int] = ()) -> list[Volunteer]:
    """Of those who fit, who has said that they may be asked and has not been asked for this shift."""
    asked = select(_ASKS.c.person_id).where(_ASKS.c.shift_id == shift.id)
    already = set((await work.db.execute(asked)).scalars())
    return [one for one in await fitting(work, shift, but=but) if one.may_be_asked and one.id not in already]


async def asked_so_far(work: Work, shift_id: int) -> int:
    """How many have been asked for the shift, whatever they have answered."""
    return len((await work.db.execute(select(_ASKS.c.id).where(_ASKS.c.shift_id == shift_id))).all())


async def ask(work: Work, shift: ShiftRow, *, but: Sequence[int] = ()) -> int:
    """Everybody who fits and may be asked is asked, in the morning if it is night. Returns how many."""
    asked = 0
    for one in await may_be_asked(work, shift, but=but):
        row = {"id": new_id(), "shift_id": shift.id, "person_id": one.id, "asked_at": work.now}
        asked += (await work.db.execute(insert_or_skip(work.db, _ASKS), row)).rowcount
    if asked and is_quiet(work.now, work.zone):  # a row that waited would keep what comes after it waiting too
        await work.remind(TimerKind.SHIFT_ASKS, shift.id, asked_at(work.now, work.zone))
    elif asked:
        await put_questions(work, shift.id)
    return asked


async def were_asked(work: Work, shift_id: int) -> bool:
    """Whether the question has been put to anybody about this shift and stands."""
    return bool(await _open(work, shift_id))


async def asked_of_me(work: Work) -> Sequence[int]:
    """The shifts about which the acting member of staff has the question and has not answered it."""
    mine = _ASKS.c.person_id == work.staff.id, _ASKS.c.answered_at.is_(None), _ASKS.c.row_id.is_not(None)
    return (await work.db.execute(select(_ASKS.c.shift_id).where(*mine))).scalars().all()


async def asked_about(work: Work, shift_ids: Collection[int]) -> set[int]:
    """Those of the shifts about which a question stands."""
    standing = select(_ASKS.c.shift_id).where(_ASKS.c.shift_id.in_(list(shift_ids)), _ASKS.c.answered_at.is_(None))
    return set((await work.db.execute(standing)).scalars())


async def put_questions(work: Work, shift_id: int) -> None:
    """Whoever is to be asked about this shift and has not been has the question, if anybody is still needed."""
    shift = await signing.lock_shift(work, shift_id)
    on_it = await signing.people_on(work, shift)
    if shift.is_cancelled or shift.starts_at <= work.now or len(on_it) >= shift.needed:
        return
    told = ShiftAsked(shift=await seen.seen_one(work, shift, with_cover=True))
    for one in await _open(work, shift_id):
        if one.row_id is None:
            row_id = await work.tell_as_row(one.person_id, told)
            await work.db.execute(update(_ASKS).where(_ASKS.c.id == one.id).values(row_id=row_id))


async def decline(work: Work, shift_id: int) -> None:
    """The question is over for the acting volunteer, who says no.

    Raises:
        Stale: nothing was asked, or it is over.
    """
    shift, me = await signing.lock_shift(work, shift_id), work.staff.id
    own = [asked for asked in await _open(work, shift_id) if asked.person_id == me]
    if not own:
        raise Stale
    await _end(work, own[0], ShiftAskOver(shift=(await seen.named(work, shift))[0], outcome="declined"))


async def close_own(work: Work, shift_id: int) -> None:
    """The acting volunteer was asked and could not have the place: nothing more is said of it by itself."""
    mine = _ASKS.c.shift_id == shift_id, _ASKS.c.person_id == work.staff.id
    await work.db.execute(update(_ASKS).where(*mine).values(answered_at=work.now))


async def taken(work: Work, shift: ShiftRow, person_id: int, *, is_full: bool) -> None:
    """The question is over for whoever has a place on the shift now; and for everybody, once nobody else is needed."""
    name = await names.name_of(work.db, work.seal, person_id)
    shown = (await seen.named(work, shift))[0]
    for asked in await _open(work, shift.id):
        if asked.person_id == person_id:
            await _end(work, asked, ShiftAskOver(shift=shown, outcome="yours"))
        elif is_full:
            await _end(work, asked, ShiftAskOver(shift=shown, outcome="taken", alias=name))


async def cancelled(work: Work, shift: ShiftRow) -> None:
    """The shift is not held: the question is over for everybody."""
    over = ShiftAskOver(shift=(await seen.named(work, shift))[0], outcome="cancelled")
    for asked in await _open(work, shift.id):
        await _end(work, asked, over)


async def _open(work: Work, shift_id: int) -> list[_Asked]:
    standing = select(*columns(_Asked, _ASKS)).where(_ASKS.c.shift_id == shift_id, _ASKS.c.answered_at.is_(None))
    return every(_Asked, await work.db.execute(standing.order_by(_ASKS.c.asked_at, _ASKS.c.id)))


async def _end(work: Work, asked: _Asked, over: ShiftAskOver) -> None:
    await work.db.execute(update(_ASKS).where(_ASKS.c.id == asked.id).values(answered_at=work.now))
    if asked.row_id is not None:  # else they have not been asked yet, and will not be
        await work.tell(asked.person_id, over, edits=asked.row_id)
