"""A coordinator takes back the newest thing they did to a shift, within a day and if nothing builds on it.

Whoever was told of it is told again. A published term and an announcement have no way back. What was done to the hours
is taken back in `bot/hours/changes.py`. It must not decide which of the two is meant.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sqlalchemy import select, update

from bot.engine.db import Db
from bot.engine.errors import Stale
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.people import names
from bot.roster import ledger, shifts, signing
from bot.roster.ledger import CHANGES
from bot.shifts import making, seen
from bot.shifts.texts import News, ShiftNews
from bot.shifts.texts_undo import ShiftUndoAsk
from models.staffing import ShiftVerb

WITHIN = timedelta(hours=24)
LOOKED_AT = 50  # of the newest lines: more than anybody does in a day
_ASKED: Mapping[ShiftVerb, Literal["made", "assigned", "unassigned", "cancelled"]] = {
    ShiftVerb.MADE: "made", ShiftVerb.ASSIGNED: "assigned", ShiftVerb.UNASSIGNED: "unassigned",
    ShiftVerb.CANCELLED: "cancelled",
}  # fmt: skip
UNDOABLE = tuple(_ASKED)
UNDONE, UNDOES = "undone", "undoes"


class Done(NamedTuple):
    """Something that was done to a shift."""

    number: int
    shift_id: int
    made_at: datetime
    what: dict[str, object]

    @property
    def verb(self) -> ShiftVerb:
        return ShiftVerb(str(self.what["verb"]))

    @property
    def person(self) -> int:
        return int(str(self.what.get("person", 0)))


async def newest(work: Work) -> Done | None:
    """The newest thing the acting coordinator has done to a shift, if it is of today and nothing has been done to that
    shift since.

    Raises:
        NotFound: the actor is no coordinator.
    """
    mine = (
        select(*columns(Done, CHANGES))
        .where(CHANGES.c.made_by == work.coordinator.id, CHANGES.c.made_at > work.now - WITHIN)
        .order_by(CHANGES.c.number.desc())
        .limit(LOOKED_AT)
    )
    for done in every(Done, await work.db.execute(mine)):
        if UNDONE in done.what or UNDOES in done.what or done.verb not in UNDOABLE:
            continue
        return done if await _stands(work, done) else None
    return None


async def _stands(work: Work, done: Done) -> bool:
    newest_of_it = await ledger.newest_of(work.db, done.shift_id)
    is_newest = newest_of_it is not None and newest_of_it.number == done.number
    shift = await shifts.shift_of(work.db, done.shift_id)
    return is_newest and "term" not in done.what and shift.ends_at > work.now


async def ask(work: Work, done: Done) -> ShiftUndoAsk:
    """What would not be so any more; nothing has been taken back."""
    shift = await shifts.shift_of(work.db, done.shift_id)
    alias = await names.name_of(work.db, work.seal, done.person) if done.person else None
    named = (await seen.named(work, shift))[0]
    return ShiftUndoAsk(number=done.number, shift=named, verb=_ASKED[done.verb], alias=alias)


async def undone(work: Work, number: int) -> ShiftUndoAsk:
    """What the acting coordinator has taken back, as they read it.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: it was not taken back, or is not theirs.
    """
    mine = select(*columns(Done, CHANGES)).where(
        CHANGES.c.number == number, CHANGES.c.made_by == work.coordinator.id
    )  # fmt: skip
    done = only(Done, await work.db.execute(mine))
    if done is None or UNDONE not in done.what:
        raise Stale
    return replace(await ask(work, done), answer="yes")


async def undo(work: Work, number: int) -> Done:
    """It is as it was before, and whoever was told of it knows.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: something has been done since, or it is too long ago, or taken back already.
        CannotStaff, BadInput: it cannot be as it was, and why.
    """
    done = await newest(work)
    if done is None or done.number != number:
        raise Stale("shift_undo_no_more")
    match done.verb:
        case ShiftVerb.MADE:
            await making.cancel(work, done.shift_id)
        case ShiftVerb.ASSIGNED:
            await making.unassign(work, done.shift_id, done.person)
        case ShiftVerb.UNASSIGNED:
            await making.assign(work, done.shift_id, done.person)
        case _:
            await _bring_back(work, done.shift_id)
    await _note(work, done)
    return done


async def _bring_back(work: Work, shift_id: int) -> None:
    await shifts.bring_back_shift(work, shift_id)
    shift = await shifts.shift_of(work.db, shift_id)
    for one in await signing.people_on(work, shift):
        told = ShiftNews(news=News.BACK, shift=await seen.seen_one(work, shift, but=one.id))
        await work.tell(one.id, told)


async def _note(work: Work, done: Done) -> None:
    """Neither it nor what took it back is taken back again."""
    back = await _line(work.db, done.shift_id)
    await work.db.execute(
        update(CHANGES).where(CHANGES.c.number == done.number).values(what={**done.what, UNDONE: back.number})
    )
    await work.db.execute(
        update(CHANGES).where(CHANGES.c.number == back.number).values(what={**back.what, UNDOES: done.number})
    )


async def _line(db: Db, shift_id: int) -> Done:
    newest_of_it = select(*columns(Done, CHANGES)).where(CHANGES.c.shift_id == shift_id)
    found = only(Done, await db.execute(newest_of_it.order_by(CHANGES.c.number.desc()).limit(1)))
    assert found is not None  # what was just done has its line
    return found
