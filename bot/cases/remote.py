"""From a message in a chat to what it is about: the row behind it, the case of it.

It must not decide what follows from that.
"""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.base import table_of
from models.conversation import Author, Message
from models.outbox import Outbox

_ROWS, _MESSAGES = table_of(Outbox), table_of(Message)


async def row_of_remote(db: AsyncConnection, address_id: int, remote_id: int) -> int | None:
    """The outbox row behind a message in a chat that a button sits on: the one that first said it."""
    row = select(func.coalesce(_ROWS.c.edits, _ROWS.c.id)).where(
        _ROWS.c.address_id == address_id, _ROWS.c.remote_id == remote_id
    )
    return (await db.execute(row.limit(1))).scalar_one_or_none()


async def case_of_remote(db: AsyncConnection, address_id: int, remote_id: int) -> int | None:
    """The case that a message of ours in a chat is about, as it reads now; None if it is about none."""
    about = select(_ROWS.c.case_id).where(_ROWS.c.address_id == address_id, _ROWS.c.remote_id == remote_id)
    newest = about.where(_ROWS.c.case_id.is_not(None)).order_by(_ROWS.c.id.desc()).limit(1)
    return (await db.execute(newest)).scalar_one_or_none()


async def case_of_own(db: AsyncConnection, external_id: str) -> int | None:
    """The case into which a volunteer's own message with this name went."""
    sent = select(_MESSAGES.c.case_id).where(
        _MESSAGES.c.external_id == external_id, _MESSAGES.c.author == Author.VOLUNTEER
    )
    return (await db.execute(sent.limit(1))).scalar_one_or_none()
