"""How the coming shifts are covered, who would fill a gap best, and the alarm when one is near. For coordinators.

What a gap is, is said in `models/staffing.py`. It must not put anybody on a shift.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Literal

from bot.engine import clock
from bot.engine.errors import Stale
from bot.engine.work import Work
from bot.people import names, people
from bot.roster import shifts, signing
from bot.roster.shifts import ShiftRow
from bot.shifts import asks, seen
from bot.shifts.seen import Staffed
from bot.shifts.texts_coordinator import Candidate, ShiftShown, ShiftsOfWeek
from bot.shifts.texts_coverage import MOST_GAPS, Gap, LanguageCover, PlaceCover, ShiftCoverage, ShiftGap
from models.staffing import Grade, Volunteer, arabic_first, cover

AHEAD_DAYS = 14
BEST_SHOWN = 3
ALWAYS_COUNTED = ("ar",)  # most visitors speak it
Did = Literal["", "made", "assigned", "unassigned", "cancelled", "kept"]


async def coverage(work: Work) -> ShiftCoverage:
    """The next fourteen days.

    Raises:
        NotFound: the actor is no coordinator.
    """
    staffed = await seen.staffed(work, await ahead(work))
    gaps = [each for each in staffed if _grade(each) != Grade.GREEN]
    return ShiftCoverage(
        days=AHEAD_DAYS, shifts=len(staffed), places=await _by_place(work, staffed), languages=_by_language(staffed),
        gaps=tuple([await gap(work, each.shift) for each in gaps[:MOST_GAPS]]), more=max(0, len(gaps) - MOST_GAPS),
    )  # fmt: skip


async def askable(work: Work, gaps: Sequence[Gap]) -> dict[int, int]:
    """How many may be asked for each of these shifts, by its id, where that is anybody."""
    found = {}
    for one in gaps:
        shift = await shifts.shift_of(work.db, one.shift.shift)
        if shift.starts_at > work.now and (those := await asks.may_be_asked(work, shift)):
            found[shift.id] = len(those)
    return found


async def ahead(work: Work) -> list[ShiftRow]:
    """The shifts of the next fourteen days, one that has begun among them.

    Raises:
        NotFound: the actor is no coordinator.
    """
    work.require_publisher()
    return await shifts.held_between(work.db, work.now, work.now + timedelta(days=AHEAD_DAYS))


async def week(work: Work, monday: date) -> ShiftsOfWeek:
    """The shifts of that week.

    Raises:
        NotFound: the actor is no coordinator.
    """
    work.require_publisher()
    begins, ends = (clock.start_of_day(day, work.zone) for day in (monday, monday + timedelta(days=7)))
    rows = await shifts.held_between(work.db, begins, ends)
    return ShiftsOfWeek(monday=monday, shifts=await seen.seen(work, await seen.staffed(work, rows), with_cover=True))


async def shown(
    work: Work, shift_id: int, *, did: Did = "", alias: str | None = None, asked: int | None = None
) -> ShiftShown:
    """The shift, what it lacks, and who could take a place on it.

    Raises:
        NotFound: the actor is no coordinator, or there is no such shift.
    """
    work.require_publisher()
    shift = await shifts.shift_of(work.db, shift_id)
    is_open = not shift.is_cancelled and shift.ends_at > work.now
    fit = await asks.fitting(work, shift) if is_open else []
    may_ask = await asks.may_be_asked(work, shift) if is_open and asked is None and shift.starts_at > work.now else []
    return ShiftShown(
        shift=await seen.seen_one(work, shift, with_cover=True), did=did, alias=alias, wants=tuple(shift.wants),
        candidates=await _candidates(work, fit[:BEST_SHOWN]), may_ask=len(may_ask), asked=asked,
        experienced=shift.needed_experienced,
    )  # fmt: skip


async def ask_them(work: Work, shift_id: int) -> int:
    """Everybody who could fill the gap and may be asked has the question. Returns how many.

    Raises:
        NotFound: the actor is no coordinator, or there is no such shift.
        Stale: it has begun, or is not held.
    """
    work.require_publisher()
    shift = await signing.lock_shift(work, shift_id)
    if shift.is_cancelled or shift.starts_at <= work.now:
        raise Stale
    return await asks.ask(work, shift)


async def alarm(work: Work, shift_id: int) -> None:
    """The coordinators know that a shift of the next days is not covered; nothing is said if it is."""
    shift = await shifts.shift_to_hold(work.db, shift_id, work.now)
    if shift is None or shift.starts_at <= work.now:
        return
    [each] = await seen.staffed(work, [shift])
    if _grade(each) == Grade.GREEN:
        return
    hours = round((shift.starts_at - work.now).total_seconds() / 3600)
    may_ask = len(await asks.may_be_asked(work, shift))
    await people.tell_coordinators(work, ShiftGap(gap=await gap(work, shift), hours=hours, may_ask=may_ask))


async def gap(work: Work, shift: ShiftRow) -> Gap:
    """The shift, and who would fill it best."""
    fit = await asks.fitting(work, shift)
    called = await names.names_of(work.db, work.seal, [one.id for one in fit[:BEST_SHOWN]])
    best = tuple(called.get(one.id, "?") for one in fit[:BEST_SHOWN])
    return Gap(shift=await seen.seen_one(work, shift, with_cover=True), names=best)


def _grade(each: Staffed) -> Grade:
    return cover(signing.needs(each.shift), each.on_it).grade


async def _candidates(work: Work, fit: Sequence[Volunteer]) -> tuple[Candidate, ...]:
    called = await names.names_of(work.db, work.seal, [one.id for one in fit])
    return tuple(Candidate(person=one.id, alias=called.get(one.id, "?")) for one in fit)


async def _by_place(work: Work, ahead: Sequence[Staffed]) -> tuple[PlaceCover, ...]:
    found: dict[str, Counter[Grade]] = {}
    examples: dict[str, ShiftRow] = {}
    for each in ahead:
        examples.setdefault(each.shift.place, each.shift)
        found.setdefault(each.shift.place, Counter())[_grade(each)] += 1
    named = await seen.named(work, *examples.values())
    return tuple(
        PlaceCover(example=example, green=n[Grade.GREEN], amber=n[Grade.AMBER], red=n[Grade.RED])
        for example, n in zip(named, found.values(), strict=True)
    )


def _by_language(ahead: Sequence[Staffed]) -> tuple[LanguageCover, ...]:
    wanted = {*ALWAYS_COUNTED, *(code for each in ahead for code in each.shift.wants)} if ahead else set()
    return tuple(
        LanguageCover(code=code, spoken=sum(_is_spoken(code, each) for each in ahead), shifts=len(ahead))
        for code in sorted(wanted, key=arabic_first)
    )


def _is_spoken(code: str, each: Staffed) -> bool:
    return any(code in one.speaks for one in each.on_it)
