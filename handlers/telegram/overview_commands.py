"""How things stand, and any one case, as a coordinator sees and moves them: `/overview`, `/case`, `/reassign`.

Reads, acts, answers. It must not decide who may, nor what is well (`bot/reports/lights.py`).
"""

from collections.abc import Awaitable

from bot.cases import naming, reassigning
from bot.cases.texts_naming import usage
from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import BadInput, NotOpen
from bot.engine.work import Work
from bot.people import names
from bot.reports import any_case, lights
from bot.reports.texts_overview import ANOTHER, AnyCase
from handlers.telegram.block_commands import choose
from handlers.telegram.press import Press
from models.button import Presses, on
from models.buttons import OfCase
from models.buttons_overview import CASE_CLOSE, CASE_GIVE, CASE_RELEASE, CASE_SHOW, CASE_WHO, Ends, GivenTo, PutBack
from models.dialogue import Answer
from models.reasons import WhyBack, WhyClosed

COMMANDS = ("overview", "case", "reassign")
DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")


async def command(work: Work, actor: Actor, name: str, rest: str) -> bool:
    """Whether the command was about any case or all of them; if so it has had its effect, or it is said why not."""
    if name not in COMMANDS:
        return False
    try:
        await _obey(work, actor, name, rest)
    except (BadInput, NotOpen) as refusal:
        await work.tell(actor.id, usage(name, refusal))
    return True


async def _obey(work: Work, actor: Actor, name: str, rest: str) -> None:
    match name:
        case "overview":
            work.require_publisher()
            shown = await lights.lights(work.db, work.seal, work.now, work.zone, work.settings)
            await work.tell(actor.id, shown)
        case _ if not rest:
            await work.tell(actor.id, await choose(work, "case"))
        case "case":
            case, _ = await naming.case_named(work, rest)
            await _show(work, actor, case.id)
        case _:
            await _reassign(work, actor, rest)


async def _reassign(work: Work, actor: Actor, rest: str) -> None:
    case, alias = await naming.case_named(work, rest)
    if not alias:
        await _show(work, actor, case.id, view="who")
        return
    person_id = await names.staff_named(work.db, work.seal, alias)
    if person_id is None:
        raise BadInput("no_such_volunteer", alias=alias)
    await _give(work, actor, case.id, person_id)


async def _show(
    work: Work, actor: Actor, case_id: int, *, view: any_case.View = "all", card: int | None = None
) -> None:
    await work.tell(actor.id, await any_case.shown(work, case_id, view=view), edits=card, case_id=case_id)


async def _give(work: Work, actor: Actor, case_id: int, person_id: int, card: int | None = None) -> None:
    given = await reassigning.reassign(work, case_id=case_id, person_id=person_id)
    told = await any_case.done(work, given, "given", given=await names.name_of(work.db, work.seal, person_id))
    await work.tell(actor.id, told, edits=card, case_id=case_id)


# What a coordinator pressed.


async def _shows(press: Press, of: OfCase) -> Answer:
    """Below the overview it is a message of its own; on the case's own card it takes that one's place."""
    shown = await engine_buttons.shown_as(press.work, press.card) if press.card is not None else None
    card = press.card if shown == AnyCase.kind else None
    await _show(press.work, press.actor, of.case, card=card)
    return DONE


async def _asks(press: Press, case_id: int, view: any_case.View) -> Answer:
    """The question stands on the case's card, once.

    Raises:
        Stale: the card says something else by now.
    """
    shown = await engine_buttons.saying_on(press.work, press.card, AnyCase)
    if shown.view == view:
        return IN_THE_CHAT
    await _show(press.work, press.actor, case_id, view=view, card=press.card)
    return DONE


async def _asks_who(press: Press, of: OfCase) -> Answer:
    return await _asks(press, of.case, "who")


async def _gives(press: Press, to: GivenTo) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, AnyCase.kind)
    await _give(press.work, press.actor, to.case, to.person, press.card)
    return DONE


async def _releases(press: Press, put_back: PutBack) -> Answer:
    work, case, answer = press.work, put_back.case, put_back.answer
    if answer == "ask":
        return await _asks(press, case, "release")
    await engine_buttons.require_shown_as(work, press.card, AnyCase.kind)
    released = await reassigning.release(work, case_id=case, why=None if answer == ANOTHER else WhyBack(answer))
    told = await any_case.done(work, released, "released")
    await work.tell(press.actor.id, told, edits=press.card, case_id=case)
    return DONE


async def _closes(press: Press, ends: Ends) -> Answer:
    work, case, answer = press.work, ends.case, ends.answer
    if answer == "ask":
        return await _asks(press, case, "close")
    await engine_buttons.require_shown_as(work, press.card, AnyCase.kind)
    closed = await reassigning.close(work, case_id=case, why=None if answer == ANOTHER else WhyClosed(answer))
    told = await any_case.done(work, closed, "closed")
    await work.tell(press.actor.id, told, edits=press.card, case_id=case)
    return DONE


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(CASE_SHOW, _shows),
        on(CASE_WHO, _asks_who),
        on(CASE_GIVE, _gives),
        on(CASE_RELEASE, _releases),
        on(CASE_CLOSE, _closes),
    )
)
