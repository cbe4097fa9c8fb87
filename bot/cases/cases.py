"""What happens to a case that is open: claimed, released, answered, read.

Each verb: refusals first, one conditional change, one ledger line, what to say. Opening is `opening.py`, closing
`closing.py`.
"""

from datetime import datetime, timedelta

from sqlalchemy import BindParameter, Date, Integer, UpdateBase, bindparam, func, select, update

from bot.cases import (
    drafts,
    focus,
    hand_over_ends,
    messages,
    more_words,
    on_duty,
    promising,
    questions,
    queue,
    room,
    unsaying,
    waiting,
)
from bot.cases.messages import MESSAGES
from bot.cases.texts_newcomer import Claimed, Released
from bot.engine import buttons
from bot.engine.actors import require_coordinator
from bot.engine.db import Db
from bot.engine.errors import AlreadyClaimed, NewerWords, NotFound, NotOnShift
from bot.engine.rows import every, only
from bot.engine.work import Work
from bot.people import access, names, standing
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.roster.staffing import is_on_shift
from models.base import Id, UtcDateTime, table_of
from models.case import MOVES, CaseEventKind, CaseStatus
from models.conversation import Author
from models.people import Person
from models.saying import fields_of
from models.timer import TimerKind

_PEOPLE = table_of(Person)
SILENT_RELEASE = timedelta(minutes=2)
_NOW = bindparam("now", type_=UtcDateTime)
_WROTE = (
    update(CASES)
    .where(CASES.c.id == bindparam("case"))
    .values(waiting_since=func.coalesce(CASES.c.waiting_since, _NOW), last_message_at=_NOW)
)
_ANSWERED = (
    update(CASES)
    .where(CASES.c.id == bindparam("case"))
    .values(
        first_answered_at=func.coalesce(CASES.c.first_answered_at, _NOW), last_message_at=_NOW, waiting_since=None,
        promised_by=None, late_told_at=None,
    )
)  # fmt: skip
_CHANGED = update(CASES).where(CASES.c.id == bindparam("case")).values(last_message_at=_NOW)
_SEQ = bindparam("seq", type_=Id())
_READ = update(CASES).where(CASES.c.id == bindparam("case"), CASES.c.read_seq < _SEQ).values(read_seq=_SEQ)
_HOLD_ACCESS = select(_PEOPLE.c.id).where(_PEOPLE.c.id == bindparam("person")).with_for_update(key_share=True)
_CASES_OF = (
    select(*CASE_COLUMNS)
    .where(CASES.c.status == CaseStatus.CLAIMED, CASES.c.volunteer_id == bindparam("person"))
    .order_by(CASES.c.waiting_since.is_(None), CASES.c.waiting_since, CASES.c.claimed_at)
)
Taking = tuple[UpdateBase, dict[str, object]]  # a claim's statement, and what it is asked with besides who and when
_ME: BindParameter[int] = bindparam("person", type_=Id())
_FROM_QUEUE, _CLAIMED = MOVES[CaseEventKind.CLAIMED]
_CLAIM = (
    update(CASES)
    .where(CASES.c.id == bindparam("case"), CASES.c.status.in_(_FROM_QUEUE))
    .where(standing.may_claim(_ME, bindparam("today", type_=Date())))
    .values(
        status=_CLAIMED, first_claimed_at=func.coalesce(CASES.c.first_claimed_at, _NOW), volunteer_id=_ME,
        claimed_at=_NOW, kept_until=None,
    )
    .returning(*CASE_COLUMNS)
)  # fmt: skip
_CLAIM_WITH_ROOM = _CLAIM.where(
    room.has_room(_ME, bindparam("quiet_since", type_=UtcDateTime), bindparam("most", type_=Integer()))
)
_CLAIM_ON_SHIFT = _CLAIM_WITH_ROOM.where(is_on_shift(_ME, _NOW, bindparam("came_after", type_=UtcDateTime)))


async def claim_case(work: Work, *, case_id: int, card: int | None = None) -> CaseRow:
    """Give a queued case to the acting volunteer, who is on shift.

    Exactly one of several simultaneous claims succeeds; the database decides, not this process.
    `card`: the outbox row they pressed, which the caller gives new words.

    Raises:
        NotFound: no such case, or the actor may not claim (same answer on purpose).
        AlreadyClaimed: another volunteer was first; carries who and when.
        MayNotClaim: the actor is new, a trainee or away.
        NotOnShift: the actor is not on shift now.
        TooManyCases: the actor has as many as one may have at once.
    Source: README, decisions: "a case has one volunteer at a time".
    """
    await on_duty.acted(work)
    return await _claim(
        work, case_id, (_CLAIM_ON_SHIFT, {**_room(work), "came_after": work.now - queue.grace(work)}), card
    )


async def claim_case_off_shift(work: Work, *, case_id: int, card: int | None = None) -> CaseRow:
    """Give a queued case to the acting volunteer, who has said yes to taking it outside a shift.

    Raises: as `claim_case`, never NotOnShift.
    """
    return await _claim(work, case_id, (_CLAIM_WITH_ROOM, _room(work)), card)


async def claim_case_overruling(work: Work, *, case_id: int, card: int | None = None) -> CaseRow:
    """As `claim_case`, for a coordinator who has said yes to one more, on shift or not.

    Raises: as `claim_case`, never NotOnShift or TooManyCases; NotFound for a volunteer.
    """
    require_coordinator(work.actor)
    return await _claim(work, case_id, (_CLAIM, {}), card)


def _room(work: Work) -> dict[str, object]:
    return {"quiet_since": room.quiet_since(work.now), "most": work.settings.cases_at_once}


async def _claim(work: Work, case_id: int, how: Taking, card: int | None = None) -> CaseRow:
    case = await access.case_for_staff(work, case_id)
    taken = await _take_from_queue(work, case, how)
    if taken is None:
        raise await _why_not(work, case)
    await work.record(case.id, CaseEventKind.CLAIMED)
    await drafts.case_is_back(work, case.id)
    alias = await names.name_of(work.db, work.seal, work.staff.id)
    await queue.withdraw_cards(work, case, reason="claimed", alias=alias, but=card)
    await more_words.wait_no_more(work, case)
    await work.tell(case.newcomer_id, Claimed(adviser=await adviser_name(work)), case_id=case.id)
    await questions.put_away(work, case.conversation_id)
    await watch_answer(work, case.id)
    return taken


async def watch_answer(work: Work, case_id: int) -> None:
    """The case has just been given to a volunteer: it is looked at again if they do not answer."""
    await work.remind(TimerKind.ANSWER, case_id, work.now + timedelta(hours=work.settings.answer_hours))
    await work.remind(TimerKind.STALL, case_id, work.now + timedelta(minutes=work.settings.stall_warn_minutes))


async def _take_from_queue(work: Work, case: CaseRow, how: Taking) -> CaseRow | None:
    # On PostgreSQL access could end between the statement and the COMMIT, and its cases be freed without this one; or
    # the same person take another case, and both find room.
    await work.db.execute(_HOLD_ACCESS, {"person": work.staff.id})
    asked = {"case": case.id, "person": work.staff.id, "now": work.now, "today": work.today}
    take, more = how
    return only(CaseRow, await work.db.execute(take, asked | more))


async def _why_not(work: Work, case: CaseRow) -> Exception:
    if case.status == CaseStatus.QUEUED:
        return await room.why_not_more(work, work.staff.id, case.code) or NotOnShift(case_code=case.code)
    alias = await names.name_of(work.db, work.seal, case.volunteer_id)
    claimed_at = case.claimed_at.isoformat() if case.claimed_at and case.status == CaseStatus.CLAIMED else None
    if case.volunteer_id == work.staff.id and claimed_at:
        return AlreadyClaimed("already_yours", code=case.code)
    if case.is_purged:
        return NotFound()
    if claimed_at is None:
        return AlreadyClaimed("case_not_open", code=case.code)
    return AlreadyClaimed(code=case.code, alias=alias or "?", at=claimed_at)


async def release_case(work: Work, *, case_id: int, seen_seq: int) -> CaseRow:
    """Put the acting volunteer's case back in the queue, from where it stood, and tell the newcomer.

    Silent towards the newcomer within two minutes of the claim if nothing was sent: a slip of the finger.

    Raises:
        NotFound: not the actor's case.
        NewerWords: the newcomer wrote something that has not been shown.
    """
    case = await access.my_case(work, case_id)
    await refuse_if_newer(work, case, seen_seq)
    since = claimed_since(case)
    sent = await _words_of(work, case, Author.VOLUNTEER, since=since)
    silent = not sent and work.now - since < SILENT_RELEASE
    return await back_to_queue(work, case, silent=silent)


def claimed_since(case: CaseRow) -> datetime:
    """Since when the volunteer has had the case who has it.

    Raises:
        LookupError: nobody has it.
    """
    if case.claimed_at is None:
        raise LookupError(f"case {case.id} is not claimed")
    return case.claimed_at


def owed_since(case: CaseRow) -> datetime:
    """Since when the volunteer who has the case owes its newcomer an answer.

    Raises:
        LookupError: nobody has it, or nothing is owed.
    """
    if case.waiting_since is None:
        raise LookupError(f"case {case.id} owes no answer")
    return max(case.waiting_since, claimed_since(case))


async def back_to_queue(
    work: Work, case: CaseRow, *, silent: bool, reason: str | None = None, why: str = ""
) -> CaseRow:
    """A claimed case is queued again, whoever decided it; the newcomer is told unless `silent`, and then too if nobody
    is there to keep the time that was told before; with `why` if a coordinator chose one. `reason`: the ledger's."""
    came_from, goes_to = MOVES[CaseEventKind.RELEASED]
    freed = update(CASES).where(CASES.c.id == case.id, CASES.c.status.in_(came_from))
    behind = await queue.behind_the_others(work)
    since = func.coalesce(CASES.c.waiting_since, behind)  # an answered case owes nothing older than this moment
    freed = freed.values(
        status=goes_to, volunteer_id=None, claimed_at=None, waiting_since=since, queued_at=work.now, reminded=0,
        kept_until=None,
    )  # fmt: skip
    queued = only(CaseRow, await work.db.execute(freed.returning(*CASE_COLUMNS)))
    if queued is None:
        raise NotFound
    await focus.case_ended(work, case.volunteer_id)
    await work.record(case.id, CaseEventKind.RELEASED, detail=reason)
    await drafts.case_left(work, case.id)
    await hand_over_ends.case_left(work, case.id)
    await unsaying.words_leave(work, (case.id,))
    await buttons.settle_case(work, case.volunteer_id, case.id)
    on_shift = await queue.volunteers_on_shift(work)
    made = await promising.promise(work, queued, on_shift)
    if not silent or promising.is_later(made, case.promised_by):
        await work.tell(case.newcomer_id, Released(code=case.code, why=why, **fields_of(made.told)), case_id=case.id)
    await queue.offer(work, queued, on_shift, await queue.beside(work, queued))
    await waiting.watch(work, queued.id)
    return queued


async def newcomer_wrote(work: Work, case: CaseRow) -> CaseRow:
    """The case waits for an answer, from its first unanswered message on. Returns it as it is now; `case` is as this
    act has read it, its conversation locked."""
    waiting = case._replace(waiting_since=case.waiting_since or work.now, last_message_at=work.now)
    if waiting != case:  # of one that these words have just opened the row says so already
        await work.db.execute_ahead(_WROTE, {"case": case.id, "now": work.now})
    await work.record(case.id, CaseEventKind.NEWCOMER_WROTE)
    if case.status == CaseStatus.CLAIMED and case.waiting_since is None:
        await work.remind(TimerKind.ANSWER, case.id, work.now + timedelta(hours=work.settings.answer_hours))
    return waiting


async def words_changed(work: Work, case: CaseRow) -> None:
    """The newest words of the case are now, by a change: their last day counts from it."""
    await work.db.execute_ahead(_CHANGED, {"case": case.id, "now": work.now})


async def volunteer_answered(work: Work, case: CaseRow) -> None:
    """The case owes no answer for now."""
    await work.db.execute_ahead(_ANSWERED, {"case": case.id, "now": work.now})
    await work.record(case.id, CaseEventKind.ANSWERED)


async def mark_read(work: Work, case: CaseRow, seq: int) -> None:
    """The claimer has been shown the conversation up to `seq`."""
    await work.db.execute_ahead(_READ, {"case": case.id, "seq": seq})


async def refuse_if_newer(work: Work, case: CaseRow, seen_seq: int) -> None:
    """Nothing, if the newcomer's newest words have been shown.

    Raises:
        NewerWords: they have not.
    """
    if await messages.newest_seq(work, case) > seen_seq:
        raise NewerWords(case_id=case.id, case_code=case.code)


async def adviser_name(work: Work) -> str | None:
    """How the acting volunteer is shown to a newcomer: the chosen first name if they want it shown, else nothing."""
    return await name_shown(work, work.staff.id)


async def name_shown(work: Work, person_id: int) -> str | None:
    """As `adviser_name`, of any volunteer."""
    return await names.shown_name_of(work.db, work.seal, person_id) or None


async def cases_of(db: Db, volunteer_id: int) -> list[CaseRow]:
    """The cases a volunteer has claimed, those that owe an answer first, longest waiting first."""
    return every(CaseRow, await db.execute(_CASES_OF, {"person": volunteer_id}))


async def _words_of(work: Work, case: CaseRow, author: Author, *, since: datetime) -> int:
    of_case = select(func.count()).where(MESSAGES.c.case_id == case.id, MESSAGES.c.author == author)
    said = of_case.where(MESSAGES.c.said_at >= since)
    return (await work.db.execute(said)).scalar_one()
