"""A shift, a line of the usual week or a term that a coordinator puts together by buttons on Telegram.

Reads, acts, answers. What is asked is decided in `bot/shifts/guided.py`; it must not decide what a shift may be.
"""

from bot.engine import buttons as engine_buttons
from bot.engine.errors import BadInput, Stale
from bot.roster.signing import CannotStaff
from bot.shifts import coverage, finding, guided, making, term
from bot.shifts.texts_guided import ShiftAsk, ShiftNotMade
from bot.shifts.texts_term import TermDropped, WeekShown
from bot.shifts.typed import NewLine, NewShift, Term
from handlers.telegram.press import Press
from handlers.telegram.shift_commands import refuse
from models.buttons import GivenAnswer, OfDialogue, TurnedTo
from models.buttons_shifts import Planning
from models.dialogue import Answer
from models.shift_dialogue import Plan

DONE = Answer("")


async def pressed_begin(press: Press, chosen: Planning) -> Answer:
    """The first question about a line or a term stands in place of the usual week."""
    if press.card is None or await engine_buttons.shown_as(press.work, press.card) != WeekShown.kind:
        raise Stale
    await press.work.tell(press.actor.id, await guided.begin(press.work, Plan(chosen.plan)), edits=press.card)
    return DONE


async def answered(press: Press, given: GivenAnswer) -> Answer:
    """The next question stands in place of the one that was answered; after the last, what was made."""
    await engine_buttons.require_shown_as(press.work, press.card, ShiftAsk.kind)
    following = await guided.answered(press.work, given)
    if isinstance(following, ShiftAsk):
        await press.work.tell(press.actor.id, following, edits=press.card)
        return DONE
    try:
        await _made(press, following)
    except CannotStaff as refused:
        await refuse(press.work, press.actor, refused, press.card)
    except BadInput as refusal:
        command = "newshift" if isinstance(following, NewShift) else "template"
        await press.work.tell(press.actor.id, await finding.usage(press.work, command, refusal), edits=press.card)
    return DONE


async def _made(press: Press, new: NewShift | NewLine | Term) -> None:
    work = press.work
    match new:
        case NewShift():
            made = await making.new_shift(work, new)
            await work.tell(press.actor.id, await coverage.shown(work, made.id, did="made"), edits=press.card)
        case NewLine():
            added = await term.add_line(work, new)
            await work.tell(press.actor.id, await term.shown(work, added=added), edits=press.card)
        case first, last:
            await work.tell(press.actor.id, await term.propose(work, first, last), edits=press.card)


async def turned(press: Press, to: TurnedTo) -> Answer:
    """The same question, with other answers to it."""
    await engine_buttons.require_shown_as(press.work, press.card, ShiftAsk.kind)
    await press.work.tell(press.actor.id, await guided.turned(press.work, to), edits=press.card)
    return DONE


async def left(press: Press, dialogue: OfDialogue) -> Answer:
    """Nothing has come of the dialogue."""
    await engine_buttons.require_shown_as(press.work, press.card, ShiftAsk.kind)
    match await guided.leave(press.work, dialogue.dialogue):
        case Plan.SHIFT:
            await press.work.tell(press.actor.id, ShiftNotMade(), edits=press.card)
        case Plan.LINE:
            await press.work.tell(press.actor.id, await term.shown(press.work), edits=press.card)
        case Plan.TERM:
            await press.work.tell(press.actor.id, TermDropped(), edits=press.card)
    return DONE
