"""SIGKILL while a chat is being cleared: what was to go is gone, and the receipt says nothing that is not so."""

from sqlalchemy import text

from tests.crash.conftest import Everywhere
from tests.crash.place import Place, talking_pairs
from tests.crash.program import until

PATIENCE_SECONDS = 20.0
LANES = text("SELECT count(*) FROM addresses WHERE person_id IS NULL")


async def test_a_deletion_killed_in_the_middle_is_done_again_before_the_receipt(everywhere: Everywhere) -> None:
    async def scenario(place: Place) -> None:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        await place.api.says(pair.newcomer, "words that go")
        await place.api.says(pair.volunteer, "an answer that goes")
        await place.settled()
        await place.api.says(pair.newcomer, "/delete")
        await place.settled()
        held = place.api.fail("deleteMessages", pair.newcomer, kind="hold")
        await place.api.presses(pair.newcomer, "Radera allt")
        await held.reached(PATIENCE_SECONDS)

        for _ in range(2):  # however often: a deletion may be repeated
            await place.program.kill()
            place.api.clear_faults()
            again = place.api.fail("deleteMessages", pair.newcomer, kind="hold")
            await place.program.start()
            await again.reached(PATIENCE_SECONDS)
        await place.program.kill()
        place.api.clear_faults()
        await place.program.start()
        await place.settled()

        chat = place.api.chat(pair.newcomer)
        assert [one.from_bot for one in chat.visible] == [True], chat.transcript()
        assert "Bara det här meddelandet är kvar" in chat.last.text
        assert place.times_shown(pair.volunteer, "words that go") == 0
        await until(lambda: _knows_nothing(place), otherwise="the chat to be forgotten")

    await everywhere(scenario)


async def test_a_chat_not_cleared_when_the_program_died_is_cleared_at_its_start(
    everywhere: Everywhere,
) -> None:
    async def scenario(place: Place) -> None:
        (pair,) = await talking_pairs(place.store, 1)
        await place.program.start()
        await place.api.says(pair.newcomer, "words that go")
        await place.settled()
        await place.api.says(pair.newcomer, "/delete")
        await place.settled()
        held = place.api.fail("deleteMessages", kind="hold_before", times=None)
        await place.api.presses(pair.newcomer, "Radera allt")
        await held.reached(PATIENCE_SECONDS)
        assert place.times_shown(pair.volunteer, "words that go") == 1

        await place.program.kill()
        place.api.clear_faults()
        await place.program.start()
        await place.settled()

        assert [one.from_bot for one in place.api.chat(pair.newcomer).visible] == [True]
        assert place.times_shown(pair.volunteer, "words that go") == 0

    await everywhere(scenario)


async def _knows_nothing(place: Place) -> bool:
    """Nothing of the erased person's chat is known any more: neither the chat nor a number in it."""
    async with place.store.look() as db:
        return (await db.execute(LANES)).scalar_one() == 0
