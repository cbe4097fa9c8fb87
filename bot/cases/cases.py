"""What happens to a case: opened, claimed, released, withdrawn, reopened, and what a message does to it.

Each verb: refusals first, one conditional change, one ledger line, what to say. Closing is `closing.py`.
"""

from datetime import datetime, timedelta

from sqlalchemy import Exists, bindparam, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cases import drafts, focus, questions, queue, replacing
from bot.engine import bells, buttons
from bot.engine.errors import AlreadyClaimed, NewerWords, NotFound, NotOnShift
from bot.engine.rows import every, exactly, only
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.roster.staffing import is_on_shift
from models.base import UtcDateTime, new_id
from models.case import MOVES, Case, CaseEventKind, CaseStatus, new_code
from models.conversation import Author, Message
from models.outbox import Notice, TimerKind
from models.people import STAFF_ROLES, Person

SILENT_RELEASE = timedelta(minutes=2)
REOPEN_WITHIN = timedelta(days=14)
CODE_TRIES = 20
_NOW = bindparam("now", type_=UtcDateTime)
SAME_INSTANT = timedelta(milliseconds=1)  # a thousand cases may join the queue in one
_NEWEST_OF_NOW = select(func.max(CASES.c.waiting_since)).where(
    CASES.c.status == CaseStatus.QUEUED,
    CASES.c.waiting_since >= _NOW,
    CASES.c.waiting_since < bindparam("soon", type_=UtcDateTime),
)
_WROTE = (
    update(CASES)
    .where(CASES.c.id == bindparam("case"))
    .values(waiting_since=func.coalesce(CASES.c.waiting_since, _NOW), last_message_at=_NOW)
    .returning(*CASE_COLUMNS)
)


async def open_case(
    work: Work, *, newcomer_id: int, conversation_id: int, language: str, channel: str, held: bool
) -> CaseRow:
    """Queue a new case of this newcomer; its code is free. The caller adds the words and then calls `announce`."""
    values = {
        "newcomer_id": newcomer_id, "conversation_id": conversation_id, "status": CaseStatus.QUEUED,
        "language": language, "channel": channel, "held": held, "opened_at": work.now,
        "waiting_since": await _behind_the_others(work), "last_message_at": work.now, "read_seq": 0,
        "has_returned": False, "persons_in_case": 1,
    }  # fmt: skip
    new = insert(CASES).values(id=new_id(), code=await _free_code(work), **values)
    case = exactly(CaseRow, await work.db.execute(new.returning(*CASE_COLUMNS)))
    await work.record(case.id, CaseEventKind.OPENED)
    return case


async def announce(work: Work, case: CaseRow) -> None:
    """Give the newcomer the receipt with an honest time, and the volunteers on shift their cards."""
    made = await queue.promise(work, case)
    params = {"code": case.code, "promise": made.kind, "returning": case.has_returned} | made.params
    kind = Notice.REOPENED if case.has_returned else Notice.RECEIPT
    await work.tell(case.newcomer_id, kind, case_id=case.id, params=params)
    await queue.offer(work, case)


async def claim_case(work: Work, *, case_id: int, card: int | None = None) -> CaseRow:
    """Give a queued case to the acting volunteer, who is on shift.

    Exactly one of several simultaneous claims succeeds; the database decides, not this process.
    `card`: the outbox row they pressed, which the caller gives new words.

    Raises:
        NotFound: no such case, or the actor may not claim (same answer on purpose).
        AlreadyClaimed: another volunteer was first; carries who and when.
        NotOnShift: the actor is not on shift now.
    Source: README, decisions: "a case has one volunteer at a time".
    """
    return await _claim(work, case_id, is_on_shift(work.staff.id, work.now), card)


async def claim_case_off_shift(work: Work, *, case_id: int) -> CaseRow:
    """Give a queued case to the acting volunteer, who has said yes to taking it outside a shift.

    Raises: as `claim_case`, never NotOnShift.
    """
    return await _claim(work, case_id, None)


async def _claim(work: Work, case_id: int, condition: object | None, card: int | None = None) -> CaseRow:
    case = await access.case_for_staff(work, case_id)
    taken = await _take_from_queue(work, case, condition)
    if taken is None:
        raise await _why_not(work, case)
    await work.record(case.id, CaseEventKind.CLAIMED)
    await drafts.case_is_back(work, case.id)
    await queue.withdraw_cards(work, case, reason="claimed", alias=work.staff.alias, but=card)
    await work.tell(case.newcomer_id, Notice.CLAIMED, case_id=case.id, params=await adviser_name(work))
    await questions.put_away(work, case.conversation_id)
    await work.remind(TimerKind.ANSWER, case.id, work.now + timedelta(hours=work.settings.answer_hours))
    return taken


async def _take_from_queue(work: Work, case: CaseRow, condition: object | None) -> CaseRow | None:
    # On PostgreSQL access could end between the statement and the COMMIT, and its cases be freed without this one.
    await work.db.execute(select(Person.id).where(Person.id == work.staff.id).with_for_update(read=True))
    came_from, goes_to = MOVES[CaseEventKind.CLAIMED]
    take = update(CASES).where(CASES.c.id == case.id, CASES.c.status.in_(came_from), _may_claim(work))
    if condition is not None:
        take = take.where(condition)
    first = func.coalesce(CASES.c.first_claimed_at, work.now)
    take = take.values(status=goes_to, volunteer_id=work.staff.id, claimed_at=work.now, first_claimed_at=first)
    return only(CaseRow, await work.db.execute(take.returning(*CASE_COLUMNS)))


def _may_claim(work: Work) -> Exists:
    return exists().where(Person.id == work.staff.id, Person.enabled, Person.role.in_(STAFF_ROLES))


async def _why_not(work: Work, case: CaseRow) -> Exception:
    if case.status == CaseStatus.QUEUED:
        still_may = (await work.db.execute(select(_may_claim(work)))).scalar_one()
        return NotOnShift(code=case.code) if still_may else NotFound()
    holder = select(Person.alias).where(Person.id == case.volunteer_id)
    alias = (await work.db.execute(holder)).scalar_one_or_none()
    claimed_at = case.claimed_at.isoformat() if case.claimed_at and case.status == CaseStatus.CLAIMED else None
    if case.volunteer_id == work.staff.id and claimed_at:
        return AlreadyClaimed("already_yours", code=case.code)
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
    sent = await _words_of(work, case, Author.VOLUNTEER, since=case.claimed_at)
    silent = not sent and work.now - case.claimed_at < SILENT_RELEASE
    return await back_to_queue(work, case, silent=silent)


async def back_to_queue(work: Work, case: CaseRow, *, silent: bool, reason: str | None = None) -> CaseRow:
    """A claimed case is queued again, whoever decided it; the newcomer is told unless `silent`."""
    came_from, goes_to = MOVES[CaseEventKind.RELEASED]
    freed = update(CASES).where(CASES.c.id == case.id, CASES.c.status.in_(came_from))
    behind = await _behind_the_others(work)
    since = func.coalesce(CASES.c.waiting_since, behind)  # an answered case owes nothing older than this moment
    freed = freed.values(status=goes_to, volunteer_id=None, claimed_at=None, waiting_since=since)
    queued = only(CaseRow, await work.db.execute(freed.returning(*CASE_COLUMNS)))
    if queued is None:
        raise NotFound
    await focus.case_ended(work, case.volunteer_id)
    await work.record(case.id, CaseEventKind.RELEASED, detail=reason)
    await drafts.case_left(work, case.id)
    await buttons.settle_case(work, case.volunteer_id, case.id)
    made = await queue.promise(work, queued)
    if not silent:
        params = {"code": case.code, "promise": made.kind} | made.params
        await work.tell(case.newcomer_id, Notice.RELEASED, case_id=case.id, params=params)
    await queue.offer(work, queued)
    return queued


async def reopen_case(work: Work, case: CaseRow) -> CaseRow:
    """Queue a closed case again because its newcomer wrote within 14 days. The caller adds the words and announces."""
    came_from, goes_to = MOVES[CaseEventKind.REOPENED]
    opened = update(CASES).where(CASES.c.id == case.id, CASES.c.status.in_(came_from))
    behind = await _behind_the_others(work)
    opened = opened.values(
        status=goes_to, volunteer_id=None, claimed_at=None, closed_at=None, has_returned=True, waiting_since=behind
    )
    queued = exactly(CaseRow, await work.db.execute(opened.returning(*CASE_COLUMNS)))
    await work.record(case.id, CaseEventKind.REOPENED)
    return queued


def may_reopen(case: CaseRow | None, now: datetime) -> bool:
    """Whether a newcomer's words belong to this closed case rather than to a new one."""
    return (
        case is not None
        and case.status == CaseStatus.CLOSED
        and case.closed_at is not None
        and now - case.closed_at < REOPEN_WITHIN
    )


async def newcomer_wrote(work: Work, case: CaseRow) -> CaseRow:
    """The case waits for an answer, from its first unanswered message on."""
    waiting = exactly(CaseRow, await work.db.execute(_WROTE, {"case": case.id, "now": work.now}))
    await work.record(case.id, CaseEventKind.NEWCOMER_WROTE)
    if case.status == CaseStatus.CLAIMED and case.waiting_since is None:
        await work.remind(TimerKind.ANSWER, case.id, work.now + timedelta(hours=work.settings.answer_hours))
    return waiting


async def volunteer_answered(work: Work, case: CaseRow) -> None:
    """The case owes no answer for now."""
    first = func.coalesce(CASES.c.first_answered_at, work.now)
    answered = update(CASES).where(CASES.c.id == case.id)
    await work.db.execute(
        answered.values(waiting_since=None, first_answered_at=first, last_message_at=work.now, promised_by=None)
    )
    await work.record(case.id, CaseEventKind.ANSWERED)


async def note_answer(work: Work, case: CaseRow, column: str, code: str) -> CaseRow:
    """Keep one optional answer of the intake, as a code; the first also records the consent to statistics."""
    values = {column: code}
    if column != "category":
        values["stats_consent_at"] = func.coalesce(CASES.c.stats_consent_at, work.now)
    answered = update(CASES).where(CASES.c.id == case.id).values(**values)
    return exactly(CaseRow, await work.db.execute(answered.returning(*CASE_COLUMNS)))


async def change_language(work: Work, case: CaseRow, language: str) -> None:
    """The newcomer of an open case reads another language from now on; its cards, or its claimer's chat, say so."""
    spoken = update(CASES).where(CASES.c.id == case.id).values(language=language).returning(*CASE_COLUMNS)
    changed = exactly(CaseRow, await work.db.execute(spoken))
    if changed.status == CaseStatus.CLAIMED:
        params = {"case": case.id, "code": case.code, "language": language}
        await replacing.tell_newest(work, changed.volunteer_id, Notice.LANGUAGE_OF_CASE, case_id=case.id, params=params)
    else:
        await queue.offer_in_another_language(work, changed)
    work.ring(bells.DESK)


async def mark_read(work: Work, case: CaseRow, seq: int) -> None:
    """The claimer has been shown the conversation up to `seq`."""
    await work.db.execute(update(CASES).where(CASES.c.id == case.id, CASES.c.read_seq < seq).values(read_seq=seq))


async def refuse_if_newer(work: Work, case: CaseRow, seen_seq: int) -> None:
    """Nothing, if the newcomer's newest words have been shown.

    Raises:
        NewerWords: they have not.
    """
    newest = select(func.max(Message.seq)).where(Message.case_id == case.id, Message.author == Author.NEWCOMER)
    if ((await work.db.execute(newest)).scalar_one_or_none() or 0) > seen_seq:
        raise NewerWords(case_id=case.id, code=case.code)


async def adviser_name(work: Work) -> dict[str, object]:
    """How the acting volunteer is shown to a newcomer: the chosen first name if they want it shown, else nothing."""
    chosen = select(Person.alias).where(Person.id == work.staff.id, Person.shows_alias)
    alias = (await work.db.execute(chosen)).scalar_one_or_none()
    return {"adviser": alias} if alias else {}


async def cases_of(db: AsyncConnection, volunteer_id: int) -> list[CaseRow]:
    """The cases a volunteer has claimed, those that owe an answer first, longest waiting first."""
    mine = select(*CASE_COLUMNS).where(CASES.c.status == CaseStatus.CLAIMED, CASES.c.volunteer_id == volunteer_id)
    owed_first = mine.order_by(CASES.c.waiting_since.is_(None), CASES.c.waiting_since, CASES.c.claimed_at)
    return every(CaseRow, await db.execute(owed_first))


async def _behind_the_others(work: Work) -> datetime:
    """Since when a case waits that joins the queue now: an instant later than who joined it at this very instant.

    Ids are random, so that two cases of one instant would else stand in an order that nobody made.
    """
    newest = (await work.db.execute(_NEWEST_OF_NOW, {"now": work.now, "soon": work.now + SAME_INSTANT})).scalar_one()
    return work.now if newest is None else newest + timedelta(microseconds=1)


async def _words_of(work: Work, case: CaseRow, author: Author, *, since: datetime) -> int:
    said = select(func.count()).where(Message.case_id == case.id, Message.author == author, Message.said_at >= since)
    return (await work.db.execute(said)).scalar_one()


async def _free_code(work: Work) -> str:
    for _ in range(CODE_TRIES):
        code = new_code()
        if not (await work.db.execute(select(exists().where(Case.code == code)))).scalar_one():
            return code
    raise RuntimeError("no free case code: a million cases are stored")
