"""Words that look like a command and are none, or may be one: they wait, sealed, until their writer says what they are.

Nobody has been sent them. It must not send them either: `converse.py` does, once that has been said.
"""

from dataclasses import replace

from bot.engine.actors import Visitor
from bot.engine.work import Work
from bot.intake.texts import UnknownCommand
from bot.intake.threads import Thread, draft_of, external_of, keep_place
from bot.intake.turns import ask
from models.dialogue import Incoming
from models.intake import Draft, IntakeStep, Turn, ask_again
from models.people import Channel


async def hold(work: Work, visitor: Visitor, thread: Thread, words: str, incoming: Incoming) -> None:
    """The word waits, and its writer has been told that nobody was sent it."""
    draft = await keep(work, thread, words, incoming)
    told = UnknownCommand(unsent=draft.unsent_mark, conversation=thread.id, channel=Channel(visitor.channel))
    await work.tell_address(visitor.address_id, told, conversation_id=thread.id)
    if thread.step == IntakeStep.LANGUAGE:
        await ask(work, visitor, ask_again(Turn(IntakeStep.LANGUAGE, draft)))


async def keep(work: Work, thread: Thread, words: str, incoming: Incoming) -> Draft:
    """The words are kept, sealed, for a day or until others take their place; nobody has been sent them."""
    draft = replace(draft_of(work, thread), unsent=words, unsent_as=external_of(incoming))
    await keep_place(work, thread, thread.step, draft)
    return draft


async def drop(work: Work, thread: Thread) -> None:
    """No such words wait any more."""
    await keep_place(work, thread, thread.step, replace(draft_of(work, thread), unsent="", unsent_as=""))
