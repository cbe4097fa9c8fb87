"""What is forgotten at the newcomer's own word, at once: words, draft, address, logins and what waits for them.

The coded ledger (cases, events, closings) stays, tied to nobody. It must not decide what the daily round forgets:
`purge.py` does; nor what leaves volunteers' chats: `unsaying.py` does.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from bot.cases import closing, drafts, unsaying
from bot.engine import bells, buttons
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people import access, in_chat
from bot.people.access import CASES
from bot.people.texts import Unsay
from bot.privacy.texts import Erased
from models.base import table_of
from models.buttons import DELETE_UNASKED
from models.case import CaseEventKind
from models.chat_message import DELETABLE_FOR
from models.conversation import Conversation, Message
from models.notice import Notice
from models.outbox import Outbox
from models.people import Address, Channel, Person

OFFER_TO_ERASE = (Notice.STOPPED, Notice.NOTHING_TO_STOP)
_ROWS, _MESSAGES, _THREADS = table_of(Outbox), table_of(Message), table_of(Conversation)
_PEOPLE, _ADDRESSES = table_of(Person), table_of(Address)


class Lane(NamedTuple):
    """A way to reach whoever is erased. `chosen`: the language they chose; `hint`: what their app is set to; `since`:
    when they first came."""

    id: int
    channel: str
    chosen: str | None
    hint: str | None
    since: datetime

    @property
    def spoken(self) -> str | None:
        """In what language a receipt is to be written."""
        return self.chosen or self.hint


_LANES = select(
    *columns(Lane, _ADDRESSES, chosen=_PEOPLE.c.language, hint=_ADDRESSES.c.language, since=_PEOPLE.c.created_at)
).select_from(_ADDRESSES.join(_PEOPLE, _PEOPLE.c.id == _ADDRESSES.c.person_id))
# What only takes the buttons from a message still leaves: a press on them would do nothing any more.
_BUTTONS_GO = _ROWS.c.edits.is_not(None) & (_ROWS.c.kind == Notice.ASK_DONE)
_BUT_BUTTONS = in_chat.stopping((_ROWS.c.address_id == bindparam("lane")) & ~_BUTTONS_GO)


async def erase_newcomer(work: Work, person_id: int, *, farewell: bool, keep_lane: bool = False) -> None:
    """Words, draft, address, logins and pending rows of the newcomer are gone; an open case is withdrawn.

    `farewell`: a receipt is the last thing said; the chat's address, tied to nobody any more, lives until it has left.
    `keep_lane`: what is already waiting in the lane (the answer to "no") still leaves, then the address goes too.
    """
    conversation = select(_THREADS.c.id).where(_THREADS.c.newcomer_id == person_id)
    conversation_id: int | None = (await work.db.execute(conversation)).scalar_one_or_none()
    if conversation_id is not None:
        await work.lock(conversation_id)
    case = await access.open_case_of(work.db, person_id)
    if case is not None:
        await closing.withdraw_case(work, case)
    cases = await _cases_of(work, person_id)
    await unsaying.words_leave(work, cases)
    perhaps = await _that_may_have_arrived(work, person_id) if farewell else 0
    lanes = await _part_with_lanes(work, person_id, keep_rows=keep_lane)
    if keep_lane:
        await _unsay_questions(work, lanes)
    if conversation_id is not None:
        await work.db.execute(delete(_MESSAGES).where(_MESSAGES.c.conversation_id == conversation_id))
    await _note_erased(work, person_id)
    for lane in lanes:
        if farewell and lane.channel == Channel.TELEGRAM:
            await _say_farewell(work, lane, perhaps=perhaps, asked=bool(cases))
        elif not keep_lane or lane.channel == Channel.WEB:
            await work.db.execute(delete(_ADDRESSES).where(_ADDRESSES.c.id == lane.id))
    await work.db.execute(delete(_PEOPLE).where(_PEOPLE.c.id == person_id))
    await work.leave_no_trace()
    if conversation_id is not None:
        work.ring(bells.chat(conversation_id))
    work.ring(bells.LOGINS)


async def _say_farewell(work: Work, lane: Lane, *, perhaps: int, asked: bool) -> None:
    """What stands in the chat is deleted, as far back as Telegram lets a bot, and the receipt says what has become of
    it. `perhaps`: so many messages may stand there that nothing names. `asked`: there was a case."""
    unnoted = await in_chat.holds_unnoted(work.db, lane.id)
    older = unnoted or lane.since <= work.now - DELETABLE_FOR
    await work.tell_address(lane.id, Unsay(everything=True))
    await buttons.settle(work, lane.id, OFFER_TO_ERASE, pressed=DELETE_UNASKED.code())
    erased = Erased(language=lane.spoken, channel=Channel(lane.channel), unsaid=True, unnoted=unnoted, asked=asked)
    await work.tell_address(lane.id, replace(erased, older=older, perhaps=perhaps))


async def _that_may_have_arrived(work: Work, person_id: int) -> int:
    """How many messages of ours may stand in the person's chat once more, or at all, without our knowing their number:
    the answer to a letter was lost."""
    theirs = select(_ADDRESSES.c.id).where(
        _ADDRESSES.c.person_id == person_id, _ADDRESSES.c.channel == Channel.TELEGRAM
    )
    of_late = _ROWS.c.doubtful, _ROWS.c.edits.is_(None), _ROWS.c.created_at > work.now - DELETABLE_FOR
    said = select(func.count()).where(_ROWS.c.address_id.in_(theirs), *of_late, _ROWS.c.kind != Notice.UNSAY)
    return (await work.db.execute(said)).scalar_one()


async def _part_with_lanes(work: Work, person_id: int, *, keep_rows: bool) -> list[Lane]:
    """The lanes, untied from the person so that nobody can be looked up by them; their waiting rows are gone."""
    lanes = every(Lane, await work.db.execute(_LANES.where(_ADDRESSES.c.person_id == person_id)))
    for lane in lanes:
        if not keep_rows:
            await in_chat.stop_waiting(work, _BUT_BUTTONS, lane=lane.id)
        await work.db.execute(
            update(_ADDRESSES)
            .where(_ADDRESSES.c.id == lane.id)
            .values(person_id=None, lookup=None, farewell=True, parked_at=None, language=lane.spoken)
        )
    return lanes


async def _unsay_questions(work: Work, lanes: Sequence[Lane]) -> None:
    """The question whether to delete everything is answered, and its buttons are about nothing any more."""
    for lane in lanes:
        asked = select(_ROWS.c.remote_id).where(
            _ROWS.c.address_id == lane.id, _ROWS.c.kind == Notice.ASK_DELETE, _ROWS.c.remote_id.is_not(None)
        )
        found = tuple((await work.db.execute(asked)).scalars())
        if found and lane.channel == Channel.TELEGRAM:
            await work.tell_address(lane.id, Unsay(remotes=found))


async def _cases_of(work: Work, person_id: int) -> Sequence[int]:
    return (await work.db.execute(select(CASES.c.id).where(CASES.c.newcomer_id == person_id))).scalars().all()


async def _note_erased(work: Work, person_id: int) -> None:
    unpurged = CASES.c.newcomer_id == person_id, CASES.c.code.is_not(None)  # of the others the ledger says so already
    mine = (await work.db.execute(select(CASES.c.id).where(*unpurged))).scalars().all()
    await drafts.erase(work, mine)
    for case_id in mine:
        await work.record(case_id, CaseEventKind.ERASED)
