"""What is looked up for every message of a newcomer's: their thread, whether the message is kept, their newest case.

It always comes together, so it is asked together, behind the lock on the conversation. It must not change anything.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, exists, select

from bot.cases import messages
from bot.cases.messages import MESSAGES
from bot.engine.actors import Visitor
from bot.engine.rows import columns
from bot.engine.work import Locked, Work
from bot.people import access
from bot.people.access import CASE_COLUMNS, CaseRow
from models.base import table_of
from models.conversation import Conversation

_THREADS = table_of(Conversation)
_IS_KEPT = exists().where(
    MESSAGES.c.conversation_id == _THREADS.c.id, MESSAGES.c.external_id == bindparam("external_id")
)
_BEHIND_THE_LOCK = (
    select(*columns(Locked, _THREADS), _IS_KEPT.label("is_kept"), *CASE_COLUMNS)
    .select_from(access.beside_newest_case(_THREADS))
    .where(_THREADS.c.id == bindparam("conversation"))
)
_KEPT_AT, _CASE_AT = len(Locked._fields), len(Locked._fields) + 1


class AtHand(NamedTuple):
    """Whether the message of this name is kept, and the newcomer's newest case, open or closed, if any."""

    external_id: str
    is_kept: bool
    newest: CaseRow | None


async def lock(work: Work, visitor: Visitor, external_id: str) -> None:
    """The conversation is this act's until COMMIT, and what its message needs has been looked up: see `found`.

    Raises: as `Work.lock`.
    """
    asked = {"conversation": visitor.conversation_id, "external_id": external_id}
    row = await work.lock_and_read(visitor.conversation_id, _BEHIND_THE_LOCK, asked)
    if row is not None:
        newest = None if row[_CASE_AT] is None else CaseRow(*row[_CASE_AT:])
        work.note(AtHand(external_id, row[_KEPT_AT], newest))


async def found(work: Work, visitor: Visitor, external_id: str) -> AtHand:
    """Of the message of this name, as it stands in this act."""
    noted = work.noted(AtHand)
    if noted is not None and noted.external_id == external_id:
        return noted
    is_kept = await messages.is_kept(work, visitor.conversation_id, external_id=external_id)
    return AtHand(external_id, is_kept, await access.newest_case_of(work.db, visitor.person_id))
