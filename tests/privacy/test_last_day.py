"""Every word has a last day, whoever wrote it and however its case stands."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cases import closing, drafts, messages
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.privacy import last_day
from bot.reports.figures import Report, report
from bot.service import Service
from bot.telling import rounds
from models.case import CaseStatus, spoken_code
from models.closing import Category, Outcome
from models.notice import Notice
from models.timer import TimerKind
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


async def test_a_question_that_nobody_took_ends_on_its_last_day(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.case_of(service, "Min hemlighet")
    clock.move(THIRTY_DAYS)

    await builders.purge(service)

    assert await builders.table(service, "SELECT id FROM messages") == []
    case = await case_row(asker)
    assert (case.status, case.volunteer_id, case.code) == (CaseStatus.CLOSED, None, None)
    ledger = await builders.table(service, "SELECT kind, detail FROM case_events ORDER BY id")
    assert [tuple(row) for row in ledger] == [
        ("opened", None), ("newcomer_wrote", None), ("closed", "time"), ("erased", "purged"),
    ]  # fmt: skip
    assert (await _figures(service, date(2026, 1, 1), date(2026, 6, 30))).unanswered == 1


async def test_a_newcomer_who_wrote_last_is_kept_no_longer_and_was_answered_all_the_same(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await builders.answers(service, amina, asker)
    await asker.says("Tack! Och en sak till")
    clock.move(THIRTY_DAYS)

    await builders.purge(service)

    assert await builders.table(service, "SELECT id FROM messages") == []
    assert (await case_row(asker)).status == CaseStatus.CLOSED
    (told,) = await builders.screen(service, amina.id, Notice.CASE_ENDED)
    assert spoken_code(asker.code) in told and "30" in told
    assert (await _figures(service, date(2026, 1, 1), date(2026, 6, 30))).unanswered == 0


async def test_the_day_counts_from_the_newest_words_by_anybody(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    for act in (builders.answers(house, amina, asker), asker.says("Mer"), asker.edits("first", "Ändrat")):
        clock.move(timedelta(days=29))
        await builders.purge(house)
        await act

    clock.move(timedelta(days=29))
    await builders.purge(house)
    kept = len(await builders.table(house, "SELECT id FROM messages"))
    clock.move(A_DAY)
    await builders.purge(house)

    assert kept == 4
    assert await builders.table(house, "SELECT id FROM messages") == []


async def test_words_changed_in_a_closed_case_have_their_own_last_day(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _closes(house, amina, asker)
    clock.move(timedelta(days=20))
    await asker.edits("first", "Det här menade jag")
    clock.move(timedelta(days=29))
    await builders.purge(house)
    kept = len(await builders.table(house, "SELECT id FROM messages"))

    clock.move(A_DAY)
    await builders.purge(house)

    assert kept == 2
    assert await builders.table(house, "SELECT id FROM messages") == []


@pytest.mark.parametrize(
    ("said_on", "ends_on"),
    [
        (date(2027, 2, 26), date(2027, 3, 28)),  # the night in which an hour is skipped
        (date(2027, 10, 1), date(2027, 10, 31)),  # the night in which one comes twice
        (date(2026, 12, 2), date(2027, 1, 1)),
    ],
)
@pytest.mark.parametrize("said_at", ["00:00:00", "03:29:59", "23:59:59"])
async def test_the_day_is_one_of_the_office_s_calendar_and_words_go_that_night(
    house: Service, said_on: date, ends_on: date, said_at: str
) -> None:
    clock.freeze(datetime.fromisoformat(f"{said_on} {said_at}").replace(tzinfo=STOCKHOLM) - timedelta(seconds=2))
    asker = await builders.case_of(house)
    at = (await case_row(asker)).last_message_at.astimezone(STOCKHOLM)
    async with house.store.work() as work:
        assert last_day.last_day_of(work, at) == ends_on
        await work.remind(TimerKind.DAILY, 0, work.now)
    kept = []
    for day in (ends_on - A_DAY, ends_on):
        clock.freeze(rounds.next_purge(clock.start_of_day(day, STOCKHOLM), STOCKHOLM))
        await builders.do_all_due(house)
        kept.append(len(await builders.table(house, "SELECT id FROM messages")))

    assert (at.date(), str(at.time())[:8]) == (said_on, said_at)
    assert kept == [1, 0]
    assert clock.now().astimezone(STOCKHOLM).date() == ends_on


async def test_no_setting_keeps_words_for_more_than_ninety_days(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    house.store.settings = house.settings.model_copy(update={"retention_days": 400})
    await builders.case_of(house)
    clock.move(timedelta(days=89))
    await builders.purge(house)
    kept = len(await builders.table(house, "SELECT id FROM messages"))

    clock.move(A_DAY)
    await builders.purge(house)

    assert kept == 1
    assert await builders.table(house, "SELECT id FROM messages") == []


async def test_words_that_stood_behind_a_flood_end_as_others_do(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.case_of(house, throttled=True)
    clock.move(THIRTY_DAYS)

    await builders.purge(house)

    assert await builders.table(house, "SELECT id FROM messages") == []
    assert (await case_row(asker)).status == CaseStatus.CLOSED


async def test_a_dialogue_never_finished_is_forgotten_with_what_waited_in_it(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.newcomer(house, agreed=False)
    await asker.says("Min hemliga fråga")
    async with house.store.work() as work:  # its timer is lost
        await work.db.execute(rounds._TIMERS.delete())
    clock.move(THIRTY_DAYS + timedelta(seconds=1))

    await builders.purge(house)

    for name in ("people WHERE role = 'newcomer'", "conversations", "addresses WHERE channel = 'telegram'"):
        assert await builders.table(house, f"SELECT 1 FROM {name}") == [], name


async def test_what_a_volunteer_had_typed_for_the_case_goes_with_it(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    async with acting(house, amina) as work:
        await drafts.keep(work, case_id=asker.case_id, text="Jag tror att")
    clock.move(THIRTY_DAYS)

    await builders.purge(house)

    assert await builders.table(house, "SELECT id FROM desk_drafts") == []
