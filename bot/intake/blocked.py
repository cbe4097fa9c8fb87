"""What a newcomer who is blocked may still do, and what they are told when it is something else.

Nothing they write or press reaches a volunteer, and none of it is kept. They can delete everything, see the hours, the
helplines and how data is handled, and choose their language. It must not block anybody (`bot/cases/blocking.py`).
"""

from bot.cases import blocking
from bot.engine.actors import Barred, Visitor
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.hours import questions as hours_questions
from bot.intake import ending
from bot.intake.commanded import follow
from bot.intake.threads import Thread
from bot.language import commands
from bot.language.commands import Typed
from bot.people import blocks
from models.buttons import LANGUAGE
from models.dialogue import Act, Answer, Commanded, Incoming, Pressed, Said
from models.people import Channel

ALLOWED = ("language", "hours", "help", "questions", "privacy", "stop", "delete")
NOT_SENT = "blocked_not_sent"
DONE = Answer("")


def lets_in(act: Act) -> bool:
    """Whether the act is done as anybody's."""
    match act:
        case Commanded(name=name):
            return name in ALLOWED
        case Pressed(code=code):
            return hours_questions.is_pressed_by(code) or ending.is_pressed_by(code) or LANGUAGE.matches(code)
        case _:
            return False


async def turned_away(work: Work, visitor: Visitor, thread: Thread, incoming: Incoming, barred: Barred) -> Answer:
    """What was said is kept by nobody. A command in it is followed, and who asks how things stand is told.

    On Telegram they are told once a day; on the web the page says each time that nothing was sent, and holds the words.

    Raises:
        BadInput: words on the web.
    """
    match incoming.act:
        case Pressed():
            return Answer(NOT_SENT)
        case Commanded():
            await blocking.tell(work, visitor.person_id, barred)
            return DONE
        case Said(text=text):
            typed = commands.read(text, visitor.language)
            if typed.command in ALLOWED:
                await follow(work, visitor, thread, Typed(typed.command, language=typed.language))
                return DONE
            if typed.command:
                await blocking.tell(work, visitor.person_id, barred)
                return DONE
            if await hours_questions.answered(work, visitor, text):
                return DONE
    if visitor.channel == Channel.WEB:
        raise BadInput(NOT_SENT)
    if await blocks.may_tell(work, visitor.person_id):
        await blocking.tell(work, visitor.person_id, barred)
    return DONE
