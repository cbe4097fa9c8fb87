"""Whatever lies in the outbox, the row that is chosen is the one that the rules name: in plain Python they are said
row by row, over everything that waits, and the statements are held to it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.engine.settings import read_settings
from bot.telling import lanes
from bot.telling.outbox import ROWS
from models.back_off import LONGEST_WAIT
from models.base import table_of
from models.conversation import Message
from models.notice import Notice
from models.outbox import UNKNOWN_KIND, RowState
from models.people import Address, Channel

NOW = datetime(2026, 1, 5, 11, tzinfo=UTC)
LONG_AGO, JUST_NOW = NOW - timedelta(minutes=5), NOW - timedelta(seconds=5)
SOON, LATER = NOW + timedelta(minutes=1), NOW + timedelta(hours=1)
BUSIEST, OTHER, PARKED, WEB = 1, 2, 3, 4
RELAYED = (Notice.WORDS, Notice.NEW_WORDS)
CASES = MESSAGES = (1, 2)


@dataclass(frozen=True)
class Row:
    """A row of the outbox, as far as its turn depends on it."""

    id: int
    address_id: int
    kind: str
    state: str
    case_id: int | None
    message_id: int | None
    edits: int | None
    created_at: datetime
    due_at: datetime
    timed_at: datetime | None
    attempts: int
    lease_owner: int | None
    failure: str | None

    @property
    def waits(self) -> bool:
        return self.state == RowState.DUE

    @property
    def is_due(self) -> bool:
        """A time that was decided in the past is waited for; any other was told by a clock that was wrong."""
        if self.due_at <= NOW:
            return True
        return self.timed_at is not None and (self.due_at <= self.timed_at or self.timed_at > NOW + LONGEST_WAIT)

    @property
    def is_left_behind(self) -> bool:
        return self.failure == UNKNOWN_KIND and self.created_at <= NOW - lanes.WAITS_FOR_A_NEWER


def _has_begun(row: Row, outbox: list[Row]) -> bool:
    of = (row.message_id, row.address_id, row.created_at)
    return row.message_id is not None and any(
        (one.message_id, one.address_id, one.created_at) == of and one.id < row.id and one.state == RowState.SENT
        for one in outbox
    )


def _may_overtake(row: Row, earlier: Row, outbox: list[Row]) -> bool:
    is_held = not earlier.is_due and earlier.attempts == 0
    return (
        earlier.kind in RELAYED
        and earlier.case_id != row.case_id
        and row.edits != earlier.id
        and (row.kind not in RELAYED or is_held)
        and not _has_begun(earlier, outbox)
    )


def _is_in_front(row: Row, outbox: list[Row]) -> bool:
    """Whether it may leave before all that waits in its lane, but for when it is due."""
    lane = [one for one in outbox if one.address_id == row.address_id and one.waits]
    earlier = [one for one in lane if one.id < row.id]
    return (
        row.waits
        and row.address_id in (BUSIEST, OTHER)
        and row.failure != UNKNOWN_KIND
        and all(one.lease_owner is None for one in lane)
        and all(one.is_left_behind or _may_overtake(row, one, outbox) for one in earlier)
    )


def _in_order(row: Row) -> tuple[bool, int]:
    return row.kind == Notice.ASK_TAP and row.edits is None, row.id


def chosen(outbox: list[Row], not_now: list[int]) -> dict[int, int]:
    """The row that leaves next from each lane, in this order."""
    may_leave = [row for row in outbox if _is_in_front(row, outbox) and row.is_due and row.address_id not in not_now]
    first = {row.address_id: row for row in sorted(may_leave, key=_in_order, reverse=True)}
    return {row.address_id: row.id for row in sorted(first.values(), key=_in_order)}


def before_relayed(outbox: list[Row], lane: int) -> int | None:
    """What leaves first in a lane that is no relayed words."""
    may_leave = [row for row in outbox if _is_in_front(row, outbox) and row.is_due and row.address_id == lane]
    return min((row.id for row in may_leave if row.kind not in RELAYED), default=None)


def next_lanes(outbox: list[Row], not_now: list[int]) -> list[int]:
    """Where something may leave, the oldest first."""
    may_leave = [row for row in outbox if _is_in_front(row, outbox) and row.is_due and row.address_id not in not_now]
    return list(dict.fromkeys(row.address_id for row in sorted(may_leave, key=_in_order)))


def next_due(outbox: list[Row]) -> datetime | None:
    """When the first is due of what waits for a time where letters may go: it may stand behind others even then."""
    later = (row for row in outbox if row.waits and row.address_id in (BUSIEST, OTHER) and row.due_at > NOW)
    return min((row.due_at for row in later), default=None)


KINDS = [Notice.WORDS, Notice.WORDS, Notice.NEW_WORDS, Notice.OFFERED, Notice.RELAY_STATE, Notice.ASK_TAP]
_ROW = st.builds(
    Row,
    id=st.just(0),
    address_id=st.sampled_from([BUSIEST, BUSIEST, BUSIEST, OTHER, PARKED, WEB]),
    kind=st.sampled_from(KINDS).map(str),
    state=st.sampled_from([RowState.DUE, RowState.DUE, RowState.DUE, RowState.SENT]).map(str),
    case_id=st.sampled_from([None, *CASES]),
    message_id=st.sampled_from([None, *MESSAGES]),
    edits=st.integers(1, 8) | st.none(),
    created_at=st.sampled_from([LONG_AGO, JUST_NOW]),
    due_at=st.sampled_from([JUST_NOW, JUST_NOW, SOON, LATER]),
    timed_at=st.sampled_from([None, JUST_NOW, LATER]),
    attempts=st.sampled_from([0, 0, 1]),
    lease_owner=st.sampled_from([None, None, None, None, 7]),
    failure=st.sampled_from([None, None, None, UNKNOWN_KIND, "shut"]),
)
_OUTBOX = st.lists(_ROW, max_size=8).map(lambda rows: [replace(row, id=n) for n, row in enumerate(rows, start=1)])
MOST = 8  # all of them
_NOT_NOW = st.sampled_from([[], [], [OTHER], [BUSIEST]])


async def _write(db: AsyncConnection, outbox: list[Row]) -> None:
    lane = {"farewell": False, "parked_at": None, "channel": Channel.TELEGRAM.value}
    changes = [{}, {}, {"parked_at": LONG_AGO}, {"channel": Channel.WEB.value}]
    await db.execute(insert(table_of(Address)), [{"id": n} | lane | one for n, one in enumerate(changes, start=1)])
    await db.execute(
        text("INSERT INTO people (id, role, speaks, created_at) VALUES (1, 'newcomer', '[]', '2026-01-05')")
    )
    await db.execute(text("INSERT INTO conversations (id, newcomer_id, step) VALUES (1, 1, 'done')"))
    opened = "INSERT INTO cases (id, code, status, language, channel, opened_at)"
    for n in CASES:
        await db.execute(text(f"{opened} VALUES ({n}, '{n}', 'closed', 'sv', 'web', '2026-01-05')"))
    said = {"conversation_id": 1, "case_id": 1, "author": "newcomer", "words": b"sealed", "said_at": LONG_AGO}
    said |= {"version": 0, "marks": []}
    await db.execute(insert(table_of(Message)), [{"id": n, "seq": n, "external_id": str(n)} | said for n in MESSAGES])
    if outbox:
        await db.execute(insert(ROWS), [vars(row) | {"params": {}} for row in outbox])


async def _answers(url: str, outbox: list[Row], not_now: list[int]) -> tuple[object, ...]:
    """What the statements choose, of an outbox that is gone afterwards."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as db:
            await _write(db, outbox)
            asked = lanes.at(NOW)
            due = await db.execute(lanes.DUE, asked | {"not_now": not_now, "most": MOST})
            first_of_each: dict[int, int] = {}
            for row in due:
                first_of_each.setdefault(row.address_id, row.id)
            seen = await db.execute(lanes.NEXT_ONES, asked | {"not_now": not_now})
            ahead = list(dict.fromkeys(row.address_id for row in seen))
            in_lane = await db.execute(lanes.DUE_IN_LANES, asked | {"lanes": [BUSIEST, PARKED], "most": 1})
            in_lane_ids = [row.id for row in in_lane]
            before = await db.execute(lanes.BEFORE_RELAYED, asked | {"lanes": [BUSIEST]})
            overtaking = {lane: row for lane, row in before}
            then = (await db.execute(lanes.NEXT_DUE, asked)).scalar_one_or_none()
            await db.rollback()
            return [*first_of_each.items()], ahead, in_lane_ids, overtaking.get(BUSIEST), then
    finally:
        await engine.dispose()


@pytest.fixture
def url(database_url: str) -> str:
    return read_settings({"RADRUM_DATABASE_URL": database_url}).database_url


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(outbox=_OUTBOX, not_now=_NOT_NOW)
def test_the_statements_choose_what_the_rules_name(url: str, outbox: list[Row], not_now: list[int]) -> None:
    answers = asyncio.run(_answers(url, outbox, not_now))

    in_lane = [*chosen(outbox, [OTHER]).values()]
    ahead = next_lanes(outbox, not_now)
    due = [*chosen(outbox, not_now).items()]
    assert answers == (due, ahead, in_lane, before_relayed(outbox, BUSIEST), next_due(outbox))
