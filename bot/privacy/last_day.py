"""The last day of a case's words: so many days at the office after the newest of them, whoever wrote it.

Owns which day that is, and that coordinators hear of it a week before where somebody still waits. It must not delete
anything: `purge.py` does, early on that day.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select, update

from bot.cases.texts import LastDayNear
from bot.engine import clock
from bot.engine.rows import every
from bot.engine.setting_kinds import LONGEST_RETENTION_DAYS
from bot.engine.work import Work
from bot.people import people
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from models.case import OPEN, CaseStatus

TOLD_BEFORE = timedelta(days=7)
SHORTEST_SILENCE = timedelta(days=1)  # before which nobody is told, however few days words are kept
MOST_TOLD = 40  # in one act; the next morning tells of the others


def lives(work: Work) -> timedelta:
    """For how many days words are kept after the newest of them; never more than anybody was promised."""
    return timedelta(days=min(work.settings.retention_days, LONGEST_RETENTION_DAYS))


def last_day_of(work: Work, said_at: datetime) -> date:
    """The day on which words go of which the newest were said then."""
    return clock.office_day(said_at, work.zone) + lives(work)


def quiet_since(work: Work, silence: timedelta) -> datetime:
    """What was said before this instant was said so many of the office's days ago, or more. Days are counted by the
    calendar, so that the nights in which the clock changes are days like others."""
    return clock.start_of_day(work.today - silence + timedelta(days=1), work.zone)


async def tell(work: Work) -> None:
    """Coordinators have been told, once, of every open case whose last day is a week away or less."""
    silence = max(lives(work) - TOLD_BEFORE, SHORTEST_SILENCE)
    untold = or_(CASES.c.last_day_told_at.is_(None), CASES.c.last_day_told_at < CASES.c.last_message_at)
    near = select(*CASE_COLUMNS).where(CASES.c.last_message_at < quiet_since(work, silence), CASES.c.status.in_(OPEN))
    quietest = near.where(untold).order_by(CASES.c.last_message_at).limit(MOST_TOLD)
    for case in every(CaseRow, await work.db.execute(quietest)):
        await _tell(work, case)


async def _tell(work: Work, seen: CaseRow) -> None:
    said_at = seen.last_message_at
    # What is written at this moment is newer than what was seen, and has a later last day.
    as_seen = CASES.c.id == seen.id, CASES.c.last_message_at == said_at
    told = await work.db.execute(update(CASES).where(*as_seen).values(last_day_told_at=work.now))
    if said_at is None or not told.rowcount:
        return
    ends_on = max(last_day_of(work, said_at), work.today + timedelta(days=1))  # one that has passed: in the next night
    near = LastDayNear(code=seen.code, since=said_at, on_day=ends_on, state=CaseStatus(seen.status))
    await people.tell_coordinators(work, near, case_id=seen.id)


def is_over(work: Work, case: CaseRow) -> bool:
    """Whether the last day of the case's words has come. They are forgotten by a clock that nobody doubts."""
    return case.last_message_at is not None and case.last_message_at < quiet_since(work, lives(work))
