"""SIGKILL at four chosen points: nothing acknowledged is lost, nothing is there twice, and the bound on what is said
twice holds. The fake Bot API makes the points by holding its answers; the database by holding an act."""

import asyncio

import aiohttp
import pytest
from sqlalchemy import select

from bot.people.access import CASES
from bot.telling.marking import DOUBTFUL
from models.notice import Notice
from models.outbox import RowState
from tests.crash.browser import Browser
from tests.crash.conftest import Everywhere
from tests.crash.holding import acts_kept_open
from tests.crash.place import Place, side_by_side, talking_pairs
from tests.crash.program import until

PATIENCE_SECONDS = 20.0


async def test_what_was_committed_is_not_done_again_nor_what_was_marked_sent_again(everywhere: Everywhere) -> None:
    async def scenario(place: Place) -> None:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        await place.api.says(pair.newcomer, "the question")
        await place.api.says(pair.volunteer, "the answer")
        await place.settled()
        not_acknowledged = place.api.fail("answerCallbackQuery", kind="hold")
        await place.api.presses(pair.newcomer, "tap:category:housing", message_id=1)
        await not_acknowledged.reached(PATIENCE_SECONDS)
        await place.api.says(pair.newcomer, "written behind the press")

        await _killed_and_started_again(place)
        # What is said now stands behind everything earlier in the same lanes: had they been repeated, it would show.
        await place.api.says(pair.volunteer, "one more answer")
        await place.settled()

        written = ["the question", "the answer", "written behind the press", "one more answer"]
        kept = await place.words_kept()
        assert await _category(place) == "housing"
        assert [kept.count(words) for words in written] == [1, 1, 1, 1]
        assert [place.times_shown(pair.volunteer, words) for words in written[0::2]] == [1, 1]
        assert [place.times_shown(pair.newcomer, words) for words in written[1::2]] == [1, 1]
        assert not [row.kind for row in await place.rows() if row.doubtful]

    await everywhere(scenario)


async def test_acts_killed_before_their_commit_are_done_once_when_they_come_again(everywhere: Everywhere) -> None:
    async def scenario(place: Place) -> None:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        async with Browser(place.program.address) as browser:
            await browser.agrees()
            async with acts_kept_open(place) as act:
                said = await place.api.says(pair.newcomer, "half written")
                await act.reached()
                typed = asyncio.create_task(browser.says("half typed", "client-message-1"))
                assert said.update_id not in [ack.update_id for ack in place.api.delivery.acked]
                await place.program.kill()
                with pytest.raises(aiohttp.ClientError):
                    await typed
            assert not {"half written", "half typed"} & set(await place.words_kept())

            await place.program.start()
            await place.settled()
            statuses = [await browser.says("half typed", "client-message-1") for _ in range(2)]

        assert statuses == [200, 200], "a browser that had no answer tries again, and may have had its effect already"
        assert sorted(words for words in await place.words_kept() if "half" in words) == ["half typed", "half written"]
        assert place.times_shown(pair.volunteer, "half written") == 1
        assert not [row.kind for row in await place.rows() if row.doubtful]

    await everywhere(scenario)


async def test_words_accepted_but_not_answered_are_sent_once_more_and_flagged(everywhere: Everywhere) -> None:
    async def scenario(place: Place) -> None:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        reply = place.api.fail("sendMessage", pair.newcomer, kind="hold")
        state = place.api.fail("sendMessage", pair.volunteer, kind="hold")
        await place.api.says(pair.volunteer, "the answer")
        await side_by_side(reply.reached(PATIENCE_SECONDS), state.reached(PATIENCE_SECONDS))

        await _killed_and_started_again(place)
        await place.settled()

        assert (await place.words_kept()).count("the answer") == 1
        assert place.times_shown(pair.newcomer, "the answer") == 2
        assert [(row.state, row.doubtful) for row in await place.rows(Notice.REPLY)] == [(RowState.SENT, True)]
        (reminder,) = [row for row in await place.rows(Notice.RELAY_STATE) if row.edits is None]
        assert (reminder.state, reminder.doubtful) == (RowState.SENT, True)
        assert len(place.api.chat(pair.volunteer).from_bot) == 1, "a line about delivery is not worth a second try"

    await everywhere(scenario)


async def test_words_killed_in_their_last_try_have_ended_and_their_author_reads_so(everywhere: Everywhere) -> None:
    async def scenario(place: Place) -> None:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        first = place.api.fail("sendMessage", pair.newcomer, kind="hold")
        await place.api.says(pair.volunteer, "the answer")
        await first.reached(PATIENCE_SECONDS)
        await place.program.kill()
        place.api.clear_faults()
        last = place.api.fail("sendMessage", pair.newcomer, kind="hold")
        await place.program.start()
        await last.reached(PATIENCE_SECONDS)

        await _killed_and_started_again(place)
        await place.settled()

        (reply,) = await place.rows(Notice.REPLY)
        assert (reply.state, reply.failure) == (RowState.FAILED, DOUBTFUL)
        assert place.times_shown(pair.newcomer, "the answer") == 2, "a third try could be a third copy"
        assert [row.state for row in await place.rows(Notice.RELAY_TROUBLE)] == [RowState.SENT]

    await everywhere(scenario)


async def test_words_killed_on_the_way_to_their_last_try_still_have_it(everywhere: Everywhere) -> None:
    """A process that dies at every start gives up nothing that it never sent."""

    async def scenario(place: Place) -> None:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        sending = place.api.fail("sendMessage", pair.newcomer, kind="hold")
        await place.api.says(pair.volunteer, "the answer")
        await sending.reached(PATIENCE_SECONDS)
        for _ in range(2):
            await place.program.kill()
            place.api.clear_faults()
            # Once for its name, once for whether it answers; on a busy computer it gives up and asks again.
            asking = place.api.fail("getMe", kind="hold", times=100)
            await place.program.start()
            await until(lambda: asking.hits >= 2, otherwise="the program to ask whether Telegram answers")  # noqa: B023

        await _killed_and_started_again(place)
        await place.settled()

        (reply,) = await place.rows(Notice.REPLY)
        assert (reply.state, reply.doubtful) == (RowState.SENT, True)
        assert place.times_shown(pair.newcomer, "the answer") == 2
        assert await place.rows(Notice.RELAY_TROUBLE) == []

    await everywhere(scenario)


async def _killed_and_started_again(place: Place) -> None:
    await place.program.kill()
    place.api.clear_faults()
    await place.program.start()


async def _category(place: Place) -> str | None:
    async with place.store.look() as db:
        return (await db.execute(select(CASES.c.category))).scalar_one()
