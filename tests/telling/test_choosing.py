"""While many letters wait, each still leaves in its turn, and one look at all lanes serves for many of them."""

import pytest

from bot.people.texts import Linked
from bot.service import Service
from bot.telling import choosing
from bot.telling.choosing import Choosing
from bot.telling.outbox import ROWS
from models.outbox import RowState
from tests import builders, plans
from tests.builders import Postbox, Staff

CROWD = 10
ONE, OTHER = 1, 2  # processes


@pytest.fixture
async def crowd(service: Service) -> list[Staff]:
    """So many volunteers, each of whom is told one thing, in this order."""
    them = [await builders.volunteer(service, f"Vera {n}", chat_id=500 + n) for n in range(CROWD)]
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    for one in them:
        await _told(service, one)
    return them


async def _told(service: Service, one: Staff) -> None:
    async with service.store.work() as work:
        await work.tell(one.id, Linked())


async def _leases(service: Service, mine: Choosing, *, process: int = ONE, not_now: list[int] | None = None) -> int:
    """Whose row is leased next; 0 if none is."""
    async with service.store.work() as work:
        rows = await mine.lease(work, process, not_now or [], most=1)
        return rows[0].address_id if rows else 0


async def _lanes(service: Service) -> list[int]:
    """Where something waits, the oldest first."""
    waits = await builders.table(
        service, "SELECT address_id FROM outbox WHERE state = :due ORDER BY id", due=RowState.DUE
    )
    return [row.address_id for row in waits]


async def test_a_crowd_leaves_in_its_order_and_is_looked_at_once(service: Service, crowd: list[Staff]) -> None:
    lanes, mine = await _lanes(service), Choosing()

    with plans.asked(service.store) as heard:
        leased = [await _leases(service, mine) for _ in range(CROWD + 1)]

    assert leased == [*lanes, 0]
    of_all_lanes = [
        one for one in heard if "NOT (addresses.id" in one.statement or "addresses.id NOT IN" in one.statement
    ]
    assert len(of_all_lanes) == choosing.MANY + 2  # for each of the first, for all others, and when there was no more


async def test_what_another_process_has_leased_since_the_look_is_passed(service: Service, crowd: list[Staff]) -> None:
    lanes, mine, others = await _lanes(service), Choosing(), Choosing()
    first = [await _leases(service, mine) for _ in range(choosing.MANY + 1)]

    theirs = [await _leases(service, others, process=OTHER) for _ in range(2)]
    then = [await _leases(service, mine) for _ in range(CROWD - len(first) - len(theirs) + 1)]

    assert [*first, *theirs, *then] == [*lanes, 0]


async def test_a_lane_that_must_rest_by_now_is_passed_though_it_was_seen(service: Service, crowd: list[Staff]) -> None:
    lanes, mine = await _lanes(service), Choosing()
    first = [await _leases(service, mine) for _ in range(choosing.MANY + 1)]
    rests = lanes[len(first)]

    then = await _leases(service, mine, not_now=[rests])

    assert then == lanes[len(first) + 1]


async def test_what_was_cancelled_since_the_look_does_not_leave(service: Service, crowd: list[Staff]) -> None:
    lanes, mine = await _lanes(service), Choosing()
    first = [await _leases(service, mine) for _ in range(choosing.MANY + 1)]
    async with service.store.work() as work:
        gone = ROWS.update().where(ROWS.c.address_id == lanes[len(first)], ROWS.c.state == RowState.DUE)
        await work.db.execute(gone.values(state=RowState.CANCELLED))

    assert await _leases(service, mine) == lanes[len(first) + 1]


async def test_after_a_second_all_lanes_are_looked_at_again(service: Service, crowd: list[Staff]) -> None:
    seconds = 0.0
    mine = Choosing(now=lambda: seconds)
    lanes = await _lanes(service)
    held = lanes[0]
    first = [await _leases(service, mine, not_now=[held]) for _ in range(choosing.MANY + 1)]

    soon = await _leases(service, mine)
    seconds = choosing.KEPT_SECONDS + 1
    later = await _leases(service, mine)

    assert held not in (*first, soon)
    assert later == held
