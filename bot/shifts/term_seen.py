"""A term as sayings and pages carry it: what would be published, and what has changed since it was shown.

Reads only. What is in a term is decided in `term_plan.py`. It must not keep or publish one.
"""

from collections import Counter

from bot.engine.work import Work
from bot.places.places import PlaceRow, place_told, places_by_code
from bot.places.told import PlaceTold
from bot.shifts.term_plan import KeptTerm, PlannedAt
from bot.shifts.texts_term import MOST_LEFT_OUT, LeftOutTold, PlaceCount, TermDiffers, TermPreview, TermShift
from models.saying import fields_of


async def preview(work: Work, draft: int, term: KeptTerm, *, most: int | None = None) -> TermPreview:
    """The term as it was shown last. `most`: so many of the shifts that it leaves out, else all."""
    known = await places_by_code(work.db)
    plan = term.plan or ()
    counts = Counter(one.place for one in plan if one.why is None)
    left = [one for one in plan if one.why is not None]
    return TermPreview(
        draft=draft, first=term.first, last=term.last, more=0 if most is None else max(0, len(left) - most),
        left_out=tuple(LeftOutTold(**fields_of(_shift(one, known))) for one in left[:most]),
        places=tuple(PlaceCount(**fields_of(at(place, known)), shifts=n) for place, n in sorted(counts.items())),
        holidays=term.with_holidays,
    )  # fmt: skip


async def shifts_of(work: Work, term: KeptTerm) -> tuple[TermShift, ...]:
    """The shifts that would be published, soonest first."""
    known = await places_by_code(work.db)
    return tuple(_shift(one, known) for one in term.plan or () if one.why is None)


async def differs(work: Work, before: KeptTerm, now: KeptTerm) -> TermDiffers:
    """What is otherwise than it was shown. Of one that an older version kept, nothing is known."""
    known = await places_by_code(work.db)
    why = {one[:4]: one.why for one in now.plan or ()}
    were, are = ([one for one in term.plan or () if one.why is None] for term in (before, now))
    gone = [one._replace(why=why.get(one[:4])) for one in were if one not in are]
    added = [one for one in are if one not in were] if before.plan is not None else []
    return TermDiffers(
        gone=tuple(_shift(one, known) for one in gone[:MOST_LEFT_OUT]),
        added=tuple(_shift(one, known) for one in added[:MOST_LEFT_OUT]),
        more=max(0, len(gone) - MOST_LEFT_OUT) + max(0, len(added) - MOST_LEFT_OUT),
    )


def at(code: str, known: dict[str, PlaceRow]) -> PlaceTold:
    """The place with this code, also one that is not known any more."""
    return place_told(known[code]) if code in known else PlaceTold(code=code)


def _shift(one: PlannedAt, known: dict[str, PlaceRow]) -> TermShift:
    return TermShift(**fields_of(at(one.place, known)), day=one.day, starts=one.starts, ends=one.ends, why=one.why)
