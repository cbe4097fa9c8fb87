"""Changes of the opening hours: proposed and shown first, published, taken back.

Nothing stored is overwritten: what no longer holds is marked with the change that ended it. Whom a change is told to
is decided in `concerned.py`; afterwards it is read in `changes_made.py`. It must not render anything.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import Table, delete, insert, select, update

from bot.engine.db import Db
from bot.engine.errors import BadInput, Stale
from bot.engine.rows import columns, only
from bot.engine.work import Work
from bot.hours import concerned, standing
from bot.hours.changes_made import CANCELLED, CHANGES, change_told, newest_number, newest_standing
from bot.hours.standing import EXCEPTIONS, RULES
from bot.hours.told import ChangeTold, ShiftTold
from bot.places import places
from bot.roster import shifts
from models.base import new_id, table_of
from models.hours import HoursDraft, Place, Reason
from models.hours_change import Change, Effect, Standing, Verb, Wrong, effect_of
from models.timetable import Span

_DRAFTS, _PLACES = table_of(HoursDraft), table_of(Place)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that has been shown and not published. `shifts`: those of its days that would be left without a
    session. `unstaffed`: it opens a session for which nobody has signed up."""

    draft: int
    told: ChangeTold
    shifts: list[ShiftTold]
    unstaffed: bool


class _Draft(NamedTuple):
    what: dict[str, object]
    base: int


async def propose(work: Work, change: Change) -> Proposal:
    """The change is kept as a draft of the acting coordinator, to be shown before it is published.

    Raises:
        NotFound: the actor is no coordinator.
        BadInput: it cannot be made as it is.
    """
    actor = work.coordinator
    before = await _standing(work, change)
    effect = await _effect(work, change, before)
    change = _where_it_matters(change, before, effect)
    draft = new_id()
    row = {"id": draft, "person_id": actor.id, "made_at": work.now, "base": await newest_number(work.db)}
    await work.db.execute(insert(_DRAFTS).values(what=change.to_json(), **row))
    return await _proposal(work, draft, change, before, effect)


async def proposed(work: Work, draft: int) -> Proposal:
    """The acting coordinator's draft as it would be shown now.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: the draft is gone.
        BadInput: the hours have changed so that it cannot be made any more.
    """
    actor = work.coordinator
    change = await draft_change(work.db, draft, actor.id)
    if change is None:
        raise Stale
    before = await _standing(work, change)
    return await _proposal(work, draft, change, before, await _effect(work, change, before))


async def _proposal(work: Work, draft: int, change: Change, before: Standing, effect: Effect) -> Proposal:
    after = before.after(effect)
    left = await concerned.shifts_left(work, change, before.timetable, after.timetable)
    unstaffed = await concerned.opens_unstaffed(work, change, before.timetable, after.timetable)
    return Proposal(draft, await change_told(work.db, change), left, unstaffed)


async def draft_change(db: Db, draft: int, person_id: int) -> Change | None:
    """The change of this person's draft; None once it is published, dropped or too old."""
    mine = select(_DRAFTS.c.what).where(_DRAFTS.c.id == draft, _DRAFTS.c.person_id == person_id)
    what = (await db.execute(mine)).scalar_one_or_none()
    return None if what is None else Change.from_json(what)


async def publish(work: Work, draft: int, *, cancel_shifts: bool = False) -> int:
    """The draft holds from now on and whom it concerns is told; with `cancel_shifts`, shifts left without a session
    are cancelled. Returns the change's number.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: the draft is gone, or the hours have changed since it was shown.
    """
    actor = work.coordinator
    await _lock(work)
    mine = delete(_DRAFTS).where(_DRAFTS.c.id == draft, _DRAFTS.c.person_id == actor.id)
    shown = only(_Draft, await work.db.execute(mine.returning(*columns(_Draft, _DRAFTS))))
    if shown is None:
        raise Stale
    if shown.base != await newest_number(work.db):
        raise Stale("hours_changed_meanwhile")
    return await _publish(work, Change.from_json(shown.what), cancel_shifts=cancel_shifts)


async def drop_draft(work: Work, draft: int) -> None:
    """The draft is gone, unpublished.

    Raises:
        NotFound: the actor is no coordinator.
    """
    actor = work.coordinator
    await work.db.execute(delete(_DRAFTS).where(_DRAFTS.c.id == draft, _DRAFTS.c.person_id == actor.id))


async def publish_now(work: Work, change: Change) -> int:
    """The change holds from now on, without having been shown: for the command line and a new installation.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: it cannot be made as it is.
    """
    work.require_publisher()
    await _lock(work)
    return await _publish(work, change, cancel_shifts=False)


async def undo(work: Work, number: int) -> int:
    """The newest change that still has its effect is taken back, as if it had not been made; shifts that were cancelled
    with it are to be held again. Returns a new number.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        Stale: it is not the newest any more, or has been taken back.
    """
    work.require_publisher()
    await _lock(work)
    if number != await newest_standing(work.db):
        raise Stale("hours_undo_newest_only")
    what = (await work.db.execute(select(CHANGES.c.what).where(CHANGES.c.number == number))).scalar_one()
    change = Change.from_json(what)
    before = await _standing(work, change)
    undoing = await _record(work, change, undoes=number)
    back = what.get(CANCELLED, ())
    for shift_id in back:
        await shifts.bring_back_shift(work, shift_id)
    await _bring_back(work, RULES, number, undoing)
    await _bring_back(work, EXCEPTIONS, number, undoing)
    after = await _standing(work, change)
    await concerned.tell(work, change, before.timetable, after.timetable, back=back)
    return undoing


async def set_hours(
    work: Work, *, place: str, weekday: int, spans: list[Span], valid_from: date, valid_to: date | None = None
) -> int:
    """From `valid_from` to `valid_to` the place is open on this weekday as given, instead of what held before.

    No spans: not open on that weekday. Returns the change's number.

    Raises:
        NotFound: a newcomer or a volunteer acts.
        BadInput: unknown place, or times that cannot be.
    """
    change = Change(Verb.WEEKLY, (place,), valid_from, valid_to, weekday=weekday, spans=tuple(spans))
    return await publish_now(work, change)


async def _publish(work: Work, change: Change, *, cancel_shifts: bool) -> int:
    before = await _standing(work, change)
    effect = await _effect(work, change, before)
    change = _where_it_matters(change, before, effect)
    if change.name:
        await places.add_place(work, code=change.places[0], names={"sv": change.name}, address=change.address)
    after = before.after(effect)
    left = await concerned.shifts_left(work, change, before.timetable, after.timetable) if cancel_shifts else []
    cancelled = tuple(shift.shift for shift in left)
    number = await _record(work, change, cancelled=cancelled)
    await _store(work, effect, number)
    for shift_id in cancelled:
        await shifts.cancel_shift(work, shift_id)
    await concerned.tell(work, change, before.timetable, after.timetable, cancelled=cancelled)
    return number


async def _effect(work: Work, change: Change, before: Standing) -> Effect:
    if change.reason and change.reason not in tuple(Reason):
        raise BadInput("unknown_reason", value=change.reason, known=", ".join(Reason))
    if change.name:
        taken = {place.code for place in await places.places(work.db)}
        if change.places[0] in taken:
            raise Stale("hours_changed_meanwhile")
    else:
        for code in change.places:
            await places.require_place(work.db, code)
    try:
        return effect_of(change, before)
    except Wrong as wrong:
        raise BadInput(wrong.code, **wrong.values) from None


async def _standing(work: Work, change: Change) -> Standing:
    """What holds from the first day that the change or a reader may be concerned with."""
    return await standing.standing(work.db, since=min(work.today, change.first))


def _where_it_matters(change: Change, before: Standing, effect: Effect) -> Change:
    """A closing of all places, without those that are not open then: nobody need read of them."""
    if change.verb != Verb.CLOSE or len(change.places) == 1:
        return change
    ended = {one.place for row, one in before.exceptions.items() if row in effect.ends}
    touched = ended | {one.place for one in effect.exceptions.values()}
    return replace(change, places=tuple(place for place in change.places if place in touched))


async def _lock(work: Work) -> None:
    """Two coordinators publish one after the other, so that each sees what the other has done."""
    await work.db.execute(select(_PLACES.c.code).order_by(_PLACES.c.code).with_for_update())


async def _record(work: Work, change: Change, *, undoes: int | None = None, cancelled: Collection[int] = ()) -> int:
    actor = work.actor.id if work.actor else None
    what = change.to_json() | ({CANCELLED: list(cancelled)} if cancelled else {})
    row = {"made_at": work.now, "made_by": actor, "what": what, "undoes": undoes}
    number: int = (await work.db.execute(insert(CHANGES).values(**row).returning(CHANGES.c.number))).scalar_one()
    return number


async def _store(work: Work, effect: Effect, number: int) -> None:
    for table in (RULES, EXCEPTIONS):
        if effect.ends:
            await work.db.execute(update(table).where(table.c.id.in_(effect.ends)).values(ended_by=number))
    for row, rule in effect.rules.items():
        values = {
            "place": rule.place, "weekday": rule.weekday, "opens": rule.opens, "closes": rule.closes,
            "valid_from": rule.valid_from, "valid_to": rule.valid_to, "lineage": rule.lineage or row,
        }  # fmt: skip
        await work.db.execute(insert(RULES).values(id=row, added_by=number, **values))
    for row, one in effect.exceptions.items():
        values = {
            "place": one.place, "on_day": one.on_day, "kind": one.kind, "opens": one.opens, "closes": one.closes,
            "reason": one.reason, "texts": dict(one.texts), "partner": one.partner, "set_at": work.now,
        }  # fmt: skip
        await work.db.execute(insert(EXCEPTIONS).values(id=row, added_by=number, **values))


async def _bring_back(work: Work, table: Table, number: int, undoing: int) -> None:
    """What the change added holds no more; what it ended holds again, as fresh rows of the change that made it."""
    ended = (await work.db.execute(select(table).where(table.c.ended_by == number))).mappings().all()
    added = update(table).where(table.c.added_by == number, table.c.ended_by.is_(None))
    await work.db.execute(added.values(ended_by=undoing))
    for row in ended:
        await work.db.execute(insert(table).values(dict(row) | {"id": new_id(), "ended_by": None}))
