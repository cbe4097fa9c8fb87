"""Being at work on Telegram: here, off duty, what waits, and a coordinator who gives a case away.

Reads, acts, answers. It must not decide who is present or who may claim.
"""

from collections.abc import Awaitable

from bot.cases import cases, messages, on_duty, queue, queue_shown, reassigning, relay, shift_ends
from bot.cases.texts import ClaimedByYou
from bot.cases.texts_duty import CaseGone, OffDuty, OnDuty, OnDutyAsk, QueueShown
from bot.cases.told import told_of
from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import MayNotClaim
from bot.engine.work import Work
from bot.language.refused import Refused
from bot.people import names
from handlers.telegram.press import Press
from models.button import Presses, on
from models.buttons import Alone, OfCase
from models.buttons_duty import (
    CLAIM_ANYWAY,
    GIVE_CASE,
    HERE,
    HERE_FOR,
    OFF_DUTY,
    QUEUE,
    WHO_IS_HERE,
    ForHours,
    Giving,
    OfQueuePage,
)
from models.buttons_shifts import OfShift
from models.dialogue import Answer

COMMANDS = ("onduty", "offduty", "queue")
DONE = Answer("")


async def followed(work: Work, actor: Actor, name: str) -> bool:
    """Whether the command was about being at work; if so it has had its effect."""
    match name:
        case "onduty":
            await _come(work, actor)
        case "offduty":
            await _go(work, actor)
        case "queue":
            await work.tell(actor.id, await queue_shown.page(work, 0))
        case _:
            return False
    return True


async def _come(work: Work, actor: Actor) -> None:
    await on_duty.here(work)
    await work.tell(actor.id, await on_duty.shown(work) or OnDutyAsk())


async def _go(work: Work, actor: Actor, card: int | None = None) -> None:
    was = await on_duty.gone(work)
    owing = await shift_ends.ask(work, actor.id) if was else 0
    await work.tell(actor.id, OffDuty(was=was, owing=owing), edits=card)


async def _pressed_here(press: Press, named: OfShift) -> Answer:
    await on_duty.here(press.work)
    await engine_buttons.settle_card(press.work, press.card, pressed=HERE.code(named.shift))
    return Answer("shift_thanks")


async def _pressed_here_for(press: Press, chosen: ForHours) -> Answer:
    try:
        await on_duty.here_for(press.work, int(chosen.hours))
    except MayNotClaim as refused:
        await press.work.tell(press.actor.id, Refused(refusal=refused.code, values=refused.values))
        return DONE
    await engine_buttons.require_shown_as(press.work, press.card, OnDutyAsk.kind)
    await press.work.tell(press.actor.id, await on_duty.shown(press.work) or OnDutyAsk(), edits=press.card)
    return DONE


async def _pressed_off(press: Press, _: Alone) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, OnDuty.kind)
    await _go(press.work, press.actor, press.card)
    return DONE


async def _pressed_queue(press: Press, shown: OfQueuePage) -> Answer:
    page = await queue_shown.page(press.work, shown.page)
    is_list = press.card is not None and await engine_buttons.shown_as(press.work, press.card) == QueueShown.kind
    await press.work.tell(press.actor.id, page, edits=press.card if is_list else None)
    return DONE


async def _pressed_claim_anyway(press: Press, named: OfCase) -> Answer:
    """Taken outside a shift: whoever was asked has said yes."""
    work = press.work
    offered = press.card if await queue.offers(work, press.card, named.case) else None
    case = await cases.claim_case_off_shift(work, case_id=named.case, card=offered)
    claimed = ClaimedByYou(**told_of(case), seq=await messages.newest_seq(work, case))
    await work.tell(work.staff.id, claimed, case_id=case.id, edits=offered)
    await relay.tell_whole_case(work, case)
    return Answer("claimed_toast", {"code": case.code})


async def _pressed_who(press: Press, named: OfCase) -> Answer:
    await press.work.tell(press.actor.id, await queue_shown.who_is_here(press.work, named.case), case_id=named.case)
    return DONE


async def _pressed_give(press: Press, giving: Giving) -> Answer:
    """The volunteer has the case, is told so, and gets the newcomer's words."""
    work = press.work
    case = await reassigning.reassign(work, case_id=giving.case, person_id=giving.person)
    alias = await names.name_of(work.db, work.seal, giving.person)
    await work.tell(press.actor.id, CaseGone(code=case.code, alias=alias or "?"), case_id=case.id, edits=press.card)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(HERE, _pressed_here),
        on(HERE_FOR, _pressed_here_for),
        on(OFF_DUTY, _pressed_off),
        on(QUEUE, _pressed_queue),
        on(CLAIM_ANYWAY, _pressed_claim_anyway),
    )
)
PRESSES_OF_COORDINATORS: Presses[Press, Awaitable[Answer]] = dict(
    (on(WHO_IS_HERE, _pressed_who), on(GIVE_CASE, _pressed_give))
)
