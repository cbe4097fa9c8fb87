"""What the last day of a case leaves: days instead of hours, no number, and the same figures in the report."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.cases import closing, messages, opening
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.engine.rows import every
from bot.engine.work import Work
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.reports.figures import Report, half_year, report
from bot.service import Service
from bot.telling import rounds
from handlers.web.chat.secret import SECRET_DIGITS
from models.case import is_code, new_code
from models.closing import Category, Outcome
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row

STOCKHOLM = ZoneInfo("Europe/Stockholm")
MONDAY_NOON = datetime(2026, 1, 5, 11, tzinfo=UTC)
A_DAY, THIRTY_DAYS = timedelta(days=1), timedelta(days=30)


async def _closes(service: Service, staff: Staff, asker: Newcomer, *, is_advice: bool = True) -> None:
    async with acting(service, staff) as work:
        seen = await messages.newest_seq(work, await case_row(asker))
        if is_advice:
            sheet = Sheet(Category.HOUSING, (), Outcome.ANSWERED, 10)
            await closing.close_case(work, case_id=asker.case_id, seen_seq=seen, sheet=sheet)
        else:
            await closing.close_not_advice(work, case_id=asker.case_id, seen_seq=seen)


async def _figures(service: Service, first: date, last: date) -> Report:
    async with service.store.look() as db:
        return await report(db, first=first, last=last, now=MONDAY_NOON, zone=service.store.zone)


def _beginning_of_day(at: datetime) -> datetime:
    return clock.start_of_day(clock.office_day(at, STOCKHOLM), STOCKHOLM)


async def test_of_its_times_only_days_are_left(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await asker.presses("tap:gender:woman")
    for n in range(3):
        await asker.says(f"Mer {n}")
        clock.move(timedelta(minutes=7))
        await builders.answers(service, amina, asker)
    clock.move(A_DAY)
    await asker.says("Nästa dag")
    await asker.commands("status")
    await _closes(service, amina, asker)
    clock.move(THIRTY_DAYS)

    await builders.purge(service)

    case = await case_row(asker)
    instants = [value for value in case if isinstance(value, datetime)]
    assert len(instants) >= 4
    assert instants == [_beginning_of_day(at) for at in instants]
    assert (case.waiting_since, case.promised_by, case.claimed_at, case.last_message_at) == (None,) * 4
    async with service.store.look() as db:
        ledger = (await db.execute(rounds._LEDGER.select().order_by(rounds._LEDGER.c.id))).all()
        ended = (await db.execute(closing._CLOSINGS.select())).all()
    assert [row.at for row in ledger] == [_beginning_of_day(row.at) for row in ledger]
    assert {clock.office_day(row.at, STOCKHOLM) for row in ledger} == {row.on_day for row in ledger}
    lines = [(row.kind, row.on_day.day) for row in ledger]
    assert [line for line in lines if line[0] in ("newcomer_wrote", "answered")] == [
        ("newcomer_wrote", 5), ("answered", 5), ("newcomer_wrote", 6),
    ]  # fmt: skip
    assert [row.closed_at for row in ended] == [_beginning_of_day(row.closed_at) for row in ended]
    about = "SELECT kind, params FROM outbox WHERE case_id = :case OR params LIKE :code"
    assert await builders.table(service, about, case=asker.case_id, code=f"%{asker.code}%") == []
    assert await builders.table(service, "SELECT 1 FROM timers WHERE subject = :case", case=asker.case_id) == []


async def test_the_number_goes_and_is_given_to_nobody_for_two_years(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.freeze(MONDAY_NOON)
    first = await builders.case_of(service)
    clock.move(THIRTY_DAYS)
    await builders.purge(service)
    freed = await builders.one(service, "SELECT code_hash, freed_on FROM freed_codes")
    given = []
    for later in (timedelta(days=1), timedelta(days=725), timedelta(days=10)):
        clock.move(later)
        await builders.purge(service)
        codes = iter([first.code, new_code()])
        monkeypatch.setattr(opening, "new_code", lambda codes=codes: next(codes))
        given.append((await builders.case_of(service)).code)

    assert first.code not in freed.code_hash
    assert [code == first.code for code in given] == [False, False, True]


def test_a_case_number_is_never_as_long_as_a_secret_number() -> None:
    assert len(new_code()) != SECRET_DIGITS
    assert not is_code("0" * SECRET_DIGITS)


async def _new_year_s_story(service: Service) -> list[Newcomer]:
    """Cases on both sides of midnight in Lund, where it is yesterday in UTC; of every kind of ending."""
    clock.freeze(datetime(2025, 12, 31, 22, 30, tzinfo=UTC))
    amina = await builders.volunteer(service)
    told = []
    for is_advice in (True, False, True):
        asker = await builders.claimed_case(service, amina)
        clock.move(timedelta(minutes=20))  # past midnight at the office with the second
        await builders.answers(service, amina, asker)
        await _closes(service, amina, asker, is_advice=is_advice)
        told.append(asker)
    # Closed while it waited, then taken and answered the same day, and closed as no advice: two closings of one day.
    asker = await builders.case_of(service)
    clock.move(timedelta(minutes=11))
    async with service.store.work() as work:
        await closing.close_by_command(work, await case_row(asker))
    await asker.says("Men jag har frågat")
    await builders.claims(service, amina, asker)
    await builders.answers(service, amina, asker)
    await _closes(service, amina, asker, is_advice=False)
    withdrawn = await builders.case_of(service)
    await withdrawn.commands("stop")
    unanswered = await builders.case_of(service)
    return [*told, asker, withdrawn, unanswered]


async def test_the_report_counts_before_the_purge_what_it_counts_after_it(service: Service) -> None:
    await _new_year_s_story(service)
    async with service.store.work() as work:  # what time alone would end is ended, so that only the purge differs
        for case in await _all_open(work):
            await closing.close_by_time(work, case)
    spans = [half_year(date(2025, 12, 31)), half_year(date(2026, 1, 1)), (date(2025, 1, 1), date(2026, 12, 31))]
    before = [await _figures(service, *span) for span in spans]
    clock.move(timedelta(days=31))

    await builders.purge(service)

    after = [await _figures(service, *span) for span in spans]
    assert await builders.table(service, "SELECT id FROM messages") == []
    assert await builders.table(service, "SELECT id FROM cases WHERE code IS NOT NULL") == []
    assert after == before
    assert [made.cases for made in before] == [1, 4, 5]
    assert [made.not_advice for made in before] == [1, 0, 1]
    assert all(made.to_answer.cases for made in before)


async def _all_open(work: Work) -> list[CaseRow]:
    return every(CaseRow, await work.db.execute(select(*CASE_COLUMNS).where(CASES.c.status != "closed")))


async def test_an_erased_case_keeps_its_number_for_the_day_in_which_its_volunteer_may_look(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await asker.commands("delete")
    clock.move(timedelta(hours=23))
    await builders.purge(house)
    within = (await case_row(asker)).code

    clock.move(timedelta(hours=2))
    await builders.purge(house)

    assert within == asker.code
    case = await case_row(asker)
    assert (case.code, case.opened_at) == (None, _beginning_of_day(MONDAY_NOON))
    kinds = [row.kind for row in await builders.table(house, "SELECT kind FROM case_events ORDER BY id")]
    assert kinds == ["opened", "newcomer_wrote", "claimed", "withdrawn", "erased"]
