"""Two volunteers take each other's shift: one proposes, the other accepts, and both must fit, then as now.

It must not decide who fits: `models/staffing.py` does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from sqlalchemy import ColumnElement, insert, or_, select, update

from bot.engine import clock
from bot.engine.errors import Stale
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.people import names, standing
from bot.people.standing import Standing as PersonStanding
from bot.roster import shifts, signing, who
from bot.roster.shifts import ShiftRow
from bot.roster.signing import CannotStaff
from bot.roster.told import ShiftNamed
from bot.shifts import seen
from bot.shifts.lists import FREE_AHEAD
from bot.shifts.seen import Staffed
from bot.shifts.texts_swap import Offer, SwapAsked, SwapOver, SwapWhich, SwapWith
from models.base import new_id, table_of
from models.outbox import Outbox, RowState
from models.people import Address, Channel
from models.shift_plan import Swap
from models.staffing import Stretch, hindrance_by_room, hindrance_of

_SWAPS, _ROWS, _ADDRESSES = table_of(Swap), table_of(Outbox), table_of(Address)
MOST_OFFERED = 8


class SwapRow(NamedTuple):
    """A proposal as it lies in the database."""

    id: int
    shift_id: int
    person_id: int
    other_shift_id: int
    other_person_id: int


class _Kept(NamedTuple):
    id: int
    shift_id: int
    person_id: int
    other_shift_id: int
    other_person_id: int
    outcome: Literal["accepted", "declined", "refused"] | None


async def choose(work: Work) -> SwapWhich:
    """The acting volunteer's shifts, to choose which one to give."""
    ahead = await _ahead_of(work, work.staff.id)
    rows = [await shifts.shift_of(work.db, one.shift) for one in ahead[:MOST_OFFERED]]
    return SwapWhich(shifts=await seen.seen(work, await seen.staffed(work, rows), but=work.staff.id))


async def offers(work: Work, shift_id: int) -> SwapWith:
    """Whose shifts could be had for this one, so that both fit.

    Raises:
        Stale: it is not the actor's any more, or has begun.
    """
    me = work.staff.id
    mine = await _own(work, shift_id, me)
    ahead = await shifts.held_between(work.db, work.now, work.now + FREE_AHEAD)
    there = [one for one in ahead if one.starts_at > work.now and one.id != shift_id]
    [given, *theirs] = await seen.staffed(work, [mine, *there])
    others = {one.id for each in theirs for one in each.on_it if one.may_be_asked and one.id != me}
    known = await _known(work, [me, *others])
    pairs = [(each, one.id) for each in theirs for one in each.on_it if one.id in others]
    return await _with(work, mine, [(each, one) for each, one in pairs if _fits(work, known, given, me, each, one)])


async def _with(work: Work, mine: ShiftRow, found: Sequence[tuple[Staffed, int]]) -> SwapWith:
    shown = found[:MOST_OFFERED]
    called = await names.names_of(work.db, work.seal, [person for _, person in shown])
    named = await seen.named(work, mine, *(each.shift for each, _ in shown))
    told = [
        Offer(shift=name, person=person, alias=called.get(person, "?"))
        for name, (_, person) in zip(named[1:], shown, strict=True)
    ]
    return SwapWith(shift=named[0], offers=tuple(told))


async def propose(work: Work, shift_id: int, other_shift_id: int, other_person_id: int) -> SwapOver:
    """The other has the question.

    Raises:
        Stale: one of the shifts is not theirs any more or has begun, or they do not fit any more.
    """
    me = work.staff.id
    mine, theirs = await _own(work, shift_id, me), await _own(work, other_shift_id, other_person_id)
    both = await seen.staffed(work, [mine, theirs])
    other = next((one for one in both[1].on_it if one.id == other_person_id), None)
    known = await _known(work, [me, other_person_id])
    if other is None or not other.may_be_asked or not _fits(work, known, both[0], me, both[1], other.id):
        raise Stale
    if await _stands(work, shift_id, other_shift_id):
        raise Stale
    swap, named = new_id(), await seen.named(work, mine, theirs)
    row = {"id": swap, "shift_id": shift_id, "person_id": me, "proposed_at": work.now}
    await work.db.execute(insert(_SWAPS).values(**row, other_shift_id=other_shift_id, other_person_id=other_person_id))
    alias = await names.name_of(work.db, work.seal, me)
    await work.tell(other.id, SwapAsked(swap=swap, gives=named[0], takes=named[1], alias=alias or "?"))
    called = await names.name_of(work.db, work.seal, other.id)
    return SwapOver(outcome="proposed", gives=named[0], takes=named[1], alias=called or "?")


async def accept(work: Work, swap_id: int) -> SwapOver:
    """Both have the other's shift; or, where one of them does not fit any more, both keep theirs. Either is told.

    Raises:
        Stale: it was answered, or is somebody else's.
    """
    swap = await _answered(work, swap_id, "accepted")
    try:
        mine, theirs = await signing.swap(work, (swap.shift_id, swap.person_id), (swap.other_shift_id, work.staff.id))
    except CannotStaff as why:
        await work.db.execute(update(_SWAPS).where(_SWAPS.c.id == swap_id).values(outcome="refused"))
        return await _refused(work, swap, why)
    return await _tell(work, swap, "accepted", mine, theirs)


async def decline(work: Work, swap_id: int) -> SwapOver:
    """Both keep their shifts, and the one who proposed it knows.

    Raises:
        Stale: as `accept`.
    """
    swap = await _answered(work, swap_id, "declined")
    mine, theirs = [await shifts.shift_of(work.db, one) for one in (swap.shift_id, swap.other_shift_id)]
    return await _tell(work, swap, "declined", mine, theirs)


async def card_of(work: Work, swap_id: int) -> int | None:
    """The message in the acting volunteer's chat that asks them, if one stands there."""
    mine = select(_ADDRESSES.c.id).where(
        _ADDRESSES.c.person_id == work.staff.id, _ADDRESSES.c.channel == Channel.TELEGRAM
    )
    there = _ROWS.c.kind == SwapAsked.kind, _ROWS.c.edits.is_(None), _ROWS.c.state.in_((RowState.DUE, RowState.SENT))
    cards = select(_ROWS.c.id, _ROWS.c.params).where(_ROWS.c.address_id.in_(mine), *there)
    asking = (card for card, kept in await work.db.execute(cards) if SwapAsked.understood(kept).swap == swap_id)
    return next(asking, None)


async def asked_of_me(work: Work) -> list[SwapAsked]:
    """What others have proposed to the acting volunteer and what can still be answered, the oldest first."""
    told = []
    for swap in await _open(work, _SWAPS.c.other_person_id == work.staff.id):
        gives, takes, called = await _named(work, swap)
        told.append(SwapAsked(swap=swap.id, gives=gives, takes=takes, alias=called.get(swap.person_id, "?")))
    return told


async def proposed_by_me(work: Work) -> list[SwapOver]:
    """What the acting volunteer has proposed and what waits for an answer, the oldest first."""
    told = []
    for swap in await _open(work, _SWAPS.c.person_id == work.staff.id):
        gives, takes, called = await _named(work, swap)
        alias = called.get(swap.other_person_id, "?")
        told.append(SwapOver(outcome="proposed", gives=gives, takes=takes, alias=alias))
    return told


async def newest(work: Work, shift_id: int, other_shift_id: int, other_person_id: int) -> int:
    """The swap of these that the acting volunteer has proposed last; 0 if none."""
    same = (
        _SWAPS.c.shift_id == shift_id, _SWAPS.c.other_shift_id == other_shift_id,
        _SWAPS.c.other_person_id == other_person_id, _SWAPS.c.person_id == work.staff.id,
    )  # fmt: skip
    last = select(_SWAPS.c.id).where(*same).order_by(_SWAPS.c.proposed_at.desc(), _SWAPS.c.id.desc()).limit(1)
    return (await work.db.execute(last)).scalars().first() or 0


async def came_of(work: Work, swap_id: int) -> SwapOver | None:
    """How the swap stands, as the acting volunteer reads it; None if it is none of theirs."""
    me = work.staff.id
    either = or_(_SWAPS.c.person_id == me, _SWAPS.c.other_person_id == me)
    swap = only(_Kept, await work.db.execute(select(*columns(_Kept, _SWAPS)).where(_SWAPS.c.id == swap_id, either)))
    if swap is None or (swap.outcome is None and swap.person_id != me):
        return None
    gives, takes, called = await _named(work, SwapRow(*swap[:5]))
    outcome = "proposed" if swap.outcome is None else swap.outcome
    told = SwapOver(outcome=outcome, gives=gives, takes=takes, alias=called.get(swap.other_person_id, "?"))
    return told if swap.person_id == me else told.turned(called.get(swap.person_id, "?"))


async def _open(work: Work, whose: ColumnElement[bool]) -> list[SwapRow]:
    """Those that are not answered, of shifts that are ahead and still those of the two."""
    waiting = select(*columns(SwapRow, _SWAPS)).where(whose, _SWAPS.c.answered_at.is_(None))
    rows = every(SwapRow, await work.db.execute(waiting.order_by(_SWAPS.c.proposed_at, _SWAPS.c.id)))
    people = {person for row in rows for person in (row.person_id, row.other_person_id)}
    ahead = await signing.shifts_of(work, people, since=work.now)
    theirs = {person: {one.shift for one in some if one.starts_at > work.now} for person, some in ahead.items()}
    return [
        row
        for row in rows
        if row.shift_id in theirs.get(row.person_id, ()) and row.other_shift_id in theirs.get(row.other_person_id, ())
    ]


async def _named(work: Work, swap: SwapRow) -> tuple[ShiftNamed, ShiftNamed, dict[int | None, str]]:
    """The two shifts, the first of whoever proposed it, and what the two are called."""
    rows = [await shifts.shift_of(work.db, one) for one in (swap.shift_id, swap.other_shift_id)]
    gives, takes = await seen.named(work, *rows)
    return gives, takes, await names.names_of(work.db, work.seal, [swap.person_id, swap.other_person_id])


async def _refused(work: Work, swap: SwapRow, why: CannotStaff) -> SwapOver:
    mine, theirs = [await shifts.shift_of(work.db, one) for one in (swap.shift_id, swap.other_shift_id)]
    named = await seen.named(work, mine, theirs)
    called = await names.names_of(work.db, work.seal, [swap.person_id, swap.other_person_id])
    told = {reader: await seen.why_told(work, why, reader=reader) for reader in (swap.person_id, swap.other_person_id)}
    over = SwapOver(outcome="refused", gives=named[0], takes=named[1], alias=called.get(swap.other_person_id, "?"))
    await work.tell(swap.person_id, replace(over, why=told[swap.person_id]))
    return replace(over.turned(called.get(swap.person_id, "?")), why=told[swap.other_person_id])


async def _tell(
    work: Work, swap: SwapRow, outcome: Literal["accepted", "declined"], mine: ShiftRow, theirs: ShiftRow
) -> SwapOver:
    """Who proposed it is told; returns what the other reads."""
    named = await seen.named(work, mine, theirs)
    called = await names.names_of(work.db, work.seal, [swap.person_id, swap.other_person_id])
    told = SwapOver(outcome=outcome, gives=named[0], takes=named[1], alias=called.get(swap.other_person_id, "?"))
    await work.tell(swap.person_id, told)
    return told.turned(called.get(swap.person_id, "?"))


async def _answered(work: Work, swap_id: int, outcome: str) -> SwapRow:
    mine = _SWAPS.c.id == swap_id, _SWAPS.c.other_person_id == work.staff.id, _SWAPS.c.answered_at.is_(None)
    answered = update(_SWAPS).where(*mine).values(answered_at=work.now, outcome=outcome)
    found = only(SwapRow, await work.db.execute(answered.returning(*columns(SwapRow, _SWAPS))))
    if found is None:
        raise Stale
    return found


async def _stands(work: Work, shift_id: int, other_shift_id: int) -> bool:
    """Whether just that has been proposed and not answered."""
    same = _SWAPS.c.shift_id == shift_id, _SWAPS.c.other_shift_id == other_shift_id, _SWAPS.c.answered_at.is_(None)
    standing = select(_SWAPS.c.id).where(*same, _SWAPS.c.person_id == work.staff.id)
    return (await work.db.execute(standing)).first() is not None


async def _own(work: Work, shift_id: int, person_id: int) -> ShiftRow:
    if shift_id not in {one.shift for one in await _ahead_of(work, person_id)}:
        raise Stale
    return await shifts.shift_of(work.db, shift_id)


async def _ahead_of(work: Work, person_id: int) -> list[Stretch]:
    ahead = (await signing.shifts_of(work, [person_id], since=work.now)).get(person_id, [])
    return [one for one in ahead if one.starts_at > work.now]


class _Known(NamedTuple):
    """Whoever may swap: how they stand, and their shifts ahead."""

    stand: Mapping[int, PersonStanding]
    ahead: Mapping[int, Sequence[Stretch]]


async def _known(work: Work, person_ids: Sequence[int]) -> _Known:
    stand = await standing.standing_of(work.db, person_ids)
    return _Known(stand, await signing.shifts_of(work, person_ids, since=work.now))


def _fits(work: Work, known: _Known, mine: Staffed, me: int, theirs: Staffed, other: int) -> bool:
    """Whether each could be on the other's shift instead of their own."""
    return _could(work, known, me, mine, theirs, other) and _could(work, known, other, theirs, mine, me)


def _could(work: Work, known: _Known, person: int, leaves: Staffed, joins: Staffed, instead_of: int) -> bool:
    there = [one for one in joins.on_it if one.id != instead_of]
    if person not in known.stand or any(one.id == person for one in there):
        return False
    as_then = who.as_on(known.stand[person], clock.office_day(joins.shift.starts_at, work.zone))
    left = [one for one in known.ahead.get(person, ()) if one.shift != leaves.shift.id]
    return (
        hindrance_of(signing.stretch(joins.shift), as_then, left, signing.travel_of(work)) is None
        and hindrance_by_room(signing.needs(joins.shift), there, as_then) is None
    )
