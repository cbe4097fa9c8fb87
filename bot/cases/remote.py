"""From a message in a chat to what it is about: the row behind it, the case of it, its name in a conversation.

It must not decide what follows from that.
"""

from sqlalchemy import bindparam, func, select

from bot.cases.messages import MESSAGES
from bot.engine.db import Db
from models.base import table_of
from models.conversation import Author
from models.outbox import Outbox

_ROWS = table_of(Outbox)
_HERE = _ROWS.c.address_id == bindparam("lane"), _ROWS.c.remote_id == bindparam("message")
_ROW = select(func.coalesce(_ROWS.c.edits, _ROWS.c.id)).where(*_HERE).limit(1)
_CASE = select(_ROWS.c.case_id).where(*_HERE, _ROWS.c.case_id.is_not(None)).order_by(_ROWS.c.id.desc()).limit(1)
_NOTICE = select(_ROWS.c.kind).where(*_HERE).order_by(_ROWS.c.id.desc()).limit(1)
_CASE_OF_OWN = (
    select(MESSAGES.c.case_id)
    .where(MESSAGES.c.external_id == bindparam("name"), MESSAGES.c.author == Author.VOLUNTEER)
    .limit(1)
)


def external_id(person_id: int, own_message: int) -> str:
    """What names a volunteer's message from their chat in a conversation."""
    return f"v{person_id}-{own_message}"


async def row_of_remote(db: Db, address_id: int, remote_id: int) -> int | None:
    """The outbox row behind a message in a chat that a button sits on: the one that first said it."""
    found: int | None = (await db.execute(_ROW, {"lane": address_id, "message": remote_id})).scalar_one_or_none()
    return found


async def case_of_remote(db: Db, address_id: int, remote_id: int) -> int | None:
    """The case that a message of ours in a chat is about, as it reads now; None if it is about none."""
    return (await db.execute(_CASE, {"lane": address_id, "message": remote_id})).scalar_one_or_none()


async def notice_of_remote(db: Db, address_id: int, remote_id: int) -> str | None:
    """What kind of notice a message of ours in a chat shows by now; None for one that is not ours."""
    return (await db.execute(_NOTICE, {"lane": address_id, "message": remote_id})).scalar_one_or_none()


async def case_of_own(db: Db, external_id: str) -> int | None:
    """The case into which a volunteer's own message with this name went."""
    return (await db.execute(_CASE_OF_OWN, {"name": external_id})).scalar_one_or_none()
