"""What came in before: the one duplicate check, and the count of an act that keeps failing.

Holds keys, never words. It must not know what the act means.
"""

from datetime import timedelta

from sqlalchemy import Executable, bindparam, insert, select, update

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
    done = select(Inbound.key).where(Inbound.channel == channel, Inbound.key == key, Inbound.done_at.is_not(None))
    return (await work.db.execute(done)).one_or_none() is not None


async def failed(work: Work, channel: str, key: str, failure: str) -> int:
    """The act's attempt is counted, over restarts too; at the third it counts as done. Returns the attempts."""
    known = select(Inbound.attempts).where(Inbound.channel == bindparam("c"), Inbound.key == bindparam("k"))
    attempts = ((await work.db.execute(known, {"c": channel, "k": key})).scalar_one_or_none() or 0) + 1
    ended = work.now if attempts >= MOST_ATTEMPTS else None
    values = {"attempts": attempts, "failure": failure, "done_at": ended}
    if attempts == 1:
        await work.db.execute(insert(Inbound).values(channel=channel, key=key, came_at=work.now, **values))
    else:
        this = (Inbound.channel == channel, Inbound.key == key)
        await work.db.execute(update(Inbound).where(*this).values(**values))
    return attempts


def _once(dialect: str) -> Executable:
    fresh = upsert(
        dialect, _INBOUND, key=("channel", "key"), overwrites=["done_at"], only_if=_INBOUND.c.done_at.is_(None)
    )
    return fresh.returning(_INBOUND.c.key)


_INBOUND = table_of(Inbound)
_ONCE = {dialect: _once(dialect) for dialect in DIALECTS}
