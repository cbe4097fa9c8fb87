"""What a coordinator ought to know before it happens: holidays nobody has decided on, sessions nobody staffs.

Looked at every morning, and said when there is time to act and once more when there is little; nothing is said when
all is well. It must not change hours or shifts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.engine import clock
from bot.engine.db import Db
from bot.engine.work import Work
from bot.hours import changes_made, concerned, standing
from bot.hours.standing import opening_told
from bot.hours.texts_unasked import HolidayProposed, SessionUnstaffed
from bot.hours.told import SessionTold
from bot.people import people
from bot.places.holidays import red_days
from bot.places.places import physical_places, places_by_code
from models.timetable import openings_between

HALF_A_YEAR = 183
ASKED_BEFORE = (45, 14, 7)  # days before a holiday on which an undecided one is put to the coordinators
WARNED_BEFORE = (7, 1)  # days before a session on which it is said that nobody has signed up


@dataclass(frozen=True, slots=True)
class Undecided:
    """A holiday on which places would be open as the hours stand, and nobody has said whether they are.

    `name`: in Swedish and English. `places`: the codes of its sessions' places.
    """

    day: date
    name: Mapping[str, str]
    sessions: tuple[SessionTold, ...]
    places: tuple[str, ...]


async def undecided(db: Db, today: date, days: int = HALF_A_YEAR) -> list[Undecided]:
    """The holidays of the coming half-year that need a decision, soonest first."""
    known = await places_by_code(db)
    table = await standing.timetable(db, since=today)
    decided = await changes_made.decided_days(db) | {(one.place, one.on_day) for one in table.exceptions}
    found = []
    for red in red_days(today, today + timedelta(days=days)):
        codes = [code for code in known if (code, red.day) not in decided]
        openings = list(openings_between(table, red.day, red.day, codes))
        if openings:
            sessions = tuple(opening_told(one, known[one.place]) for one in openings)
            at = tuple(dict.fromkeys(one.place for one in openings))
            found.append(Undecided(red.day, red.name, sessions, at))
    return found


async def unstaffed(work: Work, days: int) -> list[SessionTold]:
    """The physical sessions that many days ahead for which nobody has signed up."""
    day = work.today + timedelta(days=days)
    known = {place.code: place for place in await physical_places(work.db)}
    table = await standing.timetable(work.db, since=work.today)
    coming = list(openings_between(table, day, day, list(known)))
    without = {at for at in {one.place for one in coming} if not await concerned.staffed(work, at, day)}
    return [opening_told(one, known[one.place]) for one in coming if one.place in without]


async def unstaffed_soon(work: Work) -> list[SessionTold]:
    """Every physical session of the coming week that has not begun and for which nobody has signed up, soonest first:
    of what `tell` has said, what still stands."""
    first, known = work.today, {place.code: place for place in await physical_places(work.db)}
    table = await standing.timetable(work.db, since=first)
    found = []
    for one in openings_between(table, first, first + timedelta(days=max(WARNED_BEFORE)), list(known)):
        is_ahead = clock.wall(one.on_day, one.opens, work.zone) > work.now
        if is_ahead and not await concerned.staffed(work, one.place, one.on_day):
            found.append(opening_told(one, known[one.place]))
    return found


async def tell(work: Work) -> None:
    """The coordinators know of what is due to be said today."""
    for red in await undecided(work.db, work.today, max(ASKED_BEFORE)):
        if (red.day - work.today).days in ASKED_BEFORE:
            proposed = HolidayProposed(day=red.day, name=red.name, sessions=red.sessions)
            await people.tell_coordinators(work, proposed)
    sessions = tuple([session for days in WARNED_BEFORE for session in await unstaffed(work, days)])
    if sessions:
        await people.tell_coordinators(work, SessionUnstaffed(sessions=sessions, may_close=True))
