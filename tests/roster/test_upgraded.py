"""Shifts that run while the version with presence is installed: nobody has a duty on them, and nothing was armed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from bot.cases import cases, on_duty
from bot.engine import clock
from bot.engine.errors import NotOnShift
from bot.people.access import CASES
from bot.roster.presence import DUTIES
from bot.roster.staffing import present
from bot.service import Service
from models.base import table_of
from models.notice import Notice
from models.timer import Timer
from tests import builders
from tests.builders import Newcomer, Staff, acting

NOON = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
_TIMERS = table_of(Timer)


async def upgraded(service: Service) -> tuple[Staff, Staff, Newcomer, Newcomer]:
    """Amina and Bo have had a shift since an hour ago; she has a case. Another waits, of which that version has said
    within a quarter of an hour. None of the new columns and tables is filled."""
    clock.freeze(NOON)
    amina = await builders.volunteer(service, on_shift=False)
    bo = await builders.volunteer(service, "Bo", on_shift=False)
    await builders.shift(service, amina, bo, starts_at=NOON - 60 * MINUTE, lasts=timedelta(hours=3))
    hers = await builders.claimed_case(service, amina)
    waits = await builders.case_of(service)
    async with service.store.work() as work:
        await work.db.execute(delete(DUTIES))
        await work.db.execute(delete(_TIMERS).where(_TIMERS.c.kind.notin_(["promise", "answer"])))
        await work.db.execute(update(CASES).values(queued_at=None, reminded=0, kept_until=None))
    return amina, bo, hers, waits


async def there(service: Service) -> set[int]:
    async with service.store.look() as db:
        return {one.id for one in await present(db, clock.now(), service.store.zone)}


async def test_whoever_is_signed_up_and_acts_is_there_and_takes_what_waits(service: Service) -> None:
    amina, bo, hers, waits = await upgraded(service)
    assert await there(service) == set()

    async with acting(service, bo) as work:
        await cases.claim_case(work, case_id=waits.case_id)

    assert await there(service) == {bo.id}
    assert (await builders.case_row(waits)).volunteer_id == bo.id
    await builders.answers(service, amina, hers)
    assert await there(service) == {amina.id, bo.id}


async def test_whoever_does_nothing_keeps_their_case_and_nobody_is_promised_by_them(service: Service) -> None:
    amina, _, hers, _ = await upgraded(service)
    asker = await builders.case_of(service)
    [receipt] = await builders.said_to(service, asker.id, Notice.RECEIPT)
    assert receipt.params["promise"] == "unknown"

    clock.freeze(NOON + timedelta(hours=3))
    await builders.do_all_due(service)

    assert (await builders.case_row(hers)).volunteer_id == amina.id
    kinds = Notice.ARE_YOU_HERE, Notice.SHIFT_LEAVES, Notice.STALL_WARNED
    assert await builders.said_to(service, amina.id, *kinds) == []


async def test_what_waited_is_promised_and_watched_once_somebody_acts(service: Service) -> None:
    _, bo, _, waits = await upgraded(service)
    asker = await builders.case_of(service)

    async with acting(service, bo):
        pass
    await builders.do_all_due(service)

    [known] = await builders.said_to(service, asker.id, Notice.TIME_KNOWN)
    assert known.params["promise"] in ("soon", "queue")
    assert len(await builders.said_to(service, bo.id, Notice.OFFERED)) == 2
    assert waits


async def test_who_went_off_duty_with_the_new_version_claims_nothing_by_an_act(service: Service) -> None:
    _, bo, _, waits = await upgraded(service)
    async with acting(service, bo) as work:
        assert await on_duty.gone(work)

    with pytest.raises(NotOnShift):
        async with acting(service, bo) as work:
            await cases.claim_case(work, case_id=waits.case_id)
    assert await there(service) == set()
