"""What somebody on the staff says of themself on Telegram: `/me` with its buttons, and `/pause`.

It must not decide what can be said (`bot/volunteers/profiles.py`), nor touch anybody else.
"""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

from bot.cases import cases
from bot.engine import buttons as engine_buttons
from bot.engine.actors import Actor
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.volunteers import leaving, pauses, profiles, told
from bot.volunteers.texts_own import LeaveAsk, OwnProfile, Views
from bot.volunteers.texts_people import (
    usage,
)
from handlers.telegram.press import Press
from models.button import Presses, on
from models.buttons import Alone
from models.buttons_people import (
    OPEN,
    OWN_ASKED,
    OWN_LANGUAGE,
    OWN_LEAVE,
    OWN_MIGRATION,
    OWN_NAME,
    OWN_PAUSE,
    OWN_PAUSE_ENDS,
    OWN_PLACE,
    OWN_TOPIC,
    OWN_VIEW,
    LeaveAnswer,
    OwnAnswer,
    OwnLanguage,
    OwnMigration,
    OwnPause,
    OwnPlace,
    OwnTopic,
    OwnView,
)
from models.dialogue import Answer

COMMANDS = ("me", "pause", "leave")
DONE = Answer("")


async def command(work: Work, actor: Actor, name: str, rest: str) -> bool:
    """Whether the command was about the volunteer themself; if so it has had its effect, or they are told what to
    write."""
    if name not in COMMANDS:
        return False
    try:
        if name == "leave":
            await work.tell(actor.id, await leaving.ask_oneself(work))
        elif name == "pause" and rest:
            await _pause_as_typed(work, actor, rest)
        else:
            await _tell_own(work, actor, "pause" if name == "pause" else "all")
    except BadInput as refusal:
        if name == "leave":
            raise
        await work.tell(actor.id, usage(name, refusal))
    return True


async def _tell_own(
    work: Work, actor: Actor, view: Views, card: int | None = None, *, given_up: int = 0, in_hand: int = 0
) -> None:
    own = await told.own_secrets(work.db, actor.id)
    places = tuple((await told.places_known(work.db)).values()) if view == "places" else ()
    profile = OwnProfile(
        told=await told.volunteer(work.db, work.seal, actor.id), shows_alias=own.shows_alias, view=view,
        places=places, given_up=given_up, cases=in_hand,
    )  # fmt: skip
    await work.tell(actor.id, profile, edits=card)


async def _pause_as_typed(work: Work, actor: Actor, rest: str) -> None:
    pause = pauses.read_pause(rest, today=work.today)
    if pause is None:
        await profiles.end_pause(work, actor.id)
        await _tell_own(work, actor, "all")
    else:
        await _pause(work, actor, pause, None)


async def _pause(work: Work, actor: Actor, pause: pauses.Pause, card: int | None) -> None:
    given_up = await profiles.pause(work, actor.id, pause.first, pause.last)
    in_hand = len(await cases.cases_of(work.db, actor.id))
    await _tell_own(work, actor, "all", card, given_up=given_up, in_hand=in_hand)


# What was pressed.


async def _looked(press: Press, at: OwnView) -> Answer:
    return await _go_on(press, at.view)


async def _changed_language(press: Press, change: OwnLanguage) -> Answer:
    await _require_own(press)
    one = await told.volunteer(press.work.db, press.work.seal, press.actor.id)
    await profiles.speaks(press.work, press.actor.id, _with(one.speaks, change.language, does=change.does))
    return await _go_on(press, "speaks")


async def _changed_topic(press: Press, change: OwnTopic) -> Answer:
    await _require_own(press)
    one = await told.volunteer(press.work.db, press.work.seal, press.actor.id)
    await profiles.knows_topics(press.work, press.actor.id, _with(one.topics, change.topic, does=change.does))
    return await _go_on(press, "topics")


async def _changed_place(press: Press, change: OwnPlace) -> Answer:
    await _require_own(press)
    one = await told.volunteer(press.work.db, press.work.seal, press.actor.id)
    codes = [place.code for place in one.places]
    await profiles.works_at(press.work, press.actor.id, _with(codes, change.place, does=change.does))
    return await _go_on(press, "places")


async def _began_pause(press: Press, pause: OwnPause) -> Answer:
    await _require_own(press)
    today = press.work.today
    last = None if pause.weeks == OPEN else today + timedelta(weeks=int(pause.weeks)) - timedelta(days=1)
    await _pause(press.work, press.actor, pauses.Pause(today, last), press.card)
    return DONE


async def _ended_pause(press: Press, _: Alone) -> Answer:
    await _require_own(press)
    await profiles.end_pause(press.work, press.actor.id)
    return await _go_on(press, "all")


async def _may_be_asked(press: Press, answer: OwnAnswer) -> Answer:
    await _require_own(press)
    await profiles.may_be_asked(press.work, press.actor.id, answer.does)
    return await _go_on(press, "all")


async def _changed_name(press: Press, answer: OwnAnswer) -> Answer:
    await _require_own(press)
    await (profiles.show_name if answer.does else profiles.hide_name)(press.work)
    return await _go_on(press, "name")


async def _said_of_migrating(press: Press, said: OwnMigration) -> Answer:
    await _require_own(press)
    if said.answer == "back":
        await profiles.take_migrated_back(press.work)
    else:
        await profiles.say_migrated(press.work, said.answer == "yes")
    return await _go_on(press, "moved")


async def _left(press: Press, given: LeaveAnswer) -> Answer:
    """They have left; the button says so, since nothing is said to them any more. Or they stay."""
    asked = await engine_buttons.saying_on(press.work, press.card, LeaveAsk)
    if asked.answer:
        raise Stale
    if given.answer == "no":
        await press.work.tell(press.actor.id, replace(asked, answer="no"), edits=press.card)
        return DONE
    await leaving.leave_by_oneself(press.work)
    return Answer("leave_done")


async def _require_own(press: Press) -> None:
    await engine_buttons.require_shown_as(press.work, press.card, OwnProfile.kind)


async def _go_on(press: Press, view: Views) -> Answer:
    await _require_own(press)
    await _tell_own(press.work, press.actor, view, press.card)
    return DONE


def _with(codes: tuple[str, ...] | list[str], code: str, *, does: bool) -> list[str]:
    return [*(one for one in codes if one != code), *([code] if does else [])]


PRESSES: Presses[Press, Awaitable[Answer]] = dict(
    (
        on(OWN_VIEW, _looked),
        on(OWN_LANGUAGE, _changed_language),
        on(OWN_TOPIC, _changed_topic),
        on(OWN_PLACE, _changed_place),
        on(OWN_PAUSE, _began_pause),
        on(OWN_PAUSE_ENDS, _ended_pause),
        on(OWN_ASKED, _may_be_asked),
        on(OWN_NAME, _changed_name),
        on(OWN_MIGRATION, _said_of_migrating),
        on(OWN_LEAVE, _left),
    )
)
