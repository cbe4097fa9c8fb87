"""A session nobody staffs: a coordinator's press shows its closing as it would be published.

It must not publish it, nor decide what is unstaffed (`bot/hours/warnings.py`).
"""

from collections.abc import Awaitable

from bot.engine import buttons as engine_buttons
from bot.hours.texts_staff import HoursPreview
from bot.hours.texts_unasked import SessionUnstaffed
from handlers.telegram import coordinator
from handlers.telegram.press import Press, said_lately
from models.button import Presses, on
from models.buttons_hours import CLOSE_SESSION, OfSession
from models.dialogue import Answer
from models.hours_change import Change, Verb


async def _pressed_close(press: Press, session: OfSession) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, SessionUnstaffed.kind)
    if await said_lately(press, HoursPreview):
        return Answer("in_the_chat")
    await coordinator.propose(press.work, press.actor, Change(Verb.CLOSE, (session.place,), session.day))
    return Answer("")


PRESSES_OF_COORDINATORS: Presses[Press, Awaitable[Answer]] = dict((on(CLOSE_SESSION, _pressed_close),))
