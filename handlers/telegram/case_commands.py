"""A case between two people on Telegram: keeping it, its notes, handing it over. Reads, acts, answers.

It must not decide who may: the verbs in `bot/cases/` do.
"""

from collections.abc import Awaitable

from telegram import Message

from bot.cases import keeping_cases, noting
from bot.cases.texts_between import CaseKept, CaseNotes
from bot.engine import buttons as engine_buttons
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.language import commands
from bot.language.commands import Line
from bot.people import access
from handlers.telegram.press import Press, said_lately
from models.button import AnyButton, Presses, on
from models.buttons_cases import KEEP, NOTES, Keeping, OfCase
from models.dialogue import Answer

ABOUT_MY_CASE: tuple[AnyButton, ...] = (KEEP, NOTES)
DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")


async def followed(work: Work, line: Line, message: Message) -> bool:
    """Whether the line was a command about a case; if so it has had its effect."""
    if line.name != noting.COMMAND:
        return False
    await noting.typed(work, line.rest, own_message=message.message_id, answers=_answers(message))
    return True


async def edited(work: Work, message: Message) -> bool:
    """Whether the message that was changed is a note, or is one now; if so that has had its effect."""
    text = message.text or ""
    line = commands.of_staff(text)
    is_note = line is not None and line.name == noting.COMMAND
    rest = line.rest if line is not None and is_note else None
    if await noting.reworded(work, text, rest, own_message=message.message_id):
        return True
    if line is not None and is_note and await noting.was_held(work, message.message_id):
        return await followed(work, line, message)
    return False


async def answered_a_note(work: Work, message: Message) -> bool:
    """Whether the words answer to a note: then they are for nobody, and their author is told so."""
    answers = _answers(message)
    if answers is None or not await noting.answers_one(work, answers):
        return False
    await noting.refuse(work, BadInput("note_answers_note"), own_message=message.message_id)
    return True


def _answers(message: Message) -> int | None:
    return message.reply_to_message.message_id if message.reply_to_message else None


async def _pressed_keep(press: Press, kept: Keeping) -> Answer:
    """The message that asked says until when, in its place."""
    work, card = press.work, press.card
    if card is not None and await engine_buttons.shown_as(work, card) == CaseKept.kind:
        return IN_THE_CHAT
    until = await keeping_cases.keep_as_pressed(work, case_id=kept.case, code=kept.until)
    code = await access.code_of(work.db, kept.case)
    await work.tell(press.actor.id, CaseKept(code=code, until=until), case_id=kept.case, edits=card)
    return DONE


async def _pressed_notes(press: Press, named: OfCase) -> Answer:
    if await said_lately(press, CaseNotes, lambda one: one.case == named.case):
        await access.my_case(press.work, named.case)
        return IN_THE_CHAT
    await noting.show(press.work, named.case)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict((on(KEEP, _pressed_keep), on(NOTES, _pressed_notes)))
