"""Words that were relayed nearly two days ago leave the volunteer's chat while Telegram still lets a bot delete them.

Owns when that is, and the line that says where the words are. It must not delete them itself: `unsaying.py` does.
"""

from datetime import timedelta

from sqlalchemy import select

from bot.cases import relay
from bot.cases.texts_relayed import WordsAtDesk
from bot.cases.unsaying import COPIES, Copy, unsay
from bot.engine.rows import every
from bot.engine.work import Work
from bot.people import access
from bot.people.in_chat import NOTED
from models.base import table_of
from models.case import CaseStatus
from models.chat_message import RELAYED_STAY
from models.people import Address

LOOKED_AFTER_EVERY = timedelta(minutes=15)
MOST_AT_ONCE = 200  # messages in one act
_ADDRESSES = table_of(Address)


async def leave(work: Work) -> bool:
    """What was relayed so long ago is on its way out of the chats, and whoever has the case reads where the words are
    now. Returns whether there is more."""
    latest = work.now - RELAYED_STAY + 2 * LOOKED_AFTER_EVERY  # the next look, and its letters, would be too late
    old = every(Copy, await work.db.execute(COPIES.where(NOTED.c.came_at <= latest).limit(MOST_AT_ONCE)))
    cases = sorted({copy.case_id for copy in old})
    for case_id in cases:
        await access.locked_case(work, case_id)  # all of them first, as in every act on several
    await unsay(work, old)
    for case_id in cases:
        await _say_where(work, case_id, {copy.address_id for copy in old if copy.case_id == case_id})
    return len(old) == MOST_AT_ONCE


async def _say_where(work: Work, case_id: int, chats: set[int]) -> None:
    case = await access.locked_case(work, case_id)
    if case.status != CaseStatus.CLAIMED:
        return
    seq = await relay.newest_shown(work, case)
    theirs = select(_ADDRESSES.c.id).where(_ADDRESSES.c.id.in_(chats), _ADDRESSES.c.person_id == case.volunteer_id)
    for address_id in (await work.db.execute(theirs)).scalars().all():
        await work.tell_address(address_id, WordsAtDesk(case=case.id, code=case.code, seq=seq), case_id=case.id)
