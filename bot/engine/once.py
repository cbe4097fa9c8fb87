"""What came in before: the one duplicate check, and the count of an act that keeps failing.

Holds keys, never words. It must not know what the act means.
"""

from datetime import timedelta

from sqlalchemy import ColumnElement, Executable, insert, select, update

from bot.engine.inserts import DIALECTS, upsert
from bot.engine.work import Work
from models.base import table_of
from models.conversation import Inbound

MOST_ATTEMPTS = 3
KEPT = timedelta(days=3)


async def first_time(work: Work, channel: str, key: str) -> bool:
    """Whether this act has not been done yet. From COMMIT on, the same key is a duplicate."""
    row = {"channel": channel, "key": key, "came_at": work.now, "done_at": work.now, "attempts": 0}
    return (await work.db.execute(_ONCE[work.db.dialect.name], row)).one_or_none() is not None


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


def _once(dialect: str) -> Executable:
    fresh = upsert(
        dialect, _INBOUND, key=("channel", "key"), overwrites=["done_at"], only_if=_INBOUND.c.done_at.is_(None)
    )
    return fresh.returning(_INBOUND.c.key)


_INBOUND = table_of(Inbound)
_ONCE = {dialect: _once(dialect) for dialect in DIALECTS}
