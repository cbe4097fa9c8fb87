"""What waits is found among what waits: no look at the outbox costs what has ever been said."""

import pytest

from bot.engine import clock
from bot.reports import overview
from bot.service import Service
from bot.telling import lanes, marking, newer_rows
from bot.telling.addressed import all_addressed
from bot.telling.choosing import Choosing
from bot.telling.letters import Sent
from tests import builders, plans
from tests.builders import Postbox


@pytest.fixture(params=[False, True], ids=["not_analyzed", "analyzed"])
async def long_served(service: Service, request: pytest.FixtureRequest) -> Service:
    """A service that has said very much, with a few rows that wait."""
    amina = await builders.volunteer(service, chat_id=500)
    await builders.claimed_case(service, amina, chat_id=900)
    await builders.case_of(service, chat_id=901)
    await builders.web_case_of(service)
    await plans.write_history(service.store, analyzed=request.param)
    return service


async def test_the_next_letter_is_found_among_those_that_wait(long_served: Service) -> None:
    with plans.asked(long_served.store) as heard:
        async with long_served.store.work() as work:
            leased = await Choosing().lease(work, long_served.store.instance, [7, 8], most=4)
            await all_addressed(work.db, leased)
            await marking.mark_sent(work, [(row, Sent(1, arrived=(1,))) for row in leased])

    assert len(leased) > 1
    assert await plans.history_read(long_served.store, heard) == []


async def test_when_the_next_letter_is_due_is_found_among_those_that_wait(long_served: Service) -> None:
    with plans.asked(long_served.store) as heard:
        async with long_served.store.look() as db:
            await db.execute(lanes.NEXT_DUE, lanes.at(clock.now()))

    assert await plans.history_read(long_served.store, heard) == []


async def test_figures_and_probes_count_what_waits(long_served: Service) -> None:
    with plans.asked(long_served.store) as heard:
        async with long_served.store.look() as db:
            await overview.figures(db)
            await newer_rows.left_behind(db, clock.now())

    assert await plans.history_read(long_served.store, heard) == []


async def test_a_sweep_looks_at_what_waits(long_served: Service) -> None:
    sweep = builders.delivery_of(long_served, Postbox()).sweep

    with plans.asked(long_served.store) as heard:
        await sweep.free_leases_at_start()
        await sweep.free_forgotten_leases()
        await sweep.give_up_parked()
        await newer_rows.look_after(long_served.store)

    assert await plans.history_read(long_served.store, heard) == []
