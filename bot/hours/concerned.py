"""Whom a change of the hours is told to: those it concerns, never everyone.

Newcomers with an open case hear of today and of the sessions they have been told of; whoever asked to be reminded of a
session hears of that session; volunteers hear of their shift. It must not change hours or render anything.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select

from bot.engine import clock
from bot.engine.db import Db
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.hours import channel_post
from bot.hours.standing import OPENINGS_SHOWN, first_openings
from bot.hours.texts import HoursChanged
from bot.hours.texts_unasked import ShiftHours
from bot.hours.told import DayTold, ShiftTold, why
from bot.people import access
from bot.places.places import PlaceRow, place_told, places, places_by_code
from bot.roster.shifts import ShiftRow, shifts_ahead_at
from bot.roster.staffing import SignedUp, is_staffed, names_on, signed_up_ahead
from models.base import table_of
from models.hours import Door, SessionReminder
from models.hours_change import Change, Verb, changed_days
from models.timetable import HORIZON_DAYS, SpecialDay, Timetable, spans_on, special_days

Session = tuple[str, date]
REMINDERS = table_of(SessionReminder)


class Reminder(NamedTuple):
    """Who has asked to be reminded of which session."""

    person_id: int
    place: str
    on_day: date


async def tell(
    work: Work, change: Change, before: Timetable, after: Timetable, *, cancelled: Collection[int] = (),
    back: Collection[int] = (),
) -> None:  # fmt: skip
    """Whom the change concerns has it in their lane, and the channel's post is on its way.

    `cancelled`, `back`: shifts that went with it, or are to be held again.
    """
    await _tell_people(work, change, before, after, cancelled, back)
    await channel_post.refresh(work)


async def _tell_people(
    work: Work, change: Change, before: Timetable, after: Timetable, cancelled: Collection[int], back: Collection[int]
) -> None:
    known = await places_by_code(work.db)
    changed = {one for one in _changed(work, change, before, after) if not _is_over(work, one, before, after)}
    if not changed:
        return
    concerns: dict[int, set[Session]] = defaultdict(set)
    told = changed & _near(work, known, before, after)
    soonest = set(sorted(told, key=_by_day)[:OPENINGS_SHOWN])  # as many as a newcomer is shown
    for newcomer_id in await access.newcomers_with_open_cases(work.db) if soonest else ():
        concerns[newcomer_id] |= soonest
    for reminder in await _reminders(work.db, changed):
        concerns[reminder.person_id].add((reminder.place, reminder.on_day))
    for person_id, sessions in concerns.items():
        await work.tell(person_id, HoursChanged(days=_days(known, after, sessions)))
    for signed in await _volunteers(work, changed, cancelled):
        sessions = {one for one in changed if one == (signed.place, clock.office_day(signed.starts_at, work.zone))}
        told_of_it = ShiftHours(
            days=_days(known, after, sessions), cancelled=signed.shift_id in cancelled, back=signed.shift_id in back,
            starts_at=signed.starts_at, ends_at=signed.ends_at,
        )  # fmt: skip
        await work.tell(signed.person_id, told_of_it)


async def shifts_left(work: Work, change: Change, before: Timetable, after: Timetable) -> list[ShiftTold]:
    """Shifts to come that staffed a session and would staff none."""
    changed = _changed(work, change, before, after)
    left = []
    for shift in await shifts_ahead_at(work.db, work.now, {place for place, _ in changed}):
        day = clock.office_day(shift.starts_at, work.zone)
        if _meets(work, before, shift, day) and not _meets(work, after, shift, day):
            left.append(await _shift_told(work, shift))
    return left


async def opens_unstaffed(work: Work, change: Change, before: Timetable, after: Timetable) -> bool:
    """Whether the change opens a physical session for which nobody has signed up."""
    if change.verb not in (Verb.EXTRA, Verb.POPUP, Verb.TIMES):
        return False
    elsewhere = {place.code for place in await places(work.db) if place.door != Door.VISIT}
    for place, day in _changed(work, change, before, after):
        if place not in elsewhere and spans_on(after, day, place) and not await staffed(work, place, day):
            return True
    return False


async def staffed(work: Work, place: str, day: date) -> bool:
    """Whether somebody is signed up for a shift at the place on that day."""
    begins = clock.start_of_day(day, work.zone)
    return await is_staffed(work.db, place, begins, begins + timedelta(days=1))


def day_told(place: PlaceRow, table: Timetable, day: date) -> DayTold:
    """What holds at the place on that day."""
    at, spans = place_told(place), tuple((one.opens, one.closes) for one in spans_on(table, day, place.code))
    special = next(iter(special_days(table, place.code, day, day)), SpecialDay(place.code, day, spans, spans))
    return DayTold(
        code=at.code, place=at.place, names=at.names, address=at.address, day=day, spans=spans,
        reason=why(special.reason), texts=special.texts, partner=special.partner,
    )  # fmt: skip


def _days(known: dict[str, PlaceRow], table: Timetable, sessions: set[Session]) -> tuple[DayTold, ...]:
    ordered = sorted(sessions, key=_by_day)
    return tuple(day_told(known[place], table, day) for place, day in ordered if place in known)


def _by_day(session: Session) -> tuple[date, str]:
    return session[1], session[0]


def _changed(work: Work, change: Change, before: Timetable, after: Timetable) -> set[Session]:
    return changed_days(before, after, change.places, work.today, HORIZON_DAYS)


def _is_over(work: Work, one: Session, before: Timetable, after: Timetable) -> bool:
    place, day = one
    shown = work.now.astimezone(work.zone)
    spans = [*spans_on(before, day, place), *spans_on(after, day, place)]
    return day == shown.date() and all(span.closes <= shown.time() for span in spans)


def _near(work: Work, known: dict[str, PlaceRow], before: Timetable, after: Timetable) -> set[Session]:
    """Today, and the sessions that newcomers were told of or would now be told of."""
    codes = list(known)
    near = {(code, work.today) for code in codes}
    visits = [code for code in codes if known[code].door == Door.VISIT]
    for table in (before, after):
        for group in (visits, [code for code in codes if code not in visits]):
            openings = first_openings(table, work.now, group, work.zone, OPENINGS_SHOWN)
            near |= {(opening.place, opening.on_day) for opening in openings}
    return near


async def _reminders(db: Db, changed: set[Session]) -> list[Reminder]:
    on_days = select(*columns(Reminder, REMINDERS)).where(REMINDERS.c.on_day.in_({day for _, day in changed}))
    asked = every(Reminder, await db.execute(on_days))
    return [one for one in asked if (one.place, one.on_day) in changed]


async def _volunteers(work: Work, changed: set[Session], cancelled: Collection[int]) -> list[SignedUp]:
    """Everybody on a shift of a changed session, cancelled with it or not."""
    places_changed = {place for place, _ in changed}
    signed_up = await signed_up_ahead(work.db, work.now, places=places_changed, cancelled=cancelled)
    return [one for one in signed_up if (one.place, clock.office_day(one.starts_at, work.zone)) in changed]


def _meets(work: Work, table: Timetable, shift: ShiftRow, day: date) -> bool:
    begins, ends = shift.starts_at.astimezone(work.zone), shift.ends_at.astimezone(work.zone)
    last = ends.time() if ends.date() == day else None
    spans = spans_on(table, day, shift.place)
    return any(begins.time() < span.closes and (last is None or span.opens < last) for span in spans)


async def _shift_told(work: Work, shift: ShiftRow) -> ShiftTold:
    names = tuple(await names_on(work.db, work.seal, shift.id))
    return ShiftTold(shift=shift.id, place=shift.place, starts_at=shift.starts_at, ends_at=shift.ends_at, names=names)
