"""A coordinator's own words to everybody on the staff, to those who speak a language, or to those on one shift.

They are shown with how many they go to before anything leaves. Who is away reads nothing but what concerns a shift of
theirs. Owns who is meant. It must not word anything: `texts_announce.py` does.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.language.i18n import Catalogues
from bot.people import names, spoken, standing
from bot.roster import shifts, signing
from bot.roster.shifts import ShiftRow
from bot.shifts import finding, seen
from bot.shifts.texts_announce import Announced, AnnounceSent, AnnounceSure

EVERYBODY = ("alla", "all", "everybody", "everyone")
LONGEST_ANNOUNCED = 1000  # characters; a message to many is read on a phone between two other things


class To(NamedTuple):
    """To whom: those on this shift, those who speak this language, or everybody."""

    shift: ShiftRow | None = None
    language: str = ""


async def asked(work: Work, rest: str, catalogues: Catalogues) -> AnnounceSure:
    """The line "alla: words", understood and not sent yet.

    Raises:
        BadInput: nobody is named, or several shifts are; nothing is said or too much; or it would go to nobody.
    """
    before, colon, said = _parted(rest)
    if not colon or not before:
        raise BadInput("announce_to_missing")
    return await sure(work, lambda: _to(work, before, catalogues), said)


async def sure(work: Work, to_whom: Callable[[], Awaitable[To]], said: str) -> AnnounceSure:
    """These words, to be sent to so many if that is meant. `to_whom` is asked once there is something to say.

    Raises:
        BadInput: nothing is said or too much; or it would go to nobody; or as `to_whom`.
    """
    if not said:
        raise BadInput("announce_nothing")
    if len(said) > LONGEST_ANNOUNCED:
        raise BadInput("too_long", most=LONGEST_ANNOUNCED)
    to = await to_whom()
    count = len(await receivers(work, to))
    if not count:
        raise BadInput("announce_to_nobody")
    named = (await seen.named(work, to.shift))[0] if to.shift else None
    return AnnounceSure(shift=named, language=to.language, count=count, in_words=said)


async def send(work: Work, sure: AnnounceSure, *, card: int) -> AnnounceSent:
    """The words are on their way, once, to whoever they are for by now. `card`: the row that asked.

    Raises:
        NotFound: the actor is no coordinator.
        Stale: nobody is left whom they are for, or their shift is not held any more.
    """
    work.require_publisher()
    to = To(await shifts.shift_to_hold(work.db, sure.shift.shift, work.now) if sure.shift else None, sure.language)
    those = await receivers(work, to) if to.shift or not sure.shift else []
    if not those:
        raise Stale
    alias = await names.name_of(work.db, work.seal, work.staff.id)
    told = Announced(shift=sure.shift, language=sure.language, alias=alias, in_words=sure.in_words)
    for person in those:
        await work.tell(person, told, dedupe_key=f"announced:{card}:{person}")
    return AnnounceSent(shift=sure.shift, language=sure.language, count=len(those))


async def receivers(work: Work, to: To) -> list[int]:
    """Whoever the words go to, without the one who says them."""
    if to.shift is not None:
        return [one.id for one in await signing.people_on(work, to.shift) if one.id != work.staff.id]
    everybody = await standing.staff_standing(work.db)
    there = [one for one in everybody if one.enabled and one.person_id != work.staff.id]
    there = [one for one in there if not one.is_paused_on(work.today)]
    return [one.person_id for one in there if not to.language or to.language in one.speaks]


def _parted(rest: str) -> tuple[str, str, str]:
    """What stands before the first colon that is not within a time of day, and what stands behind it."""
    at = rest.find(":")
    while at > 0 and rest[at - 1].isdigit() and rest[at + 1 : at + 2].isdigit():
        at = rest.find(":", at + 1)
    return (rest, "", "") if at < 0 else (rest[:at].strip(), ":", rest[at + 1 :].strip())


async def _to(work: Work, before: str, catalogues: Catalogues) -> To:
    said = names.folded(before)
    if said in EVERYBODY:
        return To()
    if language := spoken.by_name(catalogues).get(said):
        return To(language=language)
    meant = await finding.meant(work, "s", before, catalogues)
    if meant.which is not None:
        raise BadInput("announce_several_shifts")
    return To(await shifts.shift_of(work.db, meant.shift))
