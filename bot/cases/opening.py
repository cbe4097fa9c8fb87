"""A case opened by its newcomer, or opened again, and what they say of it beside their question.

Each verb: one conditional change, one ledger line, what to say. It must not keep words (`relay.py`), nor claim.
"""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, insert, or_, select, update

from bot.cases import earlier, promising, queue, replacing, waiting
from bot.cases.texts_newcomer import Receipt, Reopened
from bot.cases.texts_relayed import LanguageOfCase
from bot.engine import bells
from bot.engine.rows import exactly
from bot.engine.ways import Lane
from bot.engine.work import Work
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from models.base import new_id, table_of
from models.case import MOVES, CaseEventKind, CaseStatus, FreedCode, new_code
from models.saying import fields_of

REOPEN_WITHIN = timedelta(days=14)
CODE_TRIES = 20
_FREED = table_of(FreedCode)
_OPEN = insert(CASES)
_JOINS = select(
    or_(
        exists().where(CASES.c.code == bindparam("code")),
        exists().where(_FREED.c.code_hash == bindparam("hash")),
    ),
    queue.NEWEST_OF_NOW.scalar_subquery(),
)


async def open_case(
    work: Work, *, newcomer_id: int, conversation_id: int, language: str, channel: str, throttled: bool
) -> CaseRow:
    """Queue a new case of this newcomer; its code is free. The caller adds the words and then calls `announce`."""
    code, waiting_since = await _code_and_place(work)
    values = {
        "id": new_id(), "code": code,
        "newcomer_id": newcomer_id, "conversation_id": conversation_id, "status": CaseStatus.QUEUED.value,
        "language": language, "channel": channel, "throttled": throttled, "opened_at": work.now,
        "waiting_since": waiting_since, "last_message_at": work.now, "read_seq": 0,
        "has_returned": False, "persons_in_case": 1, "queued_at": work.now, "reminded": 0,
    }  # fmt: skip
    await work.db.execute_ahead(_OPEN, values)
    case = CaseRow._make(values.get(field) for field in CaseRow._fields)
    await work.record(case.id, CaseEventKind.OPENED)
    return case


async def announce(work: Work, case: CaseRow, *, lane: Lane | None, is_first: bool = False) -> None:
    """Give the newcomer the receipt with an honest time, and the volunteers on shift their cards. The case has just
    been opened, or opened again. `lane`: what reaches the newcomer best, if that is known; `is_first`: they are known
    to have had no case before."""
    on_shift = await queue.volunteers_on_shift(work)
    made = await promising.promise(work, case, on_shift)
    receipt = Reopened if case.has_returned else Receipt
    told = receipt(code=case.code, returning=case.has_returned, **fields_of(made.told))
    await work.tell_lane(lane or await work.lane_of(case.newcomer_id), told, case_id=case.id)
    if case.has_returned:
        known = await queue.beside(work, case)
    else:  # it has had nothing yet but the words that have opened it
        known = queue.Beside(1, () if is_first else await earlier.contacts(work.db, case, work.zone), None)
    had_them = await earlier.who_had_them(work, case, known.earlier, on_shift)
    if had_them is None:
        await queue.offer(work, case, on_shift, known)
    else:
        await queue.offer_to_one(work, case, had_them, known)  # the others have it with the first reminder
    await waiting.watch(work, case.id)


async def reopen_case(work: Work, case: CaseRow) -> CaseRow:
    """Queue a closed case again because its newcomer wrote within 14 days. The caller adds the words and announces."""
    came_from, goes_to = MOVES[CaseEventKind.REOPENED]
    opened = update(CASES).where(CASES.c.id == case.id, CASES.c.status.in_(came_from))
    behind = await queue.behind_the_others(work)
    opened = opened.values(
        status=goes_to, volunteer_id=None, claimed_at=None, closed_at=None, has_returned=True, waiting_since=behind,
        queued_at=work.now, reminded=0, late_told_at=None, kept_until=None,
    )  # fmt: skip
    queued = exactly(CaseRow, await work.db.execute(opened.returning(*CASE_COLUMNS)))
    await work.record(case.id, CaseEventKind.REOPENED)
    return queued


def may_reopen(case: CaseRow | None, now: datetime) -> bool:
    """Whether a newcomer's words belong to this closed case rather than to a new one."""
    return (
        case is not None
        and not case.is_purged
        and case.status == CaseStatus.CLOSED
        and case.closed_at is not None
        and now - case.closed_at < REOPEN_WITHIN
    )


async def note_answer(work: Work, case: CaseRow, column: str, code: str) -> CaseRow:
    """Keep one optional answer of the intake, as a code; the first also records the consent to statistics. The case is
    as this act has read it, its conversation locked; returned as it is now."""
    values: dict[str, object] = {column: code}
    if column != "category":
        values["stats_consent_at"] = case.stats_consent_at or work.now
    await work.db.execute_ahead(update(CASES).where(CASES.c.id == case.id).values(**values))
    return CaseRow._make((case._asdict() | values).values())


async def change_language(work: Work, case: CaseRow, language: str) -> None:
    """The newcomer of an open case reads another language from now on; its cards, or its claimer's chat, say so."""
    spoken = update(CASES).where(CASES.c.id == case.id).values(language=language).returning(*CASE_COLUMNS)
    changed = exactly(CaseRow, await work.db.execute(spoken))
    if changed.status == CaseStatus.CLAIMED:
        told = LanguageOfCase(case=case.id, code=case.code, language=language)
        await replacing.tell_newest(work, changed.volunteer_id, told, case_id=case.id)
    else:
        await queue.offer_in_another_language(work, changed)
    work.ring(bells.DESK)


async def _code_and_place(work: Work) -> tuple[str, datetime]:
    """A code that no case has or had, and since when a case waits that joins the queue now."""
    for _ in range(CODE_TRIES):
        code = new_code()
        asked = {"code": code, "hash": freed_hash(work, code), **queue.joins_at(work.now)}
        was_given, newest = (await work.db.execute(_JOINS, asked)).one()
        if not was_given:
            return code, queue.behind(newest, work.now)
    raise RuntimeError("no free case code: a million cases are stored")


def freed_hash(work: Work, code: str) -> str:
    """Under what it is known that a code was given, when no case has it any more."""
    return work.seal.blind("freed case code", code)
