"""A newcomer who is blocked: nothing of theirs reaches a volunteer or is kept, and they read what they can do."""

import asyncio
from datetime import timedelta

import pytest

from bot.cases import blocking, cases, fates
from bot.engine import clock
from bot.engine.errors import BadInput, NotFound, Stale
from bot.intake import converse
from bot.people import people
from bot.service import Service
from models.block import BlockReason, BlockSpan
from models.case import CaseStatus
from models.dialogue import Answer, Commanded, Incoming, Said, Unreadable
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row, said_to, screen, table

REASON = BlockReason.THREATS


async def _block(service: Service, karin: Staff, asker: Newcomer, span: BlockSpan = BlockSpan.DAY) -> None:
    async with acting(service, karin) as work:
        await blocking.block(work, case_id=asker.case_id, span=span, reason=REASON)


async def _scene(service: Service) -> tuple[Staff, Staff, Newcomer]:
    """A coordinator, a volunteer, and a newcomer whose case that volunteer has."""
    karin = await builders.coordinator(service)
    amina = await builders.volunteer(service)
    return karin, amina, await builders.claimed_case(service, amina)


async def _kept(service: Service) -> list[tuple[object, ...]]:
    """What lies in every table that could hold somebody's words."""
    kept = []
    for name in ("messages", "cases", "case_events", "refused"):
        kept += [tuple(row) for row in await table(service, f"SELECT * FROM {name} ORDER BY id")]
    return [*kept, *[tuple(row) for row in await table(service, "SELECT draft FROM conversations")]]


async def test_the_case_is_closed_and_both_read_what_it_means(service: Service) -> None:
    karin, amina, asker = await _scene(service)

    await _block(service, karin, asker)

    assert (await case_row(asker)).status == CaseStatus.CLOSED
    assert (await screen(service, amina.id, Notice.CASE_TAKEN_BACK)) != []
    told = "".join(await screen(service, asker.id, Notice.BLOCKED))
    for sentence in ("Just nu kan du inte skriva till våra rådgivare.", "Du kan skriva igen", "sparas inte", "112"):
        assert sentence in told
    assert await said_to(service, asker.id, Notice.CLOSED) == []  # which says that writing opens it again


async def test_nothing_of_theirs_reaches_volunteers_or_is_kept_whatever_they_do(service: Service) -> None:
    karin, amina, asker = await _scene(service)
    await asker.says("Ett ord till", external_id="more")
    await _block(service, karin, asker)
    before, read = await _kept(service), await screen(service, amina.id)

    for act in (Said("Hör ni mig?"), Said("/okänt"), Said("/start"), Unreadable("photo", text="en bild")):
        await asker.does(act)
    await asker.edits("more", "Ett annat ord")
    for code in ("tap:category:housing", "consent:yes", "held:send", "stop_asking"):
        assert await asker.presses(code) == Answer("blocked_not_sent")
    for name in ("status", "start"):
        await asker.does(Commanded(name))

    assert await _kept(service) == before
    assert await screen(service, amina.id) == read


async def test_they_are_told_once_a_day_however_much_they_write(service: Service) -> None:
    clock.freeze(clock.now())
    karin, _, asker = await _scene(service)
    await _block(service, karin, asker, BlockSpan.WEEK)

    for _ in range(3):
        await asker.says("Hör ni mig?")
    at_once = len(await said_to(service, asker.id, Notice.BLOCKED))
    clock.move(timedelta(days=1))
    for _ in range(3):
        await asker.says("Hör ni mig?")

    assert (at_once, len(await said_to(service, asker.id, Notice.BLOCKED))) == (1, 2)


@pytest.mark.parametrize(("words", "kind"), [("/help", Notice.HELP), ("hjälp", Notice.HELP), ("/hours", Notice.HOURS),
                                             ("när har ni öppet?", Notice.HOURS), ("/privacy", Notice.PRIVACY),
                                             ("radera", Notice.ASK_DELETE), ("/status", Notice.BLOCKED)])  # fmt: skip
async def test_what_helps_them_is_answered_as_ever(service: Service, words: str, kind: Notice) -> None:
    karin, _, asker = await _scene(service)
    await _block(service, karin, asker)
    before = len(await said_to(service, asker.id, kind))

    await asker.says(words)

    assert len(await said_to(service, asker.id, kind)) == before + 1


async def test_who_is_blocked_may_delete_everything_and_the_block_goes_with_them(service: Service) -> None:
    karin, _, asker = await _scene(service)
    await _block(service, karin, asker)

    await asker.commands("delete")

    assert await table(service, "SELECT * FROM blocks") == []
    assert await table(service, "SELECT id FROM people WHERE id = :id", id=asker.id) == []
    async with acting(service, karin) as work:
        with pytest.raises(BadInput, match="block_nobody"):
            await blocking.block(work, case_id=asker.case_id, span=BlockSpan.DAY, reason=REASON)


@pytest.mark.parametrize(("seconds", "arrives"), [(-1, False), (0, True), (1, True)])
async def test_when_their_time_is_over_they_can_write_again(service: Service, seconds: int, arrives: bool) -> None:
    clock.freeze(clock.now())
    karin, _, asker = await _scene(service)
    await _block(service, karin, asker)

    clock.move(timedelta(days=1, seconds=seconds))
    await asker.says("Nu då?")

    await builders.note_case(asker)
    assert ((await case_row(asker)).status == CaseStatus.QUEUED) == arrives


async def test_a_block_whose_time_is_over_is_deleted_by_the_purge_and_one_that_holds_is_not(service: Service) -> None:
    clock.freeze(clock.now())
    karin, amina, first = await _scene(service)
    second = await builders.claimed_case(service, amina)
    await _block(service, karin, first, BlockSpan.DAY)
    await _block(service, karin, second, BlockSpan.LIFTED)

    clock.move(timedelta(days=2))
    await builders.purge(service)

    assert [row.person_id for row in await table(service, "SELECT person_id FROM blocks")] == [second.id]


async def test_one_that_is_lifted_is_told_and_may_write(service: Service) -> None:
    karin, _, asker = await _scene(service)
    await _block(service, karin, asker, BlockSpan.LIFTED)

    async with acting(service, karin) as work:
        await blocking.lift(work, newcomer_id=asker.id)
    await asker.says("Tack")

    assert await screen(service, asker.id, Notice.UNBLOCKED) == ["Nu kan du skriva till våra rådgivare igen."]
    assert (await case_row(asker)).status == CaseStatus.QUEUED
    async with acting(service, karin) as work:
        with pytest.raises(Stale):
            await blocking.lift(work, newcomer_id=asker.id)


async def test_a_volunteer_may_neither_block_nor_lift_nor_take_such_a_case_up_again(service: Service) -> None:
    karin, amina, asker = await _scene(service)
    async with acting(service, amina) as work:
        with pytest.raises(NotFound):
            await blocking.block(work, case_id=asker.case_id, span=BlockSpan.DAY, reason=REASON)
    await _block(service, karin, asker)

    async with acting(service, amina) as work:
        with pytest.raises(NotFound):
            await blocking.lift(work, newcomer_id=asker.id)
    async with acting(service, amina) as work:
        with pytest.raises(Stale):
            await fates.take_up_again(work, case_id=asker.case_id)


async def test_a_coordinator_who_is_the_only_volunteer_blocks_her_own_case_and_reads_it_once(service: Service) -> None:
    karin = await builders.coordinator(service)
    asker = await builders.case_of(service)
    async with acting(service, karin) as work:
        await cases.claim_case_off_shift(work, case_id=asker.case_id)

    await _block(service, karin, asker)

    assert (await case_row(asker)).status == CaseStatus.CLOSED
    assert await said_to(service, karin.id, Notice.CASE_TAKEN_BACK) == []


async def test_words_that_were_on_their_way_when_the_block_came_are_kept_by_nobody(service: Service) -> None:
    """They have been read as somebody's who is not blocked, and wait for the conversation's lock meanwhile."""
    karin, _, asker = await _scene(service)
    async with service.store.work() as work:
        read_before = await people.visitor_of(work.db, asker.id)
    assert read_before is not None
    await _block(service, karin, asker)
    before = await _kept(service)

    async with service.store.work() as work:
        await converse.receive(work, read_before, Incoming("late", Said("Hör ni mig?"), external_id="late"))

    assert await _kept(service) == before


async def test_blocked_while_they_write_nothing_gets_through_afterwards(service: Service) -> None:
    karin, _, asker = await _scene(service)

    await asyncio.gather(
        *(asker.says(f"Rad {n}", external_id=f"line{n}") for n in range(10)), _block(service, karin, asker)
    )

    assert (await case_row(asker)).status == CaseStatus.CLOSED
    ledger = await table(service, "SELECT kind FROM case_events WHERE case_id = :id ORDER BY id", id=asker.case_id)
    kinds = [row.kind for row in ledger]
    assert kinds.index("closed") == len(kinds) - 1
