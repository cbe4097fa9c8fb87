"""Shifts as sayings carry them: with the names of who is on them, what they lack, and why somebody cannot take one.

Reads only. It must not decide who may take a shift, nor say anything.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from bot.engine import clock
from bot.engine.work import Work
from bot.people import names
from bot.places.places import PlaceRow, place_told, places_by_code
from bot.roster import ledger, shifts, signing, who
from bot.roster.presence import are_absent
from bot.roster.shifts import ShiftRow
from bot.roster.signing import CannotStaff
from bot.roster.told import CoverTold, ShiftNamed, ShiftSeen, WhyTold
from bot.shifts.phrases import BY_SOMEBODY
from models.saying import fields_of
from models.staffing import Hindrance, Stretch, Volunteer, WhyNot, cover

CHANGED_MEANWHILE = (WhyNot.FULL, WhyNot.CANCELLED, WhyNot.ALREADY, WhyNot.NOT_ON_IT, WhyNot.THERE_ALREADY)


class Staffed(NamedTuple):
    """A shift and who is on it, those who have been longest first."""

    shift: ShiftRow
    on_it: Sequence[Volunteer]


async def staffed(work: Work, rows: Iterable[ShiftRow]) -> list[Staffed]:
    """The shifts, each with who is on it. On one that runs, who gave no sign does not count: their place is open."""
    listed = list(rows)
    days = {row.id: clock.office_day(row.starts_at, work.zone) for row in listed}
    on_it = await who.on_shifts(work.db, days)
    running = [row.id for row in listed if row.starts_at <= work.now < row.ends_at]
    absent = await are_absent(work.db, running) if running else set()
    return [Staffed(row, [one for one in on_it.get(row.id, []) if (row.id, one.id) not in absent]) for row in listed]


async def seen(
    work: Work, those: Sequence[Staffed], *, but: int | None = None, with_cover: bool = False,
    coming: Collection[int] = (),
) -> tuple[ShiftSeen, ...]:  # fmt: skip
    """The shifts as somebody sees them. `but`: the reader, who need not read their own name; `coming`: the shifts to
    which they have said that they come."""
    known = await places_by_code(work.db)
    called = await names.names_of(work.db, work.seal, {one.id for each in those for one in each.on_it})
    return tuple(_seen(work, each, known, called, but, with_cover, each.shift.id in coming) for each in those)


def _seen(
    work: Work, each: Staffed, known: dict[str, PlaceRow], called: dict[int | None, str], but: int | None,
    with_cover: bool, is_coming: bool,
) -> ShiftSeen:  # fmt: skip
    lacks = cover(signing.needs(each.shift), each.on_it) if with_cover else None
    others = names.in_order([called.get(one.id, "?") for one in each.on_it if one.id != but])
    return ShiftSeen(
        **fields_of(_named(each.shift.id, each.shift.place, each.shift, known)),
        volunteers=tuple(others), there=len(each.on_it),
        needed=each.shift.needed, cover=CoverTold.of(lacks) if lacks else None, is_coming=is_coming,
        in_words=shifts.opened(work.seal, each.shift, "note"),
    )  # fmt: skip


async def seen_one(work: Work, shift: ShiftRow, *, but: int | None = None, with_cover: bool = False) -> ShiftSeen:
    """As `seen`, of one shift as it is now."""
    return (await seen(work, await staffed(work, [shift]), but=but, with_cover=with_cover))[0]


async def named(work: Work, *those: ShiftRow | Stretch) -> tuple[ShiftNamed, ...]:
    """The shifts by name."""
    known = await places_by_code(work.db)
    return tuple(_named(one.id if isinstance(one, ShiftRow) else one.shift, one.place, one, known) for one in those)


def _named(shift_id: int, place: str, span: ShiftRow | Stretch, known: dict[str, PlaceRow]) -> ShiftNamed:
    at = place_told(known[place]) if place in known else None
    told = fields_of(at) if at else {"code": place}
    return ShiftNamed(**told, shift=shift_id, starts_at=span.starts_at, ends_at=span.ends_at)


async def why_told(work: Work, refused: CannotStaff, *, reader: int) -> WhyTold:
    """Why somebody cannot be put on the shift or taken off it, for this reader; with what was last done to it, where
    that is what they came too late for."""
    why = await hindrance_told(work, refused.hindrance)
    alias = None if refused.person_id == reader else await names.name_of(work.db, work.seal, refused.person_id)
    values = {**fields_of(why), "alias": alias}
    if refused.hindrance.why in CHANGED_MEANWHILE:
        values |= await _last_done(work, refused.shift.id)
    return WhyTold(**values)


async def hindrance_told(work: Work, hindrance: Hindrance) -> WhyTold:
    """A hindrance as sayings carry it."""
    other = (await named(work, hindrance.other))[0] if hindrance.other else None
    return WhyTold(why=hindrance.why, other=other, minutes=work.settings.travel_minutes)


async def _last_done(work: Work, shift_id: int) -> dict[str, object]:
    changed = await ledger.newest_of(work.db, shift_id)
    if changed is None:
        return {}
    person = changed.what.get("person")
    whose = person if changed.verb in BY_SOMEBODY and isinstance(person, int) else changed.made_by
    name = await names.name_of(work.db, work.seal, whose)
    if whose is not None and not name:
        return {}  # they have left for good: it was not the command line
    return {"verb": changed.verb, "names": (name,) if name else (), "at": changed.made_at}
