"""A case that nobody takes: after 5 minutes those who are there are reminded, after 10 others are asked, after 15 the
coordinators; each once."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import cases, on_duty
from bot.engine import clock
from bot.service import Service
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEPS = (Notice.OFFERED, Notice.STILL_WAITS, Notice.NOBODY_TAKES)


async def told(service: Service, *people: Staff) -> list[str]:
    """What these were told of what waits, as "who: what"."""
    found = []
    for one in people:
        for row in await builders.said_to(service, one.id, *STEPS):
            found.append(f"{one.alias}: {row.kind}{row.params.get('why', '') and ' ' + row.params['why']}")
    return found


async def after(service: Service, asker: Newcomer, minutes: float) -> None:
    queued: datetime = (await builders.case_row(asker)).queued_at
    clock.freeze(queued + minutes * MINUTE)
    await builders.do_all_due(service)


async def everybody(service: Service, *, at: datetime = START) -> tuple[Staff, Staff, Staff, Staff]:
    """Karin coordinates; Amina (ar) and Bo (fa) are there; Cia (ar) has no shift and may be asked."""
    clock.freeze(at)
    karin = await builders.coordinator(service)
    amina = await builders.volunteer(service, "Amina", speaks=("ar",))
    bo = await builders.volunteer(service, "Bo", speaks=("fa",))
    cia = await builders.volunteer(service, "Cia", speaks=("ar",), on_shift=False)
    await builders.stands(service, cia, may_be_asked=True)
    return karin, amina, bo, cia


async def test_each_step_tells_its_people_once_and_in_its_minute(service: Service) -> None:
    people = await everybody(service)
    asker = await builders.case_of(service, language="ar")
    first = ["Amina: offered"]
    steps = []
    for minutes in (4.99, 5, 9.99, 10, 14.99, 15, 40):
        await after(service, asker, minutes)
        await builders.do_all_due(service)
        steps.append(await told(service, *people))

    second = ["Amina: offered", "Amina: still_waits", "Bo: offered untaken"]
    third = [*second, "Cia: offered asked"]
    assert steps == [first, second, second, third, third, *[["Karin: nobody_takes", *third]] * 2]


async def test_a_claim_ends_it_and_a_release_begins_it_anew(service: Service) -> None:
    people = await everybody(service)
    asker = await builders.case_of(service, language="ar")
    await after(service, asker, 6)
    await builders.claims(service, people[1], asker)
    clock.move(30 * MINUTE)
    await builders.do_all_due(service)
    assert "Karin: nobody_takes" not in await told(service, *people)

    async with builders.acting(service, people[1]) as work:
        await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)
    before = await told(service, *people)
    await after(service, asker, 5)

    assert len(await told(service, *people)) == len(before) + 2  # Amina is reminded, Bo has a card
    assert (await builders.case_row(asker)).reminded == 1


async def test_time_does_not_count_while_nobody_ought_to_answer(service: Service) -> None:
    clock.freeze(START)
    karin = await builders.coordinator(service)
    amina = await builders.volunteer(service, "Amina", on_shift=False)
    asker = await builders.case_of(service)
    shift = START + timedelta(hours=4)
    await builders.shift(service, amina, starts_at=shift)
    for hours in (1, 2, 3):
        clock.freeze(START + timedelta(hours=hours))
        await builders.do_all_due(service)
    assert await told(service, karin, amina) == []

    steps = []
    for minutes in (0, 4.99, 5, 14.99, 15):
        clock.freeze(shift + minutes * MINUTE)
        if minutes == 0:
            await builders.do_all_due(service)
            async with builders.acting(service, amina):
                pass
        await builders.do_all_due(service)
        steps.append(len(await told(service, karin, amina)))

    assert steps == [1, 1, 2, 2, 3]
    assert asker


async def test_an_absent_volunteer_does_not_stop_the_clock(service: Service) -> None:
    clock.freeze(START)
    karin = await builders.coordinator(service)
    amina = await builders.volunteer(service, "Amina", on_shift=False)
    cia = await builders.volunteer(service, "Cia", on_shift=False)
    await builders.stands(service, cia, may_be_asked=True)
    shift = START + timedelta(hours=1)
    await builders.shift(service, amina, starts_at=shift)
    await builders.case_of(service)

    for minutes in (0, 5, 10, 15):
        clock.freeze(shift + minutes * MINUTE)
        await builders.do_all_due(service)

    assert await told(service, karin, amina, cia) == [
        "Karin: nobody_takes", "Amina: offered", "Amina: still_waits", "Cia: offered asked",
    ]  # fmt: skip


@pytest.mark.parametrize("at", [datetime(2026, 12, 1, 20, 15, tzinfo=UTC), datetime(2026, 12, 1, 5, 30, tzinfo=UTC)])
async def test_nobody_off_shift_is_asked_at_night(service: Service, at: datetime) -> None:
    people = await everybody(service, at=at)
    asker = await builders.case_of(service, language="ar")
    for minutes in (5, 10, 15, 60):
        await after(service, asker, minutes)

    assert await told(service, people[3]) == []
    assert await told(service, people[0]) == ["Karin: nobody_takes"]


async def test_if_nobody_who_may_be_asked_has_the_language_all_of_them_are(service: Service) -> None:
    people = await everybody(service)
    asker = await builders.case_of(service, language="uk")
    await after(service, asker, 5)
    await after(service, asker, 10)

    assert await told(service, people[3]) == ["Cia: offered asked"]


async def test_three_steps_that_were_all_missed_are_made_up_for_once(service: Service) -> None:
    """The service was down."""
    people = await everybody(service)
    asker = await builders.case_of(service, language="ar")
    await after(service, asker, 60)
    await after(service, asker, 61)

    assert await told(service, *people) == [
        "Karin: nobody_takes", "Amina: offered", "Amina: still_waits", "Bo: offered untaken", "Cia: offered asked",
    ]  # fmt: skip


async def test_a_coordinator_reads_who_is_there(service: Service) -> None:
    people = await everybody(service)
    asker = await builders.case_of(service, language="ar")
    for minutes in (5, 10, 15):
        await after(service, asker, minutes)

    code = f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}"
    [read] = await builders.screen(service, people[0].id, Notice.NOBODY_TAKES)
    assert read == (
        f"Ärende {code} har väntat i 15 minuter. Ingen har tagit det.\n"
        "Besökaren lovades svar senast i dag kl. 10:15.\nArabiska · Telegram\n"
        "Är här: \u2068Amina, Bo\u2069."
    )


async def test_a_newcomer_is_told_once_that_it_is_late_whatever_shifts_begin(service: Service) -> None:
    clock.freeze(START)
    karin, amina = await builders.coordinator(service), await builders.volunteer(service, "Amina", on_shift=False)
    for days in range(1, 4):
        await builders.shift(service, amina, starts_at=START + timedelta(days=days), lasts=timedelta(hours=2))
    asker = await builders.case_of(service)

    for hours in range(1, 24 * 4):
        clock.freeze(START + timedelta(hours=hours, minutes=16))
        await builders.do_all_due(service)

    [late] = await builders.said_to(service, asker.id, Notice.LATE)
    assert late.params["at"] == "2026-12-03T09:00:00Z"
    assert len(await builders.said_to(service, karin.id, Notice.NOBODY_TAKES)) == 1


async def test_once_somebody_has_answered_a_newcomer_may_be_told_again(service: Service) -> None:
    clock.freeze(START)
    amina = await builders.volunteer(service, "Amina")
    asker = await builders.case_of(service)
    clock.move(20 * MINUTE)
    await builders.do_all_due(service)
    assert len(await builders.said_to(service, asker.id, Notice.LATE)) == 1
    await builders.claims(service, amina, asker)  # and what has not left of it is said no more
    await builders.answers(service, amina, asker)
    assert (await builders.case_row(asker)).late_told_at is None
    clock.move(20 * MINUTE)
    await asker.says("En sak till")
    async with builders.acting(service, amina) as work:
        await on_duty.acted(work)
        await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)

    clock.move(20 * MINUTE)
    await builders.do_all_due(service)

    assert len(await builders.said_to(service, asker.id, Notice.LATE)) == 1
