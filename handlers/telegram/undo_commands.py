"""A coordinator takes back the newest thing they did to shifts or hours: asked first, by name.

Reads, acts, answers. What can be taken back is decided in `bot/shifts/undoing.py` and `bot/hours/changes.py`.
"""

from collections.abc import Awaitable
from dataclasses import replace

from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import Stale
from bot.engine.work import Work
from bot.roster.signing import CannotStaff
from bot.shifts import newest_own, undoing
from bot.shifts.texts_undo import NothingToUndo, ShiftUndoAsk
from handlers.telegram import coordinator
from handlers.telegram.press import Press
from handlers.telegram.shift_commands import refuse
from models.button import Presses, on
from models.buttons_shifts import UNDO_SHIFT, UndoAnswer
from models.dialogue import Answer

COMMAND = "undo"


async def command(work: Work, actor: Actor, name: str) -> bool:
    """Whether it was this command; if so it is asked what would be taken back, or said that there is nothing."""
    if name != COMMAND:
        return False
    newest = await newest_own.newest(work)
    if newest.change is not None:
        await coordinator.ask_undo(work, actor, newest.change, None)
    elif newest.done is not None:
        await work.tell(actor.id, await undoing.ask(work, newest.done))
    else:
        await work.tell(actor.id, NothingToUndo())
    return True


async def _answered(press: Press, given: UndoAnswer) -> Answer:
    work = press.work
    asked = await engine_buttons.saying_on(work, press.card, ShiftUndoAsk)
    if asked.answer:
        raise Stale
    if given.answer == "yes":
        try:
            await undoing.undo(work, given.number)
        except CannotStaff as refused:
            await refuse(work, press.actor, refused, press.card)
            return Answer("")
    await work.tell(press.actor.id, replace(asked, answer=given.answer), edits=press.card)
    return Answer("")


PRESSES_OF_COORDINATORS: Presses[Press, Awaitable[Answer]] = dict((on(UNDO_SHIFT, _answered),))
