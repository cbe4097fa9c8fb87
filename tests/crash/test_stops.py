"""SIGTERM while letters are on their way and browsers listen: an orderly end, nothing lost and nothing said twice."""

from time import monotonic

import aiohttp

from models.outbox import Notice, RowState
from tests.crash.browser import Browser
from tests.crash.conftest import Everywhere
from tests.crash.place import Place, talking_pairs

PATIENCE_SECONDS = 20.0
LONGEST_STOP_SECONDS = 25.0


async def test_graceful_stop_finishes_what_is_under_way(everywhere: Everywhere) -> None:
    async def scenario(place: Place) -> None:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        async with Browser(place.program.address) as browser:
            await browser.agrees()
            socket = await browser.opens_socket()
            assert (await socket.receive(PATIENCE_SECONDS)).type == aiohttp.WSMsgType.TEXT
            under_way = place.api.fail("sendMessage", pair.newcomer, kind="hold")
            await place.api.says(pair.volunteer, "the answer")
            await under_way.reached(PATIENCE_SECONDS)

            asked_at = monotonic()
            place.program.ask_to_stop()
            goodbye = await socket.receive(PATIENCE_SECONDS)
            await place.api.says(pair.newcomer, "written while it stops")
            under_way.release()
            status = await place.program.ended(LONGEST_STOP_SECONDS)
            took_seconds = monotonic() - asked_at

        await place.program.start()
        await place.settled()

        assert (status, goodbye.type, goodbye.data) == (0, aiohttp.WSMsgType.CLOSE, aiohttp.WSCloseCode.GOING_AWAY)
        assert took_seconds < LONGEST_STOP_SECONDS
        assert place.times_shown(pair.newcomer, "the answer") == 1
        assert place.times_shown(pair.volunteer, "written while it stops") == 1
        assert (await place.words_kept()).count("written while it stops") == 1
        assert [row.state for row in await place.rows(Notice.REPLY)] == [RowState.SENT]
        assert not [row.kind for row in await place.rows() if row.doubtful]

    await everywhere(scenario)
