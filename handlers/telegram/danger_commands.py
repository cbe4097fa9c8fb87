"""Somebody in a case may be in danger, as a volunteer says it on Telegram: `/danger` and the buttons.

Reads, acts, answers. It must not decide who may, nor who is told: `bot/cases/safeguarding.py` does.
"""

from collections.abc import Awaitable

from bot.cases import cases, naming, safeguarding
from bot.cases.texts_danger import DangerProtocol
from bot.cases.texts_naming import CASES_SHOWN, CasesToChoose, usage
from bot.cases.told import CaseTold, told_of
from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import BadInput, NotFound
from bot.engine.work import Work
from handlers.telegram.press import Press, said_lately
from models.button import Presses, on
from models.buttons import OfCase
from models.buttons_overview import DANGER, NUMBERS
from models.dialogue import Answer

COMMANDS = ("danger",)
DONE = Answer("")


async def command(work: Work, actor: Actor, name: str, rest: str, answered: int | None) -> bool:
    """Whether the command was this one; if so it has had its effect, or the volunteer is asked which case.

    `answered`: the case that the line was a reply to. What is written behind the command is no reason to wait: it is
    read as a case's number, and else passed over.
    """
    if name not in COMMANDS:
        return False
    try:
        case_id = await _meant(work, rest, answered)
        if case_id is None:
            await _choose(work, actor)
        else:
            await _tell(work, actor, case_id)
    except NotFound:
        await work.tell(actor.id, usage(name, BadInput("danger_not_yours")))
    except BadInput as refusal:
        await work.tell(actor.id, usage(name, refusal))
    return True


async def _meant(work: Work, rest: str, answered: int | None) -> int | None:
    if naming.number_in(rest)[0]:
        return (await naming.case_named(work, rest))[0].id
    if answered is not None:
        return answered
    mine = await cases.cases_of(work.db, work.staff.id)
    return mine[0].id if len(mine) == 1 else None


async def _choose(work: Work, actor: Actor) -> None:
    mine = await cases.cases_of(work.db, actor.id)
    shown = tuple(CaseTold(**told_of(case)) for case in mine[:CASES_SHOWN])
    await work.tell(actor.id, CasesToChoose(deed="danger", cases=shown, more=len(mine) - len(shown)))


async def _tell(work: Work, actor: Actor, case_id: int) -> None:
    protocol = await safeguarding.flag(work, case_id=case_id)
    await work.tell(actor.id, protocol, case_id=case_id)


async def _pressed_danger(press: Press, of: OfCase) -> Answer:
    """Told twice it is one alarm, and what to do stands in the chat once."""
    if await said_lately(press, DangerProtocol, lambda one: one.case == of.case):
        await safeguarding.flag(press.work, case_id=of.case)
    else:
        await _tell(press.work, press.actor, of.case)
    return Answer("danger_toast")


async def _pressed_numbers(press: Press, of: OfCase) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, DangerProtocol.kind)
    await safeguarding.send_numbers(press.work, case_id=of.case)
    await engine_buttons.settle_card(press.work, press.card, pressed=NUMBERS.code(of.case))
    return Answer("danger_numbers_sent")


PRESSES: Presses[Press, Awaitable[Answer]] = dict((on(DANGER, _pressed_danger), on(NUMBERS, _pressed_numbers)))
