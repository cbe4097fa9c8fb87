"""Volunteers, as a coordinator meets them on Telegram: `/invite`, `/volunteers`, the card and its buttons.

A typed line or a press has its effect and is answered; nothing typed is ever an answer to a question here. It must not
decide who may: the actions in `bot/volunteers/` do. What somebody says of themself is in `own_commands.py`.
"""

from collections.abc import Awaitable

from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import BadInput
from bot.engine.work import Work
from bot.language.i18n import Catalogues
from bot.people import names, spoken
from bot.volunteers import invitations, invite_guided, leaving, onboarding, roles, told
from bot.volunteers.invitations import Doors
from bot.volunteers.texts_people import (
    VOLUNTEERS_ON_A_PAGE,
    InvitationLinks,
    VolunteerCard,
    VolunteerInvited,
    VolunteerLeft,
    VolunteerList,
    usage,
)
from handlers.telegram.press import Press
from models.button import Presses, on
from models.buttons_people import (
    END_ACCESS,
    GIVE_ACCESS,
    NEW_LINKS,
    PEOPLE_PAGE,
    PERSON,
    ROLE,
    STEP,
    TRAINEE,
    Ending,
    Learning,
    OfPerson,
    PeoplePage,
    RoleGiven,
    StepTaken,
)
from models.dialogue import Answer
from models.people import Role
from models.volunteer import OnboardingStep

COMMANDS = ("invite", "volunteers")
DONE, IN_THE_CHAT = Answer(""), Answer("in_the_chat")


async def command(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> bool:
    """Whether the command was about people; if so it has had its effect, or the coordinator is told what to write."""
    if name not in COMMANDS:
        return False
    try:
        await _obey(work, actor, name, rest, catalogues)
    except BadInput as refusal:
        await work.tell(actor.id, usage(name, refusal))
    return True


async def _obey(work: Work, actor: Actor, name: str, rest: str, catalogues: Catalogues) -> None:
    match name:
        case "invite" if rest:
            typed = invitations.read_line(rest, spoken.by_name(catalogues))
            doors = await invitations.invite(work, alias=typed.alias, speaks=typed.speaks)
            await tell_doors(work, actor, doors)
        case "invite":
            await work.tell(actor.id, await invite_guided.begin(work))
        case _ if rest:
            person_id = await names.staff_named(work.db, work.seal, rest)
            if person_id is None:
                raise BadInput("no_such_volunteer", alias=rest)
            await _tell_card(work, actor, person_id)
        case _:
            await _tell_list(work, actor, 0)


async def tell_doors(work: Work, actor: Actor, doors: Doors, *, again: bool = False) -> None:
    """What was done, and then, in a message of its own, what is to be passed on."""
    await work.tell(actor.id, VolunteerInvited(alias=doors.alias, hours=invitations.HOURS, again=again))
    sealed_as, hidden = work.hide(f"{doors.desk} {doors.chat}")
    links = InvitationLinks(person=doors.person_id, alias=doors.alias, until=doors.until, sealed_as=sealed_as)
    await work.tell(actor.id, links, secret=hidden)


async def _tell_list(work: Work, actor: Actor, page: int, card: int | None = None) -> None:
    work.require_publisher()
    them = await told.volunteers(work.db, work.seal)
    last_page = max(0, (len(them) - 1) // VOLUNTEERS_ON_A_PAGE)
    page = min(page, last_page)
    shown = tuple(them[page * VOLUNTEERS_ON_A_PAGE : (page + 1) * VOLUNTEERS_ON_A_PAGE])
    migrated = await told.how_many_migrated(work.db) if page == last_page else None
    listed = VolunteerList(them=shown, page=page, more=page < last_page, migrated=migrated)
    await work.tell(actor.id, listed, edits=card)


async def _tell_card(work: Work, actor: Actor, person_id: int, card: int | None = None) -> None:
    work.require_publisher()
    one = await told.volunteer(work.db, work.seal, person_id)
    await work.tell(actor.id, VolunteerCard(told=one), edits=card)


# What a coordinator pressed.


async def _turned(press: Press, to: PeoplePage) -> Answer:
    await engine_buttons.require_shown_as(press.work, press.card, VolunteerList.kind)
    await _tell_list(press.work, press.actor, to.page, press.card)
    return DONE


async def _chose(press: Press, chosen: OfPerson) -> Answer:
    await _tell_card(press.work, press.actor, chosen.person)
    return DONE


async def _ticked(press: Press, tick: StepTaken) -> Answer:
    await _require_card(press)
    step = OnboardingStep(tick.step)
    if tick.done:
        await onboarding.take_step(press.work, tick.person, step)
    else:
        await onboarding.take_step_back(press.work, tick.person, step)
    await _tell_card(press.work, press.actor, tick.person, press.card)
    return DONE


async def _learns(press: Press, learning: Learning) -> Answer:
    await _require_card(press)
    if learning.is_trainee:
        await onboarding.learns_beside(press.work, learning.person)
    else:
        await onboarding.has_learned(press.work, learning.person)
    await _tell_card(press.work, press.actor, learning.person, press.card)
    return DONE


async def _new_links(press: Press, of: OfPerson) -> Answer:
    """New links are on their way, or those of a moment ago have just left."""
    work, address = press.work, press.actor.address_id or 0
    if await engine_buttons.said_lately(work, address, InvitationLinks, lambda one: one.person == of.person):
        return IN_THE_CHAT
    await tell_doors(work, press.actor, await invitations.new_doors(work, of.person), again=True)
    return DONE


async def _ends(press: Press, ending: Ending) -> Answer:
    """Asked first; with a yes, access has ended."""
    await _require_card(press)
    work, actor, person = press.work, press.actor, ending.person
    work.require_publisher()
    one = await told.volunteer(work.db, work.seal, person)
    if ending.answer == "no":
        await _tell_card(work, actor, person, press.card)
    elif ending.answer == "ask":
        await work.tell(actor.id, VolunteerCard(told=one, asks=ending.how), edits=press.card)
    elif ending.how == "leave":
        left = await leaving.leave_for_good(work, person)
        gone = VolunteerLeft(alias=one.alias, freed=left.freed, given_up=left.given_up)
        await work.tell(actor.id, gone, edits=press.card)
    else:
        ended = await leaving.end_access(work, person)
        now = await told.volunteer(work.db, work.seal, person)
        ended_card = VolunteerCard(told=now, ended=True, freed=ended.freed, given_up=ended.given_up)
        await work.tell(actor.id, ended_card, edits=press.card)
    return DONE


async def _role(press: Press, given: RoleGiven) -> Answer:
    """Asked first; with a yes, it is theirs."""
    await _require_card(press)
    if given.answer == "ask":
        press.work.require_publisher()
        one = await told.volunteer(press.work.db, press.work.seal, given.person)
        asked = VolunteerCard(told=one, asks_role=Role(given.role))
        await press.work.tell(press.actor.id, asked, edits=press.card)
        return DONE
    if given.answer == "yes":
        await roles.change_role(press.work, given.person, Role(given.role))
    await _tell_card(press.work, press.actor, given.person, press.card)
    return DONE


async def _gives_access(press: Press, of: OfPerson) -> Answer:
    await _require_card(press)
    await leaving.give_access(press.work, of.person)
    await _tell_card(press.work, press.actor, of.person, press.card)
    await tell_doors(press.work, press.actor, await invitations.new_doors(press.work, of.person), again=True)
    return DONE


async def _require_card(press: Press) -> None:
    await engine_buttons.require_shown_as(press.work, press.card, VolunteerCard.kind)


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(PEOPLE_PAGE, _turned),
        on(PERSON, _chose),
        on(STEP, _ticked),
        on(TRAINEE, _learns),
        on(NEW_LINKS, _new_links),
        on(END_ACCESS, _ends),
        on(GIVE_ACCESS, _gives_access),
        on(ROLE, _role),
    )
)
