"""What is said of when a person answers is remembered, or not said; of a missed promise everybody hears once."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import cases, on_duty
from bot.engine import clock
from bot.service import Service
from bot.shifts import taking
from models.notice import Notice
from models.timer import TimerKind
from tests import builders
from tests.builders import Newcomer, acting, case_row, said_to

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)  # ten in the morning in Lund
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _morning() -> None:
    clock.freeze(START)


async def passes(service: Service, minutes: float) -> None:
    clock.move(minutes * MINUTE)
    await builders.do_all_due(service)


def plain(text: str) -> str:
    return "".join(letter for letter in text if letter not in "\u2066\u2068\u2069")


async def last(asker: Newcomer, kind: Notice) -> str:
    return plain((await builders.screen(asker.service, asker.id, kind))[-1])


# Coordinators.


@pytest.mark.parametrize("seconds", [-30, 0, 30])
async def test_coordinators_read_in_one_message_that_nobody_takes_it_and_what_was_promised(
    service: Service, seconds: int
) -> None:
    """Both come a quarter of an hour after the question; whichever is looked at first."""
    karin = await builders.coordinator(service)
    await builders.volunteer(service)
    asker = await builders.case_of(service)
    promised: datetime = (await case_row(asker)).promised_by
    async with service.store.work() as work:
        moved = promised + timedelta(seconds=seconds)
        await work.db.execute(cases.CASES.update().values(promised_by=moved))
        await work.remind(TimerKind.PROMISE, asker.case_id, moved)
    for minutes in (5, 5, 5, 1, 20):
        await passes(service, minutes)

    assert await said_to(service, karin.id, Notice.COORDINATOR_LATE) == []
    code = f"{asker.code[:3]} {asker.code[3:6]} {asker.code[6:]}"
    [told] = await said_to(service, karin.id, Notice.NOBODY_TAKES)
    [text] = await builders.screen(service, karin.id, Notice.NOBODY_TAKES)
    assert told.params["promised_by"] is not None
    by = "10:14" if seconds < 0 else "10:15"
    assert plain(text).split("\n")[1:] == [
        f"Besökaren lovades svar senast i dag kl. {by}.", "Svenska · Telegram", "Är här: Amina.",
    ]  # fmt: skip
    assert text.startswith(f"Ärende {code} har väntat i")
    assert len(await said_to(service, asker.id, Notice.LATE)) == 1


async def test_after_the_service_was_down_it_is_one_message_and_nobody_is_left_out(service: Service) -> None:
    karin = await builders.coordinator(service)
    amina = await builders.volunteer(service)
    await builders.case_of(service)

    await passes(service, 60)
    await passes(service, 1)

    assert [row.kind for row in await said_to(service, karin.id)] == [Notice.NOBODY_TAKES]
    assert len(await said_to(service, amina.id, Notice.STILL_WAITS)) == 1


async def test_a_promise_that_passes_at_another_time_is_told_by_itself(service: Service) -> None:
    """The second in the queue was promised half an hour."""
    karin = await builders.coordinator(service)
    await builders.volunteer(service)
    await builders.case_of(service)
    builders.a_second_later()
    second = await builders.case_of(service)

    for _ in range(4):
        await passes(service, 5)
    first = [row.kind for row in await said_to(service, karin.id) if row.case_id == second.case_id]
    for _ in range(4):
        await passes(service, 5)
    both = [row.kind for row in await said_to(service, karin.id) if row.case_id == second.case_id]

    assert (first, both) == ([Notice.NOBODY_TAKES], [Notice.NOBODY_TAKES, Notice.COORDINATOR_LATE])


# The newcomer, told once: not never.


async def test_one_whose_apology_a_claim_kept_back_is_told_when_it_is_late_again(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.case_of(service)
    await passes(service, 16)
    await builders.claims(service, amina, asker)
    assert await said_to(service, asker.id, Notice.LATE) == [], "it had not left"
    async with acting(service, amina) as work:
        await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)

    await passes(service, 16)
    await passes(service, 60)

    assert len(await said_to(service, asker.id, Notice.LATE)) == 1


async def test_one_who_has_read_the_apology_is_told_no_other(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.case_of(service)
    await passes(service, 16)
    await builders.deliver_all(builders.delivery_of(service, builders.Postbox()))
    await builders.claims(service, amina, asker)
    async with acting(service, amina) as work:
        await cases.release_case(work, case_id=asker.case_id, seen_seq=2**50)

    await passes(service, 16)

    assert len(await said_to(service, asker.id, Notice.LATE)) == 1


# What is said is remembered.


async def test_minutes_that_are_said_later_are_those_that_are_left(service: Service) -> None:
    await builders.volunteer(service)
    asker = await builders.case_of(service)
    promised = (await case_row(asker)).promised_by
    await passes(service, 10)

    await asker.says("En sak till")
    kept = await last(asker, Notice.WORDS_KEPT)
    await asker.commands("status")
    stands = await last(asker, Notice.STATUS)

    assert "inom 5 minuter" in kept and "inom 5 minuter" in stands
    assert (await case_row(asker)).promised_by == promised


async def test_an_earlier_time_that_is_said_is_a_promise_and_is_late_if_it_is_not_kept(service: Service) -> None:
    """She was told "tomorrow"; now somebody is there."""
    amina = await builders.volunteer(service, on_shift=False)
    await builders.shift(service, amina, starts_at=START + timedelta(days=1))
    asker = await builders.case_of(service)
    clock.move(MINUTE)
    async with acting(service, amina) as work:
        await on_duty.here_for(work, 2)

    await asker.says("En sak till")
    assert "inom 15 minuter" in await last(asker, Notice.WORDS_KEPT)
    assert (await case_row(asker)).promised_by == clock.now() + 15 * MINUTE
    await passes(service, 15)

    assert len(await said_to(service, asker.id, Notice.LATE)) == 1


async def test_who_reads_a_later_time_is_not_told_it_again(service: Service) -> None:
    """Nobody is there any more, and she asks before she is told."""
    amina = await builders.volunteer(service)
    asker = await builders.case_of(service)
    await builders.shift(service, amina, starts_at=START + timedelta(days=1))
    clock.move(MINUTE)
    async with acting(service, amina) as work:
        await on_duty.gone(work)

    await asker.says("En sak till")
    await passes(service, 0)

    assert "i morgon kl. 10:00" in await last(asker, Notice.WORDS_KEPT)
    assert await said_to(service, asker.id, Notice.PROMISE_MOVED) == []
    assert (await case_row(asker)).promised_by == START + timedelta(days=1, minutes=15)


async def test_a_time_that_an_apology_names_is_a_promise_too(service: Service) -> None:
    """The shift of which she was told is given up: she reads of it."""
    amina, bo = [await builders.volunteer(service, name, on_shift=False) for name in ("Amina", "Bo")]
    await builders.shift(service, amina, lasts=10 * MINUTE)
    shift = await builders.shift(service, bo, starts_at=START + timedelta(days=1))
    asker = await builders.case_of(service)
    await passes(service, 16)
    assert "i morgon kl. 10:00" in await last(asker, Notice.LATE)

    async with acting(service, bo) as work:
        await taking.cannot_come(work, shift)
    await passes(service, 1)

    [moved] = await said_to(service, asker.id, Notice.PROMISE_MOVED)
    assert moved.params["promise"] == "unknown"
    assert len(await said_to(service, asker.id, Notice.LATE)) == 1
