"""A case that is to come back, as a volunteer says it on Telegram: `/followup` and the buttons under its answer.

Reads, acts, answers. It must not decide who may, nor what happens on the day: `bot/cases/follow_ups.py` does.
"""

from collections.abc import Awaitable
from dataclasses import replace

from bot.cases import cases, follow_ups, naming, typed_follow_up
from bot.cases.follow_ups import FollowUpRow
from bot.cases.texts_follow_up import FollowUpList, FollowUpSet, FollowUpTold
from bot.cases.texts_naming import usage
from bot.engine import buttons as engine_buttons
from bot.engine import clock
from bot.engine.actors import Actor
from bot.engine.errors import BadInput, NotFound, Stale
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CaseRow
from handlers.telegram.press import Press
from models.button import Presses, on
from models.buttons_overview import FOLLOW_UP_ASK, FOLLOW_UP_DROP, OfFollowUp
from models.dialogue import Answer

COMMANDS = ("followup",)
DONE = Answer("")


async def command(work: Work, actor: Actor, name: str, rest: str, answered: int | None) -> bool:
    """Whether the command was this one; if so it has had its effect, or the volunteer is told how it is written.

    `answered`: the case that the line was a reply to.
    """
    if name not in COMMANDS:
        return False
    try:
        if rest:
            await _set(work, actor, rest, answered)
        else:
            await _tell_list(work, actor)
    except NotFound:
        await work.tell(actor.id, usage(name, BadInput("follow_up_not_yours")))
    except BadInput as refusal:
        await work.tell(actor.id, usage(name, refusal))
    return True


async def _set(work: Work, actor: Actor, rest: str, answered: int | None) -> None:
    case_id, line = await _meant(work, rest, answered)
    day, note = typed_follow_up.read(line, today=work.today)
    row = await follow_ups.set_day(work, case_id=case_id, day=day, note=note)
    await work.tell(actor.id, await _told(work, row), case_id=case_id)


async def _meant(work: Work, rest: str, answered: int | None) -> tuple[int, str]:
    if naming.number_in(rest)[0]:
        case, line = await naming.case_named(work, rest)
        return case.id, line
    if answered is not None:
        return answered, rest
    mine = await cases.cases_of(work.db, work.staff.id)
    if len(mine) != 1:
        raise BadInput("follow_up_which")
    return mine[0].id, rest


async def _told(work: Work, row: FollowUpRow) -> FollowUpSet:
    case: CaseRow = await access.seen_case(work.db, row.case_id)
    day, latest = clock.office_day(row.due_at, work.zone), follow_ups.latest_day(work, case)
    return FollowUpSet(case=case.id, code=case.code, follow_up=row.id, day=day, latest=latest)


async def _tell_list(work: Work, actor: Actor, card: int | None = None) -> None:
    them = []
    for row in await follow_ups.set_by(work.db, actor.id):
        code = await access.code_of(work.db, row.case_id)
        them.append(FollowUpTold(follow_up=row.id, code=code, day=clock.office_day(row.due_at, work.zone)))
    await work.tell(actor.id, FollowUpList(them=tuple(them)), edits=card)


async def _pressed_ask(press: Press, of: OfFollowUp) -> Answer:
    shown = await engine_buttons.saying_on(press.work, press.card, FollowUpSet)
    if shown.follow_up != of.follow_up:
        raise Stale
    case = await follow_ups.ask_newcomer(press.work, follow_up_id=of.follow_up)
    asked = replace(shown, view="asked")
    await press.work.tell(press.actor.id, asked, edits=press.card, case_id=case.id)
    return DONE


async def _pressed_drop(press: Press, of: OfFollowUp) -> Answer:
    work = press.work
    shown = await engine_buttons.shown_as(work, press.card) if press.card is not None else None
    case = await follow_ups.drop(work, follow_up_id=of.follow_up)
    if shown == FollowUpSet.kind:
        card = await engine_buttons.saying_on(work, press.card, FollowUpSet)
        dropped = replace(card, view="dropped")
        await work.tell(press.actor.id, dropped, edits=press.card, case_id=case.id)
    else:
        await _tell_list(work, press.actor, press.card)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict((on(FOLLOW_UP_ASK, _pressed_ask), on(FOLLOW_UP_DROP, _pressed_drop)))
