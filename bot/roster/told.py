"""A shift as people name it and as sayings carry it: the day, the times, the place; never a number that anybody reads.

It must not load rows nor say anything: `bot/shifts/phrases.py` does.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.places.told import PlaceTold


@dataclass(frozen=True, kw_only=True)
class ShiftNamed(PlaceTold):
    """A shift, and where it is. `shift`: its id, for buttons."""

    shift: int
    starts_at: datetime
    ends_at: datetime
