"""What is over stays in the tables of cases for ever, and costs nobody who looks for what is not."""

import pytest

from bot.people import access
from bot.privacy import last_day, purge
from bot.service import Service
from tests import builders, plans


@pytest.fixture(params=[False, True], ids=["not_analyzed", "analyzed"])
async def long_served(service: Service, request: pytest.FixtureRequest) -> Service:
    """A service that has closed very many cases, and has a few that are open."""
    amina = await builders.volunteer(service, chat_id=500)
    await builders.claimed_case(service, amina, chat_id=900)
    await builders.case_of(service, chat_id=901)
    await plans.write_history(service.store, analyzed=request.param)
    return service


async def test_the_purge_looks_for_words_where_words_are(long_served: Service) -> None:
    with plans.asked(long_served.store) as heard:
        async with long_served.store.work() as work:
            await purge.purge(work)

    assert await plans.whole_reads(long_served.store, heard, "cases") == []


async def test_whose_newcomer_has_erased_everything_is_found_among_those_with_a_number(long_served: Service) -> None:
    """Nearly all cases are nobody's any more, so that an index of whose they are leads to nearly all of them."""
    with plans.asked(long_served.store) as heard:
        async with long_served.store.work() as work:
            await purge._cut_erased(work, purge.Allowance())

    assert heard
    for one in heard:
        plan = "\n".join(await plans.plan_of(long_served.store, one))
        assert "ix_cases_numbered" in plan or "uq_cases_code" in plan, plan


async def test_the_morning_looks_for_last_days_among_the_cases_that_have_words(long_served: Service) -> None:
    with plans.asked(long_served.store) as heard:
        async with long_served.store.work() as work:
            await last_day.tell(work)

    assert await plans.whole_reads(long_served.store, heard, "cases") == []


async def test_who_waits_is_found_among_the_open_cases(long_served: Service) -> None:
    with plans.asked(long_served.store) as heard:
        async with long_served.store.look() as db:
            waiting = await access.newcomers_with_open_cases(db)

    assert len(waiting) == 2
    assert await plans.whole_reads(long_served.store, heard, "cases") == []
