"""Every word has a last day, whoever wrote it and however its case stands; and what is said of it, to whom."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from sqlalchemy import insert, select

from bot.cases import closing, drafts, messages, opening, taking_back
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.engine.errors import ClockInDoubt
from bot.engine.rows import every
from bot.engine.work import Work
from bot.intake import commanded
from bot.people.access import CASE_COLUMNS, CASES, CaseRow
from bot.privacy import last_day, purge
from bot.reports.figures import Report, half_year, report
from bot.service import Service
from bot.telling import rounds
from bot.telling.rounds import Rounds
from handlers.web.chat.secret import SECRET_DIGITS
from models.case import CaseStatus, is_code, new_code, spoken_code
from models.closing import Category, Outcome
from models.outbox import Notice, TimerKind
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row
from tests.clocks import Clocks

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


async def _said_since(service: Service, person_id: int, before: int) -> list[str]:
    """The kinds of what the person was told after they had been told so much."""
    return [row.kind for row in (await builders.said_to(service, person_id))[before:]]


async def _status(service: Service, asker: Newcomer) -> str:
    """What /status answers now."""
    async with service.store.work() as work:
        told = await commanded.status(work, asker.id)
        return told.said(service.words("sv"), service.facts(work.now)).text


async def _figures(service: Service, first: date, last: date) -> Report:
    async with service.store.look() as db:
        return await report(db, first=first, last=last, now=MONDAY_NOON, zone=service.store.zone)


# The day.


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


# Who hears of it.


async def test_coordinators_are_told_a_week_before_once(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    karin = await builders.coordinator(service)
    amina = await builders.volunteer(service)
    waiting, taken = await builders.case_of(service), await builders.claimed_case(service, amina)
    closed = await builders.claimed_case(service, amina)
    await _closes(service, amina, closed)
    told = []
    for days in (22, 23, 24, 30):
        clock.freeze(MONDAY_NOON + timedelta(days=days))
        async with service.store.work() as work:
            await rounds._morning(work, 0)
        told.append(len(await builders.said_to(service, karin.id, Notice.LAST_DAY_NEAR)))

    assert told == [0, 2, 2, 2]
    said = await builders.screen(service, karin.id, Notice.LAST_DAY_NEAR)
    words = service.desk("sv")
    ends = words("last_day_near", day=words.day(date(2026, 2, 4)))
    since = words.day(MONDAY_NOON.date())
    assert {
        f"{words(key, code=spoken_code(one.code), day=since)}\n{ends}"
        for key, one in (("last_day_unclaimed", waiting), ("last_day_claimed", taken))
    } == set(said)


async def test_words_that_come_after_the_warning_have_another_last_day_and_another_warning(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    karin = await builders.coordinator(house)
    asker = await builders.case_of(house)
    told = []
    for days in (23, 29, 47, 53):
        clock.freeze(MONDAY_NOON + timedelta(days=days))
        if days == 29:
            await asker.says("Hallå?")
        async with house.store.work() as work:
            await last_day.tell(work)
        told.append(len(await builders.said_to(house, karin.id, Notice.LAST_DAY_NEAR)))

    assert told == [1, 1, 1, 2]


async def test_where_words_are_kept_for_a_few_days_only_coordinators_hear_after_a_quiet_one(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    house.store.settings = house.settings.model_copy(update={"retention_days": 3})
    karin = await builders.coordinator(house)
    await builders.case_of(house)
    told = []
    for _ in range(2):
        async with house.store.work() as work:
            await last_day.tell(work)
        told.append(len(await builders.said_to(house, karin.id, Notice.LAST_DAY_NEAR)))
        clock.move(A_DAY)

    assert told == [0, 1]


async def test_of_a_last_day_that_has_passed_unseen_coordinators_hear_a_day_to_come(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    karin = await builders.coordinator(house)
    await builders.case_of(house)
    clock.move(timedelta(days=100))  # the service stood still, or was upgraded from a version that kept such words
    async with house.store.work() as work:
        await last_day.tell(work)

    (told,) = await builders.screen(house, karin.id, Notice.LAST_DAY_NEAR)

    words = house.desk("sv")
    assert words("last_day_near", day=words.day(date(2026, 4, 16))) in told


async def test_on_telegram_nothing_is_pushed_and_status_says_it_for_two_weeks(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.case_of(service)
    clock.move(THIRTY_DAYS)
    before = len(await builders.said_to(service, asker.id))

    await builders.purge(service)

    words = service.words("sv")
    assert await _said_since(service, asker.id, before) == []
    ended = (words("case_ended", n=30), words("case_ended_unanswered"), words("case_ended_again"))
    assert await _status(service, asker) == "\n".join(ended)
    clock.move(timedelta(days=13))
    await builders.purge(service)
    assert await _status(service, asker) == "\n".join(ended)
    clock.move(timedelta(days=2))
    await builders.purge(service)
    assert await builders.table(service, "SELECT id FROM people WHERE role = 'newcomer'") == []
    unknown = (words("status_none"), words("codes_end", n=30), words("write_question"))
    assert await _status(service, asker) == "\n".join(unknown)


async def test_who_was_answered_reads_no_apology(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await builders.answers(house, amina, asker)
    clock.move(THIRTY_DAYS)

    await builders.purge(house)

    words = house.words("sv")
    assert await _status(house, asker) == f"{words('case_ended', n=30)}\n{words('case_ended_again')}"


async def test_on_the_web_the_page_says_it(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.web_case_of(service)
    clock.move(THIRTY_DAYS)

    await builders.purge(service)

    words = service.words("sv")
    (ended,) = await builders.screen(service, asker.id, Notice.ENDED)
    assert ended == "\n".join(
        (words("case_ended", n=30), words("case_ended_unanswered"), words("case_ended_again"))
    )  # fmt: skip


async def test_words_after_the_last_day_open_a_new_case_under_a_new_number(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    asker = await builders.case_of(service)
    first = replace(asker)
    clock.move(THIRTY_DAYS)
    await builders.purge(service)

    await asker.says("Jag behöver fortfarande hjälp")

    await builders.note_case(asker)
    assert asker.case_id != first.case_id
    assert asker.code not in (None, first.code)
    assert (await case_row(asker)).status == CaseStatus.QUEUED
    assert (await case_row(asker)).has_returned is False


async def test_a_case_that_was_opened_again_lives_from_its_newest_words(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _closes(house, amina, asker)
    clock.move(timedelta(days=13))
    await asker.says("En sak till")
    clock.move(timedelta(days=29))
    await builders.purge(house)
    still = await case_row(asker)

    clock.move(A_DAY)
    await builders.purge(house)

    assert (still.status, still.code) == (CaseStatus.QUEUED, asker.code)
    assert (await case_row(asker)).status == CaseStatus.CLOSED
    assert await builders.table(house, "SELECT id FROM messages") == []


async def test_the_cards_of_a_case_that_ends_say_so_however_old_they_are(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    postbox = builders.Postbox()
    delivery = builders.delivery_of(house, postbox)
    amina, bo = await builders.volunteer(house, chat_id=1), await builders.volunteer(house, "Bo", chat_id=2)
    asker = await builders.case_of(house)
    await builders.deliver_all(delivery)
    clock.move(THIRTY_DAYS)

    await builders.purge(house)
    await builders.deliver_all(delivery)
    await builders.purge(house)

    for staff in (amina, bo):
        texts = [letter.prompt.text for letter in postbox.shows(staff.chat_id or 0)]
        assert house.desk("sv")("card_gone", code=spoken_code(asker.code)) in texts
        assert not [letter for letter in postbox.shows(staff.chat_id or 0) if letter.prompt.rows]


async def test_what_is_still_to_be_deleted_in_a_chat_is_deleted_after_the_last_day_too(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    house.store.settings = house.settings.model_copy(update={"retention_days": 1})
    postbox = builders.Postbox()
    delivery = builders.delivery_of(house, postbox)
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina, chat_id=900)
    reply = await builders.answers(house, amina, asker, "Till fel person")
    await builders.deliver_all(delivery)
    async with acting(house, amina) as work:
        await taking_back.take_back(work, message_id=reply)
    clock.freeze(rounds.next_purge(MONDAY_NOON, STOCKHOLM))  # Telegram was away in between

    await builders.purge(house)
    stood = [letter.prompt.text for letter in postbox.shows(900)]
    await builders.deliver_all(delivery)

    assert any("Till fel person" in text for text in stood)
    assert not any("Till fel person" in letter.prompt.text for letter in postbox.shows(900))


async def test_a_volunteer_who_answers_to_a_case_that_has_ended_is_told_so(house: Service) -> None:
    clock.freeze(MONDAY_NOON)
    amina = await builders.volunteer(house, chat_id=1)
    asker = await builders.claimed_case(house, amina)
    clock.move(THIRTY_DAYS)
    await builders.purge(house)

    await builders.volunteer_says(house, amina, "Hej igen", answers=asker.case_id)

    (told,) = await builders.screen(house, amina.id, Notice.NOT_YOUR_CASE)
    assert house.desk("sv")("fate_ended") in told


# What is left.


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


# When it may not go.


async def test_a_clock_in_doubt_forgets_nothing(service: Service, clocks: Clocks) -> None:
    await builders.case_of(service)
    clocks.jump(timedelta(days=400))

    async with service.store.work() as work:
        with pytest.raises(ClockInDoubt):
            await purge.purge(work)

    assert len(await builders.table(service, "SELECT id FROM messages")) == 1


@asynccontextmanager
async def _held(service: Service, asker: Newcomer) -> AsyncIterator[None]:
    """Another process acts in the newcomer's conversation as long as the block lasts."""
    other = await asyncpg.connect(service.settings.postgres_dsn)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM conversations WHERE newcomer_id = $1 FOR UPDATE", asker.id)
            yield
    finally:
        await other.close()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_case_that_somebody_acts_in_at_that_moment_waits_and_no_other_does(service: Service) -> None:
    clock.freeze(MONDAY_NOON)
    held, free = await builders.case_of(service), await builders.case_of(service)
    clock.move(THIRTY_DAYS)
    async with service.store.work() as work:
        await work.remind(TimerKind.DAILY, 0, work.now)

    async with _held(service, held):
        assert await Rounds(service).do_one()
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
