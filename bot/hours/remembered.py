"""The opening hours as this process has read them before, under the version that they had then.

Whoever asks reads that version first, in its own transaction: an act, and a look at one moment, is told what holds
there, be it changed by another process, by hand, or by the act itself. No two states share a version, whichever
database they are of, so that what was rolled back is under one that nobody reads again. Owns what is kept and for how
long it is true. It must not read rules or exceptions (`standing.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.engine.db import Db
from bot.hours.told import SessionTold
from bot.places.places import PlaceRow
from models.base import table_of
from models.hours import HoursVersion
from models.timetable import Timetable

MOST = 4  # around a change, acts and looks may see different ones
_VERSION = table_of(HoursVersion).c.version
_READ = select(_VERSION)
VERSION = _READ.scalar_subquery()  # beside what is asked anyway


class Seen(NamedTuple):
    """The version that a newcomer's act has read with its first statement. No newcomer changes the hours, so that it
    is the act's to its end."""

    version: str | None


class _Next(NamedTuple):
    """The next physical session, and for how long it is: [since, until), as the office's clock shows it."""

    session: SessionTold | None
    zone: ZoneInfo
    since: datetime
    until: datetime


@dataclass
class Known:
    """The places by code, and the timetable of the day `since` and all later ones."""

    since: date
    places: Mapping[str, PlaceRow]
    table: Timetable
    _next: _Next | None = None

    def next_session(self, now: datetime, zone: ZoneInfo) -> tuple[SessionTold | None] | None:
        """What was kept with `keep_next`, as long as it is so; None if it has to be found anew."""
        kept, shown = self._next, _shown(now, zone)
        if kept is None or kept.zone != zone or not kept.since <= shown < kept.until:
            return None
        return (kept.session,)

    def keep_next(self, session: SessionTold | None, now: datetime, zone: ZoneInfo) -> None:
        """This is the next physical session until it closes; that there is none, until the day ends."""
        shown = _shown(now, zone)
        midnight = datetime.combine(shown.date() + timedelta(days=1), time())
        until = midnight if session is None else datetime.combine(session.day, session.closes)
        self._next = _Next(session, zone, shown, until)


_known: dict[str, Known] = {}


async def version_of(db: Db) -> str | None:
    """The version that the hours have where this is asked."""
    version: str | None = (await db.execute(_READ)).scalar_one_or_none()
    return version


def known(version: str | None, day: date) -> Known | None:
    """What was kept under this version, if it says enough of the day and those after it."""
    found = None if version is None else _known.get(version)
    return found if found is not None and found.since <= day else None


def keep(version: str, read: Known) -> None:
    """This is what the tables say under this version."""
    _known.pop(version, None)
    while len(_known) >= MOST:
        del _known[next(iter(_known))]
    _known[version] = read


def _shown(now: datetime, zone: ZoneInfo) -> datetime:
    # By the clock on the wall, as the timetable is: in the hour that comes twice it goes back, and what is next too.
    return now.astimezone(zone).replace(tzinfo=None)
