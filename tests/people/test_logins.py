"""Links that work once, logins that end, and the door of code and secret."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.engine import clock
from bot.engine.errors import BadInput, LinkSpent, NotFound, Refusal, TooMany
from bot.engine.seal import hash_secret, secret_matches
from bot.intake.turns import Arrival
from bot.people import login_links, logins, people, secret_door
from bot.service import Service
from models.notice import Notice
from models.people import Device, LinkPurpose
from tests import builders
from tests.builders import Newcomer

MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
SECRET = "12345678"
SECRET_HASH = hash_secret(SECRET)


async def _link(service: Service, person_id: int, purpose: LinkPurpose = LinkPurpose.DESK) -> str:
    async with service.store.work() as work:
        return await login_links.make_link(work, person_id, purpose)


async def _spend(service: Service, token: str, purpose: LinkPurpose = LinkPurpose.DESK) -> int | Refusal:
    try:
        async with service.store.work() as work:
            return await login_links.spend_link(work, token, purpose)
    except Refusal as refusal:
        return refusal


async def _lives(service: Service, token: str) -> bool:
    async with service.store.look() as db:
        return await logins.login_of(db, token, clock.now()) is not None


async def _open(service: Service, person_id: int, device: Device) -> str:
    async with service.store.work() as work:
        return await logins.open_login(work, person_id, device)


async def test_a_link_works_once_even_when_pressed_twice_at_the_same_moment(service: Service) -> None:
    amina = await builders.volunteer(service)
    token = await _link(service, amina.id)

    outcomes = await asyncio.gather(*(_spend(service, token) for _ in range(5)))

    assert [one for one in outcomes if one == amina.id] == [amina.id]
    assert {type(one) for one in outcomes if one != amina.id} == {LinkSpent}


async def test_a_link_runs_out_after_ten_minutes(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    token = await _link(house, amina.id)

    clock.move(timedelta(minutes=10))

    assert isinstance(await _spend(house, token), LinkSpent)


async def test_a_link_of_another_kind_opens_nothing(house: Service) -> None:
    amina = await builders.volunteer(house)
    token = await _link(house, amina.id, LinkPurpose.TELEGRAM)

    assert isinstance(await _spend(house, token, LinkPurpose.DESK), LinkSpent)
    assert await _spend(house, token, LinkPurpose.TELEGRAM) == amina.id


async def test_only_the_hash_of_a_token_is_stored(house: Service) -> None:
    amina = await builders.volunteer(house)
    link, login = await _link(house, amina.id), await _open(house, amina.id, Device.STAFF)

    rows = await builders.table(
        house, "SELECT token_hash FROM login_links UNION ALL SELECT token_hash FROM web_sessions"
    )

    assert {link, login} & {row.token_hash for row in rows} == set()


async def test_a_staff_login_ends_after_half_an_hour_of_rest_or_twelve_hours(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    idle = await _open(house, amina.id, Device.STAFF)
    busy = await _open(house, amina.id, Device.STAFF)
    for _ in range(24):
        clock.move(timedelta(minutes=29, seconds=59))
        async with house.store.work() as work:
            login = await logins.login_of(work.db, busy, work.now)
            assert login is not None
            await logins.seen(work, login)
    assert not await _lives(house, idle)

    clock.move(timedelta(minutes=1))

    assert not await _lives(house, busy)


async def test_a_shared_device_forgets_after_half_an_hour_and_one_s_own_after_the_case_is_old(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.web_case_of(house)
    shared, own = await _open(house, asker.id, Device.SHARED), await _open(house, asker.id, Device.OWN)
    clock.move(timedelta(minutes=30))
    assert (await _lives(house, shared), await _lives(house, own)) == (False, True)
    clock.move(timedelta(days=60))
    assert await _lives(house, own), "the case is still open"
    await asker.commands("stop")
    clock.move(timedelta(days=14) - timedelta(seconds=1))
    assert await _lives(house, own)

    clock.move(timedelta(seconds=1))

    assert not await _lives(house, own)


async def _asker_with_secret(service: Service) -> Newcomer:
    asker = await builders.newcomer_on_web(service, arrival=Arrival(secret_hash=SECRET_HASH))
    await asker.says("Jag har fått ett brev")
    return await builders.note_case(asker)


async def _comes_back(service: Service, code: str, secret: str) -> str | Refusal:
    """The door as the web uses it: the try is counted first, and by itself."""
    try:
        async with service.store.work() as work:
            await secret_door.count_guess(work, code)
        async with service.store.look() as db:
            found = await secret_door.secret_for_code(db, service.store.seal, code, clock.now())
        if found is None or not secret_matches(secret, found[1]):
            return NotFound("wrong_code_or_secret")
        async with service.store.work() as work:
            _, token = await secret_door.come_back(work, found[0], Device.SHARED)
            await secret_door.uncount_guess(work, code)
            return token
    except Refusal as refusal:
        return refusal


async def test_code_and_secret_open_a_login_and_end_the_others(service: Service) -> None:
    asker = await _asker_with_secret(service)
    before = await _open(service, asker.id, Device.OWN)

    token = await _comes_back(service, asker.code, SECRET)

    assert isinstance(token, str)
    assert (await _lives(service, before), await _lives(service, token)) == (False, True)


async def test_wrong_code_and_wrong_secret_get_the_same_answer(house: Service) -> None:
    asker = await _asker_with_secret(house)

    wrong = [await _comes_back(house, asker.code, "87654321"), await _comes_back(house, "0000000", SECRET)]

    assert {(type(one), one.code) for one in wrong if isinstance(one, Refusal)} == {(NotFound, "wrong_code_or_secret")}


async def _tries(service: Service, times: int, code: str = "4729135") -> None:
    for _ in range(times):
        async with service.store.work() as work:
            await secret_door.count_guess(work, code)


async def test_the_twenty_first_try_in_an_hour_waits_until_the_hour_is_over(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await _asker_with_secret(service)
    began = clock.now()
    await _tries(service, 10, asker.code)
    clock.freeze(began + timedelta(minutes=29, seconds=30))
    await _tries(service, 10, asker.code)

    refused = await _comes_back(service, asker.code, SECRET)
    clock.freeze(began + timedelta(hours=1, seconds=1))
    again = await _comes_back(service, asker.code, SECRET)

    assert isinstance(refused, TooMany)
    assert (refused.code, refused.values) == ("code_must_wait", {"n": 31})
    assert isinstance(again, str)


async def test_from_where_the_case_was_opened_lately_a_try_counts_and_is_never_refused(service: Service) -> None:
    await _tries(service, 20)

    async with service.store.work() as work:
        await secret_door.count_guess(work, "4729135", is_known=True)
    with pytest.raises(TooMany):
        await _tries(service, 1)

    assert (await builders.one(service, "SELECT tries FROM code_guesses")).tries == 21


async def test_the_right_secret_takes_back_its_own_try_and_leaves_those_of_others(house: Service) -> None:
    asker = await _asker_with_secret(house)
    await _tries(house, 19, asker.code)

    opened = await _comes_back(house, asker.code, SECRET)

    assert isinstance(opened, str)
    assert (await builders.one(house, "SELECT tries FROM code_guesses")).tries == 19


async def test_an_hour_that_a_wrong_clock_began_in_the_future_keeps_nobody_waiting(house: Service) -> None:
    clock.freeze(MONDAY_NOON + timedelta(days=365))
    await _tries(house, 20)
    clock.freeze(MONDAY_NOON)

    await _tries(house, 20)
    with pytest.raises(TooMany):
        await _tries(house, 1)


async def test_forty_tries_at_the_same_moment_are_still_twenty(service: Service) -> None:
    async def guess() -> bool:
        try:
            await _tries(service, 1)
        except TooMany:
            return False
        return True

    counted = await asyncio.gather(*(guess() for _ in range(40)))

    assert sum(counted) == 20


async def test_tries_against_a_code_that_does_not_exist_are_counted_too(house: Service) -> None:
    await _tries(house, 19, "0000000")

    outcomes = [await _comes_back(house, "0000000", SECRET) for _ in range(2)]

    assert [type(one) for one in outcomes] == [NotFound, TooMany]


async def test_code_and_secret_are_dead_fourteen_days_after_closing(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await _asker_with_secret(house)
    await asker.commands("stop")
    clock.move(timedelta(days=14))

    assert isinstance(await _comes_back(house, asker.code, SECRET), NotFound)


async def test_after_an_erasure_code_and_secret_open_nothing(house: Service) -> None:
    asker = await _asker_with_secret(house)
    login = await _open(house, asker.id, Device.OWN)
    await asker.commands("delete")

    assert isinstance(await _comes_back(house, asker.code, SECRET), NotFound)
    assert not await _lives(house, login)


async def test_a_telegram_case_has_no_secret_and_cannot_be_opened_by_one(house: Service) -> None:
    asker = await builders.case_of(house)

    assert isinstance(await _comes_back(house, asker.code, SECRET), NotFound)


async def test_a_telegram_account_belongs_to_one_volunteer(house: Service) -> None:
    await builders.volunteer(house, chat_id=500)
    bo = await builders.volunteer(house, "Bo")

    with pytest.raises(BadInput):
        async with house.store.work() as work:
            await people.link_telegram(work, bo.id, 500)


async def test_a_new_device_at_the_desk_is_told_to_the_account(house: Service) -> None:
    amina = await builders.volunteer(house, chat_id=500)
    token = await _link(house, amina.id)

    async with house.store.work() as work:
        login = await login_links.log_in(work, token)

    assert await _lives(house, login)
    assert len(await builders.said_to(house, amina.id, Notice.NEW_DEVICE)) == 1
