"""Which shift and which person a line means: found among those there are, asked where several fit, refused where none.

What the line says is read in `typed.py`. It must not change anything.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal, NamedTuple

from bot.engine import clock
from bot.engine.errors import BadInput, Stale
from bot.engine.work import Work
from bot.hours.typed.lines import known_places
from bot.language.i18n import Catalogues
from bot.language.typed import shown as shown_typed
from bot.people import names, people, standing
from bot.places import places
from bot.places.place_names import KnownPlace
from bot.roster import shifts, signing
from bot.roster.shifts import ShiftRow
from bot.roster.signing import CannotStaff
from bot.shifts import asks, seen, typed
from bot.shifts.texts_coordinator import Candidate, ShiftUsage, ShiftWhich, ShiftWho
from bot.shifts.typed import NewLine, NewShift, ShiftWords
from models.staffing import hindrance_by_time

Deed = Literal["a", "u", "c", "s"]  # put somebody on it, take somebody off it, cancel it, show it
DEEDS: dict[str, Deed] = {"assign": "a", "unassign": "u", "cancelshift": "c"}
LOOKED_AHEAD = timedelta(days=200)  # a term and its holidays
MOST_OFFERED = 8
EXAMPLE_IS_AHEAD = timedelta(days=7)


class Meant(NamedTuple):
    """What the line means; or, where several shifts fit, the question which one. `person`: 0 for nobody."""

    shift: int = 0
    person: int = 0
    reason: str = ""
    which: ShiftWhich | ShiftWho | None = None


async def new_shift(work: Work, rest: str, catalogues: Catalogues) -> NewShift:
    """The shift that the line would add.

    Raises:
        BadInput: as `typed.parse_new`.
    """
    known = await _places(work, catalogues)
    return typed.parse_new(rest, today=work.today, known=known, spoken=people.LANGUAGES_SPOKEN)


async def template(work: Work, rest: str, catalogues: Catalogues) -> NewLine | typed.Term:
    """What the line adds to the usual week, or the term it is to be applied to.

    Raises:
        BadInput: as `typed.parse_template`.
    """
    known = await _places(work, catalogues)
    return typed.parse_template(rest, today=work.today, known=known, spoken=people.LANGUAGES_SPOKEN)


def week_of(work: Work, rest: str) -> date:
    """The Monday of the week that the line means.

    Raises:
        BadInput: as `typed.parse_week`.
    """
    return typed.parse_week(rest, today=work.today)


async def meant(work: Work, deed: Deed, rest: str, catalogues: Catalogues) -> Meant:
    """The shift of the line, and the person, where one is to be put on it or taken off it.

    Raises:
        BadInput: no shift is that, or no person; says what there is.
    """
    staff = await _named_staff(work)
    said = typed.parse_shift(rest, today=work.today, known=await _places(work, catalogues), names=staff)
    person = _person(said.name, staff) if deed in ("a", "u") else 0
    if deed not in ("a", "u") and said.name:
        said = replace(said, reason=f"{said.name} {said.reason}".strip())  # why it is cancelled, without a colon
    found = await _that_are(work, said, await _ahead_of(work, person) or None if deed == "u" else None)
    if len(found) > 1:
        shown = await seen.seen(work, await seen.staffed(work, found[:MOST_OFFERED]), with_cover=True)
        return Meant(which=ShiftWhich(deed=deed, person=person, shifts=shown))
    return Meant(found[0].id, person, said.reason)


async def choose(work: Work, deed: Deed, page: int = 0) -> ShiftWhich:
    """The next shifts, to choose from; so many on each page.

    Raises:
        BadInput: there are none.
    """
    ahead = await _ahead(work)
    if not ahead:
        raise BadInput("shift_none_ahead")
    those = await seen.staffed(work, ahead)
    if deed == "a":
        those = [one for one in those if len(one.on_it) < one.shift.needed] or those
    if deed == "u":
        those = [one for one in those if one.on_it] or those
    pages = -(-len(those) // MOST_OFFERED)
    at = page % pages * MOST_OFFERED
    shown = await seen.seen(work, those[at : at + MOST_OFFERED], with_cover=True)
    return ShiftWhich(deed=deed, shifts=shown, next_page=(page + 1) % pages if pages > 1 else None)


async def who_is_on(work: Work, shift_id: int) -> ShiftWho:
    """Whoever is on the shift, to choose from.

    Raises:
        NotFound: no such shift.
        BadInput: nobody is.
    """
    shift = await shifts.shift_of(work.db, shift_id)
    on_it = await signing.people_on(work, shift)
    if not on_it:
        raise BadInput("shift_nobody_on_it")
    called = await names.names_of(work.db, work.seal, [one.id for one in on_it])
    them = tuple(Candidate(person=one.id, alias=called.get(one.id, "?")) for one in on_it)
    return ShiftWho(shift=await seen.seen_one(work, shift, with_cover=True), people=them)


async def who_fits(work: Work, shift_id: int) -> ShiftWho | None:
    """Whoever could take a place on the shift, to choose from; None if nobody could, or there is none.

    Raises:
        NotFound: no such shift.
        CannotStaff: it is over, or cancelled.
    """
    shift = await cancellable(work, shift_id)
    fit = await asks.fitting(work, shift)
    if not fit:
        return None
    called = await names.names_of(work.db, work.seal, [one.id for one in fit])
    them = tuple(Candidate(person=one.id, alias=called.get(one.id, "?")) for one in fit[:MOST_OFFERED])
    shown = await seen.seen_one(work, shift, with_cover=True)
    return ShiftWho(shift=shown, people=them, deed="a", more=len(fit) - len(them))


async def mine_named(work: Work, rest: str, catalogues: Catalogues) -> list[ShiftRow]:
    """The acting volunteer's shifts that the line means.

    Raises:
        BadInput: none of theirs is that.
    """
    said = typed.parse_shift(rest, today=work.today, known=await _places(work, catalogues))
    if said.name:
        raise BadInput("hours_word_unknown", value=said.name)
    return await _that_are(work, said, await _ahead_of(work, work.staff.id))


async def mine(work: Work, shift_id: int) -> ShiftRow:
    """The acting volunteer's shift, if it is ahead and theirs.

    Raises:
        Stale: it is not, any more.
    """
    ahead = (await signing.shifts_of(work, [work.staff.id], since=work.now)).get(work.staff.id, [])
    if shift_id not in {one.shift for one in ahead}:
        raise Stale
    return await shifts.shift_of(work.db, shift_id)


async def cancellable(work: Work, shift_id: int) -> ShiftRow:
    """The shift, if it can still be cancelled.

    Raises:
        NotFound: no such shift.
        CannotStaff: it is over, or cancelled already.
    """
    shift = await shifts.shift_of(work.db, shift_id)
    why = hindrance_by_time(signing.stretch(shift), work.now, cancelled=shift.is_cancelled, may_have_begun=True)
    if why is not None:
        raise CannotStaff(shift, work.staff.id, why)
    return shift


async def alias(work: Work, person_id: int) -> str:
    """What the person is called."""
    return await names.name_of(work.db, work.seal, person_id) or "?"


async def usage(work: Work, command: str, refusal: BadInput | None = None) -> ShiftUsage:
    """What was not understood, the shifts that could have been meant, and a line of this command that would be."""
    known = await places.physical_places(work.db)
    place = known[0].code if known else "online"
    told = ShiftUsage(command=command, day=work.today + EXAMPLE_IS_AHEAD, place=place)
    if refusal is None:
        return told
    values = {key: value if isinstance(value, int) else str(value) for key, value in refusal.values.items()}
    near = await _ahead(work) if refusal.code in ("shift_no_such", "shift_not_said") else []
    shown = await seen.seen(work, await seen.staffed(work, near[:MOST_OFFERED]), with_cover=True)
    return replace(told, refusal=refusal.code, values=values, shifts=shown)


async def _ahead_of(work: Work, person: int) -> set[int]:
    return {one.shift for one in (await signing.shifts_of(work, [person], since=work.now)).get(person, [])}


async def _that_are(work: Work, said: ShiftWords, among: set[int] | None) -> list[ShiftRow]:
    """The shifts ahead that are as was said, of these if they are named; else one that was cancelled, which is answered
    with who has cancelled it."""
    if said.says_nothing:
        raise BadInput("shift_not_said")
    ahead = [one for one in await _ahead(work) if among is None or one.id in among]
    found = [one for one in ahead if _is_said(work, one, said)]
    if not found and among is not None and said.name:
        found = [one for one in await _ahead(work) if _is_said(work, one, said)]  # they are not on it, which is said
    if not found and among is None:
        found = [one for one in await shifts.cancelled_ahead(work.db, work.now) if _is_said(work, one, said)][:1]
    if not found:
        raise BadInput("shift_no_such")
    return found


async def _ahead(work: Work) -> list[ShiftRow]:
    return await shifts.held_between(work.db, work.now, work.now + LOOKED_AHEAD)


def _is_said(work: Work, shift: ShiftRow, said: ShiftWords) -> bool:
    begins, ends = (at.astimezone(work.zone) for at in (shift.starts_at, shift.ends_at))
    if said.day is not None and clock.office_day(shift.starts_at, work.zone) != said.day:
        return False
    if said.span is not None and (begins.time(), ends.time()) != said.span:
        return False
    return not said.places or shift.place in said.places


async def _places(work: Work, catalogues: Catalogues) -> Sequence[KnownPlace]:
    return known_places(await places.places(work.db), catalogues)


async def _named_staff(work: Work) -> dict[str, int]:
    """Everybody with access, by name."""
    called = await names.names_of_staff(work.db, work.seal)
    enabled = {one.person_id for one in await standing.staff_standing(work.db) if one.enabled}
    return {name: person for person, name in called.items() if person is not None and person in enabled}


def _person(name: str, staff: dict[str, int]) -> int:
    """Whom a name means: all of it, or its beginning if that is clear."""
    if not name:
        raise BadInput("shift_name_missing", known=_known(staff))
    wanted = names.folded(name)
    whole = [person for one, person in staff.items() if names.folded(one) == wanted]
    if whole:
        return whole[0]
    begun = [one for one in staff if names.folded(one).startswith(wanted)]
    if len(begun) == 1:
        return staff[begun[0]]
    if begun:
        raise BadInput("shift_name_unclear", value=shown_typed(name), known=_known(begun))
    raise BadInput("shift_name_unknown", value=shown_typed(name), known=_known(staff))


def _known(staff: Sequence[str] | dict[str, int]) -> str:
    return ", ".join(names.in_order(list(staff)))
