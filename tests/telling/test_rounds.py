"""Timers: what is said when a promise was not kept, once; and what the daily round does by itself."""

import asyncio
from datetime import UTC, datetime, timedelta

from bot.engine import clock
from bot.roster import shifts
from bot.service import Service
from bot.telling import rounds
from bot.telling.rounds import Rounds
from models.case import spoken_code
from models.notice import Notice
from models.timer import TimerKind
from tests import builders
from tests.builders import case_row

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)


async def test_a_missed_promise_is_told_once_to_the_newcomer_and_once_to_the_coordinators(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    karin = await builders.coordinator(service)
    await builders.volunteer(service)
    asker = await builders.case_of(service)

    for _ in range(3):
        clock.move(timedelta(minutes=16))
        await builders.do_all_due(service)

    (told,) = await builders.screen(service, asker.id, Notice.LATE)
    words = service.words("sv")
    assert words("promise_late") in told and words("promise_soon", n=15) not in told
    (alarm,) = await builders.screen(service, karin.id, Notice.NOBODY_TAKES, Notice.COORDINATOR_LATE)
    assert spoken_code(asker.code) in alarm


async def test_a_promise_that_was_kept_is_not_called_missed(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)

    clock.move(timedelta(minutes=16))
    await builders.do_all_due(house)

    assert await builders.said_to(house, asker.id, Notice.LATE) == []


async def test_a_claimed_case_without_an_answer_for_a_day_is_told_once(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    karin = await builders.coordinator(service)
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await builders.answers(service, amina, asker)
    clock.move(timedelta(minutes=1))
    await asker.says("Och sedan?")
    clock.move(timedelta(hours=24))
    await builders.do_all_due(service)
    clock.move(timedelta(hours=24))
    await builders.do_all_due(service)

    assert len(await builders.said_to(service, asker.id, Notice.LATE)) == 1
    assert len(await builders.said_to(service, karin.id, Notice.COORDINATOR_LATE)) == 1


async def test_an_answer_in_time_stops_the_alarm_and_new_words_start_it_anew(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    karin = await builders.coordinator(house)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    clock.move(timedelta(hours=23))
    await builders.answers(house, amina, asker)
    clock.move(timedelta(hours=2))
    await builders.do_all_due(house)
    assert await builders.said_to(house, karin.id, Notice.COORDINATOR_LATE) == []

    await asker.says("Och sedan?")
    clock.move(timedelta(hours=24))
    await builders.do_all_due(house)

    assert len(await builders.said_to(house, karin.id, Notice.COORDINATOR_LATE)) == 1
    assert len(await builders.said_to(house, asker.id, Notice.LATE)) == 1


async def test_when_a_shift_is_added_those_who_could_be_promised_nothing_learn_the_time(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.case_of(service)
    amina = await builders.volunteer(service, on_shift=False)

    await builders.shift(service, amina, starts_at=MONDAY_NOON + timedelta(hours=5))
    await builders.do_all_due(service)

    (told,) = await builders.screen(service, asker.id, Notice.TIME_KNOWN)
    assert "17:00" in told
    assert (await case_row(asker)).promised_by == MONDAY_NOON + timedelta(hours=5, minutes=15)


async def test_a_shift_that_was_promised_by_and_cancelled_ends_in_a_late_note(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, on_shift=False)
    shift_id = await builders.shift(house, amina, starts_at=MONDAY_NOON + timedelta(hours=1))
    asker = await builders.case_of(house)
    async with house.store.work() as work:
        await shifts.cancel_shift(work, shift_id)

    clock.move(timedelta(hours=1, minutes=15))
    await builders.do_all_due(house)

    (told,) = await builders.screen(house, asker.id, Notice.LATE)
    assert house.words("sv")("promise_unknown") in told


async def test_words_held_for_a_consent_that_never_came_are_gone_after_a_day(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.newcomer(service, agreed=False)
    await asker.says("Min hemliga fråga")
    clock.move(timedelta(hours=24))

    await builders.do_all_due(service)

    row = await builders.one(service, "SELECT draft, drafted_at FROM conversations")
    assert (row.draft, row.drafted_at) == (None, None)
    await asker.presses("consent:yes")
    (offered,) = await builders.screen(service, asker.id, Notice.ASK_QUESTION)
    assert "hemliga" not in offered


async def test_words_added_to_held_ones_are_gone_a_day_after_the_last(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.newcomer(house, agreed=False)
    await asker.says("En")
    clock.move(timedelta(hours=10))
    await asker.says("Två")
    clock.move(timedelta(hours=14))
    await builders.do_all_due(house)
    assert (await builders.one(house, "SELECT draft FROM conversations")).draft is not None

    clock.move(timedelta(hours=10))
    await builders.do_all_due(house)

    assert (await builders.one(house, "SELECT draft FROM conversations")).draft is None


async def test_words_held_by_somebody_who_agreed_and_never_said_send_are_gone_after_a_day(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.newcomer(house, agreed=False)
    await asker.says("Min hemliga fråga")
    await asker.presses("consent:yes")
    clock.move(timedelta(hours=24))

    await builders.do_all_due(house)

    assert (await builders.one(house, "SELECT draft FROM conversations")).draft is None


async def test_a_timer_that_fails_is_tried_again_later_and_holds_up_nobody(house: Service, monkeypatch) -> None:
    clock.freeze(MONDAY_NOON)
    await builders.volunteer(house)
    first, second = await builders.case_of(house), await builders.case_of(house)
    kept = rounds._DOES[TimerKind.PROMISE]

    async def fails_for_the_first(work: object, case_id: int) -> None:
        if case_id == first.case_id:
            raise RuntimeError("a bug")
        await kept(work, case_id)  # type: ignore[arg-type]

    monkeypatch.setitem(rounds._DOES, TimerKind.PROMISE, fails_for_the_first)
    clock.move(timedelta(minutes=31))
    await builders.do_all_due(house)
    assert len(await builders.said_to(house, second.id, Notice.LATE)) == 1
    assert await builders.said_to(house, first.id, Notice.LATE) == []

    monkeypatch.undo()
    clock.move(timedelta(minutes=5))
    await builders.do_all_due(house)

    assert len(await builders.said_to(house, first.id, Notice.LATE)) == 1


async def test_the_daily_round_is_armed_once_and_arms_itself_again(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    for _ in range(2):
        await Rounds(house)._arm_regular()
    clock.move(timedelta(hours=15, minutes=30))  # 03:30 in Stockholm

    done = await builders.do_all_due(house)

    assert done == 2, "the round and, every quarter of an hour, what may not stay in chats"
    row = await builders.one(house, "SELECT due_at FROM timers WHERE kind = 'daily' AND done_at IS NULL")
    assert str(row.due_at).startswith("2026-01-07 02:30")


async def test_a_round_armed_twice_by_two_processes_becomes_one_again(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    async with house.store.work() as work:
        for _ in range(2):
            await work.remind(TimerKind.MORNING, 0, work.now)

    assert await builders.do_all_due(house) == 2

    assert len(await builders.table(house, "SELECT 1 FROM timers WHERE kind = 'morning' AND done_at IS NULL")) == 1


async def test_two_rounds_at_once_do_a_timer_once(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    await builders.volunteer(service)
    asker = await builders.case_of(service)
    clock.move(timedelta(minutes=16))

    await asyncio.gather(*(builders.do_all_due(service) for _ in range(4)))

    assert len(await builders.said_to(service, asker.id, Notice.LATE)) == 1
