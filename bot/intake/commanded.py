"""What a newcomer's command is answered with, whether it was typed or chosen from a menu.

It must not read what was typed: `bot/language/commands.py` does.
"""

from dataclasses import replace
from datetime import timedelta

from bot.cases import closing, opening, promising
from bot.cases.cases import owed_since
from bot.engine.actors import Visitor
from bot.engine.work import Work
from bot.hours import questions as hours_questions
from bot.intake import ending
from bot.intake.texts import Help, OftenAsked, Privacy, Status, UnknownCommand
from bot.intake.texts_dialogue import AskLanguage
from bot.intake.threads import Thread, draft_of, step_of
from bot.intake.turns import ask
from bot.language.commands import Typed
from bot.language.parts import ToNewcomer
from bot.people import access
from models.case import CaseStatus
from models.intake import QUESTIONS, Turn, ask_again
from models.people import Channel
from models.saying import fields_of


async def follow(work: Work, visitor: Visitor, thread: Thread, typed: Typed) -> None:
    """The command's answer is on its way; what ends or erases something has only been asked about."""
    match typed.command:
        case "start":
            await _start(work, visitor, thread)
        case "hours":
            await hours_questions.tell_hours(work, visitor)
        case "stop":
            await ending.ask_stop(work, visitor)
        case "delete":
            await ending.ask_delete(work, visitor, language=typed.language)
        case _:
            answer = await _answer_to(work, visitor, typed)
            # The language it was typed in counts as long as they have chosen none.
            spoken = replace(answer, language=typed.language.value if typed.language else None)
            await work.tell_address(visitor.address_id, spoken, conversation_id=thread.id)


async def _answer_to(work: Work, visitor: Visitor, typed: Typed) -> ToNewcomer:
    channel = Channel(visitor.channel)
    match typed.command:
        case "language":
            return AskLanguage()
        case "status":
            return await status(work, visitor.person_id)
        case "help":
            return Help()
        case "privacy":
            return Privacy(channel=channel)
        case "questions":
            return OftenAsked(channel=channel)
        case _:
            return UnknownCommand(channel=channel)


async def _start(work: Work, visitor: Visitor, thread: Thread) -> None:
    turn = ask_again(Turn(step_of(thread), draft_of(work, thread)))
    if turn.ask is None or thread.step in QUESTIONS:
        told = await status(work, visitor.person_id)
        await work.tell_address(visitor.address_id, told, conversation_id=thread.id)
        return
    await ask(work, visitor, turn)


async def status(work: Work, person_id: int) -> Status:
    """How the newest case stands, and when a person answers, as honestly as it is known."""
    case = await access.newest_case_of(work.db, person_id)
    if case is None:
        return Status(state="none")
    if case.is_purged:
        return Status(state="ended", answered=not await closing.ended_unanswered(work.db, case))
    stands = Status(state=CaseStatus(case.status), code=case.code)
    match stands.state:
        case CaseStatus.QUEUED:
            promised = await promising.told_now(work, case)
            return replace(stands, late=promising.is_overdue(work, case), **fields_of(promised))
        case CaseStatus.CLAIMED if case.waiting_since is None:
            return replace(stands, answered_at=case.last_message_at)
        case CaseStatus.CLAIMED:
            answer_by = owed_since(case) + timedelta(hours=work.settings.answer_hours)
            return replace(stands, answer_by=answer_by)
        case _:
            return replace(stands, reopens=opening.may_reopen(case, work.now))
