"""A coordinator's week on Telegram: what is pressed under a shift, a week, and what is not covered.

Reads, acts, answers. What is typed is in `shift_commands.py`, what is put together by buttons in `guided_presses.py`.
It must not decide who may take a shift.
"""

from collections.abc import Awaitable

from bot.engine import buttons as engine_buttons
from bot.roster.signing import CannotStaff
from bot.shifts import announcing, asks, coverage, finding, making
from bot.shifts.finding import Deed
from bot.shifts.texts_announce import AnnounceNot, AnnounceSure
from bot.shifts.texts_coordinator import ShiftCancelAsk, ShiftShown, ShiftWhich, ShiftWho
from bot.shifts.texts_coverage import ShiftCoverage
from handlers.telegram.press import Press, said_lately
from handlers.telegram.shift_commands import do, refuse
from models.button import Presses, on
from models.buttons import Alone
from models.buttons_shifts import (
    ANNOUNCE,
    ANNOUNCE_NOT,
    ASK_THEM,
    ASSIGN,
    CANCEL_SHIFT,
    COVERAGE,
    KEEP_SHIFT,
    NO_REASON,
    OWN_WORDS,
    PICK_PAGE,
    PICK_SHIFT,
    SHIFTS_OF_WEEK,
    SHOW_SHIFT,
    Assigning,
    Cancelling,
    OfDeedPage,
    OfShift,
    OfWeek,
    Picked,
)
from models.dialogue import Answer
from models.staffing import WhyNot

DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")
ALREADY, ASKED_ALREADY = Answer("shift_why_already"), Answer("shift_asked_already")


async def _pressed_week(press: Press, shown: OfWeek) -> Answer:
    await press.work.tell(press.actor.id, await coverage.week(press.work, shown.day), edits=press.card)
    return DONE


async def _pressed_coverage(press: Press, _: Alone) -> Answer:
    if await said_lately(press, ShiftCoverage, lambda _: True):
        return IN_THE_CHAT
    await press.work.tell(press.actor.id, await coverage.coverage(press.work))
    return DONE


async def _pressed_show(press: Press, named: OfShift) -> Answer:
    if await said_lately(press, ShiftShown, lambda one: one.shift.shift == named.shift):
        return IN_THE_CHAT
    await press.work.tell(press.actor.id, await coverage.shown(press.work, named.shift))
    return DONE


async def _pressed_assign(press: Press, pressed: Assigning) -> Answer:
    return await _tried(press, "a", pressed.shift, pressed.person)


async def _pressed_pick(press: Press, picked: Picked) -> Answer:
    if picked.deed == "u" and not picked.person:
        await engine_buttons.require_shown_as(press.work, press.card, ShiftWhich.kind)
        asked = await finding.who_is_on(press.work, picked.shift)
        await press.work.tell(press.actor.id, asked, edits=press.card)
        return DONE
    kinds = (ShiftWhich.kind, ShiftWho.kind) if picked.person else (ShiftWhich.kind,)
    await engine_buttons.require_shown_as(press.work, press.card, *kinds)
    return await _tried(press, picked.deed, picked.shift, picked.person)


async def _pressed_page(press: Press, turned: OfDeedPage) -> Answer:
    """The same question, with further shifts to choose from."""
    await engine_buttons.require_shown_as(press.work, press.card, ShiftWhich.kind)
    which = await finding.choose(press.work, turned.deed, turned.page)
    await press.work.tell(press.actor.id, which, edits=press.card)
    return DONE


async def _tried(press: Press, deed: Deed, shift: int, person: int) -> Answer:
    try:
        await do(press.work, press.actor, deed, shift, person, "", press.card)
    except CannotStaff as refused:
        if refused.hindrance.why == WhyNot.ALREADY and deed == "a":
            return ALREADY
        await refuse(press.work, press.actor, refused, press.card)
    return DONE


async def _pressed_ask_them(press: Press, named: OfShift) -> Answer:
    asked = await coverage.ask_them(press.work, named.shift)
    if not asked and await asks.were_asked(press.work, named.shift):
        return ASKED_ALREADY
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


PRESSES_OF_COORDINATORS: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(SHIFTS_OF_WEEK, _pressed_week),
        on(COVERAGE, _pressed_coverage),
        on(SHOW_SHIFT, _pressed_show),
        on(ASSIGN, _pressed_assign),
        on(PICK_SHIFT, _pressed_pick),
        on(PICK_PAGE, _pressed_page),
        on(ASK_THEM, _pressed_ask_them),
        on(CANCEL_SHIFT, _pressed_cancel),
        on(KEEP_SHIFT, _pressed_keep),
        on(ANNOUNCE, _pressed_announce),
        on(ANNOUNCE_NOT, _pressed_announce_not),
    )
)
