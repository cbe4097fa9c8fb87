"""How many cases one volunteer has at once, and which of them count.

One that owes no answer and has been quiet for a day waits for its newcomer, and does not count. The one place where
this condition is written. It must not claim.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.sql.functions import count

from bot.engine.db import Db, Id, Instant, Number
from bot.engine.errors import NotFound, Refusal, TooManyCases
from bot.engine.work import Work
from bot.people import standing
from bot.people.access import CASES
from models.case import CaseStatus, spoken_code

QUIET_FOR = timedelta(days=1)
_THEIRS = CASES.alias("theirs")  # under a name of its own: it stands in statements about one case


def quiet_since(now: datetime) -> datetime:
    """Since when a case must have been quiet not to count."""
    return now - QUIET_FOR


def has_room(person: Id, since: Instant, most: Number) -> ColumnElement[bool]:
    """That this person has fewer cases than so many, of those not quiet `since`; as a condition of a statement."""
    return select(count(_THEIRS.c.id)).where(*_counted(person, since)).scalar_subquery() < most


async def codes_that_count(db: Db, person_id: int, now: datetime) -> list[str]:
    """The codes of the cases that count, oldest claim first."""
    theirs = (
        select(_THEIRS.c.code)
        .where(*_counted(person_id, quiet_since(now)))
        .order_by(_THEIRS.c.claimed_at, _THEIRS.c.id)
    )
    return list((await db.execute(theirs)).scalars())


async def why_not_more(work: Work, whose: int, case_code: str = "") -> Refusal | None:
    """Why this volunteer may not be given this case, one more, as it is told; None if they may."""
    stands = (await standing.standing_of(work.db, [whose])).get(whose)
    if stands is None or not stands.enabled:
        return NotFound()
    if (bar := stands.bar_to_claim(work.today)) is not None:
        return bar
    codes = await codes_that_count(work.db, whose, work.now)
    if len(codes) < work.settings.cases_at_once:
        return None
    return TooManyCases(codes=", ".join(map(spoken_code, codes)), n=len(codes), case_code=case_code)


def _counted(person: Id, since: Instant) -> tuple[ColumnElement[bool], ...]:
    is_at_work = or_(_THEIRS.c.waiting_since.is_not(None), _THEIRS.c.last_message_at > since)
    return _THEIRS.c.status == CaseStatus.CLAIMED, _THEIRS.c.volunteer_id == person, is_at_work
