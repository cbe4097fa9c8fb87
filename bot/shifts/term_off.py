"""The shifts of a published term that are ahead, cancelled together: whoever is signed up is told once, of all theirs.

A term is what one act has published: its lines in the ledger have the same author and instant. One shift is cancelled
in `making.py`. It must not make a term.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from bot.cases import shift_starts
from bot.engine import clock
from bot.engine.errors import Stale
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people import names
from bot.roster import shifts, who
from bot.roster.ledger import CHANGES
from bot.roster.locks import lock_plan
from bot.roster.shifts import ShiftRow
from bot.roster.staffing import HELD, SHIFTS
from bot.shifts import asks, seen
from bot.shifts.texts import reason_of
from bot.shifts.texts_term_off import MOST_NAMED, TermAhead, TermOff
from models.staffing import ShiftVerb

TERM = "term"  # beside what was done in a line of the ledger: to many shifts at once


class _Made(NamedTuple):
    number: int
    shift_id: int
    made_at: datetime
    made_by: int | None
    what: dict[str, object]
    starts_at: datetime


async def ahead(work: Work) -> list[TermAhead]:
    """The published terms of which there are shifts ahead, soonest first.

    Raises:
        NotFound: a newcomer or a volunteer acts.
    """
    work.require_publisher()
    terms: dict[tuple[datetime, int | None], list[_Made]] = defaultdict(list)
    for made in await _made(work):
        terms[made.made_at, made.made_by].append(made)
    return [await _told(work, those) for those in terms.values()]


async def term_ahead(work: Work, number: int) -> TermAhead:
    """What is ahead of this one.

    Raises:
        NotFound: as `ahead`.
        Stale: nothing is, or there never was such a term.
    """
    work.require_publisher()
    return await _told(work, await _of(work, number))


async def cancel(work: Work, number: int, reason: str = "") -> TermAhead:
    """None of its shifts that are ahead is held: whoever is on one or was asked for one knows, and why; newcomers who
    were promised one will. Returns what it was.

    Raises: as `term_ahead`.
    """
    work.require_publisher()
    await lock_plan(work)
    those = await _of(work, number)
    rows = await shifts.cancel_many(work, [one.shift_id for one in those], reason, noted={TERM: 1})
    if not rows:
        raise Stale("term_off_already")
    told = await _told(work, those)
    await _tell(work, rows, reason)
    asked = await asks.asked_about(work, [row.id for row in rows])
    for shift in rows:
        if shift.id in asked:  # a term has hundreds of shifts, and an act two seconds
            await asks.cancelled(work, shift)
    for place in sorted({shift.place for shift in rows}):
        await shift_starts.unstaffed(work, place)
    return told


async def _tell(work: Work, rows: Sequence[ShiftRow], reason: str) -> None:
    theirs: dict[int, list[ShiftRow]] = defaultdict(list)
    on_them = await _on(work, rows)
    for shift in rows:
        for person in on_them.get(shift.id, ()):
            theirs[person].append(shift)
    alias = await names.name_of(work.db, work.seal, work.actor.id) if work.actor else None
    code, in_words = reason_of(reason)
    for person, own in sorted(theirs.items()):
        named = await seen.named(work, *own[:MOST_NAMED])
        more = max(0, len(own) - MOST_NAMED)
        await work.tell(person, TermOff(shifts=named, more=more, alias=alias, reason=code, in_words=in_words))


async def _on(work: Work, rows: Sequence[ShiftRow]) -> Mapping[int, Sequence[int]]:
    days = {row.id: clock.office_day(row.starts_at, work.zone) for row in rows}
    return {shift: [one.id for one in on_it] for shift, on_it in (await who.on_shifts(work.db, days)).items()}


async def _told(work: Work, those: Sequence[_Made]) -> TermAhead:
    rows = [await shifts.shift_of(work.db, one.shift_id) for one in (those[0], those[-1])]
    days = {one.shift_id: clock.office_day(one.starts_at, work.zone) for one in those}
    people = {one.id for on_it in (await who.on_shifts(work.db, days)).values() for one in on_it}
    first, last = (clock.office_day(row.starts_at, work.zone) for row in rows)
    return TermAhead(number=those[0].number, first=first, last=last, shifts=len(those), people=len(people))


async def _of(work: Work, number: int) -> list[_Made]:
    """The shifts ahead of the term that this line of the ledger is of, soonest first."""
    line = select(CHANGES.c.made_at, CHANGES.c.made_by, CHANGES.c.what).where(CHANGES.c.number == number)
    found = (await work.db.execute(line)).first()
    same = [
        one
        for one in (await _made(work) if found is not None and TERM in found.what else ())
        if found is not None and (one.made_at, one.made_by) == (found.made_at, found.made_by)
    ]
    if not same:
        raise Stale("term_off_already")
    return same


async def _made(work: Work) -> list[_Made]:
    """Every shift ahead that was published with a term, soonest first."""
    lines = (
        select(*columns(_Made, CHANGES, starts_at=SHIFTS.c.starts_at))
        .join_from(CHANGES, SHIFTS, SHIFTS.c.id == CHANGES.c.shift_id)
        .where(HELD, SHIFTS.c.starts_at > work.now)
    )
    found = every(_Made, await work.db.execute(lines.order_by(SHIFTS.c.starts_at, CHANGES.c.number)))
    return [one for one in found if one.what.get("verb") == ShiftVerb.MADE and TERM in one.what]
