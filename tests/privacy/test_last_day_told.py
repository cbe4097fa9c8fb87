"""The last day of a case: who hears of it, when and how, and what is said to whom afterwards."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.cases import closing, messages, taking_back
from bot.cases.closing import Sheet
from bot.engine import clock
from bot.intake import commanded
from bot.privacy import last_day
from bot.service import Service
from bot.telling import rounds
from models.case import CaseStatus, spoken_code
from models.closing import Category, Outcome
from models.notice import Notice
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


async def _said_since(service: Service, person_id: int, before: int) -> list[str]:
    """The kinds of what the person was told after they had been told so much."""
    return [row.kind for row in (await builders.said_to(service, person_id))[before:]]


async def _status(service: Service, asker: Newcomer) -> str:
    """What /status answers now."""
    async with service.store.work() as work:
        told = await commanded.status(work, asker.id)
        return told.said(service.words("sv"), service.facts(work.now)).text


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
