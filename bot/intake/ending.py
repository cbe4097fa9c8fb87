"""What ends or erases something asks first: the questions before a deletion and before closing one's own case, and what
their buttons do. A button carries what it is about, so that an old one does nothing to what came later.

It must not read what was typed (`bot/language/commands.py`), nor decide what an erasure takes (`purge.py`).
"""

from dataclasses import replace

from sqlalchemy import func, select

from bot.cases import closing
from bot.engine import buttons
from bot.engine.actors import Visitor
from bot.engine.db import Db
from bot.engine.work import Work
from bot.intake.texts_ending import AskDelete, AskStop, NotDeleted, NothingToStop, NotStopped, Stopped
from bot.language.parts import ToNewcomer
from bot.people import access
from bot.people.access import CaseRow
from bot.privacy import erasing
from models.base import table_of
from models.buttons import DELETE, DELETE_ANSWER, DELETE_UNASKED, STOP_ANSWER, DeletionAnswer, StopAnswer
from models.case import CaseStatus
from models.dialogue import Answer
from models.notice import Notice
from models.outbox import Outbox
from models.people import Channel

DONE, STALE, IN_THE_CHAT = Answer(""), Answer("no_longer_valid"), Answer("in_the_chat")
_ROWS = table_of(Outbox)


async def ask_delete(work: Work, visitor: Visitor, *, language: str | None = None) -> None:
    """The newcomer is asked whether everything is to be deleted, and told what that is. Nothing has been deleted.

    `language`: to ask in as long as they have chosen none.
    """
    await _say(work, visitor, replace(await deletion(work.db, visitor), language=language))


async def ask_stop(work: Work, visitor: Visitor) -> None:
    """The newcomer is asked whether their open case is to be closed; without one there is nothing to close."""
    case = await access.open_case_of(work.db, visitor.person_id)
    if case is None:
        asked = await access.newest_case_of(work.db, visitor.person_id) is not None
        await _say(work, visitor, NothingToStop(asked=asked))
        return
    await _say(work, visitor, AskStop(case=case.id, code=case.code))


async def pressed(work: Work, visitor: Visitor, code: str, *, unsent: str = "") -> Answer:
    """The press has had its effect; one about something that has passed has none.

    `unsent`: names words that wait to be sent: "delete" may have been an answer to the adviser.
    """
    if DELETE.matches(code) or DELETE_UNASKED.matches(code):
        return await _pressed_delete(work, visitor)
    if DELETE_ANSWER.matches(code):
        return await _answered_delete(work, visitor, DELETE_ANSWER.read(code), unsent)
    if STOP_ANSWER.matches(code):
        return await _answered_stop(work, visitor, STOP_ANSWER.read(code))
    return STALE


def is_pressed_by(code: str) -> bool:
    """Whether the code begins like one of these buttons, be the rest as it may."""
    return DELETE.has_verb_of(code) or STOP_ANSWER.has_verb_of(code)


async def deletion(db: Db, visitor: Visitor) -> AskDelete:
    """The question about deletion, which is `about` the conversation as it stands, up to its newest case."""
    newest = await access.newest_case_of(db, visitor.person_id)
    code = newest.code if newest is not None and newest.status != CaseStatus.CLOSED else None
    about, asked = _about(visitor, newest), newest is not None
    return AskDelete(about=about, channel=Channel(visitor.channel), code=code, unsays=True, asked=asked)


def _about(visitor: Visitor, newest: CaseRow | None) -> str:
    return f"{visitor.conversation_id}:{newest.id if newest else 0}"


async def _pressed_delete(work: Work, visitor: Visitor) -> Answer:
    about = (await deletion(work.db, visitor)).about
    if await buttons.said_lately(work, visitor.address_id, AskDelete, lambda one: one.about == about):
        return IN_THE_CHAT
    await ask_delete(work, visitor)
    await buttons.settle(work, visitor.address_id, erasing.OFFER_TO_ERASE, pressed=DELETE.code())
    return DONE


async def _answered_delete(work: Work, visitor: Visitor, given: DeletionAnswer, unsent: str) -> Answer:
    if given.about != _about(visitor, await access.newest_case_of(work.db, visitor.person_id)):
        return STALE
    if given.answer == "yes" and visitor.channel == Channel.TELEGRAM and not await _were_told_what_goes(work, visitor):
        await ask_delete(work, visitor)
        return IN_THE_CHAT
    if given.answer == "yes":
        await erasing.erase_newcomer(work, visitor.person_id, farewell=True)
    else:
        kept = NotDeleted(unsent=unsent, conversation=visitor.conversation_id)
        await say_instead(work, visitor, (Notice.ASK_DELETE,), kept)
    return DONE


async def _were_told_what_goes(work: Work, visitor: Visitor) -> bool:
    """Whether the newest question said that their own messages go too: one of before said that they stay."""
    asked = select(_ROWS.c.params).where(_ROWS.c.address_id == visitor.address_id, _ROWS.c.kind == AskDelete.kind)
    newest = (await work.db.execute(asked.order_by(_ROWS.c.id.desc()).limit(1))).scalar_one_or_none()
    return newest is None or AskDelete.understood(newest).unsays


async def _answered_stop(work: Work, visitor: Visitor, given: StopAnswer) -> Answer:
    case = await access.open_case_of(work.db, visitor.person_id)
    if case is None or case.id != given.case:
        return STALE
    if given.answer == "yes":
        await closing.withdraw_case(work, case)
        await say_instead(work, visitor, (Notice.ASK_STOP,), Stopped(code=case.code))
    else:
        await say_instead(work, visitor, (Notice.ASK_STOP,), NotStopped(code=case.code))
    return DONE


async def _say(work: Work, visitor: Visitor, saying: ToNewcomer) -> None:
    await work.tell_address(visitor.address_id, saying, conversation_id=visitor.conversation_id)


async def say_instead(work: Work, visitor: Visitor, questions: tuple[Notice, ...], saying: ToNewcomer) -> None:
    """It stands where the newest of these `questions` stood, so that nobody presses its buttons again."""
    place = func.coalesce(_ROWS.c.edits, _ROWS.c.id)
    asked = select(place).where(_ROWS.c.address_id == visitor.address_id, _ROWS.c.kind.in_(questions))
    row = (await work.db.execute(asked.order_by(_ROWS.c.id.desc()).limit(1))).scalar_one_or_none()
    await work.tell_address(visitor.address_id, saying, conversation_id=visitor.conversation_id, edits=row)
