"""A newcomer blocked and let in again, as a coordinator does it on Telegram: `/block`, `/unblock` and their buttons.

Reads, acts, answers. It must not decide who may, nor what being blocked means: `bot/cases/blocking.py` does.
"""

from collections.abc import Awaitable

from bot.cases import blocking, naming
from bot.cases.texts_blocking import BlockCard, BlockedList, BlockedTold
from bot.cases.texts_naming import CASES_SHOWN, CasesToChoose, Deed, usage
from bot.cases.told import CaseTold, told_of
from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.people import blocks
from bot.people.access import CaseRow
from bot.reports import overview
from handlers.telegram.press import Press, said_lately
from models.block import BlockReason, BlockSpan
from models.button import Presses, on
from models.buttons import OfCase
from models.buttons_overview import BLOCK, BLOCK_BECAUSE, BLOCK_FOR, LIFT, BlockBecause, BlockFor, OfNewcomer
from models.dialogue import Answer

COMMANDS = ("block", "unblock")
DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")


async def command(work: Work, actor: Actor, name: str, rest: str) -> bool:
    """Whether the command was about blocking; if so it has had its effect, or the coordinator is told what to write."""
    if name not in COMMANDS:
        return False
    try:
        await _obey(work, actor, name, rest)
    except BadInput as refusal:
        await work.tell(actor.id, usage(name, refusal))
    return True


async def _obey(work: Work, actor: Actor, name: str, rest: str) -> None:
    match name:
        case "block" if rest:
            case, _ = await naming.case_named(work, rest)
            await _ask(work, actor, case.id)
        case "block":
            await work.tell(actor.id, await choose(work, "block"))
        case _ if rest:
            case, _ = await naming.case_named(work, rest)
            await _lift(work, actor, case)
        case _:
            await _tell_list(work, actor)


async def choose(work: Work, deed: Deed) -> CasesToChoose:
    """The open cases, those that wait first, to choose one of by a button."""
    work.require_publisher()
    them = await overview.open_cases(work.db)
    shown = tuple(CaseTold(**told_of(case)) for case in them[:CASES_SHOWN])
    return CasesToChoose(deed=deed, cases=shown, more=len(them) - len(shown))


async def _ask(work: Work, actor: Actor, case_id: int) -> None:
    case = await blocking.may_be_blocked(work, case_id)
    await work.tell(actor.id, BlockCard(case=case.id, code=case.code))


async def _lift(work: Work, actor: Actor, case: CaseRow) -> None:
    if case.newcomer_id is None or await blocks.of_person(work.db, case.newcomer_id, work.now) is None:
        raise BadInput("block_none", code=case.code)
    await blocking.lift(work, newcomer_id=case.newcomer_id)
    await work.tell(actor.id, BlockCard(case=case.id, code=case.code, view="lifted"))


async def _tell_list(work: Work, actor: Actor, card: int | None = None) -> None:
    work.require_publisher()
    them = tuple(
        BlockedTold(
            newcomer=one.newcomer, code=one.code, since=one.made_at, until=one.until, reason=BlockReason(one.reason)
        )
        for one in await blocking.blocked_now(work.db, work.now)
    )
    await work.tell(actor.id, BlockedList(them=them), edits=card)


# What a coordinator pressed.


async def _begins(press: Press, of: OfCase) -> Answer:
    if await said_lately(press, BlockCard, lambda one: one.case == of.case and one.view == "span"):
        return IN_THE_CHAT
    await _ask(press.work, press.actor, of.case)
    return DONE


async def _for(press: Press, chosen: BlockFor) -> Answer:
    shown = await engine_buttons.saying_on(press.work, press.card, BlockCard)
    if shown.view not in ("span", "reason"):
        raise Stale
    if shown.view == "reason" and shown.span == chosen.span:
        return IN_THE_CHAT
    case = await blocking.may_be_blocked(press.work, chosen.case)
    asked = BlockCard(case=case.id, code=case.code, view="reason", span=BlockSpan(chosen.span))
    await press.work.tell(press.actor.id, asked, edits=press.card)
    return DONE


async def _because(press: Press, chosen: BlockBecause) -> Answer:
    """Pressed twice it means the same: who is blocked already stays so until then."""
    work = press.work
    await engine_buttons.require_shown_as(work, press.card, BlockCard.kind)
    case = await blocking.may_be_blocked(work, chosen.case)
    if (shown := await _shown(press)) is not None and shown.view == "done":
        raise Stale
    span, reason = BlockSpan(chosen.span), BlockReason(chosen.reason)
    until = await blocking.block(work, case_id=case.id, span=span, reason=reason)
    done = BlockCard(
        case=case.id, code=case.code, view="done", span=span, reason=reason, until=until, newcomer=case.newcomer_id
    )
    await work.tell(press.actor.id, done, edits=press.card)
    return DONE


async def _shown(press: Press) -> BlockCard | None:
    try:
        return await engine_buttons.saying_on(press.work, press.card, BlockCard)
    except Stale:
        return None


async def _lifts(press: Press, of: OfNewcomer) -> Answer:
    """The newcomer is let in again; the list, or the card, says so."""
    work = press.work
    shown = await _shown(press)
    await blocking.lift(work, newcomer_id=of.newcomer)
    if shown is not None:
        lifted = BlockCard(case=shown.case, code=shown.code, view="lifted")
        await work.tell(press.actor.id, lifted, edits=press.card)
    else:
        await _tell_list(work, press.actor, press.card)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(BLOCK, _begins),
        on(BLOCK_FOR, _for),
        on(BLOCK_BECAUSE, _because),
        on(LIFT, _lifts),
    )
)
