"""What a coordinator has done last: something to a shift, or a change of the hours. Reads only.

What of shifts can be taken back is decided in `undoing.py`, of hours in `bot/hours/changes_made.py`.
"""

from typing import NamedTuple

from bot.engine.work import Work
from bot.hours import changes_made
from bot.shifts import undoing
from bot.shifts.undoing import Done


class Newest(NamedTuple):
    """One of the two at most. `change`: the number of a change of the hours."""

    done: Done | None = None
    change: int | None = None


async def newest(work: Work) -> Newest:
    """What the acting coordinator would take back.

    Raises:
        NotFound: the actor is no coordinator.
    """
    done = await undoing.newest(work)
    of_hours = await changes_made.newest_of(work.db, work.coordinator.id, work.now - undoing.WITHIN)
    if of_hours is not None and (done is None or of_hours[1] > done.made_at):
        return Newest(change=of_hours[0])
    return Newest(done=done)
