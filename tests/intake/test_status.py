"""What becomes of my question, and when: in the queue, with an adviser, answered, late, closed."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.cases import keeping_cases
from bot.cases.opening import REOPEN_WITHIN
from bot.engine import clock
from bot.language.i18n import Ltr
from bot.service import Service
from models.case import spoken_code
from models.notice import Notice
from tests import builders
from tests.builders import Newcomer

MONDAY_NOON = datetime(2026, 1, 5, 11, 0, tzinfo=UTC)  # 12:00 in Lund
A_DAY = timedelta(hours=24)


@pytest.fixture(autouse=True)
def _frozen() -> None:
    clock.freeze(MONDAY_NOON)


async def status(asker: Newcomer) -> str:
    await asker.commands("status")
    return (await builders.screen(asker.service, asker.id, Notice.STATUS))[-1]


def said(service: Service, key: str, at: datetime) -> str:
    words = service.words("sv")
    return words(key, when=words.day_and_time(at, service.store.zone, now=clock.now()))


async def test_in_the_queue_the_place_and_the_minutes_are_told(house: Service) -> None:
    await builders.volunteer(house)
    await builders.case_of(house)
    second = await builders.case_of(house)

    told = await status(second)

    words = house.words("sv")
    assert words("queue_position", place=2) in told and words("promise_soon", n=30) in told
    assert words("status_queued") not in told, "that it is in the queue is said once"


async def test_once_the_promised_time_has_passed_the_same_minutes_are_not_promised_again(house: Service) -> None:
    await builders.volunteer(house)
    asker = await builders.case_of(house)
    before = await status(asker)

    clock.move(timedelta(minutes=16))
    await builders.do_all_due(house)
    await asker.says("Hallå?")

    words = house.words("sv")
    assert words("promise_soon", n=15) in before
    told = await status(asker)
    (kept,) = await builders.screen(house, asker.id, Notice.WORDS_KEPT)
    for said in (told, kept):
        assert words("promise_late") in said and words("promise_soon", n=15) not in said


async def test_after_a_claim_it_is_told_when_a_missing_answer_is_noticed_and_then_it_is(house: Service) -> None:
    """A claim without any answer goes back to the queue long before, and at the end of the shift: this one is kept."""
    amina = await builders.volunteer(house)
    karin = await builders.coordinator(house)
    asker = await builders.claimed_case(house, amina)
    claimed_at = (await builders.case_row(asker)).claimed_at
    before = await status(asker)
    async with builders.acting(house, amina) as work:
        await keeping_cases.keep_case(work, case_id=asker.case_id, until=claimed_at + 2 * A_DAY)

    clock.freeze(claimed_at + A_DAY + timedelta(minutes=1))
    await builders.do_all_due(house)

    assert "i morgon kl. 12:00" in before and before.splitlines()[-1].startswith("Svaret kommer här.")
    assert len(await builders.said_to(house, asker.id, Notice.LATE)) == 1, "she is told"
    assert len(await builders.said_to(house, karin.id, Notice.COORDINATOR_LATE)) == 1, "so is the coordinator"
    assert said(house, "status_answer_late", claimed_at + A_DAY) in await status(asker)


async def test_once_answered_the_time_of_the_newest_answer_is_told(house: Service) -> None:
    amina = await builders.volunteer(house)
    asker = await builders.claimed_case(house, amina)
    clock.move(timedelta(hours=2))
    await builders.answers(house, amina, asker)
    answered_at = clock.now()
    clock.move(timedelta(hours=1))

    assert said(house, "status_answered", answered_at) in await status(asker)

    await asker.says("Men hur då?")
    assert said(house, "status_answer_by", clock.now() + A_DAY) in await status(asker)


async def test_once_closed_it_is_told_until_when_it_can_be_opened_again_and_what_comes_then(house: Service) -> None:
    asker = await builders.case_of(house)
    await asker.commands("stop")
    words, code = house.words("sv"), Ltr(spoken_code(asker.code))

    lately = await status(asker)
    clock.move(REOPEN_WITHIN)
    later = await status(asker)

    assert words("case_closed_again", case=code) in lately and words("ask_anew") not in lately
    assert words("ask_anew") in later and words("case_closed_again", case=code) not in later


async def test_after_fourteen_days_what_is_written_is_a_new_question_with_a_new_number(house: Service) -> None:
    asker = await builders.case_of(house)
    await asker.commands("stop")
    code = asker.code

    clock.move(REOPEN_WITHIN - timedelta(minutes=1))
    await asker.says("Tack, en sak till")
    assert (await builders.note_case(asker)).code == code

    await asker.commands("stop")
    clock.move(REOPEN_WITHIN)
    await asker.says("Något annat")
    assert (await builders.note_case(asker)).code != code
