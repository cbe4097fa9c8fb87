"""A case that comes back on the day that was set: to whom, with what, when, and what its newcomer hears of it."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.cases import blocking, closing, follow_ups, transcript, typed_follow_up
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.engine.errors import BadInput, NotFound, Stale
from bot.privacy import last_day
from bot.service import Service
from bot.telling.rounds import Rounds
from bot.volunteers import leaving
from models.block import BlockReason, BlockSpan
from models.case import CaseStatus
from models.dialogue import Answer
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer, Staff, acting, case_row, said_to, screen, table

NOTE = "Hur gick det på mötet?"
ZONE = ZoneInfo("Europe/Stockholm")
SUMMER, WINTER = date(2026, 3, 29), date(2026, 10, 25)  # the nights on which the clock is changed


@pytest.fixture(autouse=True)
def _noon() -> None:
    clock.freeze(datetime(2026, 2, 2, 12, tzinfo=ZONE))


async def _set(service: Service, staff: Staff, asker: Newcomer, *, days: int = 5, note: str = NOTE) -> int:
    async with acting(service, staff) as work:
        day = work.today + timedelta(days=days)
        return (await follow_ups.set_day(work, case_id=asker.case_id, day=day, note=note)).id


async def _close(service: Service, staff: Staff, asker: Newcomer) -> None:
    async with acting(service, staff) as work:
        await closing.close_case(work, case_id=asker.case_id, seen_seq=2**50, sheet=Sheet())


async def _at(service: Service, day: date, at: time, *, seconds: int = 0) -> None:
    """It is so late on the wall there, and the rounds have done what is due."""
    clock.move(clock.wall(day, at, ZONE) + timedelta(seconds=seconds) - clock.now())
    await Rounds(service)._arm_regular()
    await builders.do_all_due(service)


async def _in_days(service: Service, days: int = 5, *, seconds: int = 0) -> None:
    await Rounds(service)._arm_regular()
    await _at(service, clock.now().astimezone(ZONE).date() + timedelta(days=days), time(9), seconds=seconds)


@pytest.mark.parametrize(
    ("seconds", "status"), [(-1, CaseStatus.CLOSED), (0, CaseStatus.QUEUED), (1, CaseStatus.QUEUED)]
)
async def test_a_closed_case_is_back_in_the_queue_at_nine_with_its_note_on_the_card(
    service: Service, seconds: int, status: CaseStatus
) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _set(service, amina, asker)
    await _close(service, amina, asker)
    bo = await builders.volunteer(service, "Bo", on_shift=False)
    begins = clock.wall(clock.now().astimezone(ZONE).date() + timedelta(days=5), time(8, 55), ZONE)
    await builders.shift(service, bo, starts_at=begins, lasts=timedelta(hours=12))

    await _in_days(service, seconds=seconds)

    assert (await case_row(asker)).status == status
    cards = await screen(service, bo.id, Notice.OFFERED)
    assert any(NOTE in card and "Det är dags att fråga igen." in card for card in cards) == (
        status == CaseStatus.QUEUED
    )


async def test_the_newcomer_hears_nothing_of_it_unless_they_said_yes(service: Service) -> None:
    amina = await builders.volunteer(service)
    silent, agreed = await builders.claimed_case(service, amina), await builders.claimed_case(service, amina)
    await _set(service, amina, silent)
    asked = await _set(service, amina, agreed)
    async with acting(service, amina) as work:
        await follow_ups.ask_newcomer(work, follow_up_id=asked)
    await agreed.presses(f"fuc:yes:{asked}")
    for asker in (silent, agreed):
        await _close(service, amina, asker)
    before = await screen(service, silent.id)

    await _in_days(service)

    assert await screen(service, silent.id) == before
    assert (await screen(service, agreed.id))[-1].startswith("Du sa att vi fick fråga igen: hur har det gått?")


@pytest.mark.parametrize("answer", ["no", None])
async def test_a_no_and_no_answer_mean_that_nobody_asks(service: Service, answer: str | None) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    asked = await _set(service, amina, asker)
    async with acting(service, amina) as work:
        await follow_ups.ask_newcomer(work, follow_up_id=asked)
    if answer:
        assert await asker.presses(f"fuc:{answer}:{asked}") == Answer("answer_saved")

    await _in_days(service)

    assert await said_to(service, asker.id, Notice.FOLLOW_UP_ASKS) == []


async def test_it_comes_back_to_who_set_it_if_they_are_there(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _set(service, amina, asker)
    await _close(service, amina, asker)
    begins = clock.wall(clock.now().astimezone(ZONE).date() + timedelta(days=5), time(8, 55), ZONE)
    await builders.shift(service, amina, starts_at=begins)

    await _in_days(service)

    row = await case_row(asker)
    assert (row.status, row.volunteer_id) == (CaseStatus.CLAIMED, amina.id)
    told = "".join(await screen(service, amina.id, Notice.FOLLOW_UP_DUE))
    assert "Dags att fråga igen" in told and NOTE in told


async def test_an_answered_newcomer_hears_nothing_when_it_comes_back_while_nobody_is_there(service: Service) -> None:
    amina, bo = await builders.volunteer(service), await builders.volunteer(service, "Bo", on_shift=False)
    asker = await builders.claimed_case(service, amina)
    await builders.answers(service, amina, asker)
    await _set(service, amina, asker)
    day = clock.now().astimezone(ZONE).date() + timedelta(days=6)
    await builders.shift(service, bo, starts_at=clock.wall(day, time(13), ZONE), lasts=timedelta(hours=3))

    await _in_days(service)

    assert (await case_row(asker)).status == CaseStatus.QUEUED
    assert await builders.said_to(service, asker.id, Notice.RELEASED) == []


async def test_with_a_first_shift_later_that_day_it_waits_for_its_start(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _set(service, amina, asker)
    await _close(service, amina, asker)
    day = clock.now().astimezone(ZONE).date() + timedelta(days=5)
    await builders.shift(service, amina, starts_at=clock.wall(day, time(13), ZONE), lasts=timedelta(hours=3))

    await _in_days(service)
    at_nine = (await case_row(asker)).status
    await _at(service, day, time(13), seconds=-1)
    before = (await case_row(asker)).status
    await _at(service, day, time(13))

    assert (at_nine, before) == (CaseStatus.CLOSED, CaseStatus.CLOSED)
    assert (await case_row(asker)).status == CaseStatus.CLAIMED


@pytest.mark.parametrize("day", [SUMMER, WINTER])
@pytest.mark.parametrize(("seconds", "status"), [(-1, CaseStatus.CLOSED), (0, CaseStatus.QUEUED)])
async def test_nine_is_nine_on_the_wall_after_the_nights_on_which_the_clock_is_changed(
    house: Service, day: date, seconds: int, status: CaseStatus
) -> None:
    clock.freeze(datetime.combine(day - timedelta(days=3), time(12), ZONE))
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    await _set(house, amina, asker, days=3)
    await _close(house, amina, asker)

    await _in_days(house, 3, seconds=seconds)

    assert (await case_row(asker)).status == status


async def test_a_case_whose_volunteer_is_away_that_day_goes_to_the_queue(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await builders.answers(service, amina, asker)
    await _set(service, amina, asker)

    await _in_days(service)

    assert (await case_row(asker)).status == CaseStatus.QUEUED
    assert await said_to(service, amina.id, Notice.CASE_TAKEN_BACK)
    assert await said_to(service, asker.id, Notice.RELEASED) == []


async def test_a_day_that_was_changed_or_taken_back_does_not_come(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _set(service, amina, asker, days=2)
    later = await _set(service, amina, asker, days=5)
    await _close(service, amina, asker)
    await _in_days(service, 2)
    after_the_first = (await case_row(asker)).status
    async with acting(service, amina) as work:
        await follow_ups.drop(work, follow_up_id=later)

    await _in_days(service, 5)

    assert (after_the_first, (await case_row(asker)).status) == (CaseStatus.CLOSED, CaseStatus.CLOSED)
    assert await table(service, "SELECT id FROM follow_ups") == []


async def test_what_was_erased_does_not_come_back_and_its_note_is_gone(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    asked = await _set(service, amina, asker)
    await asker.commands("delete")

    await _in_days(service)

    assert await table(service, "SELECT id FROM follow_ups") == []
    assert await said_to(service, amina.id, Notice.FOLLOW_UP_DUE) == []
    async with acting(service, amina) as work:
        with pytest.raises(NotFound):
            await follow_ups.drop(work, follow_up_id=asked)


async def test_a_volunteer_who_has_left_meanwhile_leaves_it_to_the_queue(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _set(service, amina, asker)
    await _close(service, amina, asker)
    async with service.store.work() as work:
        await leaving.disable_staff(work, amina.id)

    await _in_days(service)

    assert (await case_row(asker)).status == CaseStatus.QUEUED


async def test_who_is_blocked_is_asked_nothing(service: Service) -> None:
    karin, amina = await builders.coordinator(service), await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _set(service, amina, asker)
    async with acting(service, karin) as work:
        await blocking.block(work, case_id=asker.case_id, span=BlockSpan.LIFTED, reason=BlockReason.OTHER)

    await _in_days(service)

    assert (await case_row(asker)).status == CaseStatus.CLOSED


async def test_a_newcomer_who_has_asked_anew_has_one_case_and_its_volunteer_hears_of_the_old(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    old = asker.case_id
    await _set(service, amina, asker, days=20)
    await _close(service, amina, asker)
    clock.move(timedelta(days=15))
    bo = await builders.volunteer(service, "Bo")
    await asker.says("En helt annan sak")
    await builders.note_case(asker)
    await builders.claims(service, bo, asker)
    await builders.answers(service, bo, asker)

    await _in_days(service, 5)

    assert asker.case_id != old
    told = "".join(await screen(service, bo.id, Notice.FOLLOW_UP_DUE))
    assert NOTE in told
    assert (await table(service, "SELECT status FROM cases WHERE id = :id", id=old))[0].status == CaseStatus.CLOSED


@pytest.mark.parametrize(("days", "code"), [(0, "follow_up_past"), (-1, "follow_up_past"), (30, "follow_up_too_late")])
async def test_no_day_that_has_come_nor_one_on_which_the_words_are_gone(service: Service, days: int, code: str) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)

    with pytest.raises(BadInput, match=code):
        await _set(service, amina, asker, days=days)

    await _set(service, amina, asker, days=29)
    async with acting(service, amina) as work:
        case = await follow_ups.access.my_case(work, asker.case_id)
        assert case.last_message_at is not None
        gone_on = last_day.last_day_of(work, case.last_message_at)
        assert follow_ups.latest_day(work, case) == gone_on - timedelta(days=1)


async def test_on_its_latest_day_the_case_is_there_still(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _set(service, amina, asker, days=29)
    await _close(service, amina, asker)

    await _in_days(service, 29)

    assert (await case_row(asker)).status == CaseStatus.QUEUED


async def test_the_note_is_in_no_transcript_and_sealed(service: Service) -> None:
    amina = await builders.volunteer(service)
    asker = await builders.claimed_case(service, amina)
    await _set(service, amina, asker)

    async with acting(service, amina) as work:
        case = await follow_ups.access.my_case(work, asker.case_id)
        lines = await transcript.transcript(work.db, work.seal, case)
    [row] = await table(service, "SELECT note FROM follow_ups")

    assert NOTE not in [line.text for line in lines]
    assert NOTE.encode() not in bytes(row.note)
    assert NOTE not in "".join(await screen(service, asker.id))


async def test_others_may_neither_set_nor_drop_nor_ask(service: Service) -> None:
    amina, bo = await builders.volunteer(service), await builders.volunteer(service, "Bo")
    asker, other = await builders.claimed_case(service, amina), await builders.case_of(service)
    row = await _set(service, amina, asker)

    with pytest.raises(NotFound):
        await _set(service, bo, asker)
    async with acting(service, bo) as work:
        with pytest.raises(NotFound):
            await follow_ups.drop(work, follow_up_id=row)
    async with acting(service, amina) as work:
        await follow_ups.ask_newcomer(work, follow_up_id=row)
        with pytest.raises(Stale):
            await follow_ups.ask_newcomer(work, follow_up_id=row)
    assert await other.presses(f"fuc:yes:{row}") == Answer("no_longer_valid")
    assert (await table(service, "SELECT agreed_at FROM follow_ups"))[0].agreed_at is None


@pytest.mark.parametrize(
    ("line", "day", "note"),
    [
        ("12 mars efter beslutet", date(2026, 3, 12), "efter beslutet"),
        ("12/3: ring 2 gånger", date(2026, 3, 12), "ring 2 gånger"),
        ("fredag 6 februari hej", date(2026, 2, 6), "hej"),
        ("imorgon", date(2026, 2, 3), ""),
    ],
)
def test_a_line_begins_with_its_day(line: str, day: date, note: str) -> None:
    assert typed_follow_up.read(line, today=date(2026, 2, 2)) == (day, note)


@pytest.mark.parametrize(
    ("line", "code"),
    [("31 februari fråga", "not_a_day"), ("fråga 12 mars", "follow_up_no_day"), ("12", "follow_up_no_day")],
)
def test_what_is_no_day_is_refused_with_why(line: str, code: str) -> None:
    with pytest.raises(BadInput, match=code):
        typed_follow_up.read(line, today=date(2026, 2, 2))
