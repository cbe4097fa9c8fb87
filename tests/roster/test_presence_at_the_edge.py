"""Every timer at a second before and after a shift's change: on a usual day, in the hour that comes twice and where one
is missing; after a restart between; and with two processes at once."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import clock
from bot.service import Service
from bot.telling.rounds import Rounds
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, said_to

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CHANGES = {
    "a usual noon": datetime(2026, 12, 1, 11, 0, tzinfo=UTC),
    "the hour that comes twice, first": datetime(2027, 10, 31, 0, 30, tzinfo=UTC),  # 02:30 in Lund
    "the hour that comes twice, second": datetime(2027, 10, 31, 1, 30, tzinfo=UTC),  # 02:30 again
    "where an hour is missing": datetime(2027, 3, 28, 1, 0, tzinfo=UTC),  # 02:00 is 03:00
}
CHANGE = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


async def between_two(service: Service, change: datetime) -> tuple[Staff, Staff, Newcomer]:
    """Amina is there until the change and owes an answer; Bo's shift begins then. It is a minute before."""
    clock.freeze(change - timedelta(hours=2))
    amina, bo = [await builders.volunteer(service, name, on_shift=False) for name in ("Amina", "Bo")]
    await builders.shift(service, bo, starts_at=change, lasts=timedelta(hours=2))
    await builders.shift(service, amina, starts_at=change - timedelta(hours=2), lasts=timedelta(hours=2))
    clock.freeze(change - MINUTE)
    asker = await builders.claimed_case(service, amina)
    await builders.do_all_due(service)
    return amina, bo, asker


async def at(service: Service, when: datetime) -> None:
    clock.freeze(when)
    await builders.do_all_due(service)


@CHANGE
async def test_each_timer_comes_at_its_instant_and_not_a_second_before(service: Service, change: datetime) -> None:
    karin = await builders.coordinator(service)
    amina, bo, asker = await between_two(service, change)
    waits = [
        (change, bo, Notice.SHIFT_STARTS),
        (change, amina, Notice.SHIFT_LEAVES),
        (change + 10 * MINUTE, bo, Notice.ARE_YOU_HERE),
        (change + 15 * MINUTE, amina, Notice.SHIFT_RETURNED),
        (change + 30 * MINUTE, karin, Notice.NOBODY_TAKES),  # a quarter of an hour after it returned
    ]

    for instant, whom, what in waits:
        if clock.now() < instant:
            await at(service, instant - SECOND)
            assert await said_to(service, whom.id, what) == [], what
            await at(service, instant)
        await at(service, instant + SECOND)
        assert len(await said_to(service, whom.id, what)) == 1, what
    assert len(await said_to(service, asker.id, Notice.RELEASED)) == 1


@CHANGE
async def test_what_came_while_the_service_was_down_is_said_once(service: Service, change: datetime) -> None:
    karin = await builders.coordinator(service)
    amina, bo, asker = await between_two(service, change)

    await at(service, change + 28 * MINUTE)
    await at(service, change + 29 * MINUTE)

    for whom, what in ((bo, Notice.SHIFT_STARTS), (bo, Notice.ARE_YOU_HERE), (karin, Notice.SHIFT_ABSENT)):
        assert len(await said_to(service, whom.id, what)) == 1, what
    assert len(await said_to(service, amina.id, Notice.SHIFT_LEAVES)) == 1
    assert (await builders.case_row(asker)).status == "claimed"  # who was asked a moment ago has her quarter of an hour
    await at(service, change + 43 * MINUTE)
    assert (await builders.case_row(asker)).status == "queued"


@CHANGE
async def test_two_processes_say_each_thing_once(service: Service, change: datetime) -> None:
    karin = await builders.coordinator(service)
    amina, bo, _ = await between_two(service, change)
    others = [Rounds(service) for _ in range(2)]

    for minutes in (0, 10, 15, 20, 25, 30):
        clock.freeze(change + minutes * MINUTE)
        while any([await one.do_one() for one in others]):
            pass

    for whom, what in (
        (bo, Notice.SHIFT_STARTS), (bo, Notice.ARE_YOU_HERE), (karin, Notice.SHIFT_ABSENT),
        (amina, Notice.SHIFT_LEAVES), (amina, Notice.SHIFT_RETURNED), (karin, Notice.NOBODY_TAKES),
    ):  # fmt: skip
        assert len(await said_to(service, whom.id, what)) == 1, what


@CHANGE
async def test_cards_go_to_the_next_shift_from_its_first_second_to_the_end_of_the_first_minutes(
    service: Service, change: datetime
) -> None:
    _, bo, _ = await between_two(service, change)
    askers = {seconds: await builders.newcomer(service) for seconds in (-1, 0, 1, 599, 600, 601)}
    has_a_card = {}

    for seconds, asker in askers.items():
        clock.freeze(change + seconds * SECOND)
        await asker.says("Jag har fått ett brev")
        await builders.note_case(asker)
        cards = "SELECT id FROM outbox WHERE kind = 'offered' AND case_id = :case AND address_id = :lane"
        lane = (await builders.one(service, "SELECT id FROM addresses WHERE person_id = :bo", bo=bo.id)).id
        has_a_card[seconds] = len(await builders.table(service, cards, case=asker.case_id, lane=lane))

    assert has_a_card == {-1: 0, 0: 1, 1: 1, 599: 1, 600: 0, 601: 0}
