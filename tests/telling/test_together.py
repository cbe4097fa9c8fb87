"""Many letters are under way at once: what came back together is marked together, and nobody waits for anybody."""

import pytest

from bot.engine import loops
from bot.people.texts import Linked
from bot.service import Service
from bot.telling import marking
from bot.telling.choosing import MANY, Choosing
from bot.telling.letters import Sent
from models.notice import Notice
from models.outbox import RowState
from tests import builders
from tests.builders import Postbox, Staff
from tests.crash.program import until

ASKS = Notice.ASK_TAP
CHATS = 501, 502, 503, 504
NEVER_SECONDS = 3_600.0


@pytest.fixture
async def four(service: Service) -> list[Staff]:
    """Four volunteers, each of whom is to be told one thing."""
    them = [await builders.volunteer(service, f"Vera {chat}", chat_id=chat) for chat in CHATS]
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    async with service.store.work() as work:
        for one in them:
            await work.tell(one.id, Linked())
    return them


async def _waiting(service: Service) -> int:
    waits = await builders.table(service, "SELECT id FROM outbox WHERE state = :due", due=RowState.DUE)
    return len(waits)


async def test_what_left_together_and_came_back_together_is_two_acts(service: Service, four: list[Staff]) -> None:
    postbox = Postbox()
    held = [postbox.hold(chat) for chat in CHATS]

    async with builders.delivering(service, postbox):
        for one in held:
            await one.left.wait()
        for one in held:
            one.arrives.set()
        await until(lambda: _none_waits(service), otherwise="all to be marked")

    rows = await builders.table(service, "SELECT leased_at, ended_at FROM outbox ORDER BY id DESC LIMIT 4")
    assert len({row.leased_at for row in rows}) == 1
    assert len({row.ended_at for row in rows}) == 1
    in_chats = await builders.table(service, "SELECT DISTINCT address_id FROM chat_messages WHERE remote_id > 0")
    assert len(in_chats) == len(CHATS)


async def test_many_letters_to_one_person_leave_one_after_the_other_without_a_rest(
    service: Service, four: list[Staff], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next in their lane may leave once the one before is marked: nobody rings for it, and none is due later."""
    monkeypatch.setattr(loops, "rest_seconds", lambda _due, at_most: NEVER_SECONDS)
    async with service.store.work() as work:
        for _ in range(4 * MANY):
            await work.tell(four[0].id, Linked())
    postbox = Postbox()

    async with builders.delivering(service, postbox, to_its_end=False):
        await until(lambda: _none_waits(service), otherwise="all to be marked")

    assert len(postbox.letters) == len(four) + 4 * MANY


async def _none_waits(service: Service) -> bool:
    return not await _waiting(service)


async def test_nothing_leaves_after_the_others_are_marked_while_one_is_still_under_way(
    service: Service, four: list[Staff]
) -> None:
    postbox = Postbox()
    slow = postbox.hold(CHATS[0])

    async with builders.delivering(service, postbox):
        await slow.left.wait()
        await until(lambda: _one_waits(service), otherwise="the others to be marked")
        assert len(postbox.letters) == len(CHATS)
        slow.arrives.set()
        await until(lambda: _none_waits(service), otherwise="the last to be marked")

    assert len(postbox.letters) == len(CHATS)


async def _one_waits(service: Service) -> bool:
    return await _waiting(service) == 1


async def test_nobodys_receipt_or_card_waits_for_somebody_elses_optional_question(service: Service) -> None:
    await builders.volunteer(service, chat_id=CHATS[0])
    askers = [await builders.newcomer(service, chat_id=chat) for chat in CHATS[1:]]
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    for asker in askers:
        await asker.says("Jag har fått ett brev")

    told = await _in_order(service)

    assert told.count(ASKS) == len(askers)
    before = told[: told.index(ASKS)]
    assert before.count(Notice.RECEIPT) == len(askers)
    assert Notice.OFFERED in before


async def test_who_has_answered_an_optional_question_is_not_kept_waiting_for_the_next(service: Service) -> None:
    answers, waits = [await builders.newcomer(service, chat_id=chat) for chat in CHATS[:2]]
    await answers.says("Jag har fått ett brev")
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    await waits.says("Jag har fått ett brev")
    await answers.presses("tap:category:housing")

    told = await _in_order(service)

    edits = await builders.table(service, "SELECT id FROM outbox WHERE kind = :asks AND edits IS NOT NULL", asks=ASKS)
    assert len(edits) == 1
    assert [kind for kind in told if kind in (Notice.RECEIPT, ASKS)] == [Notice.RECEIPT, ASKS, ASKS]
    [last] = await builders.table(
        service, "SELECT edits FROM outbox WHERE state = 'sent' ORDER BY leased_at DESC LIMIT 1"
    )
    assert last.edits is None


async def test_nobodys_answer_waits_behind_their_own_optional_question_for_all_others(service: Service) -> None:
    amina = await builders.volunteer(service, chat_id=CHATS[0])
    asker = await builders.newcomer(service, chat_id=CHATS[1])
    await builders.deliver_all(builders.delivery_of(service, Postbox()))
    await asker.says("Jag har fått ett brev")
    async with service.store.work() as work:
        await work.tell(asker.id, Linked())
        await work.tell(amina.id, Linked())

    told = await _in_order(service)

    assert told[-2:] == [Notice.LINKED, Notice.LINKED]


async def _in_order(service: Service) -> list[str]:
    """What leaves now, the first first."""
    mine, kinds = Choosing(), []
    while True:
        async with service.store.work() as work:
            rows = await mine.lease(work, service.store.instance, most=1)
            if not rows:
                return kinds
            kinds.append(rows[0].kind)
            await marking.mark_sent(work, [(rows[0], Sent(len(kinds)))])
