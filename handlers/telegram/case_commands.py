"""A case between two people on Telegram: keeping it, its notes, handing it over. Reads, acts, answers.

It must not decide who may: the verbs in `bot/cases/` do.
"""

from collections.abc import Awaitable

from bot.cases import keeping_cases
from bot.cases.texts_between import CaseKept
from bot.engine import buttons as engine_buttons
from bot.people import access
from handlers.telegram.press import Press
from models.button import Presses, on
from models.buttons_cases import KEEP, Keeping
from models.dialogue import Answer

DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")


async def _pressed_keep(press: Press, kept: Keeping) -> Answer:
    """The message that asked says until when, in its place."""
    work, card = press.work, press.card
    if card is not None and await engine_buttons.shown_as(work, card) == CaseKept.kind:
        return IN_THE_CHAT
    until = await keeping_cases.keep_as_pressed(work, case_id=kept.case, code=kept.until)
    code = await access.code_of(work.db, kept.case)
    await work.tell(press.actor.id, CaseKept(code=code, until=until), case_id=kept.case, edits=card)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict((on(KEEP, _pressed_keep),))
