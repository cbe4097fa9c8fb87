"""An act that keeps failing is tried three times, over restarts too, then counts as done; no other act is touched."""

from datetime import timedelta

import pytest

from bot.engine import clock, once
from bot.privacy import purge
from bot.service import Service
from tests import builders

CHANNEL, KEY = "telegram", "4711"


async def fails(service: Service, key: str = KEY, channel: str = CHANNEL) -> int:
    """One more attempt has failed; each is a transaction of its own, as after a restart."""
    async with service.store.work() as work:
        return await once.failed(work, channel, key, "RuntimeError")


async def is_first(service: Service, key: str = KEY, channel: str = CHANNEL) -> bool:
    async with service.store.work() as work:
        return await once.first_time(work, channel, key)


async def is_done(service: Service, key: str = KEY, channel: str = CHANNEL) -> bool:
    async with service.store.work() as work:
        return await once.is_done(work, channel, key)


@pytest.mark.parametrize(("failures", "may_be_tried"), [(0, True), (1, True), (2, True), (3, False), (4, False)])
async def test_an_act_may_be_tried_until_it_has_failed_three_times(
    service: Service, failures: int, may_be_tried: bool
) -> None:
    counted = [await fails(service) for _ in range(failures)]
    done_before = await is_done(service)

    first = await is_first(service)

    assert counted == list(range(1, failures + 1))
    assert (first, done_before) == (may_be_tried, not may_be_tried)
    assert await is_done(service)


async def test_what_failed_twice_and_then_went_well_is_done_and_keeps_its_count(service: Service) -> None:
    await fails(service)
    await fails(service)

    first, again = await is_first(service), await is_first(service)

    assert (first, again) == (True, False)
    row = await builders.one(service, "SELECT attempts, failure FROM inbound")
    assert tuple(row) == (2, "RuntimeError")


async def test_the_failures_of_one_act_are_counted_for_no_other(service: Service) -> None:
    for _ in range(2):
        await fails(service)
    counted = [await fails(service, key="4712"), await fails(service, channel="web")]

    await fails(service)

    assert counted == [1, 1]
    assert await is_done(service) and not await is_done(service, "4712") and not await is_done(service, channel="web")
    assert await is_first(service, "4712") and await is_first(service, channel="web")


async def test_what_was_given_up_is_known_for_three_days(service: Service) -> None:
    clock.freeze(clock.now())
    for _ in range(once.MOST_ATTEMPTS):
        await fails(service)
    known = []

    for late in (once.KEPT, timedelta(seconds=1)):
        clock.move(late)
        async with service.store.work() as work:
            await purge.purge(work)
        known.append(await is_done(service))

    assert known == [True, False]
