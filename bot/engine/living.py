"""Which processes live, by what they leave in the database: told by the database's own clock, which they share.

Owns the question and the clock it is asked by. It must not write a pulse: `bot/trouble/pulse.py` does.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Interval, bindparam, func, literal, select, type_coerce

from bot.engine.work import Work
from models.base import UtcDateTime, table_of
from models.pulse import LEVEL, Pulse

PULSES = table_of(Pulse)
SILENT_AFTER = timedelta(seconds=60)  # six beats
_OLDER = select(PULSES.c.instance).where(PULSES.c.level.is_(None) | (PULSES.c.level < LEVEL)).limit(1)
_OLDER_SINCE = _OLDER.where(PULSES.c.beat_at >= bindparam("since", type_=UtcDateTime))
_OLDER_BY_ITS_CLOCK = _OLDER.where(
    PULSES.c.beat_at >= type_coerce(func.now(type_=UtcDateTime) - literal(SILENT_AFTER, Interval), UtcDateTime)
)


def database_clock(work: Work, *, ago: timedelta | None = None) -> ColumnElement[datetime]:
    """The instant by the database's own clock, or so long ago: the same for every process. SQLite has one process, and
    its clock."""
    if work.db.dialect.name != "postgresql":
        return literal(work.now - (ago or timedelta()), UtcDateTime)
    now = func.now(type_=UtcDateTime)
    return now if ago is None else type_coerce(now - literal(ago, Interval), UtcDateTime)


def fell_silent(work: Work) -> ColumnElement[bool]:
    """Condition of a row of `pulses`: its process has left no sign of life for a minute."""
    return PULSES.c.beat_at < database_clock(work, ago=SILENT_AFTER)


async def older_lives(work: Work) -> bool:
    """Whether a process of a version before this one has left a sign of life within a minute: what it reads must stay
    where it looks for it."""
    if work.db.dialect.name == "postgresql":
        found = await work.db.execute(_OLDER_BY_ITS_CLOCK)
    else:
        found = await work.db.execute(_OLDER_SINCE, {"since": work.now - SILENT_AFTER})
    return found.first() is not None


async def lives(work: Work, instance: int) -> bool:
    """Whether the process has left a sign of life within a minute."""
    beats = select(PULSES.c.instance).where(PULSES.c.instance == instance, ~fell_silent(work))
    return (await work.db.execute(beats)).scalar_one_or_none() is not None
