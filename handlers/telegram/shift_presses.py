"""Shifts on Telegram: what a volunteer presses about their own, and a coordinator about everybody's.

Reads, acts, answers. What is typed is in `shift_commands.py`. It must not decide who may take a shift.
"""

from collections.abc import Awaitable

from bot.engine import buttons as engine_buttons
from bot.engine import guided as engine_guided
from bot.engine.errors import BadInput
from bot.roster.signing import CannotStaff
from bot.shifts import announcing, asks, coverage, feeds, finding, guided, lists, making, seen, taking
from bot.shifts.finding import Deed
from bot.shifts.texts import CantSure, FreeShifts, MyShifts, ShiftAsked, ShiftAskOver
from bot.shifts.texts_announce import AnnounceNot, AnnounceSure
from bot.shifts.texts_coordinator import ShiftCancelAsk
from bot.shifts.texts_feed import ShiftFeedEnded
from bot.shifts.texts_guided import ShiftAsk, ShiftNotMade
from handlers.telegram.press import Press
from handlers.telegram.shift_commands import do, give_address, refuse
from models.button import Presses, on
from models.buttons import Alone, GivenAnswer, OfDialogue, TurnedTo
from models.buttons_shifts import (
    ANNOUNCE,
    ANNOUNCE_NOT,
    ASK_STAND_IN,
    ASK_THEM,
    ASSIGN,
    CANCEL_SHIFT,
    CANT,
    CANT_YES,
    COME,
    COVERAGE,
    FEED_END,
    FEED_NEW,
    FREE,
    KEEP_SHIFT,
    LEAVE_SHIFT,
    NO_REASON,
    OWN_WORDS,
    PICK_SHIFT,
    SHIFTS_OF_WEEK,
    SHOW_SHIFT,
    SIGN_UP,
    TAKE_NOT,
    TAKE_PLACE,
    Assigning,
    Cancelling,
    OfFreePage,
    OfOpenPlace,
    OfShift,
    OfWeek,
    Picked,
)
from models.dialogue import Answer

DONE = Answer("")


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
        now_free = await lists.free_after(work, refused=refused)
    else:
        now_free = await lists.free_after(work, left=shift)
    await work.tell(press.actor.id, now_free, edits=await _free_card(press))
    return DONE


async def _pressed_cant(press: Press, named: OfShift) -> Answer:
    """Asked once; nothing has happened yet."""
    row = await finding.mine(press.work, named.shift)
    sure = CantSure(shift=(await seen.named(press.work, row))[0])
    is_list = press.card is not None and await engine_buttons.shown_as(press.work, press.card) == MyShifts.kind
    await press.work.tell(press.actor.id, sure, edits=None if is_list else press.card)
    return DONE


async def _pressed_cant_yes(press: Press, named: OfShift) -> Answer:
    work = press.work
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


async def _pressed_feed_new(press: Press, _: Alone) -> Answer:
    await engine_buttons.settle_card(press.work, press.card, pressed=FEED_NEW.code())
    await give_address(press.work, press.actor)
    return DONE


async def _pressed_feed_end(press: Press, _: Alone) -> Answer:
    await engine_buttons.settle_card(press.work, press.card, pressed=FEED_END.code())
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


# What a coordinator pressed.


async def _pressed_week(press: Press, shown: OfWeek) -> Answer:
    await press.work.tell(press.actor.id, await coverage.week(press.work, shown.day), edits=press.card)
    return DONE


async def _pressed_coverage(press: Press, _: Alone) -> Answer:
    await press.work.tell(press.actor.id, await coverage.coverage(press.work))
    return DONE


async def _pressed_show(press: Press, named: OfShift) -> Answer:
    await press.work.tell(press.actor.id, await coverage.shown(press.work, named.shift))
    return DONE


async def _pressed_assign(press: Press, pressed: Assigning) -> Answer:
    return await _tried(press, "a", pressed.shift, pressed.person)


async def _pressed_pick(press: Press, picked: Picked) -> Answer:
    if picked.deed == "u" and not picked.person:
        asked = await finding.who_is_on(press.work, picked.shift)
        await press.work.tell(press.actor.id, asked, edits=press.card)
        return DONE
    return await _tried(press, picked.deed, picked.shift, picked.person)


async def _tried(press: Press, deed: Deed, shift: int, person: int) -> Answer:
    try:
        await do(press.work, press.actor, deed, shift, person, "", press.card)
    except CannotStaff as refused:
        await refuse(press.work, press.actor, refused, press.card)
    return DONE


async def _pressed_ask_them(press: Press, named: OfShift) -> Answer:
    asked = await coverage.ask_them(press.work, named.shift)
    await press.work.tell(press.actor.id, await coverage.shown(press.work, named.shift, asked=asked), edits=press.card)
    return DONE


async def _pressed_cancel(press: Press, given: Cancelling) -> Answer:
    work = press.work
    asked = await engine_buttons.saying_on(work, press.card, ShiftCancelAsk)
    reason = {OWN_WORDS: asked.in_words, NO_REASON: ""}.get(given.reason, given.reason)
    try:
        await making.cancel(work, given.shift, reason)
    except CannotStaff as refused:
        await refuse(work, press.actor, refused, press.card)
        return DONE
    shown = await coverage.shown(work, given.shift, did="cancelled")
    await work.tell(press.actor.id, shown, edits=press.card)
    return DONE


async def _pressed_keep(press: Press, named: OfShift) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, ShiftCancelAsk.kind)
    shown = await coverage.shown(press.work, named.shift, did="kept")
    await press.work.tell(press.actor.id, shown, edits=press.card)
    return DONE


async def _pressed_announce(press: Press, _: Alone) -> Answer:
    work = press.work
    sure = await engine_buttons.saying_on(work, press.card, AnnounceSure)
    assert press.card is not None
    await work.tell(press.actor.id, await announcing.send(work, sure, card=press.card), edits=press.card)
    return DONE


async def _pressed_announce_not(press: Press, _: Alone) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, AnnounceSure.kind)
    await press.work.tell(press.actor.id, AnnounceNot(), edits=press.card)
    return DONE


# The dialogue that adds a shift: its buttons are those of all dialogues, so `coordinator.py` reads them.


async def answered(press: Press, given: GivenAnswer) -> Answer:
    """The next question stands in place of the one that was answered; after the last, the shift that was made."""
    await engine_buttons.require_shown_as(press.work, press.card, ShiftAsk.kind)
    following = await guided.answered(press.work, given)
    if isinstance(following, ShiftAsk):
        await press.work.tell(press.actor.id, following, edits=press.card)
        return DONE
    try:
        made = await making.new_shift(press.work, following)
    except CannotStaff as refused:
        await refuse(press.work, press.actor, refused, press.card)
    except BadInput as refusal:
        await press.work.tell(press.actor.id, await finding.usage(press.work, "newshift", refusal), edits=press.card)
    else:
        shown = await coverage.shown(press.work, made.id, did="made")
        await press.work.tell(press.actor.id, shown, edits=press.card)
    return DONE


async def turned(press: Press, to: TurnedTo) -> Answer:
    """The same question, with other answers to it."""
    await engine_buttons.require_shown_as(press.work, press.card, ShiftAsk.kind)
    await press.work.tell(press.actor.id, await guided.turned(press.work, to), edits=press.card)
    return DONE


async def left(press: Press, dialogue: OfDialogue) -> Answer:
    """Nothing has come of the dialogue."""
    await engine_buttons.require_shown_as(press.work, press.card, ShiftAsk.kind)
    await engine_guided.end(press.work, dialogue.dialogue)
    await press.work.tell(press.actor.id, ShiftNotMade(), edits=press.card)
    return DONE


PRESSES_OF_COORDINATORS: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(SHIFTS_OF_WEEK, _pressed_week),
        on(COVERAGE, _pressed_coverage),
        on(SHOW_SHIFT, _pressed_show),
        on(ASSIGN, _pressed_assign),
        on(PICK_SHIFT, _pressed_pick),
        on(ASK_THEM, _pressed_ask_them),
        on(CANCEL_SHIFT, _pressed_cancel),
        on(KEEP_SHIFT, _pressed_keep),
        on(ANNOUNCE, _pressed_announce),
        on(ANNOUNCE_NOT, _pressed_announce_not),
    )
)
