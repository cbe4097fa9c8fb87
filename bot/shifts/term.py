"""The usual week and the terms made of it: lines added and taken away, a draft shown, published to everybody at once.

What a term is made of is decided in `models/term.py`. It must not sign anybody up: `standing.py` does.
"""

from datetime import date, time
from typing import NamedTuple

from sqlalchemy import delete, insert, select, update

from bot.engine.errors import BadInput, Stale
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.hours.told import Weekday
from bot.people import standing as people_standing
from bot.places.places import PlaceRow, places_by_code, require_place
from bot.roster import ledger, shifts
from bot.roster.locks import lock_plan
from bot.roster.shifts import FreshShift
from bot.shifts import standing_signups, term_off, term_plan, term_seen
from bot.shifts.term_plan import KeptTerm, Plan
from bot.shifts.texts_term import (
    MOST_LEFT_OUT,
    MOST_LINES,
    TermDiffers,
    TermOpen,
    TermPreview,
    TermPublished,
    TermShift,
    WeekLineTold,
    WeekShown,
)
from bot.shifts.typed import NewLine, instants
from models.base import new_id, table_of
from models.saying import fields_of
from models.shift import ONLINE
from models.shift_plan import ShiftDraft, ShiftTemplate
from models.term import Planned, WeekLine
from models.timer import TimerKind

MOST_TERMS = 3
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
        removed=_told(gone, known) if gone else None, terms=tuple((await term_off.ahead(work))[:MOST_TERMS]),
    )  # fmt: skip


async def add_line(work: Work, new: NewLine) -> int:
    """The line is one of the usual week's. Returns its id.

    Raises:
        NotFound: the actor is no coordinator.
        BadInput: there is one at that place and time, no such place, or no room for more.
    """
    work.require_publisher()
    await lock_plan(work)
    if new.place != ONLINE:
        await require_place(work.db, new.place)
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


async def change_line(work: Work, line: int, new: NewLine) -> int:
    """The line is not one of the usual week's any more, and `new` is in its place. Returns the new one's id.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: somebody has taken the line away.
        BadInput: as `add_line`.
    """
    await end_line(work, line)
    return await add_line(work, new)


async def end_line(work: Work, line: int) -> None:
    """As `turn_line`, for whoever reads a page on which it may have stood for long.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: somebody has taken the line away.
    """
    try:
        await turn_line(work, line, stays=False)
    except Stale:
        raise Stale("week_line_gone") from None


async def propose(work: Work, first: date, last: date) -> TermPreview:
    """The term is kept as a draft of the acting coordinator, to be shown before it is published.

    Raises:
        NotFound: the actor is no coordinator.
        BadInput: the usual week is empty.
    """
    actor = work.coordinator
    if not await _lines(work):
        raise BadInput("week_empty")
    plan = await _plan(work, first, last, with_holidays=False)
    draft = new_id()
    term = KeptTerm(first, last, False, len(plan.planned), plan.kept())
    row = {"id": draft, "person_id": actor.id, "made_at": work.now, "what": term.to_json()}
    row["base"] = await ledger.newest_number(work.db)
    await work.db.execute(insert(_DRAFTS).values(**row))
    return await term_seen.preview(work, draft, term, most=MOST_LEFT_OUT)


async def proposed(work: Work, draft: int) -> tuple[TermPreview, tuple[TermShift, ...]]:
    """The term as it was shown last, with all that it leaves out; and its shifts.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: the draft is gone, or is somebody else's.
    """
    term = await _draft(work, draft)
    if term.plan is None:  # an older version kept no plan
        term = await _as_now(work, term, included=term.with_holidays)
    return await term_seen.preview(work, draft, term), await term_seen.shifts_of(work, term)


async def with_holidays(work: Work, draft: int, *, included: bool) -> TermPreview:
    """The same term, with shifts on holidays or without.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: the draft is gone.
    """
    term = await _draft(work, draft)
    return await term_seen.preview(work, draft, await _keep(work, draft, term, included=included), most=MOST_LEFT_OUT)


async def differs(work: Work, draft: int) -> TermDiffers:
    """The term as it is now is what is kept; returns what is otherwise than it was shown.

    Raises: as `with_holidays`.
    """
    term = await _draft(work, draft)
    return await term_seen.differs(work, term, await _keep(work, draft, term, included=term.with_holidays))


async def _keep(work: Work, draft: int, term: KeptTerm, *, included: bool) -> KeptTerm:
    fresh = await _as_now(work, term, included=included)
    await work.db.execute(update(_DRAFTS).where(_DRAFTS.c.id == draft).values(what=fresh.to_json()))
    return fresh


async def _as_now(work: Work, term: KeptTerm, *, included: bool) -> KeptTerm:
    plan = await _plan(work, term.first, term.last, with_holidays=included)
    return KeptTerm(term.first, term.last, included, len(plan.planned), plan.kept())


async def publish(work: Work, draft: int) -> TermPublished:
    """The term's shifts are there; everybody on the staff knows, and whoever takes one every week will be on theirs.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: the draft is gone, or shifts have changed since it was shown.
        BadInput: it has no shifts.
    """
    await lock_plan(work)
    term = await _draft(work, draft)
    plan = await _plan(work, term.first, term.last, with_holidays=term.with_holidays)
    planned = plan.planned
    if not term.shows(plan):
        raise Stale("shifts_changed_meanwhile")
    if not planned:
        raise BadInput("term_no_shifts")
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


async def _draft(work: Work, draft: int) -> KeptTerm:
    mine = select(*columns(_Draft, _DRAFTS)).where(_DRAFTS.c.id == draft, _DRAFTS.c.person_id == work.coordinator.id)
    found = only(_Draft, await work.db.execute(mine))
    if found is None:
        raise Stale
    return KeptTerm.from_json(found.what)


async def _plan(work: Work, first: date, last: date, *, with_holidays: bool) -> Plan:
    week = [row.line for row in await _lines(work)]
    return await term_plan.plan(work, week, first, last, with_holidays=with_holidays)


def _fresh(work: Work, one: Planned) -> FreshShift:
    starts_at, ends_at = instants(one.day, (one.line.starts, one.line.ends), work.zone)
    return FreshShift(
        one.line.place, starts_at, ends_at, one.line.needed, one.line.experienced, list(one.line.wants)
    )  # fmt: skip


def _told(row: _Line, known: dict[str, PlaceRow]) -> WeekLineTold:
    return WeekLineTold(
        **fields_of(term_seen.at(row.place, known)), line=row.id, weekday=Weekday(row.weekday), starts=row.starts,
        ends=row.ends, needed=row.needed, experienced=row.needed_experienced, wants=tuple(row.wants),
    )  # fmt: skip


async def _lines(work: Work) -> list[_Line]:
    active = select(*columns(_Line, _LINES)).where(_LINES.c.is_active)
    return every(_Line, await work.db.execute(active.order_by(_LINES.c.weekday, _LINES.c.starts, _LINES.c.id)))
