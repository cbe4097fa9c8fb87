"""While a version before this one runs beside: its words leave volunteers' chats all the same, and it finds no case
that it could not go on with."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.cases import reassigning, unsaying
from bot.engine import clock
from bot.people import in_chat
from bot.privacy import purge, resealing
from bot.service import Service
from models.chat_message import UNNOTED
from models.notice import Notice
from tests import builders
from tests.privacy.test_names_sealed import older_beats

AMINA = 902
RELAYED = "Ord som en äldre version visade"


async def _relayed_by_an_older_version(service: Service) -> tuple[builders.Newcomer, builders.Postbox]:
    """Words stand in a volunteer's chat since after the upgrade, and nothing has noted them."""
    box = builders.Postbox()
    amina = await builders.volunteer(service, chat_id=AMINA)
    asker = await builders.claimed_case(service, amina)
    address = (await builders.said_to(service, amina.id, Notice.LINKED))[0].address_id
    upgrade = {"address_id": address, "remote_id": UNNOTED, "came_at": clock.now() - timedelta(seconds=1)}
    builders.a_second_later()
    await asker.says(RELAYED)
    await builders.deliver_all(builders.delivery_of(service, box))
    async with service.store.work() as work:
        await work.db.execute(text("DELETE FROM chat_messages"))
        await work.db.execute(in_chat.NOTED.insert(), upgrade)
    return asker, box


def _shown(box: builders.Postbox) -> list[str]:
    return [letter.prompt.text for letter in box.shows(AMINA) if RELAYED in letter.prompt.text]


@pytest.mark.parametrize("ended_by_the_older_one", [False, True])
async def test_words_that_an_older_version_relayed_leave_when_the_case_does(
    service: Service, ended_by_the_older_one: bool
) -> None:
    asker, box = await _relayed_by_an_older_version(service)
    delivery = builders.delivery_of(service, box)
    if ended_by_the_older_one:  # it deletes nothing in the chat
        async with service.store.work() as work:
            gone = text("UPDATE cases SET status = 'queued', volunteer_id = NULL, claimed_at = NULL")
            await work.db.execute(gone)

    assert await resealing.seal_what_is_left(service.store)
    await builders.deliver_all(delivery)

    assert bool(_shown(box)) is not ended_by_the_older_one, "whoever has the case goes on reading"
    if not ended_by_the_older_one:
        await asker.commands("stop")
        await builders.deliver_all(delivery)
    assert _shown(box) == []


async def _locks_of(service: Service) -> dict[int, int]:
    """How often each conversation has been locked by an act."""
    async with service.store.look() as db:
        return {row.id: row.version for row in await db.execute(text("SELECT id, version FROM conversations"))}


async def test_what_an_older_version_left_is_cleared_case_by_case_and_only_where_it_was_left(service: Service) -> None:
    amina, karin = await builders.volunteer(service, chat_id=AMINA), await builders.coordinator(service)
    hers = [await builders.claimed_case(service, amina) for _ in range(2)]
    left = [await builders.case_of(service) for _ in range(2)]
    for asker in left:  # one more than she may claim herself
        async with builders.acting(service, karin) as work:
            await reassigning.reassign(work, case_id=asker.case_id, person_id=amina.id)
    box = builders.Postbox()
    for number, asker in enumerate((*hers, *left)):
        await asker.says(f"{RELAYED} {number}")
    await builders.deliver_all(builders.delivery_of(service, box))
    for asker in left:
        async with service.store.work() as work:
            gone = text("UPDATE cases SET status = 'queued', volunteer_id = NULL WHERE conversation_id = :of")
            await work.db.execute(gone, {"of": asker.visitor.conversation_id})
    before = await _locks_of(service)

    assert await resealing.seal_what_is_left(service.store)
    await builders.deliver_all(builders.delivery_of(service, box))

    locked = {thread for thread, version in (await _locks_of(service)).items() if version != before[thread]}
    assert locked == {asker.visitor.conversation_id for asker in left}
    assert len(_shown(box)) == 2, "what she has goes on standing"


async def test_a_case_that_somebody_holds_on_to_keeps_no_other_s_words_in_a_chat(service: Service) -> None:
    amina = await builders.volunteer(service, chat_id=AMINA)
    first, second = [await builders.claimed_case(service, amina) for _ in range(2)]
    box = builders.Postbox()
    for asker in (first, second):
        await asker.says(RELAYED)
    await builders.deliver_all(builders.delivery_of(service, box))
    async with service.store.work() as work:
        await work.db.execute(text("UPDATE cases SET status = 'queued', volunteer_id = NULL, claimed_at = NULL"))
    async with service.store.work() as work:
        left = await unsaying.cases_left_standing(work)

    async with service.store.work() as work:
        await unsaying.what_was_left_leaves(work, left[0])
    await builders.deliver_all(builders.delivery_of(service, box))

    assert len(left) == 2
    assert len(_shown(box)) == 1


async def test_no_case_loses_its_conversation_while_an_older_version_would_take_it_up_again(service: Service) -> None:
    asker = await builders.case_of(service)
    clock.move(timedelta(days=31))
    await older_beats(service)

    async with service.store.work() as work:
        beside = await purge.purge(work)
    kept = await builders.case_row(asker)
    await older_beats(service, ago=timedelta(seconds=61))
    await builders.purge(service)

    assert (beside.cases, beside.held) == (0, 1), "tried again soon"
    assert (kept.status, kept.conversation_id) == ("queued", asker.visitor.conversation_id)
    assert (await builders.case_row(asker)).code is None
