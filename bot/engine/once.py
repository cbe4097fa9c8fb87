"""What came in before: the one duplicate check, and the count of an act that keeps failing.

Holds keys, never words. It must not know what the act means.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, Text, bindparam, insert, select, update

from bot.engine.db import Columns
from bot.engine.inserts import DIALECTS, Insert, upsert
from bot.engine.work import Work
from models.base import UtcDateTime, table_of
from models.conversation import Inbound

MOST_ATTEMPTS = 3
KEPT = timedelta(days=3)


async def first_time(work: Work, channel: str, key: str) -> bool:
    """Whether this act has not been done yet. From COMMIT on, the same key is a duplicate."""
    row = {"channel": channel, "key": key, "came_at": work.now, "done_at": work.now, "attempts": 0}
    return (await work.db.execute(_ONCE[work.db.dialect.name], row)).one_or_none() is not None


async def first_time_reading(
    work: Work, channel: str, key: str, reads: "Reading", asked: Mapping[str, object]
) -> Sequence[Columns] | None:
    """As `first_time`, with what is read besides: None if the act has been done, else the rows that are there, or one
    of nothing."""
    if work.db.dialect.name != "postgresql":
        if not await first_time(work, channel, key):
            return None
        read = (await work.db.execute(reads.alone, asked)).all()
        return read or [(None,) * reads.width]
    row = {"once_channel": channel, "once_key": key, "once_now": work.now}
    both = (await work.db.execute(reads.with_first_time, {**row, **asked})).all()
    return [tuple(one)[1:] for one in both] or None


class Reading:
    """What is asked together with whether an act is new, of what no such act has changed: these columns of `source`,
    where `which` holds. PostgreSQL is asked both at once; SQLite changes nothing inside of a question."""

    def __init__(self, columns: Sequence[ColumnElement[Any]], source: FromClause, which: ColumnElement[bool]) -> None:
        self.alone: Select[*Columns] = select(*columns).select_from(source).where(which)
        self.width = len(columns)
        now = bindparam("once_now", type_=UtcDateTime)
        row = {"channel": bindparam("once_channel", type_=Text), "key": bindparam("once_key", type_=Text)}
        new = _once("postgresql").values(**row, came_at=now, done_at=now, attempts=0).returning(_INBOUND.c.key)
        first = new.cte("new")
        self.with_first_time = select(first.c.key, *columns).select_from(first.outerjoin(source, which))


async def is_done(work: Work, channel: str, key: str) -> bool:
    """Whether this act has been done. Claims nothing."""
    done = select(_INBOUND.c.key).where(*_this(channel, key), _INBOUND.c.done_at.is_not(None))
    return (await work.db.execute(done)).one_or_none() is not None


async def failed(work: Work, channel: str, key: str, failure: str) -> int:
    """The act's attempt is counted, over restarts too; at the third it counts as done. Returns the attempts."""
    known = select(_INBOUND.c.attempts).where(*_this(channel, key))
    attempts: int = ((await work.db.execute(known)).scalar_one_or_none() or 0) + 1
    ended = work.now if attempts >= MOST_ATTEMPTS else None
    values = {"attempts": attempts, "failure": failure, "done_at": ended}
    if attempts == 1:
        await work.db.execute(insert(_INBOUND).values(channel=channel, key=key, came_at=work.now, **values))
    else:
        await work.db.execute(update(_INBOUND).where(*_this(channel, key)).values(**values))
    return attempts


def _this(channel: str, key: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return _INBOUND.c.channel == channel, _INBOUND.c.key == key


def _once(dialect: str) -> Insert:
    return upsert(
        dialect, _INBOUND, key=("channel", "key"), overwrites=["done_at"], only_if=_INBOUND.c.done_at.is_(None)
    )


_INBOUND = table_of(Inbound)
_ONCE = {dialect: _once(dialect).returning(_INBOUND.c.key) for dialect in DIALECTS}
