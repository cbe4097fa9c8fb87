"""The usual week and the terms made of it: lines added and taken away, a draft shown, published to everybody at once.

What a term is made of is decided in `models/term.py`. It must not sign anybody up: `standing.py` does.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, time, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from bot.engine import clock
from bot.engine.errors import BadInput, Stale
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.hours import standing as hours_standing
from bot.hours.told import Weekday
from bot.people import standing as people_standing
from bot.places.holidays import red_days
from bot.places.places import PlaceRow, place_told, places_by_code
from bot.places.told import PlaceTold
from bot.roster import ledger, shifts
from bot.roster.locks import lock_plan
from bot.roster.shifts import FreshShift
from bot.shifts import standing_signups
from bot.shifts.texts_term import (
    MOST_LEFT_OUT,
    MOST_LINES,
    LeftOutTold,
    PlaceCount,
    TermOpen,
    TermPreview,
    TermPublished,
    WeekLineTold,
    WeekShown,
)
from bot.shifts.typed import NewLine, instants
from models.base import new_id, table_of
from models.saying import fields_of
from models.shift_plan import ShiftDraft, ShiftTemplate
from models.term import Days, LeftOut, Planned, WeekLine, applied
from models.timer import TimerKind
from models.timetable import special_days

_LINES, _DRAFTS = table_of(ShiftTemplate), table_of(ShiftDraft)


class _Line(NamedTuple):
    id: int
    place: str
    weekday: int
    starts: time
    ends: time
    needed: int
    needed_experienced: int
    wants: list[str]

    @property
    def line(self) -> WeekLine:
        return WeekLine(
            self.place, self.weekday, self.starts, self.ends, self.needed, self.needed_experienced, tuple(self.wants)
        )


class _Draft(NamedTuple):
    what: dict[str, object]


class _Term(NamedTuple):
    first: date
    last: date
    with_holidays: bool
    made: int

    def to_json(self) -> dict[str, object]:
        return {"first": self.first.isoformat(), "last": self.last.isoformat(), "holidays": self.with_holidays,
                "made": self.made}  # fmt: skip

    @classmethod
    def from_json(cls, kept: dict[str, object]) -> "_Term":
        first, last = (date.fromisoformat(str(kept[name])) for name in ("first", "last"))
        return cls(first, last, bool(kept["holidays"]), int(str(kept["made"])))


async def shown(work: Work, *, added: int | None = None, removed: int | None = None) -> WeekShown:
    """The usual week.

    Raises:
        NotFound: the actor is no coordinator.
    """
    work.require_publisher()
    known = await places_by_code(work.db)
    rows = await _lines(work)
    one = select(*columns(_Line, _LINES)).where(_LINES.c.id == (removed or 0))
    gone = only(_Line, await work.db.execute(one))
    told = {row.id: _told(row, known) for row in rows}
    return WeekShown(
        week=tuple(told.values()), added=told.get(added) if added else None,
        removed=_told(gone, known) if gone else None,
    )  # fmt: skip


async def add_line(work: Work, new: NewLine) -> int:
    """The line is one of the usual week's. Returns its id.

    Raises:
        NotFound: the actor is no coordinator.
        BadInput: there is one at that place and time, or no room for more.
    """
    work.require_publisher()
    await lock_plan(work)
    rows = await _lines(work)
    if any((row.place, row.weekday, row.starts) == (new.place, new.weekday, new.span[0]) for row in rows):
        raise BadInput("week_line_there")
    if len(rows) >= MOST_LINES:
        raise BadInput("week_full", most=MOST_LINES)
    line = new_id()
    values = {
        "id": line, "place": new.place, "weekday": new.weekday, "starts": new.span[0], "ends": new.span[1],
        "needed": new.needed, "needed_experienced": new.experienced, "wants": list(new.wants),
    }  # fmt: skip
    await work.db.execute(insert(_LINES).values(**values))
    return line


async def turn_line(work: Work, line: int, *, stays: bool) -> None:
    """The line is one of the usual week's, or is not any more; shifts that were made of it stay.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: it was so already, or never was.
    """
    work.require_publisher()
    turned = update(_LINES).where(_LINES.c.id == line, _LINES.c.is_active.is_(not stays)).values(is_active=stays)
    if not (await work.db.execute(turned)).rowcount:
        raise Stale


async def propose(work: Work, first: date, last: date) -> TermPreview:
    """The term is kept as a draft of the acting coordinator, to be shown before it is published.

    Raises:
        NotFound: the actor is no coordinator.
        BadInput: the usual week is empty.
    """
    actor = work.coordinator
    if not await _lines(work):
        raise BadInput("week_empty")
    planned, left = await _applied(work, first, last, with_holidays=False)
    draft = new_id()
    term = _Term(first, last, False, len(planned))
    row = {"id": draft, "person_id": actor.id, "made_at": work.now, "what": term.to_json()}
    row["base"] = await ledger.newest_number(work.db)
    await work.db.execute(insert(_DRAFTS).values(**row))
    return await _preview(work, draft, term, planned, left)


async def with_holidays(work: Work, draft: int, *, included: bool) -> TermPreview:
    """The same term, with shifts on holidays or without.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: the draft is gone.
    """
    term = await _draft(work, draft)
    planned, left = await _applied(work, term.first, term.last, with_holidays=included)
    changed = term._replace(with_holidays=included, made=len(planned))
    await work.db.execute(update(_DRAFTS).where(_DRAFTS.c.id == draft).values(what=changed.to_json()))
    return await _preview(work, draft, changed, planned, left)


async def publish(work: Work, draft: int) -> TermPublished:
    """The term's shifts are there; everybody on the staff knows, and whoever takes one every week will be on theirs.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: the draft is gone, or shifts have changed since it was shown.
    """
    await lock_plan(work)
    term = await _draft(work, draft)
    planned, _ = await _applied(work, term.first, term.last, with_holidays=term.with_holidays)
    if len(planned) != term.made:
        raise Stale("shifts_changed_meanwhile")
    await drop(work, draft)
    await shifts.add_many(work, [_fresh(work, one) for one in planned])
    told = TermOpen(first=term.first, last=term.last, shifts=len(planned))
    staff = [one.person_id for one in await people_standing.staff_standing(work.db) if one.enabled]
    await work.tell_each([one for one in sorted(staff) if one != work.coordinator.id], told)
    for standing in await standing_signups.all_ids(work):
        await work.remind(TimerKind.STANDING, standing, work.now)
    return TermPublished(first=term.first, last=term.last, shifts=len(planned))


async def drop(work: Work, draft: int) -> None:
    """The draft is gone.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: it was gone already, or is somebody else's.
    """
    mine = _DRAFTS.c.id == draft, _DRAFTS.c.person_id == work.coordinator.id
    if not (await work.db.execute(delete(_DRAFTS).where(*mine))).rowcount:
        raise Stale


async def _draft(work: Work, draft: int) -> _Term:
    mine = select(*columns(_Draft, _DRAFTS)).where(_DRAFTS.c.id == draft, _DRAFTS.c.person_id == work.coordinator.id)
    found = only(_Draft, await work.db.execute(mine))
    if found is None:
        raise Stale
    return _Term.from_json(found.what)


async def _applied(
    work: Work, first: date, last: date, *, with_holidays: bool
) -> tuple[list[Planned], list[LeftOut]]:  # fmt: skip
    week = [row.line for row in await _lines(work)]
    days = Days(
        red={one.day for one in red_days(first, last)}, closed=await _closed(work, week, first, last),
        there=await _there(work, first, last), skipped=_skipped(work, week, first, last),
    )  # fmt: skip
    return applied(week, first, last, days, with_holidays=with_holidays)


async def _closed(work: Work, week: Sequence[WeekLine], first: date, last: date) -> set[tuple[str, date]]:
    table = await hours_standing.timetable(work.db, since=first)
    return {
        (place, one.on_day)
        for place in {line.place for line in week}
        for one in special_days(table, place, first, last)
        if not one.spans
    }


async def _there(work: Work, first: date, last: date) -> set[tuple[str, date, time]]:
    begins, ends = clock.start_of_day(first, work.zone), clock.start_of_day(last + timedelta(days=1), work.zone)
    shown_as = [(one.place, one.starts_at.astimezone(work.zone)) for one in
                await shifts.held_between(work.db, begins, ends)]  # fmt: skip
    return {(place, at.date(), at.time()) for place, at in shown_as}


def _skipped(work: Work, week: Sequence[WeekLine], first: date, last: date) -> set[tuple[date, time]]:
    """The times of the week that the clock skips in the term."""
    found = set()
    for ahead in range((last - first).days + 2):
        day = first + timedelta(days=ahead)
        for at in {one for line in week for one in (line.starts, line.ends)}:
            try:
                clock.wall(day, at, work.zone)
            except clock.NoSuchTime:
                found.add((day, at))
    return found


def _fresh(work: Work, one: Planned) -> FreshShift:
    starts_at, ends_at = instants(one.day, (one.line.starts, one.line.ends), work.zone)
    return FreshShift(
        one.line.place, starts_at, ends_at, one.line.needed, one.line.experienced, list(one.line.wants)
    )  # fmt: skip


async def _preview(
    work: Work, draft: int, term: _Term, planned: Sequence[Planned], left: Sequence[LeftOut]
) -> TermPreview:
    known = await places_by_code(work.db)
    counts = Counter(one.line.place for one in planned)
    told = [
        LeftOutTold(
            **fields_of(_at(one.line.place, known)),
            day=one.day,
            starts=one.line.starts,
            ends=one.line.ends,
            why=one.why,
        )
        for one in left[:MOST_LEFT_OUT]
    ]
    return TermPreview(
        draft=draft, first=term.first, last=term.last, left_out=tuple(told), more=max(0, len(left) - MOST_LEFT_OUT),
        places=tuple(PlaceCount(**fields_of(_at(place, known)), shifts=n) for place, n in sorted(counts.items())),
        holidays=term.with_holidays,
    )  # fmt: skip


def _at(code: str, known: dict[str, PlaceRow]) -> PlaceTold:
    return place_told(known[code]) if code in known else PlaceTold(code=code)


def _told(row: _Line, known: dict[str, PlaceRow]) -> WeekLineTold:
    return WeekLineTold(
        **fields_of(_at(row.place, known)), line=row.id, weekday=Weekday(row.weekday), starts=row.starts, ends=row.ends,
        needed=row.needed, experienced=row.needed_experienced, wants=tuple(row.wants),
    )  # fmt: skip


async def _lines(work: Work) -> list[_Line]:
    active = select(*columns(_Line, _LINES)).where(_LINES.c.is_active)
    return every(_Line, await work.db.execute(active.order_by(_LINES.c.weekday, _LINES.c.starts, _LINES.c.id)))
