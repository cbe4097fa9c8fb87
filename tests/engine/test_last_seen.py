"""When a login is idle: counted by the process that saw it, whatever the clock on the wall does meanwhile."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.engine import clock, last_seen
from bot.people import logins
from bot.service import Service
from models.people import Device, WebLogin
from tests import builders
from tests.clocks import Clocks

IDLE, MINUTE, HOUR = timedelta(minutes=30), timedelta(minutes=1), timedelta(hours=1)


async def _opened(service: Service, device: Device = Device.STAFF) -> str:
    if device == Device.STAFF:
        person_id = (await builders.volunteer(service)).id
    else:
        person_id = (await builders.web_case_of(service)).id
    async with service.store.work() as work:
        return await logins.open_login(work, person_id, device)


async def _lives(service: Service, token: str) -> bool:
    async with service.store.look() as db:
        return await logins.login_of(db, token, clock.now()) is not None


def _restarted() -> None:
    last_seen._noted.clear()


@pytest.mark.parametrize("device", [Device.STAFF, Device.SHARED])
@pytest.mark.parametrize("step", [HOUR, -HOUR])
async def test_a_clock_that_is_set_ends_no_login(
    service: Service, clocks: Clocks, device: Device, step: timedelta
) -> None:
    token = await _opened(service, device)

    clocks.jump(step)

    assert await _lives(service, token)


@pytest.mark.parametrize("device", [Device.STAFF, Device.SHARED])
async def test_a_clock_that_is_set_back_keeps_no_login_open(service: Service, clocks: Clocks, device: Device) -> None:
    token = await _opened(service, device)

    clocks.jump(-HOUR)
    clocks.pass_(IDLE - MINUTE)
    assert await _lives(service, token)
    clocks.pass_(MINUTE)

    assert not await _lives(service, token)


async def test_who_goes_on_after_the_clock_was_set_back_stays(service: Service, clocks: Clocks) -> None:
    token = await _opened(service)
    clocks.jump(-HOUR)

    for _ in range(3):
        clocks.pass_(IDLE - MINUTE)
        async with service.store.work() as work:
            login = await logins.login_of(work.db, token, work.now)
            assert login is not None
            await logins.seen(work, login)

    assert await _lives(service, token)


async def test_a_login_that_ran_out_says_so_by_the_same_count(service: Service, clocks: Clocks) -> None:
    token = await _opened(service)
    clocks.jump(HOUR)
    async with service.store.look() as db:
        assert not await logins.ran_out(db, token, clock.now())

    clocks.pass_(IDLE)

    async with service.store.look() as db:
        assert await logins.ran_out(db, token, clock.now())


async def test_after_a_restart_the_database_s_instants_count(service: Service, clocks: Clocks) -> None:
    token = await _opened(service)
    _restarted()
    clocks.pass_(IDLE - MINUTE)
    assert await _lives(service, token)
    clocks.pass_(MINUTE)

    assert not await _lives(service, token)


async def test_a_login_last_seen_by_another_process_is_judged_by_what_that_wrote(
    service: Service, clocks: Clocks
) -> None:
    token = await _opened(service)
    clocks.pass_(IDLE - MINUTE)
    async with service.store.work() as work:
        await work.db.execute(update(WebLogin).values(seen_at=work.now))
    clocks.pass_(IDLE - MINUTE)

    assert await _lives(service, token)


async def test_after_a_restart_an_instant_to_come_keeps_no_login_open(service: Service, clocks: Clocks) -> None:
    token = await _opened(service)
    _restarted()

    clocks.jump(-HOUR)

    assert not await _lives(service, token)


async def test_a_login_of_a_process_two_minutes_ahead_is_open(service: Service, clocks: Clocks) -> None:
    token = await _opened(service)
    _restarted()

    clocks.jump(timedelta(minutes=-2))

    assert await _lives(service, token)


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_seen, "MOST_REMEMBERED", 2)
    _restarted()

    for login_id in (1, 2, 3):
        last_seen.note(login_id, clock.now())

    assert list(last_seen._noted) == [2, 3]
