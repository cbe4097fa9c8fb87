"""The usual week, a term, what comes again every week, and swaps, on Telegram: what is pressed.

Reads, acts, answers. It must not decide what a term is made of.
"""

from collections.abc import Awaitable
from dataclasses import replace

from bot.engine import buttons as engine_buttons
from bot.engine.errors import Stale
from bot.shifts import standing_signups, swaps, term, term_off
from bot.shifts.texts_swap import SwapWhich
from bot.shifts.texts_term import Standing, TermDropped, TermPreview
from bot.shifts.texts_term_off import TermOffAsk
from handlers.telegram.plan_presses import pressed_begin
from handlers.telegram.press import Press, said_lately
from models.button import Presses, on
from models.buttons_shifts import (
    BEGIN_PLAN,
    DROP_TERM,
    END_STANDING,
    EVERY_WEEKS,
    PUBLISH_TERM,
    SWAP_MINE,
    SWAP_NO,
    SWAP_WITH,
    SWAP_YES,
    TERM_OFF,
    TERM_OFF_WHY,
    WEEK_LINE,
    WITH_HOLIDAYS,
    Every,
    Holidays,
    OfDraft,
    OfLine,
    OfShift,
    OfStanding,
    OfSwap,
    Swapping,
    TermOffAnswer,
    TermOffWhy,
)
from models.dialogue import Answer

DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")


async def _pressed_line(press: Press, turned: OfLine) -> Answer:
    await term.turn_line(press.work, turned.line, stays=turned.stays)
    done = {"added": turned.line} if turned.stays else {"removed": turned.line}
    await press.work.tell(press.actor.id, await term.shown(press.work, **done), edits=press.card)
    return DONE


async def _pressed_holidays(press: Press, chosen: Holidays) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, TermPreview.kind)
    preview = await term.with_holidays(press.work, chosen.draft, included=chosen.included)
    await press.work.tell(press.actor.id, preview, edits=press.card)
    return DONE


async def _pressed_publish(press: Press, preview: OfDraft) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, TermPreview.kind)
    published = await term.publish(press.work, preview.draft)
    await press.work.tell(press.actor.id, published, edits=press.card)
    return DONE


async def _pressed_drop(press: Press, preview: OfDraft) -> Answer:
    await term.drop(press.work, preview.draft)
    await press.work.tell(press.actor.id, TermDropped(), edits=press.card)
    return DONE


async def _pressed_off(press: Press, given: TermOffAnswer) -> Answer:
    """Asked first; the list of the week stands there still."""
    work = press.work
    if given.answer == "ask":
        if await said_lately(press, TermOffAsk, lambda one: one.term.number == given.number and not one.answer):
            return IN_THE_CHAT
        await work.tell(press.actor.id, TermOffAsk(term=await term_off.term_ahead(work, given.number)))
        return DONE
    if given.answer == "yes":
        return await _term_goes(press, given.number)
    asked = await _term_asked(press)
    await work.tell(press.actor.id, replace(asked, answer="no"), edits=press.card)
    return DONE


async def _pressed_off_why(press: Press, given: TermOffWhy) -> Answer:
    return await _term_goes(press, given.number, given.reason)


async def _term_goes(press: Press, number: int, reason: str = "") -> Answer:
    asked = await _term_asked(press)
    gone = await term_off.cancel(press.work, number, reason)
    await press.work.tell(press.actor.id, replace(asked, term=gone, answer="yes"), edits=press.card)
    return DONE


async def _term_asked(press: Press) -> TermOffAsk:
    asked = await engine_buttons.saying_on(press.work, press.card, TermOffAsk)
    if asked.answer:
        raise Stale
    return asked


async def _pressed_every(press: Press, chosen: Every) -> Answer:
    work, weeks = press.work, int(chosen.weeks)

    def is_same(one: Standing) -> bool:
        return (one.every_weeks, one.ended) == (weeks, False)

    if await said_lately(press, Standing, is_same):
        return IN_THE_CHAT
    told = await standing_signups.begin(work, chosen.shift, weeks)
    await press.work.tell(press.actor.id, told)
    return DONE


async def _pressed_end(press: Press, standing: OfStanding) -> Answer:
    await press.work.tell(press.actor.id, await standing_signups.end(press.work, standing.standing), edits=press.card)
    return DONE


async def _pressed_mine(press: Press, mine: OfShift) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, SwapWhich.kind)
    await press.work.tell(press.actor.id, await swaps.offers(press.work, mine.shift), edits=press.card)
    return DONE


async def _pressed_with(press: Press, chosen: Swapping) -> Answer:
    told = await swaps.propose(press.work, chosen.shift, chosen.other, chosen.person)
    await press.work.tell(press.actor.id, told, edits=press.card)
    return DONE


async def _pressed_no(press: Press, asked: OfSwap) -> Answer:
    await press.work.tell(press.actor.id, await swaps.decline(press.work, asked.swap), edits=press.card)
    return DONE


async def _pressed_yes(press: Press, asked: OfSwap) -> Answer:
    await press.work.tell(press.actor.id, await swaps.accept(press.work, asked.swap), edits=press.card)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(EVERY_WEEKS, _pressed_every),
        on(END_STANDING, _pressed_end),
        on(SWAP_MINE, _pressed_mine),
        on(SWAP_WITH, _pressed_with),
        on(SWAP_YES, _pressed_yes),
        on(SWAP_NO, _pressed_no),
    )
)
PRESSES_OF_COORDINATORS: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(BEGIN_PLAN, pressed_begin),
        on(WEEK_LINE, _pressed_line),
        on(WITH_HOLIDAYS, _pressed_holidays),
        on(PUBLISH_TERM, _pressed_publish),
        on(DROP_TERM, _pressed_drop),
        on(TERM_OFF, _pressed_off),
        on(TERM_OFF_WHY, _pressed_off_why),
    )
)
