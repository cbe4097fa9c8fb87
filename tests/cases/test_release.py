"""Giving a case back: to where it stood, never over words that have not been read."""

from datetime import timedelta

import pytest

from bot.cases import cases, messages, on_duty, queue
from bot.engine import clock
from bot.engine.errors import NewerWords, NotFound
from bot.people import logins, people
from bot.service import Service
from bot.volunteers import leaving
from models.case import CaseStatus
from models.notice import Notice
from models.people import Device
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row


async def _release(service: Service, staff: Staff, asker: Newcomer, *, seen_seq: int | None = None) -> None:
    async with acting(service, staff) as work:
        case = await case_row(asker)
        seen = await messages.newest_seq(work, case) if seen_seq is None else seen_seq
        await cases.release_case(work, case_id=asker.case_id, seen_seq=seen)


async def test_a_released_case_stands_in_the_queue_where_it_stood(service: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(service)
    first = await builders.case_of(service)
    asked_at = clock.now()
    await builders.claims(service, amina, first)
    clock.move(timedelta(minutes=10))
    second = await builders.case_of(service)
    clock.move(timedelta(minutes=10))

    await _release(service, amina, first)

    case = await case_row(first)
    assert (case.status, case.volunteer_id, case.claimed_at) == (CaseStatus.QUEUED, None, None)
    assert case.waiting_since == asked_at
    async with service.store.look() as db:
        assert [row.id for row in await queue.waiting(db)] == [first.case_id, second.case_id]


async def test_an_answered_case_waits_from_its_release(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await builders.answers(house, amina, asker)
    clock.move(timedelta(hours=1))

    await _release(house, amina, asker)

    assert (await case_row(asker)).waiting_since == clock.now()


async def test_a_slip_of_the_finger_is_not_told(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    clock.move(timedelta(minutes=2) - timedelta(seconds=1))

    await _release(house, amina, asker)

    assert await builders.said_to(house, asker.id, Notice.RELEASED) == []


async def test_a_slip_of_the_finger_is_told_if_nobody_is_there_any_more(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    async with acting(house, amina) as work:
        await on_duty.gone(work)

    await _release(house, amina, asker)

    (told,) = await builders.screen(house, asker.id, Notice.RELEASED)
    assert house.words("sv")("promise_soon", n=house.settings.promise_minutes) not in told
    assert (await case_row(asker)).promised_by is None


async def test_after_two_minutes_the_newcomer_is_told_with_a_new_time(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    clock.move(timedelta(minutes=2))

    await _release(house, amina, asker)

    (told,) = await builders.screen(house, asker.id, Notice.RELEASED)
    assert house.words("sv")("promise_soon", n=house.settings.promise_minutes) in told


async def test_a_volunteer_who_has_written_does_not_leave_silently(house: Service) -> None:
    clock.freeze(clock.now())
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await builders.answers(house, amina, asker, "Hej")

    await _release(house, amina, asker)

    assert len(await builders.said_to(house, asker.id, Notice.RELEASED)) == 1


async def test_a_case_is_not_released_over_newer_words(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    async with acting(house, amina) as work:
        shown = await messages.newest_seq(work, await case_row(asker))
    await asker.says("En sak till")

    with pytest.raises(NewerWords):
        await _release(house, amina, asker, seen_seq=shown)

    assert (await case_row(asker)).volunteer_id == amina.id


async def test_a_case_is_not_released_over_a_newer_edit(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    async with acting(house, amina) as work:
        shown = await messages.newest_seq(work, await case_row(asker))
    await asker.edits("first", "Jag menade ett annat brev")

    with pytest.raises(NewerWords):
        await _release(house, amina, asker, seen_seq=shown)


async def test_nobody_releases_another_volunteer_s_case(house: Service) -> None:
    amina, bo = await builders.volunteer(house), await builders.volunteer(house, "Bo")
    asker = await builders.claimed_case(house, amina)

    with pytest.raises(NotFound):
        await _release(house, bo, asker)

    assert (await case_row(asker)).volunteer_id == amina.id


async def test_a_released_case_is_offered_again(house: Service) -> None:
    amina, bo = await builders.volunteer(house), await builders.volunteer(house, "Bo")
    asker = await builders.claimed_case(house, amina)

    await _release(house, amina, asker)

    offered = await builders.said_to(house, bo.id, Notice.OFFERED)
    assert [row.case_id for row in offered] == [asker.case_id]


async def test_ending_a_volunteer_s_access_frees_their_cases_and_ends_their_logins(service: Service) -> None:
    amina, bo = await builders.volunteer(service, chat_id=500), await builders.volunteer(service, "Bo")
    asker = await builders.claimed_case(service, amina)
    async with service.store.work() as work:
        token = await logins.open_login(work, amina.id, Device.STAFF)

    async with service.store.work() as work:
        freed = await leaving.disable_staff(work, amina.id)

    assert freed == 1
    assert (await case_row(asker)).status == CaseStatus.QUEUED
    async with service.store.look() as db:
        assert await logins.login_of(db, token, clock.now()) is None
    async with service.store.work() as work:
        assert await people.staff_on_telegram(work, 500) is None
    assert len(await builders.said_to(service, asker.id, Notice.RELEASED)) == 1
    assert len(await builders.said_to(service, bo.id, Notice.OFFERED)) == 1
    lines = await builders.table(service, "SELECT detail FROM case_events WHERE kind = 'released'")
    assert [line.detail for line in lines] == ["disabled"]


async def test_a_disabled_volunteer_is_offered_nothing(house: Service) -> None:
    amina = await builders.volunteer(house)
    async with house.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    await builders.case_of(house)

    assert await builders.said_to(house, amina.id, Notice.OFFERED) == []
