"""When the last day of a case must wait: a clock in doubt, somebody who acts in it, words that come meanwhile."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from bot.engine import clock
from bot.engine.errors import ClockInDoubt
from bot.engine.work import Work
from bot.people.access import CASES
from bot.privacy import purge
from bot.service import Service
from bot.telling import rounds
from models.case import CaseStatus
from models.timer import TimerKind
from tests import builders
from tests.builders import case_row
from tests.clocks import Clocks
from tests.held import holding

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
A_DAY, THIRTY_DAYS = timedelta(days=1), timedelta(days=30)


async def test_a_clock_in_doubt_forgets_nothing(service: Service, clocks: Clocks) -> None:
    await builders.case_of(service)
    clocks.jump(timedelta(days=400))

    async with service.store.work() as work:
        with pytest.raises(ClockInDoubt):
            await purge.purge(work)

    assert len(await builders.table(service, "SELECT id FROM messages")) == 1


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_case_that_somebody_acts_in_at_that_moment_waits_and_no_other_does(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    held, free = await builders.case_of(service), await builders.case_of(service)
    clock.move(THIRTY_DAYS)
    async with service.store.work() as work:
        await work.remind(TimerKind.DAILY, 0, work.now)

    async with holding(service, held):
        await builders.do_all_due(service)
    left = [row.case_id for row in await builders.table(service, "SELECT case_id FROM messages")]
    clock.move(rounds.AFTER_BUSY)
    await builders.do_all_due(service)

    assert left == [held.case_id]
    assert (await case_row(free)).code is None
    assert await builders.table(service, "SELECT case_id FROM messages") == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_words_that_come_while_the_purge_looks_keep_their_case(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.case_of(service)
    clock.move(THIRTY_DAYS)
    asks = purge._nobody_acts_in

    async def after_words(work: Work, conversations: list[int]) -> set[int]:
        if (await case_row(asker)).last_message_at < clock.now():
            await asker.says("Jag väntar fortfarande")
        return await asks(work, conversations)

    monkeypatch.setattr(purge, "_nobody_acts_in", after_words)
    await builders.purge(service)

    assert (await case_row(asker)).status == CaseStatus.QUEUED
    assert len(await builders.table(service, "SELECT id FROM messages")) == 2


async def test_many_old_cases_of_before_are_cut_a_few_in_an_act(service: Service) -> None:
    """What an older version has purged lost its words and its newcomer, and kept its number and its hours."""
    clock.freeze(MONDAY_NOON)
    asker = await builders.case_of(service)
    async with service.store.work() as work:
        row = {"status": "closed", "language": "sv", "channel": "web", "opened_at": work.now, "closed_at": work.now}
        row |= {"has_returned": False, "throttled": False, "read_seq": 0, "persons_in_case": 1}
        many = [row | {"id": n, "code": f"{n:07}", "last_message_at": work.now} for n in range(1, 101)]
        await work.db.execute(insert(CASES), many)
    clock.move(timedelta(days=300))

    acts = await builders.purge(service)

    assert acts >= 100 // purge.CASES_AN_ACT
    assert await builders.table(service, "SELECT id FROM cases WHERE code IS NOT NULL") == []
    erased = await builders.table(service, "SELECT case_id FROM case_events WHERE kind = 'erased'")
    assert [row.case_id for row in erased] == [asker.case_id]
