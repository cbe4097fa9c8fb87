"""What a coordinator presses in any dialogue of buttons: its answers, further answers, and the way out.

All dialogues have the same buttons; which of them a press is of, its row says. It must not decide what is asked.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple, TypeVar

from bot.engine import buttons as engine_buttons
from bot.engine import guided as engine_guided
from bot.engine.errors import Stale
from bot.engine.work import Work
from bot.roster.signing import CannotStaff
from bot.shifts import announce_guided, cancel_words, coverage
from bot.shifts.texts_announce import AnnounceAsk, AnnounceNot
from bot.shifts.texts_coordinator import ShiftCancelAsk, ShiftCancelWords
from bot.volunteers import invite_guided
from bot.volunteers.texts_invite import InviteAsk, InviteNot
from handlers.telegram import coordinator, plan_presses
from handlers.telegram.press import Press
from handlers.telegram.shift_commands import refuse
from models.button import Presses, on
from models.buttons import ANSWER, LEAVE_DIALOGUE, MORE_ANSWERS, GivenAnswer, OfDialogue, TurnedTo
from models.buttons_shifts import OWN_REASON, OfShift
from models.dialogue import Answer
from models.guided import DialogueKind
from models.notice import Notice
from models.saying import Saying

DONE = Answer("")
Pressed = TypeVar("Pressed", GivenAnswer, TurnedTo)
_Answered = Awaitable[Answer]


def _asking(kind: Notice, act: Callable[[Work, Pressed], Awaitable[Saying]]) -> Callable[[Press, Pressed], _Answered]:
    """What the press leads to stands in place of a question of this kind."""

    async def pressed(press: Press, given: Pressed) -> Answer:
        await engine_buttons.require_shown_as(press.work, press.card, kind)
        await press.work.tell(press.actor.id, await act(press.work, given), edits=press.card)
        return DONE

    return pressed


def _ending(said: Saying) -> Callable[[Press, OfDialogue], _Answered]:
    """The dialogue is over, and this stands in place of what it asked."""

    async def pressed(press: Press, dialogue: OfDialogue) -> Answer:
        await engine_guided.end(press.work, dialogue.dialogue)
        await press.work.tell(press.actor.id, said, edits=press.card)
        return DONE

    return pressed


async def _pressed_own_reason(press: Press, named: OfShift) -> Answer:
    """The line to write the reason in stands in place of the question."""
    await engine_buttons.saying_on(press.work, press.card, ShiftCancelAsk)
    try:
        told = await cancel_words.begin(press.work, named.shift)
    except CannotStaff as refused:
        await refuse(press.work, press.actor, refused, press.card)
        return DONE
    await press.work.tell(press.actor.id, told, edits=press.card)
    return DONE


async def _cancel_left(press: Press, dialogue: OfDialogue) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, ShiftCancelWords.kind)
    shift = await cancel_words.leave(press.work, dialogue.dialogue)
    await press.work.tell(press.actor.id, await coverage.shown(press.work, shift, did="kept"), edits=press.card)
    return DONE


async def _nothing_to_answer(_press: Press, _given: object) -> Answer:
    raise Stale


class _Dialogue(NamedTuple):
    """What is done with each of the three buttons in dialogues of one kind."""

    answered: Callable[[Press, GivenAnswer], Awaitable[Answer]]
    turned: Callable[[Press, TurnedTo], Awaitable[Answer]]
    left: Callable[[Press, OfDialogue], Awaitable[Answer]]


DIALOGUES: Mapping[DialogueKind, _Dialogue] = {
    DialogueKind.HOURS: _Dialogue(coordinator.answered, coordinator.turned, coordinator.left),
    DialogueKind.SHIFT: _Dialogue(plan_presses.answered, plan_presses.turned, plan_presses.left),
    DialogueKind.ANNOUNCE: _Dialogue(
        _asking(AnnounceAsk.kind, announce_guided.answered),
        _asking(AnnounceAsk.kind, announce_guided.turned),
        _ending(AnnounceNot()),
    ),
    DialogueKind.INVITE: _Dialogue(
        _asking(InviteAsk.kind, invite_guided.answered), _nothing_to_answer, _ending(InviteNot())
    ),
    DialogueKind.CANCEL: _Dialogue(_nothing_to_answer, _nothing_to_answer, _cancel_left),
}


async def _of(press: Press, dialogue: int) -> _Dialogue:
    return DIALOGUES[await engine_guided.kind_of(press.work, dialogue)]


async def _answered(press: Press, given: GivenAnswer) -> Answer:
    return await (await _of(press, given.dialogue)).answered(press, given)


async def _turned(press: Press, to: TurnedTo) -> Answer:
    return await (await _of(press, to.dialogue)).turned(press, to)


async def _left(press: Press, dialogue: OfDialogue) -> Answer:
    return await (await _of(press, dialogue.dialogue)).left(press, dialogue)


PRESSES_OF_COORDINATORS: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(ANSWER, _answered),
        on(MORE_ANSWERS, _turned),
        on(LEAVE_DIALOGUE, _left),
        on(OWN_REASON, _pressed_own_reason),
    )
)
