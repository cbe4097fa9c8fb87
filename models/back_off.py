"""How long something that could not leave waits for its next try, and when it is given up. Pure.

It must not know a row.
"""

from datetime import datetime, timedelta

from models.outbox import REMINDERS

LONGEST_WAIT = timedelta(minutes=5)
MOST_DOUBLINGS = 20  # enough from any first wait to the longest; without a limit a day of tries outgrows a timedelta
PERMANENT_TRIES = 3
REMINDER_LIFE = timedelta(hours=1)


def next_try(attempts: int, first: timedelta) -> timedelta:
    """How long to wait after the `attempts`-th failure: doubling from `first`, at most five minutes."""
    doublings = min(max(attempts - 1, 0), MOST_DOUBLINGS)
    return min(first * (1 << doublings), LONGEST_WAIT)


def gives_up_at(kind: str, created_at: datetime, *, retry_hours: float) -> datetime:
    """When a row that cannot leave is given up: a reminder after an hour, everything else after `retry_hours`."""
    return created_at + (REMINDER_LIFE if kind in REMINDERS else timedelta(hours=retry_hours))
