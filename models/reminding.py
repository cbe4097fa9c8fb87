"""When people are reminded of a shift, and coordinators of a gap: never at night. Pure.

Owns the hours in which nobody is disturbed. It must not know who is told, nor read the clock.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_UNTIL = time(21), time(7)  # the office's wall clock
BEFORE_THE_NIGHT = time(20, 30)
DAY_BEFORE, SOON_BEFORE = timedelta(hours=24), timedelta(hours=2)
ALARMS_BEFORE = timedelta(hours=72), timedelta(hours=24)


def is_quiet(at: datetime, zone: ZoneInfo) -> bool:
    """Whether nobody is to be disturbed at this instant."""
    shown = at.astimezone(zone).time()
    return shown >= QUIET_FROM or shown < QUIET_UNTIL


def told_at(at: datetime, zone: ZoneInfo) -> datetime:
    """When what is due at `at` is said: then, or at half past eight before the night in which it falls. In UTC."""
    shown = at.astimezone(zone)
    if not is_quiet(at, zone):
        return at.astimezone(UTC)
    day = shown.date() if shown.time() >= QUIET_FROM else shown.date() - timedelta(days=1)
    return datetime.combine(day, BEFORE_THE_NIGHT, zone).astimezone(UTC)


def asked_at(at: datetime, zone: ZoneInfo) -> datetime:
    """When somebody is asked something that can wait: then, or at seven after the night in which it falls. In UTC."""
    shown = at.astimezone(zone)
    if not is_quiet(at, zone):
        return at.astimezone(UTC)
    day = shown.date() + timedelta(days=1) if shown.time() >= QUIET_FROM else shown.date()
    return datetime.combine(day, QUIET_UNTIL, zone).astimezone(UTC)
