"""Newcomers who were promised a shift: they hear at once when it is not held, or nobody staffs it any more."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import clock
from bot.roster.signing import CannotStaff
from bot.service import Service
from bot.shifts import making, taking
from models.notice import Notice
from tests import builders
from tests.builders import Staff

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)


async def cancelled(service: Service, karin: Staff, _amina: Staff, shift: int) -> None:
    async with builders.acting(service, karin) as work:
        await making.cancel(work, shift, "sjukdom")


async def cancelled_by_command(service: Service, _karin: Staff, _amina: Staff, shift: int) -> None:
    async with service.store.work() as work:
        await making.cancel(work, shift)


async def cannot_come(service: Service, _karin: Staff, amina: Staff, shift: int) -> None:
    async with builders.acting(service, amina) as work:
        await taking.cannot_come(work, shift)


@pytest.mark.parametrize("happens", [cancelled, cancelled_by_command, cannot_come])
async def test_who_was_promised_a_shift_that_is_cancelled_is_told_another_time_at_once(
    service: Service, happens: Callable[[Service, Staff, Staff, int], Awaitable[None]]
) -> None:
    clock.freeze(NOW)
    karin = await builders.coordinator(service)
    amina, bo = [await builders.volunteer(service, name, on_shift=False) for name in ("Amina", "Bo")]
    shift = await builders.shift(service, amina, starts_at=NOW + timedelta(hours=6))
    asker = await builders.case_of(service)

    await happens(service, karin, amina, shift)
    await builders.do_all_due(service)
    [read] = await builders.screen(service, asker.id, Notice.PROMISE_MOVED)
    assert read.startswith("De som skulle svara kan inte komma då. Därför ändras tiden för ärende ")
    await builders.do_all_due(service)
    assert len(await builders.said_to(service, asker.id, Notice.PROMISE_MOVED)) == 1

    await builders.shift(service, bo, starts_at=NOW + timedelta(hours=9))
    await builders.do_all_due(service)
    assert len(await builders.said_to(service, asker.id, Notice.TIME_KNOWN)) == 1


async def test_nobody_is_told_of_another_time_that_is_no_later_than_the_promised_one(service: Service) -> None:
    clock.freeze(NOW)
    amina, bo = [await builders.volunteer(service, name, on_shift=False) for name in ("Amina", "Bo")]
    shift = await builders.shift(service, amina, bo, starts_at=NOW + timedelta(hours=6))
    asker = await builders.case_of(service)

    async with builders.acting(service, amina) as work:
        await taking.cannot_come(work, shift)
    await builders.do_all_due(service)

    assert await builders.said_to(service, asker.id, Notice.PROMISE_MOVED) == []


async def test_a_shift_cancelled_by_command_is_told_to_whoever_is_on_it_and_twice_is_refused(service: Service) -> None:
    clock.freeze(NOW)
    amina = await builders.volunteer(service, on_shift=False)
    shift = await builders.shift(service, amina, starts_at=NOW + timedelta(days=6), lasts=timedelta(hours=2))

    async with service.store.work() as work:
        await making.cancel(work, shift, "ont om folk")
    with pytest.raises(CannotStaff):
        async with service.store.work() as work:
            await making.cancel(work, shift)

    [read] = await builders.screen(service, amina.id, Notice.SHIFT_NEWS)
    assert read == ("Passet mån 7/12 09–11 online är inställt (av kommandoraden).\nOrsak: \u2068ont om folk\u2069")


async def test_a_shift_that_loses_somebody_moves_nothing_while_somebody_is_there(service: Service) -> None:
    """Those who were to answer can come: they are here."""
    clock.freeze(NOW)
    await builders.volunteer(service)
    bo = await builders.volunteer(service, "Bo", on_shift=False)
    later = await builders.shift(service, bo, starts_at=NOW + timedelta(hours=6))
    asker = await builders.case_of(service)
    clock.move(timedelta(minutes=5))

    async with builders.acting(service, bo) as work:
        await taking.cannot_come(work, later)
    await builders.do_all_due(service)

    assert await builders.said_to(service, asker.id, Notice.PROMISE_MOVED) == []
