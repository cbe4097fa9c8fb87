"""SIGTERM while letters are on their way and browsers listen: an orderly end, nothing lost and nothing said twice."""

from pathlib import Path
from time import monotonic

import aiohttp

from models.notice import Notice
from models.outbox import RowState
from tests.crash.browser import Browser
from tests.crash.conftest import Everywhere
from tests.crash.place import POLLING, Place, opened, talking_pairs
from tests.crash.program import until

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


async def test_a_stop_waits_for_a_letter_that_has_long_been_waited_for_and_for_no_button(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The letter takes nearly all of the time it may; the answer of a button is held for good."""
    changes = {"sends_in_parallel": 1, "send_timeout_seconds": 15, "stop_seconds": 22}
    async with opened("long sends", sqlite_url, tmp_path, receive=POLLING, **changes) as place:
        slow, quick = await talking_pairs(place.store, 2)
        await place.program.start()
        letter = place.api.fail("sendMessage", slow.newcomer, kind="hold")
        button = place.api.fail("answerCallbackQuery", kind="hold", times=None)
        await place.api.says(slow.volunteer, "the slow answer")
        await letter.reached(PATIENCE_SECONDS)
        await place.api.presses(quick.newcomer, "nonsense", message_id=1)
        await button.reached(PATIENCE_SECONDS)
        await place.api.says(quick.volunteer, "the quick answer")
        await until(lambda: place.times_shown(quick.newcomer, "the quick answer"), otherwise="the worker to be free")

        place.program.ask_to_stop()
        await until(lambda: _refuses(place.program.address), otherwise="it to stop listening")
        letter.release()
        status = await place.program.ended(LONGEST_STOP_SECONDS)
        states = [row.state for row in await place.rows(Notice.REPLY)]
        await place.program.start()
        await place.settled()

        assert status == 0
        assert states == [RowState.SENT, RowState.SENT]
        assert place.times_shown(slow.newcomer, "the slow answer") == 1
        assert not [row.kind for row in await place.rows() if row.doubtful]


async def _refuses(address: str) -> bool:
    try:
        async with aiohttp.ClientSession() as browser, browser.get(f"{address}/healthz"):
            return False
    except aiohttp.ClientConnectionError:
        return True
