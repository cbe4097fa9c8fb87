"""Whom a changed day is told to: those with an open case, those who asked, those on the shift, and nobody else."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import update

from bot.engine import clock
from bot.engine.errors import Stale
from bot.hours import changes
from bot.hours.texts_unasked import ShiftHours
from bot.language.textshape import without_bidi_controls
from bot.places import places
from bot.service import Service
from bot.telling.letters import Unreachable
from models.hours import Reason
from models.hours_change import Change, Verb
from models.notice import Notice
from models.outbox import Outbox
from tests import builders
from tests.builders import Newcomer, Staff

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten o'clock in Lund
TODAY, NEXT_MONDAY, FAR_MONDAY = date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 28)


@pytest.fixture
async def library(service: Service) -> Service:
    """Linero is open on Mondays 13:00-15:30, and it is Monday morning."""
    clock.freeze(MONDAY)
    async with service.store.work() as work:
        await places.add_place(work, code="linero", name_key="linero_library", address="Testgatan 1")
        await changes.set_hours(
            work, place="linero", weekday=0, spans=[(time(13), time(15, 30))], valid_from=date(2026, 1, 1)
        )
    return service


async def close(service: Service, day: date, reason: str = Reason.ILLNESS) -> int:
    async with service.store.work() as work:
        return await builders.close_day(work, place="linero", day=day, reason=reason)


async def told(service: Service, person: Newcomer | Staff, kind: Notice) -> list[str]:
    """What the person reads of this kind, as one reads it: without the marks of direction."""
    return [without_bidi_controls(text) for text in await builders.screen(service, person.id, kind)]


async def test_a_closing_today_reaches_those_with_an_open_case_and_nobody_else(library: Service) -> None:
    waiting = await builders.case_of(library)
    idle = await builders.newcomer(library)

    await close(library, TODAY)

    (said,) = await told(library, waiting, Notice.HOURS_CHANGED)
    assert "Linero bibliotek, i dag: stängt. Orsak: sjukdom" in said
    assert await told(library, idle, Notice.HOURS_CHANGED) == []


async def test_a_session_they_were_told_of_counts_and_one_far_ahead_does_not(library: Service) -> None:
    waiting = await builders.case_of(library)

    await close(library, NEXT_MONDAY)
    await close(library, FAR_MONDAY)

    (said,) = await told(library, waiting, Notice.HOURS_CHANGED)
    assert "30 november" in said


async def test_who_asked_to_be_reminded_hears_of_that_session_and_only_that(library: Service) -> None:
    asked = await builders.newcomer(library, language="en")
    await asked.presses(f"remind:linero:{FAR_MONDAY:%Y%m%d}")

    await close(library, NEXT_MONDAY)
    assert await told(library, asked, Notice.HOURS_CHANGED) == []
    await close(library, FAR_MONDAY, Reason.HOLIDAY)

    (said,) = await told(library, asked, Notice.HOURS_CHANGED)
    assert "28 December 2026: closed. Reason: public holiday" in said


async def test_every_session_one_asked_about_is_told_however_many_close_at_once(library: Service) -> None:
    waiting = await builders.case_of(library)
    mondays = [TODAY + timedelta(days=7 * week) for week in range(1, 8)]
    for day in mondays:
        await waiting.presses(f"remind:linero:{day:%Y%m%d}")

    async with library.store.work() as work:
        change = Change(Verb.CLOSE, ("linero",), TODAY, mondays[-1], reason=Reason.HOLIDAY)
        await changes.publish_now(work, change)

    (said,) = await told(library, waiting, Notice.HOURS_CHANGED)
    assert said.count("stängt") == len([TODAY, *mondays])


async def test_a_session_cannot_be_promised_while_its_closing_is_being_published(library: Service) -> None:
    asked = await builders.newcomer(library)

    async with library.store.work() as work:
        await builders.close_day(work, place="linero", day=NEXT_MONDAY, reason=Reason.HOLIDAY)
        asking = asyncio.create_task(asked.presses(f"remind:linero:{NEXT_MONDAY:%Y%m%d}"))
        done, _ = await asyncio.wait([asking], timeout=0.2)
        assert not done

    with pytest.raises(Stale):
        await asking


async def test_taking_a_closing_back_is_told_as_well(library: Service) -> None:
    waiting = await builders.case_of(library)
    number = await close(library, TODAY)

    async with library.store.work() as work:
        await changes.undo(work, number)

    texts = await told(library, waiting, Notice.HOURS_CHANGED)
    assert "öppet kl. " in texts[-1]
    assert "13:00" in texts[-1]


async def test_a_change_of_what_is_over_or_does_not_matter_is_told_to_nobody(library: Service) -> None:
    waiting = await builders.case_of(library)
    clock.freeze(MONDAY + timedelta(hours=6))

    await close(library, TODAY)
    await close(library, TODAY - timedelta(days=7))

    assert await told(library, waiting, Notice.HOURS_CHANGED) == []


async def test_volunteers_on_the_shift_are_told_and_the_shift_goes_with_its_session(library: Service) -> None:
    on_it = await builders.volunteer(library, "Amina", on_shift=False)
    elsewhere = await builders.volunteer(library, "Kim", on_shift=False)
    at_one = MONDAY.replace(hour=12)
    await builders.shift(library, on_it, starts_at=at_one, lasts=timedelta(hours=3), place="linero")
    await builders.shift(library, elsewhere, starts_at=at_one, lasts=timedelta(hours=3))
    boss = await builders.coordinator(library)

    async with builders.acting(library, boss) as work:
        made = await changes.propose(work, Change(Verb.CLOSE, ("linero",), TODAY, reason=Reason.ILLNESS))
    assert [(one.place, one.names) for one in made.shifts] == [("linero", ("Amina",))]
    async with builders.acting(library, boss) as work:
        await changes.publish(work, made.draft, cancel_shifts=True)

    (row,) = await builders.said_to(library, on_it.id, Notice.SHIFT_HOURS)
    assert ShiftHours.read(row.params).cancelled
    assert await builders.said_to(library, elsewhere.id, Notice.SHIFT_HOURS) == []
    cancelled = await builders.table(library, "SELECT place FROM shifts WHERE cancelled_at IS NOT NULL")
    assert cancelled == [("linero",)]


async def test_a_closing_taken_back_brings_its_shift_back_and_tells_its_volunteer(library: Service) -> None:
    amina = await builders.volunteer(library, "Amina", on_shift=False)
    await builders.shift(library, amina, starts_at=MONDAY.replace(hour=12), lasts=timedelta(hours=3), place="linero")
    boss = await builders.coordinator(library)
    async with builders.acting(library, boss) as work:
        made = await changes.propose(work, Change(Verb.CLOSE, ("linero",), TODAY))
    async with builders.acting(library, boss) as work:
        number = await changes.publish(work, made.draft, cancel_shifts=True)

    async with builders.acting(library, boss) as work:
        await changes.undo(work, number)

    assert await builders.table(library, "SELECT 1 FROM shifts WHERE cancelled_at IS NOT NULL") == []
    rows = await builders.said_to(library, amina.id, Notice.SHIFT_HOURS)
    told = [ShiftHours.read(row.params) for row in rows]
    assert [(one.cancelled, one.back) for one in told] == [(True, False), (False, True)]


async def test_a_reminder_kept_behind_a_shut_door_is_not_said_after_the_session(library: Service) -> None:
    asked = await builders.newcomer(library, chat_id=77)
    await asked.presses(f"remind:linero:{NEXT_MONDAY:%Y%m%d}")
    postbox = builders.Postbox()
    delivery = builders.delivery_of(library, postbox)
    await builders.deliver_all(delivery)
    postbox.outcomes.append(Unreachable("blocked"))
    clock.freeze(datetime(2026, 11, 29, 17, 0, tzinfo=UTC))
    await builders.do_all_due(library)
    await builders.deliver_all(delivery)

    clock.freeze(datetime(2026, 11, 30, 17, 30, tzinfo=UTC))
    await asked.says("Hej")
    await builders.deliver_all(delivery)

    texts = [one.prompt.text for one in postbox.shows(77)]
    assert not any(library.words("sv")("reminder_evening") in text for text in texts)


async def test_a_reminder_that_may_have_been_lost_with_its_process_is_said_again(library: Service) -> None:
    asked = await builders.newcomer(library, chat_id=78)
    await asked.presses(f"remind:linero:{NEXT_MONDAY:%Y%m%d}")
    postbox = builders.Postbox()
    delivery = builders.delivery_of(library, postbox)
    await builders.deliver_all(delivery)
    clock.freeze(datetime(2026, 11, 29, 17, 0, tzinfo=UTC))
    await builders.do_all_due(library)
    async with library.store.work() as work:  # leased, and the COMMIT was answered with an error
        leased = {"lease_owner": library.store.instance, "leased_at": work.now - timedelta(hours=1)}
        await work.db.execute(update(Outbox).where(Outbox.state == "due").values(**leased))

    await delivery.sweep.free_forgotten_leases()
    await builders.deliver_all(delivery)

    assert library.words("sv")("reminder_evening") in postbox.shows(78)[-1].prompt.text


async def test_the_evening_before_they_are_reminded_once_and_not_of_a_closed_session(library: Service) -> None:
    asked = await builders.newcomer(library, language="en")
    for _ in range(2):
        await asked.presses(f"remind:linero:{NEXT_MONDAY:%Y%m%d}")
    await asked.presses(f"remind:linero:{NEXT_MONDAY + timedelta(days=7):%Y%m%d}")
    await close(library, NEXT_MONDAY + timedelta(days=7))

    clock.freeze(datetime(2026, 11, 29, 17, 0, tzinfo=UTC))  # 18:00 in Lund
    await builders.do_all_due(library)
    clock.freeze(datetime(2026, 12, 6, 17, 0, tzinfo=UTC))
    await builders.do_all_due(library)

    (said,) = await told(library, asked, Notice.SESSION_EVENING)
    assert "Linero" in said
    assert "tomorrow: open" in said or "30 November" in said


async def test_who_asks_after_the_evening_before_hears_of_changes_alone(library: Service) -> None:
    asked = await builders.newcomer(library, language="en")
    clock.freeze(datetime(2026, 11, 29, 20, 0, tzinfo=UTC))  # nine o'clock in the evening
    await asked.presses(f"remind:linero:{NEXT_MONDAY:%Y%m%d}")
    clock.move(timedelta(hours=1))
    await builders.do_all_due(library)

    await close(library, NEXT_MONDAY)

    (promised,) = await told(library, asked, Notice.REMINDER_SET)
    assert library.words("en")("reminder_set_late") in promised
    assert await told(library, asked, Notice.SESSION_EVENING) == []
    (said,) = await told(library, asked, Notice.HOURS_CHANGED)
    assert "tomorrow: closed" in said


async def test_a_reminder_outlives_the_purge_and_goes_with_its_session(library: Service) -> None:
    asked = await builders.newcomer(library)
    await asked.presses(f"remind:linero:{FAR_MONDAY:%Y%m%d}")

    clock.freeze(MONDAY + timedelta(days=33))
    await builders.purge(library)
    assert await builders.table(library, "SELECT count(*) FROM session_reminders") == [(1,)]
    clock.freeze(MONDAY + timedelta(days=37))
    await builders.purge(library)

    assert await builders.table(library, "SELECT count(*) FROM session_reminders") == [(0,)]
    assert await builders.table(library, "SELECT count(*) FROM people") == [(0,)]
