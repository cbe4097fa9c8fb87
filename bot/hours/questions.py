"""A newcomer asks about the sessions: by command, in their own words, or by the buttons under the answer.

It must not decide when we are open (`models/timetable.py`) nor word anything.
"""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.engine import buttons
from bot.engine.actors import Visitor
from bot.engine.db import Db
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.hours import reminders, standing
from bot.hours.asking import asks_for_hours
from bot.hours.texts import Hours, PlaceFound, PlaceOnMap, ReminderSet
from bot.language.parts import ToNewcomer
from bot.places.places import place_facts, require_place
from bot.roster.staffing import present
from models.buttons_hours import PLACE, REMIND
from models.dialogue import Answer
from models.people import Channel, Language


async def answered(work: Work, visitor: Visitor, words: str) -> bool:
    """Whether these words asked when we are open, and have been answered instead of being taken for a question."""
    language = asks_for_hours(words)
    if language is None:
        return False
    await tell_hours(work, visitor, language=language if language in set(Language) else None)
    return True


async def tell_hours(work: Work, visitor: Visitor, *, language: str | None = None) -> None:
    """The newcomer is told the hours: in `language` as long as they have chosen none."""
    hours = await hours_told(work.db, work.now, work.zone, Hours)
    if language is not None:
        hours = replace(hours, language=Language(language))
    await _say(work, visitor, hours)


async def hours_told(db: Db, now: datetime, zone: ZoneInfo, like: type[standing.Hours]) -> standing.Hours:
    """As `standing.hours_told`, and whether somebody is answering online just now."""
    told = await standing.hours_told(db, now, zone, like)
    return replace(told, answering=bool(await present(db, now, zone)))


async def pressed(work: Work, visitor: Visitor, code: str) -> Answer:
    """The reminder is set, or the way to the place told.

    Raises:
        Stale: the session or place is not there any more.
    """
    if PLACE.has_verb_of(code):
        return await _find(work, visitor, buttons.read(PLACE, code).place)
    asked = buttons.read(REMIND, code)
    return await _remind(work, visitor, asked.place, asked.day)


def is_pressed_by(code: str) -> bool:
    """Whether the code begins like one of these buttons, be the rest as it may."""
    return REMIND.has_verb_of(code) or PLACE.has_verb_of(code)


async def _remind(work: Work, visitor: Visitor, place: str, day: date) -> Answer:
    held = await reminders.ask(work, visitor.person_id, place, day)
    if held is None:
        return Answer("answer_saved")
    late = work.now >= reminders.evening_before(day, work.zone)
    await _say(work, visitor, ReminderSet(days=(held,), late=late))
    return Answer("answer_saved")


async def _find(work: Work, visitor: Visitor, code: str) -> Answer:
    try:
        place = await require_place(work.db, code)
    except BadInput:
        raise Stale from None
    if await buttons.said_lately(work, visitor.address_id, PlaceFound, lambda one: one.code == place.code):
        return Answer("in_the_chat")
    await _say(work, visitor, place_facts(place, PlaceFound))
    if visitor.channel == Channel.TELEGRAM and place.latitude is not None:
        await _say(work, visitor, place_facts(place, PlaceOnMap))
    return Answer("")


async def _say(work: Work, visitor: Visitor, saying: ToNewcomer) -> None:
    await work.tell_address(visitor.address_id, saying, conversation_id=visitor.conversation_id)
