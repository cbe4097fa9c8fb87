"""Shifts on Telegram: what a volunteer presses about their own, and a coordinator about everybody's.

Reads, acts, answers. What is typed is in `shift_commands.py`. It must not decide who may take a shift.
"""

from collections.abc import Awaitable

from bot.engine import buttons as engine_buttons
from bot.engine.errors import Stale
from bot.roster.signing import CannotStaff
from bot.shifts import asks, feeds, finding, lists, seen, taking
from bot.shifts.texts import CantSure, FreeShifts, MyShifts, ShiftAsked, ShiftAskOver
from bot.shifts.texts_feed import ShiftFeedEnded, ShiftFeedKnown
from handlers.telegram.press import Press, said_lately
from handlers.telegram.shift_commands import give_address, refuse
from models.button import Presses, on
from models.buttons import Alone
from models.buttons_shifts import (
    ASK_STAND_IN,
    CANT,
    CANT_YES,
    COME,
    FEED_END,
    FEED_NEW,
    FREE,
    LEAVE_SHIFT,
    SIGN_UP,
    TAKE_NOT,
    TAKE_PLACE,
    OfFreePage,
    OfOpenPlace,
    OfShift,
)
from models.dialogue import Answer
from models.staffing import WhyNot

DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")
ALREADY, NOT_ON_IT = Answer("shift_why_already"), Answer("shift_why_not_on_it")
ASKED_ALREADY = Answer("shift_asked_already")


# What a volunteer pressed.


async def _pressed_free(press: Press, shown: OfFreePage) -> Answer:
    await press.work.tell(press.actor.id, await lists.free(press.work, shown.page), edits=await _free_card(press))
    return DONE


async def _free_card(press: Press) -> int | None:
    """The list stands in place of the list, and not of the reader's own shifts."""
    if press.card is None:
        return None
    return press.card if await engine_buttons.shown_as(press.work, press.card) == FreeShifts.kind else None


async def _pressed_sign_up(press: Press, named: OfShift) -> Answer:
    work = press.work
    try:
        shift = await taking.sign_up(work, named.shift)
    except CannotStaff as refused:
        if refused.hindrance.why == WhyNot.ALREADY:
            return ALREADY
        now_free = await lists.free_after(work, refused=refused)
    else:
        now_free = await lists.free_after(work, done=shift)
    await work.tell(press.actor.id, now_free, edits=await _free_card(press))
    return DONE


async def _pressed_leave(press: Press, named: OfShift) -> Answer:
    work = press.work
    try:
        shift = await taking.leave(work, named.shift)
    except CannotStaff as refused:
        if refused.hindrance.why == WhyNot.NOT_ON_IT:
            return NOT_ON_IT
        now_free = await lists.free_after(work, refused=refused)
    else:
        now_free = await lists.free_after(work, left=shift)
    await work.tell(press.actor.id, now_free, edits=await _free_card(press))
    return DONE


async def _pressed_cant(press: Press, named: OfShift) -> Answer:
    """Asked once; nothing has happened yet."""
    row = await finding.mine(press.work, named.shift)
    if await said_lately(press, CantSure, lambda one: one.shift.shift == named.shift):
        return IN_THE_CHAT
    sure = CantSure(shift=(await seen.named(press.work, row))[0])
    is_list = press.card is not None and await engine_buttons.shown_as(press.work, press.card) == MyShifts.kind
    await press.work.tell(press.actor.id, sure, edits=None if is_list else press.card)
    return DONE


async def _pressed_cant_yes(press: Press, named: OfShift) -> Answer:
    work = press.work
    await engine_buttons.require_shown_as(work, press.card, CantSure.kind)
    try:
        told = await taking.cannot_come(work, named.shift)
    except CannotStaff as refused:
        await refuse(work, press.actor, refused, press.card)
        return DONE
    await work.tell(press.actor.id, told, edits=press.card)
    return DONE


async def _pressed_come(press: Press, named: OfShift) -> Answer:
    await taking.comes(press.work, named.shift)
    if press.card is not None and await engine_buttons.shown_as(press.work, press.card) == CantSure.kind:
        await press.work.tell(press.actor.id, await lists.mine(press.work), edits=press.card)
    else:
        await engine_buttons.settle_card(press.work, press.card, pressed=COME.code(named.shift))
    return Answer("shift_thanks")


async def _pressed_ask_stand_in(press: Press, place: OfOpenPlace) -> Answer:
    told = await taking.ask_stand_in(press.work, place.open_place)
    if not told.asked and await asks.were_asked(press.work, told.shift.shift):
        return ASKED_ALREADY
    await press.work.tell(press.actor.id, told, edits=press.card)
    return DONE


async def _pressed_take(press: Press, named: OfShift) -> Answer:
    """The first to say yes has it: the card of everybody asked says so."""
    work = press.work
    await engine_buttons.require_shown_as(work, press.card, ShiftAsked.kind)
    try:
        await taking.stand_in(work, named.shift)
    except CannotStaff as refused:
        why = await seen.why_told(work, refused, reader=press.actor.id)
        shown = (await seen.named(work, refused.shift))[0]
        await work.tell(press.actor.id, ShiftAskOver(shift=shown, outcome="refused", why=why), edits=press.card)
    return DONE


async def _pressed_take_not(press: Press, named: OfShift) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, ShiftAsked.kind)
    await asks.decline(press.work, named.shift)
    return DONE


async def _settle_feed(press: Press, code: str) -> None:
    """The message is answered. A second press would end the address that the first has shown.

    Raises:
        Stale: it was answered before.
    """
    asked = await engine_buttons.saying_on(press.work, press.card, ShiftFeedKnown)
    if asked.pressed:
        raise Stale
    await engine_buttons.settle_card(press.work, press.card, pressed=code)


async def _pressed_feed_new(press: Press, _: Alone) -> Answer:
    await _settle_feed(press, FEED_NEW.code())
    await give_address(press.work, press.actor)
    return DONE


async def _pressed_feed_end(press: Press, _: Alone) -> Answer:
    await _settle_feed(press, FEED_END.code())
    await feeds.end_feed(press.work, press.actor.id)
    await press.work.tell(press.actor.id, ShiftFeedEnded())
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(FREE, _pressed_free),
        on(SIGN_UP, _pressed_sign_up),
        on(LEAVE_SHIFT, _pressed_leave),
        on(CANT, _pressed_cant),
        on(CANT_YES, _pressed_cant_yes),
        on(COME, _pressed_come),
        on(ASK_STAND_IN, _pressed_ask_stand_in),
        on(TAKE_PLACE, _pressed_take),
        on(TAKE_NOT, _pressed_take_not),
        on(FEED_NEW, _pressed_feed_new),
        on(FEED_END, _pressed_feed_end),
    )
)
