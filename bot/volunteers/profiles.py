"""What a volunteer can do and when they are away, as they say it themself, or a coordinator for them.

What is only theirs to say (the name newcomers see, whether they have migrated) is changed by nobody else. It must not
know how it is asked.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import update

from bot.cases import hand_over_ends
from bot.engine import clock
from bot.engine.errors import BadInput, NotFound
from bot.engine.inserts import insert_or_skip
from bot.engine.work import Work
from bot.people.people import LANGUAGES_SPOKEN
from bot.people.standing import PROFILES, standing_of
from bot.shifts import gone
from bot.volunteers.texts_people import ProfileChanged
from bot.volunteers.told import places_known
from models.base import table_of
from models.closing import Category
from models.people import Person, Role

_PEOPLE = table_of(Person)
LONGEST_PAUSE = timedelta(days=366)


class Profile(NamedTuple):
    """What can be said of a volunteer all at once. `first`, `last`: of the days away; without a first one there are
    none."""

    speaks: Collection[str]
    topics: Collection[str]
    places: Collection[str]
    first: date | None
    last: date | None
    may_be_asked: bool


async def save(work: Work, person_id: int, profile: Profile) -> int:
    """All of it holds from now on; returns how many shifts were given up by the pause. Who is not the volunteer tells
    them that it was changed.

    Raises: as `speaks` and `pause`; nothing of it holds then.
    """
    await speaks(work, person_id, profile.speaks)
    await knows_topics(work, person_id, profile.topics)
    await works_at(work, person_id, profile.places)
    await may_be_asked(work, person_id, profile.may_be_asked)
    if work.actor is None or work.actor.id != person_id:
        await work.tell(person_id, ProfileChanged())
    stands = (await standing_of(work.db, [person_id]))[person_id]
    if (profile.first, profile.last) == (stands.paused_from, stands.paused_until):
        return 0
    if profile.first is None:
        if profile.last is not None:
            raise BadInput("pause_no_first_day")
        await end_pause(work, person_id)
        return 0
    return await pause(work, person_id, profile.first, profile.last)


async def speaks(work: Work, person_id: int, languages: Collection[str]) -> None:
    """These are the languages they speak.

    Raises:
        NotFound: somebody else acts who is no coordinator.
        BadInput: a language that we do not know, or none at all.
    """
    _require_theirs(work, person_id)
    strange = [code for code in languages if code not in LANGUAGES_SPOKEN]
    if strange:
        raise BadInput("bad_spoken_language", value=strange[0], known=", ".join(LANGUAGES_SPOKEN))
    if not languages:
        raise BadInput("speaks_nothing")
    ordered = [code for code in LANGUAGES_SPOKEN if code in languages]
    await work.db.execute(update(_PEOPLE).where(_PEOPLE.c.id == person_id).values(speaks=ordered))


async def knows_topics(work: Work, person_id: int, topics: Collection[str]) -> None:
    """These are the subjects they know well.

    Raises: as `speaks`.
    """
    if strange := [code for code in topics if code not in tuple(Category)]:
        raise BadInput("unknown_topic", value=strange[0])
    await _change(work, person_id, topics=[code.value for code in Category if code in topics])


async def works_at(work: Work, person_id: int, codes: Collection[str]) -> None:
    """These are the places they can work at; none means all of them.

    Raises: as `speaks`.
    """
    known = await places_known(work.db)
    if strange := [code for code in codes if code not in known]:
        raise BadInput("unknown_place", place=strange[0], places=", ".join(known))
    await _change(work, person_id, places=[code for code in known if code in codes])


async def may_be_asked(work: Work, person_id: int, answer: bool) -> None:
    """Whether they may be asked outside their shifts.

    Raises: as `speaks`.
    """
    await _change(work, person_id, may_be_asked=answer)


async def pause(work: Work, person_id: int, first: date, last: date | None) -> int:
    """They are away from the first day to the last; without a last one until they say that they are back. What they
    are signed up for in that time is given up. Returns how many shifts that is.

    Raises:
        NotFound: as `speaks`.
        BadInput: it ends before it begins, or has passed, or is longer than a year.
    """
    if last is not None and last < first:
        raise BadInput("pause_ends_before_start")
    if last is not None and last < work.today:
        raise BadInput("pause_has_passed")
    if first - work.today > LONGEST_PAUSE or (last is not None and last - first > LONGEST_PAUSE):
        raise BadInput("pause_too_long")
    if first <= work.today:  # before their row is held: who accepts takes both so
        await hand_over_ends.receiver_gone(work, person_id)
    await _change(work, person_id, paused_from=first, paused_until=last)
    begins = max(clock.start_of_day(first, work.zone), work.now)
    ends = None if last is None else clock.start_of_day(last + timedelta(days=1), work.zone)
    return await gone.leave_while_away(work, person_id, since=begins, until=ends)


async def end_pause(work: Work, person_id: int) -> None:
    """They are not away, and have none ahead. What was given up is not given back.

    Raises: NotFound, as `speaks`.
    """
    await _change(work, person_id, paused_from=None, paused_until=None)


async def show_name(work: Work) -> None:
    """Newcomers see the acting volunteer's first name from now on."""
    await _show_name(work, shows_alias=True)


async def hide_name(work: Work) -> None:
    """Newcomers see no name of the acting volunteer's from now on."""
    await _show_name(work, shows_alias=False)


async def say_migrated(work: Work, has_migrated: bool) -> None:
    """The acting volunteer says whether they have migrated, and agrees to its being counted."""
    told = {"has_migrated": has_migrated, "has_migrated_told_at": work.now}
    await _change(work, work.staff.id, **told)


async def take_migrated_back(work: Work) -> None:
    """Nothing is kept of what the acting volunteer said about migrating."""
    await _change(work, work.staff.id, has_migrated=None, has_migrated_told_at=None)
    await work.leave_no_trace()


async def _show_name(work: Work, *, shows_alias: bool) -> None:
    mine = _PEOPLE.c.id == work.staff.id
    await work.db.execute(update(_PEOPLE).where(mine).values(shows_alias=shows_alias))


async def _change(work: Work, person_id: int, **values: object) -> None:
    _require_theirs(work, person_id)
    await work.db.execute(insert_or_skip(work.db, PROFILES), {"person_id": person_id})
    await work.db.execute(update(PROFILES).where(PROFILES.c.person_id == person_id).values(**values))


def _require_theirs(work: Work, person_id: int) -> None:
    """Whoever acts is the volunteer, a coordinator, or the command line, where nobody of ours acts."""
    if work.actor is None and work.visitor is None:
        return
    if work.staff.id != person_id and work.staff.role != Role.COORDINATOR:
        raise NotFound
