"""Who is present: by any act from a quarter of an hour before the start, until the shift ends or they go off duty."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import cases, on_duty
from bot.engine import clock
from bot.engine.actors import actor_of
from bot.engine.errors import NotOnShift
from bot.roster import shifts, staffing
from bot.service import Service
from bot.volunteers import leaving
from models.notice import Notice
from tests import builders
from tests.builders import Staff
from tests.security.scene import statements_counted

START = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
GRACE = 10 * MINUTE


async def acts(service: Service, staff: Staff) -> None:
    async with builders.acting(service, staff):
        pass


async def present(service: Service) -> list[int]:
    async with service.store.look() as db:
        return [one.id for one in await staffing.present(db, clock.now(), service.store.zone)]


async def on_shift(service: Service) -> list[int]:
    async with service.store.look() as db:
        grace = service.settings.grace
        return [one.id for one in await staffing.on_shift(db, clock.now(), service.store.zone, grace=grace)]


async def planned(service: Service, *, lasts: timedelta = timedelta(hours=2)) -> tuple[Staff, int]:
    """Amina is signed up for a shift that begins at START; it is an hour before."""
    clock.freeze(START - timedelta(hours=1))
    amina = await builders.volunteer(service, on_shift=False)
    return amina, await builders.shift(service, amina, starts_at=START, lasts=lasts)


@pytest.mark.parametrize(
    ("acted_at", "there"),
    [
        (START - timedelta(minutes=15) - SECOND, False),
        (START - timedelta(minutes=15), True),
        (START - SECOND, True),
        (START + 30 * MINUTE, True),
    ],
)
async def test_an_act_from_a_quarter_of_an_hour_before_the_start_makes_present(
    service: Service, acted_at: datetime, there: bool
) -> None:
    amina, _ = await planned(service)
    clock.freeze(acted_at)
    await acts(service, amina)

    clock.freeze(max(START + 11 * MINUTE, acted_at))

    assert await present(service) == ([amina.id] if there else [])
    assert await on_shift(service) == ([amina.id] if there else [])


async def test_nobody_is_present_before_the_shift_begins_nor_once_it_has_ended(service: Service) -> None:
    amina, _ = await planned(service)
    clock.freeze(START - MINUTE)
    await acts(service, amina)
    seen = []

    for at in (START - SECOND, START, START + timedelta(hours=2) - SECOND, START + timedelta(hours=2)):
        clock.freeze(at)
        seen.append(bool(await present(service)))

    assert seen == [False, True, True, False]


@pytest.mark.parametrize(("after", "has_cards"), [(GRACE - SECOND, True), (GRACE, False), (GRACE + SECOND, False)])
async def test_for_ten_minutes_whoever_is_on_the_shift_has_cards_and_is_promised_to_nobody(
    service: Service, after: timedelta, has_cards: bool
) -> None:
    amina, _ = await planned(service)
    clock.freeze(START + after)

    asker = await builders.case_of(service, chat_id=77)  # some seconds pass
    clock.freeze(START + after)

    assert await on_shift(service) == ([amina.id] if has_cards else [])
    assert await present(service) == []
    (receipt,) = await builders.said_to(service, asker.id, Notice.RECEIPT)
    assert receipt.params["promise"] in ("later", "unknown")


async def test_a_claim_after_half_an_hour_makes_present_and_is_theirs(service: Service) -> None:
    amina, _ = await planned(service)
    clock.freeze(START + 30 * MINUTE)
    asker = await builders.case_of(service)
    assert await builders.said_to(service, amina.id, Notice.OFFERED) == []

    await builders.claims(service, amina, asker)

    assert await present(service) == [amina.id]
    assert (await builders.case_row(asker)).volunteer_id == amina.id


async def test_whoever_comes_late_has_a_card_for_what_waits(service: Service) -> None:
    amina, _ = await planned(service)
    clock.freeze(START + 30 * MINUTE)
    await builders.case_of(service)

    await acts(service, amina)
    await acts(service, amina)

    assert len(await builders.said_to(service, amina.id, Notice.OFFERED)) == 1


@pytest.mark.parametrize("minutes", [-5, 5, 60])
async def test_who_has_gone_off_duty_is_made_present_by_no_act_but_saying_so(service: Service, minutes: int) -> None:
    amina, _ = await planned(service)
    clock.freeze(START + minutes * MINUTE)
    async with builders.acting(service, amina) as work:
        assert await on_duty.gone(work)
    clock.freeze(START + 61 * MINUTE)

    await acts(service, amina)
    assert await present(service) == await on_shift(service) == []
    asker = await builders.case_of(service)
    with pytest.raises(NotOnShift):
        await builders.claims(service, amina, asker)

    async with builders.acting(service, amina) as work:
        assert await on_duty.here(work)
    assert await present(service) == [amina.id]


async def test_back_to_back_shifts_are_one_stay(service: Service) -> None:
    amina, _ = await planned(service)
    await builders.shift(service, amina, starts_at=START + timedelta(hours=2), lasts=timedelta(hours=2))
    clock.freeze(START)
    await acts(service, amina)

    for hours in (1, 2, 3):
        clock.freeze(START + timedelta(hours=hours))
        assert await present(service) == [amina.id]
    clock.freeze(START + timedelta(hours=4))
    assert await present(service) == []


async def test_a_shift_added_behind_the_running_one_goes_on_without_a_new_sign(service: Service) -> None:
    amina, _ = await planned(service)
    clock.freeze(START)
    await acts(service, amina)
    await builders.shift(service, amina, starts_at=START + timedelta(hours=2), lasts=timedelta(hours=2))

    clock.freeze(START + timedelta(hours=2))
    await builders.do_all_due(service)

    assert await present(service) == [amina.id]


async def test_a_cancelled_shift_and_an_ended_access_end_presence(service: Service) -> None:
    amina, first = await planned(service)
    bo = await builders.volunteer(service, "Bo")
    clock.freeze(START)
    await acts(service, amina)
    assert set(await present(service)) == {amina.id, bo.id}

    async with service.store.work() as work:
        await shifts.cancel_shift(work, first)
    assert await present(service) == [bo.id]
    async with service.store.work() as work:
        await leaving.disable_staff(work, bo.id)
        await leaving.enable_staff(work, bo.id)

    assert await present(service) == []


async def test_without_a_shift_somebody_is_there_for_as_long_as_they_say(service: Service) -> None:
    clock.freeze(START)
    amina = await builders.volunteer(service, on_shift=False)
    waiting = await builders.case_of(service)
    async with builders.acting(service, amina) as work:
        assert not await on_duty.here(work)
        came = await on_duty.here_for(work, 2)

    assert came.ends_at == clock.now() + timedelta(hours=2)
    assert len(await builders.said_to(service, amina.id, Notice.OFFERED)) == 1
    async with builders.acting(service, amina) as work:
        assert (await cases.claim_case(work, case_id=waiting.case_id)).volunteer_id == amina.id
    clock.freeze(came.ends_at)
    assert await present(service) == []


async def test_an_act_with_nothing_new_near_asks_one_statement(service: Service) -> None:
    amina, bo = await builders.volunteer(service, on_shift=False), await builders.volunteer(service, "Bo")
    for staff in (amina, bo):
        async with service.store.work() as work:
            work.actor = await actor_of(work.db, staff.id)
            with statements_counted(service) as asked:
                await on_duty.acted(work)
        assert len(asked) == 1
