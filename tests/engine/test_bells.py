"""Bells: a ring that comes while somebody waits, between two waits, or just as the waiting ends is never lost."""

import asyncio

from bot.engine.bells import Bells

TOPIC = "desk"


async def test_a_wait_says_whether_it_rang() -> None:
    bells = Bells()
    with bells.listen(TOPIC) as bell:
        assert not await bell.wait(0)
        bells.ring(TOPIC)
        assert await bell.wait(0)
        assert not await bell.wait(0)


async def test_a_ring_at_the_very_end_of_a_wait_is_heard() -> None:
    bells = Bells()
    with bells.listen(TOPIC) as bell:
        waiting = asyncio.create_task(bell.wait(0))
        while not waiting.cancelling():  # noqa: ASYNC110 - its time is over, which it has not been able to say yet
            await asyncio.sleep(0)
        bells.ring(TOPIC)

        assert await waiting
