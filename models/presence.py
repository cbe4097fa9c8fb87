"""Since when somebody ought to be there, of the stretches in which somebody is planned or has come. Pure."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple


class Stretch(NamedTuple):
    """A stretch of time, half-open [begins, ends)."""

    begins: datetime
    ends: datetime


def since_when(now: datetime, stretches: Collection[Stretch]) -> datetime | None:
    """When the stretches without a break began that reach `now`; None if none does. Back to back is no break."""
    reached = [one.begins for one in stretches if one.begins <= now < one.ends]
    if not reached:
        return None
    since = min(reached)
    while (
        before := min((one.begins for one in stretches if one.begins < since <= one.ends), default=None)
    ) is not None:
        since = before
    return since
