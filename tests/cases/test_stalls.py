"""A claim without an answer: warned, back in the queue, kept; each once, and by the real clock of the office."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import drafts, keeping_cases
from bot.engine import clock
from bot.engine.errors import BadInput, NotFound
from bot.service import Service
from models.case import CaseStatus
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
WARNED, BACK = 30 * MINUTE, 45 * MINUTE


async def _claimed(service: Service, amina: Staff) -> Newcomer:
    """A case that was claimed just now; the clock stands still."""
    asker = await builders.claimed_case(service, amina)
    await builders.do_all_due(service)
    return asker


async def _after(service: Service, start: datetime, passed: timedelta) -> None:
    """The clock shows so much later, and what was due by then has been done."""
    clock.freeze(start + passed)
    await builders.do_all_due(service)


async def test_a_claim_without_an_answer_is_warned_at_30_and_back_at_45(service: Service) -> None:
    clock.freeze(clock.now())
    amina, bo = await builders.volunteer(service, chat_id=500), await builders.volunteer(service, "Bo")
    asker = await _claimed(service, amina)
    start = clock.now()

    await _after(service, start, WARNED - SECOND)
    assert await builders.said_to(service, amina.id, Notice.STALL_WARNED) == []

    await _after(service, start, WARNED)
    (warned,) = await builders.screen(service, amina.id, Notice.STALL_WARNED)
    assert "30 minuter" in warned

    await _after(service, start, BACK - SECOND)
    assert (await case_row(asker)).status == CaseStatus.CLAIMED

    await _after(service, start, BACK)
    case = await case_row(asker)
    assert (case.status, case.volunteer_id) == (CaseStatus.QUEUED, None)
    assert len(await builders.said_to(service, amina.id, Notice.CASE_WENT_BACK)) == 1
    assert len(await builders.said_to(service, asker.id, Notice.RELEASED)) == 1
    assert [row.case_id for row in await builders.said_to(service, bo.id, Notice.OFFERED)][-1] == asker.case_id
    (line,) = await builders.table(service, "SELECT detail FROM case_events WHERE kind = 'released'")
    assert line.detail == "stalled"

    await _after(service, start, 10 * BACK)
    assert len(await builders.said_to(service, amina.id, Notice.STALL_WARNED, Notice.CASE_WENT_BACK)) == 2


async def test_an_answer_ends_it_and_a_conversation_that_goes_on_is_taken_from_nobody(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await _claimed(house, amina)
    start = clock.now()
    clock.move(20 * MINUTE)
    await builders.answers(house, amina, asker)
    clock.move(SECOND)
    await asker.says("En sak till")

    await _after(house, start, 3 * BACK)

    assert (await case_row(asker)).volunteer_id == amina.id
    assert await builders.said_to(house, amina.id, Notice.STALL_WARNED, Notice.CASE_WENT_BACK) == []


async def test_a_new_claim_has_its_own_time(house: Service) -> None:
    clock.freeze(clock.now())
    amina, bo = await builders.volunteer(house), await builders.volunteer(house, "Bo")
    asker = await _claimed(house, amina)
    start = clock.now()
    clock.move(20 * MINUTE)
    async with acting(house, amina) as work:
        from bot.cases import cases

        await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)
    await builders.claims(house, bo, asker)
    again = clock.now()

    await _after(house, start, BACK)
    assert await builders.said_to(house, bo.id, Notice.STALL_WARNED) == []

    await _after(house, again, WARNED)
    assert len(await builders.said_to(house, bo.id, Notice.STALL_WARNED)) == 1
    assert await builders.said_to(house, amina.id, Notice.STALL_WARNED) == []


async def test_who_types_is_there(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await _claimed(house, amina)
    start = clock.now()
    clock.freeze(start + BACK - 2 * MINUTE)
    async with acting(house, amina) as work:
        await drafts.keep(work, case_id=asker.case_id, text="Hej, jag läser ditt brev och")

    await _after(house, start, BACK + 8 * MINUTE - SECOND)
    assert (await case_row(asker)).status == CaseStatus.CLAIMED

    await _after(house, start, BACK + 8 * MINUTE)
    assert (await case_row(asker)).status == CaseStatus.QUEUED


async def test_the_draft_stays_the_first_volunteers_and_is_shown_to_nobody_else(house: Service) -> None:
    clock.freeze(clock.now())
    amina, bo = await builders.volunteer(house), await builders.volunteer(house, "Bo")
    asker = await _claimed(house, amina)
    start = clock.now()
    async with acting(house, amina) as work:
        await drafts.keep(work, case_id=asker.case_id, text="Halvfärdigt")
    await _after(house, start, BACK)
    await builders.claims(house, bo, asker)

    async with house.store.look() as db:
        about = {"case_id": asker.case_id, "now": clock.now()}
        hers = await drafts.draft_of(db, house.store.seal, person_id=amina.id, **about)
        his = await drafts.draft_of(db, house.store.seal, person_id=bo.id, **about)

    assert (hers, his) == ("Halvfärdigt", "")


async def _keep(service: Service, staff: Staff, asker: Newcomer, code: str = "2h") -> datetime:
    async with acting(service, staff) as work:
        return await keeping_cases.keep_as_pressed(work, case_id=asker.case_id, code=code)


async def test_a_kept_case_goes_back_when_its_time_has_come_and_nobody_has_answered(service: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(service)
    asker = await _claimed(service, amina)
    start = clock.now()
    clock.move(WARNED)
    await builders.do_all_due(service)
    until = await _keep(service, amina, asker)

    await _after(service, until, -SECOND)
    assert (await case_row(asker)).volunteer_id == amina.id
    assert len(await builders.said_to(service, amina.id, Notice.STALL_WARNED)) == 2
    assert until == start + WARNED + timedelta(hours=2)

    await _after(service, until, timedelta())
    assert (await case_row(asker)).status == CaseStatus.QUEUED


async def test_a_kept_case_that_owes_nothing_stays(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await _claimed(house, amina)
    until = await _keep(house, amina, asker)
    await builders.answers(house, amina, asker)

    await _after(house, until, MINUTE)

    case = await case_row(asker)
    assert (case.volunteer_id, case.kept_until) == (amina.id, None)


async def test_words_that_came_just_before_its_time_have_their_own(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await _claimed(house, amina)
    until = await _keep(house, amina, asker)
    await builders.answers(house, amina, asker)
    clock.freeze(until - MINUTE)
    await asker.says("En sak till")

    await _after(house, until, BACK - MINUTE - SECOND)
    assert (await case_row(asker)).volunteer_id == amina.id

    await _after(house, until, BACK - MINUTE)
    assert (await case_row(asker)).status == CaseStatus.QUEUED


# Both nights on which the clock is changed in Stockholm: twelve o'clock of the day after is twelve on the wall.
@pytest.mark.parametrize(
    ("pressed", "until"),
    [
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), datetime(2026, 3, 29, 10, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 21, 30, tzinfo=UTC), datetime(2026, 10, 25, 11, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 26, 11, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), datetime(2026, 10, 26, 11, 0, tzinfo=UTC)),
    ],
)
async def test_noon_is_noon_on_the_wall(house: Service, pressed: datetime, until: datetime) -> None:
    clock.freeze(pressed - MINUTE)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    clock.freeze(pressed)

    assert await _keep(house, amina, asker, "noon") == until


@pytest.mark.parametrize(
    "begins", [datetime(2026, 3, 29, 0, 50, tzinfo=UTC), datetime(2026, 10, 25, 0, 50, tzinfo=UTC)]
)
async def test_45_minutes_are_45_minutes_on_the_nights_of_the_clock(house: Service, begins: datetime) -> None:
    clock.freeze(begins)
    amina = await builders.volunteer(house)
    asker = await _claimed(house, amina)
    start = clock.now()

    await _after(house, start, BACK - SECOND)
    assert (await case_row(asker)).status == CaseStatus.CLAIMED

    await _after(house, start, BACK)
    assert (await case_row(asker)).status == CaseStatus.QUEUED


async def test_my_next_shift_counts_with_the_time_of_a_claim_and_needs_a_shift(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await _claimed(house, amina)

    with pytest.raises(BadInput) as refused:
        await _keep(house, amina, asker, "shift")
    assert refused.value.code == "keep_no_shift"

    tomorrow = clock.now() + timedelta(days=1)
    await builders.shift(house, amina, starts_at=tomorrow)
    assert await _keep(house, amina, asker, "shift") == tomorrow + BACK


async def test_nobody_keeps_anothers_case_nor_one_for_ever(house: Service) -> None:
    amina, bo = await builders.volunteer(house), await builders.volunteer(house, "Bo")
    asker = await builders.claimed_case(house, amina)

    with pytest.raises(NotFound):
        await _keep(house, bo, asker)
    for until in (clock.now() - SECOND, clock.now() + timedelta(days=60)):
        with pytest.raises(BadInput) as refused:
            async with acting(house, amina) as work:
                await keeping_cases.keep_case(work, case_id=asker.case_id, until=until)
        assert refused.value.code == "keep_not_so_long"

    assert (await case_row(asker)).kept_until is None
