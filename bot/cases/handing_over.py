"""A case handed over: offered with a note to somebody, or to whoever speaks a language, and accepted or not.

It stays its giver's until somebody accepts who has been shown the note; that is one conditional UPDATE, in which the
right to claim and the room for one more case are asked. How it ends otherwise is in `hand_over_ends.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, insert, select, update

from bot.cases import drafts, focus, hand_over_ends, notes, room, unsaying
from bot.cases.cases import adviser_name
from bot.cases.hand_over_ends import OpenHandOver
from bot.cases.texts_handing import HandOverOffered, HandOverWaits
from bot.cases.texts_newcomer import HandedOver
from bot.cases.told import told_of
from bot.engine import buttons, clock
from bot.engine.db import Db
from bot.engine.errors import BadInput, NotFound, Stale
from bot.engine.inserts import insert_or_skip
from bot.engine.rows import only
from bot.engine.seal import Seal
from bot.engine.work import Work
from bot.people import access, names, standing
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.roster import staffing
from models.base import new_id, table_of
from models.case import MOVES, CaseEventKind
from models.handing_over import HandOver, HandOverReader, Outcome
from models.people import Person
from models.reminding import is_quiet
from models.timer import TimerKind

LONGEST_NOTE = 500
_OVERS, _READERS, _PEOPLE = table_of(HandOver), table_of(HandOverReader), table_of(Person)


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody to whom a case can be offered now."""

    id: int
    alias: str
    speaks: tuple[str, ...]
    is_present: bool


async def receivers(work: Work) -> list[Receiver]:
    """Whom the acting volunteer can hand a case to now, as `receivers_of`."""
    return await receivers_of(work.db, work.seal, work.staff.id, now=work.now, zone=work.zone)


async def receivers_of(db: Db, seal: Seal, giver: int, *, now: datetime, zone: ZoneInfo) -> list[Receiver]:
    """Whom somebody can hand a case to now: those present first; by day also those who may be asked."""
    present = {one.id for one in await staffing.present(db, now, zone)}
    may_ask, today = not is_quiet(now, zone), clock.office_day(now, zone)
    others = [one for one in await standing.staff_standing(db) if one.person_id != giver and one.may_claim_on(today)]
    fit = [one for one in others if one.person_id in present or (one.may_be_asked and may_ask)]
    called = await names.names_of(db, seal, {one.person_id for one in fit})
    found = [
        Receiver(one.person_id, called.get(one.person_id, "?"), one.speaks, one.person_id in present) for one in fit
    ]
    return sorted(found, key=lambda one: (not one.is_present, one.alias.casefold()))


def languages_of(found: Sequence[Receiver]) -> list[str]:
    """The languages that any of these speak: of who is present, if anybody is."""
    there = [one for one in found if one.is_present] or found
    return sorted({language for one in there for language in one.speaks})


async def offer(
    work: Work, *, case_id: int, note: str, person_id: int | None = None, language: str | None = None
) -> None:
    """The acting volunteer's case is offered to this person, or to whoever speaks this language; they are told.

    Raises:
        NotFound: not the actor's case.
        BadInput: no note, or too long a one; nobody is there to receive it; or it is offered already.
    """
    words = notes.checked(note, most=LONGEST_NOTE)
    case = await access.my_case(work, case_id)
    if await hand_over_ends.open_of(work.db, case_id) is not None:
        raise BadInput("hand_over_open", code=case.code)
    to = await _receiving(work, person_id, language)
    over_at = work.now + timedelta(minutes=work.settings.hand_over_minutes)
    hand_over_id = new_id()
    sealed = work.seal.seal(words, table="hand_overs", column="note", row_id=hand_over_id)
    row = {"giver_id": work.staff.id, "receiver_id": person_id, "language": language, "note": sealed}
    made = insert(_OVERS).values(id=hand_over_id, case_id=case.id, made_at=work.now, over_at=over_at, **row)
    await work.db.execute(made)
    await work.remind(TimerKind.HAND_OVER, case.id, over_at)
    giver = await names.name_of(work.db, work.seal, work.staff.id)
    card = HandOverOffered(**told_of(case), hand_over=hand_over_id, alias=giver, over_at=over_at)
    await work.tell_each([one.id for one in to], card, case_id=case.id)
    alias = to[0].alias if person_id is not None else None
    waits = HandOverWaits(hand_over=hand_over_id, code=case.code, alias=alias, language=language, over_at=over_at)
    await work.tell(work.staff.id, waits, case_id=case.id)


async def _receiving(work: Work, person_id: int | None, language: str | None) -> list[Receiver]:
    found = await receivers(work)
    if person_id is not None:
        to = [one for one in found if one.id == person_id]
    else:
        there = [one for one in found if language in one.speaks]
        to = [one for one in there if one.is_present] or there
    if not to:
        raise BadInput("hand_over_nobody")
    return to


async def offered_to(db: Db, person_id: int) -> list[OpenHandOver]:
    """The open hand-overs that this person may read, the first to end first."""
    rows = await hand_over_ends.all_open(db)
    return [row for row in rows if await may_receive(db, person_id, row)]


async def may_receive(db: Db, person_id: int, row: OpenHandOver | None) -> bool:
    """Whether this is offered to this person, as far as they are concerned: they may read its note."""
    if row is None or row.giver_id == person_id:
        return False
    if row.receiver_id is not None or row.language is None:
        return row.receiver_id == person_id
    stands = (await standing.standing_of(db, [person_id])).get(person_id)
    return stands is not None and stands.enabled and row.language in stands.speaks


async def _mine(work: Work, hand_over_id: int) -> OpenHandOver:
    """A hand-over to the acting volunteer, its conversation locked.

    Raises:
        NotFound: no such one, or it is offered to somebody else.
        Stale: it has ended.
    """
    me = work.staff.id
    if not await may_receive(work.db, me, await hand_over_ends.by_id(work.db, hand_over_id)):
        raise NotFound
    row = await hand_over_ends.locked(work, hand_over_id)
    if row is None or row.ended_at is not None:
        raise Stale
    return row


async def note_shown(work: Work, hand_over_id: int) -> OpenHandOver:
    """The acting volunteer is being shown the note, and may accept from now on.

    Raises: as `_mine`.
    """
    row = await _mine(work, hand_over_id)
    read = insert_or_skip(work.db, _READERS)
    await work.db.execute(read.values(hand_over_id=row.id, person_id=work.staff.id, read_at=work.now))
    return row


def note_of(seal: Seal, row: OpenHandOver) -> str:
    """Its note, opened."""
    return seal.open(row.note, table="hand_overs", column="note", row_id=row.id) if row.note else ""


async def refuse(work: Work, hand_over_id: int) -> None:
    """The acting volunteer does not take the case. Offered to a language, it stays open for the others.

    Raises: as `_mine`.
    """
    row = await _mine(work, hand_over_id)
    if row.receiver_id is not None:
        await hand_over_ends.end(work, row, Outcome.REFUSED, by=work.staff.id)


async def take_back(work: Work, hand_over_id: int) -> None:
    """The acting volunteer, who offered it, goes on with the case themself.

    Raises:
        NotFound: they did not.
        Stale: it has ended.
    """
    row = await hand_over_ends.by_id(work.db, hand_over_id)
    if row is None or row.giver_id != work.staff.id:
        raise NotFound
    row = await hand_over_ends.locked(work, hand_over_id)
    if row is None or not await hand_over_ends.end(work, row, Outcome.TAKEN_BACK, by=work.staff.id):
        raise Stale


async def look(work: Work, case_id: int) -> None:
    """If a hand-over of the case has been open for too long, it is its giver's again."""
    try:
        await access.locked_case(work, case_id)
    except NotFound:
        return
    row = await hand_over_ends.open_of(work.db, case_id)
    if row is not None and row.over_at <= work.now:
        await hand_over_ends.end(work, row, Outcome.UNANSWERED)


async def accept(work: Work, hand_over_id: int) -> CaseRow:
    """The case is the acting volunteer's, with its history and the note; its newcomer and its giver are told.

    Raises:
        NotFound, Stale: as `_mine`.
        BadInput: they have not been shown the note.
        MayNotClaim, TooManyCases: as at a claim.
    """
    row = await _mine(work, hand_over_id)
    if not (await work.db.execute(select(_read(row.id, work.staff.id)))).scalar_one():
        raise BadInput("hand_over_read_first")
    # As at a claim: on PostgreSQL access could end, or another case be taken, between the statement and the COMMIT.
    await work.db.execute(select(_PEOPLE.c.id).where(_PEOPLE.c.id == work.staff.id).with_for_update(key_share=True))
    case = await _take(work, row)
    if case is None:
        raise await room.why_not_more(work, work.staff.id) or Stale()
    await _is_theirs(work, row, case)
    return case


async def _take(work: Work, row: OpenHandOver) -> CaseRow | None:
    me = work.staff.id
    came_from, goes_to = MOVES[CaseEventKind.HANDED_OVER]
    still_open = exists().where(_OVERS.c.id == row.id, _OVERS.c.ended_at.is_(None))
    take = update(CASES).where(CASES.c.id == row.case_id, CASES.c.status.in_(came_from))
    take = take.where(CASES.c.volunteer_id == row.giver_id, still_open, _read(row.id, me))
    has_room = room.has_room(me, room.quiet_since(work.now), work.settings.cases_at_once)
    take = take.where(standing.may_claim(me, work.today), has_room)
    mine = {"volunteer_id": me, "claimed_at": work.now, "kept_until": None, "read_seq": 0}
    return only(CaseRow, await work.db.execute(take.values(status=goes_to, **mine).returning(*CASE_COLUMNS)))


async def _is_theirs(work: Work, row: OpenHandOver, case: CaseRow) -> None:
    """What follows from another's having the case: as when it leaves one and comes to the next."""
    await hand_over_ends.end(work, row, Outcome.ACCEPTED, by=work.staff.id)
    await work.record(case.id, CaseEventKind.HANDED_OVER)
    await focus.case_ended(work, row.giver_id)
    await drafts.case_left(work, case.id)
    await drafts.case_is_back(work, case.id)
    await unsaying.words_leave(work, (case.id,))
    await buttons.settle_case(work, row.giver_id, case.id)
    await notes.put(work, case.id, row.giver_id, note_of(work.seal, row))
    await work.tell(case.newcomer_id, HandedOver(code=case.code, adviser=await adviser_name(work)), case_id=case.id)
    if case.waiting_since is not None:
        await work.remind(TimerKind.ANSWER, case.id, work.now + timedelta(hours=work.settings.answer_hours))
        await work.remind(TimerKind.STALL, case.id, work.now + timedelta(minutes=work.settings.stall_warn_minutes))


def _read(hand_over_id: int, person_id: int) -> ColumnElement[bool]:
    return exists().where(_READERS.c.hand_over_id == hand_over_id, _READERS.c.person_id == person_id)
