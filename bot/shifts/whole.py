"""One shift with everything that a coordinator decides by: who is on it, who else could be and who not, what was done.

Reads only. It must not decide who may take a shift, nor word anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from bot.engine.work import Work
from bot.hours.told import Why
from bot.people import names
from bot.roster import ledger, shifts
from bot.roster.ledger import Changed
from bot.roster.shifts import ShiftRow
from bot.roster.told import ShiftSeen, WhyTold
from bot.shifts import asks, seen
from bot.shifts.asks import Judged
from bot.shifts.phrases import BY_SOMEBODY
from bot.shifts.texts import reason_of
from bot.shifts.texts_coordinator import Candidate
from models.staffing import ShiftVerb

Names = Mapping[int | None, str]


class ChangeTold(NamedTuple):
    """One change of it. `by`: whoever did it, nobody from the command line; `whom`: it concerns, if anybody."""

    verb: ShiftVerb
    at: datetime
    by: tuple[str, ...]
    whom: str


class WholeShift(NamedTuple):
    """A shift. `fit`: who could take a place, the best first; `others`: who could not, and why; `may_ask`: how many may
    be asked, `asked`: how many were; `cancelled`: why it is not held, as `reason_of`; `is_over`: it has ended."""

    shift: ShiftSeen
    wants: tuple[str, ...]
    on_it: tuple[Candidate, ...]
    fit: tuple[Candidate, ...]
    others: tuple[WhyTold, ...]
    may_ask: int
    asked: int
    is_cancelled: bool
    is_over: bool
    reason: tuple[Why, str]
    changes: tuple[ChangeTold, ...]


async def whole(work: Work, shift_id: int) -> WholeShift:
    """The shift as it is now.

    Raises:
        NotFound: the actor is no coordinator, or there is no such shift.
    """
    work.require_publisher()
    shift = await shifts.shift_of(work.db, shift_id)
    [each] = await seen.staffed(work, [shift])
    [shown] = await seen.seen(work, [each], with_cover=True)
    is_open = not shift.is_cancelled and shift.ends_at > work.now
    judged = await asks.judged(work, shift) if is_open else []
    may_ask = await asks.may_be_asked(work, shift) if is_open and shift.starts_at > work.now else []
    called = await names.names_of_staff(work.db, work.seal)
    return WholeShift(
        shift=shown, wants=tuple(shift.wants), may_ask=len(may_ask), asked=await asks.asked_so_far(work, shift_id),
        on_it=tuple(Candidate(person=one.id, alias=called.get(one.id, "?")) for one in each.on_it),
        fit=tuple(Candidate(person=one.who.id, alias=called.get(one.who.id, "?")) for one in judged if not one.why),
        others=tuple([await _why(work, one, called) for one in judged if one.why]),
        is_cancelled=shift.is_cancelled, is_over=shift.ends_at <= work.now,
        reason=reason_of(shifts.opened(work.seal, shift, "cancel_reason")), changes=await _changes(work, shift, called),
    )  # fmt: skip


async def _why(work: Work, one: Judged, called: Names) -> WhyTold:
    assert one.why is not None
    told = await seen.hindrance_told(work, one.why)
    return replace(told, alias=called.get(one.who.id, "?"))


async def _changes(work: Work, shift: ShiftRow, called: Names) -> tuple[ChangeTold, ...]:
    return tuple(_change(one, called) for one in await ledger.lines_of(work.db, shift.id))


def _change(one: Changed, called: Names) -> ChangeTold:
    person = one.what.get("person")
    whom = person if isinstance(person, int) else None
    whose = whom if one.verb in BY_SOMEBODY else one.made_by
    by = () if whose is None else (called.get(whose, "?"),)
    return ChangeTold(one.verb, one.made_at, by, "" if whom is None else called.get(whom, "?"))
