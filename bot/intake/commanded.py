"""What a newcomer's command is answered with, whether it was typed or chosen from a menu.

It must not read what was typed: `bot/language/commands.py` does.
"""

from collections.abc import Mapping

from bot.cases import queue
from bot.engine.work import Visitor, Work
from bot.hours import questions as hours_questions
from bot.intake import ending
from bot.intake.threads import Thread, draft_of, step_of
from bot.intake.turns import ask
from bot.language.commands import Typed
from bot.people import access
from models.case import CaseStatus
from models.intake import QUESTIONS, Turn, ask_again
from models.outbox import Notice
from models.people import Language


async def follow(work: Work, visitor: Visitor, thread: Thread, typed: Typed) -> None:
    """The command's answer is on its way; what ends or erases something has only been asked about."""
    language = typed.language  # counts as long as they have chosen none
    match typed.command:
        case "start":
            await _start(work, visitor, thread)
        case "language":
            await _say(work, visitor, Notice.ASK_LANGUAGE, language)
        case "status":
            await _say(work, visitor, Notice.STATUS, language, await status_params(work, visitor.person_id))
        case "hours":
            await hours_questions.tell_hours(work, visitor)
        case "help":
            await _say(work, visitor, Notice.HELP, language)
        case "privacy":
            await _say(work, visitor, Notice.PRIVACY, language, {"channel": visitor.channel})
        case "stop":
            await ending.ask_stop(work, visitor)
        case "delete":
            await ending.ask_delete(work, visitor, language=language)
        case _:
            await _say(work, visitor, Notice.UNKNOWN_COMMAND, language, {"channel": visitor.channel})


async def _say(
    work: Work, visitor: Visitor, kind: Notice, language: Language | None, params: Mapping[str, object] | None = None
) -> None:
    said = dict(params or {}) | ({} if language is None else {"language": language.value})
    await work.tell_address(visitor.address_id, kind, conversation_id=visitor.conversation_id, params=said)


async def _start(work: Work, visitor: Visitor, thread: Thread) -> None:
    turn = ask_again(Turn(step_of(thread), draft_of(work, thread)))
    if turn.ask is None or thread.step in QUESTIONS:
        params = await status_params(work, visitor.person_id)
        await work.tell_address(visitor.address_id, Notice.STATUS, conversation_id=thread.id, params=params)
        return
    await ask(work, visitor, turn)


async def status_params(work: Work, person_id: int) -> dict[str, object]:
    """What `/status` says: none, or the newest case's code and state, with a promise while it is queued."""
    case = await access.newest_case_of(work.db, person_id)
    if case is None:
        return {"state": "none"}
    params: dict[str, object] = {"state": case.status, "code": case.code}
    if case.status == CaseStatus.QUEUED:
        made = await queue.promise_for(work, case)
        return params | {"promise": made.kind} | made.params
    return params
