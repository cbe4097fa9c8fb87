"""The optional questions: one message in the newcomer's chat, which every press edits in place.

Owns which message that is (`Conversation.asked_row`). It must not decide which question is next:
`models/intake.py` does.
"""

from typing import NamedTuple

from sqlalchemy import bindparam, select, update

from bot.cases.texts_asked import AskDone, AskTap
from bot.engine.rows import columns, only
from bot.engine.work import Locked, Work
from bot.people.access import CaseRow
from models.base import table_of
from models.buttons import TAP
from models.conversation import Conversation
from models.intake import QUESTIONS, Turn
from models.outbox import Outbox

_ROWS, _THREADS = table_of(Outbox), table_of(Conversation)
_WITH_QUESTION = _ROWS.join(_THREADS, _THREADS.c.asked_row == _ROWS.c.id)


class _Asked(NamedTuple):
    """The row whose message shows the questions."""

    id: int
    address_id: int


_OF_CONVERSATION = (
    select(*columns(_Asked, _ROWS)).select_from(_WITH_QUESTION).where(_THREADS.c.id == bindparam("conversation"))
)
_REMEMBER = update(_THREADS).where(_THREADS.c.id == bindparam("conversation"))
# What was said last in a conversation that this act has locked is what this act has said.
_NEWEST = select(_ROWS.c.id).where(_ROWS.c.address_id == bindparam("lane")).order_by(_ROWS.c.seq.desc()).limit(1)
_REMEMBER_NEWEST = _REMEMBER.values(asked_row=_NEWEST.scalar_subquery())


async def begin(work: Work, case: CaseRow, turn: Turn, *, address_id: int) -> None:
    """The first question stands in the chat, as a message of its own; those of before have been put away."""
    await work.tell_address(address_id, _asked_by(turn, case), conversation_id=case.conversation_id)
    await work.db.execute_ahead(_REMEMBER_NEWEST, {"conversation": case.conversation_id, "lane": address_id})


async def show(work: Work, case: CaseRow, turn: Turn) -> bool:
    """The message shows the question that is now asked; False if there is none to show it in any more."""
    asked = await _asked(work, case.conversation_id)
    if asked is None:
        return False
    told = _asked_by(turn, case)
    await work.tell_address(asked.address_id, told, conversation_id=case.conversation_id, edits=asked.id)
    return True


async def put_away(work: Work, conversation_id: int | None) -> bool:
    """No question is asked any more: the message ends as the thanks, without buttons. Whether there was one."""
    locked = work.noted(Locked)
    if locked is not None and locked.id == conversation_id and locked.asked_row is None:
        return False
    asked = None if conversation_id is None else await _asked(work, conversation_id)
    if asked is None:
        return False
    await work.tell_address(asked.address_id, AskDone(), conversation_id=conversation_id, edits=asked.id)
    await _remember(work, conversation_id, None)
    return True


def is_answered(case: CaseRow | None, code: str) -> bool:
    """Whether the pressed button gives an answer that the case has already: the same press, told twice."""
    if case is None or not TAP.matches(code):
        return False
    column, given = TAP.read(code)
    asked = {question.column for question in QUESTIONS.values()}
    return column in asked and getattr(case, column) == given


def _asked_by(turn: Turn, case: CaseRow) -> AskTap:
    """Which question, the answer it has already, if any, and the answer that was given just before."""
    chosen = getattr(case, QUESTIONS[turn.step].column)
    return AskTap(step=turn.step, page=turn.page, chosen=chosen, answered=":".join(turn.answer or ()))


async def _asked(work: Work, conversation_id: int | None) -> _Asked | None:
    return only(_Asked, await work.db.execute(_OF_CONVERSATION, {"conversation": conversation_id}))


async def _remember(work: Work, conversation_id: int | None, row: int | None) -> None:
    await work.db.execute_ahead(_REMEMBER, {"conversation": conversation_id, "asked_row": row})
