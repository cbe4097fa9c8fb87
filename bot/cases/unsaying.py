"""A newcomer's words leave the volunteers' chats. The desk keeps them.

Owns which messages those are; rows of the outbox delete them. It must not decide when they go (`closing.py`,
`cases.py`, `old_words.py`), nor know how a channel deletes.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, select, update

from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people import access, in_chat
from bot.people.in_chat import NOTED
from bot.people.texts import Unsay
from models.base import table_of
from models.case import Case, CaseStatus
from models.outbox import OF_CASE_WORDS, Outbox
from models.people import Address, Channel

MOST_IN_A_ROW = 100  # messages that one row of the outbox deletes; as many as one call to Telegram
_ROWS, _ADDRESSES, _CASES = table_of(Outbox), table_of(Address), table_of(Case)


class Copy(NamedTuple):
    """A message in a chat that repeats words of a case's newcomer."""

    address_id: int
    remote_id: int
    case_id: int


COPIES = (
    select(*columns(Copy, NOTED))
    .where(NOTED.c.case_id.is_not(None), NOTED.c.unsaid_at.is_(None))
    .order_by(NOTED.c.came_at, NOTED.c.remote_id)
)

_HOLDS_IT = (
    exists()
    .where(_CASES.c.id == NOTED.c.case_id, _CASES.c.status == CaseStatus.CLAIMED)
    .where(_ADDRESSES.c.id == NOTED.c.address_id, _ADDRESSES.c.person_id == _CASES.c.volunteer_id)
)
_LEFT = COPIES.where(~_HOLDS_IT)
_THESE: BindParameter[int] = bindparam("cases", expanding=True)
_COPIES_OF = COPIES.where(NOTED.c.case_id.in_(_THESE))
_CHATS = select(_ADDRESSES.c.id).where(_ADDRESSES.c.channel == Channel.TELEGRAM)
_TO_CHATS = in_chat.stopping(
    and_(_ROWS.c.case_id.in_(_THESE), _ROWS.c.kind.in_(OF_CASE_WORDS), _ROWS.c.address_id.in_(_CHATS))
)


async def words_leave(work: Work, case_ids: Sequence[int]) -> None:
    """What the newcomers of these cases wrote is on its way out of every volunteer's chat, and what waits to be shown
    there never is."""
    if not case_ids:
        return
    for row in await in_chat.stop_waiting(work, _TO_CHATS, cases=case_ids):
        await work.tell_address(row.address_id, Unsay(), edits=row.id)
    await unsay(work, every(Copy, await work.db.execute(_COPIES_OF, {"cases": case_ids})))


async def cases_left_standing(work: Work) -> list[int]:
    """Cases whose words stand in the chat of somebody who has not the case: a version before this one relayed them, or
    left them when it ended or gave back the case. What it has sent is noted first: it notes nothing."""
    await in_chat.take_over(work)
    return sorted({copy.case_id for copy in every(Copy, await work.db.execute(_LEFT))})


async def what_was_left_leaves(work: Work, case_id: int) -> None:
    """What of this case stands in the chat of somebody who has not the case is on its way out of it."""
    await access.locked_case(work, case_id)  # nobody is given it, or gives it back, meanwhile
    await unsay(work, every(Copy, await work.db.execute(_LEFT.where(NOTED.c.case_id == case_id))))


async def unsay(work: Work, copies: Sequence[Copy]) -> None:
    """These messages are on their way out of the chats they stand in."""
    chats: dict[int, list[int]] = defaultdict(list)
    for copy in copies:
        chats[copy.address_id].append(copy.remote_id)
    for address_id, remotes in chats.items():
        for start in range(0, len(remotes), MOST_IN_A_ROW):
            some = remotes[start : start + MOST_IN_A_ROW]
            await work.db.execute(update(NOTED).where(_are(address_id, some)).values(unsaid_at=work.now))
            await work.tell_address(address_id, Unsay(remotes=tuple(some)))


def _are(address_id: int, remotes: Sequence[int]) -> ColumnElement[bool]:
    return (NOTED.c.address_id == address_id) & NOTED.c.remote_id.in_(remotes)
