"""Reminders of a session, the evening before, for whoever asked; they hear as well if that session changes.

It must not decide whom a change is told to: `concerned.py` does.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.engine import clock
from bot.engine.errors import Stale
from bot.engine.inserts import insert_or_skip
from bot.engine.rows import columns, every, only
from bot.engine.work import Work
from bot.hours import standing
from bot.hours.concerned import REMINDERS, Reminder, day_told
from bot.hours.texts import SessionEvening
from bot.hours.told import DayTold
from bot.places.places import hold_places, places_by_code
from models.base import new_id
from models.timer import TimerKind
from models.timetable import HORIZON_DAYS, spans_on

EVENING = time(18)  # late enough to be home, early enough to plan
MOST_A_PERSON = 20
_REMINDERS = select(*columns(Reminder, REMINDERS))


async def ask(work: Work, person_id: int, place: str, day: date) -> DayTold | None:
    """The person will be reminded of the session on the evening before, and told if it changes; asking twice is once.

    Returns what holds that day; None if they had asked before.

    Raises:
        Stale: no such session is planned any more, or the person has asked for more than anybody plans.
    """
    await hold_places(work)
    known = await places_by_code(work.db)
    table = await standing.timetable(work.db, since=work.today)
    ahead = 0 <= (day - work.today).days <= HORIZON_DAYS
    if place not in known or not ahead or not spans_on(table, day, place):
        raise Stale
    mine = _REMINDERS.where(REMINDERS.c.person_id == person_id)
    asked = {(one.place, one.on_day) for one in every(Reminder, await work.db.execute(mine))}
    if (place, day) in asked:
        return None
    if len(asked) >= MOST_A_PERSON:
        raise Stale
    reminder = new_id()
    row = {"id": reminder, "person_id": person_id, "place": place, "on_day": day, "asked_at": work.now}
    await work.db.execute(insert_or_skip(work.db, REMINDERS), row)
    evening = evening_before(day, work.zone)
    if evening > work.now:
        await work.remind(TimerKind.SESSION_EVENING, reminder, evening)
    return day_told(known[place], table, day)


def evening_before(day: date, zone: ZoneInfo) -> datetime:
    """When a reminder of a session on that day is sent."""
    return clock.wall(day - timedelta(days=1), EVENING, zone)


async def remind(work: Work, reminder: int) -> None:
    """The evening before: who asked is told when and where, if the session is still to be held."""
    asked = only(Reminder, await work.db.execute(_REMINDERS.where(REMINDERS.c.id == reminder)))
    if asked is None or asked.on_day <= work.today:
        return
    await hold_places(work)
    known = await places_by_code(work.db)
    table = await standing.timetable(work.db, since=work.today)
    if spans_on(table, asked.on_day, asked.place):  # closed meanwhile: they were told then
        held = day_told(known[asked.place], table, asked.on_day)
        await work.tell(asked.person_id, SessionEvening(days=(held,)))


def is_over(reminder: SessionEvening, now: datetime, zone: ZoneInfo) -> bool:
    """Whether the sessions that a reminder is about have ended."""
    shown = now.astimezone(zone).replace(tzinfo=None)
    ends = [datetime.combine(day.day, closes) for day in reminder.days for _, closes in day.spans]
    return bool(ends) and max(ends) <= shown
