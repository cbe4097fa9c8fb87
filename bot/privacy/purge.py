"""What is forgotten by the daily round, on the last day of each case's words.

The coded ledger (cases, events, closings) stays, tied to nobody. It must not decide which day that is: `last_day.py`
does; nor what is left of a case: `cutting.py` does; nor what goes at the newcomer's own word: `erasing.py` does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, exists, select, update

from bot.cases import closing, drafts
from bot.engine import living
from bot.engine.rows import columns, every
from bot.engine.work import Work
from bot.people import access
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.people.logins import AFTER_CLOSING
from bot.privacy import cutting, erasing, last_day
from bot.privacy.outlived import DRAFTS_KEPT, ROWS_AN_ACT, Allowance, delete_some, forget_old_rows, some_of
from bot.trouble import clock_doubt
from models.base import table_of
from models.case import OPEN, CaseEventKind
from models.conversation import Conversation, Message
from models.hours import SessionReminder
from models.outbox import Outbox
from models.people import Address, Person, Role
from models.timer import TimerKind

ROWS_OF_A_CASE = 25  # what forgetting a case or a newcomer counts for in an act of the purge, beside their words
CASES_AN_ACT = ROWS_AN_ACT // ROWS_OF_A_CASE
_ROWS, _MESSAGES, _THREADS = table_of(Outbox), table_of(Message), table_of(Conversation)
_PEOPLE, _ADDRESSES, _REMINDERS = table_of(Person), table_of(Address), table_of(SessionReminder)

_WORDS = some_of(_MESSAGES, _MESSAGES.c.case_id == bindparam("case"))


class _Silent(NamedTuple):
    """A newcomer of whom nothing is left but that they were here."""

    id: int
    conversation_id: int


_SILENT = select(*columns(_Silent, _PEOPLE, conversation_id=_THREADS.c.id)).select_from(
    _PEOPLE.join(_THREADS, _THREADS.c.newcomer_id == _PEOPLE.c.id)
)


@dataclass(frozen=True, slots=True)
class Purged:
    """What one act of the purge did. `more`: it stopped at what an act may take; another is due at once. `held`: so
    many were left because somebody acted in them at that moment; another is due soon."""

    cases: int
    more: bool
    held: int = 0


async def purge(work: Work) -> Purged:
    """Of what has outlived its promise, as much as one act may take is gone: words, keys, spent links, old rows. It
    stays gone whatever becomes of the next act, and an act that is repeated finds nothing left to do.

    Raises:
        ClockInDoubt: by this clock nothing may be forgotten.
    """
    clock_doubt.require_none()
    left = Allowance()
    cases, held = await _purge_words(work, left)
    await forget_old_rows(work, work.now - last_day.lives(work), left)
    await _cut_erased(work, left)
    held += await _purge_newcomers(work, left)
    await work.leave_no_trace()
    return Purged(cases, more=left.is_spent, held=held)


async def _purge_words(work: Work, left: Allowance) -> tuple[int, int]:
    """Cases whose last day has come lose their words; one that is open is closed by time. Returns how many have lost
    all, and how many are left because somebody acts in them."""
    quiet = CASES.c.last_message_at < last_day.quiet_since(work, last_day.lives(work))
    longest = select(*CASE_COLUMNS).where(quiet).order_by(CASES.c.last_message_at).limit(CASES_AN_ACT)
    found = every(CaseRow, await work.db.execute(longest))
    free = await _nobody_acts_in(work, [case.conversation_id for case in found if case.conversation_id is not None])
    purged = held = 0
    for seen in found:
        if left.is_spent:
            break
        if seen.conversation_id is not None and seen.conversation_id not in free:
            held += 1
        else:
            purged += await _purge_case(work, await access.locked_case(work, seen.id), left)
    if len(found) == CASES_AN_ACT and held < CASES_AN_ACT:
        left.end()
    return purged, held


async def _nobody_acts_in(work: Work, conversations: Sequence[int]) -> set[int]:
    """Those of these conversations that nobody holds, held by this act from now on: one that somebody holds makes
    nobody wait, as on SQLite, where only one act at a time writes."""
    free = select(_THREADS.c.id).where(_THREADS.c.id.in_(conversations)).with_for_update(skip_locked=True)
    may_act = conversations and not await living.older_lives(work)  # that one reopens a case without a conversation
    return set((await work.db.execute(free)).scalars().all()) if may_act else set()


async def _purge_case(work: Work, case: CaseRow, left: Allowance) -> bool:
    """Whether this case has just lost the last of its words. Somebody may have written since it was looked at."""
    if not last_day.is_over(work, case):
        return False
    if case.status in OPEN:
        case = await closing.close_by_time(work, case)
    await cutting.keep_places(work, case)
    if not await delete_some(work, _WORDS, {"case": case.id}, left):
        return False
    await drafts.erase(work, (case.id,))
    if case.newcomer_id is not None:  # of one who erased everything the ledger says so already
        await work.record(case.id, CaseEventKind.ERASED, detail="purged")
    await cutting.cut(work, case)
    left.took(ROWS_OF_A_CASE)
    return case.newcomer_id is not None


async def _cut_erased(work: Work, left: Allowance) -> None:
    """Cases whose newcomer has erased everything keep their number for the day in which their volunteer may look."""
    long_ago = CASES.c.closed_at < work.now - access.LOST_KNOWN_FOR
    erased = CASES.c.newcomer_id.is_(None), CASES.c.code.is_not(None), long_ago
    if left.is_spent:
        return
    found = every(CaseRow, await work.db.execute(select(*CASE_COLUMNS).where(*erased).limit(CASES_AN_ACT)))
    for case in found:
        if left.is_spent:
            break
        await cutting.cut(work, case)
        left.took(ROWS_OF_A_CASE)
    if len(found) == CASES_AN_ACT:
        left.end()


async def _purge_newcomers(work: Work, left: Allowance) -> int:
    """Newcomers whose words are gone and who have nothing to read any more are forgotten. Returns how many are left
    because they act at this moment."""
    if left.is_spent:
        return 0
    gone = _SILENT.where(_PEOPLE.c.role == Role.NEWCOMER, *_are_silent(work)).limit(CASES_AN_ACT)
    found = every(_Silent, await work.db.execute(gone))
    free = await _nobody_acts_in(work, [one.conversation_id for one in found])
    for person_id, conversation_id in found:
        if left.is_spent:
            break
        still = _SILENT.where(_PEOPLE.c.id == person_id, *_are_silent(work))
        if conversation_id in free and (await work.db.execute(still)).first() is not None:
            await erasing.erase_newcomer(work, person_id, farewell=False)
            left.took(ROWS_OF_A_CASE)
    held = len(found) - len(free)
    if len(found) == CASES_AN_ACT and held < CASES_AN_ACT:
        left.end()
    return held


def _are_silent(work: Work) -> Iterator[ColumnElement[bool]]:
    """Nothing of theirs is here, nothing is owed to them, and how their last case ended has stood to be read."""
    theirs = CASES.c.newcomer_id == _PEOPLE.c.id
    yield _PEOPLE.c.created_at < work.now - last_day.lives(work)
    yield ~exists().where(theirs, CASES.c.code.is_not(None))  # until it is cut it has words
    yield ~exists().where(theirs, CASES.c.closed_at > work.now - AFTER_CLOSING)
    yield _THREADS.c.drafted_at.is_(None) | (_THREADS.c.drafted_at < work.now - DRAFTS_KEPT)
    yield ~exists().where(_REMINDERS.c.person_id == _PEOPLE.c.id)  # they asked to hear of a session still to be held


async def expire_draft(work: Work, conversation_id: int) -> None:
    """Words that have waited since yesterday for a consent that never came are gone."""
    await work.lock(conversation_id)
    this = _THREADS.c.id == conversation_id
    waiting = select(_THREADS.c.drafted_at).where(this, _THREADS.c.drafted_at.is_not(None))
    drafted_at: datetime | None = (await work.db.execute(waiting)).scalar_one_or_none()
    if drafted_at is None:
        return
    if drafted_at > work.now - DRAFTS_KEPT:  # more words came since: a day counts from the last
        await work.remind(TimerKind.DRAFT_EXPIRES, conversation_id, drafted_at + DRAFTS_KEPT)
        return
    await work.db.execute(update(_THREADS).where(this).values(draft=None, drafted_at=None))
    await work.leave_no_trace()
