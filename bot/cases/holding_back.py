"""So much at once that others would wait: a newcomer's words are all kept at once, and passed on more slowly.

In the volunteer's lane, what is held back is overtaken by other cases (`bot/telling/lanes.py`). Owns the limit and the
line that says so. It must not refuse anything.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, select

from bot.cases.said_lately import is_said_lately
from bot.cases.texts_newcomer import PassedOnSlowly
from bot.engine.rows import columns, every, spelt
from bot.engine.ways import Lane, nearest
from bot.engine.work import Work
from bot.people.access import CaseRow
from models.base import Id, UtcDateTime, table_of
from models.conversation import Conversation
from models.notice import Notice
from models.outbox import Outbox
from models.people import Address

MOST_AT_ONCE = 20  # within a minute; who writes line by line is not held back
WITHIN = timedelta(minutes=1)
EVERY = timedelta(seconds=2)  # half of what may be sent to one chat: the other half is for the other cases
TOLD_FOR = timedelta(minutes=10)
_ROWS, _ADDRESSES, _THREADS = table_of(Outbox), table_of(Address).alias("way"), table_of(Conversation).alias("of_way")


class Way(NamedTuple):
    """A way to a case's volunteer. `newest`: when the last of its words leaves that they were told in a minute;
    `last_at_once`: the last but so many as are told at once."""

    id: int
    channel: str
    parked_at: datetime | None
    conversation_id: int | None
    newest: datetime | None
    last_at_once: datetime | None

    @property
    def lane(self) -> Lane:
        """The same, without what was told on it."""
        return Lane(self.id, self.channel, self.parked_at, self.conversation_id)


class Ways(NamedTuple):
    """All of them, as they stand in this act."""

    case_id: int
    volunteer_id: int | None
    ways: tuple[Way, ...]


def _told_lately(case: ColumnElement[int]) -> Select[tuple[datetime]]:
    return (
        select(_ROWS.c.due_at)
        .where(_ROWS.c.case_id == case, _ROWS.c.kind == spelt(Notice.WORDS))
        .where(_ROWS.c.created_at > bindparam("since", type_=UtcDateTime))
        .order_by(_ROWS.c.id.desc())
        .limit(1)
    )


def ways_on(case: ColumnElement[int]) -> list[ColumnElement[Any]]:
    """The columns of `Way`, of this case and the address beside it. Asked with `since`: see `asked_at`."""
    lately = _told_lately(case)
    newest, last_at_once = lately.scalar_subquery(), lately.offset(MOST_AT_ONCE - 1).scalar_subquery()
    return columns(
        Way, id=_ADDRESSES.c.id, channel=_ADDRESSES.c.channel, parked_at=_ADDRESSES.c.parked_at,
        conversation_id=_THREADS.c.id, newest=newest, last_at_once=last_at_once,
    )  # fmt: skip


def beside_ways(source: FromClause, volunteer: ColumnElement[int]) -> FromClause:
    """What is asked, with each address that this volunteer is reached at, if there is any."""
    is_theirs = (_ADDRESSES.c.person_id == volunteer) & _ADDRESSES.c.farewell.is_(False)
    return source.outerjoin(_ADDRESSES, is_theirs).outerjoin(_THREADS, _THREADS.c.newcomer_id == _ADDRESSES.c.person_id)


def asked_at(now: datetime) -> dict[str, object]:
    """What `ways_on` is asked with."""
    return {"since": now - WITHIN}


_WAYS = (
    select(*ways_on(bindparam("case", type_=Id)))
    .select_from(_ADDRESSES.outerjoin(_THREADS, _THREADS.c.newcomer_id == _ADDRESSES.c.person_id))
    .where(_ADDRESSES.c.person_id == bindparam("person"), _ADDRESSES.c.farewell.is_(False))
)


async def way_on(work: Work, case: CaseRow) -> tuple[Lane | None, datetime]:
    """How the next words of this case reach its volunteer, if they do, and when they may leave: now, unless there have
    been very many."""
    noted = work.noted(Ways)
    if noted is not None and (noted.case_id, noted.volunteer_id) == (case.id, case.volunteer_id):
        ways = noted.ways
    else:
        asked = {"person": case.volunteer_id, "case": case.id, **asked_at(work.now)}
        ways = tuple(every(Way, await work.db.execute(_WAYS, asked)))
    leaves_at = work.now
    for way in ways[:1]:
        if way.newest is not None and way.last_at_once is not None:
            leaves_at = max(way.newest, work.now) + EVERY
    return nearest([way.lane for way in ways]), leaves_at


async def tell(work: Work, case: CaseRow) -> None:
    """The newcomer reads, once in a while, that all has arrived here and goes on more slowly."""
    if not await is_said_lately(work, case, Notice.PASSED_ON_SLOWLY, within=TOLD_FOR):
        await work.tell(case.newcomer_id, PassedOnSlowly(), case_id=case.id)
